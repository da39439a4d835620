# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drivers' own code reads what holders control within its bounds, in PowerShell for Linux of the Windows test bed.

Wine has no oplocks, and shows links as what they lead to. A named pipe that nobody writes to stands for a file with an oplock: opening it
for reading waits as well. Here a backslash is a letter like others, so each folder on the way to a place is an entry of the one folder
in which PowerShell runs: ``C:\\Users``, ``C:\\Users\\mdurand``, and so on.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from windows.drivers_on_linux import Case, Change, Said, run_driver

pytestmark = pytest.mark.windows
TIMED_OUT, ACCESS_DENIED, SECURITY = 0x80131505, 0x80070005, 0x8013150A
PATIENCE: Sequence[Change] = [("_Store.psm1", "$longestWait = 10000", "$longestWait = 1000")]
FEW: Sequence[Change] = [
    ("bundle_files.ps1", "$mostEntries = 20000", "$mostEntries = 50"),
    ("bundle_files.ps1", "$mostFiles = 200", "$mostFiles = 20"),
]
SHELL_FOLDERS = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
MY = r"Software\Microsoft\SystemCertificates\My\Certificates"
INVENTORY, BUNDLES = "store_inventory", "bundle_files"
ELEMENT = {"source": "file", "data": "b25l"}

Found = Mapping[str, list[dict[str, Any]]]


class Disk:
    """The folder in which PowerShell runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, path: str) -> Path:
        """A folder of Windows, with those on the way."""
        parts = path.split("\\")
        for number in range(2, len(parts) + 1):
            made = self.folder / "\\".join(parts[:number])
            if not made.is_symlink():
                made.mkdir(exist_ok=True)
        return self.folder / path

    def link(self, path: str, target: Path) -> None:
        """A link instead of a folder."""
        self.make(path.rpartition("\\")[0])
        (self.folder / path).symlink_to(target)

    def store(self, name: str) -> Path:
        """The folder of a person's store."""
        return self.make(rf"{app_data(name)}\Microsoft\SystemCertificates\My\Certificates")

    def ask(self, driver: str, before: str = "", *changes: Change) -> Said:
        """What the driver says of the people who are here. ``before``: see ``Case``."""
        profiles = [f"$registry::Profile('{sid(name)}', 'C:\\Users\\{name}'); " for name in self.people]
        request = {"protocol": 1} | ({"holders": []} if driver == INVENTORY else {})
        case = Case(request, "".join(profiles) + before)
        return run_driver(driver, self.folder, {"": case}, changes=[*PATIENCE, *changes])[""]

    @property
    def people(self) -> list[str]:
        paths = [path.name.split("\\") for path in self.folder.iterdir()]
        return sorted({parts[2] for parts in paths if parts[:2] == ["C:", "Users"] and len(parts) > 2})

    def find(self, driver: str, before: str = "", *changes: Change) -> Found:
        """What the driver finds, by person: elements or bundles, then what was not read."""
        profiles = self.ask(driver, before, *changes).answer["profiles"]
        found = "elements" if driver == INVENTORY else "files"
        return {each["path"].rpartition("\\")[2]: each[found] + each["unread"] for each in profiles}


def sid(name: str) -> str:
    """Each has another."""
    return f"S-1-5-21-{int.from_bytes(name.encode(), 'big')}"


def shell_folder(name: str, folder: str, place: str) -> str:
    """A loaded hive that says where a folder is."""
    return f"[void] $registry::Users.Make('{sid(name)}\\{SHELL_FOLDERS}').Set('{folder}', '{place}'); "


def app_data(name: str) -> str:
    return rf"C:\Users\{name}\AppData\Roaming"


def hexadecimal(number: int) -> str:
    return f"{number:040X}"


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What is found in the stores of hostile people, and of one who is not."""
    disk = Disk(tmp_path_factory.mktemp("stores"))
    other = disk.store("other")
    (other / hexadecimal(1)).write_bytes(b"one")
    (other / "folder").mkdir()
    disk.link(r"C:\Users\link_above\AppData", other)
    disk.link(app_data("link_below") + r"\Microsoft\SystemCertificates\My", other)
    linked = disk.store("link_in_it")
    (linked / hexadecimal(1)).write_bytes(b"one")
    (linked / hexadecimal(2)).symlink_to(other / hexadecimal(1))
    for name, number in (("thousand", 1000), ("more", 1001)):
        folder = disk.store(name)
        for each in range(number):
            (folder / f"{each}.x").touch()
    heavy = disk.store("heavy")
    for each in range(65):
        (heavy / hexadecimal(each)).write_bytes(bytes(64 << 10))
    with (disk.store("gigabytes") / hexadecimal(1)).open("wb") as large:
        large.truncate(8 << 30)
    with socket.socket(socket.AF_UNIX) as closed:
        folder = os.open(disk.store("closed"), os.O_PATH)
        closed.bind(f"/proc/self/fd/{folder}/{hexadecimal(1)}")  # the path itself is too long for a socket
        os.close(folder)
    waiting = disk.store("waiting")
    for each in range(3):
        os.mkfifo(waiting / hexadecimal(each))
    with (disk.store("shared") / hexadecimal(1)).open("wb") as shared:
        shared.write(b"one")
        shared.flush()
        fcntl.flock(shared, fcntl.LOCK_SH)  # as .NET does for who shares a file
        return disk.find(INVENTORY)


def codes(found: list[dict[str, Any]]) -> list[str]:
    return [each["code"] for each in found if "code" in each]


def elements(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in found if "source" in each]


def test_an_ordinary_store_is_read_also_while_somebody_has_it_open(stores: Found) -> None:
    assert stores["other"] == stores["shared"] == [ELEMENT]


def test_no_link_is_followed(stores: Found) -> None:
    link = {"code": "link", "hresult": None}
    assert stores["link_above"] == [{**link, "detail": r"C:\Users\link_above\AppData"}]
    assert stores["link_below"] == [{**link, "detail": app_data("link_below") + r"\Microsoft\SystemCertificates\My"}]
    assert (elements(stores["link_in_it"]), codes(stores["link_in_it"])) == ([ELEMENT], ["link"])


def test_no_more_is_read_than_fits(stores: Found) -> None:
    assert codes(stores["thousand"]) == ["unknown_name"]
    assert codes(stores["more"]) == ["unknown_name", "limit"]
    assert (len(elements(stores["heavy"])), codes(stores["heavy"])) == (63, ["limit"])  # base64 fills up
    assert codes(stores["gigabytes"]) == ["too_large"]


def test_what_could_not_be_read_is_told(stores: Found) -> None:
    assert codes(stores["closed"]) == ["unreadable"]
    (late,) = stores["waiting"]
    assert (late["code"], late["hresult"]) == ("timed_out", TIMED_OUT)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What is found of people whose AppData is outside of their profiles. Whose folders these are: AppData, My, Certificates."""
    disk = Disk(tmp_path_factory.mktemp("elsewhere"))
    for name, owners in OWNERS.items():
        disk.make(rf"C:\Users\{name}\AppData")
        certificates = rf"D:\data\{name}\Microsoft\SystemCertificates\My\Certificates"
        (disk.make(certificates) / hexadecimal(1)).write_bytes(b"one")
        for path, owner in zip(
            (rf"D:\data\{name}", certificates.rpartition("\\")[0], certificates), owners, strict=True
        ):
            (disk.folder / path / "owner").write_text(sid(name) if owner == OWN else owner)
    return disk.find(INVENTORY, "".join(shell_folder(name, "AppData", rf"D:\data\{name}") for name in OWNERS))


OWN, OTHERS, ADMINISTRATORS, UNKNOWN = "own", sid("migrated"), "S-1-5-32-544", "S-1-5-21-9"
OWNERS = {
    "own": (OWN, OWN, OWN),
    "migrated": (ADMINISTRATORS, UNKNOWN, OWN),
    "others": (OTHERS, OTHERS, OTHERS),
    "others_my": (ADMINISTRATORS, OTHERS, OWN),
    "others_certificates": (OWN, OWN, OTHERS),
}


def test_no_folder_of_another_person_is_read(elsewhere: Found) -> None:
    refused = {
        name: [(each["code"], each["detail"]) for each in found]
        for name, found in elsewhere.items()
        if "others" in name
    }
    below = r"\Microsoft\SystemCertificates\My"
    assert refused == {
        "others": [("another_owner", r"D:\data\others")],
        "others_my": [("another_owner", rf"D:\data\others_my{below}")],
        "others_certificates": [("another_owner", rf"D:\data\others_certificates{below}\Certificates")],
    }


@pytest.mark.parametrize("name", ["own", "migrated"])
def test_any_other_folder_is_read(elsewhere: Found, name: str) -> None:
    assert (elements(elsewhere[name]), codes(elsewhere[name])) == ([ELEMENT], ["unknown_name"])  # of the file "owner"


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What is found in the folders of such people."""
    disk = Disk(tmp_path_factory.mktemp("bundles"))
    (disk.make(r"C:\Users\other\Downloads") / "a.p12").write_bytes(b"one")
    deep = disk.make(r"C:\Users\deep\Documents") / "1" / "2" / "3" / "4" / "5" / "6"
    deep.mkdir(parents=True)
    (deep.parent / "a.p12").write_bytes(b"one")
    (deep / "b.p12").write_bytes(b"one")
    elsewhere = disk.make(r"C:\Users\other\Downloads")
    disk.link(r"C:\Users\linked\Downloads", elsewhere)
    desktop = disk.make(r"C:\Users\linked\Desktop")
    (desktop / "folder").symlink_to(elsewhere)
    (desktop / "a.p12").symlink_to(elsewhere / "a.p12")
    many = disk.make(r"C:\Users\many\Desktop")
    for number in range(51):
        (many / f"{number}.txt").touch()
    full = disk.make(r"C:\Users\full\Desktop")
    for number in range(21):
        (full / f"{number}.pfx").write_bytes(b"one")
    waiting = disk.make(r"C:\Users\waiting\Downloads")
    for name in ("a.p12", "b.pfx"):
        os.mkfifo(waiting / name)
    with (disk.make(r"C:\Users\gigabytes\Downloads") / "a.p12").open("wb") as large:
        large.truncate(8 << 30)
    return disk.find(BUNDLES, "", *FEW)


def hashes(found: list[dict[str, Any]]) -> int:
    return sum(each.get("sha256") is not None for each in found)


def test_an_ordinary_bundle_is_found(bundles: Found) -> None:
    (found,) = bundles["other"]
    assert (Path(found["path"]).name, found["size"], found["code"], hashes([found])) == ("a.p12", 3, None, 1)


def test_the_search_follows_no_link(bundles: Found) -> None:
    assert sorted(Path(each["detail"]).name for each in bundles["linked"]) == [
        r"C:\Users\linked\Downloads",
        "a.p12",
        "folder",
    ]
    assert {each["code"] for each in bundles["linked"]} == {"link"}


def test_the_search_has_bounds(bundles: Found) -> None:
    """Levels, entries, files, size."""
    limits = {name: (hashes(bundles[name]), bundles[name][-1]["code"]) for name in ("deep", "many", "full")}
    assert limits == {"deep": (1, "limit"), "many": (0, "limit"), "full": (20, "limit")}
    assert [each["code"] for each in bundles["gigabytes"]] == ["too_large"]


def test_a_bundle_that_does_not_open_takes_the_time_of_its_profile_only(bundles: Found) -> None:
    assert [(each["code"], each["hresult"]) for each in bundles["waiting"]] == [("timed_out", TIMED_OUT)] * 2


def test_the_search_ends(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    (disk.make(r"C:\Users\late\Downloads") / "a.p12").write_bytes(b"one")
    found = disk.find(BUNDLES, "", ("bundle_files.ps1", "$longest = 60", "$longest = -1"))
    assert [each["code"] for each in found["late"]] == ["limit"]
