# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every cause that a task can end with is documented, and no other; the guide says who acts."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._exchange_errors import SENTENCES
from tooling.tree import ACTIONS, MODULES, ROOT

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_enrolling.rst"
ONLY_BUNDLE_INFO = {"several_bundles"}


def raised(path: Path) -> set[str]:
    """The codes in a file: ``code="..."`` in a call, and ``CODE = "..."`` where the file names it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    words = [word.value for word in ast.walk(tree) if isinstance(word, ast.keyword) and word.arg == "code"]
    words += [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["CODE"]
    ]
    return {word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)}


def documented(module: str) -> set[str]:
    """The codes in a sidecar."""
    sidecar: dict[str, Any] = yaml.safe_load((MODULES / f"{module}.yml").read_text(encoding="utf-8"))
    error = sidecar["RETURN"].get("error")
    text = " ".join(error["contains"]["code"]["description"]) if error else ""
    return set(re.findall(r"(?<!R)V\((\w+)\)", text))


EVERY = set(SENTENCES).union(*(raised(path) for path in (ROOT / "plugins" / "plugin_utils").glob("*.py")))


def test_certificate_documents_every_code_that_it_can_end_with() -> None:
    assert documented("certificate") == EVERY - ONLY_BUNDLE_INFO


@pytest.mark.parametrize("action", [action.stem for action in ACTIONS])
def test_no_action_documents_a_code_that_is_not_there(action: str) -> None:
    assert documented(action) <= EVERY


def test_the_guide_says_who_acts_on_every_code_that_is_not_left_to_the_last_row() -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("Who acts\n")[2].partition("all others")[0]
    assert EVERY - set(SENTENCES) - set(re.findall(r"``(\w+)``", table)) == {"driver_answer", "not_verified"}
