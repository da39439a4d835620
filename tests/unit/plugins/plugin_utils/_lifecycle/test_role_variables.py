# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A refusal names the variable that the user has set."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.role_variables import (
    OF_THE_SITE,
    in_words_of_role,
    role_of,
)
from lab.playbook import ROOT
from unit.plugins.plugin_utils.in_process import PLUGINS, FakeWorkstation, run_action

OPTIONS = importlib.import_module(f"{PLUGINS}.action.holder_certificates").ActionModule.SPEC.options


REPORT = importlib.import_module(f"{PLUGINS}.action.compliance_report").ActionModule.SPEC.options


def run_by(role: str | None, **variables: object) -> dict[str, object]:
    """The variables of a task that this role runs."""
    return {"ansible_role_name": f"hospital_it.pkcs12.{role}", **variables} if role else variables


def said(
    role: str | None, msg: str, code: str = "bad_arguments", options: Mapping[str, Mapping[str, Any]] = OPTIONS
) -> str:
    result: dict[str, Any] = {"failed": True, "msg": msg, "error": {"code": code, "next_step": msg}}
    new = in_words_of_role(result, run_by(role), options)
    assert new["error"]["next_step"] == new["msg"]
    return str(new["msg"])


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        ("enrol", "state is present but missing: bundle_folder.", "state is present but missing: enrol_bundle_folder."),
        ("retire", "Wrong options: missing: issuer", "Wrong options: missing: retire_issuer"),
        (
            "retire",
            "argument 'retire' and retire_encryption_keys",
            "argument 'retire_method' and retire_encryption_keys",
        ),
        ("renew", "renew_before_days and retire_encryption_keys", "renew_before_days and renew_retire_encryption_keys"),
        ("renew", "'install' and pkcs12_holders", "'renew_now' and pkcs12_holders"),
        (
            "renew",
            "Unknown options: foo. Supported: install, prove.",
            "Unknown options: foo. Supported: renew_now, renew_prove.",
        ),
        ("enrol", "renew_before_days", "enrol_renew_before_days"),
        (
            "enrol",
            "See ansible-doc hospital_it.pkcs12.holder_certificates.",
            "See ansible-doc -t role hospital_it.pkcs12.enrol.",
        ),
        ("enrol", "/srv/max_retired/bundle_folder", "/srv/max_retired/bundle_folder"),
    ],
)
def test_options_become_variables(role: str, text: str, expected: str) -> None:
    assert said(role, text) == expected


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        ("retire", "Set retire: delete, not retire: none.", "Set retire_method: delete, not retire_method: none."),
        ("retire", "Set offline: true.", "Set retire_offline: true."),
        ("enrol", "set chain: false where", "set enrol_chain: false where"),
        (
            "enrol",
            "'computer' is empty. Another computer answered.",
            "'enrol_computer' is empty. Another computer answered.",
        ),
        ("retire", "Leave holder_password out.", "Leave retire_holder_passwords out."),
        (None, "Leave holder_password out, and max_retired.", "Leave holder_passwords out, and max_retired."),
        ("enrol", "Set 'passphrase'. No passphrase was given.", "Set 'enrol_passphrases'. No passphrase was given."),
        (None, "See ansible-doc hospital_it.pkcs12.certificate.", "See ansible-doc hospital_it.pkcs12.certificate."),
    ],
)
def test_what_is_marked_as_an_option_is_one_whatever_the_sentence_is_about(
    role: str | None, text: str, expected: str
) -> None:
    assert said(role, text, "anything") == said(role, text) == expected


@pytest.mark.parametrize("code", ["bad_arguments", "bad_pattern", "other_issuer"])
@pytest.mark.parametrize(
    "text",
    [
        "It is of another issuer: CN=AC. The computer has a chain, holders and passphrases.",
        "Let it prove, install or retire: anything. The issuer's authorisations are exportable offline.",
        "/srv/issuer/computer and C:\\holders: delete, 'the computer'",
    ],
)
def test_plain_words_stay(code: str, text: str) -> None:
    for role in ("enrol", "renew", "retire"):
        assert said(role, text, code) == text


def test_sentences_about_holders_who_need_help_change_too_and_nothing_else() -> None:
    row = {"failed": True, "msg": "Raise max_retired.", "error": {"code": "x", "next_step": "Raise max_retired."}}
    fine = {"failed": False, "msg": "max_retired", "error": None}
    new = in_words_of_role({"msg": "max_retired", "failed": False, "holders": [row, fine]}, run_by("renew"), OPTIONS)
    assert new["holders"][0]["msg"] == new["holders"][0]["error"]["next_step"] == "Raise renew_max_retired."
    assert (new["holders"][1], new["msg"]) == (fine, "renew_max_retired")


OF_THE_INVENTORY = (
    "authorisation_anniversary of CHU\\kbenali is '2027-02-30', which is no day.",
    "pkcs12_holders of ws-1 has fail_on, which no holder has.",
    "Correct or remove it. A holder has: user, authorisation_anniversary.",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Wrong options: missing required arguments: name found in holders",
            "Wrong options: missing required arguments: name found in report_holders",
        ),
        (
            "Wrong options: value of what must be one of: a, got: query found in exceptions",
            "Wrong options: value of what must be one of: a, got: query found in report_exceptions",
        ),
        (
            "Unknown options: holders.nme. Supported parameters include: name, authorisation_anniversary",
            "Unknown options: report_holders.nme. Supported parameters include: name, authorisation_anniversary",
        ),
        ("Wrong options: 'destination' and 'name'", "Wrong options: 'report_folder' and 'report_name'"),
        (
            "Unknown options: holders.hosts, holders.merge. Supported parameters include: name",
            "Unknown options: report_holders.hosts, report_holders.merge. Supported parameters include: name",
        ),
        *((text, text) for text in OF_THE_INVENTORY),
    ],
)
def test_keys_of_an_entry_are_no_options(text: str, expected: str) -> None:
    assert said("report", text, options=REPORT) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Correct 'folder', a path.", "Correct 'pkcs12_bundle_folder', a path."),
        ("Set 'passphrase', and prove: always.", "Set 'pkcs12_passphrases', and prove: always."),
        ("Set retire: none, or retire_encryption_keys.", "Set the_way: none, or retire_encryption_keys."),
        ("See ansible-doc hospital_it.pkcs12.x.", "See ansible-doc hospital_it.pkcs12.x."),
    ],
)
@pytest.mark.parametrize("role", [None, "renew"])
def test_what_the_task_calls_its_options_counts(role: str | None, text: str, expected: str) -> None:
    own = {"bundle_folder": "pkcs12_bundle_folder", "passphrases": "pkcs12_passphrases", "retire": "the_way"}
    new = in_words_of_role({"failed": True, "msg": text}, run_by(role), OPTIONS, own)
    assert new["msg"] == (
        expected.replace("ansible-doc ", "ansible-doc -t role ").replace(".x", ".renew") if role else expected
    )


@pytest.mark.parametrize(
    ("module", "role", "option", "variable"),
    [
        ("certificate_facts", "audit", "renew_before_days", "audit_renew_before_days"),
        ("compliance_report", "report", "renew_before_days", "report_renew_before_days"),
        ("reminder_mails", "remind", "renew_before_days", "remind_renew_before_days"),
        ("holder_certificates", "enrol", "renew_before_days", "enrol_renew_before_days"),
    ],
)
def test_a_module_says_the_variable_of_its_role(module: str, role: str, option: str, variable: str) -> None:
    spec = importlib.import_module(f"{PLUGINS}.action.{module}").ActionModule.SPEC.options
    needed = {name: [] if row["type"] == "list" else "x" for name, row in spec.items() if row.get("required")}
    for name in (f"hospital_it.pkcs12.{role}", None):
        variables = {"ansible_role_name": name}
        result = run_action(module, {option: "x", **needed}, FakeWorkstation(), variables=variables)
        assert re.findall(r"'(\w*renew_before_days)'", result["msg"]) == [variable if name else option]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("hospital_it.pkcs12.enrol", "enrol"),
        ("hospital_it.pkcs12.audit", "audit"),
        ("hospital_it.pkcs12.collect", "collect"),
        ("enrol", None),
        ("other.collection.enrol", None),
        (None, None),
    ],
)
def test_only_roles_of_this_collection_count(name: str | None, role: str | None) -> None:
    assert role_of(name) == role


class Vaulted:
    """A value that Ansible decrypts when it is made into text."""

    def __str__(self) -> str:
        raise AssertionError


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (Vaulted(), "enrol_bundle_folder"),
        ("{{ pkcs12_bundle_folder | default('') }}", "pkcs12_bundle_folder"),
        ("{{ report_bundle_folder | default('') }}", "report_bundle_folder"),
        ("/srv/{{ pkcs12_bundle_folder | default('') }}", "enrol_bundle_folder"),
        ("/srv/bundles", "enrol_bundle_folder"),
        ("{{ pkcs12_bundle_folder | default('/srv') }}/old", "enrol_bundle_folder"),
        ("{{ pkcs12_bundle_folder | dirname }}", "enrol_bundle_folder"),
        ("{{ folder | default('') }}", "enrol_bundle_folder"),
    ],
)
def test_a_default_that_reads_a_variable_of_the_site_is_called_by_that(written: object, name: str) -> None:
    result = {"failed": True, "msg": "missing: bundle_folder."}
    new = in_words_of_role(result, run_by("enrol", enrol_bundle_folder=written), OPTIONS)
    assert new["msg"] == f"missing: {name}."


@pytest.mark.parametrize("module", ["holder_certificates", "certificate_facts"])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"user": "x"}, "{} of ws-1 is a mapping"),
        (["x"], "Entry 1 of {} of ws-1 is a text"),
        ([{"name": "Zoé"}], "In {} of ws-1, user of Zoé is missing."),
        (
            [{"user": "x", "issuer": "y"}],
            "{} of ws-1 has issuer, which no holder has. Correct or remove it. A holder has: ",
        ),
    ],
)
def test_a_wrong_list_of_holders_is_called_by_the_variable_that_has_it(module: str, given: Any, said: str) -> None:
    role = {"holder_certificates": "enrol", "certificate_facts": "audit"}[module]
    called = {
        "pkcs12_holders": [{}, run_by(role, **{f"{role}_holders": "{{ pkcs12_holders | default([]) }}"})],
        f"{role}_holders": [run_by(role, **{f"{role}_holders": given}), run_by(role)],
    }
    for name, ways in called.items():
        for variables in ways:
            result = run_action(module, {"holders": given}, FakeWorkstation(), variables=variables)
            assert result["msg"].startswith(said.format(name))
            assert f"{role}_issuer" not in result["msg"]


@pytest.mark.parametrize("role", ["audit", "enrol", "remind", "renew", "report", "retire"])
def test_each_default_that_reads_a_variable_of_the_site_is_recognised(role: str) -> None:
    defaults = yaml.safe_load((ROOT / "roles" / role / "defaults" / "main.yml").read_text(encoding="utf-8"))
    reading = {
        name
        for name, value in defaults.items()
        if ("pkcs12_" in str(value) or "report_" in str(value)) and "ansible_facts" not in str(value)
    }
    assert reading == {name for name, value in defaults.items() if OF_THE_SITE.match(str(value))}
