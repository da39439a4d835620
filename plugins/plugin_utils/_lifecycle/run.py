# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""All holders of a workstation in one run: it is read once, then one exchange runs for each holder who has work."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from .._crypto.pkcs12_files import UnopenedFile
from .._crypto.store import CertificateStore
from .._errors import ConnectionLost, Pkcs12Error, Problem
from .._facts.holders import HolderEntry
from .._policy.issuers import Issuers
from .._workstation.findings import AFTER_UNREAD, unread_store
from .._workstation.protocol import Drivers, Inventory
from .present import PresentFromFolder
from .transaction import UNREAD, HolderStore, Transaction, locate_holder

STALE = "stale_store"


class DesiredState(Protocol):
    """What one holder's store should hold."""

    def check(self, now: datetime) -> None:
        """What can be said before the workstation is read. Raises ``Pkcs12Error``."""

    def apply(self, found: HolderStore, drivers: Drivers, now: datetime) -> Transaction:
        """Plans and executes. Raises ``Pkcs12Error`` before anything is sent."""


@dataclass(frozen=True, slots=True)
class HolderTask:
    """One holder and the state that is wanted; ``error`` is why there is no state, for instance a passphrase that opens no bundle.

    With several issuers of the site, a holder has a task for each; ``issuer_setting`` of the entry says which.
    """

    entry: HolderEntry
    state: DesiredState | None = None
    error: Pkcs12Error | None = None

    @property
    def site(self) -> Issuers | None:
        """The issuer of the bundles of a folder, as the only one; None where the task is about all of the site."""
        return self.state.options.site if isinstance(self.state, PresentFromFolder) else None

    @property
    def unopened(self) -> tuple[UnopenedFile, ...]:
        """Files of the bundle folder that carry the holder's name and do not open."""
        return self.state.folder.unopened if isinstance(self.state, PresentFromFolder) else ()

    @property
    def later_refusal(self) -> Pkcs12Error | None:
        """Why a file of the bundle folder does not open that may be the holder's new bundle."""
        return self.state.folder.later_refusal() if isinstance(self.state, PresentFromFolder) else None

    def ended(self, now: datetime) -> str | None:
        """The file of the bundle folder that would be installed had its certificate not ended."""
        return self.state.folder.ended(now) if isinstance(self.state, PresentFromFolder) else None

    @property
    def beside(self) -> tuple[Problem, ...]:
        """What the bundle folder has that a person may take for the holder's bundle."""
        return self.state.folder.beside if isinstance(self.state, PresentFromFolder) else ()


@dataclass(frozen=True, slots=True)
class HolderRun:
    """What became of one holder: a transaction, or the error that came before it.

    ``store``: as it was found, None where nobody knows it.
    """

    task: HolderTask
    transaction: Transaction | None = None
    refusal: Pkcs12Error | None = None
    store: CertificateStore | None = None

    @property
    def error(self) -> Pkcs12Error | None:
        """Why it failed, before or in the exchange, or why the work is not whole."""
        return self.refusal or (self.transaction.error or self.transaction.left if self.transaction else None)


@dataclass(frozen=True, slots=True)
class WorkstationRun:
    """A workstation as it was read, and what became of each holder, in the order of the tasks.

    ``not_found``: numbers of a removal that neither the inventory nor a store of this workstation has. ``not_searched``: stores that
    a removal by number could not read, as people know them.
    """

    inventory: Inventory
    observed_at: datetime
    holders: tuple[HolderRun, ...]
    not_found: tuple[str, ...] = ()
    not_searched: tuple[str, ...] = ()

    @property
    def stores(self) -> Mapping[str, CertificateStore]:
        """The newest state of each store that was worked on, by its owner's SID."""
        done = (run.transaction for run in self.holders if run.transaction)
        return {transaction.owner.sid: transaction.after for transaction in done}


def prepare(
    entries: Iterable[HolderEntry],
    states_of: Callable[[HolderEntry], Sequence[tuple[HolderEntry, DesiredState]]],
    now: datetime,
) -> list[HolderTask]:
    """Everything that the controller can decide alone. An error of one holder, or of one issuer's bundle, does not stop the others."""
    tasks: list[HolderTask] = []
    for entry in entries:
        states = _attempt(partial(states_of, entry))
        if isinstance(states, Pkcs12Error):
            tasks.append(HolderTask(entry, error=states))
            continue
        for each, state in states:
            refusal = _attempt(partial(state.check, now))
            tasks.append(HolderTask(each, error=refusal) if refusal else HolderTask(each, state))
    return tasks


Given = TypeVar("Given")


def _attempt(work: Callable[[], Given]) -> Given | Pkcs12Error:
    """What the work gives, or its refusal. One bundle that breaks a library costs one holder."""
    try:
        return work()
    except Pkcs12Error as error:
        return error
    except Exception as problem:  # noqa: BLE001
        return _defect(problem)


def concerned(runs: Sequence[HolderRun]) -> tuple[HolderRun, ...]:
    """Without the issuers of which a holder has neither a bundle nor a certificate. Who has none of any keeps the first."""
    found: dict[tuple[str, str | None], list[HolderRun]] = {}
    for run in runs:
        found.setdefault(run.task.entry.key, []).append(run)
    chosen = {key: [each for each in of_one if _concerns(each)] or of_one[:1] for key, of_one in found.items()}
    return tuple(run for run in runs if any(run is each for each in chosen[run.task.entry.key]))


def _concerns(run: HolderRun) -> bool:
    state, names = (
        run.task.state,
        run.task.entry.issuer_names,
    )  # those of the facts, where the workstation does not answer
    return not isinstance(state, PresentFromFolder) or bool(names) or state.concerns(run.store)


def run_tasks(
    tasks: Sequence[HolderTask], inventory: Inventory, drivers: Drivers, now: Callable[[], datetime]
) -> WorkstationRun:
    """Works through the holders of a workstation that was just read. It goes on after a holder's failure.

    Where a store has changed since it was read, for instance by another run, the workstation is read and the holder's work is planned once
    more. The first plan has changed nothing by then.
    """
    run = WorkstationRun(inventory, now(), ())
    lost: ConnectionLost | None = None
    for task in tasks:
        if task.state is None:
            done = HolderRun(task, refusal=task.error)
        elif lost:
            done = HolderRun(task, refusal=_not_tried(inventory.computer, lost))
        else:
            try:
                # Two holders may share an account: the second finds what the first has left.
                done = _run_task(task, task.state, run, run.stores, drivers, now)
                if done.error and done.error.code == STALE:
                    again = drivers.inventory([account.asked for account in run.inventory.accounts])
                    run = replace(run, inventory=again, observed_at=now())
                    done = _run_task(task, task.state, run, {}, drivers, now)
            except Pkcs12Error as refusal:  # of the second look
                done = HolderRun(task, refusal=refusal)
            except ConnectionLost as problem:
                lost = problem
                done = HolderRun(task, refusal=_connection_lost(inventory.computer, lost))
        run = replace(run, holders=(*run.holders, done))
    return replace(run, holders=concerned(run.holders))


def _run_task(
    task: HolderTask,
    state: DesiredState,
    run: WorkstationRun,
    newer: Mapping[str, CertificateStore],
    drivers: Drivers,
    now: Callable[[], datetime],
) -> HolderRun:
    """``newer``: stores that are newer than the inventory, by their owners' SIDs."""
    store = None
    try:
        found = locate_holder(run.inventory, task.entry.user, run.observed_at)
        found = replace(found, store=newer.get(found.owner.sid, found.store))
        _check_known(found)
        store = found.store
        return HolderRun(task, state.apply(found, drivers, now()), store=store)
    except Pkcs12Error as refusal:
        return HolderRun(task, refusal=refusal, store=store)
    except ConnectionLost:
        raise
    except Exception as problem:
        if type(problem).__module__.partition(".")[0] == "ansible":
            raise  # Ansible says best what is wrong with its own connection, variables and plugins
        return HolderRun(task, refusal=_defect(problem), store=store)


def _check_known(found: HolderStore) -> None:
    """Refuses a store that a holder before this one has left unread. Raises ``Pkcs12Error``: ``store_unread``."""
    if found.store is UNREAD:
        raise unread_store(found.owner.name, found.inventory.computer, AFTER_UNREAD, "CurrentUser\\My")


def _defect(problem: Exception) -> Pkcs12Error:
    """A defect of the collection stops one holder only. The text of an exception may hold a secret, so only its place is shown."""
    *_outer, (frame, line) = traceback.walk_tb(problem.__traceback__)
    return Pkcs12Error(
        Problem(
            "defect.of_holder",
            {"kind": type(problem).__name__, "place": f"{Path(frame.f_code.co_filename).name}:{line}"},
        )
    )


def _connection_lost(computer: str, lost: ConnectionLost) -> Pkcs12Error:
    return Pkcs12Error(Problem("connection_lost.before_an_answer", {"computer": computer}, causes=(lost.problem,)))


def _not_tried(computer: str, lost: ConnectionLost) -> Pkcs12Error:
    return Pkcs12Error(Problem("connection_lost.not_tried", {"computer": computer}, causes=(lost.problem,)))
