# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""report_mail against a mail server: what arrives, what is refused and how that is said, and where the password is not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integration.canary import Scanner, text_secret
from integration.canary_run import CanaryRun
from integration.plays import Json, run_play, tasks
from lab.authority import Authority
from lab.hospital import Hospital
from lab.mail_server import MailServer
from lab.tls import LOOPBACK, server_context, trust

PASSWORD = "canary of the mail server Zq8%e&"
OTHER = "canary that is wrong xW3$k="


@dataclass(frozen=True)
class Sender:
    """A controller with a page to send, which trusts the hospital's authority and calls no workstation."""

    hospital: Hospital
    ca_path: Path

    @property
    def page(self) -> Path:
        return self.hospital.folder / "page.html"

    def arguments(self, office: MailServer | None, **changes: Any) -> Json:
        known: Json = {
            "mail_host": LOOPBACK,
            "mail_port": office.port if office else 9,
            "ca_path": str(self.ca_path),
            "mail_sender": "Certificats <certificats@chu.example>",
            "to": ["radioprotection@chu.example"],
            "mail_subject": "42 holders",
            "body": "Élodie Lefèvre: expired\n",
            "attachments": [str(self.page)],
            "server_timeout": 5,
        }
        return {name: value for name, value in (known | changes).items() if value is not None}

    def send(self, office: MailServer | None, *options: str, **changes: Any) -> Json:
        """The one result."""
        (result,) = self.send_each(office, [changes], *options)
        return result

    def send_each(self, office: MailServer | None, mails: Iterable[Json], *options: str) -> list[Json]:
        """The results of several tasks of one play, which goes on after a failure."""
        calls = [{"report_mail": self.arguments(office, **changes)} for changes in mails]
        run = run_play(self.hospital, *options, hosts="localhost", connection="local", tasks=tasks(*calls))
        assert len(run.rows) == len(calls), run.stdout + run.stderr
        return [dict(row.result) for row in run.rows]


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    with Hospital(tmp_path_factory.mktemp("mail"), []) as hospital:
        sender = Sender(hospital, trust(hospital.authority, hospital.folder))
        hospital.passphrases.write_text("{}", encoding="utf-8")  # nobody has a bundle here
        sender.page.write_text("<p>Élodie Lefèvre", encoding="utf-8")
        yield sender


@pytest.fixture
def office(request: pytest.FixtureRequest, sender: Sender) -> Iterator[MailServer]:
    settings = {"context": server_context(sender.hospital.authority), **getattr(request, "param", {})}
    with MailServer(**settings) as running:
        yield running


ACCOUNTS = {"accounts": {"svc": PASSWORD}}


def refused(result: Json) -> str:
    """The code, of a failure that says what to do."""
    assert result["error"]["next_step"]
    return str(result["error"]["code"])


def problem(result: Json) -> str:
    """The whole code."""
    return str(result["error"]["problem"]["code"])


@pytest.mark.parametrize("office", [ACCOUNTS, {"security": "tls", **ACCOUNTS}], indirect=True, ids=["starttls", "tls"])
def test_mail_arrives_over_tls_from_an_account(office: MailServer, sender: Sender) -> None:
    result = sender.send(office, mail_security=office.security, mail_username="svc", mail_password=PASSWORD)
    (mail,) = office.mails
    assert (mail.encrypted, mail.account) == (True, "svc")
    assert (mail.sender, mail.recipients) == ("certificats@chu.example", ("radioprotection@chu.example",))
    assert (mail.message["Subject"], mail.message["Auto-Submitted"]) == ("42 holders", "auto-generated")
    assert str(mail.message["List-Id"]).startswith("<report.pkcs12.")
    (page,) = mail.message.iter_attachments()
    assert page.get_payload(decode=True) == sender.page.read_bytes()
    assert (result["changed"], result["recipients"]) == (True, ["radioprotection@chu.example"])
    assert result["size"] > len(page.get_content())


@pytest.mark.parametrize("office", [ACCOUNTS], indirect=True)
def test_wrong_password_is_refused_and_said(office: MailServer, sender: Sender) -> None:
    result = sender.send(office, mail_username="svc", mail_password=OTHER)
    assert problem(result) == "mail_login.refused"
    assert result["error"]["problem"]["values"]["status"] == 535
    assert (office.mails, set(office.logons)) == ([], {"svc"})


@pytest.mark.parametrize("office", [ACCOUNTS], indirect=True)
def test_password_that_smtp_cannot_carry_is_refused_and_not_shown(office: MailServer, sender: Sender) -> None:
    result = sender.send(office, mail_username="svc", mail_password="mot de passe été")
    assert problem(result) == "mail_login.not_ascii"
    assert "été" not in json.dumps(result, ensure_ascii=False)


@pytest.mark.parametrize("office", [{"context": None}], indirect=True)
def test_server_without_starttls_gets_nothing(office: MailServer, sender: Sender) -> None:
    result = sender.send(office, mail_username="svc", mail_password=PASSWORD)
    assert problem(result) == "mail_tls.no_starttls_smtp"
    assert (office.mails, office.logons) == ([], [])
    begun = sender.send(office, mail_security="tls", mail_username="svc", mail_password=PASSWORD)
    assert problem(begun) == "mail_tls.not_spoken_smtp"
    assert (office.mails, office.logons) == ([], [])


@pytest.mark.parametrize("office", [{}, {"security": "tls"}], indirect=True, ids=["starttls", "tls"])
def test_server_of_another_authority_is_not_trusted(office: MailServer, sender: Sender, tmp_path: Path) -> None:
    other_authority = trust(Authority.create(), tmp_path)
    mails = [{"mail_security": office.security, "ca_path": ca_path} for ca_path in (str(other_authority), None)]
    assert [refused(result) for result in sender.send_each(office, mails)] == ["mail_tls"] * 2
    assert office.mails == []


def test_certificate_of_another_server_is_not_trusted(sender: Sender) -> None:
    with MailServer(server_context(sender.hospital.authority, "127.0.0.2")) as office:
        result = sender.send(office)
    assert problem(result) == "mail_tls.not_trusted_smtp"
    (why,) = result["error"]["problem"]["causes"]
    assert "not valid for" in why["values"]["reason"], "OpenSSL's own words"


@pytest.mark.parametrize("office", [{"refuses": frozenset({"gone@chu.example"})}], indirect=True)
def test_refused_recipient_is_named_and_the_others_get_it(office: MailServer, sender: Sender) -> None:
    gone = "gone@chu.example"
    some, none = sender.send_each(office, [{"to": ["radioprotection@chu.example", gone]}, {"to": [gone]}])
    assert (refused(some), some["changed"]) == ("mail_refused", True)
    (recipient,) = some["error"]["problem"]["causes"]
    assert recipient["values"] == {"address": gone, "reply": "550 5.1.1 no such person here"}
    assert [mail.recipients for mail in office.mails] == [("radioprotection@chu.example",)]
    assert (refused(none), none["changed"], len(office.mails)) == ("mail_refused", False, 1)


def test_nobody_listening_is_unreachable(sender: Sender) -> None:
    nowhere: list[Json] = [{}, {"mail_host": "no-such-host.invalid"}, {"mail_security": "tls"}]
    mails = [*nowhere, {"mail_host": "smtp..example"}, {"mail_port": 70000}, {"server_timeout": 0}]
    assert [refused(result) for result in sender.send_each(None, mails)] == ["mail_unreachable"] * len(mails)


@pytest.mark.parametrize("office", [{"security": "none", "context": None}], indirect=True)
def test_without_tls_a_mail_stays_on_the_controller(office: MailServer, sender: Sender) -> None:
    elsewhere = {"mail_host": "smtp.chu.example"}
    account = {"mail_username": "svc", "mail_password": PASSWORD, "allow_plaintext": True}
    allowed = {"mail_host": "no-such-host.invalid", "allow_plaintext": True}
    mails = [{}, elsewhere, elsewhere | account, allowed]
    sent, *others = sender.send_each(office, [{"mail_security": "none", **changes} for changes in mails])
    assert sent["changed"]
    assert [mail.encrypted for mail in office.mails] == [False]
    # The last one has tried.
    assert [refused(result) for result in others] == ["mail_plaintext", "mail_plaintext", "mail_unreachable"]


@pytest.mark.parametrize("office", [ACCOUNTS], indirect=True)
def test_password_is_nowhere(office: MailServer, sender: Sender) -> None:
    run = CanaryRun(sender.hospital)
    run.secrets += [text_secret("the password", PASSWORD), text_secret("a wrong password", OTHER)]
    known = json.dumps({"right": PASSWORD, "wrong": OTHER})
    (sender.hospital.folder / "secrets.json").write_text(known, encoding="utf-8")
    changes: list[Json] = [
        {"mail_password": "{{ right }}"},
        {"mail_password": "{{ wrong }}"},
        {"mail_password": "{{ wrong }}", "mail_port": 9},
        {"pasword": "{{ wrong }}"},
        {"mail_password": ["{{ wrong }}"]},
    ]
    calls = [{"report_mail": sender.arguments(office, mail_username="svc", **change)} for change in changes]
    done = run.play(hosts="localhost", connection="local", tasks=tasks(*calls))
    assert [row.result.get("error", {}).get("code") for row in done.rows] == [
        None,
        "mail_login",
        "mail_unreachable",
        "bad_arguments",
        "bad_arguments",
    ]
    assert len(office.mails) == 1
    assert Scanner(run.secrets).search(run.pieces()) == []
    assert {Path(place).name for place, _data in run.pieces()} >= {"ansible.log", "events.jsonl"}
