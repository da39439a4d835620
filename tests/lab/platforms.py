# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What locks or protects an emulated workstation: each platform of ``lab up --with``, on a workstation of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from lab.emulated import EmulatedWorkstation, PlacedFile
from lab.emulated.accounts import User
from lab.emulated.computer import LOCAL_SID, MDM_RULES, SCRIPT_RULES, SECOND, SYSTEM_POLICIES
from lab.people import JEANNE, PAUL, Desk, Person, Seat


def let_administer(workstation: EmulatedWorkstation, person: Person) -> None:
    """Makes a person a local administrator."""
    user = workstation.accounts.by_sid(person.sid)
    assert user is not None
    workstation.accounts.add(replace(user, administrator=True))


def administrator_protection(workstation: EmulatedWorkstation) -> None:
    """The policy is set, Jeanne is a local administrator, and there is the profile of another one that nobody can read."""
    workstation.registry.put(None, SYSTEM_POLICIES, {"TypeOfAdminApprovalMode": 2})
    let_administer(workstation, JEANNE)
    technician = User(rf"{workstation.name}\{SECOND}technician", f"{LOCAL_SID}-1001", "nobody knows it", True)
    workstation.add_user(technician)
    workstation.profiles[technician.sid].denied = True


def app_control(workstation: EmulatedWorkstation) -> None:
    """Scripts that nobody has signed run in ConstrainedLanguage mode, whoever starts them."""
    workstation.app_control = "Enforce"
    workstation.constrained.update(user.sid for user in workstation.accounts)


def applocker(workstation: EmulatedWorkstation) -> None:
    """Rules of a group policy, which let administrators alone."""
    rule = rf"{SCRIPT_RULES}\06dce67b-934c-454f-a263-2515c8796a5d"
    workstation.registry.put(None, rule, {"Value": "<FilePathRule/>"})
    _constrain_people(workstation)


def applocker_mdm(workstation: EmulatedWorkstation) -> None:
    """The same of a device management."""
    node = rf"{MDM_RULES}\0\1\AppLocker\ApplicationLaunchRestrictions\site\Script\Policy"
    workstation.files.put(PlacedFile(node, b'<RuleCollection Type="Script"/>'))
    _constrain_people(workstation)


def _constrain_people(workstation: EmulatedWorkstation) -> None:
    workstation.constrained.update(user.sid for user in workstation.accounts if not user.administrator)


PLATFORMS: Mapping[str, Callable[[EmulatedWorkstation], None]] = {
    "administrator_protection": administrator_protection,
    "app_control": app_control,
    "applocker": applocker,
    "applocker_mdm": applocker_mdm,
}


def desks_with(names: Iterable[str]) -> tuple[Desk, ...]:
    """A workstation for each of these platforms, where Jeanne and Paul work. Raises ``KeyError`` for another name."""
    return tuple(
        Desk(f"ws-{name.replace('_', '-')}", (Seat(JEANNE), Seat(PAUL)), os_build=26200, prepare=PLATFORMS[name])
        for name in dict.fromkeys(names)
    )
