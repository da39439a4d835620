# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says in place of a computer's name: an empty text, a list or a mapping is refused, and null is not set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from integration.plays import failed_hosts, modules, row
from integration.workstations.test_check import rewrite
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import Run, play

MISTYPED: Mapping[str, Any] = {"ws-list": ["WS-LIST"], "ws-map": {"name": "WS-MAP"}}
NOT_SET: Mapping[str, Any] = {"ws-null": None, "ws-empty": " "}
PLAYED = {
    "check": ("workstation_info", {"pkcs12_check_stray_bundles": True}),
    "enrol": ("holder_certificates", {}),
    "audit": ("certificate_facts", {}),
    "retire": (
        "holder_certificates",
        {"pkcs12_retire_everyone": True, "pkcs12_workstation_count": len(MISTYPED | NOT_SET)},
    ),
}


@dataclass(frozen=True, slots=True)
class Played:
    runs: Mapping[str, Run]
    enrolled: Mapping[str, int]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    names = [*MISTYPED, *NOT_SET]
    with Hospital(tmp_path_factory.mktemp("mistyped"), [Desk(name, (Seat(JEANNE),)) for name in names]) as hospital:
        rewrite(
            hospital.inventory,
            lambda hosts: [hosts[name].update(pkcs12_computer=(MISTYPED | NOT_SET)[name]) for name in names],
        )
        runs, enrolled = {}, {}
        for name, (_action, variables) in PLAYED.items():
            runs[name] = play(hospital, f"hospital_it.pkcs12.{name}", "--extra-vars", json.dumps(variables))
            if name == "enrol":
                enrolled = {desk: len(hospital.emulated(desk).store_of(JEANNE.sid).elements) for desk in names}
        yield Played(runs, enrolled)


@pytest.mark.parametrize("name", PLAYED)
def test_a_mistyped_name_is_refused_before_anything_is_sent(played: Played, name: str) -> None:
    run, action = played.runs[name], PLAYED[name][0]
    assert failed_hosts(run) == set(MISTYPED), run.stdout
    for host in MISTYPED:
        result = row(run, action, host).result
        error = result["error"]
        kind = "list" if host == "ws-list" else "mapping"
        assert (error["problem"]["code"], error["setting"]) == (
            f"bad_arguments.computer_is_a_{kind}",
            "pkcs12_computer",
        )
        assert modules(run.requests, host) == []


def test_null_and_an_empty_text_are_not_set(played: Played) -> None:
    assert played.enrolled == dict.fromkeys(MISTYPED, 0) | dict.fromkeys(NOT_SET, 1)
