# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who does not know the key of a lab in the background is no user of it."""

from __future__ import annotations

import socket
from multiprocessing import AuthenticationError

import pytest

from lab.control import Control, Request, ask


def handler(request: Request) -> list[str]:
    return [str(int(request["order"]))]


def test_who_does_not_know_the_key_gets_nothing_and_disturbs_nobody() -> None:
    with Control(handler) as control:
        with pytest.raises(AuthenticationError):
            ask({**control.access, "key": "00" * 24}, {"order": "7"})
        with socket.create_connection(control.access["address"]) as stranger:
            stranger.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert ask(control.access, {"order": "9"}) == (True, ["9"])
