# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The people and the workstations of the small hospital, as data. All names are invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DOMAIN = "CHU"
DOMAIN_SID = "S-1-5-21-1004336348-1177238915-682003330"


@dataclass(frozen=True, slots=True)
class Person:
    """A holder: a name, an authorisation number, and a Windows account of the domain. ``authorised_days``: until the anniversary."""

    name: str
    authorisation: str
    login: str
    rid: int
    authorised_days: int = 200

    @property
    def account(self) -> str:
        r"""``DOMAIN\\login``."""
        return f"{DOMAIN}\\{self.login}"

    @property
    def sid(self) -> str:
        """The account's SID."""
        return f"{DOMAIN_SID}-{self.rid}"

    @property
    def upn(self) -> str:
        """The account's user principal name."""
        return f"{self.login}@chu.example"


@dataclass(frozen=True, slots=True)
class Seat:
    """A person who works at a workstation, logged on there or not. ``asked``: how the inventory writes the account."""

    person: Person
    logged_on: bool = True
    asked: str = "account"


@dataclass(frozen=True, slots=True)
class Desk:
    """A workstation. ``windows``: Windows PowerShell where the bed is installed; its one user is then the holder.

    ``prepare``: what is done to an emulated one before it starts.
    """

    name: str
    seats: tuple[Seat, ...]
    windows: bool = False
    os_build: int = 19045
    prepare: Callable[[Any], None] | None = None


JEANNE = Person("Jeanne Dupont", "T100001", "jdupont", 1104)
ELODIE = Person("Élodie Lefèvre", "T100002", "elefevre", 1105, authorised_days=12)
KARIM = Person("Karim Benali", "T100003", "kbenali", 1106)
PAUL = Person("Paul Martin", "T100004", "pmartin", 1107)
ANNE = Person("Anne-Sophie Roux", "T100005", "asroux", 1108)
LOUIS = Person("Louis Garnier", "T100006", "lgarnier", 1109)

# Two holders at one workstation, one holder at two, one who is not logged on, an old Windows.
DESKS = (
    Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE, asked="upn"))),
    Desk("ws-radio", (Seat(JEANNE, asked="sid"), Seat(KARIM)), os_build=14393),
    Desk("ws-nuclear", (Seat(PAUL),)),
    Desk("ws-pharmacy", (Seat(ANNE, logged_on=False),)),
    Desk("ws-dosimetry", (Seat(LOUIS),), windows=True),
)
