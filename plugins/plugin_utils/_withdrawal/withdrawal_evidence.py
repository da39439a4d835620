# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The line of a withdrawal in the evidence file: when, which job, which file. It has no URL and no code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._errors import Pkcs12Error, named
from .._io.durable_files import append_line


def prepare_evidence(path: Path | None) -> None:
    """Checks that the file can be written, before anything is asked for. Raises ``Pkcs12Error``: ``evidence``."""
    if path is not None:
        _append(path, b"", "Nothing was withdrawn.")


def append_evidence(path: Path, facts: Mapping[str, Any]) -> None:
    """Writes the line of a withdrawal. Raises ``Pkcs12Error``: ``evidence``."""
    line = json.dumps({"event": "withdrawn", **facts}, ensure_ascii=False, sort_keys=True)
    _append(path, line.encode("utf-8") + b"\n", "The bundle is withdrawn; the next run writes the line.")


def _append(path: Path, line: bytes, said: str) -> None:
    try:
        append_line(path, line)
    except OSError as problem:
        raise Pkcs12Error(
            code="evidence",
            cause=f"The evidence file {path} cannot be written: {problem.strerror}.",
            next_step=f"Set {named('evidence_path')} to a file on the controller that can be written. {said}",
        ) from None
