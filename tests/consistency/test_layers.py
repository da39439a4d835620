# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports of plugins/plugin_utils go down only, neighbours never import each other, and each library has one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from consistency.tree import ROOT, name

UTILS = ROOT / "plugins" / "plugin_utils"
PACKAGE = "ansible_collections.hospital_it.pkcs12.plugins.plugin_utils"

MAY_IMPORT = {
    "_errors": set[str](),
    "_messages": {"_errors"},
    "_crypto": {"_errors"},
    "_workstation": {"_crypto", "_messages", "_errors"},
    "_policy": {"_crypto", "_messages", "_errors"},
    "_io": {"_crypto", "_messages", "_errors"},
    "_facts": {"_workstation", "_policy", "_io", "_crypto", "_messages", "_errors"},
    "_action": {"_workstation", "_policy", "_io", "_crypto", "_messages", "_errors"},
    "_mail": {"_policy", "_io", "_crypto", "_messages", "_errors"},
    "_portal": {"_policy", "_io", "_crypto", "_messages", "_errors"},
    "_lifecycle": {"_portal", "_facts", "_workstation", "_policy", "_io", "_crypto", "_messages", "_errors"},
    "_report": {"_mail", "_facts", "_policy", "_io", "_messages", "_errors"},
    "_withdrawal": {"_facts", "_policy", "_io", "_crypto", "_messages", "_errors"},
}
"""Each entry of plugin_utils, from the lowest floor up, and the entries that it may import."""

PLACE_OF = {
    "cryptography": ("_crypto/",),
    "ansible": ("_action/", "_io/http_client.py", "_io/vault_file.py"),
    "socket": ("_io/", "_mail/", "_portal/", "_withdrawal/", "_report/crl_download.py"),
    "ssl": ("_io/", "_mail/", "_portal/", "_withdrawal/", "_report/crl_download.py"),
    "smtplib": ("_mail/",),
    "http": ("_io/", "_mail/", "_portal/", "_withdrawal/", "_report/crl_download.py"),
    "urllib": ("_facts/retired.py", "_io/", "_mail/", "_portal/", "_withdrawal/", "_report/crl_download.py"),
    "email": ("_io/", "_mail/", "_portal/", "_withdrawal/", "_report/crl_download.py"),
    "imapclient": ("_mail/",),
    "OpenSSL": ("_io/", "_portal/"),
    "jinja2": ("_report/formats/",),
    "jmespath": ("_report/query.py",),
    "openpyxl": ("_io/spreadsheets.py", "_report/formats/xlsx_workbook.py"),
}
"""The places that may import a library."""


def imported(source: str, path: Path) -> Iterator[str]:
    """Dotted names of the modules that a file imports, wherever in it; ``path`` is relative to plugin_utils."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = [PACKAGE, *path.parent.parts][: len(path.parent.parts) + 2 - node.level]
            base = [".".join(above)] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def problems(source: str, path: Path) -> list[str]:
    """What a file imports and may not."""
    entry = path.parts[0].removesuffix(".py")
    found = []
    for module in imported(source, path):
        inside = module.removeprefix(f"{PACKAGE}.").split(".")[0] if module.startswith(f"{PACKAGE}.") else None
        if inside is not None and inside not in {entry, *MAY_IMPORT[entry]}:
            found.append(f"{entry} may not import {inside}")
        places = PLACE_OF.get(module.split(".")[0])
        if places is not None and not path.as_posix().startswith(places):
            found.append(f"only {' and '.join(places)} may import {module.split('.')[0]}")
    return found


@pytest.mark.parametrize("path", sorted(UTILS.rglob("*.py")), ids=name)
def test_imports_go_down(path: Path) -> None:
    assert problems(path.read_text(encoding="utf-8"), path.relative_to(UTILS)) == []


def test_every_entry_has_its_floor() -> None:
    entries = {path.name.removesuffix(".py") for path in UTILS.iterdir() if path.name != "__pycache__"}
    assert entries == MAY_IMPORT.keys()


def test_floors_have_no_circle() -> None:
    done: set[str] = set()
    for entry, below in MAY_IMPORT.items():
        assert below <= done
        done.add(entry)


@pytest.mark.parametrize("package", sorted(path.parent for path in UTILS.rglob("__init__.py")), ids=name)
def test_package_says_its_purpose(package: Path) -> None:
    assert ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("_crypto/pfx.py", "from .._policy.plan import Plan"),
        ("_policy/plan.py", "from .._workstation.protocol import Inventory"),
        ("_report/formats/charts.py", "from ..._lifecycle.result import present_result"),
        ("_lifecycle/present.py", f"from {PACKAGE}._report.model import Report"),
        ("_facts/build.py", "def late():\n    from ansible.plugins.action import ActionBase"),
        ("_policy/plan.py", "import email"),
    ],
)
def test_planted_import_is_caught(path: str, line: str) -> None:
    assert problems(line, Path(path)) != []
