# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto import leaf_checks, pfx, pkcs12, pkcs12_files
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import (
    find_bundle,
    read_bundle_folder,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.bundles import bundle_folder
from unit.plugins.plugin_utils.problems import error_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Zoé Martin - T654321.p12", "Jeanne Dupont - T123456.p12", "read me.txt"):
        (tmp_path / name).touch()
    return tmp_path


def refusal(folder: Path, pattern: str) -> Pkcs12Error:
    return error_of(lambda: find_bundle(folder, pattern))


def near(problem: Problem) -> Any:
    """The names of files that are told of."""
    return next((each.values["files"] for each in problem.causes if each.code == "no_bundle.near_files"), ())


@pytest.mark.parametrize("pattern", ["Jeanne Dupont - T123456.p12", "Jeanne*", "J????? Dupont - *.p12"])
def test_finds_the_one_file_that_fits_and_no_hidden_twin_and_no_folder(folder: Path, pattern: str) -> None:
    (folder / "._Jeanne Dupont - T123456.p12").touch()
    (folder / "Jeanne Dupont - old.p12").mkdir()
    assert find_bundle(folder, pattern) == folder / "Jeanne Dupont - T123456.p12"


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_an_accent_is_one_character_however_it_is_written(tmp_path: Path, on_disk: str, asked: str) -> None:
    stored = tmp_path / unicodedata.normalize(on_disk, "Zoé Gülé - T654321.p12")  # type: ignore[arg-type]
    stored.touch()
    for pattern in ("Zoé Gülé - *.p12", "Zo? G?l? - T654321.p12"):
        assert find_bundle(tmp_path, unicodedata.normalize(asked, pattern)) == stored  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", ["Jeanne  Dupont - T1*.p12", "Jeanne Dupont\u00a0- T1*.p12"])
@pytest.mark.parametrize("there", ["Jeanne Dupont - T1.p12", "Jeanne\u00a0Dupont -  T1.p12"])
def test_blanks_that_nobody_sees_make_no_difference(tmp_path: Path, asked: str, there: str) -> None:
    (tmp_path / there).touch()
    assert find_bundle(tmp_path, asked).name == there


def test_a_blank_in_the_number_is_told(tmp_path: Path) -> None:
    (tmp_path / "Jeanne Dupont - T123456.p12").touch()
    assert near(refusal(tmp_path, "Jeanne Dupont - T 123456*.p12").problem) == ("Jeanne Dupont - T123456.p12",)


def test_no_match_names_the_pattern_and_how_many_files_are_there(folder: Path) -> None:
    error = refusal(folder, "Nobody*.p12")
    values = {"folder": str(folder), "pattern": "Nobody*.p12"}
    assert error.problem == Problem(
        "no_bundle.no_file", values, causes=(Problem("no_bundle.files_there", {"count": 3}),)
    )


ALMOST = [
    ("Zo\u00e9 d'H\u00e9rouville", "Zo\u00e9 d\u2019H\u00e9rouville"),
    ("Zo\u00e9 d\u2019H\u00e9rouville", "ZOE D'HEROUVILLE"),
    ("Anne-Sophie Roux", "Anne\u2011Sophie\u00a0Roux"),
    ("Anne-Sophie Roux", "Anne-SophieRoux"),
    ("Anne-Sophie Roux", "anne-sophie roux"),
    ("Zo\u00e9 Martin", "Zoe Martin"),
]


@pytest.mark.parametrize(("asked", "there"), ALMOST)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_file_of_nearly_this_name_is_named(tmp_path: Path, asked: str, there: str, form: str) -> None:
    name = unicodedata.normalize(form, f"{there} - T1.p12")  # type: ignore[arg-type]
    for each in (name, "Paul Martin - T1.p12", f"{there} - T2.p12"):
        (tmp_path / each).touch()
    problem = refusal(tmp_path, f"{asked} - T1*.p12").problem
    assert problem.code == "no_bundle.other_name"
    assert near(problem) == (name,)
    files = read_bundle_folder(tmp_path, f"{asked} - T1*.p12", ())
    assert files.near == (name,)
    assert near(bundle_folder(files).refusal().problem) == (name,)


@pytest.mark.parametrize("there", ["Jeanne Dupont - T100001.p12", "dupont_t100001_2026.p12"])
def test_a_file_with_the_same_number_is_named_when_the_name_has_changed(tmp_path: Path, there: str) -> None:
    for each in (there, "Jeanne Dupont-Lefort - T100002.p12", "Jeanne Dupont - T1000011.p12"):
        (tmp_path / each).touch()
    problem = refusal(tmp_path, "Jeanne Dupont-Lefort - T100001*.p12").problem
    assert (problem.code, near(problem)) == ("no_bundle.other_name", (there,))


def test_several_files_of_nearly_this_name_are_all_named(tmp_path: Path) -> None:
    names = tuple(f"ZOE {number}.p12" for number in range(5))
    for name in names:
        (tmp_path / name).touch()
    assert near(refusal(tmp_path, "Zoe*").problem) == names


def test_a_file_that_was_put_aside_is_named(tmp_path: Path) -> None:
    (tmp_path / "retired").mkdir()
    (tmp_path / "retired" / "Zoe - T1.p12").touch()
    aside = Problem("no_bundle.put_aside", {"file": "Zoe - T1.p12", "folder": "retired"})
    assert aside in refusal(tmp_path, "Zoe*").problem.causes
    assert aside in bundle_folder(read_bundle_folder(tmp_path, "Zoe*", ())).refusal().problem.causes


def test_a_file_of_another_name_is_not_named(folder: Path) -> None:
    for pattern in ("Nobody*.p12", "Jeanne Dupond*.p12", "Jeanne-Dupont*.p12"):
        problem = refusal(folder, pattern).problem
        assert (problem.code, near(problem)) == ("no_bundle.no_file", ())
    assert read_bundle_folder(folder, "Jeanne Dupont*.p12", ()).near == ()


def test_several_matches_are_all_named(folder: Path) -> None:
    files = ("Jeanne Dupont - T123456.p12", "Zoé Martin - T654321.p12")
    values = {"folder": str(folder), "pattern": "*.p12", "files": files}
    assert refusal(folder, "*.p12").problem == Problem("several_bundles", values)


def test_a_folder_that_is_not_there_or_no_folder_is_named(folder: Path) -> None:
    missing, file = refusal(folder / "missing", "*"), refusal(folder / "read me.txt", "*")
    assert (missing.problem.code, file.problem.code) == ("bundle_folder.not_found", "bundle_folder.no_folder")
    assert missing.problem.values == {"folder": str(folder / "missing"), "reason": "not_found"}
    assert missing.problem.setting == "bundle_folder"


def test_each_problem_of_a_file_can_be_told_with_the_name_of_the_file() -> None:
    """Where a new check of a bundle brings a new code, the catalogue needs one more entry."""
    raised = {
        kind
        for module in (leaf_checks, pfx, pkcs12, pkcs12_files)
        for kind in re.findall(r'Problem\(\s*f?"(\w+)', Path(module.__file__).read_text(encoding="utf-8"))
    }
    of_others = {"expired", "not_yet_valid", "no_bundle", "several_bundles", "bundle_folder", "content_not_base64"}
    assert of_others < raised
    assert {f"{kind}.in_file" for kind in raised - of_others} <= CODES.keys()
