# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are written as a whole, only when they change, and a failure says which and why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.atomic_files import read, write, write_new
from unit.plugins.plugin_utils.problems import error_of


def not_written(path: Path, reason: str) -> Problem:
    return Problem("report_file.not_written", {"path": str(path), "reason": Outside(reason)})


def test_a_file_is_written_once_into_a_folder_that_is_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "report.json"
    assert write(path, b"one", check_mode=False)
    assert path.stat().st_mode & 0o777 == 0o640, "the group may read it and nobody else"
    os.utime(path, (1, 1))
    assert not write(path, b"one", check_mode=False)
    assert path.stat().st_mtime == 1
    assert write(path, b"two", check_mode=False)
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_a_new_file_takes_the_place_of_no_other(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "proposed.pem"
    assert write_new(path, b"one", check_mode=True)
    assert not path.exists()
    assert [write_new(path, b"one", check_mode=False), write_new(path, b"one", check_mode=False)] == [True, False]
    for check_mode in (True, False):
        with pytest.raises(FileExistsError):
            write_new(path, b"two", check_mode=check_mode)
    assert path.read_bytes() == b"one"


def test_in_check_mode_it_tells_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "report.json"
    assert write(path, b"one", check_mode=True)
    assert not path.parent.exists()
    write(path, b"one", check_mode=False)
    assert not write(path, b"one", check_mode=True)
    assert write(path, b"two", check_mode=True)
    assert path.read_bytes() == b"one"


def test_what_fails_half_way_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    write(path, b"old", check_mode=False)

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert error_of(lambda: write(path, b"new", check_mode=False)).problem == not_written(path, "no_space")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("name", "reason"), [("file/report.json", "no_folder"), ("folder", "is_folder")])
def test_a_path_in_a_file_or_of_a_folder_is_refused(tmp_path: Path, name: str, reason: str, check_mode: bool) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    refusal = error_of(lambda: write(tmp_path / name, b"one", check_mode))
    assert refusal.problem == not_written(tmp_path / name, reason)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_folder_that_may_not_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check_mode: bool
) -> None:
    """The tests may run as root, who may write everywhere: the system's answer is put in its mouth."""
    asked = []
    monkeypatch.setattr(os, "access", lambda folder, mode: asked.append((folder, mode)))
    refusal = error_of(lambda: write(tmp_path / "new" / "report.json", b"one", check_mode))
    assert refusal.problem == not_written(tmp_path / "new" / "report.json", "no_access")
    assert asked == [(tmp_path, os.W_OK | os.X_OK)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "code", "more"),
    [(None, "report_file.not_read", {"reason": "not_found"}), (b"Zo\xe9", "report_file.not_utf_8", {})],
)
def test_an_earlier_report_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, code: str, more: dict[str, str]
) -> None:
    path = tmp_path / "report.json"
    write(path, "Zoé".encode(), check_mode=False)
    assert read(path) == "Zoé"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    found = error_of(lambda: read(path)).problem
    assert (found.code, found.values) == (code, {"path": str(path), **more})
