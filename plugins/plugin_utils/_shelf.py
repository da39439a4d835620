# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""All of a holder's bundles in a folder: those that open, the newest first, and those that do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ._bundle import Bundle, open_bundle
from ._bundle_folder import find_bundles
from ._bundle_source import read_bundle
from ._errors import PkcsError


@dataclass(frozen=True, slots=True)
class Unopened:
    """A file that fits the pattern and does not open, and why: an old one with its old passphrase, as a rule."""

    path: Path
    refusal: PkcsError = field(compare=False)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a folder holds for one holder. ``bundles``: the one that is valid longest comes first."""

    folder: Path
    pattern: str
    bundles: tuple[Bundle, ...]
    unopened: tuple[Unopened, ...]

    @property
    def newest(self) -> Bundle | None:
        """The bundle that is valid longest."""
        return self.bundles[0] if self.bundles else None

    def refusal(self) -> PkcsError:
        """Why there is no bundle: none is there, or none opens."""
        if self.unopened:
            return self.unopened[0].refusal
        return PkcsError(
            code="no_bundle",
            cause=f"No file in {self.folder} is named like {self.pattern!r}.",
            next_step="Put the holder's p12 there under that name, or correct the pattern.",
        )


def read_shelf(folder: Path, pattern: str, passphrase: str | None) -> Shelf:
    """Opens every file that fits the pattern. Raises ``PkcsError``: ``bundle_folder``."""
    bundles: list[Bundle] = []
    unopened: list[Unopened] = []
    for path in find_bundles(folder, pattern):
        try:
            bundles.append(open_bundle(read_bundle(path), passphrase))
        except PkcsError as refusal:
            unopened.append(Unopened(path, refusal))
    newest_first = sorted(bundles, key=lambda bundle: bundle.leaf.not_after, reverse=True)
    return Shelf(folder, pattern, tuple(newest_first), tuple(unopened))
