# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says of the issuer's last mail."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_states import DeliveryState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.wording import Wording
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep
from unit.plugins.plugin_utils._report.reports import NOW, PARAMETERS, delivery, holder

SAY = Wording(PARAMETERS)
ROW = replace(holder(1), valid_from=None, valid_until=None, next_step=NextStep.RENEW)


def said(state: DeliveryState, step: NextStep = NextStep.RENEW) -> str:
    found = delivery(1)
    assert found
    return SAY.delivery(replace(ROW, next_step=step, delivery=replace(found, state=state, mail_at=NOW)))


def test_what_needs_a_person_is_told_although_nothing_else_is_to_do() -> None:
    assert said(DeliveryState.COLLECTED, NextStep.NOTHING) == ""
    assert said(DeliveryState.CODE_WRONG, NextStep.NOTHING) != ""
    assert SAY.delivery(replace(ROW, delivery=None)) == ""
