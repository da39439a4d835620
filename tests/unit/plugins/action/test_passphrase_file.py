# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``passphrase_file`` reaches what it is for, and what is in the file stays."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.vault_file import VaultFile
from unit.plugins.action.effects import Effect, Scene, code, table
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

PASSWORD = "the password of the vault"
BASE = {"vault_file": "{folder}/v.yml", "vault_password": PASSWORD, "authorisation": "T1", "passphrase": "new"}


def decrypted(path: Path, label: str = "default", password: str = PASSWORD) -> Any:
    return yaml.safe_load(VaultLib([(label, VaultSecret(password.encode()))]).decrypt(path.read_bytes()))


def encrypt(path: Path, text: str, label: str = "default") -> None:
    secret = VaultSecret(PASSWORD.encode())
    path.write_bytes(VaultLib([(label, secret)]).encrypt(text, secret=secret, vault_id=label))


def files(scene: Scene) -> list[str]:
    return sorted(path.name for path in scene.folder.iterdir() if not path.name.startswith("."))


def content(scene: Scene) -> Any:
    return decrypted(scene.folder / "v.yml")["pkcs12_passphrases_collected"]


def known(scene: Scene) -> None:
    encrypt(scene.folder / "v.yml", "pkcs12_passphrases_collected: {}")


EFFECTS = [
    Effect("vault_file", "{folder}/w.yml", files, ["v.yml"], ["w.yml"]),
    Effect("vault_password", "another", code, None, "vault_password", scene=known),
    Effect("authorisation", "T2", content, {"T1": ["new"]}, {"T2": ["new"]}),
    Effect("passphrase", "é\"'", content, {"T1": ["new"]}, {"T1": ["é\"'"]}),
]


test_an_option_reaches_what_it_is_for = table("passphrase_file", BASE, EFFECTS)


def test_what_is_in_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "v.yml"
    encrypt(
        path, "other: [1, 2]\npkcs12_passphrases_collected:\n  T1: older\n  T9: [theirs]\n  123456: number\n", "prod"
    )
    link = tmp_path / "link.yml"
    link.symlink_to(path)
    file = VaultFile(link, f"{PASSWORD}\n")
    assert [file.add("T1", each) for each in ("older", "new", "new")] == [False, True, False]
    wanted = {"T1": ["new", "older"], "T9": ["theirs"], "123456": "number"}
    assert decrypted(path, "prod") == {"other": [1, 2], "pkcs12_passphrases_collected": wanted}
    assert path.read_bytes().startswith(b"$ANSIBLE_VAULT;1.2;AES256;prod\n")
    assert (link.is_symlink(), stat.S_IMODE(path.stat().st_mode)) == (True, 0o600)


def test_a_number_without_a_passphrase_and_one_that_is_written_twice(tmp_path: Path) -> None:
    path = tmp_path / "v.yml"
    encrypt(path, "pkcs12_passphrases_collected:\n  T1:\n  123: one\n  '123': [two]\n")
    assert VaultFile(path, PASSWORD).add("T1", "new")
    assert decrypted(path)["pkcs12_passphrases_collected"] == {"T1": ["new"], "123": ["one", "two"]}


def test_check_mode_says_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "v.yml"
    given = {**BASE, "vault_file": str(path)}
    for passphrase, changes in (("new", True), ("older", False)):
        encrypt(path, "pkcs12_passphrases_collected: {T1: older}")
        before = path.read_bytes()
        result = run_action("passphrase_file", {**given, "passphrase": passphrase}, FakeWorkstation(), check_mode=True)
        assert (result["changed"], path.read_bytes() == before) == (changes, True), result["msg"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (None, "vault_file.not_encrypted"),
        ("- a\n", "vault_file.no_mapping"),
        ("pkcs12_passphrases_collected: [a]\n", "vault_file.no_mapping"),
        ("a: [\n", "vault_file.no_yaml"),
    ],
)
def test_a_file_that_is_something_else_is_not_replaced(tmp_path: Path, text: str | None, name: str) -> None:
    path = tmp_path / "v.yml"
    if text is None:
        path.write_text("plain: text\n", encoding="utf-8")
    else:
        encrypt(path, text)
    before = path.read_bytes()
    with pytest.raises(Pkcs12Error) as refusal:
        VaultFile(path, PASSWORD).add("T1", "x")
    assert refusal.value.problem.code == name
    assert path.read_bytes() == before
