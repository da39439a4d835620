# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first bytes of an answer."""

from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.http_client import Answer, HttpOptions


class Trickle:
    """A response that gives one byte at a time."""

    def __init__(self, body: bytes) -> None:
        self.status, self.headers = 200, dict[str, str]()
        self._body = body

    def read1(self, _size: int) -> bytes:
        first, self._body = self._body[:1], self._body[1:]
        return first


def test_two_bytes_are_seen_however_slowly_they_come() -> None:
    """One byte does not tell a bundle from a page."""
    answer = Answer(Trickle(b"0\x82ab"), "https://ra.example/", HttpOptions())
    assert answer.peek() == answer.peek() == b"0\x82"
    assert answer.body() == b"0\x82ab"
    assert Answer(Trickle(b"0"), "https://ra.example/", HttpOptions()).peek() == b"0"
