# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each mistake in an alert rule turns its tests red: a start of promtool for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitoring.test_promtool import ALERTS, with_rules

pytestmark = pytest.mark.promtool

ACCEPTED = "unless on (authorisation, issuer) pkcs12_holder_accepted_until_timestamp_seconds > time()"
ON_LEAVE = '          unless on (authorisation, issuer) pkcs12_holder_status{status="on_leave",authorisation!=""} == 1'
MISTAKES = [
    ("> 2 * 86400", "> 3 * 86400"),
    ("absent(", "count("),
    ("for: 2h", "for: 12h"),
    ("time() < 14 * 86400", "time() < 13 * 86400"),
    ("and pkcs12_holder_access_until_timestamp_seconds > time()", ""),
    (
        "  pkcs12_holder_access_until_timestamp_seconds <= time()",
        "  pkcs12_holder_access_until_timestamp_seconds < time()",
    ),
    ('access="no",status!~"expired|awaited', 'access="no",status!~"expired|awaited|key_missing'),
    ('expired|awaited|on_leave"', 'expired|awaited"'),
    ('{access="no",', '{access="unknown",'),
    ('expired|awaited|on_leave"} == 1\n          ' + ACCEPTED, 'expired|awaited|on_leave"} == 1'),
    ('weak|duplicate"} == 1\n          ' + ACCEPTED, 'weak|duplicate"} == 1'),
    (
        'weak|duplicate"} == 1\n          ' + ACCEPTED,
        'weak|duplicate"} == 1\n          ' + ACCEPTED.partition(" > ")[0],
    ),
    ("> time()\n          " + ACCEPTED, "> time()"),
    (ON_LEAVE + "\n        for: 1h", "        for: 1h"),
    ("<= time()\n          " + ACCEPTED + "\n" + ON_LEAVE, "<= time()\n          " + ACCEPTED),
    ('"on_leave",authorisation!=""} == 1\n        labels', '"on_leave"} == 1\n        labels'),
    (
        '"on_leave",authorisation!=""} == 1\n        labels',
        '"on_leave|expired",authorisation!=""} == 1\n        labels',
    ),
    ("<= time()\n          " + ACCEPTED, "<= time()"),
    (
        'unless on (authorisation, issuer) pkcs12_accepted_until_timestamp_seconds{what="authorisation_renewal_due"} > time()',
        "",
    ),
    (
        'unless on (authorisation, issuer) pkcs12_accepted_until_timestamp_seconds{what="authorisation_expired"} > time()',
        "",
    ),
    ('{what="authorisation_expired"}', ""),
    (
        "accepted_until_timestamp_seconds - time() < 14 * 86400",
        "accepted_until_timestamp_seconds - time() < 13 * 86400",
    ),
    ("and pkcs12_accepted_until_timestamp_seconds > time()", ""),
    ("pkcs12_revocation_list_problems > 0", "pkcs12_revocation_list_problems >= 0"),
    (
        "pkcs12_revocation_list_next_update_timestamp_seconds > 86400",
        "pkcs12_revocation_list_next_update_timestamp_seconds > 0",
    ),
    ('status=~"weak|duplicate"', 'status=~"weak|duplicate|unknown"'),
    ("time() < 40 * 86400", "time() < 60 * 86400"),
    ("pkcs12_authorisation_end_timestamp_seconds <= time()", "pkcs12_authorisation_end_timestamp_seconds >= time()"),
    ("_without_holder_accepted > 0", "_without_holder_accepted >= 0"),
    (" - pkcs12_certificates_without_holder_accepted", ""),
    ("> 14 * 86400", "> 15 * 86400"),
    ('answer="never_seen"', 'answer="answered"'),
    ("pkcs12_workstation_unread > 0", "pkcs12_workstation_unread > 1"),
    ("abs(pkcs12_workstation_clock_skew_seconds) > 300", "pkcs12_workstation_clock_skew_seconds > 300"),
    ("abs(pkcs12_workstation_clock_skew_seconds) > 300", "abs(pkcs12_workstation_clock_skew_seconds) >= 300"),
    ("for: 1d\n        labels: {severity: critical}", "labels: {severity: critical}"),
]


@pytest.mark.parametrize(("right", "wrong"), MISTAKES, ids=[wrong or right for right, wrong in MISTAKES])
def test_a_mistake_in_a_rule_is_found(tmp_path: Path, right: str, wrong: str) -> None:
    rules = ALERTS.read_text(encoding="utf-8")
    assert right in rules
    assert with_rules(tmp_path, rules.replace(right, wrong, 1)).returncode != 0
