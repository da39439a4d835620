# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From what is wanted and what is there to the steps that are missing, in their order. Pure; steps hold no secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from .._crypto.certificate import Certificate
from .._crypto.store import CertificateStore, StoreCertificate
from .retirement import RetiredCertificate, RetirementMethod


class Prove(str, Enum):
    """When a signature is asked for: only of a key that was just imported, or at every run."""

    ON_CHANGE = "on_change"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class DesiredCertificate:
    """What ``state: present`` asks for. ``friendly_name`` None leaves the name as it is."""

    leaf: Certificate
    chain: tuple[Certificate, ...]
    friendly_name: str | None
    prove: Prove


@dataclass(frozen=True, slots=True)
class ImportLeaf:
    """The leaf and its key come into the store."""

    thumbprint: str


@dataclass(frozen=True, slots=True)
class ProveKey:
    """The leaf's key signs."""

    thumbprint: str


@dataclass(frozen=True, slots=True)
class AddAuthority:
    """An intermediate authority comes where Windows looks for it."""

    thumbprint: str
    der: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NameLeaf:
    """The leaf gets its friendly name."""

    thumbprint: str
    friendly_name: str


@dataclass(frozen=True, slots=True)
class RetireOld:
    """A predecessor is hidden, or goes with its key."""

    thumbprint: str
    method: RetirementMethod


@dataclass(frozen=True, slots=True)
class RemoveCertificate:
    """A certificate goes with its key."""

    thumbprint: str


PlannedStep = ImportLeaf | ProveKey | AddAuthority | NameLeaf | RetireOld | RemoveCertificate


@dataclass(frozen=True, slots=True)
class Plan:
    """What an exchange has to do, in order."""

    steps: tuple[PlannedStep, ...]

    @property
    def changes(self) -> bool:
        """Whether the store will be another one; a proof alone changes nothing."""
        return any(not isinstance(step, ProveKey) for step in self.steps)

    @property
    def imports(self) -> bool:
        """Whether the bundle has to travel."""
        return any(isinstance(step, ImportLeaf) for step in self.steps)

    @property
    def proves(self) -> bool:
        """Whether a key has to sign."""
        return any(isinstance(step, ProveKey) for step in self.steps)

    @property
    def leaving(self) -> dict[str, RetirementMethod]:
        """What goes, by thumbprint, and how."""
        leaving = {step.thumbprint: step.method for step in self.steps if isinstance(step, RetireOld)}
        return leaving | {
            step.thumbprint: RetirementMethod.DELETE for step in self.steps if isinstance(step, RemoveCertificate)
        }


def plan_present(wanted: DesiredCertificate, view: CertificateStore, old: Sequence[RetiredCertificate]) -> Plan:
    """Import what is missing, prove it, and only then touch what it replaces: the holder always has a usable certificate."""
    leaf = wanted.leaf
    installed = view.find(leaf.thumbprint)
    missing = installed is None or not installed.has_key or installed.archived
    steps: list[PlannedStep] = []
    if missing:
        # The chain first: the store does not tell whether it came, so after a run that was cut the leaf has to stand for it.
        # A self-signed certificate is a root: it comes by policy, never by us.
        steps += [AddAuthority(each.thumbprint, each.der) for each in wanted.chain if each.subject != each.issuer]
        steps.append(ImportLeaf(leaf.thumbprint))
    if missing or old or wanted.prove is Prove.ALWAYS:
        steps.append(ProveKey(leaf.thumbprint))
    if wanted.friendly_name is not None and _name(installed) != wanted.friendly_name:
        steps.append(NameLeaf(leaf.thumbprint, wanted.friendly_name))
    steps += [RetireOld(each.found.thumbprint, each.method) for each in old]
    return Plan(tuple(steps))


def plan_absent(going: Sequence[RetiredCertificate]) -> Plan:
    """Each selected certificate goes, or is hidden where its key still opens old mails or files."""
    return Plan(tuple(_removal_step(each) for each in going))


def _removal_step(each: RetiredCertificate) -> PlannedStep:
    if each.method is RetirementMethod.ARCHIVE:
        return RetireOld(each.found.thumbprint, RetirementMethod.ARCHIVE)
    return RemoveCertificate(each.found.thumbprint)


def _name(installed: StoreCertificate | None) -> str | None:
    return installed.friendly_name if installed else None
