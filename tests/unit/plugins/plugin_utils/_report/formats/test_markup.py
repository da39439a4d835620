# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No text of a report is markup, a link, a formula or a line of its own in any form: every field of every record is tried alone."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from markdown_it import MarkdownIt

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import Strangers
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.revocation import (
    CrlProblem,
    Revocation,
    RevocationReason,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.crl_row import CrlRow
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import (
    Acceptable,
    Accepted,
    ExceptionRow,
    ExceptionState,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import (
    certificates_csv,
    holders_csv,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import to_json
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import (
    AuthorisationDocument,
    Report,
    Service,
)
from unit.plugins.plugin_utils._report.reports import NOW, TODAY, sample
from unit.plugins.plugin_utils.records import problem

MARKUP = "=1+1\"'><x-mark onx=1></td></p></script></style>&lt;b&gt; **a** `b` [c](http://evil.example) <http://evil.example>|\n# d\n- e"
LABELS = r'\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\}'
LINES = re.compile(rf"# (HELP|TYPE) .*|[a-z0-9_]+({LABELS})? -?\d+")
CHOSEN = {"ReportParameters.language", "ReportParameters.time_zone"}
"""Texts that are one of a list, which the page asks for its words."""


def text_fields(kind: Any) -> Iterator[str]:
    """``Class.field`` of all texts that a record of this type holds, at any depth; the register is in the workbook alone."""
    for each in filter(attrgetter("compare"), fields(kind)):
        hint = get_type_hints(kind)[each.name]
        while get_origin(hint) in (UnionType, tuple):
            hint = [part for part in get_args(hint) if part is not NoneType][0]  # noqa: RUF015  next() may end a generator
        if hint is Problem:
            yield "Problem.values"
        elif hint is str:
            yield f"{kind.__name__}.{each.name}"
        elif is_dataclass(hint):
            yield from text_fields(hint)


def marked(value: Any, hint: Any, target: str, here: str = "") -> Any:
    """The value with markup in this field of every record; what is not there gets one, too."""
    if isinstance(value, Problem):
        return problem(value.code, said=MARKUP) if target == "Problem.values" else value
    if is_dataclass(value):
        hints, kind = get_type_hints(type(value)), type(value)
        changed = {
            each.name: marked(getattr(value, each.name), hints[each.name], target, f"{kind.__name__}.{each.name}")
            for each in fields(value)
        }
        return kind(**changed)
    if isinstance(value, tuple):
        return tuple(marked(each, get_args(hint)[0], target, here) for each in value)
    is_text = isinstance(value, str) and hint in (str, str | None)
    return MARKUP if here == target and (is_text or (value is None and str in get_args(hint))) else value


FIELDS = sorted(set(text_fields(Report)) - CHOSEN)
SHOWN = """
Accepted.reason CertificateRecord.friendly_name CertificateRecord.subject_cn Change.after Change.before Change.name CrlRow.detail
CrlRow.source ExceptionRow.reason HolderRow.name HolderWorkstation.account Problem.values Report.unmatched_issuers
ReportParameters.establishment ReportParameters.query ReportParameters.title StoreOwner.account UnreadRecord.detail
"""
"""Fields that the page is known to show, so that the markup gets there at all."""


class Elements(HTMLParser):
    """The names of all elements, and of all attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(name for name, _value in attrs)}


def markdown_kinds(text: str) -> tuple[set[str], int]:
    """Kinds of all tokens, and how many headings there are."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    kinds = {each.type for token in tokens for each in (token, *(token.children or ()))}
    return kinds, sum(token.type == "heading_open" for token in tokens)


@pytest.fixture(scope="module")
def plain() -> Report:
    """The sample with all that a report can have beside: accepted findings, revoked certificates, lists of every kind."""
    report = sample()
    first, second, *others = report.holders
    where = first.places[0].workstation
    accepted = Accepted(Acceptable.WEAK, where, "A new one comes in January.", TODAY)
    weak = tuple(replace(place, workstation=where, status=Status.WEAK) for place in first.places)
    revoked = replace(second.places[0], revocation=Revocation(NOW, RevocationReason.KEY_COMPROMISE))
    certificates = tuple(
        replace(report.certificates[0], accepted=accepted, revocation=Revocation(NOW, reason))
        for reason in RevocationReason
    )
    exceptions = tuple(
        ExceptionRow(first.authorisation, (None, where)[number % 2], what, "A reason.", TODAY, state)
        for number, what in enumerate(Acceptable)
        for state in ExceptionState
    )
    lists = [CrlRow(f"/srv/{each.value}.crl", None, None, None, None, each, "3") for each in CrlProblem]
    named = replace(
        report.parameters,
        service=Service("Dose portal", "https://portal.example"),
        authorisation_document=AuthorisationDocument("annex 1", "Registry", "https://registry.example"),
    )
    return replace(
        report,
        parameters=named,
        holders=(
            replace(first, status=Status.WEAK, accepted=(accepted,), places=weak),
            replace(second, status=Status.REVOKED, places=(replace(revoked, status=Status.REVOKED),)),
            *others,
        ),
        certificates=(*report.certificates, *certificates),
        workstations=tuple(replace(row, strangers=Strangers.NO_MATCH) for row in report.workstations),
        exceptions=exceptions,
        revocation_lists=(CrlRow("/srv/good.crl", "CN=AC", NOW, NOW, 1200, None, ""), *lists),
        unmatched_issuers=("CN=AC Personnes",),
    )


@pytest.fixture(scope="module")
def html_names(plain: Report) -> set[str]:
    return Elements(page(plain)).names


@pytest.fixture(scope="module")
def kinds_and_headings(plain: Report) -> tuple[set[str], int]:
    return markdown_kinds(markdown(plain))


@pytest.mark.parametrize("target", FIELDS)
def test_no_text_is_more_than_text(
    target: str, plain: Report, html_names: set[str], kinds_and_headings: tuple[set[str], int]
) -> None:
    report = marked(plain, Report, target)
    assert report != plain
    html = page(report)
    assert Elements(html).names <= html_names
    assert target not in SHOWN.split() or "onx=1" in html
    kinds, headings = markdown_kinds(markdown(report))
    # A selection is shown as code, and a change may be of a workstation alone.
    assert kinds - {"code_inline"} <= kinds_and_headings[0]
    assert headings == kinds_and_headings[1]
    for table in (holders_csv(report), certificates_csv(report)):
        cells = [cell for row in csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")) for cell in row]
        assert not any(cell.startswith("=1") for cell in cells)
    assert all(map(LINES.fullmatch, textfile(report).splitlines()))
    text = to_json(report)
    assert len(text.splitlines()) == len(to_json(plain).splitlines())
    assert json.loads(text)
