# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree as its checks see it."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "plugins" / "modules"

CODE = (".py", ".ps1", ".psm1", ".cs")
SOURCES = sorted(
    path
    for path in [ROOT / "conftest.py"] + [p for top in ("plugins", "tests", "tools") for p in (ROOT / top).rglob("*")]
    if path.suffix in CODE
)
SIDECARS = sorted(MODULES.glob("*.yml"))
ACTIONS = sorted((ROOT / "plugins" / "action").glob("*.py"))


def name(path: Path) -> str:
    """A path as a test is named after it."""
    return str(path.relative_to(ROOT))


def documentation(sidecar: Path) -> dict[str, Any]:
    """The part of a sidecar that says what the module takes."""
    content: dict[str, Any] = yaml.safe_load(sidecar.read_text(encoding="utf-8"))["DOCUMENTATION"]
    return content


def action_options(action: Path) -> dict[str, dict[str, Any]]:
    """The options in an action's argument spec."""
    module = importlib.import_module(f"ansible_collections.hospital_it.pkcs12.plugins.action.{action.stem}")
    return {option: dict(spec) for option, spec in module.ActionModule.SPEC.options.items()}
