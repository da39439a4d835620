# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks written as data, and what is read from their end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.hospital import Hospital
from lab.playbook import Row, Run, play
from lab.winrm import Entry

SITE_WIDE_BECOME: Mapping[str, Any] = {
    "become": True,
    "become_method": "ansible.builtin.runas",
    "become_user": "Administrator",
    "vars": {"ansible_become_password": "a password of the site's administrator"},
}
"""What many sites set for all of their tasks on Windows."""

# A line of the recap.
FAILED = re.compile(r"^(\S+) +: ok=.* (?:unreachable|failed)=[1-9]", re.MULTILINE)

# A host's result under a task's heading.
RESULT = re.compile(r"^(?:ok|changed): \[([^\]]+)\] => (\{$.*?^\})$", re.MULTILINE | re.DOTALL)

Json = dict[str, Any]

NONCE: Mapping[str, str] = {"PKCS12_NONCE_LANGUAGE": "1"}
"""The environment of a run whose sentences are codes and values. So a test can look at what a playbook says, and not at its words. See also
the fixture ``nonce_language``."""

MARK = re.compile(r"[«»]")
VALUE = re.compile(r" (\w+)=(.*?)(?= \w+=|$)", re.DOTALL)


@dataclass(frozen=True)
class Told:
    """What a run in the nonce language said: a code with its values, and what led to it."""

    code: str
    values: Mapping[str, str]
    causes: tuple[Told, ...] = ()


def told(text: str) -> list[Told]:
    """All that is told in a text, in its order; what led to something is in that, and not by itself."""
    open_ones: list[tuple[list[str], list[Told]]] = [([], [])]
    at = 0
    for mark in MARK.finditer(text):
        open_ones[-1][0].append(text[at : mark.start()])
        at = mark.end()
        if mark[0] == "«":
            open_ones.append(([], []))
        elif len(open_ones) > 1:
            parts, causes = open_ones.pop()
            code, _colon, rest = "".join(parts).partition(":")
            open_ones[-1][1].append(Told(code, dict(VALUE.findall(rest[8:].rstrip())), tuple(causes)))
    return open_ones[0][1]


def all_told(text: str) -> list[Told]:
    """All that is told in a text, and what led to it."""

    def each_of(these: Sequence[Told]) -> Iterator[Told]:
        for each in these:
            yield each
            yield from each_of(each.causes)

    return list(each_of(told(text)))


def without_nonces(told_twice: Mapping[str, str]) -> dict[str, str]:
    """Texts that are to be compared with those of another run."""
    return {name: re.sub(r"(«[\w.\\]+):[0-9a-f]{8}", r"\1", text) for name, text in told_twice.items()}


def told_codes(text: str) -> set[str]:
    """The codes of all that is told in a text, also of what led to it."""
    return {each.code for each in all_told(text)}


def tasks(*calls: Mapping[str, Any]) -> list[Json]:
    """Tasks that go on after a failure. A call is ``{module: arguments}``, the module without the collection's name."""
    return [
        {f"hospital_it.pkcs12.{module}": arguments, "ignore_errors": True}
        for call in calls
        for module, arguments in call.items()
    ]


def run_play(hospital: Hospital, *options: str, environment: Mapping[str, str] | None = None, **keywords: Any) -> Run:
    """Runs one play with these keywords on all workstations. JSON is YAML."""
    book = hospital.folder / "play.yml"
    book.write_text(json.dumps([{"hosts": "all", "gather_facts": False, **keywords}]), encoding="utf-8")
    return play(hospital, book, *options, environment=environment)


def facts_in(cache: Path, host: str) -> Any:
    """The facts of a host in a cache of JSON files. From ansible-core 2.19 on they are wrapped, in a file of another name."""
    plain, wrapped = cache / host, cache / f"s1_{host}"
    if plain.exists():
        return json.loads(plain.read_text(encoding="utf-8"))
    return json.loads(json.loads(wrapped.read_text(encoding="utf-8"))["__payload__"]) if wrapped.exists() else {}


def cached(hospital: Hospital, host: str) -> Any:
    """``ansible_facts.pkcs12`` of a host in that cache, None when it has none."""
    return facts_in(hospital.folder / "facts", host).get("pkcs12")


def messages(run: Run, task: str) -> dict[str, Any]:
    """What the debug task of this name said on each host, in all batches of a play."""
    texts = [part.split("TASK [")[0] for part in re.split(rf"TASK \[(?:[\w.]+ : )?{re.escape(task)}\]", run.stdout)[1:]]
    return {host: json.loads(result)["msg"] for text in texts for host, result in RESULT.findall(text)}


def warned(run: Run) -> list[str]:
    """What the playbooks say of variables that nothing reads: each sentence once, as Ansible shows it."""
    return list(dict.fromkeys(each for row in run.of("run_check") for each in row.result.get("warnings", ())))


def failed_hosts(run: Run) -> set[str]:
    """The workstations that ended failed or unreachable."""
    return set(FAILED.findall(run.stdout))


def row(run: Run, action: str, host: str) -> Row:
    """The one result of a plugin on a workstation. Raises ``ValueError`` with Ansible's output when there is not one."""
    rows = [found for found in run.of(action) if found.host == host]
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} results of {action} on {host}\n{run.stdout}{run.stderr}")
    return rows[0]


def outcomes(run: Run) -> dict[str, dict[str, str]]:
    """What became of each holder by authorisation number, at each workstation where the role ran."""
    told: dict[str, dict[str, str]] = {found.host: {} for found in run.of("holder_certificates")}
    for found in run.holders():
        told[found.host][found.result["authorisation"]] = found.result["outcome"]
    return told


def holder(run: Run, host: str, number: str | None = None) -> Row:
    """The one result of a holder at a workstation. Raises ``ValueError`` with Ansible's output when there is not one."""
    rows = [found for found in run.holders() if found.host == host and number in (None, found.result["authorisation"])]
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} holders on {host}\n{run.stdout}{run.stderr}")
    return rows[0]


def summary(run: Run) -> Json:
    """What the playbook's summary tells in the end."""
    return dict(run.of("summary")[-1].result)


def modules(requests: Sequence[Entry], workstation: str | None = None) -> list[str]:
    """The drivers that ran, by their last names, in order; on one workstation or on all."""
    here = [entry for entry in requests if workstation is None or entry.workstation.lower() == workstation]
    return [entry.module.rpartition(".")[2] for entry in here if entry.module]
