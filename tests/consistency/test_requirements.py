# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments are the same wherever and whenever they are made."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES, sentences
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.preflight import OLDEST_SPNEGO
from consistency.tree import ROOT

FOLDER = ROOT / "tests" / "requirements"
PINNED = re.compile(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*(; python_version (<|>=) \"3\.[0-9]+\")?")


def requirements(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def test_pins_are_exact() -> None:
    lines = yaml.safe_load((FOLDER / "matrix.yml").read_text(encoding="utf-8"))["cores"]
    pins = [*requirements(FOLDER / "pins.txt"), *(pin for line in lines.values() for pin in line["pins"])]
    assert len(lines) > 1
    assert [pin for pin in pins if not PINNED.fullmatch(pin)] == []


PACKAGE_OF = {"OpenSSL": "pyOpenSSL", "imapclient": "IMAPClient"}
"""Libraries whose package has another name."""
OF_ANSIBLE_CORE = {"ansible", "ansible_collections", "jinja2", "markupsafe", "yaml"}
WITHOUT_IMPORT = {"pywinrm", "pyspnego"}
"""What Ansible's connection imports."""


def imported_libraries() -> set[str]:
    """The libraries that plugins import, by the names of their packages."""
    found = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'import_module\("(\w+)"\)', source))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.split(".")[0])
    return {PACKAGE_OF.get(name, name) for name in found - OF_ANSIBLE_CORE - set(sys.stdlib_module_names)}


def release(version: str) -> tuple[int, ...]:
    """A version without a suffix."""
    return tuple(int(part) for part in version.split("."))


def test_the_tests_run_with_no_older_package_than_the_collection_asks_for() -> None:
    least = re.findall(r"^([\w-]+)>=([\d.]+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    pinned = {pin.split("==")[0].lower(): pin.split("==")[1].split(";")[0] for pin in requirements(FOLDER / "pins.txt")}
    assert [name for name, version in least if release(pinned[name.lower()]) < release(version)] == []
    assert release(dict(least)["pyspnego"]) == OLDEST_SPNEGO, "check warns of what the collection does not ask for"
    for code in ("spnego_too_old", "finding.spnego_too_old"):
        for language in LANGUAGES:
            assert f"pyspnego {dict(least)['pyspnego']} o" in sentences(language)[code]["next_step"]


def test_an_installed_collection_lists_the_libraries_that_it_imports() -> None:
    """ansible-builder and people who install offline read requirements.txt, which ``meta/execution-environment.yml`` names."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    listed = {found[0] for line in lines if (found := re.match(r"[A-Za-z][\w-]*", line))}
    assert listed == imported_libraries() | WITHOUT_IMPORT
    assert "-r ../../requirements.txt" in requirements(FOLDER / "molecule.txt"), "its lab would lack one of them"
    assert "python: requirements.txt" in (ROOT / "meta" / "execution-environment.yml").read_text(encoding="utf-8")
