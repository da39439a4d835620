# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m benchmarks [PART...]``: this collection beside ansible.windows, with lines of ansible-core, to the page of benchmarks."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks import page, peer_collections
from benchmarks.comparison_page import rendered
from benchmarks.counted import OURS, Counted
from benchmarks.promises import promises
from benchmarks.side_by_side import LINES, NAME, CoreCounts, SideBySide, keep_result, kept_result, playbooks_state
from benchmarks.single_tasks import single_tasks
from benchmarks.times import measure
from lab.wine import bed
from matrix.cores import ROOT, Core, cores, make_environment
from matrix.run import environment

TASKS, TIMES = "tasks", "times"
PARTS = (*LINES, TASKS, TIMES)


def main() -> int:
    """0 when every promise is kept."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all unless said")
    parser.add_argument(
        "--peer", type=Path, help="folder with ansible_collections; it is filled in .build/peer unless said"
    )
    parser.add_argument(
        "--again", action="store_true", help="count ansible.windows also where nothing of it has changed"
    )
    asked = parser.parse_args()
    unknown = sorted(set(asked.parts) - set(PARTS))
    if unknown:
        parser.error(f"There is no part {', '.join(unknown)}; there are {', '.join(PARTS)}.")
    peer = (asked.peer or peer_collections.FOLDER).resolve()
    for part in asked.parts or PARTS:
        result = with_part(kept_result(), part, peer, again=asked.again)
        keep_result(result)
        page.write(page.BENCHMARKS, NAME, rendered(result))
    broken = [each for each in promises(kept_result()) if not each.kept]
    for each in broken:
        print(f"*** NOT KEPT: {each.what}: {each.measured}", flush=True)
    return int(bool(broken))


def with_part(result: SideBySide, part: str, peer: Path, *, again: bool) -> SideBySide:
    """The result with this part measured anew; see ``still_true`` and ``again``. Raises ``RuntimeError`` where that cannot be done."""
    if part == TASKS:
        return replace(result, tasks=single_tasks())
    if bed() is None:
        raise RuntimeError(
            "Windows PowerShell is not installed here, and nothing else runs ansible.windows. `make bed` installs it."
        )
    peer_collections.install(peer)
    if part == TIMES:
        return replace(result, times=measure(peer))
    (core,) = (each for each in cores() if each.line == part)
    kept = [] if again else still_true(result.cores.get(part), core)
    counts = [*counted_with(core, None if kept else peer), *kept]
    measured = {**result.cores, part: CoreCounts(core.version, counts, peer_collections.wanted(), playbooks_state())}
    return replace(result, cores={line: measured[line] for line in LINES if line in measured})


def still_true(kept: CoreCounts | None, core: Core) -> list[Counted]:
    """The kept counts of the other sides. They depend on the core, the collections and the playbooks, and on nothing of ours."""
    now = (core.version, peer_collections.wanted(), playbooks_state())
    if kept is None or (kept.ansible_core, kept.peer, kept.playbooks) != now:
        return []
    return [each for each in kept.counts if each.side != OURS]


def counted_with(core: Core, peer: Path | None) -> list[Counted]:
    """In the environment of a core; only our side without ``peer``. Raises ``RuntimeError`` when that has another core."""
    make_environment(core)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "counts.json"
        command = [str(core.folder / "bin" / "python"), "-m", "benchmarks.one_core", str(out)]
        command += ["--peer", str(peer)] if peer else []
        subprocess.run(command, cwd=ROOT, env=dict(environment(core)), check=True, stdout=sys.stdout)
        return counts_of(core, out.read_text(encoding="utf-8"))


def counts_of(core: Core, answer: str) -> list[Counted]:
    """What ``benchmarks.one_core`` has written. Raises ``RuntimeError`` when another core has run."""
    found = json.loads(answer)
    if found["ansible_core"] != core.version:
        raise RuntimeError(f"ansible-core {found['ansible_core']} has run, not {core.version}")
    return [Counted(**each) for each in found["counts"]]


if __name__ == "__main__":
    sys.exit(main())
