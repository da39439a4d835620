# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What earlier runs have left at a destination, and what has to happen with it. It reads files and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from .._errors import Pkcs12Error
from .._facts.delivery_states import DeliveryState
from .._policy.subject import ExpectedSubject
from .destination import Destination, is_own_file
from .earlier_runs import refusal_of_earlier_run
from .former_dest import Former, formers, not_adopted
from .judgement import OF_PASSPHRASE, Key, Opened, is_whole, judge, without_reserve
from .withdrawal_record import WithdrawalRecord

MAX_SIZE = 64 * 1024 * 1024
"""Bytes of a file that are read. Nothing that is a bundle is as large."""


class Action(Enum):
    """What has to happen next at the destination."""

    USE = "use"
    """The file is there, opens and is the holder's."""
    ADOPT_PART = "adopt_part"
    """A killed run has downloaded all: its file gets its name."""
    ADOPT_KEPT = "adopt_kept"
    """A file that was set aside is good by now, for example with a corrected name."""
    ADOPT_FORMER = "adopt_former"
    """The bundle of this link is in the folder under a former name."""
    SET_ASIDE = "set_aside"
    """A download that ended too early is kept under another name."""
    REJECT = "reject"
    """The file is not the holder's bundle: it is kept under another name."""
    REFUSE = "refuse"
    """Nothing can be done: ``refusal`` says why."""
    WITHDRAW = "withdraw"
    """Nothing is there."""


@dataclass(frozen=True, slots=True)
class Decision:
    """``opened`` for ``USE``; ``refusal`` for ``REJECT`` and ``REFUSE``; ``path`` and ``size`` of a file that is adopted or set aside.

    ``former`` for ``ADOPT_FORMER``.
    """

    action: Action
    opened: Opened | None = None
    refusal: Pkcs12Error | None = None
    path: Path | None = None
    size: int = 0
    whole: bool = False
    former: Former | None = None

    @property
    def needs_request(self) -> bool:
        """Whether the issuer has to be asked."""
        return self.action in (Action.WITHDRAW, Action.SET_ASIDE) or (self.action is Action.REJECT and not self.whole)


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for. ``keys``: ``new_passphrase`` first. ``retry``: ask although an earlier run was told that it is useless."""

    place: Destination
    keys: Sequence[Key]
    person: ExpectedSubject
    record: WithdrawalRecord | None
    retry: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether the record is of this link."""
        return self.record is not None and self.record.link == self.place.link

    def look(self) -> Decision:
        """Looks at the final file, the download of a killed run, what was set aside, and what has a former name. Raises ``OSError``."""
        if self.place.path.exists() or self.place.path.is_symlink():
            return self._final()
        if self.place.part.exists():
            return self._part()
        former = formers(self.place)
        records = [(each.place, each.record) for each in former]
        found = None
        if self.record is not None and self.is_ours:
            found = self._kept(self.record)
            records.insert(0, (self.place, self.record))
        return found or self._former(former) or self._known(records) or Decision(Action.WITHDRAW)

    def _final(self) -> Decision:
        path = self.place.path
        if self.record is not None and not self.is_ours:
            return Decision(Action.REFUSE, refusal=_taken(path, "it came from another link"))
        data = _read(path)
        # Which link a file came from that somebody put there, only the secrets of this delivery can tell.
        keys = self.keys if self.is_ours else [key for key in self.keys if key.option != "new_passphrase"]
        try:
            return Decision(Action.USE, opened=judge(data, keys, self.person))
        except Pkcs12Error as refusal:
            if not self.is_ours:
                return Decision(
                    Action.REFUSE, refusal=_taken(path, f"it is not this person's new bundle ({refusal.code})")
                )
            if refusal.code in OF_PASSPHRASE:
                return Decision(Action.REFUSE, refusal=_wrong_passphrase(path))
            return Decision(Action.REJECT, refusal=refusal, path=path, whole=is_whole(data))

    def _part(self) -> Decision:
        data = without_reserve(_read(self.place.part))
        whole = self.is_ours and is_whole(data)
        return Decision(Action.ADOPT_PART if whole else Action.SET_ASIDE, path=self.place.part, size=len(data))

    def _kept(self, record: WithdrawalRecord) -> Decision | None:
        """A whole file of this link that was set aside means that the issuer has delivered: there is nothing to ask for."""
        paths = [self.place.path.with_name(record.kept)] if record.kept else []
        for path in (*paths, *self.place.rescued):
            data = _read(path) if is_own_file(path) else b""
            if not is_whole(data):
                continue
            try:
                judge(data, self.keys, self.person)
            except Pkcs12Error as refusal:
                if refusal.code not in OF_PASSPHRASE:
                    return Decision(Action.REFUSE, refusal=kept_as(refusal, path))
            return Decision(Action.ADOPT_KEPT, path=path, size=len(data))
        return None

    def _former(self, found: Sequence[Former]) -> Decision | None:
        """The first whole file of this link under another name. It is adopted if it is the holder's."""
        refused: Decision | None = None
        for former, path in ((each, path) for each in found for path in each.files()):
            data = _read(path)
            data = without_reserve(data) if path == former.place.part else data
            if path == former.place.part and not is_whole(data):
                continue
            try:
                judge(data, self.keys, self.person)
            except Pkcs12Error as refusal:
                refused = refused or Decision(Action.REFUSE, refusal=not_adopted(path, self.place.path, refusal))
            else:
                return Decision(Action.ADOPT_FORMER, path=path, size=len(data), former=former)
        return refused

    def _known(self, records: Sequence[tuple[Destination, WithdrawalRecord]]) -> Decision | None:
        """Why nothing is asked for although no file is there: an earlier run has collected it, or was told that it is useless."""
        for place, record in records:
            gone = _gone(place, record)
            refusal = None if self.retry else refusal_of_earlier_run(record, place.leftovers())
            if gone or refusal:
                return gone or Decision(Action.REFUSE, refusal=refusal)
        return None


def _gone(place: Destination, record: WithdrawalRecord) -> Decision | None:
    if record.state != DeliveryState.COLLECTED.value:
        return None
    who = f"by job {record.job} " if record.job else ""
    return Decision(
        Action.REFUSE,
        refusal=Pkcs12Error(
            code="link_used",
            cause=f"This link was used {who}on {record.utc}, and the bundle is no longer at {place.path}.",
            next_step=f"Bring the bundle back from where it was moved to. To ask the issuer again, delete {place.record}.",
        ),
    )


def kept_as(refusal: Pkcs12Error, path: Path) -> Pkcs12Error:
    """The same error, with the place where the delivered file is."""
    return Pkcs12Error(
        code=refusal.code, cause=f"{refusal.cause} The file is kept as {path}.", next_step=refusal.next_step
    )


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_SIZE)


def _taken(path: Path, reason: str) -> Pkcs12Error:
    return Pkcs12Error(
        code="dest_taken",
        cause=f"There is a file at {path} already, and {reason}.",
        next_step="Give each delivery a file of its own, for example with the date of its mail in the name, or move the old file away.",
    )


def _wrong_passphrase(path: Path) -> Pkcs12Error:
    return Pkcs12Error(
        code="wrong_passphrase",
        cause=f"The bundle is withdrawn and kept at {path}, but neither code nor passphrase opens it.",
        next_step="Set 'passphrase' (in the role collect: pkcs12_passphrases) to the one that the issuer gave for the file. The next run"
        " opens the file without a request.",
    )
