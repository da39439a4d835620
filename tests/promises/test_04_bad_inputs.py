# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One workstation for each row of the table: what works is installed, the rest is refused with a cause and a cure, and nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import load_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from integration.bad_inputs import ROWS, SOMEBODY_ELSES
from integration.forge import PASSPHRASE
from integration.inputs import Layer, has_name
from integration.plays import modules
from integration.tried_inputs import DESKS, RAN, Tried, assert_refused, try_rows
from lab.authority import Authority
from lab.faults import linked, usable

HERE = {name: one for name, one in ROWS.items() if one.kind not in SOMEBODY_ELSES}
WORKING = [name for name, one in HERE.items() if not one.code]


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Tried]:
    yield from try_rows(HERE, tmp_path_factory.mktemp("inputs"), authority)


@pytest.mark.parametrize("name", [name for name in HERE if name not in WORKING])
def test_bad_input_is_refused_and_changes_nothing(tried: Tried, name: str) -> None:
    assert_refused(tried, name)


@pytest.mark.parametrize("name", WORKING)
def test_odd_input_is_installed_with_a_key_that_works(tried: Tried, name: str) -> None:
    one = ROWS[name]
    result, given, store = tried.result(name), tried.given[name], tried.store(name)
    assert result["error"] is None, result["msg"]
    assert result["changed"] is one.changed
    assert given.leaf is not None
    assert given.leaf.fingerprint(hashes.SHA1()).hex().upper() in usable(store, datetime.now(UTC))  # noqa: S303
    before, _containers = tried.before[name]
    assert len(before.keys() & store.elements.keys()) == one.stays
    assert len(store.elements) == one.stays + one.changed
    assert len(store.containers.keys() - linked(store)) == one.spare
    assert modules(tried.run.requests, DESKS[name]) == RAN[Layer.NONE if one.changed else Layer.PLAN]


def test_key_that_was_certified_again_stays_for_the_reason_that_is_given(tried: Tried) -> None:
    (superseded,) = tried.result("same key certified again")["superseded"]
    assert (superseded["key"], superseded["kept_because"]) == ("kept", "shared_public_key")


def test_one_friendly_name_for_both_is_the_new_ones(tried: Tried) -> None:
    assert has_name(tried.store("one friendly name for both"), "SISERI")


def test_file_that_may_not_be_read_is_told_from_one_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where something else than its mode forbids it."""

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(Pkcs12Error) as met:
        load_bundle({"path": str(tmp_path / "kept.p12"), "passphrase": PASSPHRASE})
    assert met.value.problem.code == "bundle_file.no_access"
