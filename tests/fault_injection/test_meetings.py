# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others are at work on the same store: another play, the holder, somebody's script."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    FRIENDLY_NAME,
    read_records,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from fault_injection.faulty_run import run_with_fault, wrong_after_another_run
from fault_injection.final_state import wrong_in_the_end
from fault_injection.renewal_in_process import HOLDER, Captured, LabDrivers, Renewal
from fault_injection.renewals import RENEWALS, RenewalBundles
from lab.authority import IssuedBundle
from lab.emulated import Operation
from lab.emulated.element import pack, text
from lab.emulated.store import Store
from lab.faults import Watch, usable

WAIT = 10


@pytest.fixture
def renewal(bundles: RenewalBundles) -> Renewal:
    return RENEWALS["one old one"](bundles)


def brings_in(bundle: IssuedBundle) -> Callable[[Store], None]:
    def interfere(store: Store) -> None:
        store.plant(bundle.certificate, bundle.private_key)

    return interfere


def without_its_key(bundle: IssuedBundle) -> Callable[[Store], None]:
    def interfere(store: Store) -> None:
        store.plant(bundle.certificate)

    return interfere


def takes_out_all(store: Store) -> None:
    store.elements.clear()
    store.containers.clear()


def renames_all(store: Store) -> None:
    for name, raw in store.elements.items():
        store.elements[name] = pack({**read_records(raw), FRIENDLY_NAME: text("renamed by hand")})


CHANGES: dict[str, Callable[[RenewalBundles], Callable[[Store], None]]] = {
    "the new one came without its key": lambda m: without_its_key(m.new),
    "somebody else's certificate came": lambda m: brings_in(m.foreign),
    "the old one is gone": lambda _m: takes_out_all,
    "the old one has another name": lambda _m: renames_all,
}


@pytest.mark.parametrize("change", CHANGES)
def test_store_that_changed_after_it_was_read_is_left_alone(
    change: str, renewal: Renewal, bundles: RenewalBundles, sent: Captured
) -> None:
    interfere = CHANGES[change](bundles)
    faulty = run_with_fault(renewal, sent, between=interfere)
    assert faulty.refusal is not None
    assert faulty.refusal.code == "stale_store"
    assert not faulty.watch.operations
    others = usable(faulty.workstation.store_of(HOLDER.sid), datetime.now(UTC)) & {bundles.foreign.thumbprint}
    assert not wrong_after_another_run(faulty, renewal, sent, others)


class InTheMiddle:
    """Holds the first exchange after its n-th operation, until the other play has met it."""

    def __init__(self, number: int) -> None:
        self.number, self.reached, self.go_on = number, threading.Event(), threading.Event()

    def __call__(self, watch: Watch, _operation: Operation) -> None:
        if len(watch.operations) == self.number:
            self.reached.set()
            assert self.go_on.wait(WAIT)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_second_play_in_the_middle_of_the_first(number: int, renewal: Renewal, sent: Captured) -> None:
    workstation, middle = renewal.workstation(), InTheMiddle(number)
    watch = Watch.over(workstation, HOLDER.sid, middle)
    first = Background(lambda: renewal.run(LabDrivers(workstation, sent)))
    assert middle.reached.wait(WAIT)
    with pytest.raises(Pkcs12Error) as met:
        renewal.run(LabDrivers(workstation, sent))
    middle.go_on.set()
    first.join()
    assert met.value.code == "busy"
    assert first.refusal is None
    assert not [*watch.violations, *wrong_in_the_end(workstation, renewal)]


def test_both_plays_have_read_before_either_writes(renewal: Renewal, sent: Captured) -> None:
    workstation, both = renewal.workstation(), threading.Barrier(2)
    workstation.mutex_wait = WAIT
    watch = Watch.over(workstation, HOLDER.sid)
    drivers = [LabDrivers(workstation, sent, between=lambda _store: meet(both)) for _play in range(2)]
    plays = [Background(partial(renewal.run, driver)) for driver in drivers]
    for play in plays:
        play.join()
    assert sorted(play.refusal.code if play.refusal else "" for play in plays) == ["", "stale_store"]
    assert not [*watch.violations, *wrong_in_the_end(workstation, renewal)]


def meet(both: threading.Barrier) -> None:
    both.wait(WAIT)


class Background(threading.Thread):
    """A play of its own."""

    def __init__(self, play: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._play = play
        self.refusal: Pkcs12Error | None = None
        self.start()

    def run(self) -> None:
        try:
            self._play()
        except Pkcs12Error as refusal:
            self.refusal = refusal
