# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many holders: each at a workstation of his own, or all at one, as at a terminal server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host
from unit.plugins.plugin_utils._report.known import DAY, NOW, OFF, record

NAMES = ("Zoé", "Jeanne", "Paul", "Anne", "Émile", "Louis")


def entry(number: int) -> HolderEntry:
    """A holder's entry; every third is not logged on, some authorisations are over."""
    name = f"{NAMES[number % len(NAMES)]} Dupont {number}"
    anniversary = NOW.date() + timedelta(days=number % 700 - 100)
    sid = f"S-1-5-21-1004336348-1177238915-682003330-{1100 + number}"
    user = f"CHU\\user{number}"
    return HolderEntry(
        user, ExpectedSubject(name, f"T{100000 + number}"), anniversary, sid, user, logged_on=number % 3 > 0
    )


def certificates(number: int, later: int = 0) -> tuple[CertificateRecord, ...]:
    """Two of a holder, the older one superseded or both over; ``later``: renewed so many days after."""
    own = entry(number)
    return tuple(
        replace(
            record(own.person.authorisation or "", days, owner_sid=own.owner_sid, owner=own.account),
            thumbprint=f"{number:020X}{days + 5000:020X}",
        )
        for days in (number * 7 % 1100 - 50 + later, number * 7 % 1100 - 900)
    )


def spread(size: int, later: int = 0) -> tuple[Host, ...]:
    """A workstation for each; every fiftieth was never seen, every tenth did not answer today."""
    return tuple(
        Host(f"ws-{number:05}", (entry(number),), problem=OFF)
        if number % 50 == 49
        else Host(
            name=f"ws-{number:05}",
            entries=(entry(number),),
            computer=f"WS-{number:05}",
            facts_at=NOW - DAY,
            problem=OFF if number % 10 == 9 else None,
            clock_skew_seconds=number % 7 - 3,
            not_listed=3,
            certificates=certificates(number, later),
        )
        for number in range(size)
    )


def crowd(size: int, later: int = 0) -> tuple[Host, ...]:
    """One workstation for all."""
    all_of_them = tuple(each for number in range(size) for each in certificates(number, later))
    return (Host("ts-1", tuple(map(entry, range(size))), "TS-1", NOW, None, 0, certificates=all_of_them),)
