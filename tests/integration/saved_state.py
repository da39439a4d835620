# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital as it was: tests that change it share one, and each begins with the same."""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from lab.emulated import EmulatedWorkstation
from lab.emulated.profile import Profile
from lab.hospital import Hospital

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SavedState:
    """What is in the stores and profiles of its emulated workstations, and the facts that are known of them."""

    hospital: Hospital
    profiles: dict[tuple[str, str], Json]
    authorities: dict[str, Any]

    @classmethod
    def of(cls, hospital: Hospital) -> SavedState:
        """Takes it down."""
        stations = [hospital.emulated(desk.name) for desk in hospital.desks]
        profiles = {(each.name, sid): _taken(profile) for each in stations for sid, profile in each.profiles.items()}
        state = cls(hospital, profiles, {each.name: copy.copy(each.authorities) for each in stations})
        shutil.copytree(state._facts, state._kept)
        return state

    def restore(self) -> None:
        """As if nothing had been run since."""
        for desk in self.hospital.desks:
            workstation = self.hospital.emulated(desk.name)
            self._restore(workstation)
        shutil.rmtree(self._facts)
        shutil.copytree(self._kept, self._facts)

    def _restore(self, workstation: EmulatedWorkstation) -> None:
        workstation.authorities = copy.copy(self.authorities[workstation.name])
        for sid, profile in workstation.profiles.items():
            taken = self.profiles[workstation.name, sid]
            for name, value in taken["fields"].items():
                setattr(profile, name, value)
            profile.store.elements = dict(taken["elements"])
            profile.store.containers = dict(taken["containers"])

    @property
    def _facts(self) -> Path:
        return self.hospital.folder / "facts"

    @property
    def _kept(self) -> Path:
        return self.hospital.folder / "facts-kept"


def _taken(profile: Profile) -> Json:
    own = {field.name: getattr(profile, field.name) for field in fields(profile) if field.name != "store"}
    return {
        "fields": own,
        "elements": dict(profile.store.elements),
        "containers": dict(profile.store.containers),
    }
