# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m matrix [LINE...]``: tries all lines of ansible-core or the named ones, and writes results and table."""

from __future__ import annotations

import argparse
import subprocess
import sys

from matrix.cores import Core, cores
from matrix.run import log_of, loudly, try_core, try_shortly
from matrix.table import PAGE, rows, written
from matrix.tried import Tried, read, shipped_state, write


def main() -> int:
    """0 when every core that was asked for is green."""
    known = {core.line: core for core in cores()}
    parser = argparse.ArgumentParser(prog="matrix", description=__doc__)
    parser.add_argument("lines", nargs="*", metavar="LINE", help=f"{', '.join(known)}; all unless said")
    parser.add_argument("--table", action="store_true", help="only write the table from the results")
    parser.add_argument(
        "--check", action="store_true", help="only name the lines that are not green in this state of the tree"
    )
    parser.add_argument("--oldest", action="store_true", help="only try the oldest line, shortly; it writes nothing")
    parser.add_argument("--newest", action="store_true", help="the same with the newest line")
    asked = parser.parse_args()
    if asked.check:
        return _check()
    if asked.oldest or asked.newest:
        return try_shortly(cores() if asked.oldest else cores()[::-1])
    unknown = [line for line in asked.lines if line not in known]
    if unknown:
        parser.error(f"There is no line {', '.join(unknown)} of ansible-core; there are {', '.join(known)}.")
    chosen = [] if asked.table else [known[line] for line in asked.lines or reversed(known)]
    failed = [core for core in chosen if not _tried(core)]
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), rows(cores(), read())), encoding="utf-8")
    for core in failed:
        loudly(f"ansible-core {core.line} is not green. The logs: {log_of(core, '*')}")
    return int(bool(failed))


def _check() -> int:
    """Names what `make matrix` still has to do; 0 when there is nothing."""
    results, state, todo = read(), shipped_state(), 0
    for core in cores():
        tried = results.get(core.line)
        if tried is None or tried.ansible_core != core.version:
            said = "was not tried"
        elif tried.state != state:
            said = "was tried with another state of the collection"
        elif not tried.green:
            said = "is not green"
        else:
            continue
        loudly(f"ansible-core {core.version} {said}.")
        todo += 1
    return int(todo > 0)


def _tried(core: Core) -> bool:
    """Tries it and writes its result; what could not be tried loses the result that it had."""
    results = read()
    results.pop(core.line, None)
    write(results)
    try:
        tried: Tried | None = try_core(core)
    except subprocess.CalledProcessError as error:
        loudly(f"NOT TRIED: ansible-core {core.line}. {error}")
        return False
    if tried is None:
        return False
    write({**read(), core.line: tried})
    return tried.green


if __name__ == "__main__":
    sys.exit(main())
