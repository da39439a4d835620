# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which codes an action can end with, in ``error.code``: those in the definitions that it names, and in those that these name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import sentences
from consistency.tree import ROOT

PACKAGE = "ansible_collections.hospital_it.pkcs12"
UTILS = ROOT / "plugins" / "plugin_utils"
BASE = UTILS / "_action" / "base.py"
FAILING = {"error", "problem", "refusal"}
"""Arguments that take a refusal as the reason why a holder failed, or why a mail cannot be used."""

ONLY_TOLD = {
    # a summary tells them of a whole run
    *(
        "access_code_received",
        "audit_again",
        "authorities_proposed",
        "authority_not_there",
        "authority_signed_none",
        "comparison",
        "delivery",
        "facts_not_kept",
        "found_nowhere",
        "issuer_matches_nothing",
        "issuer_not_verified",
        "issuers_not_known",
        "no_access",
        "nobody_taken_back",
    ),
    *(
        "none_answered",
        "not_confirmed",
        "only_what_was_not_sent",
        "play",
        "register_many_leave",
        "signer",
        "still_there",
        "stopped",
        "summary",
        "unused_variable",
        "verdicts",
    ),
    *("workstation_without_holders", "written_down_as_retired"),
    # they are findings about a workstation
    *("finding", "not_run", "other_name", "own_connection", "script_rules"),
    # they say more about an error, or about why somebody has to wait
    *("newer_file", "no_dpapi", "not_stored", "portal", "reminder_refused", "unfit_token", "way_out"),
}
"""Kinds of problems that say what to do, and are never an error themselves."""
CAUSES_SAY_MORE = {"reminders_not_sent", "unusable_variables"}
"""Errors whose next step is that of their causes."""


@dataclass(frozen=True)
class Definition:
    """A function, a constant, a class without its methods, or a method as ``Class.method``."""

    path: Path
    name: str
    nodes: tuple[ast.AST, ...]

    @property
    def owner(self) -> str:
        """Of a method its class, else nothing."""
        return self.name.rpartition(".")[0]

    @property
    def called(self) -> str:
        """The name without that of the class."""
        return self.name.rpartition(".")[2]


def codes(action: Path) -> set[str]:
    """Whatever ``error.code`` can be."""
    return {code for each in reached(action) for code in codes_in(each)}


def reached(action: Path) -> set[Definition]:
    """All that may run. Ansible itself calls ``run``; of methods all with a name are taken whose class is reached."""
    seen = {*definitions(action).values(), definitions(BASE)["Pkcs12Action.run"]}
    while True:
        classes = {(each.path, each.name) for each in seen}
        attributes = {name for each in seen for name in _attributes(each)}
        methods = {each for each in _methods() if (each.path, each.owner) in classes and each.called in attributes}
        more = methods.union(*(_named_by(each) for each in seen)) - seen
        if not more:
            return seen
        seen |= more


@cache
def definitions(path: Path) -> Mapping[str, Definition]:
    """What a file defines, by name."""
    return {name: Definition(path, name, nodes) for node in _tree(path).body for name, nodes in _parts(node)}


def _parts(node: ast.stmt) -> Iterator[tuple[str, tuple[ast.AST, ...]]]:
    if isinstance(node, ast.ClassDef):
        methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
        called = {part for part in methods if not part.name.startswith("__")}
        yield node.name, (*node.bases, *(part for part in node.body if part not in called))
        yield from ((f"{node.name}.{part.name}", (part,)) for part in methods if part in called)
    elif isinstance(node, ast.FunctionDef):
        yield node.name, (node,)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from ((target.id, (node,)) for target in targets if isinstance(target, ast.Name))


@cache
def _named_by(definition: Definition) -> frozenset[Definition]:
    return frozenset(_resolved(_running(definition), definition.path))


def _resolved(nodes: Iterable[ast.AST], path: Path) -> Iterator[Definition]:
    """What the names in these nodes of a file stand for, where that is of the collection."""
    own, taken = definitions(path), _imported(path)
    for name in {node.id for node in nodes if isinstance(node, ast.Name)}:
        if name in own:
            yield own[name]
        elif name in taken:
            source, there = taken[name]
            yield from (each for each in definitions(source).values() if there in (None, each.name))


@cache
def _attributes(definition: Definition) -> frozenset[str]:
    return frozenset(node.attr for node in _running(definition) if isinstance(node, ast.Attribute))


@cache
def _methods() -> tuple[Definition, ...]:
    files = [*UTILS.rglob("*.py"), *(ROOT / "plugins" / "action").glob("*.py")]
    return tuple(each for path in files for each in definitions(path).values() if each.owner)


@cache
def _imported(path: Path) -> Mapping[str, tuple[Path, str | None]]:
    """The names that a file takes from others of the collection: from which, and what they are called there; None for the whole file."""
    found: dict[str, tuple[Path, str | None]] = {}
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.level or str(node.module).startswith(PACKAGE)):
            base = path.parents[node.level - 1] if node.level else ROOT
            folder = base.joinpath(*(node.module or "").removeprefix(PACKAGE).strip(".").split("."))
            for alias in node.names:
                file = folder.with_suffix(".py")
                inside = (file, alias.name) if file.is_file() else (folder / f"{alias.name}.py", None)
                found[alias.asname or alias.name] = inside
    return found


@cache
def kinds() -> frozenset[str]:
    """The kinds of the catalogue that can be an error: somebody can mend it, and it says how."""
    steps = sentences("en")
    mended = {
        code.partition(".")[0]
        for code, row in CODES.items()
        if row.actor is not Actor.NOBODY and steps[code].get("next_step")
    }
    return frozenset(mended - ONLY_TOLD | CAUSES_SAY_MORE)


def codes_in(definition: Definition) -> Iterator[str]:
    """The kinds of errors in a definition: literals in ``Problem(...)``, codes with a variant, the keys of drivers' errors."""
    for node in () if definition.name == "CODES" else _running(definition):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem" and node.args:
            code = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            yield from kinds() & {text.partition(".")[0] for text in _text(code)}
        elif isinstance(node, ast.Set) and definition.name in ("STORE_ERRORS", "OFFLINE_ERRORS"):
            yield from (code for key in node.elts for code in _text(key))
        else:
            yield from kinds() & {text.partition(".")[0] for text in _text(node) if "." in text and text in CODES}


def _text(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _running(definition: Definition) -> Iterator[ast.AST]:
    """All nodes but those in a ``try`` whose refusals become something to tell: they end nothing."""
    todo = list(definition.nodes)
    while todo:
        node = todo.pop()
        yield node
        is_told = isinstance(node, ast.Try) and any(_is_told(handler, definition.path) for handler in node.handlers)
        tried = set(node.body) if isinstance(node, ast.Try) and is_told else set()
        todo += (child for child in ast.iter_child_nodes(node) if child not in tried)


def _is_told(handler: ast.ExceptHandler, path: Path) -> bool:
    """A handler of refusals that neither raises, nor calls what raises, nor makes a failed result, as the base of all actions does.

    A refusal that is kept as the error of one holder fails that holder.
    """
    nodes = list(ast.walk(handler))
    called = [node for each in _resolved(nodes, path) for part in each.nodes for node in ast.walk(part)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    keeps = any(isinstance(node, ast.keyword) and node.arg in FAILING for node in nodes)
    raises = any(isinstance(node, ast.Raise) for node in (*nodes, *called))
    return "Pkcs12Error" in names and "failed_result" not in names and not raises and not keeps


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
