# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An exception is in force however its number is written, and while something more urgent is said of its certificate."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.acceptance import is_accepted
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import ExceptionState
from unit.plugins.plugin_utils._report.known import JEANNE, PAUL, host, record
from unit.plugins.plugin_utils._report.test_exceptions import HERE, exception, failing, jeanne, made, states


@pytest.mark.parametrize(
    ("certificate", "changes", "state"),
    [
        ({"days": 3, "key_size": 1024}, {}, ExceptionState.IN_FORCE),
        ({"days": 3, "key_size": 1024}, {"workstation": "ws-1"}, ExceptionState.IN_FORCE),
        ({"days": 3, "key_size": 1024}, {"workstation": "ws-9"}, ExceptionState.UNUSED),
        ({"days": 3, "key_size": 1024}, {"authorisation": "T2"}, ExceptionState.UNUSED),
        ({"days": 3, "key_size": 1024}, {"what": "missing"}, ExceptionState.UNUSED),
        ({"days": 3, "key_size": 1024}, {"until": "2026-11-01"}, ExceptionState.ENDED),
        ({"days": 3}, {}, ExceptionState.UNUSED),
        ({"days": 3, "key_size": 1024, "archived": True}, {}, ExceptionState.UNUSED),
    ],
)
def test_an_exception_of_a_weak_key_stays_in_force_while_the_certificate_is_due(
    certificate: dict[str, Any], changes: dict[str, Any], state: ExceptionState
) -> None:
    assert states(made(host(record(**certificate)), given=(exception(**changes),))) == [state]


@pytest.mark.parametrize(
    ("days", "state"),
    [((3, 2), ExceptionState.IN_FORCE), ((3,), ExceptionState.UNUSED), ((3, -2), ExceptionState.IN_FORCE)],
)
def test_an_exception_of_several_certificates_stays_in_force_while_they_are_due(
    days: tuple[int, ...], state: ExceptionState
) -> None:
    stored = [record(days=left) for left in days]
    assert states(made(host(*stored), given=(exception(what="duplicate"),))) == [state]


@pytest.mark.parametrize("written", ["t1", " T1 "])
def test_a_number_may_be_written_as_that_of_a_leaver(written: str) -> None:
    report = made(HERE, given=(exception(authorisation=written),))
    assert (is_accepted(jeanne(report)), states(report)) == (True, [ExceptionState.IN_FORCE])
    assert [row.authorisation for row in report.exceptions] == ["T1"]
    given = (exception(authorisation=written, what="without_holder"),)
    for leavers, entries in (({"t1"}, (JEANNE,)), ({"T1"}, (PAUL,))):
        left = made(host(record(), entries=entries), given=given, leavers=leavers)
        assert failing(left, "without_holder") == {}
