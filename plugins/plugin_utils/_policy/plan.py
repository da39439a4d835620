# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From what is wanted and what is there to the steps that are missing, in their order. Pure; steps hold no secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, ClassVar

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
class Step:
    """One step of an exchange. ``TYPE`` is its name in the protocol; its fields beside ``thumbprint`` are what the protocol calls its keys.

    A step holds no secret: what an import and a proof need besides comes in when the request is made.
    """

    TYPE: ClassVar[str]
    thumbprint: str

    @property
    def arguments(self) -> dict[str, Any]:
        """The further keys of this step in the protocol."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "thumbprint"}


@dataclass(frozen=True, slots=True)
class ImportStep(Step):
    """The leaf and its key come into the store."""

    TYPE: ClassVar[str] = "import"


@dataclass(frozen=True, slots=True)
class ProveStep(Step):
    """The leaf's key signs."""

    TYPE: ClassVar[str] = "prove"


@dataclass(frozen=True, slots=True)
class ChainStep(Step):
    """An intermediate authority comes into the store CA. ``certificate`` is its DER."""

    TYPE: ClassVar[str] = "chain"
    certificate: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NameStep(Step):
    """The leaf gets its friendly name."""

    TYPE: ClassVar[str] = "name"
    friendly_name: str


@dataclass(frozen=True, slots=True)
class RetireStep(Step):
    """A predecessor is hidden (archived), or goes with its key."""

    TYPE: ClassVar[str] = "retire"
    method: RetirementMethod


@dataclass(frozen=True, slots=True)
class RemoveStep(Step):
    """A certificate goes with its key."""

    TYPE: ClassVar[str] = "remove"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an exchange has to do, in order."""

    steps: tuple[Step, ...]

    @property
    def changes(self) -> bool:
        """Whether the store will be another one; a proof alone changes nothing."""
        return any(not isinstance(step, ProveStep) for step in self.steps)

    @property
    def imports(self) -> bool:
        """Whether the bundle has to travel."""
        return any(isinstance(step, ImportStep) for step in self.steps)

    @property
    def proves(self) -> bool:
        """Whether a key has to sign."""
        return any(isinstance(step, ProveStep) for step in self.steps)

    @property
    def leaving(self) -> dict[str, RetirementMethod]:
        """What goes, by thumbprint, and how."""
        leaving = {step.thumbprint: step.method for step in self.steps if isinstance(step, RetireStep)}
        return leaving | {
            step.thumbprint: RetirementMethod.DELETE for step in self.steps if isinstance(step, RemoveStep)
        }


def plan_present(wanted: DesiredCertificate, view: CertificateStore, old: Sequence[RetiredCertificate]) -> Plan:
    """Import what is missing, prove it, and only then touch what it replaces: the holder always has a usable certificate."""
    leaf = wanted.leaf
    installed = view.find(leaf.thumbprint)
    missing = installed is None or not installed.has_key or installed.archived
    steps: list[Step] = []
    if missing:
        # The chain first: the store does not tell whether it came, so after a run that was cut the leaf has to stand for it.
        # A self-signed certificate is a root: it comes by policy, never by us.
        steps += [ChainStep(each.thumbprint, each.der) for each in wanted.chain if each.subject != each.issuer]
        steps.append(ImportStep(leaf.thumbprint))
    if missing or old or wanted.prove is Prove.ALWAYS:
        steps.append(ProveStep(leaf.thumbprint))
    if wanted.friendly_name is not None and _name(installed) != wanted.friendly_name:
        steps.append(NameStep(leaf.thumbprint, wanted.friendly_name))
    steps += [RetireStep(each.found.thumbprint, each.method) for each in old]
    return Plan(tuple(steps))


def plan_absent(going: Sequence[RetiredCertificate]) -> Plan:
    """Each selected certificate goes, or is hidden where its key still opens old mails or files."""
    return Plan(tuple(_removal_step(each) for each in going))


def _removal_step(each: RetiredCertificate) -> Step:
    if each.method is RetirementMethod.ARCHIVE:
        return RetireStep(each.found.thumbprint, RetirementMethod.ARCHIVE)
    return RemoveStep(each.found.thumbprint)


def _name(installed: StoreCertificate | None) -> str | None:
    return installed.friendly_name if installed else None
