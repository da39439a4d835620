# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passphrases of several variables and of a folder are merged, and a value that YAML changed stops one person, by number."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from consistency.tree import ROOT
from integration.plays import NONCE, Told, failed_hosts, holder, outcomes, told
from lab.ansible_playbook import ansible_playbook
from lab.authority import Authority
from lab.hospital import Hospital
from lab.people import JEANNE, KARIM, PAUL, Desk, Seat
from lab.playbook import play

OPENS = {"T1": "Nachtigall-4711", "T2": "Rossignol-0815"}
NAMES = {"T1": "Jeanne Dupont", "T2": "Paul Martin"}


def check_bundles(
    folder: Path,
    authority: Authority,
    group_vars: str,
    *options: str,
    opens: Mapping[str, str] | None = None,
    hosts: int = 1,
) -> subprocess.CompletedProcess[str]:
    for number, passphrase in (opens or OPENS).items():
        issued = authority.issue(NAMES[number], number, passphrase=passphrase, key="ec-p256")
        (folder / issued.file_name).write_bytes(issued.data)
    holders = [{"user": f"CHU\\{number}", "name": name, "authorisation": number} for number, name in NAMES.items()]
    (folder / "group_vars").mkdir()
    (folder / "group_vars" / "all.yml").write_text(
        f"pkcs12_bundle_folder: {folder}\npkcs12_holders: {json.dumps(holders)}\n{group_vars}\n", encoding="utf-8"
    )
    (folder / "hosts").write_text("".join(f"ws-{at}\n" for at in range(hosts)), encoding="utf-8")
    environment = {
        **os.environ,
        **NONCE,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
        "COLUMNS": "5000",
    }
    arguments = ["-i", str(folder / "hosts"), "hospital_it.pkcs12.check_bundles", "-vv", *options]
    return ansible_playbook(arguments, environment, folder)


def of_code(done: subprocess.CompletedProcess[str], code: str) -> list[Mapping[str, str]]:
    """The values of what was told with this code, each once. Older lines of ansible-core break warnings into lines."""

    def flat(all_told: Sequence[Told]) -> Iterator[Told]:
        for each in all_told:
            yield each
            yield from flat(each.causes)

    found: list[Mapping[str, str]] = []
    for each in flat(told(" ".join((done.stdout + done.stderr).split()))):
        if each.code == code and each.values not in found:
            found.append(each.values)
    return found


def test_what_was_collected_does_not_hide_the_vault(authority: Authority, tmp_path: Path) -> None:
    """In the files, on the command line, and a number with another value in each."""
    collected = {"pkcs12_passphrases_collected": {" t1 ": "other", "T2": OPENS["T2"]}}
    vault = f"pkcs12_passphrases: {{T1: {OPENS['T1']}}}"
    done = check_bundles(tmp_path, authority, vault, "-e", json.dumps(collected), hosts=2)
    assert done.returncode == 0, done.stdout
    differing = {"whose": "T1", "others": "pkcs12_passphrases", "last": "pkcs12_passphrases_collected"}
    assert of_code(done, "passphrases_differ") == [differing]
    assert not any(secret in done.stdout + done.stderr for secret in OPENS.values())


@pytest.mark.parametrize(
    ("written", "code", "value"),
    [
        ("Nachtigall", "no_mapping_of_secrets", {"found": "a_text"}),
        ("[{T1: Nachtigall}]", "no_mapping_of_secrets", {"found": "a_list"}),
        ("2041-02-03", "no_mapping_of_secrets", {"found": "a_date"}),
        ("{T1: '{{ Nachtigall }}'}", "secret_undefined", {"whose": "T1"}),
        ("{T1: '{{ Nachtigall( }}'}", "secret_no_template", {"whose": "T1"}),
    ],
    ids=str.split("text list date undefined template"),
)
def test_a_source_that_cannot_be_used_is_named(
    authority: Authority, tmp_path: Path, written: str, code: str, value: Mapping[str, str]
) -> None:
    sources = f"pkcs12_passphrases: {json.dumps(OPENS)}\npkcs12_passphrases_mine: {written}"
    done = check_bundles(tmp_path, authority, sources)
    assert done.returncode == 2
    values = {"variable": "pkcs12_passphrases_mine", **value}
    assert of_code(done, f"bad_arguments.{code}") == [values], done.stdout
    assert not any(part in done.stdout for part in ("Nachtigall", "2041"))


def test_a_vault_that_does_not_open_is_named(authority: Authority, tmp_path: Path) -> None:
    value = "!vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    3061\n"
    (tmp_path / "password").write_text("right", encoding="utf-8")
    done = check_bundles(
        tmp_path,
        authority,
        f"pkcs12_passphrases: {json.dumps(OPENS)}\npkcs12_passphrases_mine:\n  T1: {value}",
        "--vault-password-file",
        str(tmp_path / "password"),
    )
    assert done.returncode == 2
    values = {"variable": "pkcs12_passphrases_mine", "whose": "T1"}
    assert of_code(done, "bad_arguments.secret_closed_vault") == [values], done.stdout


def test_both_are_installed_and_a_windows_password_stops_its_account_alone(tmp_path: Path) -> None:
    """An enrolment: the store holds what each variable opens. A date as the password of an account stops nobody else."""
    with Hospital(tmp_path, [Desk("ws-a", (Seat(JEANNE),)), Desk("ws-b", (Seat(PAUL),))]) as hospital:
        known = {number: bundle.passphrase for number, bundle in hospital.bundles.items()}
        variables = {
            "pkcs12_passphrases": {f" {JEANNE.authorisation.lower()}": known[JEANNE.authorisation]},
            "pkcs12_passphrases_collected": {PAUL.authorisation: known[PAUL.authorisation]},
        }
        (tmp_path / "sources.yml").write_text(
            f"{json.dumps(variables)[1:-1]}, 'pkcs12_holder_passwords': {{'{PAUL.account}': 2041-02-03}}".join("{}"),
            encoding="utf-8",
        )
        run = play(hospital, "hospital_it.pkcs12.enrol", "-e", f"@{tmp_path / 'sources.yml'}")
        assert outcomes(run) == {
            "ws-a": {JEANNE.authorisation: "installed"},
            "ws-b": {PAUL.authorisation: "failed"},
        }, run.stdout
        assert failed_hosts(run) == {"ws-b"}
        problem = holder(run, "ws-b").result["error"]["problem"]
        assert problem["code"] == "bad_arguments.password_is_no_text"
        assert problem["values"] == {"whose": PAUL.account, "where": "pkcs12_holder_passwords", "found": "a_date"}
        assert "2041-02" not in run.stdout
        del variables["pkcs12_passphrases"]
        run = play(hospital, "hospital_it.pkcs12.enrol", "-e", json.dumps(variables))
        assert outcomes(run)["ws-b"] == {PAUL.authorisation: "installed"}


def test_a_folder_of_files_opens_what_the_mapping_does_not(tmp_path: Path) -> None:
    """One is encrypted by Ansible Vault. A file in the encoding of an old editor stops nobody else, and is not shown."""
    with Hospital(tmp_path, [Desk("ws-a", tuple(map(Seat, (JEANNE, PAUL, KARIM))))]) as hospital:
        known = {number: bundle.passphrase for number, bundle in hospital.bundles.items()}
        folder = tmp_path / "passphrases"
        folder.mkdir()
        vault = VaultLib([("default", VaultSecret(b"opens"))])
        (folder / f"{PAUL.authorisation}.txt").write_bytes(vault.encrypt(f"{known[PAUL.authorisation]}\n"))
        (folder / f"{KARIM.authorisation}.txt").write_bytes("Fauvette-\u00e9".encode("cp1252"))
        (tmp_path / "password").write_text("opens", encoding="utf-8")
        variables = {
            "pkcs12_passphrases": {JEANNE.authorisation: known[JEANNE.authorisation]},
            "pkcs12_passphrase_folder": str(folder),
        }
        run = play(
            hospital,
            "hospital_it.pkcs12.enrol",
            "-vv",
            *("-e", json.dumps(variables), "--vault-password-file", str(tmp_path / "password")),
        )
        assert outcomes(run) == {
            "ws-a": {JEANNE.authorisation: "installed", PAUL.authorisation: "installed", KARIM.authorisation: "failed"}
        }, run.stdout
        *_served, refused = run.holders()
        assert refused.result["error"]["problem"]["code"] == "passphrase_file.encoding"
        assert not any(secret in run.stdout for secret in ("Fauvette", known[PAUL.authorisation]))
