# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the guide on scaling that has numbers: measured costs, and plans that follow from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.page import ROOT
from benchmarks.plan import CORES, NODE_GIB, Costs, Plan, costs_of, plan

NAME = "scaling"
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_scaling.rst"
PLANS = ((1_000, 60), (5_000, 60), (20_000, 120), (20_000, 60), (20_000, 30), (20_000, 15))
"""Workstations, and minutes in which they are audited."""


def part(result: Mapping[str, Any]) -> str:
    """Costs and plans, as reStructuredText."""
    costs = costs_of(result)
    plans = [_row(plan(costs, hosts, minutes)) for hosts, minutes in PLANS]
    header = ("Workstations", "Minutes", "Cores", "Nodes", "Slices", "Forks of each", "MiB of a node")
    return "\n".join(
        [
            _setting(result),
            "",
            *_table(("What", "Cost"), (62, 38), _costs(costs)),
            "",
            _report(result["report"]),
            "",
            f"These numbers lead to these plans, for execution nodes with {CORES} cores and {NODE_GIB} GiB:",
            "",
            *_table(header, (18, 12, 12, 12, 12, 16, 18), plans),
        ]
    )


def _setting(result: Mapping[str, Any]) -> str:
    largest = max(size["hosts"] for size in result["scale"]["sizes"])
    machine, versions = result["machine"], result["versions"]
    return (
        f"Measured on {result['scale']['day']} with up to {largest} emulated workstations: {machine['processor']}, "
        f"{machine['cores']} cores, Python {machine['python']}, ansible-core {versions['ansible-core']}, "
        f"ansible-runner {versions['ansible-runner']}, receptor {versions['receptor'] or 'missing'}. "
        "An execution environment for AWX has an older ansible-core, see "
        ":ref:`ansible_collections.hospital_it.pkcs12.docsite.guide_awx`. Measure it on your site before you buy nodes."
    )


def _report(report: Mapping[str, Any]) -> str:
    cpu = sum(form["cpu"] for form in report["forms"].values())
    return (
        f"The report of {report['holders']} holders takes {cpu:.0f} CPU seconds for all its forms together, and "
        f"{report['peak_mib']} MiB. It is one job on one node, after the audit."
    )


def _costs(costs: Costs) -> Iterator[tuple[str, str]]:
    yield "Workstations of a slice, at most", str(costs.measured)
    yield "Each workstation, all processes of the playbook", f"{1000 * costs.host:.0f} ms of CPU"
    yield "Of this, the playbook's own process, which has one core", f"{1000 * costs.main:.0f} ms of CPU"
    yield "Start of a slice", f"{costs.start:.1f} s of CPU"
    yield (
        "Controller: sending a job and taking its results, for each workstation",
        f"{1000 * costs.control:.0f} ms of CPU",
    )
    yield "Events that AWX stores, for each workstation", f"{costs.events:.1f}"
    yield (
        "Memory of the playbook's own process",
        f"{costs.playbook_mib:.0f} MiB, and {1024 * costs.playbook_mib_per_host:.0f} KiB for each workstation",
    )
    yield "Memory of a fork", f"{costs.fork_mib:.0f} MiB"


def _row(found: Plan) -> Sequence[str]:
    numbers = (found.hosts, found.minutes, found.cores, found.nodes, found.slices, found.forks, found.node_mib)
    return [str(number) for number in numbers]


def _table(
    header: Sequence[str], widths: Sequence[int], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]
) -> Iterator[str]:
    yield from (".. csv-table::", "   :header-rows: 1", f"   :widths: {' '.join(map(str, widths))}", "")
    for row in (header, *rows):
        yield "   " + ", ".join(f'"{cell}"' if "," in cell else cell for cell in row)
