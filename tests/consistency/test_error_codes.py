# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every cause that a task can end with is documented, and no other; the page of codes says who acts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status, Subject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import OFFLINE_ERRORS
from consistency.error_texts import CONNECTION, OF_STATUSES
from consistency.reachable_codes import UTILS, codes, codes_in, definitions
from consistency.tree import ACTIONS, MODULES, name

NEVER = {
    # it asks for hosts by name, and leaves a holder whom a task refuses to that task
    "summary": {"inventory_unread", "bad_pattern"},
    # what is no p12 has a code of the withdrawal, and there is always a code to open it with
    "bundle_pickup": {"no_passphrase", "empty_file", "pem_text", "html_page", "base64_text", "truncated"},
    # these are findings
    "workstation_info": {
        *("constrained_language", "secondary_logon", "no_debug_privilege", "store_unread", "force_key_protection"),
        *("unencrypted_connection", "unverified_workstation", "logged_password", "shared_account"),
    },
    # Its one step is "connect", which no plan of it has beside another.
    "portal_info": {
        *("import_failed", "thumbprint_mismatch", "no_key", "sign_failed", "key_asks", "name_failed", "chain_failed"),
        *("root_certificate", "retire_failed", "remove_failed", "evidence"),
        *("transport_key_failed", "transport_key_left", "unseal_failed"),
        *OFFLINE_ERRORS,
    },
    "certificate_facts": {"unencrypted_connection", "unverified_workstation"},  # it sends no secret
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


def test_the_order_of_statuses_leaves_none_of_a_certificate_out() -> None:
    """The order itself is held to the code by the unit tests of ``_standing``."""
    order = OF_STATUSES.split("The first counts: ")[1].partition(".\n")[0]
    assert set(re.findall(r"``(\w+)``", order)) == {each.value for each in Status if Subject.CERTIFICATE in each.of}


def test_a_cause_of_a_connection_names_nothing_but_the_connection() -> None:
    assert {name for code in CONNECTION for name in CODES[code].values} == {"address", "host", "port", "reason"}


def test_who_acts_on_a_bundle_acts_on_it_in_a_file_too() -> None:
    """The facts keep the problem of the file, and that of the bundle is its cause."""
    in_file = {code.partition(".")[0] for code in CODES if code.endswith(".in_file")}
    actors = {kind: {row.actor for code, row in CODES.items() if code.partition(".")[0] == kind} for kind in in_file}
    assert [kind for kind, found in actors.items() if len(found) != 1] == []
