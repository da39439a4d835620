# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that survive a crash: what is on the disk when, and that nothing is overwritten."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.durable_files import (
    PartFile,
    append_line,
    free_name,
    move,
    replace_file,
    sync_folder,
)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths that were written to the disk, in order, and new names among them."""
    done: list[str] = []
    fsync, rename, replace = os.fsync, Path.rename, Path.replace

    def named(original: Callable[..., Any], what: str) -> Callable[..., Any]:
        def call(self: Path, target: Path) -> Any:
            done.append(f"{what} {Path(target).name}")
            return original(self, target)

        return call

    def syncing(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(Path, "rename", named(rename, "rename"))
    monkeypatch.setattr(Path, "replace", named(replace, "replace"))
    return done


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_line_is_appended_and_on_the_disk(tmp_path: Path, synced: list[str]) -> None:
    append_line(tmp_path / "a", b"1\n")
    append_line(tmp_path / "a", b"2\n")
    assert ((tmp_path / "a").read_bytes(), mode(tmp_path / "a"), synced) == (b"1\n2\n", 0o600, ["a", "a"])


def test_a_file_is_replaced_after_its_content_and_before_its_folder_is_on_the_disk(
    tmp_path: Path, synced: list[str]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    replace_file(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)
    assert synced[0].startswith(".a.")
    assert synced[1:] == ["replace a", tmp_path.name]
    replace_file(path, b"x", 0o640)
    assert mode(path) == 0o640


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda _descriptor: (each for each in ()).throw(OSError(errno.EIO, "error")))
    with pytest.raises(OSError, match="error"):
        replace_file(path, b"new")
    assert ([each.name for each in tmp_path.iterdir()], path.read_bytes()) == (["a"], b"old")


def test_a_move_never_overwrites(tmp_path: Path, synced: list[str]) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        move(tmp_path / "a", tmp_path / "link")
    move(tmp_path / "a", tmp_path / "other" / "b")
    assert (tmp_path / "other" / "b").read_bytes() == b"a"
    assert synced == ["rename b", "other", tmp_path.name]


def test_a_free_name_is_numbered(tmp_path: Path) -> None:
    path = tmp_path / "a.p12"
    names = []
    for _each in range(3):
        found = free_name(path, ".cut")
        found.symlink_to("nowhere")
        names.append(found.name)
    assert names == ["a.p12.cut", "a.p12.2.cut", "a.p12.3.cut"]


def test_a_folder_that_cannot_be_synced_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(number: int) -> Callable[[int], None]:
        def fsync(_descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        return fsync

    monkeypatch.setattr(os, "fsync", refuse(errno.EINVAL))
    sync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", refuse(errno.EIO))
    with pytest.raises(OSError, match="error"):
        sync_folder(tmp_path)


def test_space_is_reserved_and_cut_off_at_the_end(tmp_path: Path, synced: list[str]) -> None:
    part = PartFile(tmp_path / "a.part", 100_000)
    assert ((tmp_path / "a.part").stat().st_blocks * 512 >= 100_000, mode(tmp_path / "a.part")) == (True, 0o600)
    assert synced == ["a.part", tmp_path.name]
    part.write(b"one")
    part.write(b"two")
    assert (tmp_path / "a.part").stat().st_size == 100_000
    assert (part.close(), (tmp_path / "a.part").read_bytes()) == (6, b"onetwo")
    assert synced[2:] == ["a.part"]


def test_a_part_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.part").write_bytes(b"bytes of an earlier download")
    with pytest.raises(FileExistsError):
        PartFile(tmp_path / "a.part", 10)
    assert (tmp_path / "a.part").read_bytes() == b"bytes of an earlier download"


@pytest.mark.parametrize("known", [True, False])
def test_a_reserve_that_does_not_fit_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if known:
        monkeypatch.setattr(os, "posix_fallocate", full)
    else:
        monkeypatch.delattr(os, "posix_fallocate")  # as on macOS
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="space"):
        PartFile(tmp_path / "a.part", 10)
    assert list(tmp_path.iterdir()) == []


def test_a_short_write_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pwrite = os.pwrite
    part = PartFile(tmp_path / "a.part", 10)
    monkeypatch.setattr(os, "pwrite", lambda descriptor, data, offset: pwrite(descriptor, bytes(data)[:2], offset))
    part.write(b"12345")
    part.close()
    assert (tmp_path / "a.part").read_bytes() == b"12345"
