# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of many: four times as many holders are no more than four times the work.

Work is counted in lines that run, each turn of a loop being one: a stopwatch would measure the machine. What loops in C is seen by
`make bench-fleet`, which makes a report of twenty thousand, and a browser opens one in `make test-rest`.
"""

from __future__ import annotations

import sys
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
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import parse, to_json
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.query import select
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host, hosts_of, merged
from unit.plugins.plugin_utils._report.fleet import crowd, spread
from unit.plugins.plugin_utils._report.known import PARAMETERS

FEW, MANY = 30, 120
Shape = Callable[..., Sequence[Host]]


def made(hosts: Sequence[Host], earlier: Report | None = None) -> Report:
    return build(Sources(hosts, (), None, earlier), PARAMETERS)


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
