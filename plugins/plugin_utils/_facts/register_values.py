# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a cell of a register says, by its field; or the problem that says why it cannot be used. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from .._errors import Pkcs12Error, Problem, Value
from .._io.spreadsheets import Cell, Kind
from .._policy.accounts import account_of
from .._policy.names import name_words, tidy
from .holders import LONGEST_FUNCTION, MOST_SHOWN, Awaiting

DATES = ("authorisation_anniversary", "absent_from", "absent_until", "leaves_on", "expected_from")
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""A slip of the keyboard, and a date that counts from the wrong epoch, are seldom between them."""
MONTHS: Mapping[str, int] = {
    name: number
    for names in (
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "january february march april may june july august september october november december",
    )
    for number, name in enumerate(names.split(), 1)
}
DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(?P<year>\d{4})[/.\-](?P<month>\d{1,2})[/.\-](?P<day>\d{1,2})")
CLOCK = re.compile(r"[ T]+\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?$")
MIDNIGHT = re.compile(r"[ T]+0?0:00(?::00)?(?:\.0+)?$")

TEMPLATE = re.compile(r"\{[{%#]")
"""How a template of Jinja begins. Before ansible-core 2.19, Ansible runs those that an inventory plugin gives."""
SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?[eE][+-]?\d+")
MAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+")
OF_NAMES = r'[^\\/"\[\]:;|=,+*?<>@\n]+'
ACCOUNT = re.compile(rf"(?:{OF_NAMES}\\)?{OF_NAMES}|[^\s\\@]+@[^\s\\@]+|S-1-[0-9-]+", re.IGNORECASE)
"""DOMAIN\\user, a user principal name, or a SID, without the signs that Windows forbids in the names of accounts."""
WORKSTATION = re.compile(r"(?!\d+$)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?")
RESERVED = {"all", "ungrouped", "localhost", "127.0.0.1", "::1"}
"""Names that mean something else to Ansible."""
LONGEST = 255
"""Characters of any other text with one value."""
BETWEEN = re.compile(r"[;,\n]")
"""What is between two workstations, accounts or groups of one cell."""


def fault(variant: str, cell: Cell, heading: str, **values: Value) -> Pkcs12Error:
    """A problem of a cell, as a cause of that of its row."""
    of_cell: dict[str, Value] = {"cell": cell.where, "heading": heading, **values}
    return Pkcs12Error(Problem(f"register_row.{variant}", of_cell))


def shown(value: Any) -> str:
    """A value as a sentence shows it: on one line, and not longer than this."""
    return " ".join(str(value).split())[:MOST_SHOWN]


def harmless(told: Any) -> Any:
    """What is said of a register, of which Ansible makes no template: a blank parts the two signs with which one begins."""
    if isinstance(told, str):
        return re.sub(r"\{(?=[{%#])", "{ ", told)
    if isinstance(told, Mapping):
        return {key: harmless(each) for key, each in told.items()}
    return list(map(harmless, told)) if isinstance(told, (list, tuple)) else told


def seen(cell: Cell) -> Cell:
    """A cell as people see it: without signs that have no width, which come along when a text is copied. One with nothing else is empty."""
    if cell.kind is not Kind.TEXT:
        return cell
    text = "".join(each for each in str(cell.value) if unicodedata.category(each) != "Cf")
    return Cell(cell.where, Kind.TEXT, text) if text.strip() else Cell(cell.where, Kind.EMPTY, "")


def text_of(cell: Cell, heading: str, may_be_number: bool = False) -> str:
    """The text of a cell; empty for an empty one. Raises ``Pkcs12Error``: ``register_row``."""
    if cell.kind is Kind.EMPTY:
        return ""
    if cell.kind is Kind.NUMBER and not may_be_number:
        raise fault("text_is_number", cell, heading, given=shown(cell.value))
    if cell.kind in (Kind.DATE, Kind.MOMENT):
        raise fault("text_is_date", cell, heading)
    _check(cell, heading)
    return str(cell.value)


def number_of(cell: Cell, heading: str) -> str:
    """An authorisation number. A cell with a number has lost its zeros, and without them it may be somebody else's.

    Raises ``Pkcs12Error``: ``register_row``.
    """
    if cell.kind is Kind.EMPTY:
        raise fault("number_missing", cell, heading)
    if cell.kind is Kind.NUMBER:
        raise fault("number_is_number", cell, heading)
    number = tidy(text_of(cell, heading))
    if SCIENTIFIC.fullmatch(number):
        raise fault("number_scientific", cell, heading, given=shown(number))
    return number


def day_of(cell: Cell, heading: str) -> str:
    """A day as ISO 8601; empty for an empty cell. Of 01/02/2026, the day comes first. Raises ``Pkcs12Error``: ``register_row``."""
    if cell.kind is Kind.EMPTY:
        return ""
    if cell.kind is Kind.MOMENT:
        raise fault("date_with_time", cell, heading)
    _check(cell, heading)
    day = cell.value if isinstance(cell.value, date) else _day(str(cell.value), cell, heading)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise fault("date_year", cell, heading, given=shown(day.isoformat()))
    return day.isoformat()


def _check(cell: Cell, heading: str) -> None:
    if cell.kind is Kind.FORMULA:
        raise fault("formula_without_value", cell, heading)
    if cell.kind is Kind.ERROR:
        raise fault("cell_error", cell, heading, given=shown(cell.value))
    if cell.kind is Kind.TRUTH:
        raise fault("cell_bool", cell, heading)
    if cell.kind is Kind.TEXT and TEMPLATE.search(str(cell.value)):
        raise fault("template", cell, heading)


def _day(text: str, cell: Cell, heading: str) -> date:
    text = tidy(MIDNIGHT.sub("", text))
    if CLOCK.search(text):
        raise fault("date_with_time", cell, heading)
    try:
        if found := DAY_FIRST.fullmatch(text) or YEAR_FIRST.fullmatch(text):
            if len(found["year"]) < 4:
                raise fault("date_year", cell, heading, given=shown(text))
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        day, month, year = name_words(text)
        return date(int(year), MONTHS[month], int(day.removesuffix("er")))
    except (ValueError, KeyError):
        raise fault("date", cell, heading, given=shown(text)) from None


def function_of(cell: Cell, heading: str) -> str:
    """What the holder is. Raises ``Pkcs12Error``: ``register_row``."""
    function = tidy(text_of(cell, heading, may_be_number=True))
    if len(function) > LONGEST_FUNCTION:
        raise fault("too_long", cell, heading, length=len(function), most=LONGEST_FUNCTION)
    return function


def mail_of(cell: Cell, heading: str) -> str:
    """A mail address. Raises ``Pkcs12Error``: ``register_row``."""
    mail = text_of(cell, heading)
    if mail and not MAIL.fullmatch(mail):
        raise fault("mail", cell, heading, given=shown(mail))
    return mail


def awaiting_of(cell: Cell, heading: str) -> str:
    """What a newcomer waits for. Raises ``Pkcs12Error``: ``register_row``."""
    awaiting = text_of(cell, heading).casefold()
    if awaiting and awaiting not in {each.value for each in Awaiting}:
        raise fault("awaiting", cell, heading, given=shown(awaiting))
    return awaiting


def to_correct_of(cell: Cell, heading: str) -> str:
    """Nothing: what stands there is wrong with the row, as the report or a person has written it, until somebody takes it out.

    Raises ``Pkcs12Error``: ``register_row``.
    """
    if text := tidy(text_of(cell, heading)):
        raise fault("to_correct", cell, heading, given=shown(text))
    return ""


def several(text: str) -> list[str]:
    """The parts of a cell with several values."""
    return [tidied for part in BETWEEN.split(text) if (tidied := tidy(part))]


def accounts_of(cell: Cell, heading: str) -> list[str]:
    """Windows accounts. Raises ``Pkcs12Error``: ``register_row``."""
    accounts = []
    for given in several(text_of(cell, heading)):
        try:
            account = account_of(given)
        except Pkcs12Error:  # a sign that nobody sees
            account = ""
        if not ACCOUNT.fullmatch(account):
            raise fault("account_wrong", cell, heading, given=shown(given))
        accounts.append(account)
    return accounts


READERS: Mapping[str, Callable[[Cell, str], str]] = {
    **dict.fromkeys(DATES, day_of),
    "authorisation": number_of,
    "function": function_of,
    "mail": mail_of,
    "awaiting": awaiting_of,
    "to_correct": to_correct_of,
}
"""By field, what reads it; others are texts."""


def value_of(field: str, cell: Cell, heading: str) -> str:
    """What a cell with one value says. Raises ``Pkcs12Error``: ``register_row``."""
    read = READERS.get(field)
    value = read(cell, heading) if read else tidy(text_of(cell, heading))
    if len(value) > LONGEST:
        raise fault("too_long", cell, heading, length=len(value), most=LONGEST)
    return value
