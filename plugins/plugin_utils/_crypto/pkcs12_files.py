# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Finds and reads PKCS#12 files on the controller: one file, base64 text, or all files of a holder in a folder."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from .._errors import Pkcs12Error, Problem, file_reason
from .certificate import Certificate
from .leaf_checks import UnusableKey
from .passphrases import NumberAsText, passphrases_in
from .pkcs12 import Bundle, open_bundle


def find_bundles(folder: Path, pattern: str) -> list[Path]:
    """The files whose names fit the pattern, sorted by name.

    The pattern may have ``*``, ``?`` and ``[...]``. Names and pattern are compared as people see them: in Unicode NFC (UAX 15), because
    macOS and some mail programs write an accent as a separate character, and with one blank where there are several. Hidden files are
    left out as in a shell: macOS adds a hidden file with the prefix ``._`` for each file that it copies to a share.
    Raises ``Pkcs12Error``: ``bundle_folder``.
    """
    return [path for path in _files(folder) if fnmatch.fnmatchcase(_seen(path.name), _seen(pattern))]


def find_bundle(folder: Path, pattern: str) -> Path:
    """The one file whose name fits the pattern. Raises ``Pkcs12Error``: ``bundle_folder``, ``no_bundle``, ``several_bundles``."""
    found = find_bundles(folder, pattern)
    if not found:
        near, aside = nearly_named(folder, pattern), _put_aside(folder, pattern)
        raise Pkcs12Error(no_bundle(folder, pattern, near, aside, len(_files(folder))))
    if len(found) > 1:
        names = tuple(path.name for path in found)
        raise Pkcs12Error(Problem("several_bundles", {"folder": str(folder), "pattern": pattern, "files": names}))
    return found[0]


def nearly_named(folder: Path, pattern: str) -> tuple[str, ...]:
    """Names of files that fail to fit the pattern only by case, accents, spaces, apostrophes, hyphens, or the order of words.

    Without such a file, those with the numbers of the pattern: a person's name may have changed, and the number stays. Without these, too,
    those with the number but for leading zeros. Then those with the name and a number in which a sign is missing or too many, or signs have
    changed places: a typing error. Another sign in the place of one is none, because two people of one name may have numbers in a row.
    Raises ``Pkcs12Error``: ``bundle_folder``.
    """
    wanted, words, numbers = _folded(pattern).replace(" ", ""), _words(pattern), _numbers(_words(pattern))
    others = [path.name for path in _files(folder) if not fnmatch.fnmatchcase(_seen(path.name), _seen(pattern))]
    if not numbers:  # several people may have the same name, so words without a number prove nothing
        return tuple(name for name in others if fnmatch.fnmatchcase(_folded(name).replace(" ", ""), wanted))
    near = tuple(
        name for name in others if fnmatch.fnmatchcase(_folded(name).replace(" ", ""), wanted) or words <= _words(name)
    )
    return (
        near
        or tuple(name for name in others if numbers <= _words(name))
        or tuple(name for name in others if _with_other_zeros(numbers, words, _words(name)))
        or tuple(name for name in others if _is_mistyped(numbers, words, _words(name)))
    )


def _with_other_zeros(numbers: frozenset[str], words: frozenset[str], others: frozenset[str]) -> str | None:
    """The number in a file's words that is the one number but for leading zeros, which programs take away; None where there is none."""
    if len(numbers) != 1 or not words - numbers <= others:
        return None
    (number,) = numbers
    there = (each for each in _numbers(others) if each.isdigit() and each.lstrip("0") == number.lstrip("0"))
    return next((each for each in there if each != number), None) if number.isdigit() else None


def _is_mistyped(numbers: frozenset[str], words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a file's words have the name, and the one number with a typing error."""
    name, there = words - numbers, _numbers(others)
    if not name <= others or len(numbers) != 1 or not name:
        return False
    (number,) = numbers
    return any(
        sorted(each) == sorted(number) or each in _one_less(number) or number in _one_less(each) for each in there
    )


def _one_less(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


def near_files(names: Sequence[str]) -> tuple[Problem, ...]:
    """What is told of files that nearly fit the pattern."""
    return (Problem("no_bundle.near_files", {"files": tuple(names)}),) if names else ()


ASIDE = "retired"
"""The folder in a bundle folder with the bundles of those who are retired."""

_APOSTROPHES_AND_HYPHENS = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bb\u02bc\u00b4\u0060\u2032", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)


@lru_cache(maxsize=8192)  # it is called for all files of the folder, once for every holder of a workstation
def _folded(text: str) -> str:
    """A name without differences that people overlook: case, accents, kinds of apostrophes and hyphens, extra spaces."""
    letters = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES_AND_HYPHENS).casefold())
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def _words(text: str) -> frozenset[str]:
    """The words of a file name or a pattern, without wildcards and extension."""
    return frozenset(re.findall(r"[^\W_]+", _folded(text.rpartition(".")[0].replace("*", " ").replace("?", " "))))


def _numbers(words: Iterable[str]) -> frozenset[str]:
    """Those with a digit."""
    return frozenset(word for word in words if any(map(str.isdigit, word)))


def no_bundle(
    folder: Path,
    pattern: str,
    near: Sequence[str],
    aside: str | None,
    there: int | None = None,
    issued_to: str = "",
) -> Problem:
    """What is told where no file fits the pattern. ``there``: how many files the folder has, where that is told. ``issued_to``: whom the
    certificate in the one near file names, where it opens."""
    causes = [Problem("no_bundle.files_there", {"count": there})] if there is not None else []
    causes += near_files(near)
    causes += [Problem("no_bundle.put_aside", {"file": aside, "folder": ASIDE})] if aside else []
    values = {"folder": str(folder), "pattern": pattern}
    words = _words(pattern)
    numbers = _numbers(words)
    if len(near) == 1 and (found := _with_other_zeros(numbers, words, _words(near[0]))):
        # The certificate has the right one. Where it does not open, it is the longer one: programs take zeros away, and add none.
        certified = [each for each in (*numbers, found) if each in re.findall(r"\w+", issued_to)]
        right = certified[0] if len(certified) == 1 else max((*numbers, found), key=len)
        variant = "inventory" if right == found else "file"
        zeros = {**values, "file": near[0], "number": right}
        return Problem(f"no_bundle.zeros_lost_in_{variant}", zeros, causes=tuple(causes))
    return Problem(f"no_bundle.{'other_name' if near else 'no_file'}", values, causes=tuple(causes))


def _put_aside(folder: Path, pattern: str) -> str | None:
    """A file that fits the pattern and is of somebody who was retired."""
    aside = find_bundles(folder / ASIDE, pattern) if (folder / ASIDE).is_dir() else []
    return aside[0].name if aside else None


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as problem:
        raise not_listed(folder, problem) from None


def not_listed(folder: Path, problem: OSError, option: str = "bundle_folder") -> Pkcs12Error:
    """Why a bundle folder cannot be read. ``option``: what has its path."""
    reason = file_reason(problem)
    variant = reason if reason in ("not_found", "no_folder", "no_access") else "unreadable"
    return Pkcs12Error(Problem(f"bundle_folder.{variant}", {"folder": str(folder), "reason": reason}, option))


def _seen(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def load_bundle(options: Mapping[str, Any]) -> Bundle:
    """The bundle of the options ``path`` or ``content`` with ``passphrase``, a text or a list. Raises ``Pkcs12Error``."""
    passphrases = passphrases_in(options.get("passphrase"))
    if options.get("content") is not None:
        return _open_with_any(_decode(options["content"]), passphrases)
    return _open_with_any(read_bundle(Path(options["path"])), passphrases)


def _decode(content: str) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Pkcs12Error(Problem("content_not_base64", setting="content")) from None


def read_bundle(path: Path) -> bytes:
    """The bytes of a file. Raises ``Pkcs12Error``: ``bundle_file``."""
    try:
        return path.read_bytes()
    except OSError as problem:
        reason = file_reason(problem)
        if reason in ("not_found", "is_folder", "no_access"):
            raise Pkcs12Error(Problem(f"bundle_file.{reason}", {"path": str(path)})) from None
        raise Pkcs12Error(Problem("bundle_file.unreadable", {"path": str(path), "reason": reason})) from None


WRONG_PASSPHRASE = ("wrong_passphrase", "no_passphrase")
"""Codes of errors after which another passphrase may still open the bundle."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A bundle, and when its file was last written, in nanoseconds."""

    path: Path
    bundle: Bundle
    written: int


@dataclass(frozen=True, slots=True)
class UnopenedFile:
    """A file that fits the pattern and does not open, why, and when it was last written, in nanoseconds.

    ``leaf``: its certificate, where only its key is the reason.
    """

    path: Path
    refusal: Pkcs12Error = field(compare=False)
    written: int = 0
    leaf: Certificate | None = None


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files of one holder in a folder. ``near``: see ``nearly_named``. ``aside``: a file that was put aside, if none fits.
    ``issued_to``: whom the certificate in the only near file names, if none fits and this one opens."""

    folder: Path
    pattern: str
    opened: tuple[OpenedFile, ...]
    unopened: tuple[UnopenedFile, ...]
    near: tuple[str, ...]
    aside: str | None
    issued_to: str = ""


def read_bundle_folder(
    folder: Path, pattern: str, passphrases: Sequence[str | None], number: str | None = None
) -> FolderFiles:
    """Opens every file that fits the pattern, each with the first passphrase that opens it.

    ``number``: the authorisation number by which ``pkcs12_passphrases`` has the passphrases, if they come from there.
    Raises ``Pkcs12Error``: ``bundle_folder``.
    """
    opened: list[OpenedFile] = []
    unopened: list[UnopenedFile] = []
    for path in find_bundles(folder, pattern):
        written = _written(path)
        try:
            opened.append(OpenedFile(path, _open_with_any(read_bundle(path), passphrases or (None,)), written))
        except Pkcs12Error as refusal:
            leaf = refusal.leaf if isinstance(refusal, UnusableKey) else None
            unopened.append(UnopenedFile(path, Pkcs12Error(_in_file(path, refusal.problem, number)), written, leaf))
    near = nearly_named(folder, pattern)
    if opened or unopened:
        return FolderFiles(folder, pattern, tuple(opened), tuple(unopened), near, None)
    issued_to = ""
    if len(near) == 1:
        with suppress(Pkcs12Error):
            issued_to = _open_with_any(read_bundle(folder / near[0]), passphrases or (None,)).leaf.subject_cn or ""
    return FolderFiles(folder, pattern, (), (), near, _put_aside(folder, pattern), issued_to)


def _written(path: Path) -> int:
    """When the file was last written, in nanoseconds; 0 when it has gone in the meantime."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _in_file(path: Path, problem: Problem, number: str | None) -> Problem:
    """The problem with the name of the file, because the folder has many."""
    if problem.kind == "no_passphrase" and number:
        return Problem("no_passphrase.of_number", {"file": path.name, "number": number})
    return Problem(f"{problem.kind}.in_file", {"file": path.name}, causes=(problem,))


def _open_with_any(data: bytes, passphrases: Sequence[str | None]) -> Bundle:
    """Opens a bundle with the first passphrase that fits, because older bundles keep older passphrases.

    If none fits, it raises the error of the first that is a number, which quotes may mend, or else of the first. Any other error, for
    instance a damaged file, is raised at once.
    """
    refusals: list[Pkcs12Error] = []
    for passphrase in passphrases:
        try:
            return open_bundle(data, passphrase)
        except Pkcs12Error as refusal:
            if refusal.code not in WRONG_PASSPHRASE:
                raise
            refusals.append(refusal)
    first_number = (at for at, each in enumerate(passphrases) if isinstance(each, NumberAsText))
    raise refusals[next(first_number, 0)]
