# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Wine cannot show of holders' folders: it has no oplocks, and every file there is of the one Unix user."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import thumbprint_of
from lab.emulated import EmulatedWorkstation, PlacedFile
from lab.emulated.element import pack, properties
from lab.emulated.store_folder import CERTIFICATES
from unit.lab.emulated.driver_calls import ADMINISTRATOR, JEANNE, MARC, NEW, answer, inventory, stdin, workstation

ELEMENT = pack(properties(NEW.der))
REDIRECTED = r"D:\data\jdupont"
TIMED_OUT = 0x80131505


def profile_of(sid: str, answered: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in answered["profiles"] if each["owner_sid"] == sid)
    return found


def place(target: EmulatedWorkstation, folder: str, owner: str | None) -> None:
    target.files.put(PlacedFile(rf"{folder}\{CERTIFICATES}\{thumbprint_of(ELEMENT)}", ELEMENT, owner=owner))


@pytest.mark.parametrize(
    ("owner", "is_read"), [(JEANNE.sid, True), (None, True), ("S-1-5-21-9", True), (MARC.sid, False)]
)
def test_a_redirected_appdata_is_read_unless_it_is_another_persons(owner: str | None, is_read: bool) -> None:
    """Administrators own what was migrated; an account without a profile here is nobody's rival."""
    target = workstation()
    place(target, REDIRECTED, owner)
    target.profiles[JEANNE.sid].redirected_to = REDIRECTED
    found = profile_of(JEANNE.sid, inventory(target))
    refused = [{"code": "another_owner", "detail": REDIRECTED, "hresult": None}]
    assert (len(found["elements"]), found["unread"]) == ((1, []) if is_read else (0, refused))


@pytest.mark.parametrize("migrated", [False, True])
def test_the_folder_of_another_profile_is_read_only_when_administrators_own_it(migrated: bool) -> None:
    target = workstation()
    target.profiles[MARC.sid].migrated = migrated
    target.profiles[JEANNE.sid].redirected_to = rf"{target.profiles[MARC.sid].path}\AppData\Roaming"
    found = profile_of(JEANNE.sid, inventory(target))
    assert [each["code"] for each in found["unread"]] == ([] if migrated else ["another_owner"])


def test_a_file_that_never_opens_takes_the_time_of_its_own_profile_only() -> None:
    target = workstation()
    folder = rf"{target.profiles[JEANNE.sid].path}\AppData\Roaming\{CERTIFICATES}"
    for name, never_opens in (("A" * 40, False), ("B" * 40, True), ("C" * 40, False)):
        target.files.put(PlacedFile(rf"{folder}\{name}", ELEMENT, never_opens=never_opens))
    target.store_of(MARC.sid).plant_raw(thumbprint_of(ELEMENT), ELEMENT)
    found = inventory(target)
    jeanne, marc = profile_of(JEANNE.sid, found), profile_of(MARC.sid, found)
    assert len(jeanne["elements"]) == len(marc["elements"]) == 1
    late = {"code": "timed_out", "detail": rf"{folder}\{'B' * 40}", "hresult": TIMED_OUT}
    assert (jeanne["unread"], marc["unread"]) == ([late], [])


def test_so_does_a_bundle_that_never_opens() -> None:
    target = workstation()
    for sid, name, never_opens in ((JEANNE.sid, "a", True), (JEANNE.sid, "b", False), (MARC.sid, "c", False)):
        path = rf"{target.profiles[sid].path}\Downloads\{name}.p12"
        target.files.put(PlacedFile(path, b"one", never_opens=never_opens))
    found = answer(target, ADMINISTRATOR, stdin("bundle_files", {"protocol": 1}))
    codes = {sid: [file["code"] for file in profile_of(sid, found)["files"]] for sid in (JEANNE.sid, MARC.sid)}
    assert codes == {JEANNE.sid: ["timed_out", "timed_out"], MARC.sid: [None]}
