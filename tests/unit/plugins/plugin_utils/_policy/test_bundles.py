# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of a holder's files counts, and what is told of the others."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import Bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import read_bundle_folder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.bundles import BundleFolder, bundle_folder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import Use
from lab.authority import Authority
from lab.authority.authority import KeyKind
from lab.authority.dialect import PrivateKey
from unit.plugins.plugin_utils.problems import error_of

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
LATER = START + timedelta(days=30)
PASSPHRASE = "Nachtigall-4711"
Put = Callable[[str, str, int], None]


@pytest.fixture(scope="module")
def files(authority: Authority) -> dict[str, bytes]:
    def issued(passphrase: str = PASSPHRASE, begin: datetime = START, **end: datetime) -> bytes:
        person = ("Jeanne Dupont", "T1")
        return authority.issue(*person, passphrase=passphrase, not_before=begin, key="ec-p256", **end).data

    def other(usage: str, key: KeyKind | PrivateKey = "ec-p256") -> bytes:
        ends = {"not_before": LATER, "not_after": LATER + timedelta(days=4000)}
        return authority.issue("Jeanne Dupont", "T1", passphrase=PASSPHRASE, key=key, **ends, key_usage=[usage]).data

    weak, curve = rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256K1())  # noqa: S505

    short = issued(begin=LATER + timedelta(days=30), not_after=LATER + timedelta(days=60))
    others = {"signing": other("content_commitment"), "encrypting": other("key_agreement")}
    others |= {"weak_signing": other("content_commitment", curve), "weak_encrypting": other("key_encipherment", weak)}
    others |= {"weak": other("digital_signature", weak)}
    return {
        **others,
        "old": issued(),
        "new": issued(begin=LATER),
        "short": short,
        "closed": issued("another"),
        "empty": b"",
    }


@pytest.fixture
def put(tmp_path: Path, files: dict[str, bytes]) -> Put:
    def write(name: str, kind: str, written: int) -> None:
        (tmp_path / name).write_bytes(files[kind])
        os.utime(tmp_path / name, (written, written))

    return write


def looked(folder: Path, passphrase: str | None = PASSPHRASE, number: str | None = None) -> BundleFolder:
    return bundle_folder(read_bundle_folder(folder, "*.p12", [passphrase], number))


def in_file(name: str, code: str) -> Problem:
    return Problem(f"{code.partition('.')[0]}.in_file", {"file": name}, causes=(Problem(code),))


WRONG = "wrong_passphrase.another"


def test_the_bundle_that_ends_last_counts_whatever_its_file_and_a_refusal_names_that(put: Put, tmp_path: Path) -> None:
    def refuse(_bundle: Bundle) -> None:
        raise Pkcs12Error(Problem("two_keys"))

    looked(tmp_path).check_ends_last(refuse)  # there is none
    put("a.p12", "new", 1)
    put("b.p12", "old", 2)
    put("c.p12", "short", 3)  # issued last, and it ends first
    found = looked(tmp_path).ends_last
    assert found is not None
    assert found.leaf.not_before == LATER
    assert error_of(lambda: looked(tmp_path).check_ends_last(refuse)).problem == in_file("a.p12", "two_keys")


def test_a_newer_file_that_does_not_open_may_be_the_new_bundle(put: Put, tmp_path: Path) -> None:
    put("a.p12", "old", 2)
    put("b.p12", "closed", 1)
    assert looked(tmp_path).later_refusal() is None
    put("c.p12", "empty", 3)
    put("d.p12", "closed", 4)
    found = looked(tmp_path)
    assert [each.path.name for each in found.later] == ["d.p12", "c.p12"]
    refusal = found.later_refusal()
    assert refusal is not None
    causes = (Problem(WRONG), Problem("newer_file.another_passphrase"))
    assert refusal.problem == Problem("wrong_passphrase.in_file", {"file": "d.p12"}, causes=causes)
    (tmp_path / "d.p12").unlink()
    other = looked(tmp_path).later_refusal()
    assert other is not None
    assert other.problem.causes == (Problem("empty_file"), Problem("newer_file.other_reason"))


def test_where_none_opens_each_file_is_told(put: Put, tmp_path: Path) -> None:
    put("a.p12", "closed", 1)
    put("b.p12", "empty", 2)
    found = looked(tmp_path)
    first, second = in_file("a.p12", WRONG), in_file("b.p12", "empty_file")
    assert found.refusal().problem == Problem(first.code, first.values, causes=(*first.causes, second))
    later = found.later_refusal()
    assert later is not None
    assert later.problem == second


def test_a_file_for_another_use_is_no_candidate_and_a_folder_with_nothing_else_says_so(
    put: Put, tmp_path: Path
) -> None:
    put("b.p12", "signing", 3)
    put("c.p12", "encrypting", 4)
    alone = looked(tmp_path)
    others = [("b.p12", Use.SIGNATURE), ("c.p12", Use.ENCRYPTION)]
    assert [(each.file, each.use) for each in alone.others] == others
    assert (alone.ends_last, alone.later) == (None, ())
    named = tuple(Problem("file_for_use", {"file": file, "use": use.value}) for file, use in others)
    values = {"folder": str(tmp_path), "pattern": "*.p12"}
    assert alone.refusal().problem == Problem("no_bundle.other_use", values, causes=named)
    put("a.p12", "old", 1)
    beside = looked(tmp_path)
    assert beside.last is not None
    assert (beside.last.path.name, beside.later_refusal()) == ("a.p12", None)
    assert [each.file for each in beside.others] == ["b.p12", "c.p12"]


def test_a_newer_file_for_another_use_hides_no_new_bundle_that_does_not_open(put: Put, tmp_path: Path) -> None:
    put("a.p12", "old", 1)
    put("b.p12", "closed", 2)
    put("c.p12", "encrypting", 3)
    found = looked(tmp_path)
    assert [each.path.name for each in found.later] == ["b.p12"]
    assert not found.has_nothing_new(LATER + timedelta(days=4000))


def test_a_key_that_nobody_installs_matters_only_for_authentication(put: Put, tmp_path: Path) -> None:
    put("a.p12", "new", 1)
    put("b.p12", "weak_signing", 2)
    put("c.p12", "weak_encrypting", 3)
    found = looked(tmp_path)
    assert [(each.file, each.use) for each in found.others] == [("b.p12", Use.SIGNATURE), ("c.p12", Use.ENCRYPTION)]
    assert (found.unopened, found.later_refusal()) == ((), None)
    put("d.p12", "weak", 4)
    refused = looked(tmp_path)
    assert [each.refusal.code for each in refused.unopened] == ["weak_key"]
    assert (refused.others, refused.later) == (found.others, refused.unopened)


def test_a_bundle_has_ended_after_its_last_second(put: Put, tmp_path: Path) -> None:
    put("a.p12", "short", 1)
    found = looked(tmp_path)
    end = LATER + timedelta(days=60)
    assert (found.ended(end), found.ended(end + timedelta(seconds=1))) == (None, "a.p12")


def test_a_number_without_a_passphrase_is_named(put: Put, tmp_path: Path) -> None:
    put("a.p12", "closed", 1)
    assert looked(tmp_path, None).refusal().problem == in_file("a.p12", "no_passphrase.none_given")
    said = Problem("no_passphrase.of_number", {"file": "a.p12", "number": "T1"})
    assert looked(tmp_path, None, "T1").refusal().problem == said
