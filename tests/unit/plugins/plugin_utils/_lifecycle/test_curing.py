# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate whose key is dead comes anew out of its bundle, where another import can cure it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.present import Install, PresentFromFolder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.bundles import BundleFolder
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import Prove
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    ExchangeError,
    StepRequest,
)
from lab.authority import Authority, IssuedBundle
from lab.emulated.element import properties
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers, StepError
from unit.plugins.plugin_utils.fakes import (
    CARD,
    OTHER_SID,
    SID,
    YEAR,
    inventory,
    issue,
    opened,
    present,
    present_options,
    profile,
    run_state,
)


@pytest.fixture(scope="module")
def new(authority: Authority) -> IssuedBundle:
    return issue(authority, left=3 * YEAR)


@dataclass(slots=True)
class Dead(FakeDrivers):
    """A workstation where the keys of ``dead`` are lost. An import brings a key, unless ``incurable``."""

    dead: set[str] = field(default_factory=set)
    incurable: bool = False

    def _refuse(self, step: StepRequest) -> None:
        if step.type == "import" and not self.incurable:
            self.dead.discard(step.thumbprint)
        if step.type == "prove" and step.thumbprint in self.dead:
            raise StepError("no_key")


@pytest.mark.parametrize("last", ["asked now", "an older one goes", "remembered"])
def test_a_dead_key_comes_anew_out_of_the_bundle(authority: Authority, new: IssuedBundle, last: str) -> None:
    old = issue(authority, left=YEAR)
    drivers = Dead()
    if last == "an older one goes":
        drivers.plant(old)
    thumbprint = drivers.plant(new)
    drivers.dead = {thumbprint}
    known = {(SID, thumbprint), (SID, "0" * 40), ("S-1-5-21-9", opened(old).leaf.thumbprint)}
    prove = Prove.ALWAYS if last == "asked now" else Prove.ON_CHANGE
    options = present_options(prove=prove, unusable=known if last == "remembered" else frozenset())
    outcome = present(options, opened(new), drivers)
    assert (outcome.proven, outcome.plan.imports, drivers.dead) == (True, True, set())
    assert [(found.thumbprint, found.key_works) for found in outcome.after.certificates] == [(thumbprint, True)]
    assert drivers.calls == ["inventory", "exchange"] + ["exchange"] * (last != "remembered")


def test_what_earlier_facts_say_against_a_key_counts_until_it_signs(new: IssuedBundle) -> None:
    drivers = FakeDrivers(inventory(profiles=(profile(loaded=False),)))
    thumbprint = drivers.plant(new)
    options = present_options(person=ExpectedSubject("Jeanne Dupont", "T123456"), unusable={(SID, thumbprint)})
    folder = BundleFolder(Path("/bundles"), "*.p12", (opened(new),), ())
    outcome = run_state(PresentFromFolder(options, folder, Install.DUE, Calendar()), drivers)
    assert outcome.deferred
    assert [found.key_works for found in outcome.after.certificates] == [False]


@pytest.mark.parametrize("why", ["incurable", "card", "asks"])
def test_what_another_import_does_not_cure_is_said_at_once(new: IssuedBundle, why: str) -> None:
    drivers = Dead(incurable=True)
    thumbprint = drivers.plant(new)
    drivers.dead = {thumbprint}
    if why == "card":
        der = opened(new).leaf.der
        drivers.elements[thumbprint] = properties(der, KeyProvInfo("{1}", CARD, 0, 0, 0))
    if why == "asks":
        drivers.lie = {"error": ExchangeError("1", "sign_failed", 0x80090022)}
    held = dict(drivers.elements)
    with pytest.raises(Pkcs12Error) as refusal:
        present(present_options(prove=Prove.ALWAYS), opened(new), drivers)
    assert drivers.elements == held
    assert refusal.value.code == ("key_asks" if why == "asks" else "no_key")
    assert drivers.calls.count("exchange") == (2 if why == "incurable" else 1)


def test_a_key_that_was_dead_in_another_store_is_not_this_holders(new: IssuedBundle) -> None:
    """Two people may have the same certificate in their stores, and one of them a key that was lost."""
    drivers = FakeDrivers()
    thumbprint = drivers.plant(new)
    present(present_options(unusable={(OTHER_SID, thumbprint)}), opened(new), drivers)
    assert drivers.calls == ["inventory"]
    present(present_options(unusable={(SID, thumbprint)}), opened(new), drivers)
    assert drivers.calls == ["inventory", "inventory", "exchange"]
