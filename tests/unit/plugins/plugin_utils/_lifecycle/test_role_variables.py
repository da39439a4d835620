# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A refusal names the variable that the user has set."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.role_variables import (
    in_words_of_role,
    role_of,
)
from unit.plugins.plugin_utils.in_process import PLUGINS

OPTIONS = importlib.import_module(f"{PLUGINS}.action.holder_certificates").ActionModule.SPEC.options


def said(role: str | None, msg: str, code: str = "bad_arguments") -> str:
    result: dict[str, Any] = {"failed": True, "msg": msg, "error": {"code": code, "next_step": msg}}
    new = in_words_of_role(result, role, OPTIONS)
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
    new = in_words_of_role({"msg": "max_retired", "failed": False, "holders": [row, fine]}, "renew", OPTIONS)
    assert new["holders"][0]["msg"] == new["holders"][0]["error"]["next_step"] == "Raise renew_max_retired."
    assert (new["holders"][1], new["msg"]) == (fine, "renew_max_retired")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("hospital_it.pkcs12.enrol", "enrol"),
        ("hospital_it.pkcs12.audit", None),
        ("enrol", None),
        ("other.collection.enrol", None),
        (None, None),
    ],
)
def test_only_roles_of_this_collection_count(name: str | None, role: str | None) -> None:
    assert role_of(name) == role
