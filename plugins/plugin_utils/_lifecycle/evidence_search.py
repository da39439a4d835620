# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the evidence file says about bundles: which was installed, where, and for whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._errors import Pkcs12Error


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
        raise Pkcs12Error(
            code="evidence",
            cause=f"The evidence file {path} cannot be read: {problem.strerror}.",
            next_step="Set evidence_path to the file of the other tasks, or leave it out.",
        ) from None
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
