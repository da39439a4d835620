# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook renew_due, by planted facts: a certificate is due that only a revocation list says is revoked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    SCHEMA,
    HolderRecord,
    WorkstationRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from integration.plays import run_play
from lab.hospital import Hospital
from lab.people import JEANNE, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play
from unit.plugins.plugin_utils.crls import crl, issuer, pem
from unit.plugins.plugin_utils.records import record

NOW = datetime.now(UTC).replace(microsecond=0)
OTHER = ("CN=AC Personnes", "01")
ISSUERS = {"revoked": [(issuer(), "2A")], "valid": [OTHER], "duplicate": [OTHER, OTHER]}
"""The issuer and the serial number of Jeanne's certificates at each workstation."""


def facts(name: str) -> object:
    number, account, sid = JEANNE.authorisation, JEANNE.account, JEANNE.sid
    holder = HolderRecord(account, JEANNE.name, number, None, sid, account, True, Status.VALID, None, None, None)
    of = {"owner_sid": sid, "owner": account, "subject_cn": f"{JEANNE.name} - {number}"}
    certificates = tuple(
        record(days=days, issuer=issued_by, serial=serial, not_after=NOW + timedelta(days=days), **of)
        for days, (issued_by, serial) in enumerate(ISSUERS[name], 400)
    )
    read = ("WS", NOW, 0, 19045, "CHU\\svc", "FullLanguage", (), (holder,), certificates, 0, (), ())
    return to_map(WorkstationRecord(SCHEMA, NOW, *read))


def called(run: Run) -> set[str]:
    return {entry.workstation.lower() for entry in run.requests}


def test_revoked_certificate_is_due_where_the_revocation_list_is_known(tmp_path: Path) -> None:
    """The list says so, and the facts do not: the certificate is valid for more than a year. Elsewhere only what is due is installed."""
    source, authorities = tmp_path / "people.crl", tmp_path / "authorities.pem"
    authorities.write_bytes(pem())
    lists = {"pkcs12_crl": [str(source), "from_certificate"], "pkcs12_crl_issuer_files": [str(authorities)]}
    with Hospital(tmp_path, tuple(Desk(name, (Seat(JEANNE),)) for name in ISSUERS)) as hospital:

        def renew_due() -> Run:
            options = ("--check", "-e", json.dumps(lists))
            return play(hospital, "hospital_it.pkcs12.renew_due", *options, environment=FACT_CACHE)

        given = json.dumps({"planted": {name: facts(name) for name in ISSUERS}})
        plant = {"ansible.builtin.set_fact": {"pkcs12": "{{ planted[inventory_hostname] }}", "cacheable": True}}
        assert run_play(hospital, "-e", given, environment=FACT_CACHE, tasks=[plant]).exit_code == 0
        source.write_bytes(b"no list")
        assert called(renew_due()) == {"duplicate"}
        source.write_bytes(crl({0x2A: NOW - timedelta(days=2)}, until=NOW + timedelta(days=1)))
        run = renew_due()  # the call replaces the planted facts, so it comes last
    assert called(run) == {"revoked", "duplicate"}
    install = {row.host: row.result["invocation"]["module_args"]["install"] for row in run.of("holder_certificates")}
    assert install == {"revoked": "always", "duplicate": "due"}, "by its dates it is not due"
