# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A key that somebody has imported by hand so that it can be exported is in the report, until a proof says no; unproven is unknown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from integration.audited import Site
from lab.emulated.store import Store
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, Desk, Seat
from lab.playbook import FACT_CACHE, play

CARDIO = "ws-cardio"


def report_of_audit(site: Site, *, prove: bool) -> dict[str, bool | None]:
    """What the report says of the keys of Jeanne and Elodie after an audit."""
    options = ("-e", f"pkcs12_prove_keys={prove}")
    audit = play(site.hospital, "hospital_it.pkcs12.audit", *options, environment=FACT_CACHE)
    assert audit.exit_code == 0
    assert site.report().exit_code == 0
    return {row["holder"]: row["key_exportable"] for row in site.written()["certificates"]}


def make_exportable(store: Store, exportable: bool) -> None:
    ((name, container),) = store.containers.items()
    store.containers[name] = replace(container, exportable=exportable)


def test_the_report_names_a_key_that_can_be_exported_until_a_proof_says_no(tmp_path: Path) -> None:
    desk = Desk(CARDIO, (Seat(JEANNE), Seat(ELODIE)))
    with Hospital(tmp_path, (desk,), days={JEANNE: 900, ELODIE: 900}) as hospital:
        for person in (JEANNE, ELODIE):
            issued = hospital.bundles[person.authorisation]
            hospital.emulated(CARDIO).store_of(person.sid).plant(issued.certificate, issued.private_key)
        store, site = hospital.emulated(CARDIO).store_of(JEANNE.sid), Site(hospital)
        make_exportable(store, True)
        jeanne, elodie = JEANNE.authorisation, ELODIE.authorisation
        assert report_of_audit(site, prove=False) == {jeanne: None, elodie: None}
        assert report_of_audit(site, prove=True) == {jeanne: True, elodie: False}
        assert report_of_audit(site, prove=False) == {jeanne: True, elodie: None}
        make_exportable(store, False)
        assert report_of_audit(site, prove=True) == {jeanne: False, elodie: False}
