# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What is to be told, as values: problems, and the errors that carry one. ``_messages`` makes words of them."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

Rows = Sequence[Mapping[str, Any]]


class Outside(str):
    """Text of a library, a driver or Ansible. It is made only where the secrets of the task were masked."""

    __slots__ = ()


_BY_KIND = {
    FileNotFoundError: "not_found",
    PermissionError: "no_access",
    NotADirectoryError: "no_folder",
    IsADirectoryError: "is_folder",
    FileExistsError: "there_already",
}
_BY_NUMBER = {
    errno.ENOSPC: "no_space",
    errno.EDQUOT: "no_space",
    errno.EROFS: "read_only",
    errno.ENAMETOOLONG: "name_too_long",
}


def file_reason(error: OSError) -> str:
    """Why a file or a folder cannot be read or written: a word of the catalogue for what people meet, else what the system says."""
    kind = type(error)  # the number of an error of TLS is none of the system
    word = _BY_KIND.get(kind) or (_BY_NUMBER.get(error.errno or 0) if kind is OSError else None)
    return word or Outside(error.strerror or str(error) or kind.__name__)


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
        problem: Problem,
        *,
        journal: Rows = (),
        changed: bool = False,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.journal = tuple(journal)
        self.changed = changed
        self.details = dict(details or {})

    @property
    def code(self) -> str:
        """What users match."""
        return self.problem.kind


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
