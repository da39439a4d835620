# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The journal of changes on the controller: one line of JSON each, append-only, no secret."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .._crypto.instants import format_instant
from .._crypto.pkcs12 import Bundle
from .._crypto.store import CertificateStore, parse_elements
from .._errors import CollectionError
from .._workstation.protocol import ExchangeAnswer, journal_row


@dataclass(frozen=True, slots=True)
class ExecutedChange:
    """An exchange that changed a store."""

    computer: str
    owner_sid: str
    before: CertificateStore
    answer: ExchangeAnswer
    bundle: Bundle | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where changes are written down; nowhere when ``path`` is None. ``job`` and ``host`` come from Ansible."""

    path: Path | None
    job: str | None
    host: str

    def prepare(self) -> None:
        """Refuses a change that could not be written down. Raises ``CollectionError``: ``evidence``."""
        if self.path is None:
            return
        try:
            _append(self.path, b"")
        except OSError as problem:
            raise CollectionError(
                code="evidence",
                cause=f"The evidence file {self.path} cannot be written: {problem.strerror}.",
                next_step="Give evidence_path a place on the controller that is there and may be written; without it nothing is changed.",
            ) from None

    def record(self, change: ExecutedChange) -> None:
        """Writes a change down, on the disk before it returns. Raises ``CollectionError``: ``evidence``, with the change in its journal."""
        if self.path is None:
            return
        line = json.dumps({"job": self.job, "host": self.host} | _facts(change), ensure_ascii=False, sort_keys=True)
        try:
            _append(self.path, line.encode("utf-8") + b"\n")
        except OSError as problem:
            raise CollectionError(
                code="evidence",
                cause=f"{change.computer} was changed, but the evidence file {self.path} could not be written: {problem.strerror}.",
                next_step="Keep this result in place of the line that is missing, and make room for the next.",
                journal=[journal_row(entry) for entry in change.answer.journal],
                changed=True,
            ) from None

    def record_unknown(self, computer: str, owner_sid: str, planned: Sequence[str], at: datetime) -> None:
        """Writes down that a change was sent and no answer came; ``planned`` are its steps. The error on its way says the rest."""
        if self.path is None:
            return
        line: dict[str, Any] = {"job": self.job, "host": self.host, "utc": format_instant(at)}
        line |= {"workstation": computer, "owner_sid": owner_sid, "planned": list(planned), "error": "no_answer"}
        with suppress(OSError):
            _append(self.path, json.dumps(line, ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n")


def _append(path: Path, line: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # One write of a short line to a file opened for appending is not torn by another job's.
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _facts(change: ExecutedChange) -> dict[str, Any]:
    answer, leaf = change.answer, change.bundle.leaf if change.bundle else None
    after = parse_elements(answer.after)
    gone = [found for found in change.before.certificates if after.find(found.thumbprint) is None]
    added = [found for found in after.certificates if change.before.find(found.thumbprint) is None]
    hidden = [found for found in after.certificates if found.archived and _was_offered(change.before, found.thumbprint)]
    proofs = [entry for entry in answer.journal if entry.step == "prove" and entry.outcome == "done"]
    keys = [entry for entry in answer.journal if "key" in entry.facts]
    return {
        "utc": format_instant(answer.utc),
        "workstation": change.computer,
        "owner_sid": change.owner_sid,
        "added": [found.thumbprint for found in added],
        "removed": [found.thumbprint for found in gone],
        "archived": [found.thumbprint for found in hidden],
        "leaf": leaf.thumbprint if leaf else None,
        "bundle_sha256": change.bundle.sha256 if change.bundle else None,
        "proof": proofs[0].facts.get("algorithm") if proofs else None,
        "keys": [_key(entry.facts) for entry in keys],
        "error": answer.error.code if answer.error else None,
    }


def _was_offered(before: CertificateStore, thumbprint: str) -> bool:
    found = before.find(thumbprint)
    return found is not None and not found.archived


def _key(facts: Any) -> dict[str, Any]:
    return {name: facts.get(name) for name in ("thumbprint", "key", "kept_because")}
