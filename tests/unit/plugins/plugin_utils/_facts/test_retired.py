# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes of those who are retired: whom they keep out, in which spelling and from which folder, and what a damaged one does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts import retired
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.retired import (
    Notes,
    check_can_write,
    note_name,
    read_notes,
    retired_in,
    write_down,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from unit.plugins.plugin_utils.fakes import NOW, certificate
from unit.plugins.plugin_utils.problems import error_of

NUMBER = "T100004"
NOTE = f"{NUMBER}.retired.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle folder in which Paul is retired."""
    place = tmp_path / "bundles"
    place.mkdir()
    write_down(place, [NUMBER], "it@control, job 7", NOW)
    return place


def notes_of(*own: Path, site: Path | None = None, back: tuple[str, ...] = (), check_mode: bool = False) -> Notes:
    return read_notes(own, site, back, check_mode)


def test_a_note_says_who_and_when_and_everybody_may_read_it(folder: Path) -> None:
    said = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    assert (said["authorisation"], said["by"], said["at"]) == (NUMBER, "it@control, job 7", f"{NOW:%Y-%m-%dT%H:%M:%SZ}")
    assert (folder / NOTE).stat().st_mode & 0o777 == 0o644
    told = error_of(lambda: notes_of(folder).admit(NUMBER))
    values = {"number": NUMBER, "by": "it@control, job 7", "day": NOW.date(), "clock": f"{NOW:%H:%M} UTC", "note": NOTE}
    assert told.problem == Problem("retired.removed", values)
    assert len(said["meaning"]) == len(LANGUAGES)


def test_another_file_is_no_note(folder: Path) -> None:
    (folder / NOTE).rename((folder / NOTE).with_suffix(".docx"))
    notes_of(folder).admit(NUMBER)


def test_a_number_is_compared_as_everywhere_and_others_are_admitted(folder: Path) -> None:
    assert error_of(lambda: notes_of(folder).admit("t 100004 ")).code == "retired"
    for other in ("T10000", "T1000045", None, ""):
        notes_of(folder).admit(other)


@pytest.mark.parametrize("number", ["../x", ".hidden", "É 12", "a%2Fb", "T1:2\\3"])
def test_an_odd_number_has_a_safe_file_name_and_is_found_again(tmp_path: Path, number: str) -> None:
    write_down(tmp_path, [number], "it@control", NOW)
    (path,) = tmp_path.iterdir()
    assert path.name == note_name(number)
    assert not set("/\\:") & set(path.name)
    assert not path.name.startswith(".")
    assert error_of(lambda: notes_of(tmp_path).admit(number.lower())).code == "retired"


def test_the_notes_of_the_site_of_the_folder_and_of_the_folder_around_retired_count(folder: Path) -> None:
    aside, deep, other = folder / "retired", folder / "retired" / "2026", folder.parent / "other"
    deep.mkdir(parents=True)
    other.mkdir()
    (other / "link").symlink_to(aside)
    for notes in (
        notes_of(folder),
        notes_of(aside),
        notes_of(deep),
        notes_of(other / "link"),
        notes_of(other, site=folder),
        notes_of(site=aside),
    ):
        assert error_of(lambda notes=notes: notes.admit(NUMBER)).code == "retired"  # type: ignore[misc]
    notes_of(other).admit(NUMBER)
    notes_of(other / "retired", site=other).admit(NUMBER)


def unwritable(problem: OSError) -> Callable[..., object]:
    def fails(*_given: object, **_options: object) -> object:
        raise problem

    return fails


def test_a_folder_that_cannot_be_read_is_a_refusal_by_the_name_of_its_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = error_of(lambda: notes_of(tmp_path, site=tmp_path / "gone"))
    assert (told.code, told.problem.setting) == ("bundle_folder", "pkcs12_bundle_folder")
    notes_of(tmp_path / "gone").admit(NUMBER)  # nothing comes from there either
    notes_of(tmp_path / "gone", site=tmp_path / "gone").admit(NUMBER)
    monkeypatch.setattr(Path, "iterdir", unwritable(PermissionError(13, "Permission denied")))
    told = error_of(lambda: notes_of(tmp_path))
    assert (told.problem.code, told.problem.setting) == ("bundle_folder.no_access", "bundle_folder")


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"by": "x"}',
        '{"at": "2026-11-28T19:52:07Z", "by": " "}',
        '{"at": "2026-11-28T19:52:07Z"}',
        '{"at": "now", "by": "x"}',
        "[" * 99_999,
        None,
    ],
)
def test_a_note_that_is_damaged_or_leads_nowhere_keeps_the_person_out_too(folder: Path, content: str | None) -> None:
    (folder / NOTE).unlink()
    if content is None:
        (folder / NOTE).symlink_to("nowhere")
    else:
        (folder / NOTE).write_text(content, encoding="utf-8")
    told = error_of(lambda: notes_of(folder).admit(NUMBER))
    assert told.problem == Problem("retired.note_damaged", {"number": NUMBER, "note": str(folder / NOTE)})
    write_down(folder, [NUMBER], "it@control", NOW)
    assert error_of(lambda: notes_of(folder).admit(NUMBER)).problem.values["by"] == "it@control"


def test_who_is_taken_back_loses_all_notes_and_in_check_mode_none(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "copy"
    other.mkdir()
    write_down(other, ["t100004"], "it@control", NOW)
    error_of(lambda: notes_of(folder, site=other, back=("T1",)).admit(NUMBER))
    notes_of(folder, site=other, back=(" t100004",), check_mode=True).admit(NUMBER)
    assert (folder / NOTE).exists()
    notes_of(folder, site=other, back=(" t100004",)).admit(NUMBER)
    assert [*folder.iterdir(), *other.iterdir()] == []


def test_a_note_that_cannot_be_removed_is_red(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "unlink", unwritable(OSError(30, "Read-only file system")))
    told = error_of(lambda: notes_of(folder, back=(NUMBER,)).admit(NUMBER))
    values = {"note": str(folder / NOTE), "reason": "read_only"}
    assert told.problem == Problem("retired_note.not_removed", values)


@pytest.mark.parametrize("pattern", [None, "- (T[0-9]+)$"])
def test_without_a_number_that_of_the_certificate_counts(folder: Path, pattern: str | None) -> None:
    person = ExpectedSubject(pattern=pattern)
    told = error_of(lambda: notes_of(folder).admit_subject(person, certificate("Paul Martin - T100004")))
    assert (told.problem.code, told.problem.values["number"]) == ("retired.removed", NUMBER)
    for other in ("Paul Martin - T1000045", "Paul Martin"):
        notes_of(folder).admit_subject(person, certificate(other))
    notes_of(folder, back=(NUMBER,)).admit_subject(person, certificate("Paul Martin - T100004"))
    assert not (folder / NOTE).exists()


def test_a_note_that_is_there_stays(folder: Path) -> None:
    before = (folder / NOTE).read_bytes()
    write_down(folder, ["t100004"], "somebody else", NOW)
    assert [path.name for path in folder.iterdir()] == [NOTE]
    assert (folder / NOTE).read_bytes() == before


def test_bundles_go_aside_by_the_whole_number_and_nothing_else_does(tmp_path: Path) -> None:
    gone = ["Paul - T100004.p12", "t100004_2029.PFX", "Paul - T100004 2026-11-28.p12.rejected"]
    stay = ["Paul - T1000045.p12", "Jeanne - T100001.p12", "T100004.txt", ".T100004.p12"]
    for name in (*gone, *stay):
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "T100004.p12").mkdir()
    write_down(tmp_path, [NUMBER], "it@control", NOW)
    assert sorted(path.name for path in (tmp_path / "retired").iterdir()) == sorted(gone)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*stay, NOTE, "retired", "T100004.p12"])


def test_a_second_bundle_of_that_name_replaces_none(tmp_path: Path) -> None:
    for content in ("one", "two", "three"):
        (tmp_path / "T100004.p12").write_text(content, encoding="utf-8")
        write_down(tmp_path, [NUMBER], "it@control", NOW)
    said = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "retired").iterdir()}
    assert said == {"T100004.p12": "one", "T100004.2.p12": "two", "T100004.3.p12": "three"}


@pytest.mark.parametrize("problem", [FileNotFoundError, FileExistsError])
def test_another_host_of_the_run_may_have_put_it_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: type[OSError]
) -> None:
    """It was there when it was asked for, and gone when it was moved."""
    (tmp_path / "T100004.p12").touch()

    def other_is_faster(source: Path, target: Path) -> None:
        source.rename(target)
        raise problem(str(source))

    monkeypatch.setattr(retired, "move", other_is_faster)
    write_down(tmp_path, [NUMBER], "it@control", NOW)
    assert [path.name for path in (tmp_path / "retired").iterdir()] == ["T100004.p12"]


def test_a_note_is_there_before_a_bundle_is_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "T100004.p12").touch()
    monkeypatch.setattr(retired, "move", unwritable(OSError(5, "Input/output error")))
    told = error_of(lambda: write_down(tmp_path, [NUMBER], "it@control", NOW))
    assert (told.code, (tmp_path / NOTE).exists()) == ("retired_note", True)


def test_what_cannot_be_written_down_names_the_folder_and_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for call in (
        lambda: write_down(tmp_path / "gone", [NUMBER], "it", NOW),
        lambda: check_can_write(tmp_path / "gone"),
    ):
        told = error_of(call)
        values = {"folder": str(tmp_path / "gone"), "reason": "not_found"}
        assert told.problem == Problem("retired_note.not_written", values)
    check_can_write(tmp_path)
    monkeypatch.setattr("os.access", lambda *_given: False)
    assert error_of(lambda: check_can_write(tmp_path)).code == "retired_note"


def test_who_reads_only_takes_what_is_there(tmp_path: Path) -> None:
    write_down(tmp_path, [NUMBER, "t/5"], "it@control", NOW)
    (tmp_path / "notes.json").touch()
    assert retired_in(tmp_path / "nowhere", tmp_path) == {NUMBER, "t/5"}
    assert retired_in(tmp_path / "nowhere") == retired_in() == set()
