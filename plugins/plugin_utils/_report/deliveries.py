# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the issuer has delivered to each holder, and what that changes about the next step. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._errors import Actor
from .._facts.delivery_records import DeliveryRecord, records_of
from .._facts.delivery_states import DeliveryState
from .model import HolderRow, HolderWorkstation, NextStep, Report
from .next_step import Action

WAITED = "waiting_for_issuer"
"""The outcome of a run that found no new bundle."""
WAITS = (NextStep.AWAIT_BUNDLE, NextStep.CALL_ISSUER)
OPEN = (*WAITS, NextStep.ENROL, NextStep.RENEW, NextStep.MEND_FAILURE, NextStep.REPLACE_REVOKED)
"""Steps that a delivery can change: those for which a new bundle is needed."""

BY_STATE = {
    DeliveryState.NEW: NextStep.COLLECT,
    DeliveryState.FAILED: NextStep.COLLECT,
    DeliveryState.PASSPHRASE_NOT_STORED: NextStep.COLLECT,
    DeliveryState.PASSPHRASE_UNKNOWN: NextStep.CHECK_DELIVERY,
    DeliveryState.LINK_USED: NextStep.FIND_BUNDLE,
    DeliveryState.CODE_WRONG: NextStep.CHECK_DELIVERY,
    DeliveryState.NOT_AUTHENTIC: NextStep.CHECK_DELIVERY,
    DeliveryState.REFUSED: NextStep.CHECK_DELIVERY,
}
"""What IT has to do about a delivery whose bundle cannot be installed yet."""


def deliveries_of(fact: Any, merged: Iterable[Report]) -> Mapping[str, DeliveryRecord]:
    """The last delivery of each holder by number: of ``ansible_facts.pkcs12_fact_deliveries`` and of merged reports, the latest record."""
    found = records_of(fact)
    for report in merged:
        for row in report.holders:
            known = found.get(row.authorisation)
            if row.delivery and (known is None or known.recorded_at < row.delivery.recorded_at):
                found[row.authorisation] = row.delivery
    return found


def with_delivery(
    step: Action,
    row: HolderRow | HolderWorkstation,
    delivery: DeliveryRecord | None,
    places: Iterable[HolderWorkstation] = (),
) -> Action:
    """The step of a holder after the delivery, at one of the ``places`` or without any."""
    if delivery is None or step[0] not in OPEN or is_past(delivery, row, places):
        return step
    if delivery.state in BY_STATE:
        return BY_STATE[delivery.state], Actor.IT
    if delivery.state is DeliveryState.COLLECTED and step[0] in WAITS:
        return (NextStep.ENROL if row.valid_from is None else NextStep.RENEW), Actor.IT
    return step


def is_past(delivery: DeliveryRecord, row: HolderRow | HolderWorkstation, places: Iterable[HolderWorkstation]) -> bool:
    """Whether nothing is to be done with the delivery: its certificate is installed, or a run after it had to wait for the next one.

    All ``places`` of a holder take their bundles from one folder.
    """
    waited = delivery.state is DeliveryState.COLLECTED and any(
        place.outcome == WAITED and place.outcome_at is not None and place.outcome_at > delivery.recorded_at
        for place in places
    )
    return waited or _is_of_installed(delivery, row)


def _is_of_installed(delivery: DeliveryRecord, row: HolderRow | HolderWorkstation) -> bool:
    """Whether the mail delivered the certificate that the holder has.

    The issuer announces the next certificate some weeks before the end, so a mail in the first half of the validity is of this one.
    """
    came = delivery.mail_at
    if came is None or row.valid_from is None or row.valid_until is None:
        return False
    return came < row.valid_from + (row.valid_until - row.valid_from) / 2
