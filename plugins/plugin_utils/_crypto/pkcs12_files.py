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
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from .._errors import Pkcs12Error, counted, named
from .passphrases import NumberAsText, passphrases_in
from .pkcs12 import Bundle, open_bundle


def find_bundles(folder: Path, pattern: str) -> list[Path]:
    """The files whose names fit the pattern, sorted by name.

    The pattern may have ``*``, ``?`` and ``[...]``. Names and pattern are compared in Unicode NFC (UAX 15), because macOS and some mail
    programs write an accent as a separate character. Hidden files are left out as in a shell: macOS adds a hidden file with the prefix
    ``._`` for each file that it copies to a share.
    Raises ``Pkcs12Error``: ``bundle_folder``.
    """
    return [path for path in _files(folder) if fnmatch.fnmatchcase(_nfc(path.name), _nfc(pattern))]


def find_bundle(folder: Path, pattern: str) -> Path:
    """The one file whose name fits the pattern. Raises ``Pkcs12Error``: ``bundle_folder``, ``no_bundle``, ``several_bundles``."""
    found = find_bundles(folder, pattern)
    if not found:
        raise _no_bundle(
            folder,
            pattern,
            nearly_named(folder, pattern),
            f" ({counted(len(_files(folder)), 'file is', 'files are')} there)",
        )
    if len(found) > 1:
        raise Pkcs12Error(
            code="several_bundles",
            cause=f"Several files in {folder} fit {pattern!r}: {', '.join(path.name for path in found)}.",
            next_step="Keep only the right file in the folder, or narrow the pattern.",
        )
    return found[0]


def nearly_named(folder: Path, pattern: str) -> tuple[str, ...]:
    """Names of files that fail to fit the pattern only by case, accents, spaces, apostrophes, hyphens, or the order of words.

    Without such a file, those with the numbers of the pattern: a person's name may have changed, and the number stays.
    Raises ``Pkcs12Error``: ``bundle_folder``.
    """
    wanted, words, numbers = _folded(pattern), _words(pattern), _numbers(_words(pattern))
    others = [path.name for path in _files(folder) if not fnmatch.fnmatchcase(_nfc(path.name), _nfc(pattern))]
    if not numbers:  # several people may have the same name, so words without a number prove nothing
        return tuple(name for name in others if fnmatch.fnmatchcase(_folded(name), wanted))
    near = tuple(name for name in others if fnmatch.fnmatchcase(_folded(name), wanted) or words <= _words(name))
    return near or tuple(name for name in others if numbers <= _words(name))


def near_sentence(names: Sequence[str]) -> str:
    """A sentence with the names of files that nearly fit the pattern. It is empty if there are none."""
    if not names:
        return ""
    shown = ", ".join(map(repr, names[:MOST_NAMES])) + (", ..." if len(names) > MOST_NAMES else "")
    return f" {'A file' if len(names) == 1 else 'Files'} of nearly this name {'is' if len(names) == 1 else 'are'} there: {shown}."


ASIDE = "retired"
"""The folder in a bundle folder with the bundles of those who are retired."""
MOST_NAMES = 3
"""How many file names an error shows. More would not help to find one file."""

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


def _no_bundle(folder: Path, pattern: str, near: Sequence[str], count: str = "") -> Pkcs12Error:
    aside = [path.name for path in _files(folder / ASIDE)] if (folder / ASIDE).is_dir() else []
    fitting = [name for name in aside if fnmatch.fnmatchcase(_nfc(name), _nfc(pattern))][:1]
    put_aside = f" {fitting[0]!r} is in the folder {ASIDE} there." if fitting else ""
    rename = "Rename it so that it fits the pattern, or correct the holder's entry in the inventory, or the pattern."
    return Pkcs12Error(
        code="no_bundle",
        cause=f"No file in {folder} fits {pattern!r}{count}.{near_sentence(near)}{put_aside}",
        next_step=rename if near else "Put the holder's p12 there with a name that fits, or correct the pattern.",
    )


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as problem:
        raise not_listed(folder, problem) from None


def not_listed(folder: Path, problem: OSError, option: str = "bundle_folder") -> Pkcs12Error:
    """Why a bundle folder cannot be read, and what to do. ``option``: what has its path."""
    next_steps: dict[type[OSError], str] = {
        FileNotFoundError: f"Correct '{named(option)}', a path on the controller. In an execution environment, the folder has to be "
        "mounted.",
        NotADirectoryError: f"Set '{named(option)}' to the folder that has the file.",
        PermissionError: f"Give the account that runs Ansible the right to list it, or correct '{named(option)}'.",
    }
    cause = f"The bundle folder {folder} cannot be listed: {problem.strerror}."
    next_step = next_steps.get(type(problem), f"Check '{named(option)}' and its disk.")
    return Pkcs12Error(code="bundle_folder", cause=cause, next_step=next_step, setting=option)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


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
        raise Pkcs12Error(
            code="content_not_base64",
            cause="content is not base64.",
            next_step="Give the p12 through the b64encode filter or a lookup that returns base64.",
        ) from None


def read_bundle(path: Path) -> bytes:
    """The bytes of a file. Raises ``Pkcs12Error``: ``bundle_file``."""
    try:
        return path.read_bytes()
    except OSError as problem:
        causes: dict[type[OSError], tuple[str, str]] = {
            FileNotFoundError: (
                "is not there",
                "Check the path on the controller. In an execution environment, the bundle folder has to be mounted.",
            ),
            IsADirectoryError: ("is a folder", "Give the path of the p12 file itself."),
            PermissionError: ("may not be read", "Give the user that runs Ansible the right to read it."),
        }
        cause, next_step = causes.get(
            type(problem), (f"cannot be read ({problem.strerror})", "Check the file and its disk.")
        )
        raise Pkcs12Error(code="bundle_file", cause=f"The bundle {path} {cause}.", next_step=next_step) from None


WRONG_PASSPHRASE = ("wrong_passphrase", "no_passphrase")
"""Codes of errors after which another passphrase may still open the bundle."""


@dataclass(frozen=True, slots=True)
class UnopenedFile:
    """A file that fits the pattern and does not open, and why."""

    path: Path
    refusal: Pkcs12Error = field(compare=False)


@dataclass(frozen=True, slots=True)
class BundleFolder:
    """The files of one holder in a folder. ``bundles``: the one that is valid longest comes first.

    ``near``: see ``nearly_named``. ``later``: the unopened files that were written after the bundle of ``ends_last``, the last one
    first; all of them when none opens. A file that is older on the disk usually is an old bundle, whose passphrase nobody has kept.
    """

    folder: Path
    pattern: str
    bundles: tuple[Bundle, ...]
    unopened: tuple[UnopenedFile, ...]
    near: tuple[str, ...] = ()
    later: tuple[UnopenedFile, ...] = ()

    @property
    def ends_last(self) -> Bundle | None:
        """The bundle that is valid longest."""
        return self.bundles[0] if self.bundles else None

    def later_refusal(self) -> Pkcs12Error | None:
        """Why a file does not open that may be the holder's new bundle."""
        if not self.later:
            return None
        first = self.later[0].refusal
        if not self.bundles:
            return first
        newer = " The file is newer than the bundle that opens, so it may be the new bundle."
        other = " If it has another passphrase, give both passphrases as a list, the newest first."
        passphrase = other if first.code in WRONG_PASSPHRASE else ""
        aside = f"{newer}{passphrase} If it is not a new bundle, move it out of the folder."
        return Pkcs12Error(code=first.code, cause=first.cause, next_step=f"{first.next_step}{aside}")

    def refusal(self) -> Pkcs12Error:
        """Why there is no bundle: the folder has none, or none opens."""
        if self.unopened:
            return self.unopened[0].refusal
        return _no_bundle(self.folder, self.pattern, self.near)


def read_bundle_folder(
    folder: Path, pattern: str, passphrases: Sequence[str | None], number: str | None = None
) -> BundleFolder:
    """Opens every file that fits the pattern, each with the first passphrase that opens it.

    ``number``: the authorisation number by which ``pkcs12_passphrases`` has the passphrases, if they come from there.
    Raises ``Pkcs12Error``: ``bundle_folder``.
    """
    opened: list[tuple[Bundle, Path]] = []
    unopened: list[UnopenedFile] = []
    for path in find_bundles(folder, pattern):
        try:
            opened.append((_open_with_any(read_bundle(path), passphrases or (None,)), path))
        except Pkcs12Error as refusal:
            unopened.append(UnopenedFile(path, _of_file(path, refusal, number)))
    opened.sort(key=lambda pair: pair[0].leaf.not_after, reverse=True)
    since = _written(opened[0][1]) if opened else -1
    last_first = sorted(unopened, key=lambda each: _written(each.path), reverse=True)
    later = tuple(each for each in last_first if _written(each.path) > since)
    bundles = tuple(bundle for bundle, _path in opened)
    return BundleFolder(folder, pattern, bundles, tuple(unopened), nearly_named(folder, pattern), later)


def _written(path: Path) -> int:
    """When the file was last written, in nanoseconds; 0 when it has gone in the meantime."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _of_file(path: Path, refusal: Pkcs12Error, number: str | None) -> Pkcs12Error:
    """The refusal with the name of the file, because the folder has many."""
    if refusal.code == "no_passphrase" and number:
        return Pkcs12Error(
            code="no_passphrase",
            cause=f"{path.name} is protected, and pkcs12_passphrases has no passphrase for the number {number}.",
            next_step=f"Add {number} with the passphrase there. For a certificate that came by mail, it is the withdrawal code.",
        )
    return Pkcs12Error(code=refusal.code, cause=f"{path.name}: {refusal.cause}", next_step=refusal.next_step)


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
