# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital as it was: tests that change it share one, and each begins with the same."""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from lab.authority import IssuedBundle
from lab.emulated import EmulatedWorkstation
from lab.emulated.profile import Profile
from lab.hospital import Hospital

Json = dict[str, Any]
LEDGER = "requests.jsonl"
"""Open as long as the hospital runs: it stays as it is."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """What is in the stores and profiles of its emulated workstations, and in its folder: facts, bundles, passphrases, the inventory."""

    hospital: Hospital
    bundles: dict[str, IssuedBundle]
    profiles: dict[tuple[str, str], Json]
    authorities: dict[str, Any]

    @classmethod
    def of(cls, hospital: Hospital) -> SavedState:
        """Takes it down."""
        stations = [hospital.emulated(desk.name) for desk in hospital.desks]
        profiles = {(each.name, sid): _taken(profile) for each in stations for sid, profile in each.profiles.items()}
        authorities = {each.name: copy.copy(each.authorities) for each in stations}
        state = cls(hospital, dict(hospital.bundles), profiles, authorities)
        shutil.copytree(hospital.folder, state._kept, ignore=shutil.ignore_patterns(LEDGER))
        return state

    def restore(self) -> None:
        """As if nothing had been run since."""
        for desk in self.hospital.desks:
            workstation = self.hospital.emulated(desk.name)
            self._restore(workstation)
        self.hospital.bundles = dict(self.bundles)
        for path in self.hospital.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != LEDGER:
                path.unlink()
        shutil.copytree(self._kept, self.hospital.folder, dirs_exist_ok=True)

    def _restore(self, workstation: EmulatedWorkstation) -> None:
        workstation.authorities = copy.copy(self.authorities[workstation.name])
        for sid, profile in workstation.profiles.items():
            taken = self.profiles[workstation.name, sid]
            for name, value in taken["fields"].items():
                setattr(profile, name, value)
            profile.store.elements = dict(taken["elements"])
            profile.store.containers = dict(taken["containers"])

    @property
    def _kept(self) -> Path:
        return self.hospital.folder.with_name(f"{self.hospital.folder.name}-kept")


def _taken(profile: Profile) -> Json:
    own = {field.name: getattr(profile, field.name) for field in fields(profile) if field.name != "store"}
    return {
        "fields": own,
        "elements": dict(profile.store.elements),
        "containers": dict(profile.store.containers),
    }
