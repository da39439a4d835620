# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From what is wanted and what is there to the steps that are missing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ._observed import StoreCertificate, StoreView


class Prove(str, Enum):
    """When a signature is asked for: only of a key that was just imported, or at every run."""

    ON_CHANGE = "on_change"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``state: present`` asks for. ``friendly_name`` None leaves the name as it is."""

    thumbprint: str
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
class NameLeaf:
    """The leaf gets its friendly name."""

    thumbprint: str
    friendly_name: str


PlannedStep = ImportLeaf | ProveKey | NameLeaf


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


def plan_present(wanted: Wanted, view: StoreView) -> Plan:
    """Import when leaf or key link is missing or the leaf is archived; prove what was imported; name when the name differs."""
    steps: list[PlannedStep] = []
    installed = view.find(wanted.thumbprint)
    if installed is None or installed.key is None or installed.archived:
        steps.append(ImportLeaf(wanted.thumbprint))
    if steps or wanted.prove is Prove.ALWAYS:
        steps.append(ProveKey(wanted.thumbprint))
    if wanted.friendly_name is not None and _name(installed) != wanted.friendly_name:
        steps.append(NameLeaf(wanted.thumbprint, wanted.friendly_name))
    return Plan(tuple(steps))


def _name(installed: StoreCertificate | None) -> str | None:
    return installed.friendly_name if installed else None
