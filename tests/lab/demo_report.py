# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of the demo: the hospital is audited, and the report says who has access until when and who acts next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from browser.chromium import screenshot
from lab.demo_table import table
from lab.hospital import Hospital
from lab.playbook import ROOT, fact_cache, play

AUDIT, REPORT = "hospital_it.pkcs12.audit", "hospital_it.pkcs12.report"
NOTHING_TO_SEE = (
    "*** NOT DONE HERE: a picture of the report. There is no Chromium; `make browser` installs one where it can."
)


def show_report(hospital: Hospital) -> dict[str, Any]:
    """Audits and reports, prints the holders, and photographs the page. Returns the report in JSON, empty when there is none."""
    folder = hospital.folder / "report"
    _say(f"\n{AUDIT}, then {REPORT}")
    for playbook, options in ((AUDIT, ()), (REPORT, ("-e", json.dumps({"pkcs12_report_folder": str(folder)})))):
        run = play(hospital, playbook, *options, environment=fact_cache(hospital))
        if run.exit_code:
            _say(run.stdout + run.stderr)
            return {}
    found: dict[str, Any] = json.loads((folder / "pkcs12-compliance.json").read_text(encoding="utf-8"))
    for line in table([("holder", "access until", "authorisation until", "status", "next step", "who"), *_rows(found)]):
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


def _rows(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            row["name"],
            str(row["valid_until"] or "-")[:10],
            row["authorisation_until"] or "-",
            row["status"],
            row["next_step"],
            row["actor"],
        )
        for row in found["holders"]
    ]


def _say(text: str) -> None:
    print(text, flush=True)
