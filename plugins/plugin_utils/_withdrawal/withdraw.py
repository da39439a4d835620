# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The order of work of a withdrawal: the destination first, then what is there already, then the requests, and the judgement last.

What is there already, and what is done with it, is the state machine of ``recovery``. The results hold no secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from .._crypto.instants import format_instant
from .._errors import Pkcs12Error, Problem, Sentences, file_reason
from .._facts.delivery_states import DeliveryState, state_after
from .._facts.retired import Notes
from .._io.durable_files import append_line
from .._io.file_lock import LockHolder, locked, this_process
from .._io.http_client import CHUNK, HttpClient
from .._io.urls import url_hash
from .bundle import Opened, keep_original, put_copy
from .destination import Destination, check_destination, kept_as, storage_problem
from .download import Download
from .record import USELESS_TO_REPEAT, WithdrawalRecord, may_have_got, noted, with_earlier_run
from .recovery import ADOPTED, Found, Recovery, State
from .task import WithdrawalTask


def withdraw(task: WithdrawalTask, notes: Callable[[Path], Notes], check_mode: bool) -> dict[str, Any]:
    """The documented result; ``notes``: of those who are retired. Raises ``Pkcs12Error``, with state and number of requests."""
    run = _Run(task)
    try:
        try:
            notes(task.dest.parent).admit(task.person.authorisation)
            return run.checked() if check_mode else run.done()
        except OSError as problem:
            raise Pkcs12Error(storage_problem(problem, task.dest.parent)) from None
    except Pkcs12Error as refusal:
        state = state_after(refusal.code, run.collected, run.requests > 0)
        raise Pkcs12Error(
            refusal.problem,
            changed=run.changed,
            details={"state": state.value, "requests": run.requests, "dest": str(task.dest)},
        ) from None


class _Run:
    """One task. ``collected``: the delivered file is in its place."""

    def __init__(self, task: WithdrawalTask) -> None:
        self._task = task
        self._place = Destination(task.dest, url_hash(task.url))
        self._recovery = Recovery(self._place, task.keys, task.person, task.retry)
        self._client = HttpClient(task.http, task.allowed_hosts)
        self._was_uncertain = False
        self._changed = False
        self.collected = False

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._client.requests

    @property
    def changed(self) -> bool:
        """Whether a file was stored or moved."""
        return self._changed or self._recovery.changed

    def checked(self) -> dict[str, Any]:
        """What would be done. Sends nothing and writes nothing."""
        self._prepare()
        self._recovery.read()
        found = self._recovery.look()
        if found.problem is not None:
            raise Pkcs12Error(found.problem)
        if found.opened is None and found.state not in ADOPTED:
            self._client.check_authorities()
        return _check_result(self._task.dest, found, self._task.new_passphrase is not None)

    def done(self) -> dict[str, Any]:
        """Does the work."""
        task = self._task
        self._prepare()
        if task.evidence_path is not None:
            _append_evidence(task.evidence_path, b"", "evidence.before_withdrawal")
        with locked(self._place.path.parent, self._place.lock, this_process(task.job, task.now)) as former:
            self._recovery.read()
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
        record = self._recovery.own_record
        if record is None or record.state == DeliveryState.COLLECTED.value:
            return
        state = state_after(code, self.collected, self.requests > 0)
        got = may_have_got(code, self._client.is_code_sent)
        if record.state in USELESS_TO_REPEAT and state in (DeliveryState.NEW, DeliveryState.FAILED) and not got:
            state = DeliveryState(record.state)
        with suppress(OSError):
            if self.requests:
                utc = format_instant(self._task.now)
                self._recovery.save(noted(record, state, utc, got or self._was_uncertain))
            else:
                self._recovery.save(replace(record, state=state.value))

    def _prepare(self) -> None:
        check_destination(self._place, 2 * self._reserve, self._task.allow_ephemeral)

    @property
    def _reserve(self) -> int:
        return self._task.http.max_bytes + CHUNK

    def _settled(self) -> Opened | None:
        """The bundle if it is there, None if it has to be withdrawn."""
        opened = self._recovery.settle().opened
        self.collected = self.collected or opened is not None
        return opened

    def _withdrawn(self) -> Opened:
        """Asks the registration authority. The delivered file gets its final name before anybody looks at it."""
        task = self._task
        self._client.check_authorities()
        earlier = self._recovery.own_record
        self._was_uncertain = earlier is not None and earlier.uncertain
        if not self._was_uncertain:
            # Until the run says how it ended, it may have got the bundle.
            begun = earlier or WithdrawalRecord(self._place.link, "", None, task.message_id)
            begun = replace(begun, utc=format_instant(task.now), job=task.job, uncertain=True)
            self._recovery.save(begun)
        download, before = Download(self._client, self._place, self._reserve), self._place.leftovers()
        try:
            delivered = download.fetch(task.url, task.code, task.conversation)
        except Pkcs12Error as refusal:
            raise Pkcs12Error(with_earlier_run(refusal.problem, earlier, before)) from None
        finally:
            self._changed = self.changed or self._place.leftovers() != before
        self._changed = True
        found = self._recovery.look()
        if found.state is State.NO_BUNDLE:
            rejected = self._recovery.reject(found)
            raise Pkcs12Error(kept_as(download.explained(delivered, rejected, task.conversation), rejected))
        opened = self._settled()
        if opened is None:
            raise RuntimeError("the file that was delivered is gone")
        return opened

    def _finished(self, opened: Opened, former: LockHolder | None) -> dict[str, Any]:
        """What follows once the bundle is there: the copy for the site, the evidence line, the record."""
        task, record = self._task, self._recovery.record
        is_delivered = opened.key.option != "new_passphrase"
        if record is not None and is_delivered and record.sha256 != opened.bundle.sha256:
            record = self._recovery.save(replace(record, sha256=opened.bundle.sha256))
        if task.new_passphrase and is_delivered:
            record = self._copied(opened, task.new_passphrase, record)
        original = self._original(record)
        if record is not None and not record.evidence and task.evidence_path is not None:
            line = json.dumps(self._evidence(opened, record), ensure_ascii=False, sort_keys=True).encode("utf-8")
            _append_evidence(task.evidence_path, line + b"\n", "evidence.after_withdrawal")
            record = self._recovery.save(replace(record, evidence=True))
        if record is not None and record.state != DeliveryState.COLLECTED.value:
            self._recovery.save(replace(record, state=DeliveryState.COLLECTED.value))
            self._changed = True
        sha256 = (record and record.sha256) or opened.bundle.sha256
        return self._result(opened, original, sha256, former)

    def _copied(self, opened: Opened, new_passphrase: str, record: WithdrawalRecord | None) -> WithdrawalRecord:
        task = self._task
        record = record or WithdrawalRecord(
            self._place.link, format_instant(task.now), None, None, sha256=opened.bundle.sha256, evidence=True
        )
        original = str(keep_original(opened, task.dest, task.original_folder)) if task.keep_original else None
        record = self._recovery.save(replace(record, original=original))
        put_copy(opened, task.dest, new_passphrase)
        self._changed = True
        return record

    def _original(self, record: WithdrawalRecord | None) -> str | None:
        if record is not None and record.original:
            return record.original
        return None if self._task.new_passphrase else str(self._task.dest)

    def _evidence(self, opened: Opened, record: WithdrawalRecord) -> Mapping[str, Any]:
        """When, which job, which file. It has no URL and no code."""
        task = self._task
        return {
            "event": "withdrawn",
            "utc": format_instant(task.now),
            "job": task.job,
            "host": task.host,
            "withdrawn": record.utc,
            "bundle_sha256": record.sha256,
            "leaf": opened.bundle.leaf.thumbprint,
            "authorisation": task.person.authorisation,
            "message_id": record.message_id,
        }

    def _result(self, opened: Opened, original: str | None, sha256: str, former: LockHolder | None) -> dict[str, Any]:
        row = _bundle(self._task.dest, opened)
        values = {name: str(row[name]) for name in ("issued_to", "dest")}
        did = Problem("done.bundle_taken_over" if self.changed else "done.bundle_there", values)
        if self.requests:
            did = Problem("done.withdrawn", values | {"requests": self.requests})
        holder = former and former.told
        lock = [Problem("done.withdrawal_lock_removed", causes=(holder,))] if holder else []
        # The first run opens the bundle with the code, and leaves one that opens with the new passphrase.
        passphrase = self._task.new_passphrase or (self._task.code if opened.key.option == "code" else None)
        return {
            "changed": self.changed,
            **row,
            "original": original,
            "sha256": sha256,
            "state": DeliveryState.COLLECTED.value,
            "requests": self.requests,
            "took_over": holder,
            "to_store": passphrase is not None and passphrase not in self._task.passphrases,
            "msg": Sentences((did, *lock)),
        }


def _check_result(dest: Path, found: Found, is_copied: bool) -> dict[str, Any]:
    """The result in check mode. ``is_copied``: the task has a ``new_passphrase``."""
    opened = found.opened
    if opened is not None:
        changes = is_copied and opened.key.option != "new_passphrase"
        said = "would.bundle_copied" if changes else "would.bundle_there"
        state, row = DeliveryState.COLLECTED, _bundle(dest, opened) | {"sha256": opened.bundle.sha256}
    else:
        changes, state = True, DeliveryState.NEW
        row = dict.fromkeys(("issued_to", "valid_until", "opened_with", "sha256")) | {"dest": str(dest)}
        said = "would.bundle_taken_over" if found.state in ADOPTED else "would.withdraw"
    return {
        "changed": changes,
        **row,
        "original": None,
        "state": state.value,
        "requests": 0,
        "took_over": None,
        "to_store": False,
        "msg": Problem(said, {"dest": str(dest)}),
    }


def _bundle(dest: Path, opened: Opened) -> dict[str, Any]:
    leaf = opened.bundle.leaf
    return {
        "dest": str(dest),
        "issued_to": leaf.subject_cn or leaf.subject,
        "valid_until": format_instant(leaf.not_after),
        "opened_with": opened.key.option,
    }


def _append_evidence(path: Path, line: bytes, code: str) -> None:
    """Writes a line; an empty one shows that the file can be written. Raises ``Pkcs12Error``: ``evidence``."""
    try:
        append_line(path, line)
    except OSError as problem:
        values = {"path": str(path), "reason": file_reason(problem)}
        raise Pkcs12Error(Problem(code, values)) from None
