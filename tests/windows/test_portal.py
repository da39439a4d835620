# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A portal that refuses a certificate, asked by Windows PowerShell."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.plays import failed_hosts, holder, run_play, tasks
from lab.hospital import Hospital
from lab.people import LOUIS, Desk, Seat
from lab.portal import Demand, Portal, Terms
from lab.tls import trust
from lab.wine import WineWorkstation

pytestmark = pytest.mark.windows


def test_windows_powershell_names_the_cause_and_takes_the_import_back(tmp_path: Path) -> None:
    """Wine sends no client certificate, so that no portal accepts it there."""
    with Hospital(tmp_path / "hospital", [Desk("ws-dosimetry", (Seat(LOUIS),), windows=True)]) as hospital:
        workstation = hospital.workstations["ws-dosimetry"]
        assert isinstance(workstation, WineWorkstation)
        workstation.trust_root(trust(hospital.authority, tmp_path))
        with Portal(hospital.authority, terms=Terms(Demand.OPTIONAL, "localhost")) as portal:
            required = {"pkcs12_portal_url": portal.url, "pkcs12_require_portal": True}
            refused = run_play(hospital, roles=["hospital_it.pkcs12.enrol"], vars=required)
            row = holder(refused, "ws-dosimetry").result
            connected = [step for step in row["journal"] if step["step"] == "connect"]
            assert [(step["code"], step["http_status"], step["tls_version"]) for step in connected] == [
                ("none_sent", 403, "TLSv1.2")
            ]
            assert (row["error"]["code"], row["changed"]) == ("connect_failed", False)
            assert not failed_hosts(run_play(hospital, roles=["hospital_it.pkcs12.enrol"]))
            account, number = "{{ pkcs12_holders[0].user }}", LOUIS.authorisation
            run = run_play(
                hospital,
                tasks=tasks(
                    {
                        "portal_info": {
                            "from": "workstation",
                            "url": portal.url,
                            "holder": account,
                            "authorisation": number,
                            "use_proxy": False,
                        }
                    }
                ),
            )
        (asked,) = run.of("portal_info")
        assert (asked.result["accepted"], asked.result["code"], asked.result["sent"]) == (False, "none_sent", False)
        assert {visit.thumbprint for visit in portal.visitors} == {None}
