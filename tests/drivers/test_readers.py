# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drivers' own code reads what holders control within its bounds.

Wine has no oplocks, and shows links as what they lead to. A named pipe that nobody writes to stands for a file with an oplock: opening it
for reading waits as well. Here a backslash is a letter like others, so each folder on the way to a place is an entry of the one folder
in which PowerShell runs: ``C:\\Users``, ``C:\\Users\\mdurand``, and so on.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from drivers.drivers_on_linux import Case, Change, Said, run_driver
from drivers.session import Session

pytestmark = pytest.mark.powershell
TIMED_OUT, SECURITY = 0x80131505, 0x8013150A
MOST = 100
SMALL: Sequence[Change] = [
    ("_Store.psm1", "$mostEntries = 1000", f"$mostEntries = {MOST}"),
    ("_Store.psm1", "$longestWait = 10000", "$longestWait = 2000"),
    ("_Store.psm1", "$mostBytes = 4MB", "$mostBytes = 256KB"),
]
FEW: Sequence[Change] = [
    ("_Store.psm1", "$longestWait = 10000", "$longestWait = 2000"),
    ("bundle_files.ps1", "$mostEntries = 20000", "$mostEntries = 50"),
    ("bundle_files.ps1", "$mostFiles = 200", "$mostFiles = 5"),
    ("bundle_files.ps1", "$longest = 60", "$longest = $(if ($windows::Debug) { 60 } else { -1 })"),
]
SHELL_FOLDERS = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
MY = r"Software\Microsoft\SystemCertificates\My\Certificates"
INVENTORY, BUNDLES = "store_inventory", "bundle_files"
ELEMENT = {"source": "file", "data": "b25l"}

Found = Mapping[str, list[dict[str, Any]]]


class Disk:
    """The folder in which PowerShell runs."""

    def __init__(self, shell: Session, folder: Path) -> None:
        self.shell, self.folder = shell, folder

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

    def ask(self, driver: str, cases: Mapping[str, str], changes: Sequence[Change]) -> Mapping[str, Said]:
        """What the driver says of the people who are here. ``cases``: what is set before, see ``Case``."""
        profiles = "".join(f"$registry::Profile('{sid(name)}', 'C:\\Users\\{name}'); " for name in self.people)
        request: dict[str, Any] = {"protocol": 1} | ({"holders": []} if driver == INVENTORY else {})
        asked = {name: Case(request, profiles + before) for name, before in cases.items()}
        return run_driver(self.shell, driver, self.folder, asked, changes)

    @property
    def people(self) -> list[str]:
        paths = [path.name.split("\\") for path in self.folder.iterdir()]
        return sorted({parts[2] for parts in paths if parts[:2] == ["C:", "Users"] and len(parts) > 2})


def found_by(said: Said) -> Found:
    """By person: elements or bundles, then what was not read."""
    return {
        each["path"].rpartition("\\")[2]: [*each.get("elements", []), *each.get("files", []), *each["unread"]]
        for each in said.answer["profiles"]
    }


def sid(name: str) -> str:
    """Each has another."""
    return f"S-1-5-21-{int.from_bytes(name.encode(), 'big')}"


def shell_folder(name: str, folder: str, place: str) -> str:
    """A loaded hive that says where a folder is."""
    return f"[void] $registry::Users.Make('{sid(name)}\\{SHELL_FOLDERS}').Set('{folder}', '{place}'); "


def in_hive(name: str, key: str, data: str) -> str:
    """An element in a loaded hive."""
    return f"[void] $registry::Users.Make('{sid(name)}\\{MY}\\{key}').Set('Blob', {data}); "


def app_data(name: str) -> str:
    return rf"C:\Users\{name}\AppData\Roaming"


def hexadecimal(number: int) -> str:
    return f"{number:040X}"


CLOSED = {
    "of_the_hive": "",
    "of_its_stores": rf"\{MY}",
    "of_an_element": rf"\{MY}\{hexadecimal(1)}",
}
"""Keys of loaded hives that cannot be read, by person."""
REDIRECTED = (
    r"\\server\share\AppData",
    "//server/share/AppData",
    r"\\?\C:\Users\admin\AppData\Roaming",
    r"\\.\pipe\anything",
    r"%TEMP%\AppData",
    "%APPDATA%",
    r"C:\Users\redirected_6\..\admin\AppData\Roaming",
    r"C:\Users\redirected_7\AppData\Roaming.",
    r"C:\Users\redirected_8\AppData:stream",
    "C:/Users/redirected_9/AppData/Roaming",
    "C:AppData",
    r"\Users\redirected_11\AppData",
)
"""Who looks whether one of these is there asks another computer, or another person's folder, or expands what is the reader's."""


@pytest.fixture(scope="module")
def inventory(shell: Session, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Said]:
    """What is said of hostile people, and of one who is not, to whom is an administrator, and to whom is none."""
    disk = Disk(shell, tmp_path_factory.mktemp("stores"))
    hives = of_hives(disk) + of_folders_elsewhere(disk)
    nobody = closed_app_data(disk)
    other = disk.store("other")
    (other / hexadecimal(1)).write_bytes(b"one")
    (other / "folder").mkdir()
    disk.link(r"C:\Users\link_above\AppData", other)
    disk.link(app_data("link_below") + r"\Microsoft\SystemCertificates\My", other)
    linked = disk.store("link_in_it")
    (linked / hexadecimal(1)).write_bytes(b"one")
    (linked / hexadecimal(2)).symlink_to(other / hexadecimal(1))
    for name, number in (("most", MOST), ("more", MOST + 1)):
        folder = disk.store(name)
        for each in range(number):
            (folder / f"{each}.x").touch()
    heavy = disk.store("heavy")
    for each in range(5):
        (heavy / hexadecimal(each)).write_bytes(bytes(64 << 10))
    with (disk.store("gigabytes") / hexadecimal(1)).open("wb") as large:
        large.truncate(8 << 30)
    with socket.socket(socket.AF_UNIX) as server:
        opened = os.open(disk.store("closed"), os.O_PATH)
        server.bind(f"/proc/self/fd/{opened}/{hexadecimal(1)}")  # the path itself is too long for a socket
        os.close(opened)
    waiting = disk.store("waiting")
    for each in range(3):
        os.mkfifo(waiting / hexadecimal(each))
    with (disk.store("shared") / hexadecimal(1)).open("wb") as shared:
        shared.write(b"one")
        shared.flush()
        fcntl.flock(shared, fcntl.LOCK_SH)  # as .NET does for who shares a file
        closed = ", ".join(f"'HKEY_USERS\\{sid(name)}{key}'" for name, key in CLOSED.items())
        without_rights = f"$windows::Closed = {closed}; $windows::Debug = $false; "
        try:
            return disk.ask(INVENTORY, {"administrator": hives, "nobody": hives + without_rights}, SMALL)
        finally:
            nobody.chmod(0o700)


def of_hives(disk: Disk) -> str:
    """People with elements in loaded hives."""
    for name in (
        *CLOSED,
        "usual",
        "heavy_hive",
        "long_hive",
        *(f"redirected_{number}" for number in range(len(REDIRECTED))),
    ):
        disk.make(rf"C:\Users\{name}\AppData\Roaming")
    one = "[byte[]] [char[]] 'one'"
    hives = [in_hive(name, hexadecimal(1), one) + in_hive(name, hexadecimal(2), one) for name in (*CLOSED, "usual")]
    hives += [in_hive("heavy_hive", hexadecimal(number), "[byte[]]::new(64KB)") for number in range(5)]
    hives += [in_hive("long_hive", f"{number}.x", "''") for number in range(MOST + 1)]
    hives += [shell_folder(f"redirected_{number}", "AppData", place) for number, place in enumerate(REDIRECTED)]
    usual = r"%USERPROFILE%\AppData\Roaming"
    hives += [shell_folder(name, "AppData", usual) for name in (*CLOSED, "usual", "heavy_hive", "long_hive")]
    return "".join(hives)


def of_folders_elsewhere(disk: Disk) -> str:
    """People whose AppData is outside of their profiles. Whose folders these are: AppData, My, Certificates."""
    for name, owners in OWNERS.items():
        disk.make(rf"C:\Users\{name}\AppData")
        certificates = rf"D:\data\{name}\Microsoft\SystemCertificates\My\Certificates"
        (disk.make(certificates) / hexadecimal(1)).write_bytes(b"one")
        paths = rf"D:\data\{name}", certificates.rpartition("\\")[0], certificates
        for path, owner in zip(paths, owners, strict=True):
            (disk.folder / path / "owner").write_text(sid(name) if owner == OWN else owner)
    disk.make(r"C:\Users\linked")
    disk.link(r"D:\data\linked", disk.folder / r"D:\data\own")
    return "".join(shell_folder(name, "AppData", rf"D:\data\{name}") for name in (*OWNERS, "linked"))


def closed_app_data(disk: Disk) -> Path:
    """A store in a folder that is closed to whoever reads it."""
    folder = disk.store("closed_folder")
    folder.chmod(0)
    return folder


@pytest.fixture(scope="module")
def stores(inventory: Mapping[str, Said]) -> Found:
    return found_by(inventory["administrator"])


def codes(found: list[dict[str, Any]]) -> list[str]:
    return [each["code"] for each in found if "code" in each]


def elements(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in found if "source" in each]


def test_an_ordinary_store_is_read_also_while_somebody_has_it_open(stores: Found) -> None:
    assert stores["other"] == stores["shared"] == [ELEMENT]


def test_no_link_is_followed(stores: Found) -> None:
    link = {"code": "link", "hresult": None}
    assert stores["link_above"] == [{**link, "detail": r"C:\Users\link_above\AppData"}]
    assert stores["linked"] == [{**link, "detail": r"D:\data\linked"}]
    assert stores["link_below"] == [{**link, "detail": app_data("link_below") + r"\Microsoft\SystemCertificates\My"}]
    assert (elements(stores["link_in_it"]), codes(stores["link_in_it"])) == ([ELEMENT], ["link"])


def test_no_more_is_read_than_fits(stores: Found) -> None:
    assert codes(stores["most"]) == ["unknown_name"]
    assert codes(stores["more"]) == ["unknown_name", "limit"]
    assert (len(elements(stores["heavy"])), codes(stores["heavy"])) == (3, ["limit"])  # base64 fills up
    assert codes(stores["gigabytes"]) == ["too_large"]
    assert (len(elements(stores["heavy_hive"])), codes(stores["heavy_hive"])) == (3, ["limit"])
    assert codes(stores["long_hive"]) == ["unknown_name", "limit"]


def test_the_names_of_a_hive_are_its_owners(stores: Found) -> None:
    """They are expanded by his profile, not by the reader's."""
    in_a_hive = {**ELEMENT, "source": "hive"}
    assert stores["usual"] == [in_a_hive, in_a_hive]


@pytest.mark.parametrize("number", range(len(REDIRECTED)))
def test_nobody_is_asked_where_a_path_leads(stores: Found, number: int) -> None:
    assert stores[f"redirected_{number}"] == [{"code": "redirected", "detail": REDIRECTED[number], "hresult": None}]


@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_key_of_a_hive_is_told(inventory: Mapping[str, Said], name: str) -> None:
    hive = rf"HKEY_USERS\{sid(name)}"
    denied = {"code": "access_denied", "hresult": SECURITY}
    expected = [{**denied, "detail": rf"{hive}\{MY}"}]
    if name == "of_the_hive":  # its names of folders are not to be had either, so the usual ones are not an answer
        expected += [{**denied, "detail": hive}]
    found = found_by(inventory["nobody"])[name]
    assert [each for each in found if each.get("code") == "access_denied"] == expected
    assert elements(found) == []


def test_a_closed_folder_is_told(stores: Found) -> None:
    (unread,) = stores["closed_folder"]
    assert (unread["code"], unread["hresult"]) == ("unreadable", errno.EACCES)  # Linux' number


def test_rights_are_claimed_by_who_has_them(inventory: Mapping[str, Said]) -> None:
    rights = {
        name: (identity["administrator"], identity["debug_privilege"])
        for name, said in inventory.items()
        for identity in [said.answer["identity"]]
    }
    assert rights == {"administrator": (True, True), "nobody": (False, False)}


def test_what_could_not_be_read_is_told(stores: Found) -> None:
    assert codes(stores["closed"]) == ["unreadable"]
    (late,) = stores["waiting"]
    assert (late["code"], late["hresult"]) == ("timed_out", TIMED_OUT)


OWN, OTHERS, ADMINISTRATORS, UNKNOWN = "own", sid("migrated"), "S-1-5-32-544", "S-1-5-21-9"
OWNERS = {
    "own": (OWN, OWN, OWN),
    "migrated": (ADMINISTRATORS, UNKNOWN, OWN),
    "others": (OTHERS, OTHERS, OTHERS),
    "others_my": (ADMINISTRATORS, OTHERS, OWN),
    "others_certificates": (OWN, OWN, OTHERS),
}


def test_no_folder_of_another_person_is_read(stores: Found) -> None:
    refused = {
        name: [(each["code"], each["detail"]) for each in found]
        for name, found in stores.items()
        if name in OWNERS and "others" in name
    }
    below = r"\Microsoft\SystemCertificates\My"
    assert refused == {
        "others": [("another_owner", r"D:\data\others")],
        "others_my": [("another_owner", rf"D:\data\others_my{below}")],
        "others_certificates": [("another_owner", rf"D:\data\others_certificates{below}\Certificates")],
    }


@pytest.mark.parametrize("name", ["own", "migrated"])
def test_any_other_folder_is_read(stores: Found, name: str) -> None:
    assert (elements(stores[name]), codes(stores[name])) == ([ELEMENT], ["unknown_name"])  # of the file "owner"


def test_nobody_is_asked_whose_a_folder_is_that_may_not_be_here(inventory: Mapping[str, Said]) -> None:
    """Another computer would be told who asks."""
    asked = {event.split("\\Microsoft")[0] for event in inventory["administrator"].events}
    assert asked == {rf"owner of D:\data\{name}" for name in OWNERS}


ELSEWHERE = (
    *REDIRECTED,
    r"C:\Users\redirected_12\..\admin\Desktop",
    r"%USERPROFILE%\..\admin\Desktop",
    r"%USERPROFILE%\Desktop.",
    r"%USERPROFILE%\Desktop:stream",
)
PROFILES_ELSEWHERE = r"\\server\share\x", "//server/share/y"


@pytest.fixture(scope="module")
def searched(shell: Session, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Said]:
    """What is found in the folders of such people."""
    disk = Disk(shell, tmp_path_factory.mktemp("bundles"))
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
    for number in range(6):
        (full / f"{number}.pfx").write_bytes(b"one")
    waiting = disk.make(r"C:\Users\waiting\Downloads")
    for name in ("a.p12", "b.pfx"):
        os.mkfifo(waiting / name)
    with (disk.make(r"C:\Users\gigabytes\Downloads") / "a.p12").open("wb") as large:
        large.truncate(8 << 30)
    for number in range(len(ELSEWHERE)):
        disk.make(rf"C:\Users\redirected_{number}")
    folders = "".join(shell_folder(f"redirected_{number}", "Desktop", place) for number, place in enumerate(ELSEWHERE))
    folders += shell_folder("other", "Desktop", r"%USERPROFILE%\Downloads")
    folders += "".join(f"$registry::Profile('{sid(place)}', '{place}'); " for place in PROFILES_ELSEWHERE)
    closed = f"$windows::Closed = , 'HKEY_USERS\\{sid('other')}'; "
    return disk.ask(BUNDLES, {"": folders, "closed": folders + closed, "late": "$windows::Debug = $false; "}, FEW)


@pytest.fixture(scope="module")
def bundles(searched: Mapping[str, Said]) -> Found:
    return found_by(searched[""])


def hashes(found: list[dict[str, Any]]) -> int:
    return sum(each.get("sha256") is not None for each in found)


def test_an_ordinary_bundle_is_found(bundles: Found) -> None:
    """Twice, as the hive says."""
    found, again = bundles["other"]
    assert found == again
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
    assert limits == {"deep": (1, "limit"), "many": (0, "limit"), "full": (5, "limit")}
    assert [each["code"] for each in bundles["gigabytes"]] == ["too_large"]


def test_a_bundle_that_does_not_open_takes_the_time_of_its_profile_only(bundles: Found) -> None:
    assert [(each["code"], each["hresult"]) for each in bundles["waiting"]] == [("timed_out", TIMED_OUT)] * 2


@pytest.mark.parametrize("number", range(len(ELSEWHERE)))
def test_the_search_asks_nobody_where_a_folder_leads(bundles: Found, number: int) -> None:
    place = ELSEWHERE[number].replace("%USERPROFILE%", rf"C:\Users\redirected_{number}")
    assert bundles[f"redirected_{number}"] == [{"code": "redirected", "detail": place, "hresult": None}]


@pytest.mark.parametrize("place", PROFILES_ELSEWHERE)
def test_the_search_asks_nobody_where_a_profile_leads(searched: Mapping[str, Said], place: str) -> None:
    (profile,) = [each for each in searched[""].answer["profiles"] if each["path"] == place]
    assert profile["unread"] == [{"code": "redirected", "detail": place, "hresult": None}]


def test_the_folders_of_a_closed_hive_are_not_guessed(searched: Mapping[str, Said]) -> None:
    found = found_by(searched["closed"])["other"]
    assert [(each["code"], each["hresult"]) for each in found] == [("access_denied", SECURITY)] * 3


def test_the_search_ends(searched: Mapping[str, Said]) -> None:
    assert [each["code"] for each in found_by(searched["late"])["other"]] == ["limit"]
