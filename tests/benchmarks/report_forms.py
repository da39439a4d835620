# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m benchmarks.report_forms [SIZE]``: time, memory and bytes of a report of so many holders, by form."""

from __future__ import annotations

import argparse
import platform
import resource
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.file_formats import FILE_FORMATS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import parse, to_json
from benchmarks.__main__ import table
from unit.plugins.plugin_utils._report.fleet import spread
from unit.plugins.plugin_utils._report.known import PARAMETERS

SIZE = 20_000

Made = TypeVar("Made")


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="bench.rows", description="A report of many holders.")
    parser.add_argument("size", nargs="?", type=int, default=SIZE)
    size = parser.parse_args().size
    hosts = spread(size)
    report, seconds = timed(lambda: build(Sources(hosts, (), None, None), PARAMETERS))
    print(f"Python {platform.python_version()}; {size} holders, {len(report.certificates)} certificates\n")
    rows = [("judged and sorted", f"{seconds:.1f}", "")]
    for forms in FILE_FORMATS.values():
        for form in forms:
            data, seconds = timed(partial(form.make, report))
            rows.append((form.suffix, f"{seconds:.1f}", str(len(data) // 1000)))
    _back, seconds = timed(lambda: parse(to_json(report)))
    rows.append(("JSON written and read back", f"{seconds:.1f}", ""))
    print(table([("what", "s", "kB"), *rows]))
    print(f"\nPeak of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


def timed(make: Callable[[], Made]) -> tuple[Made, float]:
    """What is made, and how many seconds it took."""
    started = time.monotonic()
    return make(), time.monotonic() - started


if __name__ == "__main__":
    main()
