# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import (
    find_bundle,
    read_bundle_folder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error

NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Zoé Martin - T654321.p12", "Jeanne Dupont - T123456.p12", "read me.txt"):
        (tmp_path / name).touch()
    return tmp_path


def refusal(folder: Path, pattern: str) -> Pkcs12Error:
    with pytest.raises(Pkcs12Error) as caught:
        find_bundle(folder, pattern)
    return caught.value


@pytest.mark.parametrize("pattern", ["Jeanne Dupont - T123456.p12", "*T123456.p12", "Jeanne*", "J????? Dupont - *.p12"])
def test_finds_the_one_file_that_fits(folder: Path, pattern: str) -> None:
    assert find_bundle(folder, pattern) == folder / "Jeanne Dupont - T123456.p12"


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_an_accent_is_one_character_however_it_is_written(tmp_path: Path, on_disk: str, asked: str) -> None:
    stored = tmp_path / unicodedata.normalize(on_disk, "Zoé Gülé - T654321.p12")  # type: ignore[arg-type]
    stored.touch()
    for pattern in ("Zoé Gülé - *.p12", "Zo? G?l? - T654321.p12"):
        assert find_bundle(tmp_path, unicodedata.normalize(asked, pattern)) == stored  # type: ignore[arg-type]


def test_hidden_twins_and_folders_are_no_bundles(folder: Path) -> None:
    (folder / "._Jeanne Dupont - T123456.p12").touch()
    (folder / "Jeanne old.p12").mkdir()
    assert find_bundle(folder, "*Jeanne*.p12") == folder / "Jeanne Dupont - T123456.p12"


def test_no_match_names_the_pattern_and_how_many_files_are_there(folder: Path) -> None:
    error = refusal(folder, "Nobody*.p12")
    assert error.code == "no_bundle"
    assert "'Nobody*.p12'" in error.cause
    assert "3 files" in error.cause


ALMOST = [
    ("Zo\u00e9 d'H\u00e9rouville", "Zo\u00e9 d\u2019H\u00e9rouville"),
    ("Zo\u00e9 d\u2019H\u00e9rouville", "ZOE D'HEROUVILLE"),
    ("Anne-Sophie Roux", "Anne\u2011Sophie\u00a0Roux"),
    ("Anne-Sophie Roux", "Anne-Sophie  Roux"),
    ("Anne-Sophie Roux", "anne-sophie roux"),
    ("Zo\u00e9 Martin", "Zoe Martin"),
]


@pytest.mark.parametrize(("asked", "there"), ALMOST)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_file_of_nearly_this_name_is_named(tmp_path: Path, asked: str, there: str, form: str) -> None:
    name = unicodedata.normalize(form, f"{there} - T1.p12")  # type: ignore[arg-type]
    for each in (name, "Paul Martin - T1.p12", f"{there} - T2.p12"):
        (tmp_path / each).touch()
    error = refusal(tmp_path, f"{asked} - T1*.p12")
    assert error.code == "no_bundle"
    assert f" A file of nearly this name is there: {name!r}." in error.cause
    assert "Rename it" in error.next_step
    found = read_bundle_folder(tmp_path, f"{asked} - T1*.p12", ())
    assert found.near == (name,)
    assert found.refusal().cause == error.cause.replace(" (3 files are there)", "")


@pytest.mark.parametrize("there", ["Jeanne Dupont - T100001.p12", "dupont_t100001_2026.p12"])
def test_a_file_with_the_same_number_is_named_when_the_name_has_changed(tmp_path: Path, there: str) -> None:
    for each in (there, "Jeanne Dupont-Lefort - T100002.p12", "Jeanne Dupont - T1000011.p12"):
        (tmp_path / each).touch()
    error = refusal(tmp_path, "Jeanne Dupont-Lefort - T100001*.p12")
    assert f" A file of nearly this name is there: {there!r}." in error.cause
    assert "Rename it" in error.next_step


def test_several_files_of_nearly_this_name_are_named_up_to_three(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"ZOE {number}.p12").touch()
    assert (
        "Files of nearly this name are there: 'ZOE 0.p12', 'ZOE 1.p12', 'ZOE 2.p12', ..."
        in refusal(tmp_path, "Zoe*").cause
    )


def test_a_file_of_another_name_is_not_named(folder: Path) -> None:
    for pattern in ("Nobody*.p12", "Jeanne Dupond*.p12", "Jeanne-Dupont*.p12"):
        error = refusal(folder, pattern)
        assert "nearly" not in error.cause
        assert "Put the holder's p12 there" in error.next_step
    assert read_bundle_folder(folder, "Jeanne Dupont*.p12", ()).near == ()


def test_several_matches_are_all_named(folder: Path) -> None:
    error = refusal(folder, "*.p12")
    assert error.code == "several_bundles"
    assert "Jeanne Dupont - T123456.p12, Zoé Martin - T654321.p12" in error.cause


def test_a_folder_that_is_not_there_or_no_folder_is_named(folder: Path) -> None:
    missing, file = refusal(folder / "missing", "*"), refusal(folder / "read me.txt", "*")
    assert missing.code == file.code == "bundle_folder"
    assert "No such file" in missing.cause
    assert "Not a directory" in file.cause


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_may_not_be_read_is_named(folder: Path) -> None:
    folder.chmod(0)
    try:
        with as_ordinary_user():
            error = refusal(folder, "*")
    finally:
        folder.chmod(0o700)
    assert error.code == "bundle_folder"
    assert "Permission denied" in error.cause
