# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``state: absent``: removes the selected certificates and their keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from .._crypto.store import CertificateStore
from .._errors import Pkcs12Error, Problem, Value
from .._facts.holders import HolderEntry
from .._policy.plan import plan_absent, plan_offline
from .._policy.removal import RemovalSelector
from .._policy.subject import ExpectedSubject
from .._policy.superseding import RemovalMethod, RemovalPolicy, choose_methods
from .._workstation.account import absence
from .._workstation.protocol import Drivers
from .other_number import check_no_other_number
from .remaining_keys import key_left
from .transaction import ExecutionOptions, HolderStore, Transaction, execute, execute_offline, plan_transaction

OFFLINE_HINT = Problem("way_out.offline")
LOGGED_HINT = Problem("way_out.offline_without_password")


@dataclass(frozen=True, slots=True)
class Absent:
    """``state: absent`` for one holder. ``offline``: where the holder is not logged on, the files of the profile are removed.

    ``holder``: by name, too, where the selector knows the number alone; ``others``: of the inventory.
    """

    selector: RemovalSelector
    policy: RemovalPolicy
    execution: ExecutionOptions
    offline: bool = False
    holder: ExpectedSubject | None = None
    others: tuple[HolderEntry, ...] = ()

    def check(self, now: datetime) -> None:
        """There is no check that needs no workstation."""

    def apply(self, found: HolderStore, drivers: Drivers, now: datetime) -> Transaction:
        """Removes the selected certificates with their keys. Raises ``Pkcs12Error`` before anything is sent."""
        done = self._apply(found, drivers, now)
        left = key_left(done, self.selector, now)
        if left is None or done.left is None:
            return replace(done, left=done.left or left)
        whole = replace(left.problem, causes=(*left.problem.causes, done.left.problem))
        return replace(done, left=Pkcs12Error(whole, changed=True))

    def _apply(self, found: HolderStore, drivers: Drivers, now: datetime) -> Transaction:
        chosen = self.selector.select(found.store, now)
        if not chosen:
            self._check_other_issuers(found.store, found.inventory.computer)
            if self.holder:
                check_no_other_number(found, self.holder, self.others, self.selector.site, self.selector.means)
        left = self._left_for_thumbprints(found)
        planned = plan_transaction(found, plan_absent(choose_methods(chosen, self.policy)))
        is_away = absence(found.owner) == "not_logged_on" and not self.execution.holder_password
        if planned.plan.steps and is_away and self.offline:
            done = self._without_a_logon(planned, drivers)
            return done if done.error or done.deferred or done.left else replace(done, left=left)
        try:
            done = replace(execute(self.execution, drivers, planned, None), left=left)
        except Pkcs12Error as refusal:
            if refusal.code == "logged_password" and absence(found.owner):
                # A password that would be logged is not needed for somebody who has left.
                raise Pkcs12Error(Problem("logged_password.leaver", causes=(refusal.problem, LOGGED_HINT))) from None
            raise
        if done.deferred and is_away:
            return replace(done, deferred=Problem("deferred.leaver", causes=(done.deferred, OFFLINE_HINT)))
        return done

    def _without_a_logon(self, planned: Transaction, drivers: Drivers) -> Transaction:
        """Removes what needs no session. What would be archived stays, and is told. Raises ``Pkcs12Error``: ``offline_archive``."""
        going = plan_offline(planned.plan)
        removals = planned.plan.removals.items()
        staying = tuple(thumbprint for thumbprint, method in removals if method is RemovalMethod.ARCHIVE)
        if not staying:
            return execute_offline(self.execution, drivers, replace(planned, plan=going))
        code = "offline_archive" if self.policy.method is RemovalMethod.ARCHIVE else "offline_archive.old_data"
        values: dict[str, Value] = {"thumbprints": staying, "name": planned.owner.name}
        left = Pkcs12Error(Problem(code, values, "removal"), changed=going.changes)
        if not going.steps:
            raise left
        done = execute_offline(self.execution, drivers, replace(planned, plan=going))
        return done if done.error or done.deferred else replace(done, left=left)

    def _left_for_thumbprints(self, found: HolderStore) -> Pkcs12Error | None:
        """That certificates with this number stay, because nobody knows that the site's issuer signed them."""
        staying = self.selector.left_for_thumbprints(found.store)
        if not staying:
            return None
        values: dict[str, Value] = {
            "computer": found.inventory.computer,
            "number": self.selector.person.authorisation or "",
            "thumbprints": tuple(each.thumbprint for each in staying),
        }
        return Pkcs12Error(Problem("other_issuer.not_signed", values, "issuers"))

    def _check_other_issuers(self, store: CertificateStore, computer: str) -> None:
        """Refuses a removal that selects nothing although the store holds certificates with this number.

        Raises ``Pkcs12Error``: ``other_issuer``.
        """
        others = self.selector.of_other_issuers(store)
        if others:
            number = self.selector.person.authorisation or ""
            issuers = tuple(sorted({found.certificate.issuer for found in others}))
            values: dict[str, Value] = {"computer": computer, "number": number, "issuers": issuers}
            values["thumbprints"] = tuple(each.thumbprint for each in others)
            raise Pkcs12Error(
                Problem("other_issuer", values, "issuer" if self.selector.issuer else self.selector.site.setting)
            )
