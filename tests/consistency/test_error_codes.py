# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every cause that a task can end with is documented, and no other; the guide says who acts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import (
    OFFLINE_ERRORS,
    STORE_ERRORS,
)
from consistency.reachable_codes import UTILS, codes, codes_in, definitions
from consistency.tree import ACTIONS, MODULES, ROOT, name, second_cells

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_enrolling.rst"

NEVER = {
    "summary": {"inventory_unread"},  # it asks for hosts by name
    # what is no p12 has a code of the withdrawal, and there is always a code to open it with
    "bundle_pickup": {"no_passphrase", "empty_file", "pem_text", "html_page", "base64_text", "truncated"},
    # these are findings
    "workstation_info": {
        *("constrained_language", "secondary_logon", "no_debug_privilege", "store_unread", "force_key_protection"),
        *("unencrypted_connection", "logged_password"),
    },
    # Its one step is "connect", which no plan of it has beside another.
    "portal_info": {
        *("import_failed", "thumbprint_mismatch", "no_key", "sign_failed", "key_asks", "name_failed", "chain_failed"),
        *("root_certificate", "retire_failed", "remove_failed", "evidence"),
        *("transport_key_failed", "transport_key_left", "unseal_failed"),
        *OFFLINE_ERRORS,
    },
    # it reads no report, and no other host
    "due_holders": {
        *("newer_report", "not_a_report", "report_file", "selected_report"),
        *("unknown_host", "inventory_unread"),
    },
    "passphrase_file": {"locked"},  # of its file it is vault_file
    # of its store it is store_unusable, and no redirect is followed
    "passphrase_store": {"download_cut", "proxy", "redirect_elsewhere", "too_large", "unexpected_page", "unreachable"},
    "delivery_summary": {"unknown_host"},  # it asks for all hosts
    "holder_certificates": {"content_not_base64", "bad_thumbprint"},  # it has no such options
}
"""What an action cannot end with although its code leads there."""


def documented(module: str) -> set[str]:
    """The codes in a sidecar."""
    sidecar: dict[str, Any] = yaml.safe_load((MODULES / f"{module}.yml").read_text(encoding="utf-8"))
    returned = sidecar["RETURN"]
    errors = [returned.get("error")]
    errors += [
        returned.get(rows, {}).get("contains", {}).get("error") for rows in ("holders", "deliveries", "problems")
    ]
    text = " ".join(sentence for error in errors if error for sentence in error["contains"]["code"]["description"])
    return set(re.findall(r"(?<!R)V\((\w+)\)", text))


@pytest.mark.parametrize("action", ACTIONS, ids=name)
def test_action_documents_every_code_that_it_can_end_with_and_no_other(action: Path) -> None:
    assert documented(action.stem) == codes(action) - NEVER.get(action.stem, set())


def test_every_code_is_one_of_an_action() -> None:
    files = [*UTILS.rglob("*.py"), *ACTIONS]
    raised = {code for path in files for each in definitions(path).values() for code in codes_in(each)}
    assert raised == set().union(*(codes(action) for action in ACTIONS))


ENROLLING = codes(ROOT / "plugins" / "action" / "certificate.py")


def test_the_guide_says_who_acts_on_every_code_that_is_not_left_to_the_last_row() -> None:
    cells = second_cells(GUIDE.read_text(encoding="utf-8"))
    named = {code for cell in cells for code in re.findall(r"``(\w+)``", cell)}
    assert ENROLLING - {*STORE_ERRORS, *OFFLINE_ERRORS} - named == {"defect", "driver_answer", "not_verified"}


def test_who_acts_on_a_bundle_acts_on_it_in_a_file_too() -> None:
    """The facts keep the problem of the file, and that of the bundle is its cause."""
    in_file = {code.partition(".")[0] for code in CODES if code.endswith(".in_file")}
    actors = {kind: {row.actor for code, row in CODES.items() if code.partition(".")[0] == kind} for kind in in_file}
    assert [kind for kind, found in actors.items() if len(found) != 1] == []


def test_the_issuer_acts_in_the_guide_as_in_the_catalogue() -> None:
    (cell,) = re.findall(r"     - (.*)\n     - the issuer\n", GUIDE.read_text(encoding="utf-8"))
    issuers = {code.partition(".")[0] for code, row in CODES.items() if row.actor is Actor.ISSUER}
    assert set(re.findall(r"``(\w+)``", cell)) == ENROLLING & issuers
