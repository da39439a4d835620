# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The steps from a store as it is to the store that a task asks for, in their order. Pure; steps hold no secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, ClassVar

from .._crypto.certificate import Certificate
from .._crypto.store import CertificateStore
from .names import tidy
from .superseding import Removal, RemovalMethod


class Prove(str, Enum):
    """When a key has to sign: only after it was imported, or at every run."""

    ON_CHANGE = "on_change"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class DesiredCertificate:
    """What ``state: present`` asks for. ``friendly_name`` None leaves the name as it is.

    ``portal``: address of a portal that has to accept the certificate when the store is changed, or None.
    """

    leaf: Certificate
    chain: tuple[Certificate, ...]
    friendly_name: str | None
    prove: Prove
    portal: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an exchange. ``TYPE`` is its type in the protocol. Its fields have the names of the step's keys in the protocol.

    A step holds no secret. The bundle of an import and the nonce of a proof are added when the request is made.
    """

    TYPE: ClassVar[str]
    thumbprint: str

    @property
    def arguments(self) -> dict[str, Any]:
        """The keys of this step in the protocol, without ``thumbprint``."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "thumbprint"}


@dataclass(frozen=True, slots=True)
class ImportStep(Step):
    """Imports the leaf and its key into the store."""

    TYPE: ClassVar[str] = "import"


@dataclass(frozen=True, slots=True)
class ProveStep(Step):
    """Signs with the leaf's key."""

    TYPE: ClassVar[str] = "prove"


@dataclass(frozen=True, slots=True)
class ChainStep(Step):
    """Adds an intermediate authority to the store CA. ``certificate`` is its DER."""

    TYPE: ClassVar[str] = "chain"
    certificate: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NameStep(Step):
    """Sets the friendly name of the leaf."""

    TYPE: ClassVar[str] = "name"
    friendly_name: str


@dataclass(frozen=True, slots=True)
class ConnectStep(Step):
    """Shows the leaf to a portal (mutual TLS). ``proxy``: an address, ``system``, or nothing. ``timeout``: seconds.

    ``expected_status``: the good HTTP statuses; empty for 200 to 399.
    """

    TYPE: ClassVar[str] = "connect"
    url: str
    proxy: str = "system"
    timeout: int = 30
    expected_status: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RetireStep(Step):
    """Archives an older certificate, or deletes it with its key."""

    TYPE: ClassVar[str] = "retire"
    method: RemovalMethod


@dataclass(frozen=True, slots=True)
class RemoveStep(Step):
    """Deletes a certificate with its key."""

    TYPE: ClassVar[str] = "remove"


@dataclass(frozen=True, slots=True)
class RemoveKeyStep(Step):
    """Removes the key file of a certificate from a profile that is not loaded."""

    TYPE: ClassVar[str] = "remove_key"


@dataclass(frozen=True, slots=True)
class RemoveCertificateStep(Step):
    """Removes a certificate from a profile that is not loaded."""

    TYPE: ClassVar[str] = "remove_certificate"


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of an exchange, in their order."""

    steps: tuple[Step, ...]

    @property
    def changes(self) -> bool:
        """Whether the plan changes the store. A proof or a connection does not."""
        return any(not isinstance(step, (ProveStep, ConnectStep)) for step in self.steps)

    @property
    def imports(self) -> bool:
        """Whether the exchange needs the bundle."""
        return any(isinstance(step, ImportStep) for step in self.steps)

    @property
    def proves(self) -> bool:
        """Whether a key has to sign."""
        return any(isinstance(step, ProveStep) for step in self.steps)

    @property
    def removals(self) -> dict[str, RemovalMethod]:
        """How each certificate is superseded or removed, by thumbprint."""
        superseded = {step.thumbprint: step.method for step in self.steps if isinstance(step, RetireStep)}
        return superseded | {
            step.thumbprint: RemovalMethod.DELETE
            for step in self.steps
            if isinstance(step, (RemoveStep, RemoveCertificateStep))
        }

    @property
    def offline(self) -> bool:
        """Whether the steps are for a profile that is not loaded."""
        return any(isinstance(step, RemoveCertificateStep) for step in self.steps)


def plan_present(desired: DesiredCertificate, store: CertificateStore, old: Sequence[Removal]) -> Plan:
    """Imports and proves the new certificate before it removes or archives the older ones, so the holder always has a usable certificate.

    With a portal, an older certificate is superseded only after the portal has accepted the new one.

    ``old``: the certificates that the new one supersedes, and how.
    """
    leaf = desired.leaf
    installed = store.find(leaf.thumbprint)
    missing = installed is None or not installed.has_key or installed.archived
    steps: list[Step] = []
    if missing:
        # The chain is first. My does not show whether the chain was installed, so an installed leaf has to mean that it was.
        # A self-signed certificate is a root. Only a policy of the site may install it.
        steps += [ChainStep(each.thumbprint, each.der) for each in desired.chain if each.subject != each.issuer]
        steps.append(ImportStep(leaf.thumbprint))
    if missing or old or desired.prove is Prove.ALWAYS:
        steps.append(ProveStep(leaf.thumbprint))
    name = installed.friendly_name if installed else None
    if desired.friendly_name is not None and tidy(name or "") != tidy(desired.friendly_name):
        steps.append(NameStep(leaf.thumbprint, desired.friendly_name))
    if desired.portal is not None and (missing or old):
        steps.append(ConnectStep(leaf.thumbprint, desired.portal))
    steps += [RetireStep(each.stored.thumbprint, each.method) for each in old]
    return Plan(tuple(steps))


def plan_absent(removals: Sequence[Removal]) -> Plan:
    """Removes each selected certificate, or archives it if its key still opens old mails or files."""
    return Plan(
        tuple(
            RetireStep(each.stored.thumbprint, each.method)
            if each.method is RemovalMethod.ARCHIVE
            else RemoveStep(each.stored.thumbprint)
            for each in removals
        )
    )


def plan_offline(plan: Plan) -> Plan:
    """The same removal for a profile that is not loaded, without the steps that archive: only Windows itself can do that.

    The key is first: a run that is cut leaves the certificate, so the next one finds it and ends the work.
    """
    steps: list[Step] = []
    for step in plan.steps:
        if isinstance(step, RemoveStep):
            steps += [RemoveKeyStep(step.thumbprint), RemoveCertificateStep(step.thumbprint)]
    return Plan(tuple(steps))
