# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a certificate stands in time, to the second, and what is too weak."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import (
    Calendar,
    is_weak,
    status_in_time,
)
from unit.plugins.plugin_utils.fakes import certificate

SECOND = timedelta(seconds=1)
MIDNIGHT = datetime(2029, 1, 1, tzinfo=timezone.utc)
BASE = replace(certificate("Jeanne"), not_before=datetime(2026, 1, 1, tzinfo=timezone.utc), not_after=MIDNIGHT)
NO_END = replace(BASE, not_after=datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc))


def test_a_certificate_without_an_end_is_valid() -> None:
    now = datetime(2026, 11, 1, 12, tzinfo=timezone.utc)
    assert status_in_time(NO_END, now, Calendar()) is Status.VALID
    assert Calendar().days_left(NO_END.not_after, now) > 2_900_000


@pytest.mark.parametrize(
    ("now", "status", "days"),
    [
        (BASE.not_before - SECOND, Status.NOT_YET_VALID, 1097),
        (BASE.not_before, Status.VALID, 1096),
        (MIDNIGHT - timedelta(days=40) - SECOND, Status.VALID, 41),
        (MIDNIGHT - timedelta(days=40), Status.RENEWAL_DUE, 40),
        (BASE.not_after - SECOND, Status.RENEWAL_DUE, 1),
        (BASE.not_after, Status.RENEWAL_DUE, 0),
        (BASE.not_after + SECOND, Status.EXPIRED, 0),
        (BASE.not_after + timedelta(days=1), Status.EXPIRED, -1),
    ],
)
def test_status_changes_on_the_second(now: datetime, status: Status, days: int) -> None:
    assert status_in_time(BASE, now, Calendar()) is status
    assert Calendar().days_left(BASE.not_after, now) == days


def test_with_no_days_renewal_is_due_on_the_last_day_alone() -> None:
    assert status_in_time(BASE, MIDNIGHT - SECOND, Calendar(0)) is Status.VALID
    assert status_in_time(BASE, MIDNIGHT, Calendar(0)) is Status.RENEWAL_DUE


@pytest.mark.parametrize(
    ("key_type", "key_size", "signature_hash", "weak"),
    [
        ("RSA", 2048, "sha256", False),
        ("RSA", 2047, "sha256", True),
        ("RSA", 4096, "sha1", True),
        ("RSA", 4096, "md5", True),
        ("EC secp256r1", 256, "sha256", False),
        ("EC secp224r1", 224, "sha256", True),
        ("EC secp521r1", 521, "sha512", False),
        ("EC secp521r1", 521, "sha1", True),
        ("Ed25519", 0, None, False),
        ("unknown", 0, None, False),
        ("unknown", 0, "md5", True),
    ],
)
def test_a_short_key_and_a_broken_hash_are_weak(
    key_type: str, key_size: int, signature_hash: str | None, weak: bool
) -> None:
    assert is_weak(key_type, key_size, signature_hash) is weak
