# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From a problem to its sentences. Rendering never raises: a code that the catalogue lacks shows itself and its values.

The sentences are JSON, ``en.json`` and ``fr.json``: Ansible compiles the Python of a collection in every worker, and JSON is much cheaper.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

from .._errors import Cause, ErrorRow, NextStep, Outside, Problem, Sentences
from .codes import ACCOUNT, ACCOUNTS, CHOICES, CODES, DATE, INSTANT, OUTSIDE, REASON, WORD, WORDS

LANGUAGES = ("en", "fr")

NONCE = "PKCS12_NONCE_LANGUAGE"
"""An environment variable of tests. Where it is set, sentences are codes and values with a nonce, so that nothing can depend on words."""

SHARED_WORDS = {"holder_password": "holder_passwords", "passphrase": "passphrases"}
"""What sentences that several modules share call an option, and the option of a module with the secrets of several people."""

SHOWN = 10
"""So many items of a list are shown, then their number."""

SID = re.compile(r"\bS-1-[0-9-]+\b", re.IGNORECASE)
MACHINE_SID = "S-1-5-18"

PLACE = re.compile(r"\{(@?)(\w+)(?:\|([^{}]*))?\}")
"""``{value}``, ``{@option}`` for what the user calls an option, or ``{causes|, }`` for causes with this text between them."""


@cache
def sentences(language: str) -> Mapping[str, Any]:
    """By code ``cause`` and ``next_step``; by ``word.<value>`` a word. One that counts has ``one``, ``many`` and ``by``: which value."""
    content: Mapping[str, Any] = json.loads(Path(__file__).with_name(f"{language}.json").read_text(encoding="utf-8"))
    return content


class Words:
    """The words of one language. ``language``: also one that is written in another way, such as ``french``, so that its refusal is read.
    ``call``: what the user calls an option of the collection.
    """

    def __init__(self, language: str = "en", call: Callable[[str], str] = str) -> None:
        self.language = next((each for each in LANGUAGES if language.lower().startswith(each)), LANGUAGES[0])
        self._call = call

    def of(self, problem: Problem) -> str:
        """The cause and the next step, as one text."""
        if NONCE in os.environ:
            return self._nonce(problem)
        if self._mended_apart(problem):
            return self._caused(problem, self.of)
        return " ".join(filter(None, (self.cause(problem), self.next_step(problem))))

    def cause(self, problem: Problem) -> str:
        """What is wrong, with what led to it."""
        if NONCE in os.environ:
            return self._nonce(problem)
        return self._caused(problem, self.cause)

    def next_step(self, problem: Problem) -> str:
        """What to do; that of the causes where the problem has none of its own."""
        if NONCE in os.environ:
            return self._nonce(problem)
        own = self._written(problem, "next_step")
        if own:
            return self._filled(own, problem)
        return " ".join(dict.fromkeys(filter(None, map(self.next_step, problem.causes[:SHOWN]))))

    def _mended_apart(self, problem: Problem) -> bool:
        """Whether each cause is told with its own next step: these differ, and the sentence does not go on after its causes."""
        after_causes = (self._written(problem, "cause") or "").partition("{causes")[2]
        if after_causes not in ("", "}") or self._written(problem, "next_step"):
            return False
        return len(set(filter(None, map(self.next_step, problem.causes[:SHOWN])))) > 1

    def _caused(self, problem: Problem, tell: Callable[[Problem], str]) -> str:
        written = self._written(problem, "cause")
        own = _printable(_unknown(problem)) if written is None else self._filled(written, problem, tell)
        below = "" if "{causes" in (written or "") else self._below(problem, tell=tell)
        return " ".join(filter(None, (own, below)))

    def reason(self, said: str) -> str:
        """What ``file_reason`` has said, in words."""
        return self._value(said, REASON)

    def account(self, said: str) -> str:
        """An account, with words for a SID that no name is known for: nobody knows people by it."""
        return SID.sub(
            lambda sid: self._word("the_workstation" if sid[0].upper() == MACHINE_SID else "account_without_name"), said
        )

    def told(self, value: Any) -> Any:
        """A result in which each problem is told in words."""
        if isinstance(value, Problem):
            return self.of(value)
        if isinstance(value, Sentences):
            return " ".join(filter(None, map(self.of, value.problems)))
        if isinstance(value, ErrorRow):
            return self._row(value.problem)
        if isinstance(value, Cause):
            return self.cause(value.problem)
        if isinstance(value, NextStep):
            return self.next_step(value.problem)
        if isinstance(value, Mapping):
            return {key: self.told(each) for key, each in value.items()}
        return [self.told(each) for each in value] if isinstance(value, (list, tuple)) else value

    def _row(self, problem: Problem) -> dict[str, Any]:
        setting = {"setting": self._call(problem.setting)} if problem.setting else {}
        return {"code": problem.kind, "next_step": self.next_step(problem), **setting, "problem": problem.to_map()}

    def _written(self, problem: Problem, part: str) -> str | None:
        """The template of a part; one and many where a number counts. None for a code that the catalogue lacks."""
        entry = sentences(self.language).get(problem.code)
        if entry is None or problem.code not in CODES:
            return None
        written = entry.get(part, "")
        if not isinstance(written, Mapping):
            return str(written)
        number = problem.values.get(written["by"])
        number = len(number) if isinstance(number, (list, tuple)) else number
        one = number in (0, 1) if self.language == "fr" else number == 1
        return str(written["one" if one else "many"])

    def _filled(self, written: str, problem: Problem, tell: Callable[[Problem], str] | None = None) -> str:
        types = CODES[problem.code].values

        def fill(found: re.Match[str]) -> str:
            option, name = found[1], found[2]
            if option:
                return self._call(name)
            if name == "setting":
                return self._call(problem.setting) if problem.setting else ""
            if name == "causes":
                return self._below(problem, found[3] or " ", tell)
            return self._value(problem.values.get(name), types.get(name))

        return PLACE.sub(fill, written)

    def _below(self, problem: Problem, between: str = " ", tell: Callable[[Problem], str] | None = None) -> str:
        shown = [(tell or self.cause)(each) for each in problem.causes[:SHOWN]]
        return between.join(filter(None, [*shown, self._more(len(problem.causes) - SHOWN)]))

    def _value(self, value: Any, kind: str | None) -> str:
        """A value in words. It may come back from JSON, where a day is a text."""
        if value is None:
            return ""
        if isinstance(value, (list, tuple)):
            most = len(value) if kind == CHOICES else SHOWN
            shown = [self._value(each, kind) for each in value[:most]]
            return ", ".join(filter(None, [*shown, self._more(len(value) - most)]))
        if isinstance(value, bool):
            return self._word("yes" if value else "no")
        if kind in (WORD, WORDS) or (kind == REASON and f"word.{value}" in sentences(self.language)):
            return self._word(str(value))
        if kind in (ACCOUNT, ACCOUNTS):
            return _printable(self.account(str(value)))
        if kind == DATE:
            return self._day(value)
        if kind == INSTANT:
            return self._instant(str(value))
        if isinstance(value, Outside) or kind in (OUTSIDE, REASON):
            return _printable(" ".join(str(value).split()).rstrip("."))
        return _printable(str(value))

    def _word(self, name: str) -> str:
        return str(sentences(self.language).get(f"word.{name}", name))

    def _more(self, number: int) -> str:
        if number <= 0:
            return ""
        return f"et {number} de plus" if self.language == "fr" else f"and {number} more"

    def _day(self, value: Any) -> str:
        try:
            day = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
        except ValueError:
            return str(value)
        return written_day(day, self.language)

    def _instant(self, value: str) -> str:
        try:
            moment = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        except ValueError:
            return _printable(value)
        return f"{written_day(moment, self.language)} {moment:%H:%M} UTC"

    def _nonce(self, problem: Problem) -> str:
        causes = "".join(f" {self._nonce(each)}" for each in problem.causes)
        setting = f" setting={self._call(problem.setting)}" if problem.setting else ""
        return f"«{problem.code}:{secrets.token_hex(4)}{_unknown(problem)[len(problem.code) :]}{setting}{causes}»"


def written_day(day: date, language: str) -> str:
    """``2026-11-25``, in French ``25/11/2026``."""
    return f"{day:%d/%m/%Y}" if language == "fr" else f"{day:%Y-%m-%d}"


def _printable(text: str) -> str:
    """Each control character as its escape: it would change the line of a terminal."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _unknown(problem: Problem) -> str:
    values = "".join(f" {name}={_value_in_code(value)}" for name, value in problem.values.items())
    return f"{problem.code}{values}"


def _value_in_code(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
