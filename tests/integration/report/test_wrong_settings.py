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
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("report", {"pkcs12_report_folder": " "}, "pkcs12_report_folder is not set, so no file would be written."),
    ("report", {"pkcs12_report_formats": "pfd"}, "pkcs12_report_formats must be one or more of"),
    ("report", {"pkcs12_exceptions": [{"what": "weak"}]}, "Entry 1 of pkcs12_exceptions lacks authorisation, reason, until."),
    ("report", {"pkcs12_credentials": [SECRET]}, "argument 'pkcs12_credentials' is of type list"),
    ("report", {"pkcs12_report_query": "{{ nothing_of_this_name }}"}, "Ansible cannot read pkcs12_report_query of localhost"),
    ("daily", {"pkcs12_report_folder": ""}, "pkcs12_report_folder is not set, so no file would be written."),
    ("daily", {"pkcs12_report_destinations": [{"kind": "folder", "path": "x"}]}, "has the path 'x', which is not absolute"),
    ("remind", {"pkcs12_it_to": None}, "missing required arguments: pkcs12_it_to"),
    ("remind", {"pkcs12_mail_security": "ssl"}, "value of pkcs12_mail_security must be one of: starttls, tls, none, got: ssl."),
    ("remind", {"pkcs12_mail_password": SECRET}, "pkcs12_mail_password is set and pkcs12_mail_username is not"),
    ("remind", {"pkcs12_mail_sender": "nobody"}, "pkcs12_mail_sender has 'nobody', which is no mail address."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("playbook", "wrong", "said"), WRONG, ids=[f"{playbook} {each}" for playbook, each, _said in WRONG]
)
def test_one_sentence_names_the_variable(playbook: str, wrong: dict[str, Any], said: str, tmp_path: Path) -> None:
    known = {
        name: value.format(folder=tmp_path) if isinstance(value, str) else value for name, value in SETTINGS.items()
    }
    more = ("-vvv",) if SECRET in str(wrong) else ()
    output = ended_red(playbook, known | wrong, tmp_path, *more)
    assert said in output and "\ue000" not in output
    assert SECRET not in output
    assert not {"reports", "state.json"} & {path.name for path in tmp_path.iterdir()}
