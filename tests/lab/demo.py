# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: holders are enrolled, weeks later some of them are renewed, each playbook runs twice, and the report says where all stand."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lab.demo_report import report_promises, show_report
from lab.demo_table import certificates, renewals, table
from lab.hospital import THREE_YEARS, Hospital
from lab.people import ANNE, KARIM, LOUIS, PAUL
from lab.playbook import ROOT, Run, fact_cache, play
from lab.winrm import tally
from lab.workstation_interface import Kind

FOLDER = ROOT / ".build" / "demo"
ENROL, RENEW = "hospital_it.pkcs12.enrol", "hospital_it.pkcs12.renew"
CAPI = 1

Rows = Callable[[Hospital, Run], list[Sequence[str]]]


def demo() -> int:
    """Runs the demo and prints it; 0 when all went as promised, else 1."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    started = time.monotonic()
    with Hospital(FOLDER, days={PAUL: 30, LOUIS: 35}) as hospital:
        _introduce(hospital)
        enrolled = _show(hospital, ENROL, f"First run of {ENROL}: a fresh set of workstations", certificates)
        enrolled_again = _show(hospital, ENROL, f"Second run of {ENROL}: nothing is left to do", certificates)
        _weeks_later(hospital)
        renewed = _show(hospital, RENEW, f"First run of {RENEW}", renewals)
        renewed_again = _show(hospital, RENEW, f"Second run of {RENEW}: nothing is left to do", renewals)
        _evidence(hospital.evidence)
        reported = show_report(hospital)
    _say(
        f"\nInventory, bundles and requests are in {FOLDER.relative_to(ROOT)}. Time: {time.monotonic() - started:.0f} s."
    )
    promises = {
        "all holders are enrolled but the one who is not logged on": _outcomes(enrolled, "deferred") == ["T100005"]
        and not enrolled.exit_code,
        "a second run of enrol changes nothing and sends no bundle": _idle(enrolled_again),
        "two certificates are renewed, their old keys are gone": _outcomes(renewed, "renewed") == ["T100003", "T100004"]
        and _old_keys(renewed) == ["deleted", "deleted"],
        "one holder is deferred": _outcomes(renewed, "deferred") == ["T100005"],
        "one waits for the issuer": _outcomes(renewed, "waiting_for_issuer") == ["T100006"],
        "a second run of renew changes nothing and sends no bundle": _idle(renewed_again),
        **report_promises(reported),
    }
    for promise, kept in promises.items():
        _say(f"{'kept' if kept else 'BROKEN'}: {promise}")
    return int(not all(promises.values()))


def _introduce(hospital: Hospital) -> None:
    kinds = [workstation.kind for workstation in hospital.workstations.values()]
    _say(f"A hospital of {len(kinds)} workstations and {len(hospital.people)} holders runs on this machine.")
    if Kind.WINDOWS_POWERSHELL not in kinds:
        _say("Windows PowerShell is not installed here (make bed): every workstation is EMULATED.")


def _weeks_later(hospital: Hospital) -> None:
    """Paul's new bundle is there; Karim's, too, whose old key is in a legacy provider; Anne is away; Louis has none yet."""
    radio = hospital.emulated("ws-radio").store_of(KARIM.sid)
    radio.elements.clear()
    radio.containers.clear()
    old = hospital.deliver(KARIM, 20, " old")
    radio.plant(old.certificate, old.private_key, provider_type=CAPI)
    pharmacy = hospital.emulated("ws-pharmacy").store_of(ANNE.sid)
    earlier = hospital.deliver(ANNE, 25, " old")
    pharmacy.plant(earlier.certificate, earlier.private_key)
    for person in (PAUL, KARIM, ANNE):
        hospital.deliver(person, THREE_YEARS, " new")
    _say(
        "\nWeeks later: Paul Martin has 30 days left, Karim Benali 20 (his key is in a legacy CAPI provider), and their new bundles"
    )
    _say(
        "are there. Anne-Sophie Roux has 25 and a new bundle, but is not logged on. Louis Garnier has 35 and no new bundle yet."
    )


def _show(hospital: Hospital, playbook: str, title: str, rows: Rows) -> Run:
    _say(f"\n{title}")
    run = play(hospital, playbook, environment=fact_cache(hospital))
    if run.exit_code:
        _say(run.stdout + run.stderr)
    for line in table(rows(hospital, run)):
        _say(line)
    cost = tally(run.requests)
    changed = sum(bool(row.result.get("changed")) for row in run.holders())
    exchanges = sum(module.endswith("store_exchange") for module in cost.modules)
    _say(
        f"{changed} stores changed. {cost.commands} WinRM commands ({exchanges} exchanges), {cost.requests} requests, "
        f"{cost.body_bytes / 1000:,.0f} kB sent."
    )
    return run


def _evidence(path: Path) -> None:
    _say(f"\nEvidence of the renewals, {path.name}:")
    for line in path.read_text(encoding="utf-8").splitlines():
        change: dict[str, Any] = json.loads(line)
        if not change["removed"]:
            continue
        keys = ", ".join(f"{each['thumbprint'][:8]} {each['key']}" for each in change["keys"])
        _say(
            f"  {change['utc']} {change['workstation']} {change['owner_sid']} + {change['added'][0][:8]} - {change['removed'][0][:8]}, "
            f"proof {change['proof']}, old keys: {keys}"
        )


def _outcomes(run: Run, outcome: str) -> list[str]:
    chosen = {str(row.result["authorisation"]) for row in run.holders() if row.result.get("outcome") == outcome}
    return sorted(chosen)


def _old_keys(run: Run) -> list[str]:
    return [str(old["key"]) for row in run.holders() if row.result.get("changed") for old in row.result["retired"]]


def _idle(run: Run) -> bool:
    exchanged = any(module.endswith("store_exchange") for module in tally(run.requests).modules)
    return not exchanged and not run.exit_code and not any(row.result.get("changed") for row in run.rows)


def _say(text: str) -> None:
    print(text, flush=True)
