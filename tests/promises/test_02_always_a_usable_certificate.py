# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each operation on the store is hit by a fault in turn. The holder can log on after each, and after a power loss; the next run ends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from fault_injection.faulty_run import operations, run_with_fault, wrong_after_another_run
from fault_injection.renewal_in_process import Captured, Renewal
from fault_injection.renewals import RENEWALS, RenewalBundles
from lab.faults import Act, failing, killed, loses_the_first_key, together

"""How many faults it is, and what happens."""


@pytest.fixture(params=RENEWALS)
def renewal(request: pytest.FixtureRequest, bundles: RenewalBundles) -> Renewal:
    return RENEWALS[request.param](bundles)


def assert_survives(renewal: Renewal, sent: Captured, faults: Iterable[Act]) -> None:
    """Each fault on a workstation of its own."""
    for act in faults:
        faulty = run_with_fault(renewal, sent, act)
        assert faulty.refusal is not None
        assert faulty.refusal.problem.code in CODES
        assert not faulty.watch.violations
        assert not wrong_after_another_run(faulty, renewal, sent)


def test_driver_dies_after_each_operation(renewal: Renewal, sent: Captured) -> None:
    last = operations(renewal, sent)
    assert_survives(renewal, sent, (killed(number) for number in range(1, last + 1)))


def test_disk_is_full_after_each_operation(renewal: Renewal, sent: Captured) -> None:
    last = operations(renewal, sent)
    assert_survives(renewal, sent, (failing(number) for number in range(1, last + 1)))


def test_driver_dies_while_it_takes_back(renewal: Renewal, sent: Captured) -> None:
    assert_survives(renewal, sent, while_taking_back(renewal, sent))


def while_taking_back(renewal: Renewal, sent: Captured) -> Iterator[Act]:
    """A failure after each operation, and a death after each of those that take back."""
    for number in range(1, operations(renewal, sent) + 1):
        last = len(run_with_fault(renewal, sent, failing(number)).watch.operations)
        for later in range(number + 1, last + 1):
            yield together(failing(number), killed(later))


def test_taking_back_fails_too(renewal: Renewal, sent: Captured) -> None:
    last = operations(renewal, sent)
    assert_survives(renewal, sent, (failing(number, number + 1) for number in range(1, last + 1)))


def test_key_is_lost_by_the_time_it_is_proven(renewal: Renewal, sent: Captured) -> None:
    assert_survives(renewal, sent, [loses_the_first_key])
