# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seam for faults."""

from __future__ import annotations

import pytest
import requests

from lab.winrm import Cut, Ledger, Listener, Moment, Request
from unit.lab.winrm.clients import connect, run
from unit.lab.winrm.fake_workstation import FakeWorkstation


@pytest.mark.parametrize(("moment", "started"), [(Moment.BEFORE, 0), (Moment.AFTER, 1)])
def test_a_cut_comes_before_the_deed_or_after_it(workstation: FakeWorkstation, moment: Moment, started: int) -> None:
    def cut(request: Request) -> None:
        if (request.action, request.moment) == ("Command", moment):
            raise Cut

    ledger = Ledger()
    with Listener(workstation, ledger, intercept=cut) as listener:
        with pytest.raises(requests.ConnectionError):
            run(connect(listener.port), "digest")
        assert len(workstation.started) == started
    assert [(entry.action, entry.status) for entry in ledger.entries] == [("Create", 200), ("Command", 0)]


def test_it_sees_every_request_twice(workstation: FakeWorkstation) -> None:
    seen: list[Request] = []
    with Listener(workstation, Ledger(), intercept=seen.append) as listener:
        run(connect(listener.port, "ntlm"), "digest")
    actions = ["auth", "auth", "auth", "Create", "Command", "Receive", "Signal", "Delete"]
    assert [request.action for request in seen if request.moment is Moment.BEFORE] == actions
    assert [request.action for request in seen if request.moment is Moment.AFTER] == actions
    assert [request.number for request in seen] == [number for number in range(1, 9) for _rest in Moment]
    assert {(request.workstation, request.connection) for request in seen} == {("ws-1", 1)}


def test_it_sees_which_answer_says_that_the_command_has_ended(workstation: FakeWorkstation) -> None:
    seen: list[Request] = []
    with Listener(workstation, Ledger(), intercept=seen.append) as listener:
        run(connect(listener.port, "ntlm"), "many 400000")
    received = [request for request in seen if (request.action, request.moment) == ("Receive", Moment.AFTER)]
    assert [request.ended for request in received] == [False, False, False, True]
    assert sum(request.ended for request in seen) == 1
