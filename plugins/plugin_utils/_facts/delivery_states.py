# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The states of a delivery, and which state an error of a withdrawal leaves it in. Pure."""

from __future__ import annotations

from enum import Enum


class DeliveryState(Enum):
    """What became of a holder's delivery: the mail, its link and its bundle. ``MailState`` is what one mail is worth.

    ``NEW``: nothing was withdrawn. ``REFUSED``: an address or a file that must not be used. ``FAILED``: try again, or look at it.

    ``PASSPHRASE_NOT_STORED``: the bundle is there, and no secret store has its passphrase. ``PASSPHRASE_UNKNOWN``: it is there, and nothing
    that is known opens it. ``LEFT``: the person has left. ``ACKNOWLEDGED``: a person has dealt with it.
    ``UNKNOWN_HOLDER``: the inventory does not have the holder.
    """

    NEW = "new"
    COLLECTED = "collected"
    LINK_USED = "link_used"
    CODE_WRONG = "code_wrong"
    NOT_AUTHENTIC = "not_authentic"
    REFUSED = "refused"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    PASSPHRASE_NOT_STORED = "passphrase_not_stored"  # noqa: S105  the name of a state
    PASSPHRASE_UNKNOWN = "passphrase_unknown"  # noqa: S105
    ACKNOWLEDGED = "acknowledged"
    LEFT = "left"
    UNKNOWN_HOLDER = "unknown_holder"


_STATES = {
    DeliveryState.NEW: (
        "bad_arguments",
        "bad_pattern",
        "bundle_folder",
        "ephemeral_dest",
        "dest_folder",
        "dest_taken",
        "evidence",
        "locked",
        "retired",
        "retired_note",
    ),
    DeliveryState.COLLECTED: ("wrong_passphrase", "no_passphrase"),
    DeliveryState.LINK_USED: ("link_used",),
    DeliveryState.CODE_WRONG: ("code_wrong",),
    DeliveryState.REFUSED: (
        *("url_invalid", "url_not_https", "url_host_not_allowed", "redirect_elsewhere"),
        *("wrong_person", "no_authorisation", "former_dest"),
    ),
}
_STATE_OF = {code: state for state, codes in _STATES.items() for code in codes}


def state_after(code: str, collected: bool, asked: bool = False) -> DeliveryState:
    """The state after an error. ``collected``: the holder's bundle is in its place. ``asked``: requests were sent, so it is not new."""
    if collected:
        return DeliveryState.COLLECTED
    state = _STATE_OF.get(code, DeliveryState.FAILED)
    return DeliveryState.FAILED if asked and state is DeliveryState.NEW else state
