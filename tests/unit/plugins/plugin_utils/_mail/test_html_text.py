# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text that a reader of an HTML mail sees, and links that show another host than they lead to."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.html_text import Link, page_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Code&nbsp;de retrait&#160;:</p><p>AB&amp;C</p>", "Code de retrait :\nAB&C"),
        ("<table><tr><td>Code :</td><td><b>X</b>Y</td></tr><tr><td>2</td></tr></table>", "Code : XY\n2"),
        ("a\n  b<br>c<br/>d", "a b\nc\nd"),
        ("<head><title>t</title><style>p {}</style></head><body>x<script>y</script></body>", "x"),
        ("<head><meta charset=x><body>seen", "seen"),
        ("<!-- <p>hidden</p> -->seen", "seen"),
        ("<b>never closed", "never closed"),
        ("&#x110000; &nosuch; <", "\ufffd &nosuch; <"),
    ],
)
def test_the_text_is_what_a_reader_sees(html: str, text: str) -> None:
    assert page_text(html).text == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://a.example/x?b=1&amp;c=2">https://a.example/x...</a>', "https://a.example/x?b=1&c=2"),
        ('<a href="https://a.example/x">a.example</a>', "https://a.example/x"),
        ('go <a href="https://a.example/x">here</a> now', "go here <https://a.example/x> now"),
        ('<a href="https://a.example/x"><img src="y"></a>', "<https://a.example/x>"),
        ('<a href="https://a.example/x">https://b.example/</a>', "https://b.example/ <https://a.example/x>"),
        ('<a href=" https://a.exam\nple/x ">here</a>', "here <https://a.example/x>"),
        (
            '<a href="https://a.example/">one<a href="https://b.example/">two</a>',
            "one <https://a.example/> two <https://b.example/>",
        ),
        ("<a name=x>no link</a>", "no link"),
    ],
)
def test_a_link_is_its_text_and_where_it_leads(html: str, text: str) -> None:
    assert page_text(html).text == text


@pytest.mark.parametrize(
    ("text", "href", "is_deceptive"),
    [
        ("https://a.example/x", "https://a.example/y", False),
        ("HTTPS://A.example", "https://a.example/y", False),
        ("a.example", "https://a.example/y", False),
        ("https://a.example/x", "https://b.example/x", True),
        ("a.example/x", "https://b.example/x", True),
        ("a.example", "https://x.a.example/", True),
        ("https://user@a.example/x", "https://b.example/x", True),
        ("https://a.example", "mailto:x@b.example", True),
        ("192.0.2.1", "https://b.example", True),
        ("https://a.example", "https://[broken", True),
        ("Retirer mon certificat", "https://b.example", False),
        ("Voir a.example ou b", "https://b.example", False),
        ("", "https://b.example", False),
    ],
)
def test_a_link_that_shows_another_host_is_deceptive(text: str, href: str, is_deceptive: bool) -> None:
    assert Link(href, text).is_deceptive is is_deceptive


def test_a_page_of_tags_alone_is_no_problem() -> None:
    assert page_text("<div>" * 50_000 + "x").text == "x"
