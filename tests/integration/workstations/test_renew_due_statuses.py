# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook renew_due, by planted facts: one workstation for each status, and one whose day depends on the time zone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import CLIENT_AUTH
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    CertificateRecord,
    HolderRecord,
    KeyState,
    WorkstationRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from integration.plays import run_play
from lab.hospital import Hospital
from lab.people import JEANNE, PAUL, Desk, Seat
from lab.playbook import Run, fact_cache, play
from unit.plugins.plugin_utils.crls import crl, issuer, pem

NOW = datetime.now(UTC).replace(microsecond=0)
FAR_EAST = "Etc/GMT-12"
HOURS = NOW.hour + NOW.minute / 60
AFTERNOON = HOURS >= 12
"""Then it is the morning of the next day in the far east."""
BORDER = timedelta(days=40, hours=(30 if AFTERNOON else 18) - HOURS)
"""Until an end that is 40 calendar days away by one of the two clocks, and 41 by the other, for hours to come."""


def certificate(days: float, **changes: Any) -> CertificateRecord:
    """Jeanne's, in her own store, with so many days left."""
    end = NOW + timedelta(days=days)
    usual = CertificateRecord(
        owner_sid=JEANNE.sid,
        owner=JEANNE.account,
        store="CurrentUser\\My",
        thumbprint=f"{abs(hash((days, *changes))):040X}"[-40:],
        subject=f"CN={JEANNE.name} - {JEANNE.authorisation}",
        subject_cn=f"{JEANNE.name} - {JEANNE.authorisation}",
        issuer="CN=AC Personnes",
        issuer_cn="AC Personnes",
        serial="01",
        not_before=end - timedelta(days=1095),
        not_after=end,
        days_left=0,
        status=Status.VALID,
        eku=(CLIENT_AUTH,),
        key_type="RSA",
        key_size=2048,
        signature_hash="sha256",
        friendly_name=None,
        archived=False,
        key_state=KeyState.LINKED,
        key_provider=None,
        related=True,
    )
    return replace(usual, **changes)


ISSUER = issuer()
STORES: Mapping[str, tuple[CertificateRecord, ...]] = {
    "valid": (certificate(400),),
    "weak": (certificate(400, key_size=1024),),
    "weak-and-due": (certificate(3, key_size=1024),),
    "several-and-due": (certificate(3), certificate(2)),
    "renewal-due": (certificate(20),),
    "expired": (certificate(-3),),
    "not-yet-valid": (certificate(1100),),
    "missing": (),
    "duplicate": (certificate(400), certificate(500)),
    "key-missing": (certificate(400, key_state=KeyState.MISSING),),
    "wrong-holder": (certificate(400, owner_sid=PAUL.sid, owner=PAUL.account),),
    "revoked": (certificate(400, issuer=ISSUER, serial="2A"),),
    "border": (certificate(BORDER / timedelta(days=1)),),
}
"""Workstations by the status that Jeanne has there; the last one's is that of a time zone."""
LEFT_ALONE = {"valid", "weak", "revoked"} | ({"border"} if not AFTERNOON else set())


def facts(certificates: tuple[CertificateRecord, ...]) -> dict[str, Any]:
    holder = HolderRecord(
        user=JEANNE.account,
        name=JEANNE.name,
        authorisation=JEANNE.authorisation,
        authorisation_anniversary=None,
        owner_sid=JEANNE.sid,
        account=JEANNE.account,
        logged_on=True,
        status=Status.VALID,
        thumbprint=None,
        access_until=None,
        days_left=None,
    )
    read = WorkstationRecord(
        3, NOW, "WS", NOW, 0, 19045, "CHU\\svc", "FullLanguage", (), (holder,), certificates, 0, (), ()
    )
    return to_map(read)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    desks = tuple(Desk(name, (Seat(JEANNE),)) for name in (*STORES, "never-seen"))
    with Hospital(tmp_path_factory.mktemp("renew-due-statuses"), desks) as running:
        planted = {name: facts(certificates) for name, certificates in STORES.items()}
        (running.folder / "planted.json").write_text(json.dumps({"planted": planted}), encoding="utf-8")
        plant = {
            "ansible.builtin.set_fact": {"pkcs12": "{{ planted[inventory_hostname] }}", "cacheable": True},
            "when": "inventory_hostname in planted",
        }
        options = ("-e", f"@{running.folder / 'planted.json'}")
        assert run_play(running, *options, environment=fact_cache(running), tasks=[plant]).exit_code == 0
        yield running


def renew_due(hospital: Hospital, *options: str) -> Run:
    return play(hospital, "hospital_it.pkcs12.renew_due", "--check", *options, environment=fact_cache(hospital))


def called(hospital: Hospital, *options: str) -> set[str]:
    return {entry.workstation.lower() for entry in renew_due(hospital, *options).requests}


def test_every_status_that_a_renewal_cures_is_due_in_the_sites_time_zone(hospital: Hospital) -> None:
    everything = {*STORES, "never-seen"}
    assert called(hospital, "-e", f"pkcs12_time_zone={FAR_EAST}") == everything - LEFT_ALONE


def test_who_is_left_out_has_access_until_a_day_of_the_site(hospital: Hospital) -> None:
    """Far in the west, the last second before the end date of the authorisation is one of the end date itself in UTC."""
    last_day = NOW.date() + timedelta(days=JEANNE.authorised_days - 1)
    run = renew_due(hospital, "-e", "pkcs12_time_zone=Etc/GMT+12", "--limit", "valid")
    assert str(last_day) in run.stdout


def test_revoked_certificate_is_due_where_the_revocation_list_is_known(hospital: Hospital) -> None:
    """The list says so, and the facts do not: the certificate is valid for more than a year. Elsewhere only what is due is installed."""
    source, authorities = hospital.folder / "people.crl", hospital.folder / "authorities.pem"
    source.write_bytes(b"no list")
    authorities.write_bytes(pem())
    lists = {"pkcs12_crl": [str(source), "from_certificate"], "pkcs12_crl_issuer_files": [str(authorities)]}
    limit = ("--limit", "revoked:valid:duplicate")
    assert called(hospital, "-e", json.dumps(lists), *limit) == {"duplicate"}
    source.write_bytes(crl({0x2A: NOW - timedelta(days=2)}, until=NOW + timedelta(days=1)))
    # The call replaces the planted facts, so it comes last.
    run = renew_due(hospital, "-e", json.dumps(lists), *limit)
    assert {entry.workstation.lower() for entry in run.requests} == {"revoked", "duplicate"}
    install = {row.host: row.result["invocation"]["module_args"]["install"] for row in run.of("holder_certificates")}
    assert install == {"revoked": "always", "duplicate": "due"}, "by its dates it is not due"
