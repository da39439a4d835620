# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role collect gives its modules. They only record it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from typing import Any

import pytest

from consistency.tree import action_options
from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

Json = dict[str, Any]

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
PROBLEM = {"place": "new/1", "error": {"code": "captcha", "problem": {"code": "captcha", "values": {"host": "x"}}}}
READ = {"code": "done.mails_read", "values": {"count": 1}}
ANSWERS = {
    "delivery_info": {
        "deliveries": [{"state": "new"}],
        "problems": [PROBLEM],
        "ignored": {"too_old": 2},
        "told": READ,
        "newest": {"T1": MAIL, "T2": OTHER, "T3": THIRD, "T9": MAIL},
    },
    "bundle_pickup": {"state": "collected", "opened_with": "code", "dest": "/bundles/x.p12"},
    "delivery_summary": {"lines": [], "needs_somebody": [], "to_withdraw": ["T1"]},
}
HOLDERS = [
    {"name": "Jeanne Dupont", "authorisation": "T1", "former_name": "Jeanne Durand", "user": "CHU\\jdupont"},
    {"name": "Paul Martin", "authorisation": "T2", "user": "CHU\\pmartin"},
    {"name": "Anne Roux", "authorisation": "T3", "user": "CHU\\aroux"},
]
MODULES = tuple(ANSWERS)

SITE = {
    "pkcs12_bundle_folder": "/bundles",
    "pkcs12_file_name": "{authorisation} {name} {date}.p12",
    "pkcs12_passphrases": {"t1 ": ["first", "second"]},
    "pkcs12_new_passphrases": {"T1": "new"},
    "pkcs12_move_to": "Done",
}


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Json]]:
    """What each module was given, with every variable set."""
    folder = tmp_path_factory.mktemp("overlay")
    collection = folder / "ansible_collections" / "hospital_it" / "pkcs12"
    for part in ("meta", "roles", "plugins/modules", "plugins/filter", "plugins/lookup", "plugins/plugin_utils"):
        shutil.copytree(ROOT / part, collection / part)
    (collection / "plugins" / "action").mkdir()
    for module in MODULES:
        (collection / "plugins" / "action" / f"{module}.py").write_text(STUB, encoding="utf-8")
    variables = SITE | {"pkcs12_store_tasks": str(folder / "store.yml")}
    given = ["{{ collect_authorisation }}", "{{ collect_passphrase }}", "{{ collect_bundle }}"]
    store = [{"hospital_it.pkcs12.delivery_summary": {"stored": given}}]
    (folder / "store.yml").write_text(json.dumps(store), encoding="utf-8")
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "roles": ["hospital_it.pkcs12.collect"]}
    book, record = folder / "book.yml", folder / "recorded.jsonl"
    book.write_text(json.dumps([play | {"vars": variables}]), encoding="utf-8")
    inventory = {"all": {"hosts": {"localhost": {}, "ws-1": {"pkcs12_holders": HOLDERS}}}}
    (folder / "inventory.yml").write_text(json.dumps(inventory), encoding="utf-8")
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "RECORDED": str(record),
        "ANSWERS": json.dumps(ANSWERS),
    }
    done = ansible_playbook(["-i", str(folder / "inventory.yml"), str(book)], {**os.environ, **environment}, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, list[Json]] = {module: [] for module in MODULES}
    for line in record.read_text(encoding="utf-8").splitlines():
        name, arguments, no_log = json.loads(line)
        found[name].append({**arguments, "no_log": no_log})
    return found


@pytest.mark.parametrize("module", MODULES)
def test_a_task_takes_the_settings_of_the_site_and_gives_none(given: Mapping[str, list[Json]], module: str) -> None:
    settings = {
        name
        for name, option in action_options(ROOT / "plugins" / "action" / f"{module}.py").items()
        if "site" in option
    }
    for task in given[module]:
        if "stored" not in task:
            assert task["from_site"] == ({"since_days": 60} if module == "delivery_info" else {})
            assert settings.isdisjoint(task)


def test_codes_are_read_without_a_log_and_mails_are_moved_without_codes(given: Mapping[str, list[Json]]) -> None:
    first, second = given["delivery_info"]
    assert (first["no_log"], first.get("include_codes"), first["move_message_ids"]) == (True, None, [])
    assert (second["include_codes"], second["move_message_ids"]) == (False, ["<1@issuer.example>"])
    assert first["known_authorisations"] == second["known_authorisations"] == ["T1", "T2", "T3"]


def test_only_what_is_to_be_withdrawn_is_withdrawn(given: Mapping[str, list[Json]]) -> None:
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
    }
    assert {option: served[option] for option in wanted} == wanted


def test_the_store_gets_the_passphrase_and_the_summary_what_was_done(given: Mapping[str, list[Json]]) -> None:
    planned, stored, summed = given["delivery_summary"]
    assert (planned["withdrawals"], planned["holders"]) == ([], HOLDERS)
    assert (stored["stored"], stored["no_log"]) == (["T1", "new", "/bundles/x.p12"], True)
    assert summed["deliveries"] == ANSWERS["delivery_info"]["deliveries"] and summed["problems"] == [PROBLEM]
    assert [(done["item"], done["state"]) for done in summed["withdrawals"]] == [("T1", "collected")]
    assert (summed["unstored"], summed["known"]) == ({}, {})
    assert summed["reading"] == {"msg": READ, "ignored": {"too_old": 2}}
    assert (summed["holder_problems"], summed["holders"]) == ([], HOLDERS)
