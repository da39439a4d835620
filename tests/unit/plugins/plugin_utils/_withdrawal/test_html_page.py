# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees on a page: labels of every kind, hidden fields, buttons, and pages that are broken or hostile."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.html_elements import MOST_UNCLOSED
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.html_page import (
    Page,
    charset_of,
    comparable,
    read_page,
)

LABELS = {
    "for": '<label for="c">Code de retrait</label><p>x<p><input id="c" name="f">',
    "around": '<label>Code de retrait <input name="f"></label>',
    "after": '<label><input name="f"> Code de retrait</label>',
    "before": 'Bonjour<br>Code de retrait&nbsp;: <input name="f">',
    "cell": '<table><tr><td>Code de retrait<td><input name="f"></table>',
    "row": '<table><tr><td>x</td></tr><tr><td><b>Code</b> de retrait</td><td><input name="f"></td></tr></table>',
    "definition": '<dl><dt>Code de retrait</dt><dd><input name="f"></dd></dl>',
    "placeholder": '<input name="f" placeholder="Code de retrait">',
    "aria": '<input name="f" aria-label="Code de retrait">',
    "title": '<input name="f" title="Code de retrait">',
    "unclosed label": '<label>Code de retrait <input name="f">',
    "kind in capitals": '<label>Code de retrait <input NAME="f" TYPE="PASSWORD"></label>',
    "unknown kind": '<label>Code de retrait <input name="f" type="pin"></label>',
}


def page(body: str) -> Page:
    return read_page(f"<html><body><form>{body}</form>".encode())


@pytest.mark.parametrize("body", LABELS.values(), ids=LABELS)
def test_a_field_has_its_label(body: str) -> None:
    (form,) = page(body).forms
    (field,) = form.fields
    assert field.is_text
    assert any(comparable(text).startswith("codederetrait") for text in field.labels)


def test_what_a_browser_sends_is_known() -> None:
    (form,) = page(
        "<input type=hidden name=h value='1 &amp; 2'><input type=checkbox name=c><input type=radio name=r value=x checked>"
        "<select name=s><option value=1>one<option value=2 selected>two</select><select name=t><option>first</select>"
        "<textarea name=a>text</textarea><input name=d value=no disabled><input type=file name=f><input type=reset value=x>"
    ).forms
    sent = {field.name: field.value for field in form.fields if field.sent}
    assert sent == {"h": "1 & 2", "r": "x", "s": "2", "t": "first", "a": "text"}


def test_buttons_are_those_that_send() -> None:
    (form,) = page(
        "<button>One</button><button type=button>no</button><button type=reset>no</button><input type=submit value=Two name=n>"
        "<input type=image alt=Three><button disabled>no</button><button formaction=/x formmethod=POST><b>Four</b></button>"
    ).forms
    assert [button.label for button in form.buttons] == ["One", "Two", "Three", "Four"]
    assert (form.buttons[1].name, form.buttons[3].action, form.buttons[3].method) == ("n", "/x", "post")


def test_a_form_has_its_address_method_and_encoding() -> None:
    found = read_page(
        b"<form action='a' method=POST enctype='Multipart/Form-Data'><form action=inner></form><form method=x>"
    )
    assert [(form.action, form.method, form.encoding) for form in found.forms] == [
        ("a", "post", "multipart/form-data"),
        ("", "get", ""),
    ]


def test_a_field_may_stand_outside_its_form() -> None:
    found = read_page(b"<input name=a form=x><form id=x><input name=b></form><input name=c>")
    assert [field.name for field in found.forms[0].fields] == ["a", "b"]


def test_scripts_and_styles_are_no_text() -> None:
    found = read_page(
        b"<title>t</title><style>s</style><script>document.write('<form>')</script>a<noscript><form></form></noscript>"
        b"<p>b<br>c&eacute;<template><a href=x>d</a></template><p><a href='l'>e <b>f</b></a><base href='/base/'>"
    )
    assert (found.text, found.forms, found.base) == ("a b cé e f", (), "/base/")
    assert [(link.target, link.text) for link in found.links] == [("l", "e f")]


CHARSETS = [
    ("é".encode(), "", "utf-8"),
    ("é".encode("latin-1"), "", "windows-1252"),
    ("é".encode("latin-1"), "text/html; charset=ISO-8859-1", "windows-1252"),
    (b"<meta charset='iso-8859-15'>\xa4", "text/html", "iso-8859-15"),
    (b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">', "", "windows-1250"),
    (b"a", 'text/html; charset="UTF-8"', "UTF-8"),
    (b"a", "text/html; charset=nothing", "windows-1252"),
    (b"a", "text/html; charset=base64", "windows-1252"),
]


@pytest.mark.parametrize(("data", "content_type", "charset"), CHARSETS)
def test_the_encoding_is_that_of_a_browser(data: bytes, content_type: str, charset: str) -> None:
    assert charset_of(data, content_type) == charset
    read_page(data, content_type)


BROKEN = {
    "unclosed links": "<a href=x>" * 100_000,
    "unclosed blocks": "<div>" * 200_000,
    "unclosed fields": "<form><input " * 80_000,
    "comments": "<!--" * 200_000,
    "angles": "<" * 500_000,
    "references": "&#" * 300_000,
    "labels": "<label>a" * 100_000 + "<form>" + "<input>" * 10_000,
    "quotes": "<a href='" * 100_000,
    "zeros": "\0" * 1_000_000,
    "options": "<form><select>" + "<option>" * 100_000,
    "nothing": "",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_page_costs_little_time(body: str) -> None:
    start = time.process_time()
    read_page(body.encode())
    assert time.process_time() - start < 10


def test_what_follows_a_tag_without_an_end_is_read_again_only_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older Pythons read it again for each such tag; newer ones do not, so that their time shows nothing."""
    left: list[int] = []
    monkeypatch.setattr(HTMLParser, "close", lambda parser: left.append(len(parser.rawdata)))
    read_page(b"<a href='" + b"x" * 200_000)
    assert left == [MOST_UNCLOSED]
