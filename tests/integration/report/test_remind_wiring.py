# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of the role remind reaches its option. The module only records what it is given."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from consistency.test_role_specs import spec
from consistency.tree import action_options
from integration.deliveries.test_collect_wiring import STUB
from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

Json = dict[str, Any]
ROLE = ROOT / "roles" / "remind"
HOLDERS = [{"name": "Jeanne Dupont", "authorisation": "T1", "mail": "jeanne@chu.example", "function": "physician"}]
ACCOUNT = {"username": "svc", "password": "word"}
SAME: Json = {
    "hosts": ["ws-1"],
    "holders": HOLDERS,
    "deliveries": {"schema": 1},
    "leavers": ["T3"],
    "exceptions": [
        {"authorisation": "T1", "workstation": "ws-1", "what": "weak", "reason": "r", "until": "2027-01-31"}
    ],
    "crl": ["/a.crl", "from_certificate"],
    "crl_issuer_files": ["/ca.pem"],
    "crl_hosts": ["crl.example"],
    "merge": ["/a.json"],
    "previous": "/b.json",
    "language": "fr",
    "time_zone": "Europe/Paris",
    "authorisation_anniversary": "2027-03-01",
    "authorisation_word": "habilitation",
    "renew_before_days": 50,
    "authorisation_due_within_days": 51,
    "facts_max_age_days": 4,
    "issuer_overdue_days": 9,
    "issuer_contact": "0158",
    "issuer_mail_sender": "ca@registry.example",
    "issuer_mail_subject": "Your certificate",
    "authorisation_pattern": "- (T\\d+)$",
    "query": "[?actor=='it']",
    "steps": [30, 3],
    "bundle_overdue_days": 6,
    "state_path": "/state.json",
    "allow_ephemeral": True,
    "dry_run": True,
    "it_to": ["it@chu.example"],
    "employer_to": ["head@chu.example"],
    "forward_to": "box@chu.example",
    "contact": "1234",
    "calendar": True,
    "templates_folder": "/templates",
    "mail_host": "smtp.example",
    "mail_port": 2525,
    "security": "tls",
    "allow_plaintext": True,
    "ca_path": "/ca.pem",
    "sender": "a@chu.example",
    "timeout": 7,
}
"""Options that have a variable with their name."""
NEEDED = {"state_path", "it_to"}
OF_THE_REPORT = [name for name in SAME if name.startswith(("crl", "issuer_"))]
"""Options that have the report's values where the site sets no others: the mails say what the report says."""
VARIABLES: Json = {f"remind_{name}": value for name, value in SAME.items()} | {
    "pkcs12_report_date": "2026-11-25T12:00:00Z",
    "remind_credential": "smtp",
    "remind_credentials": {"smtp": ACCOUNT, "other": {"username": "x", "password": "y"}},
}
WANTED = SAME | ACCOUNT | {"report_date": "2026-11-25T12:00:00Z"}


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection with a module that only records."""
    folder = tmp_path_factory.mktemp("overlay")
    collection = folder / "ansible_collections" / "hospital_it" / "pkcs12"
    for part in ("meta", "roles", "plugins/modules"):
        shutil.copytree(ROOT / part, collection / part)
    (collection / "plugins" / "action").mkdir()
    (collection / "plugins" / "action" / "reminder_mails.py").write_text(STUB, encoding="utf-8")
    return folder


def recorded(overlay: Path, variables: Json, mails: list[Json] | None = None) -> tuple[int, list[Json], str]:
    """The exit code, what the module was given, and the output."""
    record, book = overlay / "recorded.jsonl", overlay / "book.yml"
    record.write_text("", encoding="utf-8")
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "roles": ["hospital_it.pkcs12.remind"]}
    book.write_text(json.dumps([play | {"vars": variables}]), encoding="utf-8")
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(overlay),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        "RECORDED": str(record),
        "ANSWERS": json.dumps({"reminder_mails": {"mails": mails or [], "msg": "all is well"}}),
    }
    done = ansible_playbook([str(book)], {**os.environ, **environment}, overlay)
    given = [_typed(json.loads(line)[1]) for line in record.read_text(encoding="utf-8").splitlines()]
    return done.returncode, given, done.stdout + done.stderr


def _typed(given: Json) -> Json:
    """The arguments with numbers as numbers, as the action makes them: ansible-core 2.16 gives it a text for a template with a filter."""
    options = action_options(ROOT / "plugins" / "action" / "reminder_mails.py")
    numbers = {name for name, value in given.items() if options[name]["type"] == "int" and isinstance(value, str)}
    return {name: int(value) if name in numbers else value for name, value in given.items()}


@pytest.fixture(scope="module")
def given(overlay: Path) -> Mapping[str, Any]:
    """With every variable set."""
    exit_code, (found,), output = recorded(overlay, VARIABLES)
    assert exit_code == 0 and "all is well" in output, output
    return found


def test_every_variable_of_the_role_and_every_option_has_a_row() -> None:
    assert set(spec(ROLE)) == set(VARIABLES)
    assert set(action_options(ROOT / "plugins" / "action" / "reminder_mails.py")) == set(WANTED)


@pytest.mark.parametrize("option", WANTED)
def test_variable_reaches_its_option(given: Mapping[str, Any], option: str) -> None:
    assert given.get(option) == WANTED[option]


def test_left_out_variables_are_the_sites_or_the_defaults_of_the_module(overlay: Path) -> None:
    site = {
        "pkcs12_time_zone": "Europe/Paris",
        "pkcs12_renew_before_days": 50,
        "pkcs12_authorisation_anniversary": "2027-03-01",
        "pkcs12_credentials": {"smtp": ACCOUNT},
        "pkcs12_hosts": "localhost",
        "pkcs12_exceptions": SAME["exceptions"],
        "pkcs12_language": "fr",
        "pkcs12_leavers": ["T3"],
        "remind_credential": "smtp",
        **{f"report_{name}": SAME[name] for name in OF_THE_REPORT},
    }
    needed = {f"remind_{name}": SAME[name] for name in NEEDED}
    _code, (bare,), _output = recorded(overlay, needed)
    _code, (with_site,), _output = recorded(overlay, site | needed)
    taken = {"time_zone": "Europe/Paris", "authorisation_anniversary": "2027-03-01", "hosts": ["localhost"], **ACCOUNT}
    taken |= {"exceptions": SAME["exceptions"], "renew_before_days": 50, "language": "fr", "leavers": ["T3"]}
    taken |= {name: SAME[name] for name in OF_THE_REPORT}
    assert {name: with_site.get(name) for name in taken} == taken
    assert not {"issuer_overdue_days", "issuer_contact", "issuer_mail_sender", "issuer_mail_subject"} & set(bare)
    assert not {"hosts", "username", "password", "query", "previous", "authorisation_anniversary"} & set(bare)
    options = action_options(ROOT / "plugins" / "action" / "reminder_mails.py")
    given_anyway = {name: value for name, value in bare.items() if name not in NEEDED}
    assert given_anyway == {name: options[name]["default"] for name in given_anyway}


def test_account_that_is_not_there_is_refused_before_anything_is_sent(overlay: Path) -> None:
    exit_code, given, output = recorded(overlay, VARIABLES | {"remind_credential": "smpt"})
    assert (exit_code, given) == (2, []) and "has no account 'smpt'" in " ".join(output.split())


def test_planned_mails_are_printed_and_sent_ones_are_not(overlay: Path) -> None:
    planned = {"to": "jeanne@chu.example", "subject": "Log on", "body": "Hello\nJeanne\n", "state": "planned"}
    _code, _given, output = recorded(overlay, VARIABLES, [planned, {"to": "paul@chu.example", "state": "sent"}])
    assert "To: jeanne@chu.example" in output and "Subject: Log on" in output and "Jeanne" in output
    assert "paul@" not in output
