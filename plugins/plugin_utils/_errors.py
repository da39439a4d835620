# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The errors of the collection. A user sees a ``CollectionError`` as its cause and its next step."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Mapping, Sequence, Set
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


class CollectionError(Exception):
    """An error with a code.

    ``code`` is stable, so that programs can use it. ``cause`` (what is wrong) and ``next_step`` (what to do) are sentences for the
    person on call. ``journal`` has one row per step that the workstation had run, ``changed`` says whether the store stays changed.
    ``details`` are further keys of the failed result. No text holds a secret: whoever takes text from a driver, a library or a connection
    masks it first. ``setting`` is the option that caused it. ``cause`` and ``next_step`` name options by ``named``.
    """

    def __init__(
        self,
        *,
        code: str,
        cause: str,
        next_step: str,
        journal: Rows = (),
        changed: bool = False,
        details: Mapping[str, Any] | None = None,
        setting: str | None = None,
    ) -> None:
        super().__init__(with_names(f"{cause} {next_step}"))
        self.code = code
        self.cause = cause
        self.next_step = next_step
        self.journal = tuple(journal)
        self.changed = changed
        self.details = dict(details or {})
        self.setting = setting

    @property
    def sentences(self) -> str:
        """Cause and next step, for a result: the action writes the names of options as its user knows them."""
        return f"{self.cause} {self.next_step}"


class ConnectionLost(Exception):
    """The connection to the workstation could not be made, or it ended too early. The text says why, in a sentence.

    ``code`` is stable, ``next_step`` says what to do, and ``detail`` is what the connection itself said. No text holds a secret.
    """

    def __init__(self, cause: str, *, code: str, next_step: str, detail: str) -> None:
        super().__init__(cause)
        self.code = code
        self.next_step = next_step
        self.detail = detail


class Deferred(Exception):
    """The change has to wait until the holder is logged on. The text says why, and what to do."""


def counted(number: int, noun: str, nouns: str = "") -> str:
    """A number with its noun, for a sentence: ``1 file``, ``2 files``. ``nouns``: a plural that is not the noun with an s."""
    return f"{number} {noun if number == 1 else nouns or f'{noun}s'}"


def argument_error(text: str, unknown: bool, action: str) -> CollectionError:
    """The error for arguments that do not fit the spec. ``unknown``: ``text`` has the names of unknown options."""
    kind = "Unknown options" if unknown else "Wrong options"
    return CollectionError(
        code="bad_arguments", cause=f"{kind}: {text.rstrip('.')}.", next_step=f"See ansible-doc {action}."
    )


def check_booleans(given: Mapping[str, Any]) -> None:
    """Refuses a value that is neither yes nor no, by its name. Raises ``CollectionError``: ``bad_arguments``.

    Ansible's own words list every spelling, and its filter ``bool`` takes each unknown word for no.
    """
    for name, value in given.items():
        if value not in (0, 1) and str(value).strip().lower() not in YES_OR_NO:
            raise CollectionError(
                code="bad_arguments", cause=f"'{name}' is {str(value)!r:.60}.", next_step="Write yes or no."
            )


def check_texts(given: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], place: str = "") -> None:
    """Refuses a list or a mapping where one text is wanted, and YAML's yes or no where a text or a number is, also in the entries of an
    option. ``place``: where ``given`` is.

    Ansible would make one text of it: a folder named ``['a']``, or a pattern in which each letter counts; and 1 of a yes. Raises
    ``CollectionError``: ``bad_arguments``.
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
                raise CollectionError(
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
    """Refuses an entry that lacks something, by its number, which Ansible does not say. Raises ``CollectionError``: ``bad_arguments``."""
    for name, option in options.items():
        needed = [key for key, said in option.get("options", {}).items() if said.get("required")]
        entries = given.get(name) if option.get("type") == "list" else None
        for number, entry in enumerate(entries if needed and isinstance(entries, list) else (), start=1):
            lacking = [key for key in needed if isinstance(entry, Mapping) and entry.get(key) is None]
            if lacking:
                raise CollectionError(
                    code="bad_arguments",
                    cause=f"Entry {number} of {name} lacks {', '.join(lacking)}.",
                    next_step=f"Each entry needs {', '.join(needed)}.",
                )


def check_task(given: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuses a task that cannot run here. ``given``: its arguments; ``options``: their spec. Raises ``CollectionError``."""
    check_libraries()
    check_texts(given, options)
    check_entries(given, options)
    words = [name for name, option in options.items() if option.get("type") == "bool"]
    check_booleans({name: given[name] for name in words if given.get(name) is not None})


def failed_result(refusal: CollectionError) -> dict[str, Any]:
    """A ``CollectionError`` as a result."""
    return {
        "failed": True,
        "changed": refusal.changed,
        "msg": refusal.sentences,
        "error": {
            "code": refusal.code,
            "next_step": refusal.next_step,
            **({"setting": named(refusal.setting)} if refusal.setting else {}),
        },
        **({"journal": list(refusal.journal)} if refusal.journal else {}),
        **refusal.details,
    }


def defect_result(action: str, kind: str, text: str, trace: str) -> dict[str, Any]:
    """An exception that nobody expected as a result. ``text`` and ``trace`` are masked."""
    return {"failed": True, "msg": f"A defect in {action}: {kind}: {text}. Please report it.", "exception": trace}


def check_libraries() -> None:
    """Raises ``CollectionError`` (``missing_library``) when the controller's Python lacks ``cryptography``."""
    if importlib.util.find_spec("cryptography") is None:
        raise CollectionError(
            code="missing_library",
            cause=f"The Python that runs Ansible ({sys.executable}) lacks the library cryptography.",
            next_step="Install it there with pip, or add it to the execution environment.",
        )
