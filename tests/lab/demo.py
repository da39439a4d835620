# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: mails arrive, bundles are withdrawn, installed and shown to the portal; later some are renewed, and a report is made."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from browser.chromium import screenshot
from lab.demo_portal import ask_after, ask_before, portal_promises, require_portal
from lab.demo_table import certificates, renewals, table
from lab.hospital import THREE_YEARS, Hospital
from lab.issuer import Issuer
from lab.people import ANNE, JEANNE, KARIM, LOUIS, PAUL
from lab.playbook import FACT_CACHE, ROOT, Run, play
from lab.portal import Demand, Portal, Terms
from lab.winrm import tally
from lab.workstation_interface import Kind


@dataclass(frozen=True, slots=True)
class Collected:
    """A run of collect: how many bundles were given, how many requests came, and whether it ended well."""

    downloads: int
    requests: int
    succeeded: bool


def collect(issuer: Issuer, title: str) -> Collected:
    """Runs the playbook and prints what became of each delivery."""
    _say(f"\n{title}")
    registration, hospital = issuer.registration, issuer.hospital
    downloads, requests = registration.downloads, len(registration.requests)
    options = ("-e", f"@{issuer.variables()}", *issuer.vault_options)
    run = play(hospital, COLLECT, *options, environment=FACT_CACHE)
    if run.exit_code:
        _say(run.stdout + run.stderr)
    rows: list[Sequence[str]] = [("delivery", "state", "file", "opened with", "requests")]
    for row in run.of("bundle_pickup"):
        done = row.result
        name = str(done.get("dest")).rpartition("/")[2]
        rows.append((done["item"], done["state"], name, str(done.get("opened_with")), str(done["requests"])))
    for line in table([rows[0], *sorted(rows[1:], key=lambda row: row[0])]):
        _say(line)
    made = Collected(registration.downloads - downloads, len(registration.requests) - requests, not run.exit_code)
    _say(f"{made.requests} requests to the registration authority, which gave {made.downloads} bundles.")
    return made


AUDIT, REPORT = "hospital_it.pkcs12.audit", "hospital_it.pkcs12.report"
NOTHING_TO_SEE = (
    "*** NOT DONE HERE: a picture of the report. There is no Chromium; `make browser` installs one where it can."
)


def show_report(hospital: Hospital) -> dict[str, Any]:
    """Audits and reports, prints the holders, and photographs the page. Returns the report in JSON, empty when there is none."""
    folder = hospital.folder / "report"
    _say(f"\n{AUDIT}, then {REPORT}")
    for playbook, options in ((AUDIT, ()), (REPORT, ("-e", json.dumps({"pkcs12_report_folder": str(folder)})))):
        run = play(hospital, playbook, *options, environment=FACT_CACHE)
        if run.exit_code:
            _say(run.stdout + run.stderr)
            return {}
    found: dict[str, Any] = json.loads((folder / "pkcs12-compliance.json").read_text(encoding="utf-8"))
    for line in table(
        [("holder", "no access from", "authorisation ends on", "status", "next step", "who"), *_report_rows(found)]
    ):
        _say(line)
    page = folder / "pkcs12-compliance.html"
    _say(f"The report: {page.relative_to(ROOT)}, and beside it JSON, CSV, Markdown and metrics for Prometheus.")
    picture = page.with_suffix(".png")
    _say(f"A picture of it: {picture.relative_to(ROOT)}" if screenshot(page, picture) else NOTHING_TO_SEE)
    return found


def report_promises(found: Mapping[str, Any]) -> dict[str, bool]:
    """What the report has to say of this hospital."""
    steps = {row["authorisation"]: (row["status"], row["next_step"], row["actor"]) for row in found.get("holders", ())}
    return {
        "the report has every holder and every workstation": len(steps) == 6 and len(found["workstations"]) == 5,
        "it says that who is deferred has to log on": steps.get("T100005") == ("renewal_due", "log_on", "holder"),
        "it says that the issuer owes a bundle": steps.get("T100001") == ("renewal_due", "await_bundle", "issuer"),
        "it says that a yearly authorisation ends soon": steps.get("T100002")
        == ("renewal_due", "renew_authorisation", "employer"),
    }


def _report_rows(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            row["name"],
            row["ends_on"] or "-",
            row["authorisation_until"] or "-",
            row["shown_status"],
            row["next_step"],
            row["actor"],
        )
        for row in found["holders"]
    ]


FOLDER = ROOT / ".build" / "demo"
COLLECT, ENROL, RENEW = (f"hospital_it.pkcs12.{name}" for name in ("collect", "enrol", "renew"))
FIRST_DAYS = {JEANNE: 36, PAUL: 30, LOUIS: 35}
"""How many days the first certificates of these people are valid."""
CAPI = 1

Rows = Callable[[Hospital, Run], list[Sequence[str]]]


def demo() -> int:
    """Runs the demo and prints it; 0 when all went as promised, else 1."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    started = time.monotonic()
    with ExitStack() as running:
        hospital = running.enter_context(Hospital(FOLDER, delivered=False, verified=True))
        issuer = running.enter_context(Issuer(hospital))
        portal = running.enter_context(Portal(hospital.authority, terms=Terms(Demand.OPTIONAL, "localhost")))
        promises = _first_certificates(issuer, portal) | _renewals(issuer, portal)
        _evidence(hospital.evidence)
        promises |= report_promises(show_report(hospital))
    _say(
        f"\nInventory, mails, bundles and requests are in {FOLDER.relative_to(ROOT)}. Time: {time.monotonic() - started:.0f} s."
    )
    for promise, kept in promises.items():
        _say(f"{'kept' if kept else 'BROKEN'}: {promise}")
    return int(not all(promises.values()))


def _first_certificates(issuer: Issuer, portal: Portal) -> dict[str, bool]:
    """From the mails to installed certificates. Returns the promises and whether they were kept."""
    _introduce(issuer.hospital)
    require_portal(issuer, portal)
    for person in issuer.hospital.people:
        issuer.announce(person, FIRST_DAYS.get(person, THREE_YEARS), date=datetime.now(UTC) - timedelta(days=45))
    collected = collect(issuer, f"First run of {COLLECT}: the issuer's mails are in the mailbox")
    again = collect(issuer, f"Second run of {COLLECT}: every bundle is there")
    accepted = ask_before(issuer, portal, JEANNE)
    enrolled = _show(issuer, ENROL, f"First run of {ENROL}: a fresh set of workstations", certificates)
    enrolled_again = _show(issuer, ENROL, f"Second run of {ENROL}: nothing is left to do", certificates)
    return {
        "each bundle was withdrawn once": collected.downloads == len(issuer.hospital.people) and collected.succeeded,
        "a second run of collect asks for nothing": again.requests == 0 and again.succeeded,
        "the portal accepts a bundle before it is installed": accepted,
        "all holders are enrolled but the one who is not logged on": _outcomes(enrolled, "deferred") == ["T100005"]
        and not enrolled.exit_code,
        "a second run of enrol changes nothing and sends no bundle": _idle(enrolled_again),
    }


def _renewals(issuer: Issuer, portal: Portal) -> dict[str, bool]:
    """From the next mails to renewed certificates."""
    _weeks_later(issuer)
    collected = collect(issuer, f"{COLLECT}, weeks later")
    renewed = _show(issuer, RENEW, f"First run of {RENEW}", renewals)
    renewed_again = _show(issuer, RENEW, f"Second run of {RENEW}: nothing is left to do", renewals)
    again = collect(issuer, f"{COLLECT} once more")
    answers = ask_after(issuer, portal)
    return {
        "four new bundles were withdrawn, and no second time": (collected.downloads, again.requests) == (4, 0),
        "three certificates are renewed, their old keys are gone": _outcomes(renewed, "renewed")
        == ["T100003", "T100004", "T100006"]
        and _old_keys(renewed) == ["deleted"] * 3,
        "one holder is deferred": _outcomes(renewed, "deferred") == ["T100005"],
        "one waits for the issuer": _outcomes(renewed, "waiting_for_issuer") == ["T100001"],
        "a second run of renew changes nothing and sends no bundle": _idle(renewed_again),
        **portal_promises(issuer, answers),
    }


def _introduce(hospital: Hospital) -> None:
    kinds = [workstation.kind for workstation in hospital.workstations.values()]
    _say(f"A hospital of {len(kinds)} workstations and {len(hospital.people)} holders runs on this machine.")
    if Kind.WINDOWS_POWERSHELL not in kinds:
        _say("Windows PowerShell is not installed here (make bed): every workstation is EMULATED.")


def _weeks_later(issuer: Issuer) -> None:
    """New bundles are announced for Paul, Louis, Karim, whose old key is in a legacy provider, and Anne, who is away. Jeanne has none."""
    hospital = issuer.hospital
    radio = hospital.emulated("ws-radio").store_of(KARIM.sid)
    radio.elements.clear()
    radio.containers.clear()
    old = hospital.issue(KARIM, 20)
    radio.plant(old.certificate, old.private_key, provider_type=CAPI)
    pharmacy = hospital.emulated("ws-pharmacy").store_of(ANNE.sid)
    earlier = hospital.issue(ANNE, 25)
    pharmacy.plant(earlier.certificate, earlier.private_key)
    for person, form in ((PAUL, "html"), (LOUIS, "latin1"), (KARIM, "attached"), (ANNE, "redirected")):
        issuer.announce(person, THREE_YEARS, form=form)
    _say(
        "\nWeeks later: Paul Martin has 30 days left, Louis Garnier 35, and Karim Benali 20 (his key is in a legacy CAPI provider)."
    )
    _say(
        "The issuer has sent them mails. Anne-Sophie Roux has 25 days and a mail too, but is not logged on. Jeanne Dupont has 36 days"
    )
    _say("left and no mail yet.")


def _show(issuer: Issuer, playbook: str, title: str, rows: Rows) -> Run:
    hospital = issuer.hospital
    _say(f"\n{title}")
    run = play(hospital, playbook, *issuer.vault_options, environment=FACT_CACHE)
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
        if not change.get("removed"):
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
    return [str(old["key"]) for row in run.holders() if row.result.get("changed") for old in row.result["superseded"]]


def _idle(run: Run) -> bool:
    exchanged = any(module.endswith("store_exchange") for module in tally(run.requests).modules)
    return not exchanged and not run.exit_code and not any(row.result.get("changed") for row in run.rows)


def _say(text: str) -> None:
    print(text, flush=True)
