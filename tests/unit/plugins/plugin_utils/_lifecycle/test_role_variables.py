# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A refusal names the variable that the user has set."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.role_variables import (
    in_words_of_role,
    role_of,
)

OPTIONS = ["state", "holders", "bundle_folder", "issuer", "retire", "retire_encryption_keys", "max_retired"]
OPTIONS += ["renew_before_days", "authorisations", "install"]


def said(role: str, msg: str, code: str = "bad_arguments") -> str:
    result: dict[str, Any] = {"failed": True, "msg": msg, "error": {"code": code, "next_step": msg}}
    new = in_words_of_role(result, role, OPTIONS)
    assert new["error"]["next_step"] == new["msg"]
    return str(new["msg"])


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        ("enrol", "state is present but missing: bundle_folder.", "state is present but missing: enrol_bundle_folder."),
        ("retire", "missing: issuer", "missing: retire_issuer"),
        (
            "retire",
            "argument 'retire' and retire_encryption_keys",
            "argument 'retire_method' and retire_encryption_keys",
        ),
        ("renew", "renew_before_days and retire_encryption_keys", "renew_before_days and renew_retire_encryption_keys"),
        ("renew", "install and pkcs12_holders", "renew_now and pkcs12_holders"),
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


def test_plain_words_stay_where_the_task_is_right() -> None:
    text = "It is of another issuer: CN=AC. Raise max_retired, or correct the issuer."
    assert said("retire", text, "other_issuer") == text.replace("max_retired", "retire_max_retired")


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
