# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Requests and answers of the drivers ``bundle_files`` and ``bundle_removal``. The protocol is docs/developers/driver_protocol.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._crypto.instants import parse_instant
from .._crypto.store import UnreadSource
from .wire import PROTOCOL, unusable

SEARCH, REMOVAL = "bundle_files", "bundle_removal"
PROBLEMS = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A file whose name is one of a bundle. ``sha256`` is None if it was not read; ``code`` says why."""

    owner_sid: str
    path: str
    size: int
    modified: datetime
    sha256: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class UnreadFolder:
    """A folder of a profile that was not searched, or not completely."""

    owner_sid: str
    source: UnreadSource


@dataclass(frozen=True, slots=True)
class FoundBundles:
    """Answer of ``bundle_files``. ``utc`` is the workstation's clock. ``dns_names``: see ``Inventory``."""

    computer: str
    utc: datetime
    files: tuple[BundleFile, ...]
    unread: tuple[UnreadFolder, ...]
    dns_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovedFile:
    """A line of the journal of ``bundle_removal``. ``code``: why the file was left, None if it was removed."""

    owner_sid: str
    path: str
    sha256: str
    outcome: str
    code: str | None
    hresult: int | None
    at: str

    @property
    def is_removed(self) -> bool:
        """Whether the file is gone."""
        return self.outcome == "removed"


def search_arguments() -> dict[str, Any]:
    """The arguments of ``bundle_files``."""
    return {"protocol": PROTOCOL}


def removal_arguments(files: Sequence[BundleFile], computer: str | None) -> dict[str, Any]:
    """The arguments of ``bundle_removal``. ``computer``: the name of the only computer that may remove them; None: any."""
    wanted = [{"owner_sid": file.owner_sid, "path": file.path, "sha256": file.sha256} for file in files]
    return {"protocol": PROTOCOL, "computer": computer or "", "files": wanted}


def parse_found(answer: Mapping[str, Any]) -> FoundBundles:
    """Reads an answer of ``bundle_files``; raises ``AnswerError``."""
    try:
        return FoundBundles(
            answer["computer"],
            parse_instant(answer["utc"]),
            tuple(_file(profile["owner_sid"], raw) for profile in answer["profiles"] for raw in profile["files"]),
            tuple(
                UnreadFolder(profile["owner_sid"], UnreadSource(**raw))
                for profile in answer["profiles"]
                for raw in profile["unread"]
            ),
            tuple(answer["dns_names"]),
        )
    except PROBLEMS as problem:
        raise unusable(SEARCH, problem) from problem


def parse_removal(answer: Mapping[str, Any]) -> tuple[RemovedFile, ...]:
    """Reads an answer of ``bundle_removal``; raises ``AnswerError``."""
    try:
        return tuple(RemovedFile(**raw) for raw in answer["journal"])
    except PROBLEMS as problem:
        raise unusable(REMOVAL, problem) from problem


def _file(owner_sid: str, raw: Mapping[str, Any]) -> BundleFile:
    return BundleFile(
        owner_sid, raw["path"], int(raw["size"]), parse_instant(raw["modified"]), raw["sha256"], raw["code"]
    )
