# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who knows the key gets an answer to each request; a mistake in an order does not end the lab."""

from __future__ import annotations

import socket
from multiprocessing import AuthenticationError

import pytest

from lab.control import Control, RefusedError, Request, ask


def handler(request: Request) -> list[str]:
    if request["order"] == "refuse":
        raise RefusedError("because")
    return [str(int(request["order"]))]


def test_every_request_gets_its_answer() -> None:
    with Control(handler) as control:
        answers = [ask(control.access, {"order": order}) for order in ("7", "refuse", "x", "8")]
    assert answers[0::3] == [(True, ["7"]), (True, ["8"])]
    assert answers[1] == (False, ["because"])
    assert not answers[2][0]
    assert "ValueError" in answers[2][1][0]


def test_who_does_not_know_the_key_gets_nothing_and_disturbs_nobody() -> None:
    with Control(handler) as control:
        with pytest.raises(AuthenticationError):
            ask({**control.access, "key": "00" * 24}, {"order": "7"})
        with socket.create_connection(control.access["address"]) as stranger:
            stranger.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert ask(control.access, {"order": "9"}) == (True, ["9"])
