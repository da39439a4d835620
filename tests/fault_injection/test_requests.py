# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each WinRM request of a renewal by the real ansible-playbook is hit by a fault in turn; the same playbook then brings all to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fault_injection.faulty_requests import Fault, FaultyWorkstations, faulty_workstations, untouched
from fault_injection.renewal_in_process import Tally
from fault_injection.renewals import RenewalBundles
from integration.plays import failed_hosts, row
from lab.emulated import EmulatedWorkstation, LoggingPolicy
from lab.faults import cut_at, delayed_at, garbled
from lab.playbook import Run
from lab.winrm import Intercept, Moment, Request
from lab.workstation_interface import AuthMethod

TIMEOUT, LATE = 2, 3.5
"""Seconds that Ansible waits for an answer, and how long it does not come."""

GARBAGE = {
    "nothing": b"",
    "noise": bytes(range(128, 256)),
    "half": b'{"protocol": 1, "changed": fal',
    "html": b"<html><body>Service unavailable</body></html>",
    "empty": b'{"changed": false}',
    "poor": b'{"protocol": 1, "changed": false}',
}


def test_credentials_are_refused_after_each_request(tmp_path: Path, bundles: RenewalBundles, tally: Tally) -> None:
    last = count(tmp_path / "clean", bundles, AuthMethod.BASIC)
    with pytest.MonkeyPatch.context() as patches:
        known = Passwords()
        patches.setattr(EmulatedWorkstation, "passwords", property(known.of))
        faults = {f"refused-{n}": Fault(known.revoked_at(n)) for n in range(1, last)}
        with faulty_workstations(tmp_path / "faulty", faults, bundles.old, AuthMethod.BASIC) as faulty:
            # The last request ends the shell; Ansible does not mind when it is refused.
            assert failed_hosts(faulty.run_with_faults()) == faults.keys() - {f"refused-{last - 1}"}
            known.restore()
            assert_recovers(faulty, tally)


def test_requests_are_cut_delayed_and_answered_with_garbage(
    tmp_path: Path, bundles: RenewalBundles, tally: Tally
) -> None:
    last = count(tmp_path / "clean", bundles, AuthMethod.NTLM)
    faults = dict(faults_at_each(last)) | dict(faults_of_answers())
    with faulty_workstations(tmp_path / "faulty", faults, bundles.old, AuthMethod.NTLM) as faulty:
        harmless = {f"{moment}-{last}" for moment in ("before", "after", "late")}
        assert failed_hosts(faulty.run_with_faults()) == faults.keys() - harmless
        assert_recovers(faulty, tally)


def test_requests_are_cut_where_powershell_is_logged(tmp_path: Path, bundles: RenewalBundles, tally: Tally) -> None:
    last = count(tmp_path / "clean", bundles, AuthMethod.NTLM, logs)
    moments = {"before": Moment.BEFORE, "after": Moment.AFTER}
    faults = {
        f"{name}-{number}": Fault(cut_at(number, moment), prepare=logs)
        for number in range(1, last + 1)
        for name, moment in moments.items()
    }
    with faulty_workstations(tmp_path / "faulty", faults, bundles.old, AuthMethod.NTLM) as faulty:
        assert failed_hosts(faulty.run_with_faults()) == faults.keys() - {f"before-{last}", f"after-{last}"}
        assert_recovers(faulty, tally)


def logs(workstation: EmulatedWorkstation, _patches: pytest.MonkeyPatch) -> None:
    """PowerShell logs what it runs."""
    workstation.logging = LoggingPolicy(script_block=True)


def count(
    folder: Path,
    bundles: RenewalBundles,
    auth: AuthMethod,
    prepare: Callable[[EmulatedWorkstation, pytest.MonkeyPatch], None] = untouched,
) -> int:
    """How many requests a renewal takes when nothing is wrong."""
    with faulty_workstations(folder, {"clean": Fault(prepare=prepare)}, bundles.old, auth) as faulty:
        run = faulty.run_with_faults()
        assert not failed_hosts(run), run.stdout
        assert faulty.wrong_in_the_end("clean") == ()
        return len(run.requests)


def faults_at_each(last: int) -> Iterator[tuple[str, Fault]]:
    for number in range(1, last + 1):
        yield f"before-{number}", Fault(cut_at(number, Moment.BEFORE))
        yield f"after-{number}", Fault(cut_at(number, Moment.AFTER))
        yield f"late-{number}", Fault(delayed_at(number, LATE), timeout=TIMEOUT)


def faults_of_answers() -> Iterator[tuple[str, Fault]]:
    for driver in ("inventory", "exchange"):
        for name, answer in GARBAGE.items():
            yield f"{driver}-{name}", Fault(prepare=answers(f"store_{driver}", answer))


def answers(driver: str, answer: bytes) -> Callable[[EmulatedWorkstation, pytest.MonkeyPatch], None]:
    return lambda workstation, patches: patches.setattr(
        workstation, "start", garbled(workstation.start, driver, answer)
    )


def assert_recovers(faulty: FaultyWorkstations, tally: Tally) -> None:
    """Nobody was ever without a certificate, the next run ends well everywhere, and no secret is left."""
    first = faulty.runs[-1]
    for name in faulty.faults:
        tally.count(1, faulty.watches[name].violations)
        if name in failed_hosts(first):
            assert_named(first, name)
    run = faulty.again()
    assert run.exit_code == 0, run.stdout
    for name in faulty.faults:
        assert faulty.wrong_in_the_end(name) == (), name
        tally.converge(runs=1)
    scanner = faulty.scanner()
    assert faulty.secrets
    assert [hit for place, data in faulty.pieces() for hit in scanner.scan(place, data)] == []


def assert_named(run: Run, name: str) -> None:
    """It is unreachable, or refused with a code that says so: a broken connection is no defect."""
    result = row(run, "certificate", name).result
    assert result.get("unreachable") or result["error"]["code"] in ("driver_answer", "connection_lost"), result["msg"]
    assert "defect" not in result["msg"]


class Passwords:
    """The passwords of workstations, revoked while connections are open. Basic presents them with each request."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, str]] = {}
        self._right: dict[str, dict[str, str]] = {}

    def of(self, workstation: EmulatedWorkstation) -> dict[str, str]:
        name = workstation.computer_name.lower()
        if name not in self._kept:
            self._right[name] = dict(workstation.accounts.passwords)
            self._kept[name] = dict(workstation.accounts.passwords)
        return self._kept[name]

    def revoked_at(self, number: int) -> Intercept:
        """The n-th request is the last one that is let in."""

        def intercept(request: Request) -> None:
            if request.number == number:
                kept = self._kept[request.workstation.lower()]
                kept.update(dict.fromkeys(kept, "another one by now"))

        return intercept

    def restore(self) -> None:
        """All passwords are as they were."""
        for name, right in self._right.items():
            self._kept[name].update(right)
