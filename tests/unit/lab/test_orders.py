# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can happen in a hospital that runs does happen there, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import parse_element
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.kinds import desks_of
from lab.orders import Orders
from lab.people import ANNE, JEANNE, KARIM


@pytest.fixture
def orders(tmp_path: Path) -> Iterator[Orders]:
    with Hospital(tmp_path, desks_of("emulated"), delivered=False) as hospital, Issuer(hospital) as issuer:
        yield Orders(issuer)


def stores(orders: Orders) -> dict[tuple[str, str], tuple[int, int]]:
    """Certificates and keys of everybody everywhere."""
    hospital = orders.issuer.hospital
    found = {}
    for desk in hospital.desks:
        for seat in desk.seats:
            store = hospital.emulated(desk.name).store_of(seat.person.sid)
            found[desk.name, seat.person.login] = (len(store.elements), len(store.containers))
    return found


def ends(orders: Orders, desk: str, sid: str) -> datetime:
    """The end of the one certificate in a store."""
    (element,) = orders.issuer.hospital.emulated(desk).store_of(sid).elements.values()
    return x509.load_der_x509_certificate(parse_element(element).der).not_valid_after_utc


def logged_on(orders: Orders, desk: str, sid: str) -> bool:
    return orders.issuer.hospital.emulated(desk).profiles[sid].logged_on


@pytest.mark.parametrize("days", [20, 0, -3])
def test_certificate_ends_when_it_is_told(orders: Orders, days: int) -> None:
    empty = stores(orders)
    said = orders({"order": "age", "people": [JEANNE.login], "days": days, "workstation": None})
    assert len(said) == 2  # she works at two workstations
    assert stores(orders) == empty | {("ws-cardio", "jdupont"): (1, 1), ("ws-radio", "jdupont"): (1, 1)}
    for desk in ("ws-cardio", "ws-radio"):
        assert abs(ends(orders, desk, JEANNE.sid) - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)


def test_certificate_is_replaced_at_one_workstation_only(orders: Orders) -> None:
    both = {"order": "age", "people": [JEANNE.login], "days": 900, "workstation": None}
    orders(both)
    orders({**both, "days": -1, "workstation": "ws-radio"})
    assert ends(orders, "ws-cardio", JEANNE.sid) > datetime.now(UTC) + timedelta(days=890)
    assert ends(orders, "ws-radio", JEANNE.sid) < datetime.now(UTC)


def test_who_logs_on_and_off_does_so_at_the_own_workstations(orders: Orders) -> None:
    assert not logged_on(orders, "ws-pharmacy", ANNE.sid)
    orders({"order": "logon", "people": [ANNE.login], "workstation": None})
    assert logged_on(orders, "ws-pharmacy", ANNE.sid)
    orders({"order": "logoff", "people": [JEANNE.authorisation], "workstation": "ws-radio"})
    states = [logged_on(orders, desk, JEANNE.sid) for desk in ("ws-cardio", "ws-radio")]
    assert (states, logged_on(orders, "ws-radio", KARIM.sid)) == ([True, False], True)


def test_workstation_that_is_not_there_is_not_replaced_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.kinds.bed", lambda: None)
    with pytest.raises(FileNotFoundError, match="make bed"):
        desks_of("windows_powershell")
