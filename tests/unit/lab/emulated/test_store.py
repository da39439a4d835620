# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated store keeps, and what Windows of an older build refuses to open."""

from __future__ import annotations

import pytest

from unit.lab.emulated.driver_calls import (
    ADMINISTRATOR,
    JEANNE,
    NEW,
    answer,
    importing,
    inventory,
    request,
    stdin,
    workstation,
)


def test_no_secret_is_in_a_repr() -> None:
    """Of accounts, containers, manifests."""
    store = workstation().store_of(JEANNE.sid)
    holder = store.plant_key(NEW.key)
    assert "PrivateKey" not in repr(holder)
    assert JEANNE.password not in repr(JEANNE)


@pytest.mark.parametrize(
    ("os_build", "dialect", "works"),
    [(14393, "aes", False), (14393, "3des", True), (16299, "aes", True), (19045, "3des", True)],
)
def test_an_old_build_takes_the_password_of_an_aes_bundle_for_wrong(os_build: int, dialect: str, works: bool) -> None:
    """PBES2 is read since Windows 10 1709 (build 16299)."""
    target = workstation()
    target.os_build = os_build
    found = answer(
        target, ADMINISTRATOR, stdin("store_exchange", request(target, JEANNE, importing(NEW, dialect)), JEANNE)
    )
    assert found["changed"] is works
    assert works or found["error"] == {"step": "i", "code": "import_failed", "hresult": 0x80070056}


def test_a_share_is_seen_only_while_its_owner_is_logged_on() -> None:
    """The hive, which says where AppData is, is loaded only then."""
    target = workstation()
    target.profiles[JEANNE.sid].redirected_to = r"\\nas\profiles\jdupont"
    codes = []
    for at_the_desk in (True, False):
        target.profiles[JEANNE.sid].logged_on = at_the_desk
        profile = next(p for p in inventory(target)["profiles"] if p["owner_sid"] == JEANNE.sid)
        codes.append([reason["code"] for reason in profile["unread"]])
    assert codes == [["redirected"], ["no_store"]]
