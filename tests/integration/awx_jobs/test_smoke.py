# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The smoke test of the execution environment is red where an image lacks what its jobs need. Here it runs beside an image."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from ansible.release import __version__

from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

CORE = tuple(map(int, __version__.split(".")[:2]))
AWX_FINDS_FACTS = CORE < (2, 19) or CORE >= (2, 22)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """What is on PATH: what Ansible needs of a shell. kinit is not among it, wherever this machine has it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("mkdir", "rm", "chmod"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def smoke(folder: Path, *options: str, **environment: str) -> tuple[int, str]:
    given = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"), **environment}
    playbook = str(ROOT / "tests" / "ee" / "smoke.yml")
    done = ansible_playbook([playbook, *options], {**os.environ, **given}, folder)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("persist", ["False", "True"])
def test_facts_go_from_job_to_job_in_a_form_that_awx_reads(tmp_path: Path, programs: Path, persist: str) -> None:
    (programs / "kinit").touch(mode=0o755)  # it has to be there, and is not started
    given = {"PATH": str(programs), "ANSIBLE_CACHE_JSONFILE_PERSIST_METADATA": persist}
    code, said = smoke(tmp_path, **given)
    if AWX_FINDS_FACTS and (CORE < (2, 19) or persist == "False"):
        assert (code, "The collection works here" in said) == (0, True), said
    else:
        assert (code, "AWX finds no facts of ansible-core" in said) == (2, True), said
