# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which of a holder's files in a folder counts, and what is told of those that do not open. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from .._crypto.certificate import Certificate
from .._crypto.pkcs12 import Bundle
from .._crypto.pkcs12_files import WRONG_PASSPHRASE, FolderFiles, OpenedFile, UnopenedFile, near_files, no_bundle
from .._errors import Pkcs12Error, Problem
from .issuers import Issuers
from .superseding import rank
from .use import Use, use_of


@dataclass(frozen=True, slots=True)
class OtherFile:
    """A file of the holder that is not for authentication: an issuer may deliver a person's certificates in threes.

    Nobody installs it, so it does not matter whether its key could be.
    """

    file: str
    use: Use
    leaf: Certificate


@dataclass(frozen=True, slots=True)
class BundleFolder:
    """The files of one holder in a folder. ``last``: the one that counts, of those that open and are for authentication. ``near``: see
    ``nearly_named``. ``aside``: a file that fits and was put aside. ``others``: files for another use, which are no candidates.
    ``issued_to``: see ``FolderFiles``.

    ``later``: the unopened files that were written after ``last``, the last one first; all of them when none opens.
    A file that is older on the disk usually is an old bundle, whose passphrase nobody has kept.
    """

    folder: Path
    pattern: str
    last: OpenedFile | None
    unopened: tuple[UnopenedFile, ...]
    near: tuple[str, ...] = ()
    later: tuple[UnopenedFile, ...] = ()
    aside: str | None = None
    others: tuple[OtherFile, ...] = ()
    issued_to: str = ""

    def check_ends_last(self, check: Callable[[Bundle], None]) -> None:
        """Checks the bundle that counts, if there is one. A refusal names its file. Raises ``Pkcs12Error``."""
        if self.last is None:
            return
        try:
            check(self.last.bundle)
        except Pkcs12Error as refusal:
            problem = refusal.problem
            named = Problem(f"{problem.kind}.in_file", {"file": self.last.path.name}, problem.setting, (problem,))
            raise Pkcs12Error(named) from None

    def ended(self, now: datetime) -> str | None:
        """The file of the bundle that counts, if that has ended by ``now``: no new bundle for who had a certificate before."""
        return self.last.path.name if self.last and now > self.last.bundle.leaf.not_after else None

    def has_nothing_new(self, now: datetime) -> bool:
        """Whether no file may be a new bundle, not even one that does not open, is nearly of the right name, or was put aside."""
        return not self.later and (bool(self.ended(now)) if self.last else not self.near and not self.aside)

    @property
    def ends_last(self) -> Bundle | None:
        """The bundle that counts."""
        return self.last.bundle if self.last else None

    @property
    def beside(self) -> tuple[Problem, ...]:
        """What is there that a person may take for the bundle: files for another use where none is for authentication, and near names."""
        others = () if self.last else self.others
        uses = (Problem("file_for_use", {"file": each.file, "use": each.use.value}) for each in others)
        return (*uses, *near_files(self.near))

    def later_refusal(self) -> Pkcs12Error | None:
        """Why a file does not open that may be the holder's new bundle."""
        if not self.later:
            return None
        problem = self.later[0].refusal.problem
        if self.last is None:
            return Pkcs12Error(problem)
        newer = Problem(f"newer_file.{'another_passphrase' if problem.kind in WRONG_PASSPHRASE else 'other_reason'}")
        return Pkcs12Error(replace(problem, causes=(*problem.causes, newer)))

    def refusal(self) -> Pkcs12Error:
        """Why there is no bundle: the folder has none, none for authentication, or none opens. Each of several files tells its problem."""
        if not self.unopened and self.others:
            values = {"folder": str(self.folder), "pattern": self.pattern}
            return Pkcs12Error(Problem("no_bundle.other_use", values, causes=self.beside))
        if not self.unopened:
            return Pkcs12Error(no_bundle(self.folder, self.pattern, self.near, self.aside, issued_to=self.issued_to))
        first, *others = (each.refusal.problem for each in self.unopened)
        return Pkcs12Error(replace(first, causes=(*first.causes, *others)))


def bundle_folders(files: FolderFiles, site: Issuers) -> Mapping[str, BundleFolder]:
    """The same for each profile of the site, by name: each has a candidate of its own. A bundle of which nobody knows the issuer is of the
    first, which refuses it. A file that does not open may be of any."""

    def of(alone: Issuers) -> BundleFolder:
        unopened = (each for each in files.unopened if each.leaf is None or site.like(each.leaf) == alone)
        opened = (each for each in files.opened if site.like(each.bundle.leaf) == alone)
        return bundle_folder(replace(files, opened=tuple(opened), unopened=tuple(unopened)))

    return {alone.names[0]: of(alone) for alone in site.each_alone}


def bundle_folder(files: FolderFiles) -> BundleFolder:
    """Decides which files of a folder count: the bundle for authentication that ends last."""
    leaves = {each.path: each.bundle.leaf for each in files.opened}
    leaves |= {each.path: each.leaf for each in files.unopened if each.leaf}
    others = {
        path: OtherFile(path.name, use, leaf)
        for path, leaf in sorted(leaves.items())
        if (use := use_of(leaf)) is not Use.AUTHENTICATION
    }
    candidates = (each for each in files.opened if each.path not in others)
    last = max(candidates, key=lambda each: rank(each.bundle.leaf), default=None)
    since = last.written if last else -1
    unopened = tuple(each for each in files.unopened if each.path not in others)
    later = sorted((each for each in unopened if each.written > since), key=lambda each: each.written, reverse=True)
    return BundleFolder(
        files.folder,
        files.pattern,
        last,
        unopened,
        files.near,
        tuple(later),
        files.aside,
        tuple(others.values()),
        files.issued_to,
    )
