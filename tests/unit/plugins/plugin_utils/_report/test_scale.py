# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of many: four thousand holders are in every form, and four times as many are no more than four times the work.

Work is counted in lines that run, each turn of a loop being one: a stopwatch would measure the machine. What loops in C is seen by the
big report, which would take hours. `make bench-fleet` makes a report of twenty thousand, and a browser opens one in `make test-rest`.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import sys
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.compare import compare
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import (
    certificates_csv,
    holders_csv,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.file_formats import FILE_FORMATS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import SHOWN, page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import parse, to_json
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.query import select
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host, hosts_of, merged
from unit.plugins.plugin_utils._report.fleet import crowd, entry, spread
from unit.plugins.plugin_utils._report.known import PARAMETERS

SIZE = 4_000
WITHOUT = 100
NEVER_SEEN = 80
"""Of the workstations that ``spread`` makes."""
FEW, MANY = 30, 120
Shape = Callable[..., Sequence[Host]]


def made(hosts: Sequence[Host], earlier: Report | None = None, without: int = 0) -> Report:
    people = [entry(SIZE + number) for number in range(without)]
    return build(Sources(hosts, people, None, earlier), PARAMETERS)


@dataclass(frozen=True)
class Known:
    """What the steps work on: the same hosts twice, with a renewal of all certificates between."""

    hosts: Sequence[Host]
    before: Report
    after: Report


def known(shape: Shape, size: int) -> Known:
    hosts, before = shape(size, 900), made(shape(size))
    return Known(hosts, before, made(hosts, before))


STEPS: dict[str, Callable[[Known], Any]] = {
    "build": lambda it: made(it.hosts, it.before),
    "compare": lambda it: compare(it.before, it.after),
    "merge": lambda it: merged(it.hosts, hosts_of(it.before)),
    "parse": lambda it: parse(to_json(it.after)),
    "query": lambda it: select(it.after, "[?status!='valid' || places[?logged_on]]"),
    "html": lambda it: page(it.after),
    "holders_csv": lambda it: holders_csv(it.after),
    "certificates_csv": lambda it: certificates_csv(it.after),
    "prometheus": lambda it: textfile(it.after),
    "markdown": lambda it: markdown(it.after),
}


def lines_of(work: Callable[[], Any]) -> int:
    """How many lines the work runs. One that a loop comes back to counts again, in a comprehension too."""
    count = 0

    def trace(_frame: FrameType, _event: str, _argument: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("shape", [spread, crowd])
@pytest.mark.parametrize("step", STEPS)
def test_four_times_as_many_are_four_times_the_work(step: str, shape: Shape) -> None:
    work = STEPS[step]
    work(known(shape, FEW))  # fills caches
    few, many = (lines_of(partial(work, known(shape, size))) for size in (FEW, MANY))
    assert 1000 < few < many
    assert many <= 5 * few  # names and changes are more of them, too; each with each would be sixteen times


@pytest.fixture(scope="module")
def big() -> Report:
    """Four thousand holders at as many workstations, some more without any, two certificates each."""
    return made(spread(SIZE), without=WITHOUT)


def rows_of_html(page: bytes, kind: bytes) -> int:
    """Rows of the tables of a kind; a table has one row of headings."""
    tables = page.split(b'<table class="rows ' + kind)[1:]
    return sum(table.partition(b"</table>")[0].count(b"<tr") - 1 for table in tables)


def unpacked(page: bytes) -> bytes:
    """The page as its script makes it: the packed rows of a table are in the table."""
    packed = rb'</tbody>\s*</table>\s*<p class="note unpacked">[^<]*</p>\s*<script type="text/plain" class="packed">([^<]*)</script>'
    return re.sub(packed, lambda found: zlib.decompress(base64.b64decode(found[1])) + b"</tbody></table>", page)


def rows(data: bytes) -> int:
    return sum(1 for _row in csv.reader(io.StringIO(data.decode("utf-8-sig")))) - 1


def test_everybody_is_in_every_form(big: Report) -> None:
    made_of = {form.suffix: form.make(big) for forms in FILE_FORMATS.values() for form in forms}
    page_of_all = unpacked(made_of[".html"])
    assert rows_of_html(page_of_all, b"holders") == SIZE + WITHOUT
    assert rows_of_html(page_of_all, b"workstations") == SIZE
    assert rows_of_html(page_of_all, b"certificates") == len(big.certificates)
    assert rows_of_html(made_of[".html"], b"holders") == SHOWN
    assert len(made_of[".html"]) < len(page_of_all) / 3
    assert rows(made_of["-holders.csv"]) == SIZE + WITHOUT
    assert rows(made_of["-certificates.csv"]) == len(big.certificates)
    assert made_of[".prom"].count(b"\npkcs12_holder_status{") == SIZE + WITHOUT
    assert made_of[".prom"].count(b"\npkcs12_workstation_answered{") == SIZE
    assert made_of[".prom"].count(b"\npkcs12_certificate_not_after_timestamp_seconds{") == len(big.certificates)
    assert b"4,100 holders" in made_of[".md"]
    assert len(made_of[".md"]) < 50_000
    counts = {key: len(each) for key, each in json.loads(made_of[".json"]).items() if isinstance(each, list)}
    assert counts == {
        "holders": SIZE, "without_workstation": WITHOUT, "without_holder": 0, "certificates": len(big.certificates),
        "workstations": SIZE, "exceptions": 0, "revocation_lists": 0, "unmatched_issuers": 0,
    }  # fmt: skip
