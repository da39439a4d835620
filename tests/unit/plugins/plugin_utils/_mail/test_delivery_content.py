# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a delivery mail says, by the default patterns and by others; and why a mail cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.action.delivery_info import ActionModule
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.delivery_content import (
    Content,
    ContentRules,
    content_of,
    holder_in,
    is_asked_for,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.delivery_options import FOUND
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.patterns import compiled
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.received import Body, Link
from unit.plugins.plugin_utils.fakes import now

URL = "https://retrait.issuer.example/w?id=1"
PATTERNS = {
    part: compiled(option, ActionModule.SPEC.options[option]["default"], groups=1) for part, option in FOUND.items()
}
RULES = ContentRules(**PATTERNS, allowed_hosts=("retrait.issuer.example",))
TEXT = f"Madame Jeanne Dupont,\nvotre autorisation n° T100001.\nLien : {URL}.\nCode de retrait 1 : AB12\n"
YESTERDAY = now() - timedelta(days=1)


def read(
    text: str = TEXT, rules: ContentRules = RULES, date: datetime | None = YESTERDAY, links: tuple[Link, ...] = ()
) -> Content:
    return content_of("Délivrance", date, Body(text, links), rules, now())


def test_everything_is_found() -> None:
    found = read()
    assert (found.authorisation, found.name, found.url, found.code, found.problem) == (
        "T100001",
        "Jeanne Dupont",
        URL,
        "AB12",
        None,
    )
    assert "AB12" not in repr(found)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("autorisation n° T100001", "T100001"),
        ("autorisation n° RP-204117", "RP-204117"),
        ("Autorisation : ASNR-2026-17", "ASNR-2026-17"),
        ("Autorisation N°T100001", "T100001"),
        ("AUTORISATION : 2026-0042", "2026-0042"),
        ("autorisation no. 123456", "123456"),
        ("Numéro d'autorisation : T100001.", "T100001"),
        ("autorisation annuelle", None),
        ("autorisation n° 12", None),
    ],
)
def test_default_pattern_finds_numbers(line: str, number: str | None) -> None:
    assert holder_in("", Body(line, ()), RULES).authorisation == number


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Monsieur Karim Benali,", "Karim Benali"),
        ("Mme Anne-Sophie Roux", "Anne-Sophie Roux"),
        ("M. Paul Martin :", None),
        ("bonjour Madame X", None),
        ("Madame A\nMonsieur B", None),
    ],
)
def test_default_pattern_finds_names(line: str, name: str | None) -> None:
    assert holder_in("", Body(line, ()), RULES).name == name


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Code de retrait : A-1", "A-1"),
        ('CODE DE RETRAIT 2: é"&', 'é"&'),
        ("code de retrait\n: X", "X"),
        ("Votre code de retrait est X", None),
    ],
)
def test_default_pattern_finds_codes(line: str, code: str | None) -> None:
    assert read(TEXT.replace("Code de retrait 1 : AB12", line)).code == code


REFUSED: Mapping[str, tuple[str, dict[str, Any]]] = {
    "no number": ("no_number", {"text": TEXT.replace("n° T100001", "")}),
    "two numbers": ("several_numbers", {"text": f"{TEXT}autorisation n° T100002"}),
    "no URL": ("no_withdrawal_url", {"text": TEXT.replace(URL, "")}),
    "two URLs": ("several_withdrawal_urls", {"text": f"{TEXT}{URL}2"}),
    "two URLs, one elsewhere": ("url_host_not_allowed", {"text": f"{TEXT}https://evil.example/"}),
    "http": ("url_not_https", {"text": TEXT.replace("https", "http")}),
    "another host": ("url_host_not_allowed", {"text": TEXT.replace("retrait.", "r.")}),
    "user info": ("url_invalid", {"text": TEXT.replace("https://", "https://x@")}),
    "no code": ("no_withdrawal_code", {"text": TEXT.replace("retrait 1", "accès")}),
    "two codes": ("several_withdrawal_codes", {"text": f"{TEXT}Code de retrait 2 : CD"}),
    "no date": ("mail_date", {"date": None}),
    "a date in the future": ("mail_date", {"date": now() + timedelta(days=2)}),
    "a deceptive link": ("link_text_differs", {"links": (Link("https://evil.example/", URL),)}),
    "a deceptive link to the URL": ("link_text_differs", {"links": (Link(URL, "https://evil.example/"),)}),
}


@pytest.mark.parametrize(("code", "changes"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_used_has_its_cause_and_gives_nothing(code: str, changes: dict[str, Any]) -> None:
    found = read(**changes)
    assert found.problem is not None
    assert (found.problem.kind, found.name, found.url, found.code) == (code, "Jeanne Dupont", None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": TEXT + TEXT},
        {"text": f"{TEXT}\nautorisation n° t100001"},
        {"links": (Link("https://help.example/", "www.issuer.example"),)},
        {"date": now() + timedelta(hours=20)},
    ],
    ids=["the same twice", "spelled otherwise", "a deceptive link to something else", "a clock that is a little ahead"],
)
def test_what_is_no_reason_to_refuse(changes: dict[str, Any]) -> None:
    assert read(**changes).problem is None


def test_number_is_spelled_as_the_site_does() -> None:
    asked = replace(RULES, authorisations=("t100001",))
    found = read(rules=asked)
    assert found.authorisation == "t100001"
    assert is_asked_for(found, asked)
    assert not is_asked_for(found, replace(RULES, authorisations=("T100002",)))
    assert is_asked_for(holder_in("", Body("", ()), RULES), asked)
    assert is_asked_for(found, RULES)
    holder = read(rules=replace(RULES, known=("T9", "t 100001")))
    assert holder.authorisation == "t 100001"
