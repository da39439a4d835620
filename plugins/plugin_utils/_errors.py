# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The errors of the collection. A user sees a ``Pkcs12Error`` as its cause and its next step."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

Rows = Sequence[Mapping[str, Any]]

TEXTS = {"path", "str"}
"""Types of options that are one text."""
NUMBERS = {"int", "float"}
YES_OR_NO_OF_YAML = "yes or no"

YES = {"yes", "true", "on", "1", "y", "t"}
YES_OR_NO = YES | {"no", "false", "off", "0", "n", "f"}
"""What Ansible takes for an option of the type bool."""


NAME = re.compile("\ue000(\\w+)\ue001")
"""The place of an option's name in a sentence: characters that no text has, of Unicode's private use."""


def named(option: str) -> str:
    """The place of an option's name in a sentence. The action writes there what its user has set: the option, or the site's variable."""
    return f"\ue000{option}\ue001"


def with_names(text: str, call: Callable[[str], str] = str) -> str:
    """A sentence with the names of its options. ``call``: what the user calls an option."""
    return NAME.sub(lambda found: call(found[1]), text) if "\ue000" in text else text


class Outside(str):
    """Text of a library, a driver or Ansible. It is made only where the secrets of the task were masked."""

    __slots__ = ()


Value = str | int | bool | date | Outside | Sequence[str]


class Actor(str, Enum):
    """Who has to act."""

    NOBODY = "nobody"
    IT = "it"
    HOLDER = "holder"
    EMPLOYER = "employer"
    ISSUER = "issuer"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be told, as a value. ``_messages`` makes sentences of it, in the language of the site.

    ``code``: of ``_messages``; users see and match what is before its dot. ``values``: what the sentences name; they hold no secret.
    ``setting``: the option that caused it; the action knows what its user has set. ``causes``: what led to it.
    """

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    setting: str | None = None
    causes: tuple[Problem, ...] = ()

    def __hash__(self) -> int:
        return hash((self.code, self.setting))  # values may be a dictionary

    @property
    def kind(self) -> str:
        """The part of the code that users see and match."""
        return self.code.partition(".")[0]

    def to_map(self) -> dict[str, Any]:
        """For facts, results, evidence and JSON: plain values, a day as ISO 8601."""
        values = {
            name: value.isoformat()
            if isinstance(value, date)
            else list(map(str, value))
            if isinstance(value, (list, tuple))
            else str(value)
            if isinstance(value, str)
            else value
            for name, value in self.values.items()
        }
        setting = {"setting": self.setting} if self.setting else {}
        causes = {"causes": [each.to_map() for each in self.causes]} if self.causes else {}
        return {"code": self.code, "values": values, **setting, **causes}

    @classmethod
    def from_map(cls, said: Any) -> Problem:
        """A problem as ``to_map`` wrote it. What does not fit is left out, because a file may be of another version."""
        known = said if isinstance(said, Mapping) else {}
        values, causes = known.get("values"), known.get("causes")
        return cls(
            str(known.get("code", "unknown")),
            {str(name): tuple(value) if isinstance(value, list) else value for name, value in values.items()}
            if isinstance(values, Mapping)
            else {},
            str(known["setting"]) if known.get("setting") else None,
            tuple(map(cls.from_map, causes)) if isinstance(causes, (list, tuple)) else (),
        )


@dataclass(frozen=True, slots=True)
class Sentences:
    """Problems that a result tells one after the other, as one text."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """A problem as the key ``error`` of a result: code, next step in words, setting, and the problem as a value."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Cause:
    """A problem of which a result tells the cause alone."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class NextStep:
    """A problem of which a result tells the next step alone."""

    problem: Problem


class Pkcs12Error(Exception):
    """An error with a problem.

    ``journal`` has one row per step that the workstation had run, ``changed`` says whether the store stays changed. ``details`` are
    further keys of the failed result.
    """

    def __init__(
        self,
        problem: Problem | None = None,
        *,
        code: str = "",
        cause: str = "",
        next_step: str = "",
        journal: Rows = (),
        changed: bool = False,
        details: Mapping[str, Any] | None = None,
        setting: str | None = None,
    ) -> None:
        self.problem = problem or Problem(code, {"_cause": cause, "_next_step": next_step}, setting)
        super().__init__(self.problem.code)
        self.journal = tuple(journal)
        self.changed = changed
        self.details = dict(details or {})

    def __str__(self) -> str:
        return with_names(self.sentences)

    @property
    def code(self) -> str:
        """What users match."""
        return self.problem.kind

    @property
    def setting(self) -> str | None:
        """The option that caused it."""
        return self.problem.setting

    @property
    def cause(self) -> str:
        """TRANSITION: words are made at the edges."""
        return self._words().cause(self.problem)

    @property
    def next_step(self) -> str:
        """TRANSITION: words are made at the edges."""
        return self._words().next_step(self.problem)

    @property
    def sentences(self) -> str:
        """TRANSITION: words are made at the edges."""
        return self._words().of(self.problem)

    @staticmethod
    def _words() -> Any:
        words = importlib.import_module("._messages.words", __package__)
        return words.Words("en", named)


class ConnectionLost(Exception):
    """The connection to the workstation could not be made, or it ended too early. ``detail`` is what the connection itself said, masked."""

    def __init__(self, problem: Problem, *, detail: str = "") -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.detail = detail

    @property
    def code(self) -> str:
        """What users match."""
        return self.problem.kind


class Deferred(Exception):
    """The change has to wait until the holder is logged on. ``problem`` says why, and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def counted(number: int, noun: str, nouns: str = "") -> str:
    """A number with its noun, for a sentence: ``1 file``, ``2 files``. ``nouns``: a plural that is not the noun with an s."""
    return f"{number} {noun if number == 1 else nouns or f'{noun}s'}"


def argument_error(text: str, unknown: bool, action: str) -> Pkcs12Error:
    """The error for arguments that do not fit the spec. ``unknown``: ``text`` has the names of unknown options."""
    kind = "Unknown options" if unknown else "Wrong options"
    return Pkcs12Error(
        code="bad_arguments", cause=f"{kind}: {text.rstrip('.')}.", next_step=f"See ansible-doc {action}."
    )


def check_booleans(given: Mapping[str, Any]) -> None:
    """Refuses a value that is neither yes nor no, by its name. Raises ``Pkcs12Error``: ``bad_arguments``.

    Ansible's own words list every spelling, and its filter ``bool`` takes each unknown word for no.
    """
    for name, value in given.items():
        if value not in (0, 1) and str(value).strip().lower() not in YES_OR_NO:
            raise Pkcs12Error(
                code="bad_arguments", cause=f"'{name}' is {str(value)!r:.60}.", next_step="Write yes or no."
            )


def check_texts(given: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], place: str = "") -> None:
    """Refuses a list or a mapping where one text is wanted, and YAML's yes or no where a text or a number is, also in the entries of an
    option. ``place``: where ``given`` is.

    Ansible would make one text of it: a folder named ``['a']``, or a pattern in which each letter counts; and 1 of a yes. Raises
    ``Pkcs12Error``: ``bad_arguments``.
    """
    for name, option in options.items():
        value = given.get(name)
        kinds, nested = {option.get("type"), option.get("elements")}, option.get("options", {})
        entries = value if isinstance(value, list) and option.get("type") == "list" else [value]
        for entry in entries:
            if isinstance(entry, Mapping) and nested:
                check_texts(entry, nested, f" (in {name})")
            elif (kind := _odd(entry, kinds, option)) is not None:
                needed = "one text" if kinds & TEXTS else "a number"
                raise Pkcs12Error(
                    code="bad_arguments",
                    cause=f"'{name}'{place} has {kind} where {needed} is needed.",
                    next_step=f"Write {needed}{', in quotes' if kind == YES_OR_NO_OF_YAML and kinds & TEXTS else ''}.",
                )


def _odd(entry: Any, kinds: Set[str | None], option: Mapping[str, Any]) -> str | None:
    """What a value is that is no text, or no number, where one is needed. A choice may be a word such as off."""
    if isinstance(entry, bool):
        return YES_OR_NO_OF_YAML if kinds & (TEXTS | NUMBERS) and "choices" not in option else None
    if isinstance(entry, (list, Mapping)) and kinds & TEXTS:
        return "a mapping" if isinstance(entry, Mapping) else "a list"
    return "a number" if isinstance(entry, int) and "path" in kinds else None


def check_entries(given: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuses an entry that lacks something, by its number, which Ansible does not say. Raises ``Pkcs12Error``: ``bad_arguments``."""
    for name, option in options.items():
        needed = [key for key, said in option.get("options", {}).items() if said.get("required")]
        entries = given.get(name) if option.get("type") == "list" else None
        for number, entry in enumerate(entries if needed and isinstance(entries, list) else (), start=1):
            lacking = [key for key in needed if isinstance(entry, Mapping) and entry.get(key) is None]
            if lacking:
                raise Pkcs12Error(
                    code="bad_arguments",
                    cause=f"Entry {number} of {name} lacks {', '.join(lacking)}.",
                    next_step=f"Each entry needs {', '.join(needed)}.",
                )


def check_task(given: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuses a task that cannot run here. ``given``: its arguments; ``options``: their spec. Raises ``Pkcs12Error``."""
    check_libraries()
    check_texts(given, options)
    check_entries(given, options)
    words = [name for name, option in options.items() if option.get("type") == "bool"]
    check_booleans({name: given[name] for name in words if given.get(name) is not None})


def failed_result(refusal: Pkcs12Error) -> dict[str, Any]:
    """A ``Pkcs12Error`` as a result."""
    return {
        "failed": True,
        "changed": refusal.changed,
        "msg": refusal.problem,
        "error": ErrorRow(refusal.problem),
        **({"journal": list(refusal.journal)} if refusal.journal else {}),
        **refusal.details,
    }


def defect_result(action: str, kind: str, text: str | None, trace: str | None) -> dict[str, Any]:
    """An exception that nobody expected as a result. ``text`` and ``trace`` are masked; None where they may hold a secret."""
    problem = (
        Problem("defect.hidden", {"action": action, "kind": kind})
        if text is None
        else Problem("defect.unexpected", {"action": action, "kind": kind, "text": Outside(text)})
    )
    return {"failed": True, "msg": problem, "error": ErrorRow(problem), **({"exception": trace} if trace else {})}


def check_libraries() -> None:
    """Raises ``Pkcs12Error`` (``missing_library``) when the controller's Python lacks ``cryptography``."""
    if importlib.util.find_spec("cryptography") is None:
        raise Pkcs12Error(
            code="missing_library",
            cause=f"The Python that runs Ansible ({sys.executable}) lacks the library cryptography.",
            next_step="Install it there with pip, or add it to the execution environment.",
        )
