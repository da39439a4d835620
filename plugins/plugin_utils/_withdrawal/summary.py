# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What became of the deliveries of a run: the record of each holder, and what people are told. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath
from typing import Any

from .._errors import Outside, Pkcs12Error, Problem, Sentences
from .._facts.delivery_records import FACT, DeliveryRecord, fact_of, mail_date, records_of
from .._facts.delivery_states import DeliveryState
from .._messages.codes import CODES
from .._policy.names import normalized_text, number_key

Row = Mapping[str, Any]

PASSED_OVER = ("superseded", "duplicate")
"""States of mails that need nothing, because a newer mail or the same one is there."""
UNRELIABLE = (DeliveryState.NOT_AUTHENTIC, DeliveryState.REFUSED)
"""States of mails that may not be the issuer's at all."""
BY_HAND = ("link_used", "captcha")
"""Kinds of problems after which a person may have the bundle, or may withdraw it in a browser."""

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class CollectionRun:
    """What a run has found and done.

    ``deliveries`` and ``problems``: of ``delivery_info``. ``withdrawals``: results of ``bundle_pickup`` by authorisation number.
    ``retry``: numbers whose links are tried again. ``unstored``: why a passphrase is in no store, by number. ``holders``: names by number,
    as the inventory has them. ``holder_problems``: what is wrong with others in the inventory that cannot be read. ``acknowledged``:
    message ids of deliveries, or places of mails, that a person has dealt with. ``leavers``: numbers of persons who have left.
    ``known``: ``ansible_facts.pkcs12_fact_deliveries`` from before. ``check_mode``: nothing was withdrawn, so a new delivery is no failure.
    ``reading``: ``told`` of ``delivery_info`` as ``msg``, and its ``ignored``. ``unread``: why the mails could not be read.
    ``remarks``: what people are told and makes nothing red.
    """

    deliveries: Sequence[Row]
    problems: Sequence[Row]
    withdrawals: Mapping[str, Row]
    unstored: Mapping[str, Any]
    holders: Mapping[str, str]
    holder_problems: Sequence[Any]
    acknowledged: Set[str]
    leavers: Set[str]
    known: Any
    retry: Sequence[str] = ()
    check_mode: bool = False
    reading: Row = field(default_factory=dict)
    unread: Any = None
    remarks: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class _Outcome:
    record: DeliveryRecord
    told: Problem


def collection_summary(run: CollectionRun, now: datetime) -> dict[str, Any]:
    """The documented result of ``delivery_summary``. Raises ``Pkcs12Error``: ``bad_arguments``, and why no mail was read."""
    if run.unread is not None:
        raise Pkcs12Error(as_problem(run.unread))
    to_withdraw = sorted(_number(row) for row in run.deliveries if _settled(run, row) is None)
    _check_retry(run.retry, to_withdraw)
    outcomes = [_outcome(run, row, now) for row in run.deliveries if row["state"] not in PASSED_OVER]
    before = records_of(run.known)
    dealt_with = _dealt_with(run, before, now)
    records = before | dealt_with
    for outcome in sorted(outcomes, key=lambda outcome: outcome.record.mail_at or EPOCH):
        _keep(records, outcome.record)
    for_somebody = [outcome for outcome in outcomes if outcome.record.needs_somebody and not _is_planned(outcome, run)]
    totals = dict(sorted(Counter(outcome.record.state.value for outcome in outcomes).items()))
    states = tuple(Problem(f"deliveries.{state}", {"count": count}) for state, count in totals.items())
    headline = [Problem("deliveries.count", {"count": len(outcomes)}, causes=states)]
    headline += [as_problem(run.reading["msg"])] if run.reading.get("msg") else []
    unread = [_mail_problem(row) for row in run.problems if row.get("place") not in run.acknowledged]
    unnumbered = [*map(as_problem, run.holder_problems), *unread]
    urgent = [*unnumbered, *(outcome.told for outcome in for_somebody)]
    facts = {} if run.check_mode else {"ansible_facts": {FACT: fact_of(records, now)}}
    return facts | {
        "changed": False,
        "failed": bool(urgent),
        "msg": Sentences((*headline, *urgent)),
        "lines": [
            *headline,
            *urgent,
            *(outcome.told for outcome in outcomes if outcome not in for_somebody),
            *(
                _of_person(f"{each.name} {each.authorisation}", Problem("delivery.acknowledged"))
                for each in dealt_with.values()
            ),
            *run.remarks,
            *_useless(run, before),
        ],
        "totals": totals,
        "to_withdraw": to_withdraw,
        "collected_message_ids": [
            outcome.record.message_id
            for outcome in outcomes
            if outcome.record.state is DeliveryState.COLLECTED and outcome.record.message_id
        ],
        "needs_somebody": sorted(
            {*(outcome.record.authorisation or "?" for outcome in for_somebody), *("?" for _each in unnumbered)}
        ),
    }


def _check_retry(numbers: Sequence[str], to_withdraw: Sequence[str]) -> None:
    """A typing error would look like a run that has tried again."""
    known = set(map(number_key, to_withdraw))
    unknown = [number.strip() for number in numbers if number_key(number) not in known]
    if unknown:
        raise Pkcs12Error(Problem("bad_arguments.retry_unknown", {"numbers": tuple(unknown)}, "retry"))


def two_names(holders: Sequence[Row]) -> list[Problem]:
    """The numbers to which entries of the inventory give different names. The last one counts."""
    names: dict[str, dict[str, str]] = {}
    for holder in holders:
        if number := str(holder.get("authorisation") or ""):
            name = str(holder.get("name") or "")
            known = names.setdefault(number, {})
            known.pop(key := " ".join(normalized_text(name).split()), None)
            known[key] = name
    return [
        Problem("delivery.two_names", {"number": number, "names": tuple(found.values())})
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


def _useless(run: CollectionRun, records: Mapping[str, DeliveryRecord]) -> list[Problem]:
    """What is acknowledged and is nowhere. Nobody knows it while mails of other persons are left out."""
    if run.reading.get("ignored", {}).get("other_authorisations"):
        return []
    known = {row.get("message_id") for row in run.deliveries} | {row.get("place") for row in run.problems}
    unknown = sorted(run.acknowledged - known - {record.message_id for record in records.values()})
    return [Problem("delivery.acknowledged_nowhere", {"entries": tuple(unknown)})] if unknown else []


def as_problem(said: Any) -> Problem:
    """What another task has found: a problem, also as results keep it, or words."""
    if isinstance(said, Problem):
        return said
    return Problem.from_map(said) if isinstance(said, Mapping) else Problem("delivery.told", {"text": str(said)})


def _unstored(said: Any) -> Problem:
    """Why a store did not take a passphrase: what a failed task of it has told, or what another task has found."""
    if not isinstance(said, Mapping) or "task" not in said:
        return as_problem(said)
    problem = Problem.from_map(said.get("problem"))
    if problem.code in CODES:  # a module of somebody else may have put the passphrase there
        return Problem("not_stored.refused", causes=(problem,))
    task, status = {"task": str(said["task"])}, str(said.get("status"))
    if status.isdecimal() and int(status):
        return Problem("not_stored.status", {**task, "status": int(status)})
    return Problem("not_stored.hidden", task)


def _error(row: Row) -> Problem | None:
    """The error of a mail, a delivery or a result; None without one."""
    said = (row.get("error") or {}).get("problem")
    return None if said is None else Problem.from_map(said)


def _mail_problem(row: Row) -> Problem:
    told = _error(row) or as_problem(row.get("msg") or "?")
    return Problem("delivery.mail_problem", {"place": str(row.get("place"))}, causes=(told,))


def _of_person(who: str, told: Problem) -> Problem:
    return Problem("delivery.person", {"who": who}, causes=(told,))


def _outcome(run: CollectionRun, row: Row, now: datetime) -> _Outcome:
    number = _number(row)
    state, error, told = _settled(run, row) or _withdrawn_state(run, number)
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
    return _Outcome(record, _about(record, told))


def _about(record: DeliveryRecord, told: Problem) -> Problem:
    """What is told of a delivery, with whose it is; with its mail where somebody is needed."""
    who = " ".join(part for part in (record.name, record.authorisation) if part)
    mail = {"message_id": record.message_id or "?"}
    if not who:
        return Problem("delivery.without_number", mail, causes=(told,))
    if not record.needs_somebody:
        return _of_person(who, told)
    if record.mail_at is None:
        return Problem("delivery.mail_undated", {"who": who} | mail, causes=(told,))
    return Problem("delivery.mail", {**mail, "who": who, "day": record.mail_at.date()}, causes=(told,))


def _number(row: Row) -> str:
    return str(row.get("authorisation") or "")


def _settled(run: CollectionRun, row: Row) -> tuple[DeliveryState, Problem | None, Problem] | None:
    """The state of a delivery that is not to be withdrawn, its error, and what is told; None of one that is."""
    number = _number(row)
    if row.get("message_id") in run.acknowledged:
        return DeliveryState.ACKNOWLEDGED, None, Problem("delivery.acknowledged")
    if number_key(number) in set(map(number_key, run.leavers)):
        return DeliveryState.LEFT, None, Problem("delivery.left")
    if row["state"] != DeliveryState.NEW.value:
        error = _error(row)
        return _read_state(row["state"]), error, error or Problem("delivery.not_withdrawn")
    if number not in run.holders:
        return DeliveryState.UNKNOWN_HOLDER, None, _unknown(run, row)
    return None


def _unknown(run: CollectionRun, row: Row) -> Problem:
    if run.holder_problems:
        return Problem("delivery.holder_unread")
    name = normalized_text(str(row.get("name") or "")).split()
    same = tuple(number for number, holder in run.holders.items() if name and normalized_text(holder).split() == name)
    return Problem("delivery.no_holder_same_name", {"numbers": same}) if same else Problem("delivery.no_holder")


def _withdrawn_state(run: CollectionRun, number: str) -> tuple[DeliveryState, Problem | None, Problem]:
    done = run.withdrawals.get(number)
    if done is None:
        return DeliveryState.NEW, None, Problem("delivery.not_withdrawn")
    state, error, dest = _read_state(done.get("state")), _error(done), {"dest": str(done.get("dest"))}
    if error is not None:
        # A bundle that is there and does not open cannot be installed. An error before any request leaves the delivery new.
        changed = {
            DeliveryState.COLLECTED: DeliveryState.PASSPHRASE_UNKNOWN,
            DeliveryState.NEW: DeliveryState.FAILED,
        }
        # Only a file of this name is taken for that of the delivery.
        is_told = error.kind in BY_HAND and done.get("dest")
        place = (Problem("delivery.put_there", dest),) if is_told else ()
        return changed.get(state, state), error, replace(error, causes=(*error.causes, *place))
    if state is DeliveryState.NEW:
        return state, None, Problem("delivery.planned", dest)
    if state is not DeliveryState.COLLECTED:
        return state, None, Problem("delivery.failed", {"reason": Outside(done.get("msg"))})
    if number in run.unstored:
        return DeliveryState.PASSPHRASE_NOT_STORED, None, _unstored(run.unstored[number])
    return DeliveryState.COLLECTED, None, Problem(f"delivery.{'withdrawn' if done.get('changed') else 'there'}", dest)


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
