# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All error codes of the collection with their causes and next steps, read from the code, as a page of the documentation.

``python -m consistency.error_texts`` writes the page again.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from consistency.local_texts import local_texts
from consistency.tree import ROOT

PLUGIN_UTILS = ROOT / "plugins" / "plugin_utils"
PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_error_codes.rst"
AREAS = {
    "_crypto": "Bundles and certificates",
    "_policy": "Choices: whose certificate, and which one goes",
    "_workstation": "Workstations",
    "_lifecycle": "Installing, renewing and removing",
    "_io": "Files and servers",
    "_mail": "Mails",
    "_withdrawal": "Withdrawal",
    "_portal": "Portal",
    "_facts": "Facts and holders",
    "_report": "Report and reminders",
    "": "General",
}
PLACEHOLDER = re.compile(r"\{(\w+)(?:[^{}]*)\}")


@dataclass(frozen=True, slots=True, order=True)
class ErrorText:
    """One way in which an error with ``code`` is raised. ``<name>`` in a text stands for a value of the run."""

    code: str
    cause: str
    next_step: str


def texts(path: Path) -> Iterator[ErrorText]:
    """The errors that one file of ``plugin_utils`` can raise."""
    tree = parsed(path)
    constants = all_constants() | constants_in(tree)
    scopes = local_texts(tree, constants)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in {
            "Pkcs12Error",
            "Explanation",
            "__init__",
        }:
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            code = given.get("code")
            if isinstance(code, ast.Constant) and {"cause", "next_step"} <= set(given):
                known = constants | scopes.get(call, {})
                yield ErrorText(str(code.value), said(given["cause"], known), said(given["next_step"], known))
    yield from table_rows(tree, constants)


@cache
def parsed(path: Path) -> ast.Module:
    """A file of the collection."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def all_constants() -> dict[str, ast.expr]:
    """The constants of all files, because one file may use a sentence of another."""
    return {name: value for path in PLUGIN_UTILS.rglob("*.py") for name, value in constants_in(parsed(path)).items()}


def constants_in(tree: ast.Module) -> dict[str, ast.expr]:
    """The constants that a file defines, by name."""
    assignments = [node for node in tree.body if isinstance(node, ast.Assign)]
    return {target.id: node.value for node in assignments for target in node.targets if isinstance(target, ast.Name)}


def table_rows(tree: ast.Module, constants: dict[str, ast.expr]) -> Iterator[ErrorText]:
    """The rows of a table ``{code: Explanation(cause, next_step)}``."""
    for table in ast.walk(tree):
        if isinstance(table, ast.Dict):
            for key, row in zip(table.keys, table.values, strict=True):
                if (
                    isinstance(key, ast.Constant)
                    and isinstance(row, ast.Call)
                    and ast.unparse(row.func) == "Explanation"
                ):
                    cause, next_step = (said(each, constants) for each in row.args[:2])
                    yield ErrorText(str(key.value), PLACEHOLDER.sub(r"<\1>", cause) + ".", next_step)


def said(node: ast.expr, constants: dict[str, ast.expr]) -> str:
    """The text of an expression. A value that only a run knows is its name in angle brackets."""
    match node:
        case ast.Constant(value=value):
            text = str(value)
        case ast.JoinedStr(values=parts):
            text = "".join(said(part, constants) for part in parts)
        case ast.FormattedValue(value=ast.Name(id=name)) | ast.Name(id=name) if name in constants:
            text = said(constants[name], {key: value for key, value in constants.items() if key != name})
        case ast.FormattedValue(value=ast.IfExp() as value):
            text = said(value, constants)
        case ast.FormattedValue(value=ast.Call(func=ast.Name(id="named"), args=[ast.Constant(value=option)])):
            text = str(option)
        case ast.FormattedValue(value=value):
            text = f"<{name_of(value)}>"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            text = said(left, constants) + said(right, constants)
        case ast.IfExp(body=body, orelse=orelse):
            text = " / ".join(filter(None, (said(body, constants), said(orelse, constants))))
        case _:
            text = f"<{name_of(node)}>"
    return text


def name_of(node: ast.expr) -> str:
    """A short name for a value: the last name in its expression that says what it is."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            text = name.strip("_").replace("_", " ").lower()
        case ast.Call(func=ast.Attribute(value=part), args=[ast.Constant(), *_]) if not isinstance(part, ast.Constant):
            text = name_of(part)
        case ast.Call(func=ast.Attribute(attr="join"), args=[part, *_]) | ast.Call(args=[part, *_]):
            text = name_of(part)
        case ast.Call(func=part) | ast.Subscript(value=part) | ast.Starred(value=part) | ast.BinOp(left=part):
            text = name_of(part)
        case ast.BoolOp(values=[part, *_]) | ast.List(elts=[part, *_]) | ast.IfExp(body=part):
            text = name_of(part)
        case ast.GeneratorExp(generators=[first, *_]):
            text = name_of(first.iter)
        case ast.Constant(value=value):
            text = str(value)
        case _:
            text = "..."
    return text


def by_area() -> dict[str, list[ErrorText]]:
    """The errors of each area of ``AREAS``, in order of their codes, each text once."""
    found: dict[str, set[ErrorText]] = defaultdict(set)
    for path in sorted(PLUGIN_UTILS.rglob("*.py")):
        package = path.relative_to(PLUGIN_UTILS).parts[0]
        found[package if package in AREAS else ""].update(texts(path))
    return {area: sorted(found[area]) for area in AREAS if found[area]}


def page() -> str:
    """The page in reStructuredText."""
    lines = [HEAD]
    for area, errors in by_area().items():
        lines += [
            AREAS[area],
            "-" * len(AREAS[area]),
            "",
            ".. list-table::",
            "   :header-rows: 1",
            "   :widths: 18 45 37",
            "",
        ]
        lines += ["   * - Code", "     - Cause", "     - What to do"]
        for error in errors:
            lines += [
                f"   * - ``{error.code}``",
                f"     - {escaped(error.cause)}",
                f"     - {escaped(error.next_step)}",
            ]
        lines.append("")
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Text that reStructuredText shows as it is."""
    if re.fullmatch(r"<(next step|cause)>\.?", text):
        return "The sentence of the error that led to this one. Where another row has the same code, it is there."
    if re.fullmatch(r"<[^>]*>\.?", text):
        return "One of several sentences: see the message of the task."
    return re.sub(r"([\\*`|_])", r"\\\1", " ".join(text.split()))


HEAD = """..
  SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
  SPDX-License-Identifier: GPL-3.0-or-later

  This page is made from the code: python -m consistency.error_texts

.. _ansible_collections.hospital_it.pkcs12.docsite.guide_error_codes:

Error codes
===========

A task that fails has ``error.code`` in its result, and one or two sentences in ``msg``: what is wrong, and what to do. The code stays the
same in all releases of one major version, so playbooks and other programs can use it. This page lists all codes. You have a sentence and
not its code? Search this page for some words of the sentence that are no name, number or path. A word in angle brackets
stands for a value of the run, and a slash separates two sentences of which one is shown. A few codes do not make a task fail: they are
reasons for a deferral, such as ``not_logged_on``, or findings of the playbook ``check``.

Where the code stands: Ansible prints the whole result of a failed task, with ``error.code``. A task for several holders has it in
``holders[].error.code``. The playbooks print only the sentences. With ``-v`` they print the results, too, and AWX has them in the details
of a task. An HRESULT, the number with which Windows says why, stands in the sentence: ``msg`` has it in parentheses, as in
``(0x80070005)``.
"""

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {sum(map(len, by_area().values()))} errors")
