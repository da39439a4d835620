# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``reminder_mails`` reaches what it is for, with a mail server that only listens."""

from __future__ import annotations

import os
import smtplib
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from unit.plugins.action.effects import EAST, Effect, Scene, code, table
from unit.plugins.action.test_report_mail import Listening
from unit.plugins.plugin_utils._mail.deliveries import known
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.reminder_inputs import (
    TODAY,
    certificate,
    entry,
    hospital,
    task_variables,
    workstation,
)

IT, HEAD, DUPONT, ROUX = "it@chu.example", "head@chu.example", "dupont@chu.example", "roux@chu.example"
BASE = {
    "state_path": "{folder}/sent.json",
    "report_date": TODAY,
    "allow_ephemeral": True,
    "it_to": [IT],
    "mail_host": "mail.example",
    "mail_sender": "a@example",
    "facts_max_age_days": 100,
}
PERSON = {"name": "Anne Leroux", "authorisation": "T8", "mail": "leroux@chu.example"}
ANNEX = PERSON | {"authorisation_anniversary": "2026-12-10"}
ONE = {"report_hosts": ["ws-1"]}


@pytest.fixture(autouse=True)
def listening(monkeypatch: pytest.MonkeyPatch) -> None:
    Listening.received = {}
    monkeypatch.setattr(smtplib, "SMTP", Listening)
    monkeypatch.setattr(smtplib, "SMTP_SSL", Listening)


def received(name: str) -> Any:
    return lambda _scene: Listening.received.get(name)


def to(scene: Scene) -> list[str]:
    return sorted(mail["to"] for mail in scene.result["mails"])


def steps(scene: Scene) -> list[int]:
    return [step for mail in scene.result["mails"] for step in mail["reminder_days"]]


def named(scene: Scene) -> list[str]:
    return sorted({name for mail in scene.result["mails"] for name in mail["holders"]})


def next_steps(scene: Scene) -> list[str]:
    return sorted({step for mail in scene.result["mails"] for step in mail["next_steps"]})


def says(word: str) -> Any:
    return lambda _scene: word in str(Listening.received["message"].get_body(("plain",)).get_content())


def files(_scene: Scene) -> int:
    return len(list(Listening.received["message"].iter_attachments()))


def sender(_scene: Scene) -> str:
    return str(Listening.received["message"]["From"])


def state(scene: Scene) -> list[str]:
    return sorted(path.name for path in scene.folder.glob("*.json") if path.name != "before.json")


def own(scene: Scene) -> None:
    (scene.folder / "own").mkdir()
    (scene.folder / "own" / "holder.en.txt.j2").write_text("of the site", encoding="utf-8")


def private(scene: Scene) -> None:
    """The folder of a runner, which ends with the job."""
    os.environ["AWX_PRIVATE_DATA_DIR"] = str(scene.folder)


@pytest.fixture(autouse=True)
def no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWX_PRIVATE_DATA_DIR", "")


LATE = task_variables(
    [workstation("ws-3", entry("T3"), certificates=[certificate("T3", 33)], outcome="waiting_for_issuer")]
)
OVERDUE = {"issuer_overdue_days": 7}
DUE = {"register_holders": [ANNEX], "employer_to": [HEAD], "report_hosts": ["ws-1"]}
TWO = {"report_hosts": ["ws-1", "ws-2"]}
ACCEPTED = {"authorisation": "T1", "what": "renewal_due", "reason": "She retires.", "until": "2026-12-31"}

HEADED = {"report_hosts": ["ws-2"], "employer_to": [HEAD]}
DOCUMENT = {"authorisation_document": {"name": "annex 1"}}

EFFECTS = [
    Effect("report_hosts", ["ws-1"], to, [DUPONT, IT, ROUX], [DUPONT]),
    Effect("register_holders", [PERSON], named, ["Jeanne Dupont"], ["Anne Leroux", "Jeanne Dupont"], ONE),
    Effect("register_holders.function", "physician", says("(physician)"), False, True, DUE),
    Effect("leavers", ["T1"], named, ["Anne Roux", "Jeanne Dupont", "Paul Martin"], ["Anne Roux", "Paul Martin"]),
    Effect("exceptions", [ACCEPTED], next_steps, ["log_on", "renew_authorisation"], ["renew_authorisation"], TWO),
    Effect("issuer_contact", "Registry 0158", says("Registry 0158"), False, True, OVERDUE, variables=LATE),
    Effect("language", "fr", says("Ouvrir une session"), False, True, ONE),
    Effect("time_zone", EAST, says("2026-12-06 (in 10 days)"), False, True, ONE),
    Effect("authorisation_word", "habilitation", says("habilitation"), False, True, HEADED),
    Effect("establishment", "CHU Nord", says("The IT department of CHU Nord writes"), False, True, ONE),
    Effect("service", {"name": "Dose portal"}, says("certificate for Dose portal"), False, True, ONE),
    Effect("service.name", "<b>", code, None, "bad_arguments", {"service": {"name": "Dose portal"}}),
    Effect("service.link", "portal.example", code, None, "bad_arguments", {"service": {"name": "Dose portal"}}),
    Effect("authorisation_document", {"name": "annex 1"}, says('the document "annex 1"'), False, True, HEADED),
    Effect("authorisation_document.name", "<b>", code, None, "bad_arguments", DOCUMENT),
    Effect("authorisation_document.registry", "Registry 2", says("(Registry 2)"), False, True, HEADED | DOCUMENT),
    Effect("authorisation_document.link", "portal.example", code, None, "bad_arguments", DOCUMENT),
    Effect("report_query", "[?name=='Anne Roux']", named, ["Anne Roux", "Jeanne Dupont", "Paul Martin"], ["Anne Roux"]),
    Effect("reminder_days", [12, 3], steps, [14], [12], ONE),
    Effect("bundle_overdue_days", 9, to, [ROUX], [], variables=LATE),
    Effect("state_path", "{folder}/other.json", state, ["sent.json"], ["other.json"], ONE),
    Effect("allow_ephemeral", True, code, "ephemeral_state", None, {"allow_ephemeral": False}, private),
    Effect("dry_run", True, state, ["sent.json"], [], ONE),
    Effect("it_to", ["other@chu.example"], to, [IT], ["other@chu.example"], {"report_hosts": ["ws-2"]}),
    Effect("employer_to", [HEAD], to, [IT], [HEAD], {"report_hosts": ["ws-2"]}),
    Effect("forward_to", "box@chu.example", says("to box@chu.example"), False, True, variables=LATE),
    Effect("contact", "IT 1234", says("Questions: IT 1234"), False, True, ONE),
    Effect("calendar", True, files, 0, 1, ONE),
    Effect("templates_folder", "{folder}/own", says("of the site"), False, True, ONE, own),
    Effect("mail_host", "other.example", received("server"), ("mail.example", 587), ("other.example", 587), ONE),
    Effect("mail_security", "none", code, None, "mail_plaintext", ONE),
    Effect("ca_path", "{folder}/missing.pem", code, None, "reminders_not_sent", ONE),
    Effect("mail_sender", "c@example", sender, "a@example", "c@example", ONE),
    Effect("mail_sender", "", code, None, "bad_arguments", ONE),
    Effect("mail_host", "", code, None, "bad_arguments", ONE),
    Effect("mail_sender", "nobody", code, None, "mail_address", ONE),
]  # fmt: skip


def completed(effect: Effect) -> Effect:
    """With the hospital, and the entry that a suboption changes."""
    entry_of_it = ACCEPTED if effect.option.startswith("exceptions.") else PERSON
    variables = effect.variables or task_variables(hospital())
    return Effect(**{**vars(effect), "variables": variables, "entry": entry_of_it})


test_an_option_reaches_what_it_is_for = table("reminder_mails", BASE, list(map(completed, EFFECTS)))


@pytest.mark.parametrize("hosts", [["ws-1", "ws-2"], ["ws-2", "ws-1"]], ids=["by name", "as it comes"])
def test_of_several_addresses_that_of_the_first_workstation_counts_and_the_registers_last(
    hosts: list[str], tmp_path: Path
) -> None:
    mails = {"ws-1": "first@chu.example", "ws-2": "second@chu.example"}
    due = [certificate("T1", 10)]
    known = [workstation(name, entry("T1", mail=mails[name]), certificates=due, away=["T1"]) for name in hosts]
    register = [{"name": "Jeanne Dupont", "authorisation": "T1", "mail": "third@chu.example"}]
    given = BASE | {"state_path": str(tmp_path / "sent.json"), "dry_run": True, "register_holders": register}
    scene = Scene(
        tmp_path, result=run_action("reminder_mails", given, FakeWorkstation(), variables=task_variables(known))
    )
    assert to(scene) == ["first@chu.example"]


def test_nobody_is_reminded_who_is_retired_by_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "t1.retired.json").touch()
    hosts = [(name, known | {"pkcs12_bundle_folder": "~"}) for name, known in hospital()]
    given = BASE | {"state_path": str(tmp_path / "sent.json"), "dry_run": True}
    scene = Scene(
        tmp_path, result=run_action("reminder_mails", given, FakeWorkstation(), variables=task_variables(hosts))
    )
    assert named(scene) == ["Anne Roux", "Paul Martin"]


def of_site(folder: Path, variables: dict[str, Any], **given: Any) -> dict[str, Any]:
    """The result of a task as the role has it: with the site's settings."""
    site = {f"pkcs12_{name}": value for name, value in BASE.items()} | {"pkcs12_state_path": str(folder / "sent.json")}
    known_to_it = task_variables(hospital()) | site | variables
    return run_action("reminder_mails", {"from_site": {}, **given}, FakeWorkstation(), variables=known_to_it)


@pytest.mark.parametrize(
    ("variables", "code", "setting"),
    [
        ({"pkcs12_it_to": []}, "bad_arguments.it_to", "pkcs12_it_to"),
        ({"pkcs12_mail_host": ""}, "bad_arguments.no_mail_server", "pkcs12_mail_host"),
        ({"pkcs12_mail_sender": None}, "bad_arguments.no_mail_server", "pkcs12_mail_sender"),
        ({"pkcs12_dry_run": "no", "pkcs12_mail_host": ""}, "bad_arguments.no_mail_server", "pkcs12_mail_host"),
        ({"pkcs12_mail_password": "canary of the mails"}, "bad_arguments", None),
        ({"pkcs12_reminder_days": []}, "bad_arguments.reminder_days", "pkcs12_reminder_days"),
        ({"pkcs12_bundle_overdue_days": -1}, "bad_arguments.days", "pkcs12_bundle_overdue_days"),
        ({"pkcs12_mail_security": "none"}, "mail_plaintext", None),
        ({"pkcs12_mail_sender": "nobody"}, "mail_address", None),
        ({"pkcs12_templates_folder": "/nonexistent"}, "reminder_template.folder", "pkcs12_templates_folder"),
        ({"pkcs12_hosts": "nowhere"}, "bad_arguments.no_host_matches", None),
    ],
    ids=str,
)
def test_a_setting_of_the_site_is_refused_by_its_variable_before_a_mail_is_out(
    variables: dict[str, Any], code: str, setting: str | None, tmp_path: Path
) -> None:
    result = of_site(tmp_path, variables)
    error = result["error"]
    assert result["failed"] and (error.get("problem") or error)["code"].partition(".")[0] == code.partition(".")[0]
    assert "." not in code or error["problem"]["code"] == code
    assert setting is None or error["setting"] == setting
    assert Listening.received == {} and "canary" not in str(result) and not (tmp_path / "sent.json").exists()


@pytest.mark.parametrize("word", [True, "true", "yes", 1])
def test_a_dry_run_needs_no_server_in_whatever_word_it_comes(word: Any, tmp_path: Path) -> None:
    result = of_site(tmp_path, {"pkcs12_dry_run": word, "pkcs12_mail_host": None, "pkcs12_mail_sender": " "})
    assert result["mails"] and not result.get("failed"), result
    assert (Listening.received, list(tmp_path.iterdir())) == ({}, [])


def test_the_site_says_who_is_reminded_of_what(tmp_path: Path) -> None:
    dry = {"pkcs12_dry_run": True}
    one = of_site(tmp_path, dry | {"pkcs12_hosts": "ws-1"})
    assert [mail["to"] for mail in one["mails"]] == [DUPONT]
    late = {"ansible_facts": {"pkcs12_fact_deliveries": known("T3", state="new")}}
    collect = of_site(tmp_path, LATE | dry | late)
    assert [step for mail in collect["mails"] for step in mail["next_steps"]] == ["collect"]
    own = of_site(tmp_path, LATE | dry | late, deliveries=known("T3", state="collected"))
    assert [step for mail in own["mails"] for step in mail["next_steps"]] != ["collect"]


def test_what_a_mail_failed_of_names_the_sites_variables(tmp_path: Path) -> None:
    result = of_site(tmp_path, {"pkcs12_ca_path": "/nonexistent.pem", "pkcs12_hosts": "ws-1"})
    (mail,) = result["mails"]
    assert (mail["error"]["problem"]["code"], mail["error"]["setting"]) == ("mail_tls.ca_path", "pkcs12_ca_path")
    assert "\ue000" not in str(result)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("box", ["box@chu.example", None])
def test_a_mail_asks_for_the_issuers_mail_where_the_site_has_a_box_for_it(
    box: str | None, language: str, tmp_path: Path
) -> None:
    """It says at its end what it has asked for; without a box it asks for nothing. No other address stands in for the box."""
    issuer = {"issuer_mail_sender": "ra@issuer.example", "issuer_mail_subject": "Certificate delivery"}
    given = {"forward_to": box, "language": language, "contact": "1234", "state_path": str(tmp_path / "sent.json")}
    made = run_action("reminder_mails", {**BASE, **issuer, **given}, FakeWorkstation(), variables=LATE)
    assert [mail["to"] for mail in made["mails"]] == [ROUX], made
    text = Listening.received["message"].get_body(("plain",)).get_content()
    asking, _contact, end = text.rpartition("1234")
    assert all(each in asking for each in issuer.values())
    assert IT not in text
    assert text.count("1234") == 1  # whom to ask, and nothing to forward to
    assert (asking.count("box@chu.example"), end.count("box@chu.example")) == ((1, 1) if box else (0, 0))
