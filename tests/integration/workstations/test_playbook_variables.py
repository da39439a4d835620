# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wrong variable of a role that runs on the controller is named in one sentence, before anything is done."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

SETTINGS: dict[str, Any] = {
    "pkcs12_report_folder": "/reports",
    "pkcs12_state_path": "/state.json",
    "pkcs12_it_to": ["it@chu.example"],
    "pkcs12_mail_host": "smtp.example",
    "pkcs12_mail_sender": "it@chu.example",
    "pkcs12_bundle_folder": "/bundles",
}
HOLDERS = [{"name": "Jeanne Dupont", "authorisation": "T123456", "user": "CHU\\jdupont"}]
SECRET = "Nachtigall-4711"
WRONG = [
    ("report", {"pkcs12_report_formats": "pfd"}, ["pkcs12_report_formats must be", "Got no match for: pfd."]),
    ("report", {"pkcs12_renew_before_days": "many"}, ["'pkcs12_renew_before_days' is of type", "convert to int"]),
    ("report", {"pkcs12_report_destinations": [{"kind": "ftp"}]}, ["got: ftp found in pkcs12_report_destinations."]),
    (
        "report",
        {"pkcs12_report_destinations": [{"kind": "folder", "path": "/x", "mod": "0600"}]},
        ["unknown key pkcs12_report_destinations.mod. Supported parameters include: ca_path"],
    ),
    ("report", {"pkcs12_credentials": [SECRET]}, ["'pkcs12_credentials' is of type", "convert to dict."]),
    ("remind", {"remind_credentials": SECRET, "pkcs12_reminder_days": "x"}, ["'remind_credentials' is", "'pkcs12_reminder_days' "]),
    ("remind", {"pkcs12_mail_security": "ssl"}, ["pkcs12_mail_security must be one of", "got: ssl."]),
]
NO_TEXTS = [("pkcs12_report_folder", ["a"]), ("pkcs12_report_folder", 7), ("pkcs12_report_name", {"a": "b"}), ("report_previous", ["a"])]
WRONG += [("report", {name: value}, [f"Wrong variables: {name} has to be one text."]) for name, value in NO_TEXTS]
WRONG += [
    (
        "report",
        {"pkcs12_report_destinations": [{"kind": "folder", "path": ["a"]}]},
        ["pkcs12_report_destinations.path has to be one text"],
    ),
]
EXCEPTION = {"authorisation": "T1", "what": "weak", "reason": "x", "until": "2027-01-31"}
WITHOUT_DAY = {key: value for key, value in EXCEPTION.items() if key != "until"}
WRONG += [
    ("report", {"pkcs12_language": "FR"}, ["value of pkcs12_language must be one of: en, fr, got: FR."]),
    ("report", {"pkcs12_language": "FR"}, ["value of pkcs12_language must be one of: en, fr, got: FR."]),
    ("report", {"pkcs12_language": "FR", "pkcs12_language": "fr"}, ["value of pkcs12_language must be one of"]),
    ("remind", {"pkcs12_language": "FR"}, ["value of pkcs12_language must be one of"]),
    (
        "report",
        {"pkcs12_exceptions": [EXCEPTION, WITHOUT_DAY]},
        ["Wrong variables: entry 2 of pkcs12_exceptions lacks until."],
    ),
    (
        "report",
        {"pkcs12_exceptions": [WITHOUT_DAY, {"what": "weak"}]},
        [
            "entry 1 of pkcs12_exceptions lacks until",
            "entry 2 of pkcs12_exceptions lacks authorisation, reason, until.",
        ],
    ),
    ("report", {"pkcs12_exceptions": [EXCEPTION | {"untill": "x"}]}, ["unknown key pkcs12_exceptions.untill."]),
]
EMPTY = [("report", "pkcs12_report_folder"), ("remind", "pkcs12_mail_sender")]


def ended_red(playbook: str, variables: dict[str, Any], folder: Path, *options: str) -> str:
    """What the playbook says, in one line. A playbook of the site, in another folder, imports the one of the collection."""
    inventory = {
        "all": {"hosts": {"localhost": None, "ws-1": {"ansible_connection": "winrm", "pkcs12_holders": HOLDERS}}}
    }
    (folder / "site.yml").write_text(f"- import_playbook: hospital_it.pkcs12.{playbook}\n", encoding="utf-8")
    (folder / "inventory.yml").write_text(json.dumps(inventory), encoding="utf-8")
    (folder / "settings.json").write_text(json.dumps(SETTINGS | variables), encoding="utf-8")
    arguments = ["-i", "inventory.yml", "-e", "@settings.json", "site.yml", *options]
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
    done = ansible_playbook(arguments, {**os.environ, **environment}, folder)
    output = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 2, output
    return output


@pytest.mark.parametrize(("role", "name"), EMPTY)
def test_an_empty_value_is_a_missing_one(role: str, name: str, tmp_path: Path) -> None:
    for value in ("", " ", None, []):
        output = ended_red(role, {name: value}, tmp_path)
        assert f"This playbook needs {name}. Set that for localhost" in output
        assert f"hospital_it.pkcs12.{role} : " not in output, "a task of the role has run"


@pytest.mark.parametrize(
    ("role", "wrong", "said"), WRONG, ids=[f"{role} {next(iter(each))}" for role, each, _said in WRONG]
)
def test_one_sentence_names_the_variable(role: str, wrong: dict[str, Any], said: list[str], tmp_path: Path) -> None:
    output = ended_red(role, wrong, tmp_path)
    assert all(each in output for each in [*said, f"See ansible-doc -t role hospital_it.pkcs12.{role}."])
    assert "argument_spec_data" not in output
    assert f"hospital_it.pkcs12.{role} : " not in output, "a task of the role has run"
    if SECRET in json.dumps(wrong):
        assert SECRET not in ended_red(role, wrong, tmp_path, "-vvv")


NAMED: list[tuple[str, dict[str, Any], str]] = [
    ("check_bundles", {"pkcs12_bundle_folder": "/nowhere"}, "Correct 'pkcs12_bundle_folder'"),
    (
        "check_bundles",
        {"pkcs12_bundle_folder": "/", "pkcs12_bundle_folder": "/nowhere"},
        "Correct 'pkcs12_bundle_folder'",
    ),
    ("check_bundles", {"pkcs12_bundle_folder": "/", "pkcs12_bundle_folder": "/nowhere"}, "Correct 'pkcs12_bundle_folder'"),
    ("check_bundles", {"pkcs12_bundle_folder": "/etc/passwd"}, "Set 'pkcs12_bundle_folder' to the folder"),
    (
        "check_bundles",
        {"pkcs12_bundle_folder": ""},
        "A check of bundles needs 'pkcs12_bundle_folder', and it is not set.",
    ),
    (
        "check_bundles",
        {"pkcs12_bundle_folder": "/", "pkcs12_passphrases": SECRET},
        "pkcs12_passphrases is a text and no mapping.",
    ),
    ("check_bundles", {"pkcs12_holders": [{"nme": "x"}]}, "pkcs12_holders of ws-1 has nme, which no holder has."),
    ("enrol", {"pkcs12_bundle_folder": ""}, "An installation needs 'pkcs12_bundle_folder'"),
    ("remind", {"pkcs12_mail_sender": "nobody"}, "'pkcs12_mail_sender' has 'nobody'"),
]


@pytest.mark.parametrize(("playbook", "variables", "said"), NAMED, ids=str)
def test_a_refusal_names_the_variable_that_was_set(
    playbook: str, variables: dict[str, Any], said: str, tmp_path: Path
) -> None:
    assert said in ended_red(playbook, variables, tmp_path)
