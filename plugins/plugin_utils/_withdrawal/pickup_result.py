# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The results of ``bundle_pickup``. Pure. None holds a secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._crypto.instants import format_instant
from .._facts.delivery_states import DeliveryState
from .._io.file_lock import LockHolder
from .decision import Action, Decision
from .judgement import Opened


@dataclass(frozen=True, slots=True)
class Collected:
    """A bundle that is at ``dest``. ``sha256`` is of the file as delivered, ``former`` the ended process whose lock was taken over."""

    dest: Path
    original: str | None
    sha256: str
    opened: Opened
    changed: bool
    requests: int
    former: LockHolder | None


def withdrawal_result(found: Collected) -> dict[str, Any]:
    """The documented result."""
    did = f"withdrawn with {found.requests} requests" if found.requests else "there already, without a request"
    if found.changed and not found.requests:
        did = "taken over as it was found, without a request"
    row = _bundle(found.dest, found.opened)
    said = f"The bundle of {row['issued_to']} is at {found.dest}: {did}."
    if found.former:
        said += f" The lock of an ended withdrawal was removed ({found.former})."
    return {
        "changed": found.changed,
        **row,
        "original": found.original,
        "sha256": found.sha256,
        "state": DeliveryState.COLLECTED.value,
        "requests": found.requests,
        "took_over": str(found.former) if found.former else None,
        "msg": said,
    }


def check_result(dest: Path, decision: Decision, is_copied: bool) -> dict[str, Any]:
    """The result in check mode. ``is_copied``: the task has a ``new_passphrase``."""
    opened = decision.opened
    if opened is not None:
        changes = is_copied and opened.key.option != "new_passphrase"
        said = "there already" + (", and would get the new passphrase" if changes else "")
        state, row = DeliveryState.COLLECTED, _bundle(dest, opened) | {"sha256": opened.bundle.sha256}
    else:
        changes, state = True, DeliveryState.NEW
        row = dict.fromkeys(("issued_to", "valid_until", "opened_with", "sha256")) | {"dest": str(dest)}
        adopted = decision.action in (Action.ADOPT_PART, Action.ADOPT_KEPT, Action.ADOPT_FORMER)
        said = "taken over from an earlier run" if adopted else "withdrawn"
        said = f"not there; it would be {said}"
    return {
        "changed": changes,
        **row,
        "original": None,
        "state": state.value,
        "requests": 0,
        "took_over": None,
        "msg": f"The bundle {dest} is {said}.",
    }


def _bundle(dest: Path, opened: Opened) -> dict[str, Any]:
    leaf = opened.bundle.leaf
    return {
        "dest": str(dest),
        "issued_to": leaf.subject_cn or leaf.subject,
        "valid_until": format_instant(leaf.not_after),
        "opened_with": opened.key.option,
    }
