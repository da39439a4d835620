# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import find_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import CollectionError

NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Zoé Martin - T654321.p12", "Jeanne Dupont - T123456.p12", "read me.txt"):
        (tmp_path / name).touch()
    return tmp_path


def refusal(folder: Path, pattern: str) -> CollectionError:
    with pytest.raises(CollectionError) as caught:
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
