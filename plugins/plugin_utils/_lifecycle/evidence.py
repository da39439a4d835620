# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The evidence file on the controller: one line of JSON per change, only appended, without a secret."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .._crypto.instants import format_instant
from .._crypto.pkcs12 import Bundle
from .._crypto.store import CertificateStore, parse_elements
from .._errors import Pkcs12Error, Problem, file_reason
from .._io.durable_files import append_line, check_appendable
from .._workstation.protocol import ExchangeAnswer, journal_row


@dataclass(frozen=True, slots=True)
class ExecutedChange:
    """An exchange that changed a store. ``offline``: the files of a profile that was not loaded. ``problem``: with which it ended."""

    computer: str
    owner_sid: str
    before: CertificateStore
    answer: ExchangeAnswer
    bundle: Bundle | None
    offline: bool = False
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence file; None in ``path`` means that there is none. ``job`` and ``host`` come from Ansible."""

    path: Path | None
    job: str | None
    host: str

    def prepare(self, check_mode: bool = False) -> None:
        """Checks that the file can be written, before anything is changed. Raises ``Pkcs12Error``: ``evidence``.

        In check mode it does not even make the file.
        """
        if self.path is None:
            return
        try:
            if check_mode:
                check_appendable(self.path)
            else:
                append_line(self.path, b"")
        except OSError as problem:
            raise Pkcs12Error(_problem("evidence.not_writable", problem, path=str(self.path))) from None

    def record(self, change: ExecutedChange) -> None:
        """Writes the line of a change to the disk. Raises ``Pkcs12Error`` (``evidence``), with the change in its journal, and with the
        problem with which it ended as the cause."""
        try:
            self._append(_facts(change))
        except OSError as problem:
            lost = _problem("evidence.not_written", problem, computer=change.computer, path=str(self.path))
            raise Pkcs12Error(
                replace(lost, causes=(change.problem,) if change.problem else ()),
                journal=[journal_row(entry) for entry in change.answer.journal],
                changed=True,
            ) from None

    def record_file(self, computer: str, entry: Mapping[str, Any]) -> None:
        """Writes the line of a bundle that was removed from a folder. Raises ``Pkcs12Error``: ``evidence``."""
        line = {"utc": entry["at"], "workstation": computer, "owner_sid": entry["owner_sid"]}
        try:
            self._append(line | {"removed_file": entry["path"], "file_sha256": entry["sha256"]})
        except OSError as problem:
            raise Pkcs12Error(
                _problem(
                    "evidence.removal_not_written",
                    problem,
                    file=str(entry["path"]),
                    computer=computer,
                    path=str(self.path),
                ),
                journal=[entry],
                changed=True,
            ) from None

    def record_unknown(self, computer: str, owner_sid: str, planned: Sequence[str], at: datetime) -> None:
        """Writes a line about a change that was sent without an answer. ``planned`` are its steps. An error here is ignored."""
        line = {"utc": format_instant(at), "workstation": computer, "owner_sid": owner_sid}
        with suppress(OSError):
            self._append(line | {"planned": list(planned), "error": "no_answer"})

    def _append(self, line: Mapping[str, Any]) -> None:
        """Raises ``OSError``."""
        if self.path is not None:
            whole = {"job": self.job, "host": self.host, **line}
            append_line(self.path, json.dumps(whole, ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n")


def _problem(code: str, problem: OSError, **values: str) -> Problem:
    return Problem(code, {**values, "reason": file_reason(problem)})


def _facts(change: ExecutedChange) -> dict[str, Any]:
    answer, leaf = change.answer, change.bundle.leaf if change.bundle else None
    proofs = [entry for entry in answer.journal if entry.step == "prove" and entry.outcome == "done"]
    keys = [entry for entry in answer.journal if "key" in entry.facts]
    return {
        "utc": format_instant(answer.utc),
        "workstation": change.computer,
        "owner_sid": change.owner_sid,
        "leaf": leaf.thumbprint if leaf else None,
        "bundle_sha256": change.bundle.sha256 if change.bundle else None,
        "proof": proofs[0].facts.get("algorithm") if proofs else None,
        "keys": [{name: entry.facts.get(name) for name in ("thumbprint", "key", "kept_because")} for entry in keys],
        "error": answer.error.code if answer.error else None,
        "problem": change.problem.to_map() if change.problem else None,
        **_differences(change.before, answer),
    } | ({"offline": True} if change.offline else {})


def _differences(before: CertificateStore, answer: ExchangeAnswer) -> dict[str, Any]:
    """What came and what went. Of a store that could not be read again, only the steps are known."""
    if answer.after is None:
        steps = [f"{entry.step} {entry.facts.get('thumbprint')} {entry.outcome}" for entry in answer.journal]
        return {"added": None, "removed": None, "archived": None, "steps": steps}
    after = parse_elements(answer.after)
    gone = [stored for stored in before.certificates if after.find(stored.thumbprint) is None]
    added = [stored for stored in after.certificates if before.find(stored.thumbprint) is None]
    hidden = [stored for stored in after.certificates if stored.archived and _was_visible(before, stored.thumbprint)]
    return {
        "added": [stored.thumbprint for stored in added],
        "removed": [stored.thumbprint for stored in gone],
        "archived": [stored.thumbprint for stored in hidden],
    }


def _was_visible(before: CertificateStore, thumbprint: str) -> bool:
    stored = before.find(thumbprint)
    return stored is not None and not stored.archived


@dataclass(frozen=True, slots=True)
class InstalledBundle:
    """The last line of the evidence file about a bundle. ``workstation`` is the inventory's name, ``at`` text like 2026-11-25T04:34:43Z.

    ``for_owner_sid``: the account in whose store the certificate was installed. ``thumbprint``: of that certificate.
    """

    workstation: str | None
    for_owner_sid: str | None
    thumbprint: str | None
    at: str | None


def installed_bundles(path: Path | None) -> Mapping[str, InstalledBundle]:
    """The installed bundles by SHA-256; none without a file. Lines that are no evidence are passed over.

    Raises ``Pkcs12Error``: ``evidence``, for a file that cannot be read.
    """
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            rows = [_parsed(line) for line in lines]
    except FileNotFoundError:
        return {}
    except OSError as problem:
        raise Pkcs12Error(_problem("evidence.not_readable", problem, path=str(path))) from None
    return {str(row["bundle_sha256"]).lower(): _installed(row) for row in rows if _shows_installation(row)}


def _parsed(line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, Mapping) else {}


def _shows_installation(row: Mapping[str, Any]) -> bool:
    """Whether the store was read after the bundle came. Without that, ``added`` is null."""
    return bool(row.get("bundle_sha256")) and row.get("added", ()) is not None


def _installed(row: Mapping[str, Any]) -> InstalledBundle:
    said = (row.get(name) for name in ("host", "owner_sid", "leaf", "utc"))
    return InstalledBundle(*(None if value is None else str(value) for value in said))
