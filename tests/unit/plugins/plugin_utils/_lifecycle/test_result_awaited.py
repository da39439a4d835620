# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""That a newcomer's first bundle is not there is no failure before the day on which it is expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import Awaiting
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.result import ResultContext, holder_result
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from unit.plugins.plugin_utils._lifecycle.test_result import DEFERRED, NOW, run_of
from unit.plugins.plugin_utils.problems import sample

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)


def result(code: str, awaiting: Awaiting | None, expected: date | None = None) -> dict[str, Any]:
    (run,) = run_of(DEFERRED).holders
    entry = replace(run.task.entry, awaiting=awaiting, expected_from=expected)
    refusal = Pkcs12Error(sample(code))
    refused = replace(run, task=replace(run.task, entry=entry), transaction=None, refusal=refusal)
    return holder_result(refused, ResultContext(False, Calendar(), NOW))


@pytest.mark.parametrize(
    ("code", "awaiting", "expected", "failed"),
    [
        ("no_bundle", Awaiting.BUNDLE, None, False),
        ("no_bundle", Awaiting.ANNEX_1, None, False),
        ("no_bundle", Awaiting.BUNDLE, TOMORROW, False),
        ("no_bundle", Awaiting.BUNDLE, TODAY, True),
        ("no_bundle", None, TOMORROW, True),
        ("wrong_passphrase", Awaiting.BUNDLE, None, True),
    ],
)
def test_only_a_missing_bundle_may_be_awaited(
    code: str, awaiting: Awaiting | None, expected: date | None, failed: bool
) -> None:
    found = result(code, awaiting, expected)
    assert (found["failed"], found["error"] is not None) == (failed, failed)
    assert found["outcome"] == ("failed" if failed else "waiting_for_issuer")
    assert found["msg"]
