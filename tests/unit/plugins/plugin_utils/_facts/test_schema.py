# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts are flat, so that ``selectattr`` and a fact cache can do something with them, and hold nothing of a private key."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    SCHEMA,
    CertificateRecord,
    HolderRecord,
    KeyState,
    ProfileRecord,
    Proof,
    Strangers,
    UnreadRecord,
    WorkstationRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status

ROWS = (CertificateRecord, HolderRecord, ProfileRecord, UnreadRecord)
PLAIN = (str, int, bool, date, datetime, KeyState, Problem, Proof, Status, Strangers)
KEY_MATERIAL = re.compile(r"(^|_)(der|pem|blob|bundle|container|pass\w*|secret|pin|code|private\w*)(_|$)")


def parts(hint: Any) -> set[Any]:
    """The types that a field's value may have, without None."""
    return set(get_args(hint)) - {NoneType} if get_origin(hint) is UnionType else {hint}


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_is_a_map_of_plain_values_and_lists_of_text(kind: type) -> None:
    for name, hint in get_type_hints(kind).items():
        (one,) = parts(hint)
        assert one in PLAIN or one == tuple[str, ...], name


def test_a_workstation_is_plain_values_and_lists_of_rows() -> None:
    hints = {name: hint for name, hint in get_type_hints(WorkstationRecord).items() if hint not in PLAIN}
    assert hints.pop("logging") == tuple[str, ...]
    assert {get_args(hint) for hint in hints.values()} == {(kind, ...) for kind in ROWS}


@pytest.mark.parametrize("kind", [*ROWS, WorkstationRecord])
def test_no_field_is_for_a_key_or_a_secret(kind: type) -> None:
    allowed = {"UnreadRecord": {"code"}}.get(kind.__name__, set())
    assert {field.name for field in fields(kind) if KEY_MATERIAL.search(field.name)} == allowed


def test_the_schema_has_its_number() -> None:
    assert SCHEMA == 3
