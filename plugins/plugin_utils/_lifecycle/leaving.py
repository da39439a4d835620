# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Who leaves by a removal: people whom the run names, those in ``pkcs12_leavers`` or after their last day, or everybody of a workstation
that leaves; and the note that keeps them retired."""

from __future__ import annotations

import getpass
import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from .._errors import Pkcs12Error, Problem, Value
from .._facts.holder_entries import VARIABLE, entries_in
from .._facts.holders import HolderEntry
from .._facts.leavers import gone, numbers_in
from .._facts.retired import SITE_FOLDER, Notes, read_notes
from .._facts.shared_numbers import shared_by
from .._policy.names import number_key
from .number_look import OfAllHosts, shared_in_inventory
from .options import check_duplicates

CONFIRM, COUNT, TAKE_BACK = (
    "pkcs12_confirm_removal",
    "pkcs12_workstation_count",
    "pkcs12_take_back",
)
"""Variables of a removal, and of the way back. They count for one run only."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who leaves. ``noted``: a note keeps these people retired. ``confirmed``: somebody has said that exactly these are meant."""

    numbers: tuple[str, ...]
    noted: bool
    confirmed: bool = True


def leavers_of(action: OfAllHosts, options: Mapping[str, Any], today: date) -> list[str]:
    """The option ``leavers``, and everybody whose last day has passed in ``pkcs12_holders`` of any host: who has left one workstation
    has left them all. Raises ``Pkcs12Error``: ``bad_arguments``."""

    def look(by_host: Iterator[tuple[str, Any]]) -> list[dict[str, str]]:
        listed = (each for _host, given in by_host for each in entries_in(given) if each.get("leaves_on"))
        keys = ("authorisation", "leaves_on", "row_problem")
        return [{key: str(each[key]) for key in keys if each.get(key)} for each in listed]

    holders = [*entries_in(options["holders"]), *action.of_all_hosts(VARIABLE, look, "last_days")]
    shared = shared_in_inventory(action, ())  # nobody can say which of two people with one number has left
    left = (number for number in sorted(gone(holders, today)) if not shared_by(number, shared))
    return [*numbers_in(options["leavers"], "leavers"), *left]


def who_leaves(options: Mapping[str, Any], entries: Sequence[HolderEntry], may_be_nobody: bool = False) -> Leaving:
    """By the options of a removal. The numbers of ``leavers`` are not confirmed: they were written down for more than this run.

    ``may_be_nobody``: the inventory has last days, and today nobody may be gone. Raises ``Pkcs12Error``: ``bad_arguments``.
    """
    check_duplicates(entries)
    of_this_run = numbers_in(options["retire_authorisations"], "retire_authorisations")
    if isinstance(options["retire_authorisations"], str) and not of_this_run:  # AWX takes a blank answer to its survey
        raise Pkcs12Error(Problem("bad_arguments.no_number_given"))
    noted = options["leave_note"] and options["expired_for_days"] is None
    if not options["retire_everyone"]:
        by_name = leaving_numbers(of_this_run, entries)
        listed = () if by_name else leaving_numbers(filter(None, numbers_in(options["leavers"], "leavers")), entries)
        if not by_name and not listed and entries and not may_be_nobody:
            raise Pkcs12Error(Problem("bad_arguments.nobody_leaves"))
        return Leaving(tuple(by_name or listed), noted, confirmed=not listed)
    if of_this_run:
        raise Pkcs12Error(Problem("bad_arguments.everyone_and_some"))
    return Leaving(
        tuple(leaving_numbers((entry.person.authorisation or "" for entry in entries), entries)), noted=False
    )


def check_count(given: Any, hosts: Sequence[str]) -> None:
    """Refuses to empty workstations that nobody has counted. ``hosts``: all of the play, also those of other batches.

    Raises ``Pkcs12Error``: ``bad_arguments``.
    """
    if str(given if given is not None else "").strip() == str(len(hosts)):
        return
    values: dict[str, Value] = {"count": len(hosts), "hosts": tuple(hosts)}
    if given is not None:
        raise Pkcs12Error(Problem("bad_arguments.workstations_miscounted", {**values, "given": str(given)}))
    raise Pkcs12Error(Problem("bad_arguments.workstations_not_counted", values))


def leaving_numbers(given: Iterable[str], entries: Sequence[HolderEntry]) -> list[str]:
    """Each number once, as the inventory writes it.

    Raises ``Pkcs12Error`` (``bad_arguments``) if one is empty.
    """
    written = {number_key(number): number for entry in entries if (number := entry.person.authorisation)}
    asked = (number.strip() for number in given)
    numbers = list(dict.fromkeys(written.get(number_key(number), number) for number in asked))
    if "" in numbers:
        raise Pkcs12Error(Problem("bad_arguments.empty_number"))
    return numbers


def folder_of_notes(given: str | None, site: Path | None) -> Path:
    """Where a removal is written down: where everybody reads, or else in the folder of the task. Raises ``Pkcs12Error``."""
    if folder := site or (Path(given) if given else None):
        return folder
    raise Pkcs12Error(Problem("bad_arguments.no_folder_of_notes"))


def this_job(job: str | None) -> str:
    """Who runs this, for a note: account and host, and the job of AWX."""
    account = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    with suppress(OSError, KeyError):  # an account of a container may have no name
        account = getpass.getuser()
    return f"{account}@{platform.node()}{f', job {job}' if job else ''}"


class KnowsRetired:
    """A part of an action that installs or withdraws: it knows who is retired, and whom this run takes back."""

    folder: Any
    of_this_run: Any

    def notes(self, check_mode: bool, *own: Path) -> Notes:
        """The notes around the folders of the task, and around that of the site. Raises ``Pkcs12Error``."""
        return read_notes(own, self.folder(SITE_FOLDER), self._taken_back(), check_mode)

    def not_taken_back(self, numbers: Iterable[str | None]) -> list[str]:
        """Whom this run takes back, and who is none of these. Raises ``Pkcs12Error``: ``bad_arguments``."""
        known = set(map(number_key, numbers))
        return [number for number in self._taken_back() if number_key(number) not in known]

    def taken_back(self, notes: Notes) -> list[str]:
        """Whom this run takes back who was retired; nobody in check mode."""
        return [] if notes.check_mode else [each for each in self._taken_back() if number_key(each) in notes.paths]

    def _taken_back(self) -> list[str]:
        return list(filter(None, numbers_in(self.of_this_run(TAKE_BACK), TAKE_BACK)))


def nobody_taken_back(numbers: Sequence[str], leavers: Set[str]) -> tuple[Problem, ...]:
    """What is told of numbers to take back that nobody has: they may be misspelt, or those of leavers."""
    left = {number_key(each) for each in leavers}
    still = tuple(each for each in numbers if number_key(each) in left)
    unknown = tuple(each for each in numbers if number_key(each) not in left)
    told = {"nobody_taken_back": unknown, "nobody_taken_back.leavers": still}
    return tuple(Problem(code, {"numbers": found}) for code, found in told.items() if found)


def folders_of(options: Mapping[str, Any]) -> Iterator[Path]:
    """The folders in which ``certificate`` finds a bundle: also that to which a link leads."""
    if options["bundle_folder"]:
        yield Path(options["bundle_folder"])
    if options["path"]:
        yield Path(options["path"]).parent
        yield Path(os.path.realpath(options["path"])).parent
