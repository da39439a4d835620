# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written down, and what never is."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.winrm import Entry, Ledger, Listener, tally
from unit.lab.winrm.clients import PASSWORD, USER, connect, run
from unit.lab.winrm.fake_workstation import FakeWorkstation

NEEDLE = "hay-needle-hay"


def entry(action: str, **facts: object) -> Entry:
    sizes = {"workstation": "ws-1", "connection": 1, "body_bytes": 100, "response_bytes": 10, "status": 200}
    return Entry(action=action, **{**sizes, **facts})  # type: ignore[arg-type]


def test_another_process_reads_it_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    ledger.record(entry("Create"))
    ledger.record(entry("Send", module="hospital_it.pkcs12.store_inventory", stdin_bytes=7))
    assert Ledger.read(path) == ledger.entries
    assert [row.seq for row in Ledger.read(path)] == [1, 2]
    with path.open("a") as half:
        half.write('{"workstation": "ws-')
    assert Ledger.read(path) == ledger.entries


def test_a_tally_sums_up_what_came_after_a_mark() -> None:
    ledger = Ledger()
    ledger.record(entry("Create"))
    mark = ledger.mark()
    ledger.record(entry("auth", body_bytes=0, response_bytes=0, status=401))
    ledger.record(entry("Command"))
    ledger.record(entry("Command", status=500, fault=1))
    ledger.record(entry("Send", stdin_bytes=7, module="m"))
    sums = tally(ledger.since(mark))
    assert (sums.requests, sums.auth_rounds, sums.commands, sums.faults) == (4, 1, 1, 1)
    assert (sums.body_bytes, sums.response_bytes, sums.stdin_bytes, sums.modules) == (300, 30, 7, ("m",))


def test_it_keeps_neither_bodies_nor_input_nor_passwords(workstation: FakeWorkstation, tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    with Listener(workstation, ledger) as listener:
        for transport in ("basic", "ntlm"):
            run(connect(listener.port, transport), f"digest {NEEDLE}", [NEEDLE.encode()])
    ledger.close()
    written = path.read_text()
    assert NEEDLE not in written
    assert PASSWORD not in written
    rows = Ledger.read(path)
    assert {row.user for row in rows} == {None, USER}
    assert [row.stdin_bytes for row in rows if row.action == "Send"] == [len(NEEDLE)] * 2


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_sizes_are_those_of_the_clear_messages(listener: Listener, ledger: Ledger, transport: str) -> None:
    client = connect(listener.port, transport)
    sent, came = [], []
    send = client.transport.send_message

    def keep(message: str) -> bytes:
        sent.append(len(message.encode()))
        answer: bytes = send(message)
        came.append(len(answer))
        return answer

    client.transport.send_message = keep  # type: ignore[method-assign, assignment]
    run(client, "digest", [b"x"])
    rows = [row for row in ledger.entries if row.action != "auth"]
    assert [row.body_bytes for row in rows] == sent
    assert [row.response_bytes for row in rows] == came
    assert len(rows) == 6
