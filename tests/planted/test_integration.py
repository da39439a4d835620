# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of whole plays can fail: a workstation that lies is found out, and so is a plugin that lets a secret slip."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integration import canary_run
from integration.canary import Scanner
from integration.plays import holder, modules
from lab.authority import Authority
from lab.emulated import EmulatedWorkstation
from lab.hospital import Hospital
from lab.people import JEANNE, PAUL, Desk, Seat
from lab.playbook import ROOT, Run, play

Lie = Callable[[dict[str, Any]], None]


def says(key: str, value: object) -> Lie:
    return lambda answer: answer.update({key: value})


def proves(signature: bytes) -> Lie:
    def lie(answer: dict[str, Any]) -> None:
        for entry in answer["journal"]:
            if entry["step"] == "prove":
                entry["signature"] = base64.b64encode(signature).decode()

    return lie


def leaves_out(step: str) -> Lie:
    def lie(answer: dict[str, Any]) -> None:
        answer["journal"] = [entry for entry in answer["journal"] if entry["step"] != step]

    return lie


LIES: dict[str, tuple[Lie, str]] = {
    "ws-forger": (proves(bytes(256)), "not_signed"),
    "ws-silent": (leaves_out("prove"), "not_signed"),
    "ws-empty": (says("after", []), "not_there"),
    "ws-other": (says("owner_sid", PAUL.sid), "ran_as"),
}


@pytest.fixture(scope="module")
def lied_to(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    desks = [Desk(name, (Seat(JEANNE),)) for name in LIES]
    with Hospital(tmp_path_factory.mktemp("liars"), desks) as hospital, pytest.MonkeyPatch.context() as patches:
        for name, (lie, _rest) in LIES.items():
            make_liar(patches, hospital.emulated(name), lie)
        yield play(hospital, "hospital_it.pkcs12.enrol")


def make_liar(patches: pytest.MonkeyPatch, workstation: EmulatedWorkstation, lie: Lie) -> None:
    """The workstation does what it is told, but answers something else."""
    drive = workstation._drive

    def dishonest(driver: str, *arguments: Any) -> dict[str, Any]:
        answer = drive(driver, *arguments)
        if driver == "store_exchange":
            lie(answer)
        return answer

    patches.setattr(workstation, "_drive", dishonest)


@pytest.mark.parametrize("name", LIES)
def test_success_that_is_not_shown_is_none(lied_to: Run, name: str) -> None:
    result = holder(lied_to, name).result
    assert modules(lied_to.requests, name)[:2] == ["store_inventory", "store_exchange"]
    assert result["error"]["problem"]["code"] == f"not_verified.{LIES[name][1]}"


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake in a plugin: this text of a file becomes that one. ``secret``: what it lets slip."""

    secret: str
    file: str
    text: str
    mistake: str


INVOCATION = '{"module_args": self._invocation()}'
OUTCOME = '"outcome": SkipReason.WAITING_FOR_ISSUER.value if is_newcomer else outcome_of(run),'
JOURNAL = "journal=answer.journal)"
FILE = 'b"".join(step.arguments.get("bundle", b"") for step in request.steps).hex()'
TRANSPORT = '"passphrase": transport.passphrase}'
SLIPS = {
    "arguments are shown": Slip(
        "passphrase of", "_action/base.py", INVOCATION, '{"module_args": dict(self._arguments.values)}'
    ),
    "key is in a result": Slip(
        "d of the key",
        "_lifecycle/result.py",
        OUTCOME,
        f'{OUTCOME} "d": str(run.task.state.folder.ends_last.key.private_numbers().d),',
    ),
    "file is in a journal": Slip(
        "a one-use file",
        "_lifecycle/transaction.py",
        JOURNAL,
        f"journal=tuple(replace(each, id={FILE}) for each in answer.journal))",
    ),
    "passphrase is printed": Slip(
        "a one-use passphrase",
        "_lifecycle/transaction.py",
        TRANSPORT,
        '"passphrase": print(transport.passphrase) or transport.passphrase}',
    ),
}


@pytest.mark.parametrize("mistake", SLIPS)
def test_secret_that_slips_is_found(
    mistake: str, tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    collections = tmp_path / "collections"
    plugins = collections / "ansible_collections" / "hospital_it" / "pkcs12" / "plugins"
    for part in ("meta", "plugins", "roles"):
        shutil.copytree(ROOT / part, plugins.parent / part, ignore=shutil.ignore_patterns("__pycache__"))
    slip = SLIPS[mistake]
    path = plugins / "plugin_utils" / slip.file
    right = path.read_text(encoding="utf-8")
    assert right.count(slip.text) == 1
    path.write_text(right.replace(slip.text, slip.mistake), encoding="utf-8")
    with Hospital(tmp_path / "hospital", [Desk("ws-nuclear", (Seat(PAUL),))]) as hospital:
        run = canary_run.prepare(hospital, authority, monkeypatch)
        ended = run.play({"ANSIBLE_COLLECTIONS_PATH": str(collections)}, roles=["hospital_it.pkcs12.enrol"])
        assert ended.exit_code == 0, ended.stdout
        scanner = Scanner(run.secrets)
        found = {hit.secret for place, data in run.pieces() for hit in scanner.scan(place, data)}
        assert any(secret.startswith(slip.secret) for secret in found)
