# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails in files: what is read and in which order, what is told, and how a mail is moved in a Maildir."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.mail_source import (
    EmlFiles,
    Limits,
    Maildir,
    Mbox,
    ReadMail,
    UnreadMail,
    read_mails,
)
from lab import mails
from unit.plugins.plugin_utils.fakes import now
from unit.plugins.plugin_utils.problems import error_of

ENOUGH = Limits(10, 100)


def data(source: EmlFiles | Mbox | Maildir, limits: Limits = ENOUGH) -> list[bytes]:
    with source:
        return [each.data for each in read_mails(source.entries(), limits) if isinstance(each, ReadMail)]


def problems(source: EmlFiles | Mbox | Maildir, limits: Limits = ENOUGH) -> list[tuple[str, str]]:
    with source:
        found = [each for each in read_mails(source.entries(), limits) if isinstance(each, UnreadMail)]
    return [(Path(each.place).name, each.problem.kind) for each in found]


def test_a_file_or_the_files_of_a_folder(tmp_path: Path) -> None:
    for age, name in enumerate(("a.eml", "b.EML", "c.txt", ".d.eml")):
        (tmp_path / name).write_bytes(name.encode())
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    (tmp_path / "folder.eml").mkdir()
    (tmp_path / "link.eml").symlink_to(tmp_path / "c.txt")
    assert data(EmlFiles(tmp_path)) == [b"a.eml", b"b.EML"]
    assert data(EmlFiles(tmp_path / "c.txt")) == [b"c.txt"]


def test_an_mbox_is_read_from_its_end_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "box"
    mails.write_mbox(path, [b"Subject: 1\n\nFrom here\n", b"Subject: 2\n\n2\n"])
    path.chmod(0o400)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    assert [each.partition(b"\n")[0] for each in data(Mbox(path))] == [b"Subject: 2", b"Subject: 1"]
    assert b">From here" in data(Mbox(path))[1]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [path.name for path in tmp_path.iterdir()] == ["box"]


def test_sizes_of_an_mbox_are_those_of_its_mails(tmp_path: Path) -> None:
    mails.write_mbox(tmp_path / "box", [b"Subject: 1\n\n" + b"x" * 200, b"Subject: 2\n\n2\n"])
    assert problems(Mbox(tmp_path / "box")) == [("box, mail 1", "mail_too_large")]
    (tmp_path / "empty").touch()
    assert data(Mbox(tmp_path / "empty")) == []


@pytest.mark.parametrize("source", [EmlFiles, Mbox, Maildir])
def test_a_source_that_is_not_there_is_named(source: type[EmlFiles | Mbox | Maildir], tmp_path: Path) -> None:
    refusal = error_of(lambda: source(tmp_path / "nowhere").entries())
    assert refusal.problem.code == "mail_source.unreadable"
    assert refusal.problem.values["path"] == str(tmp_path / "nowhere")


def test_a_source_of_another_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_bytes(b"Subject: x\n\n")
    for source in (Mbox(tmp_path / "x.eml"), Mbox(tmp_path), Maildir(tmp_path), Maildir(tmp_path / "x.eml")):
        assert error_of(source.entries).code == "mail_source"


def test_a_maildir_is_read_newest_first_without_links_and_tmp(tmp_path: Path) -> None:
    for age in (3, 1, 2):
        mails.put(tmp_path, str(age).encode(), now() - timedelta(days=age))
    (tmp_path / "tmp" / "half").write_bytes(b"half")
    (tmp_path / "cur" / "seen:2,S").write_bytes(b"seen")
    os.utime(tmp_path / "cur" / "seen:2,S", (1, 1))
    (tmp_path / "new" / ".hidden").write_bytes(b"hidden")
    (tmp_path / "new" / "link").symlink_to(tmp_path / "tmp" / "half")
    assert data(Maildir(tmp_path)) == [b"1", b"2", b"3", b"seen"]
    assert len(list((tmp_path / "new").iterdir())) == 5


def test_limits_are_told(tmp_path: Path) -> None:
    for age, size in enumerate((10, 101, 100, 5)):
        mails.put(tmp_path, b"x" * size, now() - timedelta(days=age))
    assert [len(each) for each in data(Maildir(tmp_path), Limits(3, 100))] == [10, 100]
    assert [code for _name, code in problems(Maildir(tmp_path), Limits(3, 100))] == ["mail_too_large", "too_many_mails"]
    assert problems(Maildir(tmp_path), Limits(4, 101)) == []


def test_a_mail_that_is_gone_meanwhile_costs_only_itself(tmp_path: Path) -> None:
    gone = mails.put(tmp_path, b"gone", now())
    mails.put(tmp_path, b"here", now() - timedelta(days=1))
    entries = Maildir(tmp_path).entries()
    gone.unlink()
    found = list(read_mails(entries, ENOUGH))
    assert [each.problem.kind if isinstance(each, UnreadMail) else each.data for each in found] == [
        "mail_file",
        b"here",
    ]


def test_a_mail_moves_and_replaces_nothing(tmp_path: Path) -> None:
    first, second = (mails.put(tmp_path, text) for text in (b"1", b"2"))
    box = Maildir(tmp_path)
    box.move(str(first), "Done")
    moved = tmp_path / ".Done" / "cur" / f"{first.name}:2,"
    assert (moved.read_bytes(), first.exists()) == (b"1", False)
    assert sorted(path.name for path in (tmp_path / ".Done").iterdir()) == ["cur", "maildirfolder", "new", "tmp"]
    assert (tmp_path / ".Done").stat().st_mode & 0o777 == 0o700
    (tmp_path / ".Done" / "cur" / f"{second.name}:2,").write_bytes(b"another")
    refusal = error_of(lambda: box.move(str(second), "Done"))
    assert (refusal.code, second.read_bytes()) == ("mail_not_moved", b"2")


def test_a_mail_that_was_read_keeps_its_flags(tmp_path: Path) -> None:
    path = mails.put(tmp_path, b"1")
    seen = path.rename(tmp_path / "cur" / f"{path.name}:2,S")
    Maildir(tmp_path).move(str(seen), "A.B")
    assert [each.name for each in (tmp_path / ".A.B" / "cur").iterdir()] == [seen.name]


@pytest.mark.parametrize("folder", ["", ".", "..", "../x", "/x", ".x", "a/../../b", "a..b"])
def test_a_folder_elsewhere_is_refused(folder: str, tmp_path: Path) -> None:
    path = mails.put(tmp_path / "box", b"1")
    refusal = error_of(lambda: Maildir(tmp_path / "box").move(str(path), folder))
    assert (refusal.code, path.exists()) == ("mail_not_moved", True)
    assert [each.name for each in tmp_path.iterdir()] == ["box"]


def test_a_file_has_no_folders(tmp_path: Path) -> None:
    assert error_of(lambda: EmlFiles(tmp_path).move("x", "Done")).code == "mail_not_moved"


def test_a_maildir_is_no_folder_of_files(tmp_path: Path) -> None:
    mails.put(tmp_path, b"Subject: x\n\n")
    refusal = error_of(lambda: EmlFiles(tmp_path).entries())
    assert refusal.problem == Problem("mail_source.is_maildir", {"path": str(tmp_path)})
    (tmp_path / "new").rename(tmp_path / "old")
    assert EmlFiles(tmp_path).entries() == []


def test_a_folder_that_is_no_maildir_is_told(tmp_path: Path) -> None:
    mails.put(tmp_path / "box", b"Subject: x\n\n")
    refusal = error_of(Maildir(tmp_path).entries)
    assert refusal.problem == Problem("mail_source.no_maildir", {"path": str(tmp_path)})
    for part in ("new", "cur"):
        values = {"path": str(tmp_path / "box" / part), "above": str(tmp_path / "box")}
        refusal = error_of(Maildir(tmp_path / "box" / part).entries)
        assert refusal.problem == Problem("mail_source.part_of_maildir", values)
