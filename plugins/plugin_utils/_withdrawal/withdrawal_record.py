# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The record beside a withdrawn file: from which link the file came, and how far its withdrawal got. It holds no secret."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from .._facts.delivery_states import DeliveryState
from .._io.durable_files import replace_file

MAX_SIZE = 65536


@dataclass(frozen=True, slots=True)
class WithdrawalRecord:
    """``link``: SHA-256 of the URL. ``sha256``: of the file as it was delivered, None before that. ``utc`` and ``job``: of the run
    that got the bundle or may have got it, else of the last one.

    ``kept``: where a delivered file is that could not be used. ``original``: where the file as delivered is, if ``dest`` is a copy under
    another passphrase. ``evidence``: whether the evidence file has its line. ``issuer_refused_at``: when the issuer last said that the link
    was used or the code wrong. ``uncertain``: whether the run of ``utc`` may have got the bundle: it was ended, or failed after the code.
    """

    link: str
    utc: str
    job: str | None = None
    message_id: str | None = None
    state: str = DeliveryState.NEW.value
    sha256: str | None = None
    kept: str | None = None
    original: str | None = None
    evidence: bool = False
    issuer_refused_at: str | None = None
    uncertain: bool = False


def read_record(path: Path) -> WithdrawalRecord | None:
    """The record in a file. None if there is no file, or no record in it. Raises ``OSError``."""
    try:
        with path.open("rb") as file:
            known = json.loads(file.read(MAX_SIZE))
        record = WithdrawalRecord(
            **{each.name: known[each.name] for each in fields(WithdrawalRecord) if each.name in known}
        )
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, RecursionError):
        return None
    return record if isinstance(record.link, str) else None


def write_record(path: Path, record: WithdrawalRecord) -> None:
    """Replaces the record. Raises ``OSError``."""
    replace_file(path, json.dumps(asdict(record), ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n")
