# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a case on a workstation and gives what came of it in normal form."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._properties import store_hash

from contract.case import Case, fill
from contract.expectation import mismatches
from contract.material import PASSPHRASE, bundle, material
from contract.normal import NORMAL, Place, normal
from contract.situation import orders
from contract.subject import Stored, Subject
from contract.wire import Sent
from lab.workstation import AuthMethod, Logon, Process

NONCE = base64.b64encode(bytes(range(32))).decode()
PATIENCE = 60.0
"""Seconds for one command, a start of PowerShell and the wait for a mutex in it."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Ansible would get, in normal form, and how many key containers there are afterwards, when the case asks."""

    answer: Json
    exit_code: int
    containers: int | None


def run(case: Case, subject: Subject, sent: Mapping[tuple[str, bool], Sent]) -> Outcome:
    """Prepares, sends, reads. Raises ``FalseProofError`` for a proof that is none."""
    stored = subject.prepare(orders(case.workstation))
    resolve = resolver(subject.place, stored)
    request = fill(case.request, resolve)
    run_as = None if case.run_as is None else fill(case.run_as, resolve)
    template = sent[case.driver, run_as is not None]
    logon = Logon(subject.place.account, AuthMethod(case.logon))
    process = subject.start(logon, template.command_line)
    process.send(template.asking(request, case.check_mode, run_as), end=True)
    stdout, exit_code = _finish(process)
    answer = normal(json.loads(stdout), request, subject.place)
    return Outcome(answer, exit_code, None if case.containers is None else subject.look().containers)


def complaints(case: Case, outcome: Outcome) -> list[str]:
    """Where an outcome is not what the case expects."""
    expected = fill(case.answer, resolver(NORMAL, Stored((), 0)))
    found = list(mismatches(expected, outcome.answer))
    if case.containers != outcome.containers:
        found.append(f"{outcome.containers} key containers, expected {case.containers}")
    return found


def resolver(place: Place, stored: Stored) -> Callable[[str], str]:
    """What the placeholders of cases stand for."""
    words = {
        "owner_sid": place.owner_sid,
        "account": place.account,
        "observed": store_hash(stored.elements),
        "passphrase": PASSPHRASE,
        "nonce": NONCE,
    }

    def resolve(placeholder: str) -> str:
        word, *names = placeholder.split(":")
        if word == "thumbprint":
            return material(*names).thumbprint
        if word == "bundle":
            return base64.b64encode(bundle(*names)).decode()
        return words[word]

    return resolve


def _finish(process: Process) -> tuple[bytes, int]:
    stdout, deadline = b"", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        output = process.receive(1.0, 1 << 20)
        if output is None:
            continue
        stdout += output.stdout
        if output.exit_code is not None:
            return stdout, output.exit_code
    process.kill()
    raise TimeoutError(f"no end within {PATIENCE} s: {stdout[:200]!r}")
