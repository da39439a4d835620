# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated store keeps, and what Windows of an older build refuses to open."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    parse_element,
)
from lab.emulated import LoggingPolicy
from lab.emulated.element import MACHINE_KEYSET
from unit.lab.emulated.driver_calls import (
    ADMINISTRATOR,
    JEANNE,
    MARC,
    NEW,
    OLD,
    SERVICE,
    answer,
    importing,
    inventory,
    request,
    stdin,
    workstation,
)


def test_a_planted_certificate_reads_as_planted() -> None:
    """Through the product's own parser."""
    store = workstation().store_of(JEANNE.sid)
    thumbprint = store.plant(OLD.certificate, OLD.key, friendly_name="SISERI é", archived=True, provider_type=24)
    element = parse_element(store.elements[thumbprint])
    assert (element.thumbprint, element.der) == (OLD.thumbprint, OLD.der)
    assert (element.friendly_name, element.archived) == ("SISERI é", True)
    assert element.key is not None
    assert (element.key.provider_type, element.key.key_spec) == (24, 1)
    assert store.containers[element.key.container].key is OLD.key


def test_each_planted_key_has_a_container_of_its_own() -> None:
    """As on Windows, when a bundle names none."""
    store = workstation().store_of(JEANNE.sid)
    store.plant(OLD.certificate, OLD.key)
    store.plant(NEW.certificate, NEW.key)
    store.plant_key(NEW.key)
    assert len(store.containers) == 3
    assert all(holder.provider == "Microsoft Software Key Storage Provider" for holder in store.containers.values())


def test_the_computers_keys_are_marked_as_such() -> None:
    """CRYPT_MACHINE_KEYSET."""
    target = workstation()
    target.machine.plant(OLD.certificate, OLD.key)
    (found,) = inventory(target)["machine"]["elements"]
    element = parse_element(base64.b64decode(found["data"]))
    assert found["source"] == "hive"
    assert element.key is not None
    assert element.key.flags == MACHINE_KEYSET


def test_no_secret_is_in_a_repr() -> None:
    """Of accounts, containers, manifests."""
    store = workstation().store_of(JEANNE.sid)
    holder = store.plant_key(NEW.key)
    assert "PrivateKey" not in repr(holder)
    assert JEANNE.password not in repr(JEANNE)


def test_every_persons_store_is_his_own() -> None:
    """Two holders on one workstation."""
    target = workstation()
    target.store_of(JEANNE.sid).plant(OLD.certificate, OLD.key)
    target.store_of(MARC.sid).plant(NEW.certificate, NEW.key)
    counted = {p["owner_sid"]: len(p["elements"]) for p in inventory(target)["profiles"]}
    assert counted == {SERVICE.sid: 0, JEANNE.sid: 1, MARC.sid: 1}


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


def test_the_logging_policy_is_reported() -> None:
    """The controller refuses to send secrets then."""
    target = workstation()
    target.logging = LoggingPolicy(script_block=True)
    assert inventory(target)["logging"] == {"script_block": True, "module": False, "transcription": False}


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
