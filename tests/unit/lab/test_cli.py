# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the command line of the lab says, and that a hospital in the background does what it is told."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from lab import background
from lab.cli import main
from lab.people import ANNE, JEANNE, PAUL

SLEEPER = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
"""It has its words once it has said something."""
STATE = {"workstations": {"ws-cardio": "emulated"}, "inventory": "i", "passphrases": "p"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Of a hospital that runs in the background."""
    folder = tmp_path_factory.mktemp("lab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        words = ["up", "--kind", "emulated", "--with", "administrator_protection, applocker_mdm"]
        assert main(["--folder", str(folder), *words]) == 0
    yield folder
    assert main(["--folder", str(folder), "down"]) == 0


@pytest.fixture
def lab(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs a command for this hospital, and returns its exit code and what it printed."""

    def run(*words: str) -> tuple[int, str]:
        code = main(["--folder", str(folder), *words])
        return code, capsys.readouterr().out

    return run


@pytest.mark.parametrize("words", [["lab", "serve"], ["another", "program"]])
def test_status_tells_the_hospital_from_another_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with subprocess.Popen([*SLEEPER, *words], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        (tmp_path / "state.json").write_text(json.dumps({**STATE, "pid": process.pid}), encoding="utf-8")
        code = main(["--folder", str(tmp_path), "status"])
        process.kill()
    said = capsys.readouterr().out
    assert (code, "ws-cardio  emulated\n" in said) == ((0, True) if "lab" in words else (1, False))


def test_what_it_says_to_run_can_be_run_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(background.Background, "pid", lambda _self: os.getpid())
    (tmp_path / "state.json").write_text(json.dumps({**STATE, "workstations": {}}), encoding="utf-8")
    main(["--folder", str(tmp_path), "status"])
    shown, setting, program, *_options = shlex.split(capsys.readouterr().out)
    name, _equals, folder = setting.partition("=")
    assert (shown, name) == ("ANSIBLE_CALLBACK_RESULT_FORMAT=yaml", "ANSIBLE_COLLECTIONS_PATH")
    assert (Path(folder) / "ansible_collections" / "hospital_it" / "pkcs12" / "galaxy.yml").is_file()
    assert os.access(program, os.X_OK)


@pytest.mark.parametrize("command", [["status"], ["deliver", "jdupont"], ["logon", "asroux"]])
def test_a_command_without_a_hospital_says_that_it_is_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert main(["--folder", str(tmp_path), *command]) == 1
    assert "The lab is down" in capsys.readouterr().out


def test_ending_what_does_not_run_is_no_failure(tmp_path: Path) -> None:
    assert main(["--folder", str(tmp_path), "down"]) == 0


def test_hospital_has_the_workstations_that_were_asked_for(folder: Path) -> None:
    kinds = json.loads((folder / "state.json").read_text(encoding="utf-8"))["workstations"]
    assert set(kinds.values()) == {"emulated"}
    assert len(kinds) == 5 + 2
    assert {"ws-administrator-protection", "ws-applocker-mdm"} < kinds.keys()


def test_a_platform_that_is_not_known_is_refused_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["up", "--with", "applocker,bitlocker"])
    said = capsys.readouterr().err
    assert "there is no bitlocker; there are: administrator_protection, app_control, applocker, applocker_mdm" in said


def test_secrets_of_the_hospital_are_its_owners(folder: Path) -> None:
    secret = ("state.json", "passphrases.yml", "collect.yml", "inventory.yml")
    assert {oct((folder / name).stat().st_mode & 0o777) for name in secret} == {"0o600"}


def test_ansible_reads_the_passphrases_with_the_inventory(folder: Path, lab: Callable[..., tuple[int, str]]) -> None:
    read = folder / "group_vars" / "all" / "passphrases.yml"
    before = yaml.safe_load(read.read_text(encoding="utf-8"))["pkcs12_passphrases"]
    bundle = next(folder.glob(f"bundles/*{JEANNE.authorisation}.p12"))
    old = bundle.read_bytes()
    code, said = lab("deliver", JEANNE.login, "--days", "20")
    after = yaml.safe_load(read.read_text(encoding="utf-8"))["pkcs12_passphrases"]
    assert (code, JEANNE.name in said) == (0, True)
    assert bundle.read_bytes() != old
    assert after.keys() == before.keys()
    assert [number for number in after if after[number] != before[number]] == [JEANNE.authorisation]


def test_mails_are_delivered_and_no_bundle(folder: Path, lab: Callable[..., tuple[int, str]]) -> None:
    bundles = {path: path.read_bytes() for path in folder.glob("bundles/*")}
    mails = set(folder.glob("mail/new/*"))
    assert lab("deliver", "--mail", PAUL.authorisation, ANNE.login)[0] == 0
    assert len(set(folder.glob("mail/new/*")) - mails) == 2 * 2
    assert {path: path.read_bytes() for path in folder.glob("bundles/*")} == bundles


@pytest.mark.parametrize(
    ("order", "missing"),
    [
        (["deliver", "nobody"], "nobody"),
        (["deliver", "jdupont", "--days", "0"], "1 day"),
        (["logon", "asroux", "--workstation", "ws-radio"], "ws-pharmacy"),
        (["age", "kbenali", "nobody", "--days", "3"], "nobody"),
    ],
)
def test_an_order_that_cannot_be_carried_out_says_why(
    lab: Callable[..., tuple[int, str]], order: list[str], missing: str
) -> None:
    code, said = lab(*order)
    assert (code, missing in said) == (1, True)
