# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A portal that did not accept a certificate, and one that could not be asked, are two problems."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.portal_step import (
    was_not_asked,
    with_portal_cause,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import ConnectStep, Plan
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.causes import CAUSES, NOT_REACHED
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import exchange_error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Context,
    ExchangeAnswer,
    ExchangeError,
    JournalEntry,
    RunAs,
)
from unit.plugins.plugin_utils.fakes import HOLDER, NOW, SID


def stopped(cause: str, code: str = "connect_failed") -> ExchangeAnswer:
    facts = {
        "thumbprint": "A" * 40,
        "tls_version": None,
        "asked": False,
        "sent": False,
        "issuers": [],
        "http_status": None,
    }
    entry = JournalEntry("c", "connect", "failed", "2026-11-25T12:00:00Z", facts | {"code": cause})
    before = JournalEntry("b", "import", "done", entry.at, {"thumbprint": "A" * 40})
    return ExchangeAnswer(False, SID, NOW, (), (), (before, entry), ExchangeError("c", code, None))


@pytest.mark.parametrize("cause", CAUSES)
def test_only_a_portal_that_saw_the_certificate_can_have_refused_it(cause: str) -> None:
    answer = stopped(cause)
    run_as = RunAs(Context.BECOME, HOLDER)
    error = exchange_error(answer, run_as, "WS-1", was_not_asked(answer))
    plan = Plan((ConnectStep("A" * 40, "https://portal.test", "", 30, ()),))
    told = with_portal_cause(error, answer, run_as, "WS-1", plan)
    code = "connect_failed.not_asked_at_workstation" if cause in NOT_REACHED else "connect_failed.at_workstation"
    assert isinstance(told, Pkcs12Error)
    assert (told.problem.code, told.problem.values["url"]) == (code, "https://portal.test")


def test_another_error_after_the_visit_is_its_own_cause() -> None:
    assert was_not_asked(stopped("unreachable", "retire_failed")) is False
