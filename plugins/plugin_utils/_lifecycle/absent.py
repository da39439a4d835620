# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``state: absent``: removes the selected certificates and their keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .._crypto.store import CertificateStore
from .._errors import CollectionError
from .._policy.plan import plan_absent
from .._policy.removal import RemovalSelector
from .._policy.retirement import RetirementPolicy, choose_methods, is_software
from .._workstation.protocol import Drivers
from .transaction import ExecutionOptions, HolderStore, Transaction, execute, plan_transaction


@dataclass(frozen=True, slots=True)
class Absent:
    """``state: absent`` for one holder."""

    selector: RemovalSelector
    policy: RetirementPolicy
    execution: ExecutionOptions

    def check(self, now: datetime) -> None:
        """There is no check that needs no workstation."""

    def apply(self, found: HolderStore, drivers: Drivers, now: datetime) -> Transaction:
        """Removes the selected certificates with their keys. Raises ``CollectionError`` before anything is sent."""
        chosen = self.selector.select(found.store, now)
        if not chosen:
            self._check_other_issuers(found.store, found.inventory.computer)
        return execute(
            self.execution, drivers, plan_transaction(found, plan_absent(choose_methods(chosen, self.policy))), None
        )

    def _check_other_issuers(self, store: CertificateStore, computer: str) -> None:
        """Refuses a removal that selects nothing although the store holds certificates with this number.

        Raises ``CollectionError``: ``other_issuer``.
        """
        number = self.selector.person.authorisation
        if number is None or self.selector.issuer is None:
            return
        others = [
            found for found in store.certificates if is_software(found) and self.selector.person.owns(found.certificate)
        ]
        if others:
            issuers = ", ".join(sorted({found.certificate.issuer for found in others}))
            raise CollectionError(
                code="other_issuer",
                cause=f"{computer} holds a certificate with the number {number}, but another issuer issued it: {issuers}.",
                next_step="Correct the issuer, or remove the certificate by its thumbprint.",
            )
