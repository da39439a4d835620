# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The order of work of a withdrawal: the destination first, then what is there already, then the requests, and the judgement last."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .._crypto.instants import format_instant
from .._errors import Pkcs12Error
from .._facts.delivery_states import DeliveryState, state_after
from .._facts.retired import Notes
from .._io.durable_files import free_name, move, replace_file
from .._io.file_lock import LockHolder, locked, this_process
from .._io.http_client import CHUNK, HttpClient, HttpOptions
from .._io.urls import url_hash
from .._policy.subject import ExpectedSubject
from .decision import Action, Decision, Search, kept_as
from .destination import Destination, check_destination, storage_error
from .download import Download
from .earlier_runs import USELESS_TO_REPEAT, may_have_got, noted, with_earlier_run
from .judgement import Key, Opened
from .pickup_result import Collected, check_result, withdrawal_result
from .site_copy import keep_original, put_copy
from .withdrawal import Conversation
from .withdrawal_evidence import append_evidence, prepare_evidence
from .withdrawal_record import WithdrawalRecord, read_record, write_record

MOST_STEPS = 20
"""What earlier runs left is put in order in a few steps. More would be a circle."""


@dataclass(frozen=True, slots=True)
class WithdrawalTask:
    """The options of ``bundle_pickup``. ``url`` has been checked. ``now`` is aware, ``job`` the number of an AWX job."""

    url: str = field(repr=False)
    code: str = field(repr=False)
    passphrases: tuple[str, ...] = field(repr=False)
    new_passphrase: str | None = field(repr=False)
    dest: Path
    person: ExpectedSubject
    conversation: Conversation
    http: HttpOptions
    allowed_hosts: tuple[str, ...]
    original_folder: Path | None
    keep_original: bool
    allow_ephemeral: bool
    evidence_path: Path | None
    message_id: str | None
    host: str
    job: str | None
    now: datetime
    retry: bool = False

    @property
    def keys(self) -> tuple[Key, ...]:
        """What may open the file, in the order in which it is tried."""
        given = [("new_passphrase", self.new_passphrase), ("code", self.code)]
        given += [("passphrase", each) for each in self.passphrases]
        return tuple(Key(option, secret) for option, secret in given if secret)


def withdraw(task: WithdrawalTask, notes: Callable[[Path], Notes], check_mode: bool) -> dict[str, Any]:
    """The documented result; ``notes``: of those who are retired. Raises ``Pkcs12Error``, with state and number of requests."""
    run = _Run(task)
    try:
        try:
            notes(task.dest.parent).admit(task.person.authorisation)
            return run.checked() if check_mode else run.done()
        except OSError as problem:
            raise storage_error(problem, task.dest.parent) from None
    except Pkcs12Error as refusal:
        state = state_after(refusal.code, run.collected, run.requests > 0)
        raise Pkcs12Error(
            code=refusal.code,
            cause=refusal.cause,
            next_step=refusal.next_step,
            changed=run.changed,
            details={"state": state.value, "requests": run.requests, "dest": str(task.dest)},
        ) from None


class _Run:
    """One task. ``changed``: a file was stored or moved. ``collected``: the delivered file is in its place."""

    def __init__(self, task: WithdrawalTask) -> None:
        self._task = task
        self._place = Destination(task.dest, url_hash(task.url))
        self._client = HttpClient(task.http, task.allowed_hosts)
        self._record: WithdrawalRecord | None = None
        self._was_uncertain = False
        self.changed = self.collected = False

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._client.requests

    def checked(self) -> dict[str, Any]:
        """What would be done. Sends nothing and writes nothing."""
        self._prepare()
        self._record = read_record(self._place.record)
        decision = self._look()
        if decision.refusal is not None and (decision.action is Action.REFUSE or decision.whole):
            raise decision.refusal
        if decision.needs_request:
            self._client.check_authorities()
        return check_result(self._task.dest, decision, self._task.new_passphrase is not None)

    def done(self) -> dict[str, Any]:
        """Does the work."""
        self._prepare()
        prepare_evidence(self._task.evidence_path)
        me = this_process(self._task.job, self._task.now)
        with locked(self._place.path.parent, self._place.lock, me) as former:
            self._record = read_record(self._place.record)
            try:
                opened = self._settled() or self._withdrawn()
                return self._finished(opened, former)
            except Pkcs12Error as refusal:
                self._note(refusal.code)
                raise

    def _note(self, code: str) -> None:
        """Keeps the state of a failed run in the record of this link. What was collected stays so, and what the issuer has said.

        A run that did not get as far as the code learned nothing new about a wrong code or a used link.
        """
        record = self._record
        if record is None or record.link != self._place.link or record.state == DeliveryState.COLLECTED.value:
            return
        state = state_after(code, self.collected, self.requests > 0)
        got = may_have_got(code, self._client.is_code_sent)
        if record.state in USELESS_TO_REPEAT and state in (DeliveryState.NEW, DeliveryState.FAILED) and not got:
            state = DeliveryState(record.state)
        with suppress(OSError):
            if self.requests:
                self._save(noted(record, state, format_instant(self._task.now), got or self._was_uncertain))
            else:
                self._save(replace(record, state=state.value))

    def _prepare(self) -> None:
        check_destination(self._place, 2 * self._reserve, self._task.allow_ephemeral)

    @property
    def _reserve(self) -> int:
        return self._task.http.max_bytes + CHUNK

    def _look(self) -> Decision:
        return Search(self._place, self._task.keys, self._task.person, self._record, self._task.retry).look()

    def _settled(self) -> Opened | None:
        """Puts what earlier runs left in order. Returns the bundle if it is there, None if it has to be withdrawn."""
        for _step in range(MOST_STEPS):
            decision = self._look()
            if decision.action is Action.USE:
                self.collected = True
                return decision.opened
            if decision.action is Action.WITHDRAW:
                return None
            if decision.action is Action.REFUSE and decision.refusal is not None:
                raise decision.refusal
            self._settle(decision)
        raise RuntimeError("what earlier runs left cannot be put in order")

    def _settle(self, decision: Decision) -> None:
        path = decision.path or self._place.path
        self.changed = True
        if decision.action in (Action.ADOPT_PART, Action.ADOPT_KEPT):
            self._adopt(path, decision.size)
        elif decision.former is not None:
            # The new record comes first: a file without one would count as another person's.
            self._save(replace(decision.former.record, kept=None))
            self._adopt(path, decision.size)
            decision.former.place.record.unlink(missing_ok=True)
        elif decision.action is Action.REJECT and decision.refusal is not None:
            rejected = self._reject()
            if decision.whole:
                raise kept_as(decision.refusal, rejected)
        elif decision.size == 0:
            path.unlink()
        else:
            os.truncate(path, decision.size)
            move(path, free_name(self._place.path, ".cut"))

    def _adopt(self, path: Path, size: int) -> None:
        """Gives a whole file its final name. The reserve of a killed download is cut off first, and all of it is on the disk."""
        is_longer = path.stat().st_size != size
        with path.open("r+b" if is_longer else "rb") as file:
            if is_longer:
                file.truncate(size)
            os.fsync(file.fileno())
        if path.parent == self._place.path.parent:
            move(path, self._place.path)
        else:
            replace_file(self._place.path, path.read_bytes())
            path.unlink()

    def _reject(self) -> Path:
        """Moves a file that is no bundle of the holder away from its final name. The record knows where it is before it moves."""
        rejected = free_name(self._place.path, ".rejected")
        if self._record is not None:
            self._save(replace(self._record, kept=rejected.name))
        move(self._place.path, rejected)
        self.changed = True
        return rejected

    def _withdrawn(self) -> Opened:
        """Asks the registration authority. The delivered file gets its final name before anybody looks at it."""
        task = self._task
        self._client.check_authorities()
        earlier = self._record if self._record is not None and self._record.link == self._place.link else None
        self._was_uncertain = earlier is not None and earlier.uncertain
        self._save(self._begun(earlier))
        download, before = Download(self._client, self._place, self._reserve), self._place.leftovers()
        try:
            delivered = download.fetch(task.url, task.code, task.conversation)
        except Pkcs12Error as refusal:
            raise with_earlier_run(refusal, earlier, before) from None
        finally:
            self.changed = self.changed or self._place.leftovers() != before
        self.changed = True
        decision = self._look()
        if decision.action is Action.REJECT and not decision.whole:
            rejected = self._reject()
            raise kept_as(download.explained(delivered, rejected, task.conversation), rejected)
        opened = self._settled()
        if opened is None:
            raise RuntimeError("the file that was delivered is gone")
        return opened

    def _begun(self, earlier: WithdrawalRecord | None) -> WithdrawalRecord:
        """The record before the first request. Until the run says how it ended, it may have got the bundle."""
        task = self._task
        if earlier is not None and earlier.uncertain:
            return earlier
        begun = earlier or WithdrawalRecord(self._place.link, "", None, task.message_id)
        return replace(begun, utc=format_instant(task.now), job=task.job, uncertain=True)

    def _finished(self, opened: Opened, former: LockHolder | None) -> dict[str, Any]:
        """What follows once the bundle is there: the copy for the site, the evidence line, the record."""
        task, record = self._task, self._record
        is_delivered = opened.key.option != "new_passphrase"
        if record is not None and is_delivered and record.sha256 != opened.bundle.sha256:
            record = self._save(replace(record, sha256=opened.bundle.sha256))
        if task.new_passphrase and is_delivered:
            record = self._copied(opened, task.new_passphrase, record)
        original = self._original(opened, record)
        if record is not None and not record.evidence and task.evidence_path is not None:
            append_evidence(task.evidence_path, self._evidence(opened, record))
            record = self._save(replace(record, evidence=True))
        if record is not None and record.state != DeliveryState.COLLECTED.value:
            self._save(replace(record, state=DeliveryState.COLLECTED.value))
            self.changed = True
        sha256 = (record and record.sha256) or opened.bundle.sha256
        return withdrawal_result(Collected(task.dest, original, sha256, opened, self.changed, self.requests, former))

    def _copied(self, opened: Opened, new_passphrase: str, record: WithdrawalRecord | None) -> WithdrawalRecord:
        task = self._task
        record = record or WithdrawalRecord(
            self._place.link, format_instant(task.now), None, None, sha256=opened.bundle.sha256, evidence=True
        )
        original = str(keep_original(opened, task.dest, task.original_folder)) if task.keep_original else None
        record = self._save(replace(record, original=original))
        put_copy(opened, task.dest, new_passphrase)
        self.changed = True
        return record

    def _original(self, opened: Opened, record: WithdrawalRecord | None) -> str | None:
        if record is not None and record.original:
            return record.original
        is_copy = self._task.new_passphrase and record is not None and record.sha256 != opened.bundle.sha256
        return None if is_copy or self._task.new_passphrase else str(self._task.dest)

    def _evidence(self, opened: Opened, record: WithdrawalRecord) -> Mapping[str, Any]:
        task = self._task
        return {
            "utc": format_instant(task.now),
            "job": task.job,
            "host": task.host,
            "withdrawn": record.utc,
            "bundle_sha256": record.sha256,
            "leaf": opened.bundle.leaf.thumbprint,
            "authorisation": task.person.authorisation,
            "message_id": record.message_id,
        }

    def _save(self, record: WithdrawalRecord) -> WithdrawalRecord:
        write_record(self._place.record, record)
        self._record = record
        return record
