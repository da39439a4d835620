# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``due_holders`` reaches what it is for. It decides by the known facts, and by nothing that a site says of its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord, KeyState
from unit.plugins.action.effects import Effect, Scene, code, table
from unit.plugins.plugin_utils.crls import crl, issuer, pem
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.lazy_variables import Lazy
from unit.plugins.plugin_utils.records import DAY, NOW, record
from unit.plugins.plugin_utils.report_inputs import JEANNES_ENTRY, PAULS_ENTRY, facts

PLAIN = {name: value for name, value in JEANNES_ENTRY.items() if name != "authorisation_anniversary"}
BASE = {"report_date": "2026-11-25T12:00:00Z"}


def of(*certificates: Any, **known: Any) -> dict[str, Any]:
    """The variables of the task at a workstation where Jeanne works, with facts of these certificates."""
    variables = {"ansible_facts": {"pkcs12": facts(*certificates)}, "pkcs12_holders": [PLAIN], **known}
    return {"hostvars": {"ws-1": variables}, "groups": {"all": ["ws-1"]}, "pkcs12_holders": variables["pkcs12_holders"]}


VALID, TOMORROW_DUE = of(record()), of(record(days=41))
BOTH = of(record(), record("T2", days=20), pkcs12_holders=[PLAIN, PAULS_ENTRY])
OF_AC = of(record(issuer_setting="CN=AC"))
OF_AC["hostvars"]["ws-1"]["ansible_facts"]["pkcs12"]["holders"][0]["issuer_setting"] = "CN=AC"
REVOKED = of(record(issuer=issuer(), serial="0A"))
LISTS = {"crl": ["{folder}/ca.crl"], "crl_issuer_files": ["{folder}/ca.pem"]}


def lists(scene: Scene) -> None:
    """A revocation list with Jeanne's certificate, and the authority that signs it."""
    (scene.folder / "ca.pem").write_bytes(pem())
    (scene.folder / "ca.crl").write_bytes(crl({0x0A: NOW}))


def is_due(scene: Scene) -> bool:
    return bool(scene.result["due"])


def is_revoked(scene: Scene) -> bool:
    return bool(scene.result["revoked"])


def names(scene: Scene) -> list[str]:
    return [each["name"] for each in scene.result["rows"]]


EFFECTS = [
    Effect("due_statuses", ["valid"], is_due, False, True, variables=VALID),
    Effect("due_statuses", ["vlaid"], code, None, "bad_arguments", variables=VALID),
    Effect("due_statuses", [], code, None, "bad_arguments", variables=VALID),
    Effect("leavers", ["T1"], names, ["Jeanne Dupont", "Paul Martin"], ["Paul Martin"], variables=BOTH),
    Effect(
        "crl", LISTS["crl"], is_revoked, False, True, {"crl_issuer_files": LISTS["crl_issuer_files"]}, lists, REVOKED
    ),
    Effect("crl", ["from_certificate"], is_revoked, True, False, LISTS, lists, REVOKED),
    Effect("issuers", [{"name": "people", "issuer": "CN=Nobody"}], is_due, False, True, variables=VALID),
    Effect("report_date", "2026-11-26T12:00:00Z", is_due, False, True, variables=TOMORROW_DUE),
    Effect("renew_before_days", 400, is_due, False, True, variables=VALID),
]


test_an_option_reaches_what_it_is_for = table("due_holders", BASE, EFFECTS)


def looked(variables: dict[str, Any], family: str = "powershell", **site: Any) -> dict[str, Any]:
    """The result of the playbook's task: with the site's settings."""
    given = {"pkcs12_report_date": BASE["report_date"]} | site
    return run_action("due_holders", {"from_site": {}}, FakeWorkstation(), variables=variables | given, family=family)


@pytest.mark.words  # compares sentences
def test_what_the_site_says_of_its_report_counts_for_nothing(tmp_path: Path) -> None:
    site = {
        "pkcs12_report_folder": str(tmp_path / "none"),
        "pkcs12_report_query": "[?name=='nobody']",
        "pkcs12_fail_on": ["valid", "never_seen"],
        "pkcs12_report_destinations": [{"kind": "https", "url": "https://dav.example", "credential": "dav"}],
        "pkcs12_merge_reports": ["/nowhere/report.json"],
        "pkcs12_register_holders": [{"name": "Zoe Martin", "authorisation": "T9"}],
        "pkcs12_crl": "from_certificate",
        "pkcs12_compare_reports": True,
        "pkcs12_hosts": "nowhere",
    }
    plain, found = looked(VALID), looked(VALID, **site)
    assert {**found, "invocation": None} == {**plain, "invocation": None}
    assert (len(found["rows"]), found["due"], found.get("failed", False)) == (1, False, False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("found_then", "due"),
    [(record(), False), (record(days=20), True), (record(key_state=KeyState.MISSING), True)],
    ids=["not due", "due", "key missing"],
)
def test_facts_are_believed_however_old_they_are(found_then: CertificateRecord, due: bool) -> None:
    old = {"ansible_facts": {"pkcs12": facts(found_then, at=NOW - 3000 * DAY)}, "pkcs12_holders": [PLAIN]}
    found = looked({"hostvars": {"ws-1": old}, "groups": {"all": ["ws-1"]}})
    assert (found["due"], found["rows"][0]["was_seen"]) == (due, True)


def test_a_new_workstation_is_due_and_a_host_that_is_none_is_not() -> None:
    for known, family, due, without_holders in (
        ({"pkcs12_holders": [PLAIN]}, "powershell", True, False),
        ({}, "powershell", False, True),
        ({}, "sh", False, False),
        ({"pkcs12_holders": []}, "powershell", False, False),
    ):
        found = looked({"hostvars": {"ws-1": known}, "groups": {"all": ["ws-1"]}, **known}, family)
        assert (found["due"], found["without_holders"], bool(found["rows"])) == (due, without_holders, due), known


def test_holders_that_cannot_be_used_are_refused_because_nobody_can_say_who_is_due() -> None:
    broken = {
        "hostvars": {"ws-1": Lazy(pkcs12_holders=AnsibleError("Decryption failed."))},
        "groups": {"all": ["ws-1"]},
    }
    for variables in (broken, of(pkcs12_holders=[{"user": ""}]), of(pkcs12_holders="CHU\\x")):
        refused = looked(variables)
        assert (refused["failed"], refused["error"]["code"]) == (True, "bad_arguments"), variables
