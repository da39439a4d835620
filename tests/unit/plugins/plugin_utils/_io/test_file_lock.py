# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One job at a time: whose lock holds, whose is taken over, and what is said."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path
from types import ModuleType

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io import file_lock
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.file_lock import LockHolder, locked, this_process

NOW = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)


def me() -> LockHolder:
    return this_process("4711", NOW)


def ended(folder: Path) -> LockHolder:
    """A process of this machine that has ended."""
    return replace(me(), pid=4194305, job="33", device=folder.stat().st_dev)


def plant(folder: Path, content: str) -> Path:
    path = folder / ".link.lock"
    path.write_text(content, encoding="utf-8")
    return path


def refused(folder: Path, patience: float = 0) -> Problem:
    """Why the lock is not to be had."""
    with pytest.raises(Pkcs12Error) as refusal, locked(folder, "link", me(), patience):
        pass
    return refusal.value.problem


def failing(number: int) -> Callable[..., None]:
    def fail(*_given: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_lock_is_there_while_it_is_held(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path, "link", me()) as former:
        (path,) = tmp_path.iterdir()
        assert json.loads(path.read_text(encoding="utf-8")) == asdict(replace(me(), device=tmp_path.stat().st_dev))
        assert (former, path.stat().st_mode & 0o777) == (None, 0o600)
        with locked(tmp_path, "another link", me()):
            assert len(list(tmp_path.iterdir())) == 2
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_has_ended_here_is_replaced(tmp_path: Path) -> None:
    gone = ended(tmp_path)
    path = plant(tmp_path, json.dumps(asdict(gone)))
    with locked(tmp_path, "link", me()) as former:
        assert former == gone
        assert json.loads(path.read_text(encoding="utf-8"))["job"] == "4711"


HOLDS = """
import sys, time
from pathlib import Path
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.file_lock import LockHolder, _boot, locked

with locked(Path(sys.argv[1]), "link", LockHolder("container-a", _boot(), 1, "33", "2026-11-25T12:00:00Z")):
    print(flush=True)
    time.sleep(60)
"""


@contextlib.contextmanager
def container(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock, with a name and a number of its own, as another container of this machine has them."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", HOLDS, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def test_a_process_that_was_killed_in_another_container_stops_nobody(tmp_path: Path) -> None:
    with container(tmp_path) as process:
        found = refused(tmp_path)
        holder = Problem(
            "lock_holder.job", {"job": "33", "pid": 1, "host": "container-a", "since": "2026-11-25T12:00:00Z"}
        )
        path = str(tmp_path / ".link.lock")
        assert found == Problem("locked.held", {"path": path}, causes=(holder,))
        process.kill()
        process.wait()
        with locked(tmp_path, "link", me()) as former:
            assert former is not None
            assert former.told == holder
    assert list(tmp_path.iterdir()) == []


def test_who_waits_for_a_process_goes_on_when_it_is_killed(tmp_path: Path) -> None:
    with container(tmp_path) as process:
        threading.Timer(0.2, process.kill).start()
        with locked(tmp_path, "link", me(), patience=60) as former:
            assert former is not None


def test_a_process_of_the_same_number_on_another_node_does_not_write_into_this_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It prepares its own lock between the two steps of this one."""
    other = replace(me(), host="node-b", boot="another", job="33")
    link = os.link

    def meanwhile(source: Path, target: Path) -> None:
        os.close(file_lock._written(target, other)[0])
        link(source, target)

    monkeypatch.setattr(os, "link", meanwhile)
    with locked(tmp_path, "link", me()):
        assert json.loads((tmp_path / ".link.lock").read_text(encoding="utf-8"))["job"] == "4711"


def test_what_a_process_left_that_ended_before_it_had_the_lock_is_removed(tmp_path: Path) -> None:
    os.close(file_lock._written(tmp_path / ".link.lock", ended(tmp_path))[0])
    with locked(tmp_path, "link", me()):
        assert [path.name for path in tmp_path.iterdir()] == [".link.lock"]


def test_a_lock_whose_answer_was_lost_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def linked_all_the_same(source: Path, target: Path) -> None:
        link(source, target)
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    monkeypatch.setattr(os, "link", linked_all_the_same)
    with locked(tmp_path, "link", me()) as former:
        assert former is None


ELSEWHERE: dict[str, dict[str, object]] = {
    "another machine, or an earlier boot": {"boot": "another"},
    "another mount": {"device": 0},
    "a system without /proc": {"boot": None},
}


@pytest.mark.parametrize("change", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_lock_of_which_nobody_here_can_tell_is_refused_with_whose_it_is(
    tmp_path: Path, change: dict[str, object]
) -> None:
    holder = replace(ended(tmp_path), **change)  # type: ignore[arg-type]
    path = plant(tmp_path, json.dumps(asdict(holder)))
    assert refused(tmp_path) == Problem("locked.elsewhere", {"path": str(path)}, causes=(holder.told,))
    assert json.loads(path.read_text(encoding="utf-8")) == asdict(holder)


@pytest.mark.parametrize(
    ("module", "call", "number", "variant"),
    [(fcntl, "flock", errno.ENOLCK, "elsewhere"), (os, "link", errno.EPERM, "held")],
    ids=["flock", "hard links"],
)
def test_a_share_that_does_not_know_something_has_locks_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, call: str, number: int, variant: str
) -> None:
    """Without ``flock`` nobody can tell whether the process has ended."""
    monkeypatch.setattr(module, call, failing(number))
    with locked(tmp_path, "link", this_process(None, NOW)):
        found = refused(tmp_path)
        assert (found.code, found.causes[0].code) == (f"locked.{variant}", "lock_holder.process")
        assert [path.name for path in tmp_path.iterdir()] == [".link.lock"]
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_somebody_else_has_by_now_stays(tmp_path: Path) -> None:
    """Somebody deleted the file of a job that had not ended."""
    with locked(tmp_path, "link", me()):
        (tmp_path / ".link.lock").unlink()
        path = plant(tmp_path, "another")
    assert path.read_text(encoding="utf-8") == "another"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"host": 1}'])
def test_a_lock_that_cannot_be_read_is_refused(tmp_path: Path, content: str) -> None:
    path = plant(tmp_path, content)
    assert refused(tmp_path) == Problem("locked.unknown", {"path": str(path)})
    assert path.read_text(encoding="utf-8") == content


def test_who_has_patience_waits_until_the_lock_is_free(tmp_path: Path) -> None:
    path = plant(tmp_path, json.dumps(asdict(replace(ended(tmp_path), boot="another"))))
    threading.Timer(0.2, path.unlink).start()
    with locked(tmp_path, "link", me(), patience=60) as former:
        assert former is None
    plant(tmp_path, "{")
    assert refused(tmp_path, patience=0.1).code == "locked.unknown"


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".link.lock.1").write_text(json.dumps(asdict(ended(tmp_path))), encoding="utf-8")
    (tmp_path / ".link.lock.2").write_text(json.dumps(asdict(replace(me(), boot="another"))), encoding="utf-8")
    with locked(tmp_path, "link", me()):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".link.lock", ".link.lock.2"]


def test_whoever_took_a_new_file_for_a_leftover_does_not_stop_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that has no content yet looks like one that a killed process left."""
    link, tries = os.link, []

    def raced(source: Path, target: Path) -> None:
        if not tries:
            source.unlink()
        tries.append(source)
        link(source, target)

    monkeypatch.setattr(os, "link", raced)
    with locked(tmp_path, "link", me()) as former:
        assert (former, len(tries)) == (None, 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("has_links", [True, False])
def test_a_full_disk_leaves_no_lock_that_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    write, writes = os.write, []

    def full(descriptor: int, data: bytes) -> int:
        writes.append(descriptor)
        if len(writes) == (1 if has_links else 2):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data)

    with monkeypatch.context() as patches:
        patches.setattr(os, "write", full)
        if not has_links:
            patches.setattr(os, "link", failing(errno.EPERM))
        with pytest.raises(OSError, match="space"), locked(tmp_path, "link", me()):
            pass
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_another_account_is_no_fault_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, opened = plant(tmp_path, json.dumps(asdict(ended(tmp_path)))), os.open

    def refuse(file: Path | str, *given: int, **named: object) -> int:
        if Path(file) == path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(file, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    assert refused(tmp_path) == Problem("locked.unknown", {"path": str(path)})
