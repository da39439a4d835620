# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a withdrawal: written as a whole, and read however it looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.record import (
    WithdrawalRecord,
    read_record,
    write_record,
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = WithdrawalRecord(
        "abc", "2026-11-25T12:00:00Z", "33", "<é@issuer>", "collected", "ff", "a.rejected", "/b", True
    )
    write_record(tmp_path / "r", record)
    assert (read_record(tmp_path / "r"), (tmp_path / "r").stat().st_mode & 0o777) == (record, 0o600)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b'"a"', b'{"link": "a"}', b'{"link": 1, "utc": ""}', b"\xff", b"[" * 60_000),
        *(b'{"link": "a", "utc": "", "kept": 1}', b'{"link": "a", "utc": "", "kept": "../b"}'),
        b'{"link": "a", "utc": "", "uncertain": "no"}',
    ],
)
def test_what_is_no_record_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r").write_bytes(content)
    assert read_record(tmp_path / "r") is None
    assert read_record(tmp_path / "missing") is None


def test_a_key_of_a_later_version_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "r").write_text('{"link": "a", "utc": "b", "later": 1}', encoding="utf-8")
    assert read_record(tmp_path / "r") == WithdrawalRecord("a", "b")
