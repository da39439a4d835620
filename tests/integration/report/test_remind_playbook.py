# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook remind after the playbook audit, over TLS: who gets a mail, once, when it is red, and where the password is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integration.audited import Site, audited
from integration.canary import Scanner, text_secret
from integration.canary_run import CanaryRun
from integration.plays import Json
from lab.mail_server import MailServer
from lab.people import ELODIE
from lab.playbook import FACT_CACHE, Run, play
from lab.tls import LOOPBACK, server_context, trust

PASSWORD = "canary of the reminders Zq8%e&"
IT, HEAD, ELODIES = "it@chu.example", "head@chu.example", "elodie@chu.example"
REGISTER = [{"name": ELODIE.name, "authorisation": ELODIE.authorisation, "mail": ELODIES}]


@dataclass
class Reminding:
    """The audited hospital, a mail server with one account, and the playbook."""

    site: Site
    server: MailServer
    ca_path: Path

    def run(self, *options: str, **variables: Any) -> Run:
        """Runs the playbook with these settings of the site, their prefix left out."""
        folder = self.site.hospital.folder
        usual: Json = {
            "state_path": str(folder / "sent.json"),
            "allow_ephemeral": True,
            "time_zone": "Europe/Paris",
            "register_holders": REGISTER,
            "it_to": [IT],
            "employer_to": [HEAD],
            "mail_host": LOOPBACK,
            "mail_port": self.server.port,
            "ca_path": str(self.ca_path),
            "mail_sender": "certificats@chu.example",
            "mail_username": "svc",
            "mail_password": "{{ secret }}",
        }
        extra = folder / "remind-variables.json"
        extra.write_text(
            json.dumps({f"pkcs12_{name}": each for name, each in (usual | variables).items() if each is not None}),
            encoding="utf-8",
        )
        (folder / "secrets.json").write_text(json.dumps({"secret": PASSWORD}), encoding="utf-8")
        environment = {**FACT_CACHE, "no_proxy": LOOPBACK}
        given = [f"--extra-vars=@{path}" for path in (extra, folder / "secrets.json")]
        return play(self.site.hospital, "hospital_it.pkcs12.remind", *given, *options, environment=environment)

    def arrived(self) -> list[str]:
        """Whose mails have come since the last call."""
        found = sorted(mail.recipients[0] for mail in self.server.mails)
        self.server.mails.clear()
        return found


def shown_to(run: Run) -> set[str]:
    """Whose mails the playbook shows instead of sending them."""
    shown = run.stdout.partition("TASK [hospital_it.pkcs12.remind : Show what would be sent]")[2].partition("TASK [")[0]
    return set(re.findall(r"^(?:ok|skipping): \[localhost\] => \(item=(\S+)\)", shown, re.MULTILINE))


@pytest.fixture(scope="module")
def reminding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reminding]:
    with audited(tmp_path_factory.mktemp("remind")) as site:
        context = server_context(site.hospital.authority)
        with MailServer(context, accounts={"svc": PASSWORD}) as server:
            yield Reminding(site, server, trust(site.hospital.authority, site.hospital.folder))


def refused(run: Run) -> tuple[str, str]:
    """The code and the setting of a refusal."""
    (row,) = run.of("reminder_mails")
    return row.result["error"]["problem"]["code"], row.result["error"]["setting"]


def test_a_day_of_reminders(reminding: Reminding) -> None:
    checked = reminding.run("--check", "-vvv")
    assert (checked.exit_code, checked.requests, reminding.arrived()) == (0, (), [])
    assert IT in shown_to(checked)
    shown = reminding.run(dry_run=True, language="fr")
    assert "changed=0" in shown.stdout and "Bonjour" in shown.stdout
    assert not (reminding.site.hospital.folder / "sent.json").exists()

    reminding.server.refuses = frozenset({HEAD})
    red = reminding.run("-vvv")
    assert red.exit_code == 2
    (row,) = red.of("reminder_mails")
    assert row.result["error"]["code"] == "reminders_not_sent"
    first = reminding.arrived()
    assert IT in first and HEAD not in first
    reminding.server.refuses = frozenset()
    second = reminding.run()
    assert shown_to(second) == set()  # only what would be sent is shown
    assert (second.exit_code, reminding.arrived()) == (0, [HEAD])
    third = reminding.run()
    assert (third.exit_code, reminding.arrived()) == (0, [])
    assert "changed=0" in third.stdout
    (row,) = third.of("reminder_mails")
    assert row.result["already_reminded"] > 0

    canaries = CanaryRun(reminding.site.hospital)
    canaries.secrets.append(text_secret("the password of the mail server", PASSWORD))
    pieces = [piece for piece in canaries.pieces() if not str(piece[0]).endswith("secrets.json")]
    outputs = [("output", run.stdout.encode() + run.stderr.encode()) for run in (checked, shown, red, second, third)]
    state = ("sent.json", (reminding.site.hospital.folder / "sent.json").read_bytes())
    assert Scanner(canaries.secrets).search([*pieces, *outputs, state]) == []


def test_dry_run_needs_no_mail_server_and_a_missing_setting_is_one_sentence(reminding: Reminding) -> None:
    without = {"mail_host": None, "mail_sender": None}
    other = str(reminding.site.hospital.folder / "dry.json")
    shown = reminding.run(dry_run=True, state_path=other, **without)
    assert (shown.exit_code, IT in shown_to(shown), reminding.arrived()) == (0, True, [])
    red = reminding.run(state_path=other, **without)
    assert (red.exit_code, reminding.arrived()) == (2, [])
    assert refused(red) == ("bad_arguments.no_mail_server", "pkcs12_mail_host")
    assert "pkcs12_it_to" in reminding.run(it_to=None).stdout
    word = reminding.run(dry_run="jes", state_path=other, **without)
    assert (word.exit_code, "pkcs12_dry_run" in word.stdout, "pkcs12_mail_host" in word.stdout) == (2, True, False)
    no = reminding.run(dry_run="No", state_path=other, **without)
    assert refused(no) == ("bad_arguments.no_mail_server", "pkcs12_mail_host")
    half = reminding.run(mail_password=None)
    assert (half.exit_code, reminding.arrived()) == (2, [])
    assert refused(half) == ("bad_arguments.no_mail_password", "pkcs12_mail_password")


def test_nothing_known_is_red(reminding: Reminding) -> None:
    run = reminding.run(hosts="web", register_holders=[])
    (row,) = run.of("reminder_mails")
    assert (run.exit_code, row.result["error"]["code"], reminding.arrived()) == (2, "no_holders", [])
    assert row.result["msg"] in run.stdout + run.stderr
    assert "Show what would be sent" not in run.stdout
