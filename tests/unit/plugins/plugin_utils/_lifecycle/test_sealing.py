# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where PowerShell logs what it runs, nothing that is sent opens the certificate; and a wrong transport key gets nothing secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import TransportBundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import ConnectionLost, Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle import transaction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.transaction import Transaction
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import Prove
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Context,
    ExchangeAnswer,
    ExchangeError,
    ExchangeRequest,
    JournalEntry,
    Logging,
    RunAs,
    StepRequest,
)
from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import (
    OTHER_SID,
    execution,
    inventory,
    opened,
    present,
    present_options,
    profile,
)
from unit.plugins.plugin_utils.problems import error_of, sample

KINDS = ("script_block", "module", "transcription")
QUIET = dict.fromkeys(KINDS, False)


def logging(kind: str = "module", **changes: Any) -> FakeDrivers:
    """A workstation that logs."""
    return FakeDrivers(inventory(logging=Logging(**QUIET | {kind: True}), **changes))


def run(drivers: FakeDrivers, issued: IssuedBundle, evidence: Path | None = None, **details: Any) -> Transaction:
    return present(present_options(execution(evidence, **details)), opened(issued), drivers)


def sent(drivers: FakeDrivers) -> list[list[str]]:
    """The types of the steps of each exchange."""
    return [[step.type for step in request.steps] for request, _context in drivers.requests]


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_made_first_and_the_passphrase_is_sealed_to_it(kind: str, issued: IssuedBundle) -> None:
    drivers = logging(kind)
    done = run(drivers, issued)
    assert (done.proven, done.after.find(issued.thumbprint) is not None) == (True, True)
    assert sent(drivers) == [["transport_key"], ["chain", "import_sealed", "prove"]]
    assert drivers.transport_keys == {}


def test_no_request_holds_the_passphrase(issued: IssuedBundle, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[TransportBundle] = []
    transcode = transaction.transcode

    def watched(*given: Any) -> TransportBundle:
        made.append(transcode(*given))
        return made[-1]

    monkeypatch.setattr(transaction, "transcode", watched)
    drivers = logging()
    run(drivers, issued)
    values = [
        value for request, _context in drivers.requests for step in request.steps for value in step.arguments.values()
    ]
    (bundle,) = made
    assert bundle.data in values
    assert not [value for value in values if bundle.passphrase in str(value) or bundle.passphrase.encode() == value]


def test_a_logon_with_a_password_may_be_logged_by_a_policy_that_nobody_saw(issued: IssuedBundle) -> None:
    """It loads the holder's hive, and the inventory came before."""
    drivers = FakeDrivers(inventory(logging=Logging(**QUIET), profiles=(profile(loaded=False),)))
    assert run(drivers, issued, holder_password="hers").proven
    assert sent(drivers) == [["transport_key"], ["chain", "import_sealed", "prove"]]


def test_no_key_is_made_where_nothing_secret_travels(issued: IssuedBundle) -> None:
    drivers = logging()
    drivers.plant(issued)
    assert present(present_options(prove=Prove.ALWAYS), opened(issued), drivers).proven
    assert sent(drivers) == [["prove"]]


def test_the_key_is_made_as_the_holder_and_for_the_store_that_was_read(issued: IssuedBundle) -> None:
    drivers = logging()
    run(drivers, issued)
    (making, first), (importing, second) = drivers.requests
    assert (first, making.owner_sid, making.store_hash) == (second, importing.owner_sid, importing.store_hash)
    assert making.steps[0].thumbprint == issued.thumbprint


Lie = Callable[[ExchangeAnswer], ExchangeAnswer]


def refused(answer: ExchangeAnswer) -> ExchangeAnswer:
    error = ExchangeError("guard", "unfit_token", None, token="integrity")
    return replace(answer, changed=False, error=error, journal=(), before=(), after=())


def removed(answer: ExchangeAnswer, **facts: bool) -> ExchangeAnswer:
    return replace(answer, error=None, journal=(JournalEntry("1", "remove_transport_key", "done", "", facts),))


def cut(_answer: ExchangeAnswer) -> ExchangeAnswer:
    raise ConnectionLost(sample("connection_ended"))


REMOVALS: dict[str, tuple[Lie, bool]] = {
    "deleted": (lambda answer: removed(answer, removed=True), True),
    "not found": (lambda answer: removed(answer, removed=False), False),
    "an error": (lambda answer: replace(answer, error=ExchangeError("1", "unread_key", None, "C:\\x")), False),
    "no answer": (cut, False),
}


@pytest.mark.parametrize("removal", REMOVALS)
def test_the_connections_account_removes_a_key_whose_exchange_was_refused(
    removal: str, issued: IssuedBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What becomes of the key changes nothing but what is told."""
    honest = FakeDrivers.exchange
    said, gone = REMOVALS[removal]

    def exchange(drivers: FakeDrivers, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        answer = honest(drivers, request, run_as)
        _making, *more = drivers.requests
        return (said if len(more) == 2 else refused if more else lambda made: made)(answer)

    monkeypatch.setattr(FakeDrivers, "exchange", exchange)
    drivers, evidence = logging(), tmp_path / "evidence.jsonl"
    done = run(drivers, issued, evidence)
    (making, _as), (importing, _holder), (request, context) = drivers.requests
    sealed = next(step for step in importing.steps if step.type == "import_sealed")
    assert request.steps == (
        StepRequest("1", "remove_transport_key", issued.thumbprint, {"container": sealed.arguments["container"]}),
    )
    assert (context.context, request.owner_sid) == (Context.OFFLINE, making.owner_sid)
    assert done.deferred is not None
    assert done.deferred.code == "unfit_token"
    assert [cause.code for cause in done.deferred.causes] == ([] if gone else ["transport_key_left.unused"])
    assert evidence.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("logged", [False, True])
def test_without_such_a_key_nothing_is_removed(
    logged: bool, issued: IssuedBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = FakeDrivers.exchange
    monkeypatch.setattr(FakeDrivers, "exchange", lambda *given: refused(honest(*given)))
    drivers = logging() if logged else FakeDrivers()
    assert run(drivers, issued).deferred is not None
    assert len(drivers.requests) == 1


def facts(**changes: Any) -> Lie:
    def lie(answer: ExchangeAnswer) -> ExchangeAnswer:
        (entry,) = answer.journal
        changed = {name: value for name, value in {**entry.facts, **changes}.items() if value is not None}
        return replace(answer, journal=(replace(entry, facts=changed),))

    return lie


LIES: dict[str, tuple[Lie, str]] = {
    "another signature": (facts(signature=base64.b64encode(bytes(256)).decode()), "transport_key"),
    "no signature": (facts(signature=None), "no_transport_key"),
    "no base64": (facts(public_key="?"), "no_transport_key"),
    "no key": (facts(public_key=""), "transport_key"),
    "no container": (facts(container=None), "no_transport_key"),
    "no journal": (lambda answer: replace(answer, journal=()), "no_transport_key"),
    "another step": (
        lambda answer: replace(answer, journal=(JournalEntry("1", "prove", "done", "", answer.journal[0].facts),)),
        "no_transport_key",
    ),
    "a step that was undone": (
        lambda answer: replace(answer, journal=(replace(answer.journal[0], outcome="undone"),)),
        "no_transport_key",
    ),
    "another owner": (lambda answer: replace(answer, owner_sid=OTHER_SID), "owner_of_transport_key"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_key_that_is_not_proven_gets_no_secret(
    lie: str, issued: IssuedBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, code = LIES[lie]
    honest = FakeDrivers.exchange
    monkeypatch.setattr(FakeDrivers, "exchange", lambda *given: change(honest(*given)))
    drivers = logging()
    assert error_of(lambda: run(drivers, issued)).problem.code == f"not_verified.{code}"
    assert sent(drivers) == [["transport_key"]]


def test_a_late_answer_to_an_earlier_request_is_not_taken(
    issued: IssuedBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier: list[ExchangeAnswer] = []
    honest = FakeDrivers.exchange

    def exchange(drivers: FakeDrivers, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        earlier.append(honest(drivers, request, run_as))
        return earlier[0]

    monkeypatch.setattr(FakeDrivers, "exchange", exchange)
    run_one = logging()
    with pytest.raises(Pkcs12Error):
        run(run_one, issued)  # its second exchange gets the first answer, too
    again = logging()
    assert error_of(lambda: run(again, issued)).problem.code == "not_verified.transport_key"
    assert sent(again) == [["transport_key"]]


def lost_at(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection ends in this exchange."""
    honest = FakeDrivers.exchange

    def exchange(drivers: FakeDrivers, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        answer = honest(drivers, request, run_as)
        if len(drivers.requests) == number:
            raise ConnectionLost(sample("connection_ended"))
        return answer

    monkeypatch.setattr(FakeDrivers, "exchange", exchange)


@pytest.mark.parametrize(("number", "lines"), [(1, 0), (2, 1)])
def test_a_lost_answer_leaves_evidence_if_the_store_may_have_changed(
    number: int, lines: int, issued: IssuedBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost_at(number, monkeypatch)
    evidence = tmp_path / "evidence.jsonl"
    with pytest.raises(ConnectionLost):
        run(logging(), issued, evidence)
    written = [json.loads(line) for line in evidence.read_text(encoding="utf-8").splitlines()]
    assert [(line["error"], line["planned"][1].split()[0]) for line in written] == [
        ("no_answer", "import_sealed")
    ] * lines
