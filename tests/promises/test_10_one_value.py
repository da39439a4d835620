# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From which day on somebody has no access, in how many days that is, what is to be done and by whom: the same wherever it is read."""

from __future__ import annotations

import csv
import io
import json
import re
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from unit.plugins.plugin_utils.crls import authority, crl, pem
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.report_inputs import NOW

PARIS = {"time_zone": "Europe/Paris"}
TODAY = NOW.date()
FAR = "2028-06-01T08:00:00"


@dataclass(frozen=True)
class Case:
    """A person. ``ends``: the last second of the certificate at each workstation, in UTC. ``on``: no access there from that day on.

    ``step`` and ``actor`` are those of the person; ``at``: the step with each certificate. ``anywhere``: from that day on no workstation
    gives access, where that is another day.
    """

    name: str
    ends: Mapping[str, str]
    on: str
    step: str
    actor: str
    at: Mapping[str, str]
    anniversary: str | None = None
    anywhere: str | None = None

    @property
    def number(self) -> str:
        return f"T{100 + [each.name for each in CASES].index(self.name)}"

    @property
    def entry(self) -> dict[str, Any]:
        own = {"authorisation_anniversary": self.anniversary} if self.anniversary else {}
        account = self.name.split()[1].casefold()
        person = {"user": f"CHU\\{account}", "name": self.name, "authorisation": self.number}
        return {**person, "mail": f"{account}@chu.example", **own}

    @property
    def value(self) -> tuple[str, int]:
        return self.on, (date.fromisoformat(self.on) - TODAY).days

    @property
    def whole(self) -> Case:
        """As the row of the person has it, over all workstations."""
        return replace(self, on=self.anywhere or self.on)

    @property
    def told(self) -> str:
        """The value as a text has it."""
        days = self.value[1]
        return f"{self.on} (in {days} days)" if days > 0 else f"{self.on} ({-days} days ago)"


def waits(name: str, end: str, on: str, **other: str) -> Case:
    steps = {"ws-1": "await_bundle", **dict.fromkeys(other, "nothing")}
    anywhere = max((end[:10] for end in other.values()), default=None)
    return Case(name, {"ws-1": end} | other, on, "await_bundle", "issuer", steps, anywhere=anywhere)


CASES = (
    waits("Anne Matin", "2026-12-10T09:00:00", "2026-12-10"),  # at 10:00 in Paris: the last full day is the 9th
    waits("Basile Minuit", "2026-12-10T22:59:59", "2026-12-11"),  # with the last second of the 10th in Paris
    Case(
        "Chloé Acte", {"ws-1": FAR}, "2026-12-05", "renew_authorisation", "employer", {"ws-1": "nothing"}, "2026-12-05"
    ),
    waits("Denis Relance", "2026-12-12T08:00:00", "2026-12-12"),  # an old withdrawal is in the records
    waits("Elsa Double", "2026-12-13T08:00:00", "2026-12-13", **{"ws-2": FAR}),
    Case("Fanny Perdue", {"ws-1": FAR}, "2026-11-20", "replace_revoked", "it", {"ws-1": "replace_revoked"}),
)
REVOKED = CASES[-1]
"""Only the report reads revocation lists."""
WORDS = {
    "await_bundle": ("deliver the certificate", "issuer"),
    "renew_authorisation": ("the head of the establishment returns the yearly document", "employer"),
    "replace_revoked": ("ask the issuer for a new certificate, then run renew with pkcs12_install=always", "IT"),
    "nothing": ("nothing to do", "nobody"),
}


class Chain:
    """Two workstations that a renewal served, and what was told, written and sent after it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "bundles").mkdir()
        self.results, self.audits, hostvars = {}, {}, {}
        for name in ("ws-1", "ws-2"):
            here = [case for case in CASES if name in case.ends]
            workstation = FakeWorkstation()
            workstation.found = replace(workstation.found, computer=name.upper())
            for case in here:
                workstation.plant(case.entry["user"], self._issued(case, name))
            entries = [case.entry for case in here]
            variables = {"inventory_hostname": name, "ansible_host": name}
            given = {"holders": entries, "bundle_folder": str(folder / "bundles"), "passphrases": {}, "install": "due"}
            self.results[name] = run_action("holder_certificates", given | PARIS, workstation, variables=variables)
            known = {**variables, "ansible_facts": self.results[name]["ansible_facts"]}
            audit = run_action(
                "certificate_facts", {"holders": entries, "record_audit": True} | PARIS, workstation, variables=known
            )
            self.audits[name] = audit["ansible_facts"]["pkcs12"]
            hostvars[name] = {"ansible_facts": audit["ansible_facts"], "pkcs12_holders": entries}
        self.site = {"hostvars": hostvars, "groups": {"all": list(hostvars)}}
        lists = folder / "ca.crl", folder / "ca.pem"
        lists[0].write_bytes(crl({self.revoked: datetime(2026, 11, 20, 9, tzinfo=timezone.utc)}))
        lists[1].write_bytes(pem())
        record = {"authorisation": "T103", "name": "Denis Relance", "state": "collected", "message_id": "<1@issuer>"}
        record |= {"mail_at": "2026-10-30T08:00:00Z", "recorded_at": "2026-10-31T08:00:00Z", "error": None}
        delivered = {
            "schema": 2,
            "gathered_at": "2026-10-31T08:00:00Z",
            "deliveries": [record | {"file": None, "sha256": None}],
        }
        self.given = {"crl": [str(lists[0])], "crl_issuer_files": [str(lists[1])], "deliveries": delivered, **PARIS}
        self.given |= {"report_date": NOW.strftime("%Y-%m-%dT%H:%M:%SZ")}
        formats = ["html", "json", "csv", "markdown", "xlsx"]
        to = {"report_folder": str(folder), "report_name": "r", "report_formats": formats}
        self.report = run_action("compliance_report", self.given | to, FakeWorkstation(), variables=self.site)
        self.json = json.loads((folder / "r.json").read_text(encoding="utf-8"))
        self.html, self.markdown = ((folder / f"r.{kind}").read_text(encoding="utf-8") for kind in ("html", "md"))
        self.holders, self.certificates = (
            list(csv.DictReader(io.StringIO((folder / f"r-{table}.csv").read_text(encoding="utf-8-sig"))))
            for table in ("holders", "certificates")
        )
        headings, *rows = load_workbook(folder / "r.xlsx").active.iter_rows(values_only=True)
        self.sheet = [dict(zip(headings, row, strict=True)) for row in rows]
        self.mails = self._reminded(folder, monkeypatch)

    def _issued(self, case: Case, workstation: str) -> Any:
        end = datetime.fromisoformat(case.ends[workstation]).replace(tzinfo=timezone.utc)
        dates = {"not_before": end - timedelta(days=1095), "not_after": end}
        issued = authority().issue(case.name, case.number, passphrase="unused", **dates)
        if case is REVOKED:
            self.revoked = issued.certificate.serial_number
        return issued

    def _reminded(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
        sent: list[EmailMessage] = []

        class Listening:
            def __init__(self, *_address: Any, **_details: Any) -> None:
                """It is there."""

            def send_message(self, message: EmailMessage) -> dict[str, Any]:
                sent.append(message)
                return {}

            def starttls(self, **_details: Any) -> None:
                """It has a certificate."""

            quit = starttls

        monkeypatch.setattr(smtplib, "SMTP", Listening)
        monkeypatch.setattr(smtplib, "SMTP_SSL", Listening)
        given = {"state_path": str(folder / "sent.json"), "allow_ephemeral": True, "it_to": ["it@chu.example"]}
        given |= {"employer_to": ["head@chu.example"], "mail_host": "mail.example", "mail_sender": "a@chu.example"}
        given |= {"calendar": True}
        run_action("reminder_mails", self.given | given, FakeWorkstation(), variables=self.site)
        return sent


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patched:
        yield Chain(tmp_path_factory.mktemp("chain"), patched)


def of(rows: list[Any], case: Case, key: str = "authorisation") -> list[Any]:
    return [row for row in rows if row[key] == case.number]


def shown_row(chain: Chain, case: Case) -> str:
    """The person's row in the table of holders of the page."""
    rows = re.findall(r"<tr data-status.*?</tr>", chain.html, re.DOTALL)
    (found,) = [row for row in rows if f"<bdi>{case.name}</bdi>" in row]
    return found


def first(case: Case) -> str:
    """The workstation where access ends first."""
    return min(case.ends, key=lambda name: case.ends[name])


@pytest.mark.parametrize("case", CASES[:-1], ids=lambda case: case.name)
def test_a_renewal_and_an_audit_tell_the_day_that_the_report_tells(chain: Chain, case: Case) -> None:
    (row,) = of(chain.results[first(case)]["holders"], case)
    assert (row["access_ends_on"], row["access_days_left"]) == case.value
    assert f"no access from {case.on} on" in str(row["msg"])
    for facts in (chain.results[first(case)]["ansible_facts"]["pkcs12"], chain.audits[first(case)]):
        (held,) = of(facts["holders"], case)
        assert (held["ends_on"], held["days_left"]) == case.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_form_of_the_report_has_the_same_value(chain: Chain, case: Case) -> None:
    case = case.whole
    (row,) = of(chain.json["holders"], case)
    assert (row["ends_on"], row["days_left"], row["next_step"], row["actor"]) == (*case.value, case.step, case.actor)
    step, actor = WORDS[case.step]
    (said,) = of(chain.holders, case)
    assert (said["no access from"], said["days left"]) == (case.on, str(case.value[1]))
    assert (said["next step"], said["who acts"]) == (step, actor)
    (line_of_sheet,) = of(chain.sheet, case)
    assert f"{line_of_sheet['no access from']:%Y-%m-%d}" == case.on
    assert (line_of_sheet["next step"], line_of_sheet["who acts"]) == (step, actor)
    (line,) = [line for line in chain.markdown.splitlines() if line.startswith(f"| {case.name} |")]
    assert case.told in line and step in line.replace("\\", "") and f"| {actor} |" in line
    shown = shown_row(chain, case)
    days = re.search(r"\((.*)\)", case.told)
    assert days and f'data-sort="{date.fromisoformat(case.on).toordinal()}"' in shown and days[1] in shown
    assert step in shown and f">{actor}</td>" in shown


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_certificate_has_the_step_of_its_holder_there(chain: Chain, case: Case) -> None:
    (row,) = of(chain.json["holders"], case)
    places = {place["workstation"]: place for place in row["places"]}
    certificates = {each["workstation"]: each for each in of(chain.json["certificates"], case, "holder")}
    tables = {each["workstation"]: each for each in of(chain.certificates, case)}
    assert places.keys() == certificates.keys() == tables.keys() == case.at.keys()
    for name, step in case.at.items():
        place, found, said = places[name], certificates[name], tables[name]
        assert (place["next_step"], found["next_step"], said["next step"]) == (step, step, WORDS[step][0])
        assert (said["who acts"], found["actor"]) == (WORDS[step][1], place["actor"])
        assert place["ends_on"] == found["ends_on"] == said["no access from"]
        assert str(place["days_left"]) == str(found["days_left"]) == said["days left"]
    if case.anniversary is None:
        assert (places[first(case)]["ends_on"], places[first(case)]["days_left"]) == case.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mail_and_its_calendar_file_have_the_same_day(chain: Chain, case: Case) -> None:
    texts = {mail["To"]: mail for mail in chain.mails if case.name in mail.get_body(("plain",)).get_content()}  # type: ignore[union-attr]
    expected = {"issuer": case.entry["mail"], "employer": "head@chu.example", "it": "it@chu.example"}[case.actor]
    mail = texts[expected]
    body = mail.get_body(("plain",))
    assert body and case.on in body.get_content()
    files = [part.get_content() for part in mail.iter_attachments()]
    full = date.fromisoformat(case.on) - timedelta(days=1)
    starts = [
        f"DTSTART;VALUE=DATE:{full:%Y%m%d}" in str(each if isinstance(each, str) else each.decode()) for each in files
    ]
    assert starts == ([] if case.actor == "it" else [True])


def test_an_old_withdrawal_does_not_stand_beside_a_new_wait(chain: Chain) -> None:
    """The run found no new bundle although one had been withdrawn: that one is the certificate that ends now."""
    (case,) = [each for each in CASES if each.name == "Denis Relance"]
    (row,) = of(chain.json["holders"], case)
    assert row["delivery"]["state"] == "collected"
    assert "withdrawn" not in chain.markdown
    assert "withdrawn" not in shown_row(chain, case)
