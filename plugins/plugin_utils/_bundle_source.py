# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Reads a bundle from where the task says it is."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._bundle import Bundle, open_bundle
from ._errors import PkcsError


def bundle_of(options: Mapping[str, Any]) -> Bundle:
    """The bundle of the options ``path`` or ``content`` with ``passphrase``. Raises ``PkcsError``."""
    if options.get("content") is not None:
        return open_bundle(_decode(options["content"]), options.get("passphrase"))
    return open_bundle(read_bundle(Path(options["path"])), options.get("passphrase"))


def _decode(content: str) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise PkcsError(
            code="content_not_base64",
            cause="content is not base64.",
            next_step="Give the p12 through the b64encode filter or a lookup that returns base64.",
        ) from None


def read_bundle(path: Path) -> bytes:
    """The bytes of a file. Raises ``PkcsError``: ``bundle_file``."""
    try:
        return path.read_bytes()
    except OSError as problem:
        causes: dict[type[OSError], tuple[str, str]] = {
            FileNotFoundError: (
                "is not there",
                "Check the path on the controller or in the execution environment; the bundle folder may not be mounted.",
            ),
            IsADirectoryError: ("is a folder", "Give the path of the p12 file itself."),
            PermissionError: ("may not be read", "Give the user that runs Ansible the right to read it."),
        }
        cause, next_step = causes.get(
            type(problem), (f"cannot be read ({problem.strerror})", "Check the file and its disk.")
        )
        raise PkcsError(code="bundle_file", cause=f"The bundle {path} {cause}.", next_step=next_step) from None
