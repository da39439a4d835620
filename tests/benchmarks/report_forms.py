# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m benchmarks.report_forms [SIZE]``: computing time, memory and bytes of a report of so many holders, by form."""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.file_formats import FILE_FORMATS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import parse, to_json
from unit.plugins.plugin_utils._report.fleet import spread
from unit.plugins.plugin_utils._report.known import PARAMETERS

SIZE = 20_000

Made = TypeVar("Made")


def main() -> None:
    """Prints the figures as JSON; each call is a process of its own, since memory that was used once is not given back."""
    parser = argparse.ArgumentParser(prog="bench.report", description="A report of many holders.")
    parser.add_argument("size", nargs="?", type=int, default=SIZE)
    print(json.dumps(report_forms(parser.parse_args().size)))


def report_forms(size: int) -> dict[str, Any]:
    """CPU seconds and kB of each form, and the peak memory of this process."""
    hosts = spread(size)
    report, seconds = timed(lambda: build(Sources(hosts, (), None, None), PARAMETERS))
    forms = {"judged and sorted": {"cpu": round(seconds, 1), "kb": 0}}
    for found in FILE_FORMATS.values():
        for form in found:
            data, seconds = timed(partial(form.make, report))
            forms[form.suffix] = {"cpu": round(seconds, 1), "kb": len(data) // 1000}
    _back, seconds = timed(lambda: parse(to_json(report)))
    forms["JSON written and read back"] = {"cpu": round(seconds, 1), "kb": 0}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"holders": size, "certificates": len(report.certificates), "forms": forms, "peak_mib": peak}


def timed(make: Callable[[], Made]) -> tuple[Made, float]:
    """What is made, and how many CPU seconds it took."""
    started = time.process_time()
    return make(), time.process_time() - started


if __name__ == "__main__":
    main()
