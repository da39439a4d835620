# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent is what a browser sends."""

from __future__ import annotations

from email import message_from_bytes

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.conversation import (
    in_body,
    in_query,
    pairs_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.html_page import read_page

(FORM,) = read_page(
    b"<form><input type=hidden name=t value=1><input name=code value=old><input type=checkbox name=no><input type=hidden name=code value=h>"
    b"<button name=go value=yes>Ok</button></form>"
).forms


def test_the_code_goes_into_its_field_and_the_button_is_sent() -> None:
    pairs = pairs_of(FORM, {"code": "é&="}, FORM.buttons[0])
    assert pairs == [("t", "1"), ("code", "é&="), ("code", "h"), ("go", "yes")]
    assert pairs_of(FORM, {}, None) == [("t", "1"), ("code", "old"), ("code", "h")]


def test_a_query_is_replaced_and_encoded_as_the_page() -> None:
    assert (
        in_query("https://ra.example/a?old=1", [("c", "é €")], "iso-8859-1")
        == "https://ra.example/a?c=%E9+%26%238364%3B"
    )


def test_a_body_is_encoded_as_its_form_says() -> None:
    assert in_body([("c", "é&")], "", "utf-8") == (b"c=%C3%A9%26", "application/x-www-form-urlencoded")
    body, kind = in_body([("c", "é&"), ('n"', "2")], "multipart/form-data", "utf-8")
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    assert parts == ["é&".encode(), b"2"]
    assert b'name="n%22"' in body
