# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passphrases by person: whose file it is, what a line is, and that a file which cannot be used stops one person and shows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import base
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import ArgumentSpec, TaskContext
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.passphrase_files import (
    WithPassphraseFiles,
    passphrases_in_files,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from unit.plugins.plugin_utils.fake_action import Action

CANARY = "Nachtigall-4711"
VAULT = VaultLib([("default", VaultSecret(b"opens"))])


def found(folder: Path, *numbers: str) -> Mapping[str, list[str] | Problem]:
    return passphrases_in_files(folder, numbers, VAULT.decrypt)


def code_of(folder: Path) -> str:
    problem = found(folder, "t1")["t1"]
    assert isinstance(problem, Problem)
    assert CANARY not in str(problem)
    return problem.code


@pytest.mark.parametrize(
    "name",
    ["T1.txt", "t1", "Jeanne Dupont - T1.txt", "T 1.txt", "T1 (new).txt"],
    ids=["usual", "no suffix", "name", "blank", "copy"],
)
def test_the_number_in_the_name_says_whose_file_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("first\nsecond\n", encoding="utf-8")
    assert found(tmp_path, "t1") == {"t1": ["first", "second"]}


@pytest.mark.parametrize("name", ["T12.txt", "AT1.txt", "T1b.txt", ".T1.txt", "T1_old.txt", "A B - T1.p12"])
def test_other_names_hidden_files_and_bundles_are_left(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(CANARY, encoding="utf-8")
    (tmp_path / "T1").mkdir()
    assert found(tmp_path, "t1") == {}


def test_two_files_of_one_person_count_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("T1 b.txt", "T1 a.txt"):
        (tmp_path / name).write_text(name[3], encoding="utf-8")
    assert found(tmp_path, "t1", "t2") == {"t1": ["a", "b"]}


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ("\ufeffpremière\r\nl'été\r".encode(), ["première", "l'été"]),
        (b"\n 8h30 : \n\n", [" 8h30 : "]),
        (b"0471234", ["0471234"]),
        (b'{{ lookup("pipe", "id") }}\n"quoted"\\n # sign', ['{{ lookup("pipe", "id") }}', '"quoted"\\n # sign']),
        ("a\u2028b\x0bc\x85".encode(), ["a\u2028b\x0bc\x85"]),
    ],
    ids=[
        "mark of order and three line ends",
        "blanks",
        "digits",
        "nothing is read in a line",
        "only line ends end a line",
    ],
)
def test_a_line_is_taken_as_it_is(tmp_path: Path, data: bytes, lines: list[str]) -> None:
    (tmp_path / "T1.txt").write_bytes(data)
    assert found(tmp_path, "t1") == {"t1": lines}


def test_a_file_of_ansible_vault_is_decrypted(tmp_path: Path) -> None:
    (tmp_path / "T1.txt").write_bytes(VAULT.encrypt(f"{CANARY}\nolder\n"))
    assert found(tmp_path, "t1") == {"t1": [CANARY, "older"]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b" \n\r\n", "empty"),
        (b"", "empty"),
        (f"{CANARY}é".encode("cp1252"), "encoding"),
        (CANARY.encode("utf-16"), "encoding"),
        (CANARY.encode("utf-16-le"), "encoding"),
        (VaultLib([("default", VaultSecret(b"other"))]).encrypt(CANARY), "closed_vault"),
        (b"$ANSIBLE_VAULT;1.1;AES256\n3061\n", "closed_vault"),
    ],
    ids=["blanks", "nothing", "windows-1252", "utf-16", "utf-16 without mark", "another password", "damaged vault"],
)
def test_a_file_that_cannot_be_used_stops_its_person_alone(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "T1.txt").write_bytes(data)
    (tmp_path / "T2.txt").write_text("opens", encoding="utf-8")
    assert code_of(tmp_path) == f"passphrase_file.{code}"
    assert found(tmp_path, "t1", "t2")["t2"] == ["opens"]


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "T1.txt").write_text(CANARY, encoding="utf-8")

    def no_access(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", no_access)
    assert code_of(tmp_path) == "passphrase_file.unreadable"


def test_without_the_folder_nobody_is_served(tmp_path: Path) -> None:
    with pytest.raises(Pkcs12Error) as refused:
        found(tmp_path / "missing", "t1")
    assert refused.value.problem.code == "passphrase_folder.not_listed"
    assert refused.value.problem.setting == "passphrase_folder"


class Opens(Action, WithPassphraseFiles):
    """A task with the passphrases of the number T1."""

    SPEC: ClassVar[ArgumentSpec] = ArgumentSpec(
        options={"passphrases": {"type": "dict", "no_log": True, "default": {}}, "passphrase_folder": {"type": "path"}}
    )
    _loader: Any = SimpleNamespace(_vault=VAULT)

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        self.given = self.all_passphrases(task.options, ["T1", None])
        return {}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Opens:
    monkeypatch.setattr(base.ActionBase, "run", lambda *_given: {})
    return Opens({})


def given(run: Opens, folder: Path | None, passphrases: Mapping[str, Any]) -> tuple[Mapping[str, Any], Any]:
    run._task.args = {"passphrases": passphrases, **({"passphrase_folder": str(folder)} if folder else {})}
    result = run.run(None, {})
    assert "error" not in result
    return run.given, result.get("warnings")


def test_the_mapping_is_tried_first_and_a_difference_is_told(run: Opens, tmp_path: Path) -> None:
    (tmp_path / "T1.txt").write_text(CANARY, encoding="utf-8")
    (tmp_path / "T2.txt").write_bytes(b"\xff")
    assert given(run, None, {"t1": "a"}) == ({"t1": "a"}, None)
    assert given(run, tmp_path, {"t3": "c"}) == ({"t3": "c", "t1": [CANARY]}, None)
    passphrases, [warning] = given(run, tmp_path, {"t1": "a"})
    assert passphrases == {"t1": ["a", CANARY]}
    assert "passphrases and passphrase_folder" in warning
    assert CANARY not in warning
    assert CANARY in run._secrets
