# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where PowerShell is logged a renewal takes one more command. What happens between the two leaves no transport key for longer than
until the first exchange after an hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import store_hash
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import (
    ConnectionLost,
    Outside,
    Pkcs12Error,
    Problem,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Context,
    ExchangeAnswer,
    ExchangeRequest,
    RunAs,
    StepRequest,
)
from fault_injection.faulty_run import FaultyRun, wrong_after_another_run
from fault_injection.final_state import wrong_in_the_end
from fault_injection.renewal_in_process import HOLDER, Captured, LabDrivers, Renewal
from fault_injection.renewals import RENEWALS, RenewalBundles
from fault_injection.test_meetings import renames_all
from lab.authority import IssuedBundle
from lab.emulated.computer import ignore
from lab.emulated.files import PlacedFile
from lab.emulated.store import Store
from lab.emulated.transport_key import PREFIX
from lab.faults import Watch, killed, linked


@pytest.fixture
def renewal(bundles: RenewalBundles) -> Renewal:
    return RENEWALS["PowerShell is logged"](bundles)


HOUR = timedelta(hours=1)


@dataclass(slots=True)
class LosesAnswers(LabDrivers):
    """The answer of this exchange (from 1) does not arrive, or does so in the place of the one after it."""

    lost: int = 0
    late: bool = False
    kept: ExchangeAnswer | None = None

    def exchange(self, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        answer = LabDrivers.exchange(self, request, run_as)
        if self.late and self.kept:
            return self.kept
        if self.exchanges == self.lost:
            self.kept = answer
            raise ConnectionLost(Problem("connection_ended", {"reason": Outside("it ended")}))
        return answer


def transport_keys(store: Store) -> list[str]:
    return [name for name in store.containers if name.startswith(PREFIX)]


def run(renewal: Renewal, drivers: LabDrivers, watch: Watch) -> FaultyRun:
    try:
        renewal.run(drivers)
    except Pkcs12Error as refusal:
        return FaultyRun(drivers.workstation, watch, refusal)
    except ConnectionLost:
        return FaultyRun(drivers.workstation, watch, None)
    return FaultyRun(drivers.workstation, watch, None)


def prove(drivers: LabDrivers, issued: IssuedBundle) -> None:
    """What an audit does."""
    store = drivers.workstation.store_of(HOLDER.sid)
    proof = StepRequest("1", "prove", issued.thumbprint, {"nonce": bytes(32)})
    request = ExchangeRequest(HOLDER.sid, store_hash(store.elements.values()), (proof,))
    assert drivers.exchange(request, RunAs(Context.BECOME, HOLDER.account)).error is None


@pytest.mark.parametrize(("lost", "left"), [(1, 1), (2, 0)])
def test_an_answer_is_lost(lost: int, left: int, renewal: Renewal, sent: Captured) -> None:
    workstation = renewal.workstation()
    watch = Watch.over(workstation, HOLDER.sid)
    faulty = run(renewal, LosesAnswers(workstation, sent, lost=lost), watch)
    assert len(transport_keys(watch.store)) == left
    assert not watch.violations
    assert not wrong_after_another_run(faulty, renewal, sent, later=HOUR)


def test_an_answer_comes_late(renewal: Renewal, sent: Captured) -> None:
    """The answer to the first run's request comes to the second run, whose own key it does not name."""
    workstation = renewal.workstation()
    watch, drivers = Watch.over(workstation, HOLDER.sid), LosesAnswers(workstation, sent, lost=1, late=True)
    run(renewal, drivers, watch)
    faulty = run(renewal, drivers, watch)
    assert faulty.refusal is not None
    assert faulty.refusal.code == "not_verified"
    assert not watch.violations
    assert not wrong_after_another_run(faulty, renewal, sent, later=HOUR)


@pytest.mark.parametrize("token", ["low", "s4u"])
@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_the_token_of_the_second_command_is_not_fit(token: str, lost: int, renewal: Renewal, sent: Captured) -> None:
    """A third command removes the key. 0: all three answers arrive."""
    workstation = renewal.workstation()
    workstation.profiles[HOLDER.sid].picks.extend(("fit", token))
    watch, drivers = Watch.over(workstation, HOLDER.sid), LosesAnswers(workstation, sent, lost=lost)
    before = dict(watch.store.elements)
    faulty = run(renewal, drivers, watch)
    assert watch.store.elements == before
    assert drivers.exchanges == (lost or 3)
    assert len(transport_keys(watch.store)) == (lost in (1, 2))
    assert not watch.violations
    workstation.profiles[HOLDER.sid].picks.clear()
    assert not wrong_after_another_run(faulty, renewal, sent, later=HOUR)


def test_a_key_that_could_not_be_removed_goes_with_a_later_run(renewal: Renewal, sent: Captured) -> None:
    """Nobody can tell whose key is in a file that another program has open."""
    workstation = renewal.workstation()
    profile = workstation.profiles[HOLDER.sid]
    profile.picks.extend(("fit", "low"))
    workstation.files.put(PlacedFile(rf"{profile.path}\AppData\Roaming\Microsoft\Crypto\Keys\open", b"", locked=True))
    watch, drivers = Watch.over(workstation, HOLDER.sid), LabDrivers(workstation, sent)
    faulty = run(renewal, drivers, watch)
    assert (drivers.exchanges, len(transport_keys(watch.store))) == (3, 1)
    assert not watch.violations
    assert not wrong_after_another_run(faulty, renewal, sent, later=HOUR)


def taken_away(store: Store) -> None:
    for name in transport_keys(store):
        del store.containers[name]


def renamed_by_hand(store: Store) -> None:
    """After the key was made."""
    if transport_keys(store):
        renames_all(store)


BETWEEN: dict[str, tuple[Callable[[Store], None], str]] = {
    "the key is taken away": (taken_away, "unseal_failed"),
    "the store changes": (renamed_by_hand, "stale_store"),
}


@pytest.mark.parametrize("what", BETWEEN)
def test_something_happens_between_the_two_commands(what: str, renewal: Renewal, sent: Captured) -> None:
    between, code = BETWEEN[what]
    workstation = renewal.workstation()
    watch = Watch.over(workstation, HOLDER.sid)
    faulty = run(renewal, LabDrivers(workstation, sent, between), watch)
    assert faulty.refusal is not None
    assert faulty.refusal.code == code
    assert not [*watch.violations, *transport_keys(watch.store)]
    assert not wrong_after_another_run(faulty, renewal, sent)


def test_another_play_makes_its_key_between_the_two_commands(renewal: Renewal, sent: Captured) -> None:
    """The other play goes to its end and leaves the first one's key. That one finds that the store has changed, and writes nothing."""
    workstation = renewal.workstation()
    watch, others = Watch.over(workstation, HOLDER.sid), LabDrivers(workstation, sent)

    def other_play(store: Store) -> None:
        if transport_keys(store) and not others.exchanges:
            renewal.run(others)

    first = run(renewal, LabDrivers(workstation, sent, other_play), watch)
    assert first.refusal is not None
    assert first.refusal.code == "stale_store"
    assert not [*watch.violations, *wrong_in_the_end(workstation, renewal)]


def test_another_play_proves_a_key_between_the_two_commands(
    renewal: Renewal, bundles: RenewalBundles, sent: Captured
) -> None:
    """It leaves the young key, and the renewal is whole."""
    workstation = renewal.workstation()
    watch, others = Watch.over(workstation, HOLDER.sid), LabDrivers(workstation, sent)

    def proof(store: Store) -> None:
        if transport_keys(store):
            prove(others, bundles.old)

    first = run(renewal, LabDrivers(workstation, sent, proof), watch)
    assert (first.refusal, others.exchanges) == (None, 1)
    assert not [*watch.violations, *wrong_in_the_end(workstation, renewal)]


def test_keys_that_runs_have_left_go_with_the_next_of_another_hour(renewal: Renewal, sent: Captured) -> None:
    """A younger one may be of a run under way."""
    workstation = renewal.workstation()
    watch = Watch.over(workstation, HOLDER.sid)
    for cut in range(3):
        run(renewal, LosesAnswers(workstation, sent, lost=1), watch)
        assert len(transport_keys(watch.store)) == cut + 1
    faulty = FaultyRun(workstation, watch, None)
    assert not wrong_after_another_run(faulty, renewal, sent, later=HOUR)


@pytest.mark.parametrize(("hours", "left"), [(0, 2), (2, 1), (25, 0)])
def test_keys_that_a_run_has_left_go_with_the_first_exchange_that_may_take_them(
    hours: int, left: int, renewal: Renewal, bundles: RenewalBundles, sent: Captured
) -> None:
    """A run made a transport key, another was cut behind the key of its import, and their renewal never comes. A proof is enough."""
    workstation = renewal.workstation()
    watch = Watch.over(workstation, HOLDER.sid)
    run(renewal, LosesAnswers(workstation, sent, lost=1), watch)
    # After the key of the passphrase is made and used up, that of the certificate is made.
    watch = Watch.over(workstation, HOLDER.sid, killed(3))
    run(renewal, LabDrivers(workstation, sent), watch)
    assert len(watch.store.containers) == 3
    workstation.clock = lambda: datetime.now(UTC) + timedelta(hours=hours)
    workstation.observe = ignore
    prove(LabDrivers(workstation, sent), bundles.old)
    assert len(watch.store.containers.keys() - linked(watch.store)) == left
