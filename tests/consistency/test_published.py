# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is published works by itself: nothing in it needs the tests, the tools or this tree."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from consistency.tree import ACTIONS, ROOT, SIDECARS

BIN = Path(sys.executable).parent

# A picture or a page of this tree, as Markdown names it; an address and an anchor are no such link.
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of collections that holds only what a controller needs of this one."""
    folder = tmp_path_factory.mktemp("collections")
    for part in ("meta", "plugins", "roles", "playbooks"):
        if (ROOT / part).is_dir():
            shutil.copytree(
                ROOT / part,
                folder / "ansible_collections" / "hospital_it" / "pkcs12" / part,
                ignore=shutil.ignore_patterns("__pycache__"),
            )
    (folder / "ansible.cfg").write_text(f"[defaults]\ncollections_path = {folder}\n", encoding="utf-8")
    return folder


def run(published: Path, *command: str) -> str:
    """Runs an Ansible command that sees only the published collection, and returns what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    environment |= {
        "ANSIBLE_HOME": str(published),
        "ANSIBLE_CONFIG": str(published / "ansible.cfg"),
    }
    program = [str(BIN / command[0]), *command[1:]]
    done = subprocess.run(program, cwd=published, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_every_module_is_documented(published: Path) -> None:
    wanted = [f"hospital_it.pkcs12.{sidecar.stem}" for sidecar in SIDECARS]
    shown = json.loads(run(published, "ansible-doc", "--type", "module", "--json", *wanted))
    assert sorted(shown) == wanted
    assert [module for module in wanted if not shown[module]["doc"]["attributes"]] == []


@pytest.mark.parametrize("action", [action.stem for action in ACTIONS])
def test_action_loads_and_names_a_wrong_argument(published: Path, action: str) -> None:
    said = run(published, "ansible", "localhost", "-m", f"hospital_it.pkcs12.{action}", "-a", "no_such_option=1")
    assert "no_such_option" in said
    assert "FAILED!" in said
    assert "Traceback" not in said


def test_what_the_readme_links_to_is_published_too() -> None:
    links = LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    left_out = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    assert "docs/images/report.png" in links
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert [link for link in links if any(Path(link).is_relative_to(each) for each in left_out)] == []
