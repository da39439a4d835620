# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs of the AWX templates, through ansible-runner: they work, AWX gets their facts, and no secret comes back with them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from consistency.awx import KUBERNETES, Data, configuration, named
from integration import canary_run, runner_job
from integration.awx_job import Job, inputs_of
from integration.canary import Hit, Scanner, text_secret
from integration.canary_run import CanaryRun
from integration.runner_job import RunnerRun
from lab.authority import Authority
from lab.hospital import Hospital
from lab.mail_server import MailServer
from lab.people import ANNE, ELODIE, JEANNE, PAUL, Desk, Seat
from lab.tls import LOOPBACK, server_context, trust

DESKS = [
    Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE))),
    Desk("ws-nuclear", (Seat(PAUL), Seat(ANNE, logged_on=False))),
]
DATA = configuration(KUBERNETES)
MAILBOX = {"username": "pkcs12-reports@chu.example", "password": f'"%& {secrets.token_urlsafe(18)}'}
LEAK = """
- hosts: workstations
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {var: pkcs12_passphrases}
    - ansible.builtin.set_fact: {cacheable: true, leaked: "{{ lookup('ansible.builtin.file', bundle) | b64encode }}"}
"""
"""What a careless playbook does with what a job is given."""


@pytest.fixture
def canaries(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[CanaryRun]:
    """A hospital whose every secret is known, one-use secrets on the wire among them."""
    with Hospital(tmp_path, DESKS) as hospital:
        yield canary_run.prepare(hospital, authority, monkeypatch)


def start(
    canaries: CanaryRun,
    name: str,
    playbook: str | None = None,
    change: Data | None = None,
    facts: Path | None = None,
    **answers: str,
) -> RunnerRun:
    """Runs a template as AWX does, with its playbook or with another one, given as text; ``change`` is among its extra variables."""
    hospital = canaries.hospital
    passphrases = {person.authorisation: bundle.passphrase for person, bundle in canaries.bundles.items()}
    inputs = inputs_of(hospital, passphrases) | {"Mailbox for reports": MAILBOX}
    template = named(DATA, "controller_templates", name)
    template = {**template, "extra_vars": {**template.get("extra_vars", {}), **(change or {})}}
    controller, worker = (hospital.folder / f"{name} {side}" for side in ("controller", "worker"))
    Job(template, inputs, answers, facts=facts).prepare(DATA, hospital, controller, worker)
    if playbook:
        (controller / "project" / template["playbook"]).write_text(playbook, encoding="utf-8")
    return runner_job.run(controller, worker, template["playbook"])


def statuses(run: RunnerRun, host: str) -> dict[str, tuple[str, str | None]]:
    """Where each holder stands by the facts that AWX gets, and what the last renewal said."""
    holders = run.facts(host)["pkcs12"]["holders"]
    return {holder["authorisation"]: (holder["status"], holder["outcome"]) for holder in holders}


def test_an_audit_gives_awx_the_facts_of_every_workstation(canaries: CanaryRun) -> None:
    audit = start(canaries, "PKCS12 audit")
    assert (audit.exit_codes, audit.status) == ((0, 0, 0), "successful")
    assert statuses(audit, "ws-cardio") == {"T100001": ("missing", None), "T100002": ("missing", None)}
    assert statuses(audit, "ws-nuclear") == {"T100004": ("missing", None), "T100005": ("missing", None)}
    (stats,) = audit.events("playbook_on_stats")
    assert set(stats["ok"]) == {"ws-cardio", "ws-nuclear"}
    assert Scanner(canaries.secrets).search(audit.pieces()) == []


def test_what_a_credential_holds_opens_bundles_and_does_not_come_back(
    canaries: CanaryRun, authority: Authority
) -> None:
    """The passphrases go from the credential through its file to the module; evidence and facts tell what became of everybody."""
    (canaries.hospital.folder / "evidence").mkdir()
    enrol = start(canaries, "PKCS12 enrol")
    later = datetime.now(UTC) + timedelta(days=2000)
    for person, old in canaries.bundles.items():
        new = authority.issue(person.name, person.authorisation, passphrase=old.passphrase, not_after=later)
        name = old.file_name.replace(".p12", " new.p12")
        (canaries.hospital.bundle_folder / name).write_bytes(new.data)
        canaries.secrets += canary_run.secrets_of(new, name)
    renew = start(canaries, "PKCS12 renew", pkcs12_install="always")
    assert (enrol.exit_codes, enrol.status) == ((0, 0, 0), "successful")
    # Somebody who has no access at all and is not logged on: the workstation ends failed, and its facts are kept all the same.
    assert (renew.exit_codes, renew.status) == ((0, 2, 0), "failed")
    assert statuses(enrol, "ws-cardio") == {"T100001": ("valid", "installed"), "T100002": ("renewal_due", "installed")}
    assert statuses(renew, "ws-nuclear") == {"T100004": ("valid", "renewed"), "T100005": ("missing", "deferred")}
    evidence = (canaries.hospital.folder / "evidence" / "42.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["job"] for line in evidence] == ["42"] * 6
    assert [secret.name for secret in canaries.secrets].count("a one-use file") == 6
    pieces = [piece for run in (enrol, renew) for piece in run.pieces()]
    pieces.append(("evidence", "\n".join(evidence).encode()))
    assert Scanner(canaries.secrets).search(pieces) == []


def test_the_mailbox_sends_the_report_and_its_password_does_not_come_back(canaries: CanaryRun) -> None:
    hospital = canaries.hospital
    (place,) = named(DATA, "controller_templates", "PKCS12 report by mail")["extra_vars"]["pkcs12_report_destinations"]
    with MailServer(server_context(hospital.authority), accounts={MAILBOX["username"]: MAILBOX["password"]}) as post:
        change = {
            "pkcs12_mail_host": LOOPBACK,
            "pkcs12_mail_port": post.port,
            "pkcs12_mail_sender": MAILBOX["username"],
            "pkcs12_ca_path": str(trust(hospital.authority, hospital.folder)),
        }
        audited = start(canaries, "PKCS12 audit")
        report = start(canaries, "PKCS12 report by mail", change=change, facts=audited.fact_cache)
    assert (report.exit_codes, report.status) == ((0, 0, 0), "successful")
    (mail,) = post.mails
    assert (mail.account, mail.encrypted, mail.recipients) == (MAILBOX["username"], True, tuple(place["to"]))
    assert {Path(str(part.get_filename())).suffix for part in mail.message.iter_attachments()} == {".html", ".csv"}
    known = [*canaries.secrets, text_secret("the mailbox's password", MAILBOX["password"])]
    assert Scanner(known).search(report.pieces()) == []


def test_what_a_playbook_leaks_is_found_wherever_a_job_keeps_it(canaries: CanaryRun) -> None:
    """The control: a search that found nothing here would prove nothing above."""
    bundle = canaries.bundles[JEANNE]
    leak = start(canaries, "PKCS12 enrol", LEAK, bundle=str(canaries.hospital.bundle_folder / bundle.file_name))
    assert leak.status == "successful"
    scanner = Scanner(canary_run.secrets_of(bundle, "the bundle"))
    where = {(hit.secret, part_of(leak, hit)) for place, data in leak.pieces() for hit in scanner.scan(place, data)}
    everywhere = {"the worker's stream", "job_events", "stdout"}
    assert where >= {("passphrase of the bundle", part) for part in everywhere}
    assert where >= {("the bundle", part) for part in {*everywhere, "fact_cache"}}


def part_of(run: RunnerRun, hit: Hit) -> str:
    """The part of what AWX keeps that a secret was found in, or another place as it is."""
    path = Path(hit.place)
    return path.relative_to(run.artifacts).parts[0] if path.is_relative_to(run.artifacts) else hit.place
