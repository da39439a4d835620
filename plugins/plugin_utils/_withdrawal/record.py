# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The record beside a withdrawn file: from which link the file came, how far its withdrawal got, and what the issuer said of the link.

It holds no secret.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from .._errors import Problem
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
    return record if isinstance(record.link, str) and _fits(record) else None


def _fits(record: WithdrawalRecord) -> bool:
    """Whether its values have their types, and ``kept`` is a name in the folder: somebody may have written in the file."""
    values = asdict(record)
    flags = (values.pop("evidence"), values.pop("uncertain"))
    texts = all(value is None or isinstance(value, str) for value in values.values())
    return (
        texts and all(isinstance(flag, bool) for flag in flags) and record.kept in (None, Path(record.kept or "").name)
    )


def write_record(path: Path, record: WithdrawalRecord) -> None:
    """Replaces the record. Raises ``OSError``."""
    replace_file(path, json.dumps(asdict(record), ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n")


USELESS_TO_REPEAT = (DeliveryState.CODE_WRONG.value, DeliveryState.LINK_USED.value)
"""States after which another request with the same link only harms, because issuers lock links."""

_NOTHING_CAME = ("link_used", "code_wrong")
_SOMETHING_CAME = ("download_cut", "too_large", "html_instead", "wrong_content", "disk_full")


def told_before(record: WithdrawalRecord, kept: Sequence[Path] = ()) -> Problem | None:
    """What the issuer said to the earlier run, without a request. None if it ended with none of ``USELESS_TO_REPEAT``.

    ``kept``: what is left of downloads.
    """
    values = {"when": record.issuer_refused_at or record.utc}
    if record.state == DeliveryState.CODE_WRONG.value:
        return Problem("code_wrong.earlier_run", values)
    if record.state != DeliveryState.LINK_USED.value:
        return None
    if record.uncertain:
        return Problem("link_used.earlier_run_uncertain", values, causes=_begun(record, kept))
    return Problem("link_used.earlier_run", values)


def noted(record: WithdrawalRecord, state: DeliveryState, utc: str, may_have_got: bool) -> WithdrawalRecord:
    """The record after a run that sent requests and failed. ``may_have_got``: this run or an earlier one may have got the bundle."""
    refused_at = utc if state.value in USELESS_TO_REPEAT else record.issuer_refused_at
    return replace(record, state=state.value, issuer_refused_at=refused_at, uncertain=may_have_got)


def may_have_got(code: str, is_code_sent: bool) -> bool:
    """Whether a run that ended with this error may have got the bundle from the issuer."""
    return code in _SOMETHING_CAME or (is_code_sent and code not in _NOTHING_CAME)


def with_earlier_run(problem: Problem, earlier: WithdrawalRecord | None, kept: Sequence[Path]) -> Problem:
    """A used link may be one that a run of this module used before it was ended. ``kept``: what is left of downloads."""
    if problem.kind != "link_used" or earlier is None or not earlier.uncertain:
        return problem
    return Problem("link_used.by_earlier_run", causes=(problem, *_begun(earlier, kept)))


def _begun(record: WithdrawalRecord, kept: Sequence[Path]) -> tuple[Problem, ...]:
    """Who began the withdrawal that may have used the link, and what came."""
    who = (
        Problem("begun.job", {"job": record.job, "utc": record.utc})
        if record.job
        else Problem("begun.run", {"utc": record.utc})
    )
    return (who, Problem("begun.kept", {"names": tuple(path.name for path in kept)})) if kept else (who,)
