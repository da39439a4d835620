# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Passphrases as an inventory has them: one or a list, in a mapping by authorisation number, in one or several variables. Pure.

A value that YAML changed is nobody's passphrase any more. In its place stands its refusal, a ``Problem``, which ends the work for this
person alone. Windows passwords by account have the same form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeGuard

from .._errors import Pkcs12Error, Problem

WRITTEN = Problem("").to_map().keys()
"""The keys of a refusal that has passed a template: Ansible's templates pass plain values alone. It has no secret."""

OF_THE_SITE = "pkcs12_"
"""How the name of a variable begins. No number and no account does."""

SHORTEST_MASKED = 6
"""Characters. A shorter secret is part of ordinary words and numbers, and the gaps would show it."""


@dataclass(frozen=True, slots=True)
class SecretKind:
    """The values of a mapping: the form in which its keys are compared, and the code of the refusal where YAML changed a value."""

    key: Callable[[Any], str]
    code: str


class NumberAsText(str):
    """A passphrase that came as a number: without quotes YAML reads 0471234 as octal. A number from JSON may be right."""

    __slots__ = ()


def passphrases_in(given: Any) -> list[str | None]:
    """The passphrases in the order in which they are tried. Numbers become text. None stands for no passphrase; the list is never empty.

    Raises ``Pkcs12Error``: ``bad_arguments``.
    """
    if is_refusal(given):
        raise Pkcs12Error(given)
    listed = list(given) if isinstance(given, (list, tuple)) else [given]
    if any(isinstance(each, (list, tuple, Mapping, bool, date)) for each in listed):
        raise Pkcs12Error(Problem("bad_arguments.no_passphrases"))
    return [_as_text(each) for each in listed] or [None]


def is_refusal(value: Any) -> TypeGuard[Problem]:
    """Whether this is a refusal instead of a value."""
    return isinstance(value, Problem)


def _is_written(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == WRITTEN


def by_key(given: Any, kind: SecretKind, where: str) -> Any:
    """The mapping of an option, by the keys of its kind, with a refusal for each value that is no text. What is no mapping stays as it is.

    ``where`` a value is, for a sentence.
    """
    if not isinstance(given, Mapping):
        return given
    found: dict[str, Any] = {}
    for key, value in given.items():
        found[kind.key(key)] = _both(found.get(kind.key(key)), _checked(key, value, kind, where))
    return found


def check_variables(given: Any) -> None:
    """Refuses a mapping that lacks a whole variable, see ``merged``. Raises ``Pkcs12Error``: ``bad_arguments``."""
    for key, value in given.items() if isinstance(given, Mapping) else ():
        if is_refusal(value) and key.startswith(OF_THE_SITE):
            raise Pkcs12Error(value)


def merged(variables: Mapping[str, Any], kind: SecretKind) -> tuple[dict[str, Any], list[Problem]]:
    """The mappings of several variables as one, by each number as it is written first; and a problem for each number in doubt.

    ``variables``: by name, in the order in which their values are tried. One that is a refusal, or no mapping, stands under its own name.
    """
    spelling: dict[str, str] = {}
    found: dict[str, dict[str, Any]] = {}
    problems: dict[str, Any] = {}
    for name, value in variables.items():
        if is_refusal(value):
            problems[name] = value
        elif value is not None and not isinstance(value, Mapping):
            problems[name] = Problem(
                "bad_arguments.no_mapping_of_secrets", {"variable": name, "found": _kind(value) or "a_text"}
            )
        else:
            for key, each in (value or {}).items():
                own = spelling.setdefault(kind.key(key), str(key).strip())
                of_number = found.setdefault(own, {})
                of_number[name] = _both(of_number.get(name), _checked(key, each, kind, name))
    doubts = [_doubt(number, each) for number, each in found.items() if _differ([*each.values()])]
    values: dict[str, Any] = {}
    for number, each in found.items():
        values[number] = None
        for value in each.values():
            values[number] = _both(values[number], value)
    return {**values, **problems}, doubts


def texts_in(given: Any, keys: Set[str] | None = None) -> frozenset[str]:
    """The texts and numbers of a value, however deep, as texts. A refusal has none.

    ``keys``: of the mappings in it, where the others hold no secret.
    """
    if isinstance(given, str) or (isinstance(given, (int, float)) and not isinstance(given, bool)):
        return frozenset({str(given)} - {""})
    if isinstance(given, Mapping):
        inner = [] if _is_written(given) else [value for key, value in given.items() if keys is None or key in keys]
    else:
        inner = list(given) if isinstance(given, (list, tuple)) else []
    return frozenset(text for each in inner for text in texts_in(each, keys))


def is_masked(secret: str) -> bool:
    """Whether a secret is long enough to be hidden in texts. Blanks around it do not count, because ansible-core strips them."""
    return len(secret.strip()) >= SHORTEST_MASKED


def _both(first: Any, second: Any) -> Any:
    """The values of two places as a list; a refusal of one counts for the person."""
    if is_refusal(first) or first is None:
        return second if first is None else first
    if is_refusal(second) or second is None:
        return first if second is None else second
    known = {str(each): each for each in _listed(first)}
    for each in _listed(second):
        if not isinstance(known.get(str(each)), str):  # a text says what a number only may say
            known[str(each)] = each
    return [*known.values()]


def _differ(values: Sequence[Any]) -> bool:
    """Whether two variables disagree. One that has all that the other has only repeats it."""
    texts = [{str(each) for each in _listed(value)} for value in values if value is not None and not is_refusal(value)]
    return any(not (one <= other or other <= one) for at, one in enumerate(texts) for other in texts[:at])


def _doubt(number: str, by_variable: Mapping[str, Any]) -> Problem:
    *others, last = [name for name, value in by_variable.items() if value is not None]
    return Problem("passphrases_differ", {"whose": number, "others": tuple(others), "last": last})


def _checked(key: Any, value: Any, kind: SecretKind, where: str) -> Any:
    """The value, or its refusal, which may have passed a template."""
    if value is None or is_refusal(value):
        return value
    if _is_written(value):
        return Problem.from_map(value)
    found = next((found for each in _listed(value) if (found := _kind(each))), None)
    if found is None:
        return value
    return Problem(kind.code, {"whose": str(key).strip(), "where": where, "found": found})


def _kind(value: Any) -> str | None:
    """The word for what YAML made of a text without quotes, where that is lost. A whole number may be right, and is tried."""
    if value is None or (isinstance(value, (str, int)) and not isinstance(value, bool)):
        return None
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "yes_or_no"),
        (float, "a_decimal_number"),
        (datetime, "a_date_with_a_time"),
        (date, "a_date"),
        (Mapping, "a_mapping"),
        ((list, tuple), "a_list"),
    )
    return next((said for kind, said in kinds if isinstance(value, kind)), "no_text")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _as_text(given: Any) -> str | None:
    if given is None or isinstance(given, NumberAsText):
        return given
    return NumberAsText(given) if isinstance(given, (int, float)) else str(given)
