# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What earlier runs have left at a destination, and how a run puts it in order: one state machine.

The state is what lies on the disk. A run can be killed between any two steps, and the next one reads the state again; nothing else is kept.
A step moves or renames, and never overwrites. The issuer is asked in the state NOTHING only, and gives a bundle once.

::

                          all came: the final name
     +---------> NOTHING ----- download ------------+        +----------> BUNDLE: the end, without a request
     |              |                               |        |
     |              | killed while it came          v        +----------> UNOPENED: refused, until a passphrase opens it
     |              v                         final file is -+
     |   CUT_PART or WHOLE_PART                     ^        +- rejected -> NOT_THEIRS: refused; then KEPT or KEPT_REFUSED
     |      |            |                          |        |
     |   set aside       | adopted                  |        +----------> NO_BUNDLE (a page)
     |      |            +--------------------------+                         |
     |      |            ^            ^                                       | rejected
     +------+------------|------------|---------------------------------------+
                         |            |
                       KEPT         FORMER      (a file that was set aside is good by now; a renamed person has it)

     refused, and left as they are:
     TAKEN           the final file is of another link, or nobody knows of which
     KEPT_REFUSED    a whole file that was set aside is not the holder's
     FORMER_REFUSED  the same of a file under a former name
     GONE            an earlier run has collected the bundle, and it is no longer there
     USELESS         the issuer has said that the link was used or the code wrong; the option retry makes it NOTHING
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from .._errors import Pkcs12Error, Problem
from .._facts.delivery_states import DeliveryState
from .._io.durable_files import free_name, move, replace_file
from .._policy.subject import ExpectedSubject
from .bundle import OF_PASSPHRASE, Key, Opened, is_whole, judge, without_reserve
from .destination import Destination, Former, formers, is_own_file, kept_as
from .record import WithdrawalRecord, read_record, told_before, write_record

MAX_SIZE = 64 * 1024 * 1024
"""Bytes of a file that are read. Nothing that is a bundle is as large."""

MOST_STEPS = 20
"""What earlier runs left is put in order in a few steps. More would be a circle."""


class State(Enum):
    """What is at the destination: see the drawing above."""

    NOTHING = "nothing"
    BUNDLE = "bundle"
    UNOPENED = "unopened"
    NOT_THEIRS = "not_theirs"
    NO_BUNDLE = "no_bundle"
    TAKEN = "taken"
    CUT_PART = "cut_part"
    WHOLE_PART = "whole_part"
    KEPT = "kept"
    KEPT_REFUSED = "kept_refused"
    FORMER = "former"
    FORMER_REFUSED = "former_refused"
    GONE = "gone"
    USELESS = "useless"


ADOPTED = (State.WHOLE_PART, State.KEPT, State.FORMER)
"""The bundle is there, under another name than its own."""


@dataclass(frozen=True, slots=True)
class Found:
    """A state. ``path`` and ``size``: of the file, without the reserve of a download. ``opened``: the ``BUNDLE``. ``former``: whose
    destination the file of ``FORMER`` has. ``problem``: why the run ends, after the step if the state has one.
    """

    state: State
    path: Path | None = None
    size: int = 0
    opened: Opened | None = None
    former: Former | None = None
    problem: Problem | None = None


class Recovery:
    """A destination with its record. ``keys``: ``new_passphrase`` first. ``retry``: ask although the issuer has said no.

    ``changed``: a file was moved. Methods raise ``OSError``.
    """

    def __init__(self, place: Destination, keys: Sequence[Key], person: ExpectedSubject, retry: bool) -> None:
        self.place = place
        self.record: WithdrawalRecord | None = None
        self.changed = False
        self._keys, self._person, self._retry = keys, person, retry

    def read(self) -> None:
        """Reads the record."""
        self.record = read_record(self.place.record)

    def save(self, record: WithdrawalRecord) -> WithdrawalRecord:
        """Replaces the record."""
        write_record(self.place.record, record)
        self.record = record
        return record

    @property
    def own_record(self) -> WithdrawalRecord | None:
        """The record, if it is of this link."""
        return self.record if self.record is not None and self.record.link == self.place.link else None

    def settle(self) -> Found:
        """Goes from state to state until ``BUNDLE`` or ``NOTHING``. Raises ``Pkcs12Error`` in a state that is refused."""
        for _step in range(MOST_STEPS):
            found = self.look()
            if found.state in (State.BUNDLE, State.NOTHING):
                return found
            kept = _STEPS[found.state](self, found) if found.state in _STEPS else None
            if found.problem is not None:
                raise Pkcs12Error(kept_as(found.problem, kept) if kept else found.problem)
        raise RuntimeError("what earlier runs left cannot be put in order")

    def look(self) -> Found:
        """The state. It reads files and changes nothing."""
        path, part = self.place.path, self.place.part
        if path.exists() or path.is_symlink():
            return self._final(path)
        if part.exists():
            data = without_reserve(_read(part))
            whole = self.own_record is not None and is_whole(data)
            return Found(State.WHOLE_PART if whole else State.CUT_PART, part, len(data))
        former = formers(self.place)
        records = [(each.place, each.record) for each in former]
        own = self.own_record
        if own is not None:
            records.insert(0, (self.place, own))
        return (own and self._kept(own)) or self._former(former) or self._told(records) or Found(State.NOTHING)

    def _final(self, path: Path) -> Found:
        if self.record is not None and self.own_record is None:
            return Found(State.TAKEN, path, problem=Problem("dest_taken.other_link", {"path": str(path)}))
        data, is_ours = _read(path), self.own_record is not None
        # Which link a file came from that somebody put there, only the secrets of this delivery can tell.
        keys = self._keys if is_ours else [key for key in self._keys if key.option != "new_passphrase"]
        try:
            return Found(State.BUNDLE, path, opened=judge(data, keys, self._person))
        except Pkcs12Error as refusal:
            if not is_ours:
                values = {"path": str(path), "reason": refusal.code}
                return Found(State.TAKEN, path, problem=Problem("dest_taken.not_new", values))
            if refusal.code in OF_PASSPHRASE:
                return Found(State.UNOPENED, path, problem=Problem("wrong_passphrase.withdrawn", {"path": str(path)}))
            if is_whole(data):
                return Found(State.NOT_THEIRS, path, problem=refusal.problem)
            return Found(State.NO_BUNDLE, path)

    def _kept(self, record: WithdrawalRecord) -> Found | None:
        """A whole file of this link that was set aside means that the issuer has delivered: there is nothing to ask for."""
        paths = [self.place.path.with_name(record.kept)] if record.kept else []
        for path in (*paths, *self.place.rescued):
            data = _read(path) if is_own_file(path) else b""
            if not is_whole(data):
                continue
            try:
                judge(data, self._keys, self._person)
            except Pkcs12Error as refusal:
                if refusal.code not in OF_PASSPHRASE:
                    return Found(State.KEPT_REFUSED, path, problem=kept_as(refusal.problem, path))
            return Found(State.KEPT, path, len(data))
        return None

    def _former(self, found: Sequence[Former]) -> Found | None:
        """The first whole file of this link under another name that is the holder's, else the first one."""
        refused: Found | None = None
        for former, path in ((each, path) for each in found for path in each.files()):
            data = _read(path)
            if path == former.place.part and not is_whole(data := without_reserve(data)):
                continue
            try:
                judge(data, self._keys, self._person)
            except Pkcs12Error as refusal:
                values = {"path": str(path), "name": self.place.path.name}
                why = Problem("former_dest", values, causes=(refusal.problem,))
                refused = refused or Found(State.FORMER_REFUSED, path, problem=why)
            else:
                return Found(State.FORMER, path, len(data), former=former)
        return refused

    def _told(self, records: Sequence[tuple[Destination, WithdrawalRecord]]) -> Found | None:
        """Why nothing is asked for although no file is there: an earlier run has collected it, or was told that it is useless."""
        for place, record in records:
            if record.state == DeliveryState.COLLECTED.value:
                return Found(State.GONE, problem=_gone(place, record))
            told = None if self._retry else told_before(record, place.leftovers())
            if told:
                return Found(State.USELESS, problem=told)
        return None

    def adopt(self, found: Found) -> None:
        """Gives a whole file its final name. The reserve of a killed download is cut off first, and all of it is on the disk."""
        path = found.path or self.place.path
        self.changed = True
        if found.former is not None:
            # The new record comes first: a file without one would count as another person's.
            self.save(replace(found.former.record, kept=None))
        is_longer = path.stat().st_size != found.size
        with path.open("r+b" if is_longer else "rb") as file:
            if is_longer:
                file.truncate(found.size)
            os.fsync(file.fileno())
        if path.parent == self.place.path.parent:
            move(path, self.place.path)
        else:
            replace_file(self.place.path, path.read_bytes())
            path.unlink()
        if found.former is not None:
            found.former.place.record.unlink(missing_ok=True)

    def set_aside(self, found: Found) -> None:
        """Keeps a download that ended too early under another name."""
        self.changed = True
        if found.size == 0:
            self.place.part.unlink()
        else:
            os.truncate(self.place.part, found.size)
            move(self.place.part, free_name(self.place.path, ".cut"))

    def reject(self, _found: Found) -> Path:
        """Moves a file that is no bundle of the holder away from its final name. The record knows where it is before it moves."""
        rejected = free_name(self.place.path, ".rejected")
        self.changed = True
        if self.record is not None:
            self.save(replace(self.record, kept=rejected.name))
        move(self.place.path, rejected)
        return rejected


_STEPS: Mapping[State, Callable[[Recovery, Found], Path | None]] = {
    State.WHOLE_PART: Recovery.adopt,
    State.KEPT: Recovery.adopt,
    State.FORMER: Recovery.adopt,
    State.CUT_PART: Recovery.set_aside,
    State.NO_BUNDLE: Recovery.reject,
    State.NOT_THEIRS: Recovery.reject,
}
"""What a run does in a state. The other states are the end of it. A step that gives a path has kept the file there."""


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_SIZE)


def _gone(place: Destination, record: WithdrawalRecord) -> Problem:
    values = {"utc": record.utc, "path": str(place.path), "record": str(place.record)}
    if record.job:
        return Problem("link_used.gone_by_job", values | {"job": record.job})
    return Problem("link_used.gone", values)
