# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The same link under a former name of the destination, because the person was renamed. It reads files and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .._errors import Pkcs12Error, named
from .destination import Destination, is_own_file
from .withdrawal_record import WithdrawalRecord, read_record

RECORD_END = ".withdrawal.json"


@dataclass(frozen=True, slots=True)
class Former:
    """A destination in the same folder whose record is of the same link."""

    place: Destination
    record: WithdrawalRecord

    def files(self) -> Iterator[Path]:
        """Files of this account that came from the link: the final one, one that was set aside, and a download that was not ended."""
        kept = [self.place.path.with_name(self.record.kept)] if self.record.kept else []
        for path in (self.place.path, *kept, self.place.rescued[0], self.place.part):
            if is_own_file(path):
                yield path


def formers(place: Destination) -> list[Former]:
    """The former destinations of this link, sorted by name. Raises ``OSError``."""
    found = []
    for path in sorted(place.path.parent.glob(f".*{RECORD_END}")):
        record = read_record(path) if path != place.record and is_own_file(path) else None
        if record is not None and record.link == place.link:
            name = path.name.removeprefix(".").removesuffix(RECORD_END)
            found.append(Former(Destination(path.with_name(name), place.link), record))
    return found


def not_adopted(path: Path, dest: Path, reason: Pkcs12Error) -> Pkcs12Error:
    """The error for a file of this link that cannot take the name ``dest``."""
    return Pkcs12Error(
        code="former_dest",
        cause=f"This link was withdrawn before under another name, and {path} is not taken over: {reason.cause}",
        next_step="If it is this person's bundle, write the former name into former_name of the holder, or set"
        f" 'passphrase' (in the role collect: pkcs12_passphrases) or {named('name_check')}, so that they fit it."
        f" The next run then renames it to {dest.name} without a request. If it is not, send it to its holder, and ask the issuer for a new"
        " delivery.",
    )
