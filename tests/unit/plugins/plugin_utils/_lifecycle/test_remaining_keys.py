# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that a removal leaves. ``tests/promises/shared_keys.md`` has what becomes of them where My of the leaver shows why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.absent import Absent
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.removal import RemovalSelector
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import RemovalPolicy
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import JournalEntry
from lab.authority import Authority, IssuedBundle
from lab.authority.authority import new_key
from lab.authority.dialect import PrivateKey
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.fakes import NOW, PASSPHRASE, YEAR, execution, issue, run_state

ALL = RemovalSelector(issuer=".")


def reissued(authority: Authority, key: PrivateKey, left: timedelta) -> IssuedBundle:
    """A certificate of the holder with this key."""
    dates = {"not_before": NOW - 2 * YEAR, "not_after": NOW + left}
    return authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, key=key, **dates)


def removed(thumbprint: str, **facts: Any) -> JournalEntry:
    told = {"thumbprint": thumbprint, "kept_because": None} | facts
    return JournalEntry("1", "remove", "done", "2026-11-25T12:00:00Z", told)


def left(drivers: FakeDrivers, *journal: JournalEntry, selector: RemovalSelector = ALL) -> Pkcs12Error | None:
    drivers.lie = {"journal": journal}
    done = run_state(Absent(selector, RemovalPolicy(), execution()), drivers)
    assert done.error is None
    return done.left


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"key": "kept", "kept_because": "machine_key"}, "key_left.machine"),
        ({"key": "kept", "kept_because": "shared_container"}, "key_left.other_store"),
        ({"key": "kept", "kept_because": "a reason of a later version"}, "key_left.other_store"),
        ({"key": "deleted"}, None),
        ({"key": "gone"}, None),
        ({"key": "none"}, None),
    ],
)
def test_a_key_that_stays_is_named_with_its_container(
    authority: Authority, facts: dict[str, Any], code: str | None
) -> None:
    drivers = FakeDrivers()
    thumbprint = drivers.plant(issue(authority))
    found = left(drivers, removed(thumbprint, **facts))
    if code is None:
        assert found is None
        return
    assert found is not None
    (cause,) = found.problem.causes
    assert (found.code, found.changed, cause.code) == ("key_left", True, code)
    assert cause.values["container"] == "{1}"
    assert thumbprint in str(cause.values["certificate"])


def test_what_a_later_step_takes_is_gone(authority: Authority) -> None:
    """By its container; the fake has one for all."""
    drivers = FakeDrivers()
    first, second = drivers.plant(issue(authority)), drivers.plant(issue(authority))
    shared = {"key": "kept", "kept_because": "shared_container"}
    assert left(drivers, removed(first, **shared), removed(second, key="deleted")) is None


def test_a_run_for_expired_ones_leaves_the_key_to_the_persons_valid_one(authority: Authority) -> None:
    key = new_key("ec-p256")
    expired = RemovalSelector(issuer=".", expired_for_days=1)
    drivers = FakeDrivers()
    old = drivers.plant(reissued(authority, key, -timedelta(days=30)))
    new = drivers.plant(reissued(authority, key, YEAR))
    journal = removed(old, key="kept", kept_because="shared_public_key")
    assert left(drivers, journal, selector=expired) is None
    assert [*drivers.elements] == [new]
