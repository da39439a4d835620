# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The portal in the demo: it is asked before a bundle is installed, and from each workstation with what is installed there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lab.demo_table import table
from lab.emulated import EmulatedWorkstation
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import Person
from lab.playbook import FACT_CACHE, Row, play
from lab.portal import Portal
from lab.wine import WineWorkstation

MODULE = "hospital_it.pkcs12.portal_info"
PASSPHRASES = "lookup('hospital_it.pkcs12.secrets_by_number', 'pkcs12_passphrases', 'pkcs12_passphrases_*')"
"""Those that collect wrote, and those of the site."""


def require_portal(issuer: Issuer, portal: Portal) -> None:
    """The portal has to accept a certificate before older ones go. Wine sends no client certificate, so there it is no condition."""
    hospital = issuer.hospital
    folder = hospital.folder / "host_vars"
    folder.mkdir()
    for name, workstation in hospital.workstations.items():
        if isinstance(workstation, EmulatedWorkstation):
            workstation.trusted_roots = str(issuer.authority_file)
            variables = {"pkcs12_portal_url": portal.url, "pkcs12_require_portal": True}
            (folder / f"{name}.yml").write_text(json.dumps(variables), encoding="utf-8")
        elif isinstance(workstation, WineWorkstation):
            workstation.trust_root(issuer.authority_file)


def ask_before(issuer: Issuer, portal: Portal, person: Person) -> bool:
    """Shows one bundle to the portal, from the controller. Returns whether the portal accepts it."""
    (bundle,) = sorted(issuer.hospital.bundle_folder.glob(f"*{person.authorisation}*.p12"))[-1:]
    task = {
        "from": "controller",
        "url": portal.url,
        "path": str(bundle),
        "passphrase": f"{{{{ {PASSPHRASES}['{person.authorisation}'] }}}}",
        "ca_path": str(issuer.authority_file),
        "use_proxy": False,
    }
    (row,) = _ask(issuer, "localhost", task)
    _say(
        f"\nBefore {person.name}'s bundle is installed, {MODULE} shows it to the portal from here: {row.result['msg']}"
    )
    return bool(row.result["accepted"])


def ask_after(issuer: Issuer, portal: Portal) -> dict[str, tuple[str, ...]]:
    """Each holder's certificate is shown to the portal from the workstation. Returns the answers by host and number."""
    task = {
        "from": "workstation",
        "url": portal.url,
        "holder": "{{ item.user }}",
        "authorisation": "{{ item.authorisation }}",
        "fail_when_refused": False,
    }
    found = _ask(issuer, "all", task, loop="{{ pkcs12_holders }}", ignore_errors=True)
    rows: list[Sequence[str]] = [("workstation", "kind", "holder", "portal", "TLS", "HTTP")]
    answers: dict[str, tuple[str, ...]] = {}
    for row in sorted(found, key=lambda row: (row.host, row.result["item"]["authorisation"])):
        said = _answer(row.result)
        answers[f"{row.host} {row.result['item']['authorisation']}"] = said
        rows.append((row.host, _kind(issuer.hospital, row), row.result["item"]["name"], *said))
    _say(f"\n{MODULE} shows the installed certificates to the portal, each from its workstation as its holder")
    for line in table(rows):
        _say(line)
    return answers


def portal_promises(issuer: Issuer, answers: dict[str, tuple[str, ...]]) -> dict[str, bool]:
    """What the portal has to say of the installed certificates."""
    workstations = issuer.hospital.workstations

    def said_by(kind: type) -> set[str]:
        return {said[0] for place, said in answers.items() if isinstance(workstations[place.split()[0]], kind)}

    promises = {
        "the portal accepts what is installed, and a holder who is not logged on is deferred": said_by(
            EmulatedWorkstation
        )
        == {"accepted", "deferred"}
    }
    if any(isinstance(workstation, WineWorkstation) for workstation in workstations.values()):
        promises["on Windows PowerShell, where no client certificate is sent under Wine, this cause is named"] = (
            said_by(WineWorkstation) == {"none_sent"}
        )
    return promises


def _ask(issuer: Issuer, hosts: str, task: dict[str, Any], **keywords: Any) -> tuple[Row, ...]:
    hospital = issuer.hospital
    book = hospital.folder / "portal.yml"
    tasks = [{MODULE: task, **keywords}]
    book.write_text(json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    run = play(hospital, book, *issuer.vault_options, environment=FACT_CACHE)
    return run.of("portal_info")


def _answer(result: Any) -> tuple[str, str, str]:
    if result.get("deferred"):
        return "deferred", "-", "-"
    said = "accepted" if result.get("accepted") else str(result.get("code") or (result.get("error") or {}).get("code"))
    return said, str(result.get("tls_version") or "-"), str(result.get("http_status") or "-")


def _kind(hospital: Hospital, row: Row) -> str:
    return hospital.workstations[row.host].kind.shown


def _say(text: str) -> None:
    print(text, flush=True)
