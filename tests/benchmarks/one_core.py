# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m benchmarks.one_core OUT [--peer FOLDER]``: counts all sides with the ansible-core of this environment."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from ansible.release import __version__ as core

from benchmarks.counted import Counted
from benchmarks.holders import NUMBERS
from benchmarks.metered import Metered
from benchmarks.our_side import count_ours
from benchmarks.peer_side import count_peer
from benchmarks.side_by_side import numbers_of_peer
from lab.ansible_playbook import chosen


def main() -> None:
    """Writes the counts as JSON."""
    parser = argparse.ArgumentParser(prog="benchmarks.one_core", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--peer", type=Path, help="folder with ansible_collections/ansible/windows; without it, only our side"
    )
    asked = parser.parse_args()
    counts = []
    for each in everything(asked.peer.resolve() if asked.peer else None):
        print(
            f"{core}: {each.side}, {each.scenario}, {each.holders}: {each.commands} commands, {each.sent} bytes",
            flush=True,
        )
        counts.append(asdict(each))
    asked.out.write_text(json.dumps({"ansible_core": core, "counts": counts}, indent=1) + "\n", encoding="utf-8")


def everything(peer: Path | None) -> Iterator[Counted]:
    """Each scenario of each side, each in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, chosen(Metered()):  # it waits without a limit
        for holders in NUMBERS:
            yield from count_ours(Path(folder) / f"ours-{holders}", holders)
        if peer:
            yield from count_peer(Path(folder) / "peer", peer, numbers_of_peer(core.rpartition(".")[0]))


if __name__ == "__main__":
    main()
