# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of a person's store, as a driver reads it: what is in it is the person's, so names, sizes, numbers and links are bounded."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lab.emulated.errors import HResult
from lab.emulated.files import Files, PlacedFile

Json = dict[str, Any]

MY = r"Microsoft\SystemCertificates\My"
CERTIFICATES = rf"{MY}\Certificates"
NAME = re.compile(r"[0-9A-F]{40}", re.IGNORECASE)
LOCAL_PATH = re.compile(r"[A-Za-z]:(\\[^\\/:]*[^\\/:. ])+")
MOST_ENTRIES, MOST_BYTES, LARGEST_ELEMENT, LONGEST_TEXT = 1000, 4 << 20, 64 << 10, 300


def reason(code: str, detail: str, hresult: int | None = None) -> Json:
    """Why something was not read."""
    return {"code": code, "detail": detail[:LONGEST_TEXT], "hresult": hresult}


def first_link(files: Files, root: str, path: str) -> str | None:
    """The first link on the way from ``root``, which is not looked at, to ``path``."""
    place = root
    for part in path[len(root) :].strip("\\").split("\\"):
        place = rf"{place}\{part}"
        found = files.find(place)
        if found and found.is_link:
            return place
    return None


def within_limits(found: Iterable[Json], place: str) -> Iterator[Json]:
    """What was found in a place, as long as it is within the limits; of each reason the first."""
    told: set[str] = set()
    size = 0.0
    for number, each in enumerate(found):
        size += len(each.get("data", "")) * 3 / 4
        if number >= MOST_ENTRIES or size > MOST_BYTES:
            yield reason("limit", place)
            return
        code = each.get("code", "")
        if not code or code not in told:
            yield each
        told.add(code)


@dataclass(frozen=True, slots=True)
class StoreFolder:
    """``app_data`` is where AppData\\Roaming is. ``known``: whether Windows says so, in a loaded hive. ``has_store``: My is there.
    ``is_anothers``: whether a folder belongs to another person."""

    files: Files
    profile: str
    app_data: str
    known: bool
    has_store: bool
    is_anothers: Callable[[str], bool]

    def read(self, planted: Iterable[PlacedFile]) -> Iterator[Json]:
        """Elements and reasons. ``planted``: what is in the folder besides the files of the computer."""
        if not LOCAL_PATH.fullmatch(self.app_data):
            yield reason("redirected", self.app_data)
            return
        below = self.app_data.casefold().startswith(self.profile.casefold() + "\\")
        folder = rf"{self.app_data}\{CERTIFICATES}"
        link = first_link(self.files, self.profile if below else self.app_data[:2], folder)
        ways = (self.app_data, rf"{self.app_data}\{MY}", folder)
        anothers = None if below else next(filter(self.is_anothers, ways), None)
        own = {file.path.casefold(): file for file in (*planted, *self.files.inside(folder))}
        if link:
            yield reason("link", link)
        elif anothers:
            yield reason("another_owner", anothers)
        elif own or self.has_store or self.known:
            yield from within_limits(_elements(own[path] for path in sorted(own)), folder)
        else:
            yield reason("no_store", rf"{self.app_data}\{MY}", HResult.FILE_NOT_FOUND)


def timed_out(files: Iterable[PlacedFile]) -> Iterator[tuple[PlacedFile, bool]]:
    """Files of a place, and whether there is no time left to read them: the first that never opens takes all of it."""
    late = False
    for file in files:
        late = late or file.never_opens
        yield file, late


def _elements(files: Iterable[PlacedFile]) -> Iterator[Json]:
    for file, late in timed_out(files):
        yield _element(file, late)


def _element(file: PlacedFile, late: bool) -> Json:
    if file.is_link:
        return reason("link", file.path)
    if not NAME.fullmatch(file.path.rpartition("\\")[2]):
        return reason("unknown_name", file.path)
    if late:
        return reason("timed_out", file.path, HResult.COR_E_TIMEOUT)
    if file.refusal:
        return reason(file.refusal[0], file.path, file.refusal[1])
    if file.size > LARGEST_ELEMENT:
        return reason("too_large", file.path)
    return {"source": "file", "data": base64.b64encode(file.data).decode()}
