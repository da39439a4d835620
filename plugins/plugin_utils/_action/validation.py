# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What is wrong with the arguments of a task, by our own spec: in the language of the site, with the names that the user has set.

Ansible's validator converts the values. What it refuses beyond this is told in its words, as the last resort.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from .._errors import Pkcs12Error, Problem, Value
from .arguments import Arguments, ArgumentSpec, entries_in

YES = {"yes", "true", "on", "1", "y", "t"}
YES_OR_NO = YES | {"no", "false", "off", "0", "n", "f"}
"""What Ansible takes for an option of the type bool."""
TEXTS = {"path", "str"}
"""Types of options that are one text."""
NUMBERS = {"int", "float"}
NEAR = 0.6
"""How alike an option is that was meant."""
MOST_SHOWN = 60
"""Characters of a wrong value."""

Options = Mapping[str, Mapping[str, Any]]


def check_arguments(spec: ArgumentSpec, given: Arguments, action: str, mask: Callable[[str], str]) -> None:
    """Refuses a task that cannot run here. ``mask``: hides its secrets. Raises ``Pkcs12Error``: ``bad_arguments``, ``missing_library``."""
    check_libraries()
    if wrong := next(_problems(spec, given, action), None):
        raise Pkcs12Error(_shown(wrong, mask))


def check_libraries() -> None:
    """Raises ``Pkcs12Error`` (``missing_library``) when the controller's Python lacks ``cryptography``."""
    if importlib.util.find_spec("cryptography") is None:
        raise Pkcs12Error(Problem("missing_library.cryptography", {"python": sys.executable}))


def check_boolean(name: str, value: Any) -> None:
    """Refuses a value of a variable that is neither yes nor no. Raises ``Pkcs12Error``: ``bad_arguments``."""
    if wrong := _no_boolean(name, value):
        raise Pkcs12Error(_shown(wrong, str))


def check_value(name: str, value: Any, option: Mapping[str, Any]) -> None:
    """Refuses a value of a variable that an option like this one would refuse. Raises ``Pkcs12Error``: ``bad_arguments``."""
    if wrong := next(_of_value(name, value, option), None):
        raise Pkcs12Error(_shown(Problem(wrong.code, wrong.values, name, wrong.causes), str))


def _problems(spec: ArgumentSpec, given: Arguments, action: str) -> Iterator[Problem]:
    values = {name: value for name, value in given.values.items() if value is not None}
    if unknown := sorted(values.keys() - spec.options.keys()):
        meant = _meant(unknown, spec.options)
        yield Problem("bad_arguments.unknown_options", {"options": tuple(unknown), "action": action}, causes=meant)
    for name, option in spec.options.items():
        if name in values:
            for wrong in _of_value(given.name(name), values[name], option):
                yield Problem(wrong.code, wrong.values, name, wrong.causes)
    if missing := [name for name, option in spec.options.items() if option.get("required") and name not in values]:
        called = tuple(map(given.name, missing))
        yield Problem("bad_arguments.missing_options", {"options": called, "action": action}, missing[0])
    yield from _of_rules(spec, given, values)


def _of_rules(spec: ArgumentSpec, given: Arguments, written: Mapping[str, Any]) -> Iterator[Problem]:
    """What breaks a rule between options. A default counts, but not against an option that is written."""
    defaults = {name: option.get("default") for name, option in spec.options.items()}
    values = {name: value for name, value in {**defaults, **written}.items() if value is not None}

    def called(options: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(given.name, options))

    for options in spec.mutually_exclusive:
        if len(both := [name for name in options if name in written]) > 1:
            yield Problem("bad_arguments.exclude_each_other", {"options": called(both)}, both[0])
    for options in spec.required_together:
        here = [name for name in options if name in values]
        if here and (missing := [name for name in options if name not in values]):
            yield Problem(
                "bad_arguments.needed_together", {"options": called(options), "missing": called(missing)}, missing[0]
            )
    for options in spec.required_one_of:
        if not any(name in values for name in options):
            yield Problem("bad_arguments.one_needed", {"options": called(options)}, options[0])
    for option, needs, options, *any_of in spec.required_if:
        missing = [name for name in options if name not in values]
        if values.get(option) != needs or not missing or (any_of == [True] and len(missing) < len(options)):
            continue
        code = "one_needed_where" if any_of == [True] else "needed_where"
        wrong = {"option": given.name(option), "given": str(needs), "missing": called(missing)}
        yield Problem(f"bad_arguments.{code}", wrong, missing[0])


def _meant(unknown: Iterable[str], known: Iterable[str]) -> tuple[Problem, ...]:
    near = [(name, get_close_matches(name, known, 1, NEAR)) for name in unknown]
    return tuple(
        Problem("bad_arguments.meant", {"given": name, "near": each}) for name, found in near for each in found
    )


def _of_value(name: str, value: Any, option: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the value of an option. ``name``: what the user calls it."""
    kind = option.get("type", "str")
    if kind == "list":
        if isinstance(value, Mapping):
            yield Problem("bad_arguments.no_list", {"option": name, "found": kind_of(value)})
            return
        is_list = isinstance(value, (list, tuple))
        for number, entry in enumerate(
            value if is_list else entries_in(value) if isinstance(value, str) else [value], start=1
        ):
            if isinstance(entry, Mapping) and "options" in option:
                yield from _of_keys(name, number, entry, option["options"])
            elif entry is not None or "options" in option:
                for wrong in _of_entry(name, entry, {**option, "type": option.get("elements", "raw")}):
                    yield _in_entry(name, number, wrong) if is_list else wrong
        return
    yield from _of_entry(name, value, option)


def _in_entry(name: str, number: int, wrong: Problem) -> Problem:
    return Problem("bad_arguments.in_entry", {"option": name, "entry": number}, causes=(wrong,))


def _of_entry(name: str, value: Any, option: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with one value, which is no list."""
    kind = option.get("type", "str")
    wrong = _wrong_type(name, value, kind, option)
    if wrong is not None:
        yield wrong
    elif "choices" in option and not _is_choice(value, option["choices"]):
        yield Problem(
            "bad_arguments.no_choice",
            {"option": name, "given": str(value), "choices": tuple(map(str, option["choices"]))},
        )


def _of_keys(name: str, number: int, entry: Mapping[str, Any], options: Options) -> Iterator[Problem]:
    """What is wrong with an entry whose keys have a spec."""
    place: dict[str, Value] = {"option": name, "entry": number}
    if unknown := sorted(str(key) for key in entry if key not in options):
        wrong = {**place, "keys": tuple(unknown), "known": tuple(options)}
        yield Problem("bad_arguments.unknown_keys", wrong, causes=_meant(unknown, options))
    needed = [key for key, said in options.items() if said.get("required")]
    if lacking := [key for key in needed if entry.get(key) is None]:
        yield Problem("bad_arguments.entry_lacks", {**place, "keys": tuple(lacking), "needed": tuple(needed)})
    for key, option in options.items():
        if entry.get(key) is not None:
            yield from (_in_entry(name, number, wrong) for wrong in _of_value(key, entry[key], option))


def _wrong_type(name: str, value: Any, kind: str, option: Mapping[str, Any]) -> Problem | None:
    """That a value is of another type than an option. Ansible would make one text of a list, a folder named ``['a']``; and 1 of a yes."""
    if kind == "bool":
        return _no_boolean(name, value)
    if kind in TEXTS:
        return _no_text(name, value, kind, option)
    if kind in NUMBERS:
        return _no_number(name, value, whole=kind == "int")
    is_mapping = isinstance(value, Mapping) or (
        isinstance(value, str) and (value.strip().startswith("{") or "=" in value)
    )
    if kind == "dict" and not is_mapping:
        return Problem("bad_arguments.no_mapping", {"option": name, "found": kind_of(value)})
    return None


def _no_boolean(name: str, value: Any) -> Problem | None:
    """Ansible's own words list every spelling, and its filter ``bool`` takes each unknown word for no."""
    if value in (0, 1) or str(value).strip().lower() in YES_OR_NO:
        return None
    return Problem("bad_arguments.not_yes_or_no", {"option": name, "given": str(value)})


def _no_text(name: str, value: Any, kind: str, option: Mapping[str, Any]) -> Problem | None:
    if isinstance(value, bool):  # a choice may be a word such as off
        return None if "choices" in option else Problem("bad_arguments.yes_or_no_as_text", {"option": name})
    if isinstance(value, (list, tuple, Mapping)) or (isinstance(value, int) and kind == "path"):
        return Problem("bad_arguments.not_one_text", {"option": name, "found": kind_of(value)})
    return None


def _no_number(name: str, value: Any, whole: bool) -> Problem | None:
    if isinstance(value, (bool, list, tuple, Mapping)):
        return Problem("bad_arguments.not_a_number", {"option": name, "found": kind_of(value)})
    try:
        number = Decimal(str(value).strip())
        is_number = not whole or (number.is_finite() and number == number.to_integral_value())
    except InvalidOperation:
        is_number = False
    code = "no_whole_number" if whole else "no_number"
    return None if is_number else Problem(f"bad_arguments.{code}", {"option": name, "given": str(value)})


def _is_choice(value: Any, choices: Sequence[Any]) -> bool:
    """Whether it is one of them. YAML makes yes or no of a word such as off, and Ansible turns it back where one choice fits."""
    if str(value) in map(str, choices):
        return True
    if str(value) not in {"True", "False"}:
        return False
    said = YES if str(value) == "True" else YES_OR_NO - YES
    return sum(str(choice).lower() in said for choice in choices) == 1


def kind_of(value: Any) -> str:
    """The word for what a value is, as people call it who write YAML."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "yes_or_no"),
        (Mapping, "a_mapping"),
        ((list, tuple), "a_list"),
        (str, "a_text"),
        (date, "a_date"),
        ((int, float), "a_number"),
    )
    return next((word for kind, word in kinds if isinstance(value, kind)), "nothing")


def _shown(problem: Problem, mask: Callable[[str], str]) -> Problem:
    """A problem with the beginnings of its values. They are cut last: a part of a secret would not be found."""

    def text(value: str) -> str:
        return mask(value)[:MOST_SHOWN]

    values = {
        name: tuple(map(text, value)) if isinstance(value, tuple) else text(value) if isinstance(value, str) else value
        for name, value in problem.values.items()
    }
    return Problem(problem.code, values, problem.setting, tuple(_shown(each, mask) for each in problem.causes))
