# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What became of the deliveries of a run: the record of each holder, and sentences for people. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath
from typing import Any

from .._errors import Pkcs12Error, counted, named
from .._facts.delivery_records import FACT, DeliveryRecord, fact_of, mail_date, records_of
from .._facts.delivery_states import DeliveryState
from .._policy.names import normalized_text, number_key

Row = Mapping[str, Any]

PASSED_OVER = ("superseded", "duplicate")
"""States of mails that need nothing, because a newer mail or the same one is there."""
UNRELIABLE = (DeliveryState.NOT_AUTHENTIC, DeliveryState.REFUSED)
"""States of mails that may not be the issuer's at all."""
BY_HAND = ("link_used", "captcha")
"""Errors after which a person may have the bundle, or may withdraw it in a browser."""

DEALT_WITH = "A person has dealt with this delivery."

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class CollectionRun:
    """What a run has found and done.

    ``deliveries`` and ``problems``: of ``delivery_info``. ``withdrawals``: results of ``bundle_pickup`` by authorisation number.
    ``retry``: numbers whose links are tried again. ``unstored``: why a passphrase is in no store, by number. ``holders``: names by number,
    as the inventory has them.
    ``holder_problems``: sentences about others in the inventory that cannot be read. ``acknowledged``: message ids of deliveries, or places
    of mails, that a person has dealt with. ``leavers``: numbers of persons who have left.
    ``known``: ``ansible_facts.pkcs12_fact_deliveries`` from before. ``check_mode``: nothing was withdrawn, so a new delivery is no failure.
    ``reading``: ``msg`` and ``ignored`` of ``delivery_info``. ``remarks``: sentences for people that make nothing red.
    """

    deliveries: Sequence[Row]
    problems: Sequence[Row]
    withdrawals: Mapping[str, Row]
    unstored: Mapping[str, str]
    holders: Mapping[str, str]
    holder_problems: Sequence[str]
    acknowledged: Set[str]
    leavers: Set[str]
    known: Any
    retry: Sequence[str] = ()
    check_mode: bool = False
    reading: Row = field(default_factory=dict)
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Outcome:
    record: DeliveryRecord
    sentence: str


def collection_summary(run: CollectionRun, now: datetime) -> dict[str, Any]:
    """The documented result of ``delivery_summary``. Raises ``Pkcs12Error``: ``bad_arguments``."""
    to_withdraw = sorted(_number(row) for row in run.deliveries if _settled(run, row) is None)
    _check_retry(run.retry, to_withdraw)
    outcomes = [_outcome(run, row, now) for row in run.deliveries if row["state"] not in PASSED_OVER]
    before = records_of(run.known)
    records = before | _dealt_with(run, before, now)
    for outcome in sorted(outcomes, key=lambda outcome: outcome.record.mail_at or EPOCH):
        _keep(records, outcome.record)
    for_somebody = [outcome for outcome in outcomes if outcome.record.needs_somebody and not _is_planned(outcome, run)]
    totals = dict(sorted(Counter(outcome.record.state.value for outcome in outcomes).items()))
    states = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in totals.items())
    headline = [f"{counted(len(outcomes), 'delivery', 'deliveries')}{': ' if states else ''}{states}."]
    headline += [str(run.reading["msg"])] if run.reading.get("msg") else []
    unread = [_problem(row) for row in run.problems if row.get("place") not in run.acknowledged]
    unnumbered = [*run.holder_problems, *unread]
    urgent = [*unnumbered, *(outcome.sentence for outcome in for_somebody)]
    facts = {} if run.check_mode else {"ansible_facts": {FACT: fact_of(records, now)}}
    return facts | {
        "changed": False,
        "failed": bool(urgent),
        "msg": " ".join([*headline, *urgent]),
        "lines": [
            *headline,
            *urgent,
            *(outcome.sentence for outcome in outcomes if outcome not in for_somebody),
            *(f"{each.name} {each.authorisation}: {DEALT_WITH}" for each in _dealt_with(run, before, now).values()),
            *run.remarks,
            *_useless(run, before),
        ],
        "totals": totals,
        "to_withdraw": to_withdraw,
        "needs_somebody": sorted(
            {*(outcome.record.authorisation or "?" for outcome in for_somebody), *("?" for _each in unnumbered)}
        ),
    }


def _check_retry(numbers: Sequence[str], to_withdraw: Sequence[str]) -> None:
    """A typing error would look like a run that has tried again."""
    known = set(map(number_key, to_withdraw))
    unknown = [number.strip() for number in numbers if number_key(number) not in known]
    if unknown:
        raise Pkcs12Error(
            code="bad_arguments",
            cause=f"{named('retry')} has {', '.join(unknown)}, and the mails have no delivery to withdraw with this number.",
            next_step="Correct or remove the number.",
            setting="retry",
        )


def two_names(holders: Sequence[Row]) -> list[str]:
    """A sentence for each number to which entries of the inventory give different names. The last one counts."""
    names: dict[str, dict[str, str]] = {}
    for holder in holders:
        if number := str(holder.get("authorisation") or ""):
            name = str(holder.get("name") or "")
            known = names.setdefault(number, {})
            known.pop(key := " ".join(normalized_text(name).split()), None)
            known[key] = name
    return [
        f"The inventory has several names for the number {number}: {', '.join(found.values())}. This run took the last one."
        for number, found in names.items()
        if len(found) > 1
    ]


def _dealt_with(run: CollectionRun, records: Mapping[str, DeliveryRecord], now: datetime) -> dict[str, DeliveryRecord]:
    """The records that a person has dealt with and whose mails are no longer read."""
    read = {row.get("message_id") for row in run.deliveries}
    return {
        number: replace(record, state=DeliveryState.ACKNOWLEDGED, error=None, recorded_at=now.replace(microsecond=0))
        for number, record in records.items()
        if record.message_id in run.acknowledged and record.message_id not in read and record.needs_somebody
    }


def _useless(run: CollectionRun, records: Mapping[str, DeliveryRecord]) -> list[str]:
    """A sentence about what is acknowledged and is nowhere. Nobody knows it while mails of other persons are left out."""
    if run.reading.get("ignored", {}).get("other_authorisations"):
        return []
    known = {row.get("message_id") for row in run.deliveries} | {row.get("place") for row in run.problems}
    unknown = sorted(run.acknowledged - known - {record.message_id for record in records.values()})
    if not unknown:
        return []
    return [
        f"No mail and no delivery has {', '.join(unknown)} of {named('acknowledged')}. Correct or remove the entry."
    ]


def _problem(row: Row) -> str:
    return f"A mail ({row.get('place')}): {row.get('cause')} {row.get('next_step')}"


def _outcome(run: CollectionRun, row: Row, now: datetime) -> _Outcome:
    number = _number(row)
    state, error, sentence = _settled(run, row) or _withdrawn_state(run, number)
    done = run.withdrawals.get(number, {}) if row["state"] == DeliveryState.NEW.value else {}
    record = DeliveryRecord(
        authorisation=number,
        name=run.holders.get(number) or str(row.get("name") or ""),
        state=state,
        mail_at=mail_date(row.get("date")),
        message_id=row.get("message_id"),
        recorded_at=now.replace(microsecond=0),
        error=error,
        file=PurePath(done["dest"]).name if done.get("dest") else None,
        sha256=done.get("sha256"),
    )
    who = " ".join(part for part in (record.name, number) if part) or "A delivery without a number"
    mail = f" (mail {record.message_id} of {str(record.mail_at)[:10]})" if record.needs_somebody else ""
    return _Outcome(record, f"{who}{mail}: {sentence}")


def _number(row: Row) -> str:
    return str(row.get("authorisation") or "")


def _settled(run: CollectionRun, row: Row) -> tuple[DeliveryState, str | None, str] | None:
    """The state of a delivery that is not to be withdrawn, the code of its error, and a sentence; None of one that is."""
    number = _number(row)
    if row.get("message_id") in run.acknowledged:
        return DeliveryState.ACKNOWLEDGED, None, DEALT_WITH
    if number_key(number) in set(map(number_key, run.leavers)):
        return DeliveryState.LEFT, None, "This person has left, so nothing is withdrawn."
    if row["state"] != DeliveryState.NEW.value:
        error = row.get("error") or {}
        sentence = f"{error.get('cause', row['state'])} {error.get('next_step', '')}".strip()
        return _read_state(row["state"]), error.get("code"), sentence
    if number not in run.holders:
        return DeliveryState.UNKNOWN_HOLDER, None, _unknown(run, row)
    return None


def _unknown(run: CollectionRun, row: Row) -> str:
    if run.holder_problems:
        return (
            "No holder that can be read has this number. Correct pkcs12_holders as said above, and run the task again."
        )
    name = normalized_text(str(row.get("name") or "")).split()
    same = [number for number, holder in run.holders.items() if name and normalized_text(holder).split() == name]
    known = f" The inventory has this name with the number {', '.join(same)}." if same else ""
    return f"No holder has this number.{known} Correct the number in pkcs12_holders, or add the holder, and run the task again."


def _withdrawn_state(run: CollectionRun, number: str) -> tuple[DeliveryState, str | None, str]:
    done = run.withdrawals.get(number)
    if done is None:
        return DeliveryState.NEW, None, "The bundle was not withdrawn. Run the task again."
    state, code = _read_state(done.get("state")), (done.get("error") or {}).get("code")
    if code is not None:
        # A bundle that is there and does not open cannot be installed. An error before any request leaves the delivery new.
        changed = {
            DeliveryState.COLLECTED: DeliveryState.PASSPHRASE_UNKNOWN,
            DeliveryState.NEW: DeliveryState.FAILED,
        }
        return changed.get(state, state), code, _with_place(str(done.get("msg")), code, done.get("dest"))
    if state is not DeliveryState.COLLECTED:
        return state, None, str(done.get("msg"))
    if number in run.unstored:
        return DeliveryState.PASSPHRASE_NOT_STORED, None, run.unstored[number]
    return DeliveryState.COLLECTED, None, str(done.get("msg"))


def _with_place(sentence: str, code: str, dest: str | None) -> str:
    """Where a person has to put the bundle: only a file of this name is taken for that of the delivery."""
    if code not in BY_HAND or not dest:
        return sentence
    return f"{sentence} When a person has the bundle, put it there under this name: {dest}."


def _read_state(value: Any) -> DeliveryState:
    """A state of a result; a result without one is that of a failed task."""
    try:
        return DeliveryState(value)
    except ValueError:
        return DeliveryState.FAILED


def _keep(records: dict[str, DeliveryRecord], record: DeliveryRecord) -> None:
    """A forged or damaged mail must not hide what became of a delivery that can be relied on."""
    known = records.get(record.authorisation)
    if record.authorisation and (known is None or record.state not in UNRELIABLE or known.state in UNRELIABLE):
        records[record.authorisation] = record


def _is_planned(outcome: _Outcome, run: CollectionRun) -> bool:
    return run.check_mode and outcome.record.state is DeliveryState.NEW
