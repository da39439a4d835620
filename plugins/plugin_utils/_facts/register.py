# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A register as an inventory: the rows of a sheet become people, and people become entries of ``pkcs12_holders`` at their workstations.

A wrong row is a problem with all that is wrong in it, and its person stays: a certificate must not become one of nobody because of a slip.
The entry then has ``row_problem``, and no task does anything for this person. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ParamSpec, TypeVar

from .._errors import Pkcs12Error, Problem, Value
from .._io.spreadsheets import Cell, Kind, Row, Sheet
from .._policy.accounts import account_key
from .._policy.names import name_words, number_key, tidy
from .holders import HOLDER_OPTIONS, parse_holder
from .register_columns import HEADINGS, Columns
from .register_values import (
    RESERVED,
    WORKSTATION,
    accounts_of,
    fault,
    harmless,
    seen,
    several,
    shown,
    text_of,
    value_of,
)
from .shared_numbers import Listed

Given = ParamSpec("Given")
Made = TypeVar("Made")

MOST_TOLD = 200
"""Rows; how many more are wrong is told as a number."""
SINGLE = tuple(
    key for key in HEADINGS if key in HOLDER_OPTIONS and key not in ("user", "name", "authorisation", "group")
)
"""Fields that all rows of a person have to agree in. A name may be written in several ways."""

OF_NAMES = ("name", "family_name", "given_name")
TOTALS = frozenset({"total", "totaux", "totals", "subtotal", "somme", "sum", "nombre", "count", "effectif"})
"""What the row of a total may be called, in several words, too."""

Holder = Mapping[str, str]
"""An entry of ``pkcs12_holders``."""


@dataclass(frozen=True, slots=True)
class Register:
    """``hosts``: ``pkcs12_holders`` of each workstation. ``groups``: the workstations of each group of Ansible.

    ``people``: those without a workstation, as in ``pkcs12_register_holders``. ``problems``: the rows that are wrong. ``nobody``: the
    lines of rows that are nobody's, such as a total.
    """

    hosts: Mapping[str, Sequence[Holder]]
    groups: Mapping[str, Sequence[str]]
    people: Sequence[Holder]
    problems: Sequence[Problem]
    nobody: Sequence[int] = ()


@dataclass(slots=True)
class _Read:
    """A row: what it says by field, and what is wrong with it. ``places``: a workstation and an account for each."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    places: list[tuple[str, str]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)

    @property
    def whose(self) -> str:
        """What people know the row by."""
        account = next((account for _workstation, account in self.places), "")
        return self.values.get("name") or self.values.get("authorisation") or account


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an inventory that a register may not take for something else, or not in another spelling."""

    hosts: Collection[str] = ()
    groups: Collection[str] = ()


def read_register(sheet: Sheet, columns: Columns, names: Names) -> Register:
    """The register in a sheet. Raises ``Pkcs12Error`` (``register_unread``) where it has nobody who can be used."""
    rows = _Rows(columns, names)
    found = [rows.read(row) for row in sheet.rows if row.line > columns.line]
    read = [each for each in found if each]
    _check_groups(read, columns, names)
    people = _people(read, columns.headings)
    register = replace(_register(people, harmless(sheet.path.name)), nobody=tuple(rows.nobody))
    if not register.hosts and all("row_problem" in each for each in register.people):
        file: dict[str, Value] = {"file": str(sheet.path)}
        if not read:
            raise Pkcs12Error(Problem("register_unread.no_people", file))
        raise Pkcs12Error(Problem("register_unread.rows_wrong", file, causes=tuple(register.problems)))
    return register


class _Rows:
    """Reads rows, one after the other; the first spelling of a workstation counts for all."""

    def __init__(self, columns: Columns, names: Names) -> None:
        self._columns = columns
        self._names = names
        self.nobody: list[int] = []
        self._spelling = {host.casefold(): host for host in names.hosts}

    def read(self, row: Row) -> _Read | None:
        """What a row says; None where nothing is in the columns of the register, and for a row that is nobody's."""
        cells = {name: seen(row.cell(column)) for name, column in self._columns.places.items()}
        if all(cell.kind is Kind.EMPTY for cell in cells.values()):
            return None
        if _is_nobodys(cells):
            self.nobody.append(row.line)
            return None
        read = _Read(row.line)
        if beyond := next((cell for column, cell in row.cells.items() if column >= self._columns.width), None):
            values: dict[str, Value] = {"cell": beyond.where, "given": shown(beyond.value)}
            read.faults.append(Problem("register_row.beyond", values))
        for name, cell in cells.items():
            if name == "group":
                read.groups = several(_tried(read, text_of, cell, self._heading(name), may_be_number=True) or "")
            elif name not in ("user", "workstations") and (
                value := _tried(read, value_of, name, cell, self._heading(name))
            ):
                read.values[name] = value
        self._name(read, cells)
        self._places(read, cells["workstations"], cells["user"])
        self._absence(read, cells)
        return read

    def _heading(self, name: str) -> str:
        return self._columns.headings[name]

    def _name(self, read: _Read, cells: Mapping[str, Cell]) -> None:
        """The whole name, of its column or of both."""
        parts = [read.values.pop(name, "") for name in ("given_name", "family_name")]
        if "name" not in read.values and all(parts):
            read.values["name"] = " ".join(parts)
        of_name = [name for name in OF_NAMES if name in cells]
        empty = next((name for name in of_name if cells[name].kind is Kind.EMPTY), None)
        told = {problem.values["cell"] for problem in read.faults}
        if empty and "name" not in read.values and not told & {cells[name].where for name in of_name}:
            read.faults.append(fault("name_missing", cells[empty], self._heading(empty)).problem)

    def _absence(self, read: _Read, cells: Mapping[str, Cell]) -> None:
        """The first day away needs a later day of return."""
        if not _is_absence(read.values):
            until = cells.get("absent_until")
            if until is None or until.where not in {problem.values["cell"] for problem in read.faults}:
                cell = cells["absent_from"]
                read.faults.append(fault("absence", cell, self._heading("absent_from")).problem)

    def _places(self, read: _Read, workstations: Cell, users: Cell) -> None:
        """Each workstation with its account: one account for all, or as many as workstations, in their order."""
        heading = self._heading("user")
        named = _tried(read, self._workstations, read, workstations) or []
        accounts = _tried(read, accounts_of, users, heading)
        if named and accounts == []:
            read.faults.append(fault("account_missing", users, heading).problem)
        elif named and accounts and len(accounts) not in (1, len(named)):
            counts = {"accounts": len(accounts), "workstations": len(named)}
            read.faults.append(fault("accounts_count", users, heading, **counts).problem)
        elif named and accounts:
            of_each = accounts * len(named) if len(accounts) == 1 else accounts
            read.places = [(name, account) for name, account in zip(named, of_each, strict=True) if name]

    def _workstations(self, read: _Read, cell: Cell) -> list[str]:
        """Workstations; an empty text stands for one that cannot be used."""
        heading = self._heading("workstations")
        found = []
        for name in several(text_of(cell, heading)):
            is_group = name in self._names.groups  # Ansible would give the people to all hosts of the group
            if is_group or not WORKSTATION.fullmatch(name) or name.casefold() in RESERVED:
                variant = "workstation_is_group" if is_group else "workstation_wrong"
                read.faults.append(fault(variant, cell, heading, given=shown(name)).problem)
                found.append("")
            else:
                found.append(self._spelling.setdefault(name.casefold(), name))
        return found


def _is_nobodys(cells: Mapping[str, Cell]) -> bool:
    """Whether a row is no person's, as that of a total: it has no account, no number, no workstation, and no name of a person, which has
    two words. A number of a spreadsheet is a count there."""
    words = {name: name_words(str(cell.value)) for name, cell in cells.items() if cell.kind is Kind.TEXT}
    of_name = [word for name in OF_NAMES for word in words.get(name, ())]
    number = words.get("authorisation", ())
    is_named = len(of_name) > 1 and TOTALS.isdisjoint(of_name)
    is_numbered = any(map(str.isdigit, "".join(number))) and TOTALS.isdisjoint(number)
    counts = (Kind.EMPTY, Kind.NUMBER)
    has_more = any(cells[name].kind not in counts for name in ("user", "workstations"))
    return not (is_named or is_numbered or has_more)


def _is_absence(values: Mapping[str, str]) -> bool:
    """Whether the first day away, if there is one, comes before that of return. Days are ISO 8601."""
    return "absent_from" not in values or values["absent_from"] < values.get("absent_until", "")


def _tried(read: _Read, make: Callable[Given, Made], *given: Given.args, **named: Given.kwargs) -> Made | None:
    """What is made of a cell; None where it is wrong, which the row then has as a fault."""
    try:
        return make(*given, **named)
    except Pkcs12Error as refusal:
        read.faults.append(refusal.problem)
        return None


def group_name(text: str) -> str:
    """The name of Ansible's group for a group of the establishment, which may be a number there.

    ``to_safe_group_name`` of ansible-core would take the first digit away, and make one group of two.
    """
    name = re.sub(r"\W", "_", tidy(text))
    return f"_{name}" if name[0].isdigit() else name


def _check_groups(read: Sequence[_Read], columns: Columns, names: Names) -> None:
    """Leaves out groups whose name is that of a host, or means something else to Ansible, and says so."""
    hosts = {*names.hosts, *(workstation for row in read for workstation, _account in row.places)}
    for row in read:
        for given in list(row.groups):
            if (name := group_name(given)) in hosts or name in RESERVED:
                row.groups.remove(given)
                cell = Row(row.line, {}).cell(columns.places["group"])
                row.faults.append(fault("group", cell, columns.headings["group"], given=shown(given)).problem)


def _people(read: Iterable[_Read], headings: Mapping[str, str]) -> list[list[_Read]]:
    """The rows of each person: one number, and names that are one person's. A row without one of both stands for itself.

    Rows that contradict each other are wrong, all of them.
    """
    people: list[list[_Read]] = []
    by_number: dict[str, list[list[_Read]]] = {}
    for row in read:
        number, name = row.values.get("authorisation"), row.values.get("name")
        known = by_number.setdefault(number_key(number), []) if number and name else []
        own = next((rows for rows in known if all(_listed(each).is_person_of(_listed(row)) for each in rows)), None)
        if own is None:
            own = []
            people.append(own)
            known.append(own)
        own.append(row)
    for rows in people:
        _compare(rows, headings)
    return people


def _listed(row: _Read) -> Listed:
    return Listed(row.values["authorisation"], row.values["name"], row.values.get("former_name"), "")


def _compare(rows: Sequence[_Read], headings: Mapping[str, str]) -> None:
    for name in SINGLE if len(rows) > 1 else ():
        said = {row.line: row.values[name] for row in rows if name in row.values}
        if len({each.casefold() for each in said.values()}) > 1:
            given = tuple(dict.fromkeys(map(shown, said.values())))
            values: dict[str, Value] = {"heading": headings[name], "lines": tuple(map(str, said)), "given": given}
            for row in rows:
                if row.line in said:
                    row.faults.append(Problem("register_row.differs", values))


def _register(people: Iterable[Sequence[_Read]], file: str) -> Register:
    hosts: dict[str, list[Holder]] = {}
    groups: dict[str, dict[str, None]] = {}
    spelling: dict[str, str] = {}
    without: list[Holder] = []
    wrong: dict[int, Problem] = {}
    for rows in people:
        holder = _accepted(_holder(rows, file), rows, file)
        places: dict[tuple[str, str], str] = {}
        for workstation, account in (place for row in rows for place in row.places):
            places.setdefault((workstation, account_key(account)), account)
        for (workstation, _key), account in places.items():
            there = hosts.setdefault(workstation, [])
            if "authorisation" in holder or not any(_is_unnumbered(each, account) for each in there):
                there.append({"user": account, **holder})
        if not places and "authorisation" in holder and "name" in holder:
            without.append(holder)
        for name in (group_name(given) for row in rows for given in row.groups):
            group = groups.setdefault(spelling.setdefault(name.casefold(), name), {})
            group |= dict.fromkeys(workstation for workstation, _key in places)
        for row in rows:
            if row.faults:
                wrong[row.line] = _problem(row, file)
    told = [problem for _line, problem in sorted(wrong.items())]
    more = [Problem("register_row.more", {"count": len(told) - MOST_TOLD})] if len(told) > MOST_TOLD else []
    return Register(
        hosts, {name: tuple(group) for name, group in groups.items() if group}, without, told[:MOST_TOLD] + more
    )


def _is_unnumbered(holder: Holder, account: str) -> bool:
    """Whether an entry is of this account, and of nobody's number. A workstation has one such entry of an account."""
    return "authorisation" not in holder and account_key(holder["user"]) == account_key(account)


def _holder(rows: Sequence[_Read], file: str) -> Holder:
    """A person as the inventory has one, in the order of the keys there; without an account."""
    said = {key: value for row in reversed(rows) for key, value in row.values.items()}
    said["group"] = "; ".join(dict.fromkeys(group for row in rows for group in row.groups))
    if "authorisation" not in said:  # it is wrong, and no task could read these keys without it
        said |= {"leaves_on": "", "former_name": ""}
    if not _is_absence(said):
        said["absent_from"] = ""
    said.setdefault("name", said.get("authorisation", ""))  # a number needs a name, to compare its certificate with
    if wrong := [row.line for row in rows if row.faults]:
        said["row_problem"] = f"{file}:{wrong[0]}"
    return {key: said[key] for key in HOLDER_OPTIONS if said.get(key)}


def _accepted(holder: Holder, rows: Sequence[_Read], file: str) -> Holder:
    """The holder as an inventory may have one. What ``parse_holder`` refuses is wrong with the rows, and is left out: an entry that
    cannot be read stops everybody at its workstation, in place of its person."""
    try:
        parse_holder({"user": file, **holder})
    except Pkcs12Error as refusal:
        for row in rows:
            row.faults = row.faults or [refusal.problem]
        kept = {key: holder[key] for key in ("name", "authorisation") if key in holder}
        return kept | {"row_problem": holder.get("row_problem", f"{file}:{rows[0].line}")}
    return holder


def _problem(row: _Read, file: str) -> Problem:
    values: dict[str, Value] = {"file": file, "line": row.line}
    if row.whose:
        return Problem("register_row", {**values, "whose": shown(row.whose)}, causes=tuple(row.faults))
    return Problem("register_row.nameless", values, causes=tuple(row.faults))
