# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kit has the drivers as they are, every case, keys that nothing else has, and a reason for each case that it does not run."""

from __future__ import annotations

import dataclasses
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contract.captured_commands import Sent
from contract.case import Case, load
from contract.fixture_certificates import all_certificates, certificates_of, fixture_certificate
from contract.kit import FOLDERS, HARNESS, NAME, ROOT, WIRE, build, driver_hashes
from contract.kit_case import FILLED_IN, SEALED, csp_blob, document
from contract.recording import driver_hash
from contract.throwaway_certificates import make
from lab.manifest import parse

CASES = {case.name: case for case in load()}

Json = dict[str, Any]


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory, sent: Mapping[tuple[str, bool], Sent]) -> Path:
    """The unpacked zip."""
    folder = tmp_path_factory.mktemp("kit")
    archive = build(folder, sent)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder / "unpacked")
    return folder / "unpacked" / NAME


def read(path: Path) -> Json:
    found: Json = json.loads(path.read_text(encoding="ascii"))
    return found


def test_the_drivers_are_those_of_the_repository(kit: Path) -> None:
    plugins = ROOT / "plugins"
    sources = [*plugins.glob("modules/*.ps1"), *plugins.glob("module_utils/*.psm1"), *plugins.glob("module_utils/*.cs")]
    assert {path.name: path.read_bytes() for path in sources} == {
        path.name: path.read_bytes() for path in (kit / "drivers").iterdir()
    }


def test_it_names_each_driver_by_the_hash_of_recordings(kit: Path, sent: Mapping[tuple[str, bool], Sent]) -> None:
    hashes = read(kit / "kit.json")["drivers"]
    assert hashes == driver_hashes()
    assert {
        driver: driver_hash(wire) for (driver, become), wire in sent.items() if not become
    }.items() <= hashes.items()


def test_it_has_every_case_and_every_file_of_the_harness(kit: Path) -> None:
    assert {path.stem for path in (kit / "cases").iterdir()} == set(CASES)
    assert {path.name for path in HARNESS.iterdir()} <= {path.name for path in kit.iterdir()}
    for path in HARNESS.iterdir():
        assert (kit / path.name).read_bytes() == path.read_bytes().replace(b"\n", b"\r\n")


def test_what_is_to_be_run_is_complete(kit: Path) -> None:
    for path in (kit / "cases").iterdir():
        case = read(path)
        if not case["never"]:
            rest = path.read_text()
            for word in sorted(FILLED_IN):
                rest = rest.replace(f"${{{word}}}", "")
            rest = re.sub(r"\$\{" + SEALED.pattern + r"\}", "", rest)
            assert "${" not in rest, path.name


KNOWN_ON_THE_MACHINE = {
    "owner_sid": "S-1-5-21-1-2-3-1001",
    "observed": "AB" * 32,
    "container": f"hospital_it.pkcs12.transport.{7:032x}",
    "sealed_passphrase": "c2VhbGVk+/==",
    "portal": "https://localhost:50001/",
    "become_user": "pkcs12-kit-1234abcd",
}


@pytest.mark.parametrize("name", WIRE)
def test_what_ansible_sends_is_complete_with_words_of_the_machine(name: str, kit: Path) -> None:
    text = (kit / "wire" / f"{name}.txt").read_text(encoding="utf-8")
    assert read(kit / "kit.json")["wire"][name].lower().startswith("powershell ")
    for word, value in KNOWN_ON_THE_MACHINE.items():
        text = text.replace(f"${{{word}}}", value)
    found = parse(text.encode())
    driver, become, steps = WIRE[name]
    assert found is not None
    assert found.module.endswith(driver)
    assert (found.become.user if found.become else None) == (KNOWN_ON_THE_MACHINE["become_user"] if become else None)
    assert "${" not in json.dumps(found.arguments)
    if steps:
        assert found.arguments["owner_sid"] == KNOWN_ON_THE_MACHINE["owner_sid"]
        assert found.arguments["observed"] == KNOWN_ON_THE_MACHINE["observed"]
        assert [step["step"] for step in found.arguments["steps"]] == [step["step"] for step in steps]


def test_what_ansible_sends_names_no_folder_of_the_machine_that_built_the_kit(kit: Path) -> None:
    for path in (kit / "wire").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not [folder for folder in (*FOLDERS, str(Path.home())) if folder in text]


def test_the_keys_are_made_on_the_spot(tmp_path: Path) -> None:
    seen = {_public_key(one): one.name for one in all_certificates()}
    for folder in (tmp_path / "1", tmp_path / "2"):
        folder.mkdir()
        make(folder)
        with certificates_of(folder):
            again = all_certificates()
            assert not {_public_key(one) for one in again} & set(seen)
            assert len({one.thumbprint for one in again}) == len(again)
            assert _public_key(fixture_certificate("jeanne-2026")) == _public_key(
                fixture_certificate("jeanne-2029-same-key")
            )
            seen |= {_public_key(one): one.name for one in again}
            new = {one.name: one.certificate for one in again}
        for old in all_certificates():
            assert new[old.name].subject == old.certificate.subject
            assert new[old.name].issuer == old.certificate.issuer
            assert new[old.name].not_valid_after_utc == old.certificate.not_valid_after_utc
            assert list(new[old.name].extensions) == list(old.certificate.extensions)


def _public_key(one: Any) -> bytes:
    found: bytes = one.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return found


def test_no_key_of_the_repository_is_in_it(kit: Path) -> None:
    everything = b"".join(path.read_bytes() for path in kit.rglob("*") if path.is_file())
    for one in all_certificates():
        assert one.thumbprint.encode() not in everything


PLACED = {
    "enrol_into_an_empty_store": None,
    "inventory_of_an_empty_store": None,
    "remove_takes_a_legacy_key_too": None,
    "bundles_are_found_in_the_three_folders_and_below": None,
    "guard_another_exchange": None,
    "browsers_authority_of_a_user_is_the_users": None,
    "inventory_lists_the_computers_own_store": "administrator",
    "inventory_sees_that_script_block_logging_is_on_and_no_other": "administrator",
    "inventory_reads_the_profile_of_someone_who_is_not_logged_on": "administrator",
    "guard_a_policy_that_asks_in_a_dialog": "administrator",
    "browsers_registered_for_all_and_for_one": "administrator",
    "removal_outside_of_the_profile_is_refused": "administrator",
    "guard_a_temporary_profile": "never",
    "guard_a_logon_without_dpapi": "never",
    "guard_a_logon_without_the_users_secrets": "never",
    "connect_is_accepted_and_then_the_old_one_goes": None,
    "inventory_reads_the_start_type_of_the_secondary_logon": "never",
    "inventory_says_that_a_profile_lies_on_a_share": "never",
    "inventory_sees_every_kind_of_logging_wherever_it_is_set_1": "never",
    "leaver_loses_certificate_and_cng_key": "administrator",
    "remove_keeps_a_key_that_a_request_waits_with": None,
    "transport_key_is_made": None,
    "connect_through_a_proxy": None,
    "connect_refused_by_the_authority_takes_the_import_back": "never",
    "connect_sends_no_certificate_and_takes_the_import_back": "never",
    "sealed_import_into_an_empty_store": None,
}
"""Who may run what. A mistake here would change somebody's computer."""


OF_A_USER = {"connect_is_accepted_and_then_the_old_one_goes", "connect_through_a_proxy"}
"""They make the computer trust a root authority, so only the part with a user of its own runs them."""


@pytest.mark.parametrize("name", PLACED)
def test_who_may_run_a_case(name: str) -> None:
    found = document(CASES[name])
    assert bool(found["never"]) == (PLACED[name] == "never")
    if PLACED[name] != "never":
        assert bool(found["administrator"]) == (PLACED[name] == "administrator")
        assert bool(found["user"]) == (name in OF_A_USER)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"workstation": ({"frozen_disk": True},)}, "frozen_disk"),
        ({"request": {"protocol": 1, "steps": [{"sealed": "${sealed:of:later}"}]}}, "${sealed:of:later}"),
    ],
)
def test_a_case_that_the_kit_does_not_know_yet_gets_a_reason(change: Json, reason: str) -> None:
    case: Case = dataclasses.replace(CASES["enrol_into_an_empty_store"], **change)
    assert reason in document(case)["never"]


def test_a_key_for_capi_is_what_windows_reads() -> None:
    wanted = fixture_certificate("jeanne-2026")
    numbers = wanted.certificate.public_key().public_numbers()  # type: ignore[union-attr]
    blob = csp_blob(wanted)
    assert blob[:4] == b"\x07\x02\0\0"
    assert blob[8:12] == b"RSA2"
    assert int.from_bytes(blob[20 : 20 + 256], "little") == numbers.n  # type: ignore[union-attr]
    assert len(blob) == 20 + 256 * 2 + 128 * 5
