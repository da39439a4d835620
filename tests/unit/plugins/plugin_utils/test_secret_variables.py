# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret that Ansible cannot render is a refusal in its place, by the kind of its error and without a word of Ansible's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible.parsing.vault import AnsibleVaultError

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.secret_variables import (
    UndecryptableVaultError,
    rendered_mappings,
    rendered_secret,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem

NAME = "pkcs12_passphrases"


def caused_by(inner: BaseException) -> AnsibleError:
    outer = AnsibleError("Error rendering template")
    outer.__cause__ = AnsibleError("between")
    outer.__cause__.__context__ = inner
    inner.__context__ = outer  # a circle ends, too
    return outer


def with_original(inner: Exception) -> AnsibleError:
    outer = AnsibleError("An unhandled exception occurred")
    outer.orig_exc = inner
    return outer


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (AnsibleUndefinedVariable("vault is undefined"), "undefined"),
        (caused_by(AnsibleVaultError("no secret")), "closed_vault"),
        (with_original(AnsibleVaultError("no secret")), "closed_vault"),
        (caused_by(UndecryptableVaultError.__new__(UndecryptableVaultError)), "closed_vault"),
        (AnsibleError("template error: the vault of decrypt"), "no_template"),
        (caused_by(ValueError("no filter named decrypt")), "no_template"),
    ],
)
def test_the_kind_of_the_error_decides(error: AnsibleError, reason: str) -> None:
    def fails(_written: Any) -> Any:
        raise error

    templar = SimpleNamespace(template=fails)
    whole = Problem(f"bad_arguments.secrets_{reason}", {"variable": NAME})
    assert rendered_secret(templar, "{{ x }}", NAME) == whole
    one = Problem(f"bad_arguments.secret_{reason}", {"variable": NAME, "whose": "T1"})
    assert rendered_mappings(templar, {NAME: {"T1": "{{ x }}"}}, [NAME]) == {NAME: {"T1": one}}
