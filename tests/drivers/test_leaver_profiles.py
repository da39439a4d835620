# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The profile of somebody who has left, in the hands of who makes it hostile.

Somebody logs on, there are links, files change, a p12 is where a certificate should be, a scanner has another one open afterwards.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import CERTIFICATE, store_hash
from contract.fixture_certificates import fixture_certificate
from contract.leavers import MAKERS
from contract.leavers import NAME as LEAVER
from drivers.drivers_on_linux import Case, Said, run_driver
from drivers.session import Session
from lab.emulated.element import pack
from lab.key_files import CNG_PARTS, FILLER

pytestmark = pytest.mark.powershell
SID = "S-1-5-21-1"
JEANNE = fixture_certificate("jeanne-2024")
ANOTHER = "jeanne-2026"
MY = r"AppData\Roaming\Microsoft\SystemCertificates\My\Certificates"
KEYS = r"AppData\Roaming\Microsoft\Crypto\Keys"
CONTAINER = "{11111111-0000-0000-0000-000000000001}"
STEPS = [
    {"id": "k", "step": "remove_key", "thumbprint": JEANNE.thumbprint},
    {"id": "c", "step": "remove_certificate", "thumbprint": JEANNE.thumbprint},
]


@dataclass(frozen=True, slots=True)
class Leaver:
    """What happens besides. ``loaded``: at its first event that begins so, somebody logs on.

    ``scanned``: a further certificate, which a scanner has open in the end.
    """

    before: str = ""
    loaded: str | None = None
    scanned: str | None = None
    linked: str | None = None
    p12: bool = False
    observed: str | None = None


LEAVERS = {
    "usual": Leaver(),
    "logged on": Leaver("[void] $registry::Users.Make('S-1-5-21-1'); "),
    "logs on before the store is read": Leaver(loaded="enter"),
    "logs on between two steps": Leaver(loaded="set"),
    "link to certificates": Leaver(linked=MY),
    "link to keys": Leaver(linked=KEYS),
    "swapped": Leaver(f"$windows::Swapped = '{MY}'; "),
    "swapped keys": Leaver(f"$windows::Swapped = '{KEYS}'; "),
    "key changes": Leaver("$windows::Grows = $true; "),
    "p12": Leaver(p12=True),
    "a certificate is open in the end": Leaver(scanned=ANOTHER),
    "another store": Leaver(observed="0"),
    "mutex of another account": Leaver("$windows::Closed = , 'mutex of another account'; "),
}
OPENED, FOR_REMOVAL, REMOVED = "open 80000000 1 200000", "open 80010000 1 200000", "set 21 13 4"


def place(name: str, word: str, **given: Any) -> tuple[str, bytes]:
    """A file of this leaver."""
    path, data = MAKERS[word](**given)
    return path.replace(rf"\{LEAVER}" + "\\", rf"\{name}" + "\\"), data


class Disk:
    """The folder in which PowerShell runs: each folder of Windows is an entry of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, path: str, data: bytes) -> None:
        folder, name = path.rsplit("\\", 1)
        self.make(folder)
        (self.folder / folder / name).write_bytes(data)

    def make(self, path: str) -> None:
        parts = path.split("\\")
        for number in range(2, len(parts) + 1):
            (self.folder / "\\".join(parts[:number])).mkdir(exist_ok=True)

    def case(self, name: str, leaver: Leaver) -> Case:
        """Writes a leaver's files."""
        path, element = place(name, "leavers_certificate", of="jeanne-2024", container=CONTAINER)
        if leaver.p12:
            element = pack(
                {
                    CERTIFICATE: pkcs12.serialize_key_and_certificates(
                        None, JEANNE.key, JEANNE.certificate, None, NoEncryption()
                    )
                }
            )
        self.write(path, element)
        path, key = place(name, "key_file", container=CONTAINER)
        self.write(path, key + b"what a later Windows has behind it")
        if leaver.linked:
            folder = self.folder / rf"C:\Users\{name}\{leaver.linked}"
            folder.rename(self.folder / f"of another person, {name}")
            folder.symlink_to(self.folder / f"of another person, {name}")
        elements = [element]
        if leaver.scanned:
            path, further = place(name, "leavers_certificate", of=leaver.scanned)
            self.write(path, further)
            elements.append(further)
        observed = leaver.observed or store_hash(elements)
        before = f"$registry::Profile('{SID}', 'C:\\Users\\{name}'); {leaver.before}"
        if leaver.loaded:
            before += f"$windows::LogsOnAt = '{leaver.loaded}'; "
        if leaver.scanned:
            before += f"$windows::Scanned = '{fixture_certificate(leaver.scanned).thumbprint}'; "
        return Case({"protocol": 1, "owner_sid": SID, "observed": observed, "steps": STEPS}, before)

    def left(self, name: str) -> tuple[int, int]:
        """How many certificates and key files."""
        certificates, keys = (len(list((self.folder / rf"C:\Users\{name}\{place}").iterdir())) for place in (MY, KEYS))
        return certificates, keys


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Disk:
    return Disk(tmp_path_factory.mktemp("profiles"))


@pytest.fixture(scope="module")
def said(shell: Session, disk: Disk) -> Mapping[str, Said]:
    cases = {name: disk.case(name, leaver) for name, leaver in LEAVERS.items()}
    return run_driver(shell, "profile_exchange", disk.folder, cases, [("_Exchange.psm1", "Sleep(500)", "Sleep(5)")])


def test_a_leaver_loses_key_and_certificate_by_their_handles(said: Mapping[str, Said], disk: Disk) -> None:
    found = said["usual"]
    assert (found.code, found.outcomes) == (None, ["remove_key done", "remove_certificate done"])
    assert disk.left("usual") == (0, 0)
    assert found.events[:2] == [rf"name Global\hospital_it.pkcs12.{SID}", "enter"]
    assert found.events[-2:] == ["release", "dispose"]
    written = [event for event in found.events if event in (FOR_REMOVAL, REMOVED)]
    assert written == [FOR_REMOVAL, REMOVED] * 2
    assert set(found.events[2:-2]) == {OPENED, FOR_REMOVAL, REMOVED}


@pytest.mark.parametrize(
    ("name", "outcomes", "left"),
    [
        ("logged on", [], (1, 1)),
        ("logs on before the store is read", [], (1, 1)),
        ("logs on between two steps", ["remove_key done", "remove_certificate failed"], (1, 0)),
    ],
)
def test_nothing_is_removed_once_the_profile_is_loaded(
    said: Mapping[str, Said], disk: Disk, name: str, outcomes: list[str], left: tuple[int, int]
) -> None:
    assert (said[name].code, said[name].outcomes, disk.left(name)) == ("profile_loaded", outcomes, left)


@pytest.mark.parametrize(
    ("name", "code", "file"),
    [
        ("link to certificates", "profile_unread", MY),
        ("link to keys", "unread_key", KEYS),
        ("swapped", "profile_unread", f"{MY}/{JEANNE.thumbprint}"),
        ("swapped keys", "unread_key", None),
        ("key changes", "stale_store", None),
        ("p12", "profile_unread", f"{MY}/{JEANNE.thumbprint}"),
    ],
)
def test_what_is_not_what_it_should_be_stays(
    said: Mapping[str, Said], disk: Disk, name: str, code: str, file: str | None
) -> None:
    """A link is not even listed."""
    found = said[name]
    assert (found.code, disk.left(name)) == (code, (1, 1))
    assert REMOVED not in found.events
    if file is not None:
        assert found.answer["error"]["file"] == rf"C:\Users\{name}\{file}"


@pytest.mark.parametrize(("name", "code"), [("another store", "stale_store"), ("mutex of another account", "busy")])
def test_nothing_is_removed_but_from_the_store_that_was_seen_under_the_mutex(
    said: Mapping[str, Said], disk: Disk, name: str, code: str
) -> None:
    found = said[name]
    assert (found.code, found.answer["journal"], disk.left(name)) == (code, [], (1, 1))
    assert name == "another store" or found.events == []


def test_no_store_with_a_certificate_that_stays_unread_is_answered(said: Mapping[str, Said], disk: Disk) -> None:
    """It would be missing there, and count as gone."""
    found = said["a certificate is open in the end"]
    assert (found.code, found.outcomes) == ("after_unread", ["remove_key done", "remove_certificate done"])
    assert (found.answer["after"], found.answer["changed"]) == (None, True)
    assert disk.left("a certificate is open in the end") == (1, 0)


def test_no_byte_of_a_key_leaves_the_workstation(said: Mapping[str, Said]) -> None:
    filler = FILLER * min(CNG_PARTS)
    for found in said.values():
        answer = str(found.answer)
        assert not any(text in answer for text in (filler.hex(), filler.hex().upper(), *encoded(filler)))
        assert str(list(filler[:10])).strip("[]") not in answer


def encoded(data: bytes) -> list[str]:
    """What a base64 that has these bytes in it has in it."""
    return [base64.b64encode(data[start:]).decode()[:-4] for start in range(3)]


READ = """
$ErrorActionPreference = 'Stop'
$class = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._ProfileFile.ProfileFile]
$file = $class::ReadKey('C:\\Users\\p12', '{path}', 64KB, $true, '{container}')
ConvertTo-Json -Compress -InputObject @($file.Container, ($null -eq $file.Data))
"""


def test_no_byte_of_a_key_leaves_the_class_that_reads_it(shell: Session, said: Mapping[str, Said], disk: Disk) -> None:
    assert said  # which has compiled it
    path = next((disk.folder / rf"C:\Users\p12\{KEYS}").iterdir()).relative_to(disk.folder)
    assert shell.run(READ.format(path=path, container=CONTAINER), folder=disk.folder) == [CONTAINER, True]
