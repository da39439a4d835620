# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can happen in a hospital that runs: a delivery, a certificate that ends soon, a person who comes or goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lab.control import RefusedError, Request
from lab.emulated.workstation import EmulatedWorkstation
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import Desk, Person


@dataclass(frozen=True, slots=True)
class Orders:
    """Carries out the orders of the command line for a hospital and its issuer."""

    issuer: Issuer

    def __call__(self, request: Request) -> list[str]:
        """See ``lab.control``. Raises ``RefusedError`` for an order, a person or a workstation that the hospital does not have."""
        orders: dict[str, Callable[[Request], list[str]]] = {
            "deliver": self._deliver,
            "age": self._age,
            "logon": self._logon,
            "logoff": self._logoff,
        }
        if request["order"] not in orders:
            raise RefusedError(f"There is no order {request['order']}. There are: {', '.join(orders)}.")
        return orders[request["order"]](request)

    @property
    def _hospital(self) -> Hospital:
        return self.issuer.hospital

    def _deliver(self, request: Request) -> list[str]:
        """A new bundle: in the folder of bundles, with its passphrase in the vault, or announced by mail."""
        people, days = self._people(request["people"]), int(request["days"])
        if days < 1:
            raise RefusedError(f"A bundle is delivered for 1 day or more, and not for {days}. See age.")
        if request["mail"]:
            for person in people:
                self.issuer.announce(person, days)
            return [
                f"The issuer has sent mails about a bundle for {_who(each)}, valid for {days} days." for each in people
            ]
        names = [self._hospital.deliver(person, days).file_name for person in people]
        return [f"{name} is in {self._hospital.bundle_folder}, valid for {days} days." for name in names]

    def _age(self, request: Request) -> list[str]:
        """At each of these desks the person's certificate is another one, which ends after so many days. It is like the first otherwise."""
        days, said = int(request["days"]), []
        for person in self._people(request["people"]):
            desks = self._desks(person, request["workstation"])
            stores = [self._emulated(desk).store_of(person.sid) for desk in desks]
            issued = self._hospital.issue(person, days)
            for store in stores:
                store.elements.clear()
                store.containers.clear()
                store.plant(
                    issued.certificate, issued.private_key, friendly_name=f"{person.name} - {person.authorisation}"
                )
            ends = f"ends in {days} days" if days > 0 else f"has been expired for {-days} days"
            said += [f"The certificate of {_who(person)} at {desk.name} {ends}." for desk in desks]
        return said

    def _logon(self, request: Request) -> list[str]:
        return self._move(request, logged_on=True)

    def _logoff(self, request: Request) -> list[str]:
        return self._move(request, logged_on=False)

    def _move(self, request: Request, *, logged_on: bool) -> list[str]:
        said = []
        for person in self._people(request["people"]):
            for desk in self._desks(person, request["workstation"]):
                self._emulated(desk).profiles[person.sid].logged_on = logged_on
                said.append(f"{_who(person)} is logged {'on to' if logged_on else 'off from'} {desk.name}.")
        return said

    def _people(self, names: Sequence[str]) -> list[Person]:
        """The persons with these logins or authorisation numbers. All are known before anything is done for one of them."""
        known = {key: person for person in self._hospital.people for key in (person.login, person.authorisation)}
        unknown = [name for name in names if name not in known]
        if unknown:
            logins = ", ".join(person.login for person in self._hospital.people)
            raise RefusedError(f"Nobody here is called {', '.join(unknown)}. The people of this hospital are {logins}.")
        return [known[name] for name in names]

    def _desks(self, person: Person, name: str | None) -> list[Desk]:
        """Where this person works, or the one of these workstations that is meant."""
        theirs = [desk for desk in self._hospital.desks if any(seat.person == person for seat in desk.seats)]
        chosen = [desk for desk in theirs if name in (None, desk.name)]
        if not chosen:
            raise RefusedError(
                f"{_who(person)} does not work at {name}, but at {', '.join(desk.name for desk in theirs)}."
            )
        return chosen

    def _emulated(self, desk: Desk) -> EmulatedWorkstation:
        workstation = self._hospital.workstations[desk.name]
        if not isinstance(workstation, EmulatedWorkstation):
            raise RefusedError(
                f"{desk.name} is {workstation.kind.value}. Its one user is always logged on, and only playbooks change that store."
            )
        return workstation


def _who(person: Person) -> str:
    return f"{person.name} ({person.authorisation})"
