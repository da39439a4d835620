# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The texts of reminders from templates, which a site can replace. Templates run in a sandbox and see only days and names."""

from __future__ import annotations

import re
import traceback
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

with suppress(ImportError):  # ansible-core installs it; without it the file still loads
    from jinja2 import (
        ChoiceLoader,
        FileSystemLoader,
        StrictUndefined,
        TemplateError,
        TemplateNotFound,
        TemplateSyntaxError,
    )
    from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..._errors import Outside, Pkcs12Error, Problem, Value
from ..._messages.words import LANGUAGES

TEMPLATES = Path(__file__).resolve().parent / "reminders"
RECIPIENTS = ("holder", "employer", "it")
SUBJECT, TEXT, HTML = "subject", "txt", "html"
NO_TEXT = ("Cc", "Cs", "Zl", "Zp")
"""Categories of characters (Unicode, UAX 44) that no name has: control characters, surrogates, ends of lines and paragraphs."""

UNDEFINED = re.compile(r"'(\w+)' is undefined|has no attribute '(\w+)'")
"""What Jinja2 says of a value that is not there, in the mail or in an entry."""

RENAMED = {"last_day": "ends_on"}
"""Values of earlier templates."""

SCHEME = re.compile(r"[a-z0-9+.-]*:/{2,}", re.IGNORECASE)
"""What makes programs show an address as a link."""

PROBLEMS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, OSError)
"""What a template raises besides the errors of Jinja2, when it uses a value for what it is not."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A mail's texts. ``html`` is None unless the site has a template for it."""

    subject: str
    text: str
    html: str | None


class ReminderTemplates:
    """The templates of one language. Those of ``folder`` take the place of the collection's."""

    def __init__(self, folder: str | None, language: str) -> None:
        """Raises ``Pkcs12Error``: ``reminder_template``."""
        self._language = language
        folders = [TEMPLATES]
        if folder:
            _check_folder(Path(folder))
            folders.insert(0, Path(folder))
        self._environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(each) for each in folders]),
            autoescape=lambda name: bool(name and name.endswith(f".{HTML}.j2")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def texts(self, recipient: str, values: Mapping[str, Any]) -> Texts:
        """The texts for a recipient. Texts in ``values`` become ``one_line``. Raises ``Pkcs12Error``: ``reminder_template``."""
        clean = one_line(values)
        subject = self._rendered(f"{recipient}.{self._language}.{SUBJECT}.j2", clean)
        text = self._rendered(f"{recipient}.{self._language}.{TEXT}.j2", clean)
        html_name = f"{recipient}.{self._language}.{HTML}.j2"
        html = self._rendered(html_name, clean) if html_name in self._environment.list_templates() else None
        return Texts(subject.strip(), f"{text.strip()}\n", html)

    def _rendered(self, name: str, values: Mapping[str, Any]) -> str:
        """What a template gives. A mail without a subject or a text would be sent, and remembered as sent."""
        try:
            made = self._environment.get_template(name).render(values)
        except TemplateNotFound as problem:
            raise _broken("missing", _place(problem) or name, name=str(problem)) from None
        except (TemplateError, *PROBLEMS) as problem:
            template, said = _place(problem) or name, str(problem)[:300]
            if unknown := UNDEFINED.search(said):
                raise _unknown(template, unknown[1] or unknown[2], values) from None
            raise _broken("fails", template, said=Outside(said)) from None
        if not made.strip():
            raise _broken("empty", self._file(name))
        return made

    def _file(self, name: str) -> str:
        """The path of a template, or its name if it is not a file."""
        return self._environment.get_template(name).filename or name


def one_line(value: Any) -> Any:
    """The same value, with a space in each text for whatever ends a line or controls a program, and with no link: a mail, and an event,
    asks for nothing by link, whatever a failure says or a site sets."""
    if isinstance(value, Mapping):
        return {key: one_line(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [one_line(each) for each in value]
    if not isinstance(value, str):
        return value
    return SCHEME.sub("", "".join(" " if unicodedata.category(each) in NO_TEXT else each for each in value))


def _check_folder(folder: Path) -> None:
    """A misspelt name would leave the collection's own text in the mails without a word."""
    names = {
        f"{who}.{language}.{kind}.j2" for who in RECIPIENTS for language in LANGUAGES for kind in (SUBJECT, TEXT, HTML)
    }
    if not folder.is_dir():
        raise Pkcs12Error(Problem("reminder_template.folder", {"folder": str(folder)}, "templates_folder"))
    for path in sorted(folder.rglob("*.j2")):
        if not path.name.startswith("_") and path.relative_to(folder).as_posix() not in names:
            raise Pkcs12Error(Problem("reminder_template.name", {"path": str(path)}))


def _broken(variant: str, template: str, **values: Value) -> Pkcs12Error:
    return Pkcs12Error(Problem(f"reminder_template.{variant}", {"template": template, **values}))


def _place(problem: BaseException) -> str | None:
    """File and line of a template, where Python knows them: in a template that cannot be read, or of the last line that ran."""
    if isinstance(problem, TemplateSyntaxError):
        return f"{problem.filename or problem.name}:{problem.lineno}"
    lines = [each for each in traceback.extract_tb(problem.__traceback__) if each.filename.endswith(".j2")]
    return f"{lines[-1].filename}:{lines[-1].lineno}" if lines else None


def _unknown(template: str, name: str, values: Mapping[str, Any]) -> Pkcs12Error:
    """A value that is not there: it has another name, or belongs to an entry, or is none."""
    now = RENAMED.get(name)
    causes = (Problem("reminder_template.renamed", {"name": name, "now": now}),) if now else ()
    known = {"of_entry": tuple(sorted(values["matter"])), "of_mail": tuple(sorted(values))}
    return Pkcs12Error(
        Problem("reminder_template.unknown", {"template": template, "name": name, **known}, causes=causes)
    )
