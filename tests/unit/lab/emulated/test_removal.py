# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows before 1809 (build 17763) removes no read-only file, and keeps the name of one that is open elsewhere. Wine is newer."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo, store_hash
from lab.emulated import EmulatedWorkstation, PlacedFile
from lab.emulated.element import pack, properties
from lab.emulated.store import CNG_PROVIDER
from lab.key_files import cng_key_file
from unit.lab.emulated.driver_calls import ADMINISTRATOR, MARC, NEW, answer, stdin, workstation

OLD, KNOWS_POSIX = 14393, 17763
CONTAINER, ACCESS_DENIED = "{11111111-0000-0000-0000-000000000001}", 0x80070005


def leaver(os_build: int, **facts: Any) -> EmulatedWorkstation:
    """Marc, who is not logged on, with a certificate, and its key in a file with these facts."""
    target = workstation()
    target.os_build = os_build
    target.store_of(MARC.sid).plant_raw(
        NEW.thumbprint, pack(properties(NEW.der, KeyProvInfo(CONTAINER, CNG_PROVIDER, 0, 0, 0)))
    )
    folder = rf"{target.profiles[MARC.sid].path}\AppData\Roaming\Microsoft\Crypto\Keys"
    target.files.put(PlacedFile(rf"{folder}\one", cng_key_file(CONTAINER), **facts))
    return target


def removing_the_key(target: EmulatedWorkstation) -> dict[str, Any]:
    observed = store_hash(target.store_of(MARC.sid).elements.values())
    step = {"id": "k", "step": "remove_key", "thumbprint": NEW.thumbprint}
    arguments = {"protocol": 1, "owner_sid": MARC.sid, "observed": observed, "steps": [step]}
    return answer(target, ADMINISTRATOR, stdin("profile_exchange", arguments))


@pytest.mark.parametrize(("os_build", "then"), [(KNOWS_POSIX, "gone"), (OLD, None)])
def test_a_key_file_that_is_open_elsewhere_goes_at_once_or_blocks_the_next_run(os_build: int, then: str | None) -> None:
    target = leaver(os_build, shared=True)
    assert removing_the_key(target)["journal"][0]["key"] == "deleted"
    found = removing_the_key(target)
    assert found["journal"][0].get("key") == then
    assert found["error"] is None or (found["error"]["code"], found["error"]["hresult"]) == (
        "unread_key",
        ACCESS_DENIED,
    )


@pytest.mark.parametrize(("os_build", "code"), [(KNOWS_POSIX, None), (OLD, "remove_key_failed")])
def test_a_key_file_that_is_read_only(os_build: int, code: str | None) -> None:
    found = removing_the_key(leaver(os_build, read_only=True))
    assert (found["error"] or {}).get("code") == code
    assert found["changed"] is (code is None)


@pytest.mark.parametrize(("os_build", "code"), [(KNOWS_POSIX, None), (OLD, "access_denied")])
def test_a_bundle_that_is_read_only(os_build: int, code: str | None) -> None:
    target = workstation()
    target.os_build = os_build
    path = rf"{target.profiles[MARC.sid].path}\Downloads\a.p12"
    target.files.put(PlacedFile(path, b"one", read_only=True))
    asked = {"owner_sid": MARC.sid, "path": path, "sha256": hashlib.sha256(b"one").hexdigest()}
    found = answer(target, ADMINISTRATOR, stdin("bundle_removal", {"protocol": 1, "computer": "", "files": [asked]}))
    assert [entry["code"] for entry in found["journal"]] == [code]


def test_what_never_opens_is_told_in_time() -> None:
    target = leaver(KNOWS_POSIX, never_opens=True)
    assert removing_the_key(target)["error"]["code"] == "unread_key"
