# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of ``docs/benchmarks.md`` on large hospitals. It comes from the kept result and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.page import table

Json = Mapping[str, Any]
PLAYS = {
    "empty": "empty module",
    "facts": "`certificate_facts`",
    "task": "task of the role `audit`",
    "audit": "playbook `audit`",
}


def part(result: Json) -> str:
    """All tables."""
    return "\n\n".join(
        [
            _setting(result),
            "### Computing time and memory",
            _scale_words(result),
            _scale(result["scale"]["sizes"]),
            _ratios(result["scale"]["sizes"]),
            "### Where the computing time goes",
            f"CPU seconds over {result['profile']['hosts']} workstations, of the playbook's own process and of its workers.",
            _profile(result["profile"]["plays"]),
            "### In slices, and on execution nodes",
            _distribution_words(result),
            _distribution(result["distribution"]["runs"]),
            "### A report of many holders",
            _report_words(result["report"]),
            _report(result["report"]["forms"]),
        ]
    )


def _setting(result: Json) -> str:
    machine, versions = result["machine"], result["versions"]
    days = sorted({result[name]["day"] for name in ("scale", "profile", "distribution", "report")})
    named = ", ".join(f"{name} {number}" for name, number in versions.items() if number)
    return (
        f"Measured on {' and '.join(days)}: {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}, Python {machine['python']}; {named}. Each playbook has {result['forks']} forks; each workstation has "
        f"{result['profiles_per_workstation']} profiles, with one certificate in each. Workstations and controller share the machine. "
        "Other work on it makes seconds longer, and CPU seconds, too, though less."
    )


def _scale_words(result: Json) -> str:
    return (
        "The workstations are emulated, in a process of their own. *CPU ms per host* is what one more workstation costs the controller; "
        "the start of Ansible, which also reads the inventory, is apart. The empty module has no code but `#AnsibleRequires -Wrapper`, "
        "so it costs what each module costs. `certificate_facts` has one option, `holders`; the task of the role `audit` had 15 when "
        "this was measured, most of them templates of the role's variables; it takes them from the site now. "
        "Memory is the proportional set size of the playbook's process and its "
        f"{result['forks']} workers.{_rounds_words(result['scale']['sizes'])}"
    )


def _rounds_words(sizes: Sequence[Json]) -> str:
    once = [str(size["hosts"]) for size in sizes if size["rounds"] == 1]
    several = {str(size["hosts"]): size["rounds"] for size in sizes if size["rounds"] > 1}
    words = [
        f" Each play ran {rounds} times for {hosts} workstations; the run in the middle is shown."
        for hosts, rounds in several.items()
    ]
    return "".join(words) + (f" Each play ran once for {' and '.join(once)} workstations." if once else "")


def _scale(sizes: Sequence[Json]) -> str:
    header = (
        "workstations",
        "play",
        "CPU ms per host",
        "start, CPU s",
        "controller, CPU s",
        "workstations, CPU s",
        "memory MiB",
        "s",
    )
    rows = [
        (
            size["hosts"],
            PLAYS[name],
            round(1000 * play["cpu_per_host"]),
            play["start_cpu"],
            play["controller_cpu"],
            play["emulation_cpu"],
            play["peak_mib"]["controller"],
            round(play["seconds"]),
        )
        for size in sizes
        for name, play in size["plays"].items()
    ]
    return table(header, rows)


def _ratios(sizes: Sequence[Json]) -> str:
    header = (
        "workstations",
        "`certificate_facts` to empty module",
        "role's task to `certificate_facts`",
        "`audit` to the role's task",
        "`audit` to that of the fewest",
    )
    first = sizes[0]["plays"]["audit"]["cpu_per_host"]
    rows = []
    for size in sizes:
        empty, facts, task, audit = (size["plays"][name]["cpu_per_host"] for name in PLAYS)
        ratios = facts / empty, task / facts, audit / task, audit / first
        rows.append((size["hosts"], *(f"{ratio:.2f}" for ratio in ratios)))
    return f"CPU time per host, as ratios:\n\n{table(header, rows)}"


def _profile(plays: Json) -> str:
    groups = list(dict.fromkeys(group for name in reversed(PLAYS) for group in plays[name]["groups"]))
    rows: list[Sequence[object]] = [
        (group, *(plays[name]["groups"].get(group, 0.0) for name in PLAYS)) for group in groups
    ]
    total = ("**all**", *(round(sum(plays[name]["groups"].values()), 2) for name in PLAYS))
    main = ("of this, the playbook's own process", *(plays[name]["main"] for name in PLAYS))
    return table(("what for", *PLAYS.values()), [*rows, total, main])


def _distribution_words(result: Json) -> str:
    mesh = (
        "receptor: a mesh of one controller and two execution nodes on this machine, over TLS, with signed work, as AWX has it."
        if result["distribution"]["mesh"]
        else "receptor was not installed, so its rows are missing."
    )
    return (
        f"The audit of {result['distribution']['hosts']} workstations, 10 of them off. Each way ends in the same report. ansible-runner: "
        f"`transmit | worker | process` on this machine. {mesh} Memory of the workers is "
        "the sum of the peaks of all workers, or of both execution nodes."
    )


def _distribution(runs: Sequence[Json]) -> str:
    rows = []
    for run in runs:
        workers = sum(mib for name, mib in run["peak_mib"].items() if name not in ("controller", "emulation"))
        rows.append(
            (
                run["way"],
                run["slices"],
                run["controller_cpu"],
                run["worker_cpu"] or "-",
                run["peak_mib"]["controller"],
                workers or "-",
                run.get("events", "-"),
                round(run["seconds"]),
            )
        )
    header = ("way", "slices", "controller, CPU s", "workers, CPU s", "controller, MiB", "workers, MiB", "events", "s")
    return table(header, rows)


def _report_words(report: Json) -> str:
    return f"{report['holders']} holders, {report['certificates']} certificates; the process takes {report['peak_mib']} MiB."


def _report(forms: Json) -> str:
    return table(("what", "CPU s", "kB"), [(name, form["cpu"], form["kb"] or "-") for name, form in forms.items()])
