# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences that a function puts together in variables before it raises an error with them, or that its callers give it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce

Function = ast.FunctionDef
Texts = dict[str, ast.expr]


def local_texts(tree: ast.Module, constants: Mapping[str, ast.expr]) -> dict[ast.AST, Texts]:
    """For each node in a function: its variables that are sentences. Several sentences are the branches of a conditional expression."""
    found: dict[ast.AST, Texts] = {}
    for function in (node for node in ast.walk(tree) if isinstance(node, Function)):
        texts = {**_parameters(tree, function, constants), **_variables(function, constants)}
        for node in ast.walk(function):
            found[node] = found.get(node, {}) | texts
    return found


def _parameters(tree: ast.Module, function: Function, constants: Mapping[str, ast.expr]) -> Texts:
    """What the calls in the same file give for each parameter."""
    names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    given: dict[str, list[ast.expr]] = {}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == function.name:
            for name, value in (
                *zip(names, call.args, strict=False),
                *((each.arg or "", each.value) for each in call.keywords),
            ):
                given.setdefault(name, []).append(value)
    return {name: one_of(values) for name, values in given.items() if _are_texts(values, constants)}


def _variables(function: Function, constants: Mapping[str, ast.expr]) -> Texts:
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        for name, value in _assigned(node, function):
            given.setdefault(name, []).append(value)
    for node in ast.walk(function):  # what is added to a sentence that another branch may leave as it is
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id in given:
            first = given[node.target.id][0]
            given[node.target.id].append(ast.BinOp(left=first, op=ast.Add(), right=node.value))
    return {name: one_of(values) for name, values in given.items() if _are_texts(values, constants)}


def _assigned(node: ast.AST, function: Function) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple):
                for position, each in enumerate(target.elts):
                    if isinstance(each, ast.Name):
                        yield from ((each.id, value) for value in _of_tuple(node.value, position, function))


def _of_tuple(value: ast.expr, position: int, function: Function) -> Iterator[ast.expr]:
    """The values at a position: of a tuple, or of the tuples in a dictionary from which ``get`` takes one."""
    match value:
        case ast.Tuple(elts=parts):
            yield parts[position]
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_of_tuple(body, position, function), *_of_tuple(orelse, position, function))
        case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get"), args=[_, default]):
            for row in (*_rows_of(table, function), default):
                yield from _of_tuple(row, position, function)
        case _:
            yield value


def _rows_of(table: str, function: Function) -> Sequence[ast.expr]:
    for node in ast.walk(function):
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        if isinstance(target, ast.Name) and target.id == table and isinstance(node.value, ast.Dict):  # type: ignore[attr-defined]
            return node.value.values  # type: ignore[attr-defined]
    return ()


def _are_texts(values: Iterable[ast.expr], constants: Mapping[str, ast.expr]) -> bool:
    """Whether all are written out, at least in part. A value of a run is better known by the name of its variable."""
    return all(_is_text(value, constants) for value in values)


def _is_text(value: ast.expr, constants: Mapping[str, ast.expr]) -> bool:
    match value:
        case ast.Constant(value=str()):
            return True
        case ast.JoinedStr(values=parts):
            return any(isinstance(part, ast.Constant) and " " in str(part.value) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _is_text(left, constants) and _is_text(right, constants)
        case ast.IfExp(body=body, orelse=orelse):
            return _is_text(body, constants) and _is_text(orelse, constants)
        case ast.Name(id=name):
            return name in constants and _is_text(constants[name], constants)
    return False


def one_of(values: Sequence[ast.expr]) -> ast.expr:
    """One expression for several, each once."""
    different = list({ast.unparse(value): value for value in values}.values())
    return reduce(
        lambda rest, each: ast.IfExp(test=ast.Constant(value=True), body=each, orelse=rest), reversed(different)
    )
