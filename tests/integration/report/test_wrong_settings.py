# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wrong setting of the report or of the reminders is named in one sentence of the playbook, before anything is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from integration.workstations.test_playbook_variables import SECRET, ended_red

SETTINGS = {
    "pkcs12_report_folder": "{folder}/reports",
    "pkcs12_state_path": "{folder}/state.json",
    "pkcs12_allow_ephemeral": True,
    "pkcs12_it_to": ["it@chu.example"],
    "pkcs12_mail_host": "smtp.example",
    "pkcs12_mail_sender": "it@chu.example",
}
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("report", {"pkcs12_report_folder": " "}),
    ("report", {"pkcs12_report_formats": "pfd"}),
    ("report", {"pkcs12_exceptions": [{"what": "weak"}]}),
    ("report", {"pkcs12_credentials": [SECRET]}),
    ("report", {"pkcs12_report_query": "{{ nothing_of_this_name }}"}),
    ("daily", {"pkcs12_report_folder": ""}),
    ("daily", {"pkcs12_report_destinations": [{"kind": "folder", "path": "x"}]}),
    ("remind", {"pkcs12_it_to": None}),
    ("remind", {"pkcs12_mail_security": "ssl"}),
    ("remind", {"pkcs12_mail_password": SECRET, "pkcs12_mail_username": None}),
    ("remind", {"pkcs12_mail_sender": "nobody"}),
]


@pytest.mark.parametrize(("playbook", "wrong"), WRONG, ids=[f"{playbook} {each}" for playbook, each in WRONG])
def test_the_refusal_names_the_variable(playbook: str, wrong: dict[str, Any], tmp_path: Path) -> None:
    known = {
        name: value.format(folder=tmp_path) if isinstance(value, str) else value for name, value in SETTINGS.items()
    }
    more = ("-vvv",) if SECRET in str(wrong) else ()
    told = ended_red(playbook, known | wrong, tmp_path, *more)
    assert told.names("localhost") & wrong.keys(), told.errors
    assert SECRET not in told.output
    assert not {"reports", "state.json"} & {path.name for path in tmp_path.iterdir()}
