# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A portal that did not accept a certificate, and one that could not be asked, are said in two sentences."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.portal_step import explained_as
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
    return ExchangeAnswer(False, SID, NOW, (), (), (entry,), ExchangeError("c", code, None))


@pytest.mark.parametrize("cause", CAUSES)
def test_only_a_portal_that_saw_the_certificate_can_have_refused_it(cause: str) -> None:
    answer = stopped(cause)
    error = exchange_error(answer, RunAs(Context.BECOME, HOLDER), "WS-1", explained_as(answer))
    assert getattr(error, "code", None) == "connect_failed"
    assert ("could not be asked" in str(error)) is (cause in NOT_REACHED)
    assert ("did not accept" in str(error)) is (cause not in NOT_REACHED)


def test_another_error_after_the_visit_is_its_own_cause() -> None:
    assert explained_as(stopped("unreachable", "retire_failed")) is None
