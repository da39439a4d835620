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
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.bundles import bundle_folder
from unit.plugins.plugin_utils.problems import error_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Zoé Martin - T654321.p12", "Jeanne Dupont - T123456.p12", "read me.txt"):
        (tmp_path / name).touch()
    return tmp_path


def refusal(folder: Path, pattern: str) -> Problem:
    return error_of(lambda: find_bundle(folder, pattern)).problem


def near(problem: Problem) -> Any:
    """The names of files that are told of."""
    return next((each.values["files"] for each in problem.causes if each.code == "no_bundle.near_files"), ())


COMPOSED = "Zo\u00e9 G\u00fcl\u00e9 - T1.p12"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


@pytest.mark.parametrize(
    ("pattern", "there"),
    [
        ("Jeanne Dupont - T1.p12", "Jeanne Dupont - T1.p12"),
        ("Jeanne*", "Jeanne Dupont - T1.p12"),
        ("*Dupont - T1.p12", "Jeanne Dupont - T1.p12"),
        ("J????? Dupont - *.p12", "Jeanne Dupont - T1.p12"),
        # An accent is one character however it is written, and blanks that nobody sees make no difference.
        (COMPOSED, DECOMPOSED),
        (DECOMPOSED, COMPOSED),
        ("Zo? G?l? - T1.p12", DECOMPOSED),
        ("Jeanne  Dupont\u00a0- T1*.p12", "Jeanne\u00a0Dupont -  T1.p12"),
    ],
)
def test_finds_the_one_file_that_fits_and_no_hidden_twin_and_no_folder(
    tmp_path: Path, pattern: str, there: str
) -> None:
    for name in (there, f"._{there}", "Paul Martin - T1.p12"):
        (tmp_path / name).touch()
    (tmp_path / "Jeanne Dupont - old.p12").mkdir()
    assert find_bundle(tmp_path, pattern).name == there


def test_no_match_names_the_pattern_and_how_many_files_are_there(folder: Path) -> None:
    values = {"folder": str(folder), "pattern": "Nobody*.p12"}
    causes = (Problem("no_bundle.files_there", {"count": 3}),)
    assert refusal(folder, "Nobody*.p12") == Problem("no_bundle.no_file", values, causes=causes)


ZOE = "Zo\u00e9 d'H\u00e9rouville - T1*.p12"


@pytest.mark.parametrize(
    ("pattern", "there", "named"),
    [
        (ZOE, ["Zo\u00e9 d\u2019H\u00e9rouville - T1.p12", "Zoe d'Herouville - T2.p12"], 1),
        (ZOE, ["ZOE D'HEROUVILLE - T1.p12", "Paul Martin - T1.p12"], 1),
        (ZOE, [unicodedata.normalize("NFD", "Zo\u00e9 d\u2019H\u00e9rouville - T1.p12")], 1),
        ("Anne-Sophie Roux - T1*.p12", ["Anne\u2011Sophie\u00a0Roux - T1.p12"], 1),
        ("Anne-Sophie Roux - T1*.p12", ["Anne-SophieRoux - T1.p12"], 1),
        ("Jeanne Dupont - T1*.p12", ["DUPONT Jeanne - T1.p12", "Paul Martin - T1.p12"], 1),
        ("Jeanne Dupont - T 123456*.p12", ["Jeanne Dupont - T123456.p12"], 1),
        ("Zoe*", [f"ZOE {number}.p12" for number in range(5)], 5),
        # The name has changed, and the number is the same.
        ("Jeanne Lefort - T1*.p12", ["Jeanne Dupont - T1.p12", "Jeanne Lefort - T2.p12", "Jeanne Dupont - T11.p12"], 1),
        ("Jeanne Lefort - T1*.p12", ["dupont_t1_2026.p12"], 1),
        # A typing error in the number. Two people of one name may have numbers in a row.
        ("Marc Olivier - R70120*.p12", ["Marc Olivier - R70102.p12", "Marc Olivier - R70121.p12"], 1),
        ("Marc Olivier - R7012*.p12", ["OLIVIER Marc - R70102.p12", "Paul Martin - R70102.p12"], 1),
        ("Marc Olivier - R701022*.p12", ["Marc Olivier - R70102.p12", "Marc Olivier - R70103.p12"], 1),
        ("Jeanne Lefort*.p12", ["Jeanne Dupont - T1.p12"], 0),
        ("Jeanne-Lefort*.p12", ["Jeanne Lefort - T1.p12"], 0),
    ],
)
def test_files_of_nearly_this_name_are_named_and_no_others(
    tmp_path: Path, pattern: str, there: list[str], named: int
) -> None:
    for name in there:
        (tmp_path / name).touch()
    files = read_bundle_folder(tmp_path, pattern, ())
    assert files.near == tuple(there[:named])
    for problem in (refusal(tmp_path, pattern), bundle_folder(files).refusal().problem):
        assert problem.code == ("no_bundle.other_name" if named else "no_bundle.no_file")
        assert near(problem) == files.near


def test_a_file_that_was_put_aside_is_named(tmp_path: Path) -> None:
    (tmp_path / "retired").mkdir()
    (tmp_path / "retired" / "Zoe - T1.p12").touch()
    aside = Problem("no_bundle.put_aside", {"file": "Zoe - T1.p12", "folder": "retired"})
    assert aside in refusal(tmp_path, "Zoe*").causes
    assert aside in bundle_folder(read_bundle_folder(tmp_path, "Zoe*", ())).refusal().problem.causes


def test_several_matches_are_all_named(folder: Path) -> None:
    files = ("Jeanne Dupont - T123456.p12", "Zoé Martin - T654321.p12")
    values = {"folder": str(folder), "pattern": "*.p12", "files": files}
    assert refusal(folder, "*.p12") == Problem("several_bundles", values)


def test_a_folder_that_is_not_there_or_no_folder_is_named(folder: Path) -> None:
    missing, file = refusal(folder / "missing", "*"), refusal(folder / "read me.txt", "*")
    assert file.code == "bundle_folder.no_folder"
    values = {"folder": str(folder / "missing"), "reason": "not_found"}
    assert missing == Problem("bundle_folder.not_found", values, "bundle_folder")


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
