# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of the role collect reaches its option. The modules only record what they are given."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from typing import Any

import pytest

from consistency.test_role_specs import spec
from consistency.tree import action_options
from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

Json = dict[str, Any]
ROLE = ROOT / "roles" / "collect"

STUB = """
from __future__ import annotations
import json, os
from pathlib import Path
from ansible.plugins.action import ActionBase

def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int)) else str(value)

class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    def run(self, tmp=None, task_vars=None):
        name, given = self._task.action.rpartition(".")[2], plain(self._task.args)
        with Path(os.environ["RECORDED"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps([name, given, bool(self._task.no_log)]) + "\\n")
        return {"changed": False, "msg": "recorded", **json.loads(os.environ["ANSWERS"])[name]}
"""
MAIL = {
    "url": "https://issuer.example/1",
    "code": "the code",
    "message_id": "<1@issuer.example>",
    "date": "2026-10-17T09:42:00Z",
}
OTHER = {**MAIL, "message_id": "<2@issuer.example>"}
THIRD = {**MAIL, "message_id": "<3@issuer.example>"}
PROBLEM = {"place": "new/1", "cause": "So.", "next_step": "Look."}
ANSWERS = {
    "delivery_info": {
        "deliveries": [{"state": "new"}],
        "problems": [PROBLEM],
        "ignored": {"too_old": 2},
        "newest": {"T1": MAIL, "T2": OTHER, "T3": THIRD, "T9": MAIL},
    },
    "bundle_pickup": {"state": "collected", "opened_with": "code", "dest": "/bundles/x.p12"},
    "delivery_summary": {"lines": [], "needs_somebody": []},
}
HOLDERS = [
    {"name": "Jeanne Dupont", "authorisation": "T1", "former_name": "Jeanne Durand"},
    {"name": "Paul Martin", "authorisation": "T2"},
    {"name": "Anne Roux", "authorisation": "T3"},
]
MODULES = tuple(ANSWERS)

IMAP = {f"collect_imap_{name}": (name, value) for name, value in {
    "host": "imap.example", "port": 1993, "security": "starttls", "ca_path": "/imap.pem", "username": "box", "password": "pass",
    "folder": "Box", "timeout": 7,
}.items()}  # fmt: skip
READ: Mapping[str, tuple[str, Any]] = {
    f"collect_{name}": (name, value)
    for name, value in {
        "source": "imap",
        "path": "/mails",
        "since": 9,
        "max_bytes": 1000,
        "max_mails": 10,
        "sender": ["a@issuer.example"],
        "subject_pattern": "subject",
        "access_subject_pattern": "access",
        "url_pattern": "(url)",
        "code_pattern": "(code)",
        "name_pattern": "(name)",
        "authorisation_pattern": "(T.)",
        "allowed_hosts": ["issuer.example"],
        "authenticate": "authentication_results",
        "authserv_id": "mx.example",
        "forwarders": ["@chu.example"],
        "inline_forwards": True,
        "authorisations": ["T1", "T2", "T3"],
    }.items()
} | IMAP
WITHDRAWN: Mapping[str, tuple[str, Any]] = {
    f"collect_{name}": (name, value)
    for name, value in {
        "name_check": "strict",
        "allowed_hosts": ["issuer.example"],
        "code_field": "field",
        "submit_label": "submit",
        "download_label": "download",
        "used_pattern": "used",
        "wrong_code_pattern": "wrong",
        "maintenance_pattern": "closed",
        "ca_path": "/page.pem",
        "use_proxy": False,
        "http_agent": "agent",
        "timeout": 8,
        "original_folder": "/originals",
        "keep_original": False,
        "allow_ephemeral": True,
        "evidence_path": "/evidence",
    }.items()
} | {
    "pkcs12_authorisation_pattern": ("authorisation_pattern", "- (T.)$"),
    "collect_max_bundle_bytes": ("max_bytes", 2000),
}
SUMMED_UP = {
    "collect_holders": ("holders", HOLDERS),
    "pkcs12_acknowledged": ("acknowledged", ["<2@issuer.example>"]),
    "pkcs12_leavers": ("leavers", ["t3"]),
}
ELSEWHERE = {
    "pkcs12_bundle_folder": "/bundles",
    "pkcs12_file_name": "{authorisation} {name} {date}.p12",
    "pkcs12_passphrases": {"T1": ["first", "second"]},
    "pkcs12_new_passphrases": {"T1": "new"},
    "pkcs12_move_to": "Done",
    "pkcs12_retry": ["t1"],
    "pkcs12_store_tasks": None,
}
"""Variables that are more than one option; see the tests below and test_collect."""


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Json]]:
    """What each module was given, with every variable set."""
    folder = tmp_path_factory.mktemp("overlay")
    collection = folder / "ansible_collections" / "hospital_it" / "pkcs12"
    for part in ("meta", "roles", "plugins/modules", "plugins/filter", "plugins/plugin_utils"):
        shutil.copytree(ROOT / part, collection / part)
    (collection / "plugins" / "action").mkdir()
    for module in MODULES:
        (collection / "plugins" / "action" / f"{module}.py").write_text(STUB, encoding="utf-8")
    variables = {name: value for rows in (READ, WITHDRAWN, SUMMED_UP) for name, (_option, value) in rows.items()}
    variables |= {name: value for name, value in ELSEWHERE.items() if value is not None}
    variables["pkcs12_store_tasks"] = str(folder / "store.yml")
    given = ["{{ collect_authorisation }}", "{{ collect_passphrase }}", "{{ collect_bundle }}"]
    store = [{"hospital_it.pkcs12.delivery_summary": {"deliveries": given}}]
    (folder / "store.yml").write_text(json.dumps(store), encoding="utf-8")
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "roles": ["hospital_it.pkcs12.collect"]}
    book, record = folder / "book.yml", folder / "recorded.jsonl"
    book.write_text(json.dumps([play | {"vars": variables}]), encoding="utf-8")
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        "RECORDED": str(record),
        "ANSWERS": json.dumps(ANSWERS),
    }
    done = ansible_playbook([str(book)], {**os.environ, **environment}, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, list[Json]] = {module: [] for module in MODULES}
    for line in record.read_text(encoding="utf-8").splitlines():
        name, arguments, no_log = json.loads(line)
        found[name].append({**arguments, "no_log": no_log})
    return found


def test_every_variable_of_the_role_has_a_row() -> None:
    assert set(spec(ROLE)) == {*READ, *WITHDRAWN, *SUMMED_UP, *ELSEWHERE}


@pytest.mark.parametrize(
    ("module", "rows", "others"),
    [
        ("delivery_info", READ, {"include_codes", "move_to", "move_message_ids"}),
        (
            "bundle_pickup",
            WITHDRAWN,
            {
                "url",
                "code",
                "passphrase",
                "new_passphrase",
                "dest",
                "name",
                "former_name",
                "authorisation",
                "message_id",
                "retry",
            },
        ),
        (
            "delivery_summary",
            SUMMED_UP,
            {"deliveries", "withdrawals", "problems", "holder_problems", "unstored", "known", "reading"},
        ),
    ],
    ids=MODULES,
)
def test_every_option_is_wired_or_named_here(
    module: str, rows: Mapping[str, tuple[str, Any]], others: set[str]
) -> None:
    assert (
        set(action_options(ROOT / "plugins" / "action" / f"{module}.py"))
        == {option for option, _value in rows.values()} | others
    )


@pytest.mark.parametrize("name", READ)
def test_variable_reaches_both_readings_of_the_mailbox(given: Mapping[str, list[Json]], name: str) -> None:
    option, value = READ[name]
    assert [each.get(option) for each in given["delivery_info"]] == [value, value]


@pytest.mark.parametrize("name", WITHDRAWN)
def test_variable_reaches_the_withdrawal(given: Mapping[str, list[Json]], name: str) -> None:
    option, value = WITHDRAWN[name]
    assert [each.get(option) for each in given["bundle_pickup"]] == [value]


@pytest.mark.parametrize("name", SUMMED_UP)
def test_variable_reaches_the_summary(given: Mapping[str, list[Json]], name: str) -> None:
    option, value = SUMMED_UP[name]
    assert given["delivery_summary"][-1].get(option) == value


def test_codes_are_read_without_a_log_and_mails_are_moved_without_codes(given: Mapping[str, list[Json]]) -> None:
    first, second = given["delivery_info"]
    assert (first["no_log"], first.get("include_codes"), first.get("move_to")) == (True, None, None)
    assert (second["include_codes"], second["move_to"], second["move_message_ids"]) == (
        False,
        "Done",
        ["<1@issuer.example>"],
    )


def test_only_holders_whose_delivery_is_open_are_served(given: Mapping[str, list[Json]]) -> None:
    """T2 has been dealt with by a person, T3 has left, and the inventory does not have T9."""
    (served,) = given["bundle_pickup"]
    wanted = {
        "url": MAIL["url"],
        "code": MAIL["code"],
        "passphrase": ["first", "second"],
        "new_passphrase": "new",
        "dest": "/bundles/T1 Jeanne Dupont 2026-10-17 0942.p12",
        "name": "Jeanne Dupont",
        "former_name": "Jeanne Durand",
        "authorisation": "T1",
        "message_id": MAIL["message_id"],
        "retry": True,
    }
    assert {option: served[option] for option in wanted} == wanted


def test_the_store_gets_the_passphrase_and_the_summary_what_was_done(given: Mapping[str, list[Json]]) -> None:
    stored, summed = given["delivery_summary"]
    assert (stored["deliveries"], stored["no_log"]) == (["T1", "new", "/bundles/x.p12"], True)
    assert summed["deliveries"] == ANSWERS["delivery_info"]["deliveries"] and summed["problems"] == [PROBLEM]
    assert [(done["item"], done["state"]) for done in summed["withdrawals"]] == [("T1", "collected")]
    assert (summed["unstored"], summed["known"]) == ({}, {})
    assert summed["reading"] == {"msg": "recorded", "ignored": {"too_old": 2}}
    assert summed["holder_problems"] == []  # the role has a list of its own
