# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewal on Windows PowerShell that loses its connection, once before anything was done and once when all was.

What happens between two operations on the store is shown on the emulated workstation alone: here nothing can look in between.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.plays import failed_hosts, run_play, tasks
from integration.test_windows import Found, look
from lab.authority import Authority, IssuedBundle
from lab.hospital import Hospital
from lab.people import LOUIS, Desk, Seat
from lab.playbook import Run
from lab.wine import WineWorkstation
from lab.winrm import Cut, Moment, Request

pytestmark = pytest.mark.windows
EXCHANGE = 2
"""The exchange is the second command of a renewal."""


class Connection:
    """Ends where the test says: at an action of the exchange, before or after it was carried out."""

    def __init__(self) -> None:
        self.ends: tuple[str, Moment] | None = None
        self._commands = 0

    def __call__(self, request: Request) -> None:
        if request.action == "Command" and request.moment is Moment.BEFORE:
            self._commands += 1
        if self._commands == EXCHANGE and (request.action, request.moment) == self.ends:
            raise Cut

    def lasts_until(self, action: str, moment: Moment) -> None:
        """For the next renewal."""
        self.ends, self._commands = (action, moment), 0

    def lasts(self) -> None:
        """To the end."""
        self.ends = None


def test_renewal_goes_on_after_its_connection_was_lost(tmp_path: Path) -> None:
    connection = Connection()
    with Hospital(tmp_path, [Desk("ws-dosimetry", (Seat(LOUIS),), windows=True)], intercept=connection) as hospital:
        workstation = hospital.workstations["ws-dosimetry"]
        assert isinstance(workstation, WineWorkstation)
        old, new = installed_before(), hospital.bundles[LOUIS.authorisation]
        assert not failed_hosts(install(hospital, old))
        connection.lasts_until("Send", Moment.BEFORE)
        assert failed_hosts(install(hospital, new))
        assert_only(look(workstation), old)
        connection.lasts_until("Receive", Moment.AFTER)
        assert failed_hosts(install(hospital, new))
        assert_only(look(workstation), new)
        connection.lasts()
        run = install(hospital, new)
        assert [row.result["changed"] for row in run.of("certificate")] == [False]
        assert_only(look(workstation), new)


def installed_before() -> IssuedBundle:
    """By an authority of the same name, and ending sooner."""
    end = datetime.now(UTC) + timedelta(days=30)
    return Authority.create().issue(LOUIS.name, LOUIS.authorisation, passphrase="the old one", not_after=end)


def install(hospital: Hospital, bundle: IssuedBundle) -> Run:
    path = hospital.folder / "bundle.p12"
    path.write_bytes(bundle.data)
    call = {"path": str(path), "passphrase": bundle.passphrase, "holder": "{{ pkcs12_holders[0].user }}"}
    return run_play(hospital, tasks=tasks({"certificate": call}))


def assert_only(found: Found, bundle: IssuedBundle) -> None:
    """One certificate, one container, and the one leads to the other."""
    assert found.links.keys() == {bundle.thumbprint}
    assert list(found.links.values()) == found.containers
