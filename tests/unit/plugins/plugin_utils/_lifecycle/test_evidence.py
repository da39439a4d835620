# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of changes: append-only, for its owner alone, refused before anything is changed."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import SerializedElement, parse_elements
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem, file_reason
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.evidence import Evidence, ExecutedChange
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    ExchangeAnswer,
    ExchangeError,
    JournalEntry,
)
from lab.authority import Authority, IssuedBundle
from lab.emulated.element import pack, properties
from unit.plugins.plugin_utils.fakes import NOW, PASSPHRASE, SID, YEAR, issue, opened
from unit.plugins.plugin_utils.problems import error_of, sample

FIELDS = {
    "job", "host", "utc", "workstation", "owner_sid", "added", "removed", "archived", "leaf", "bundle_sha256", "proof", "keys",
    "error",
    "problem",
}  # fmt: skip


def element(issued: IssuedBundle, archived: bool = False) -> SerializedElement:
    return SerializedElement("file", pack(properties(issued.certificate.public_bytes(Encoding.DER), archived=archived)))


@pytest.fixture(scope="module")
def change(authority: Authority) -> ExecutedChange:
    gone, hidden, new, meanwhile, earlier = (issue(authority, left=years * YEAR) for years in (1, 2, 3, 4, 5))
    journal = (
        JournalEntry("0", "import", "done", "", {}),
        JournalEntry("1", "prove", "done", "", {"algorithm": "ECDSA-SHA256", "signature": "c2ln"}),
        JournalEntry("2", "retire", "done", "", {"thumbprint": "AB", "key": "deleted", "kept_because": None}),
    )
    before = (element(gone), element(hidden), element(earlier, archived=True))
    after = (
        element(hidden, archived=True),
        element(new),
        element(meanwhile, archived=True),
        element(earlier, archived=True),
    )
    answer = ExchangeAnswer(True, SID, NOW, before, after, journal, None)
    return ExecutedChange("WS-1", SID, parse_elements(before), answer, opened(new))


def test_a_change_is_one_line_that_says_what_went_and_what_came(tmp_path: Path, change: ExecutedChange) -> None:
    path = tmp_path / "evidence.jsonl"
    Evidence(path, "17", "ws-1").record(change)
    (line,) = path.read_text(encoding="utf-8").splitlines()
    said = json.loads(line)
    assert set(said) == FIELDS
    before, after = change.before.certificates, parse_elements(change.answer.after).certificates
    assert (said["job"], said["host"], said["workstation"], said["owner_sid"]) == ("17", "ws-1", "WS-1", SID)
    assert said["removed"] == [before[0].thumbprint]
    assert said["archived"] == [before[1].thumbprint]
    assert said["added"] == [said["leaf"], after[2].thumbprint] == [each.thumbprint for each in after[1:3]]
    assert (said["utc"], said["proof"], said["error"]) == ("2026-11-25T12:00:00Z", "ECDSA-SHA256", None)
    assert said["keys"] == [{"thumbprint": "AB", "key": "deleted", "kept_because": None}]
    assert PASSPHRASE not in line


def test_of_a_store_that_was_not_read_again_only_the_steps_are_known(tmp_path: Path, change: ExecutedChange) -> None:
    answer = replace(change.answer, after=None, error=ExchangeError("after", "after_unread", None))
    Evidence(tmp_path / "e", None, "ws-1").record(replace(change, answer=answer))
    said = json.loads((tmp_path / "e").read_text(encoding="utf-8"))
    assert set(said) == FIELDS | {"steps"}
    assert [said[name] for name in ("added", "removed", "archived")] == [None] * 3
    assert said["steps"] == ["import None done", "prove None done", "retire AB done"]
    assert (said["error"], said["keys"][0]["key"]) == ("after_unread", "deleted")


def test_lines_are_added_never_replaced(tmp_path: Path, change: ExecutedChange) -> None:
    path = tmp_path / "evidence.jsonl"
    path.write_text("what was there\n", encoding="utf-8")
    for job in ("1", "2"):
        Evidence(path, job, "ws-1").prepare()
        Evidence(path, job, "ws-1").record(change)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "what was there"
    assert [json.loads(line)["job"] for line in lines[1:]] == ["1", "2"]


def test_the_file_is_for_its_owner_alone(tmp_path: Path, change: ExecutedChange) -> None:
    mask = os.umask(0)
    try:
        Evidence(tmp_path / "e", None, "ws-1").record(change)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "e").stat().st_mode) == 0o600


def test_a_line_is_on_the_disk_before_it_counts(
    tmp_path: Path, change: ExecutedChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    Evidence(tmp_path / "e", None, "ws-1").record(change)
    assert len(synced) == 1


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("place", ["missing/e", "", "file/e", "link"])
def test_check_mode_refuses_with_the_same_problem(tmp_path: Path, place: str, check_mode: bool) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "missing" / "e")
    with pytest.raises(OSError) as problem:
        (tmp_path / place).open("ab")
    refusal = error_of(lambda: Evidence(tmp_path / place, None, "ws-1").prepare(check_mode))
    why = {"path": str(tmp_path / place), "reason": file_reason(problem.value)}
    assert refusal.problem == Problem("evidence.not_writable", why)


@pytest.mark.parametrize("mode", [0o500, 0o600], ids=["not writable", "not to be entered"])
def test_check_mode_refuses_a_folder_of_another(tmp_path: Path, mode: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _path, wanted: mode >> 6 & wanted == wanted)  # root may write everywhere
    refusal = error_of(lambda: Evidence(tmp_path / "e", None, "ws-1").prepare(check_mode=True))
    assert refusal.problem.values["reason"] == "no_access"


def test_check_mode_makes_and_changes_nothing(tmp_path: Path) -> None:
    there, link = tmp_path / "there", tmp_path / "link"
    there.write_text("a line\n", encoding="utf-8")
    os.utime(there, (1, 1))
    link.symlink_to(tmp_path / "to come")
    for path in (there, link, tmp_path / "new"):
        Evidence(path, None, "ws-1").prepare(check_mode=True)
    assert sorted(tmp_path.iterdir()) == [link, there]
    assert (there.read_text(encoding="utf-8"), there.stat().st_mtime) == ("a line\n", 1)


def test_a_disk_that_is_full_afterwards_does_not_hide_the_change(tmp_path: Path, change: ExecutedChange) -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        Evidence(tmp_path, None, "ws-1").record(change)
    assert (refusal.value.code, refusal.value.changed, len(refusal.value.journal)) == ("evidence", True, 3)
    assert (refusal.value.problem.code, refusal.value.problem.causes) == ("evidence.not_written", ())
    why = sample("sign_failed")
    with pytest.raises(Pkcs12Error) as refusal:
        Evidence(tmp_path, None, "ws-1").record(replace(change, problem=why))
    assert refusal.value.problem.causes == (why,)
