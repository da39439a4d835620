# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""store_inventory, emulated: the rules of docs/developers/driver_protocol.md over the state of a computer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from lab.emulated.computer import Computer
from lab.emulated.errors import HResult
from lab.emulated.logon import Session
from lab.emulated.profile import elements, read_profile
from lab.emulated.request import PROTOCOL, refused, wrong_with

Json = dict[str, Any]


def inventory(computer: Computer, session: Session, request: Mapping[str, Any]) -> Json:
    """Answers a request of store_inventory."""
    wrong = wrong_with(request, ("protocol", "holders"))
    if wrong:
        return refused("store_inventory", wrong)
    user = session.user
    return {
        "changed": False,
        "protocol": PROTOCOL,
        "utc": computer.utc(),
        "identity": {
            "sid": user.sid,
            "account": user.account,
            "administrator": user.administrator,
            "debug_privilege": user.administrator,
        },
        "computer": computer.computer_name,
        "dns_names": computer.dns_names,
        "os_build": computer.os_build,
        "language_mode": "FullLanguage",
        "locks": computer.locks,
        "administrator_protection": computer.administrator_protection,
        "logging": asdict(computer.logging),
        "force_key_protection": computer.force_key_protection,
        "secondary_logon": computer.secondary_logon,
        "holders": [_resolve(computer, asked) for asked in request["holders"]],
        "profiles": [_profile(computer, session, sid) for sid in computer.people],
        "machine": {"elements": elements(computer.machine, "hive"), "unread": []},
    }


def _resolve(computer: Computer, asked: str) -> Json:
    is_sid = asked.startswith("S-1-")
    user = computer.accounts.by_sid(asked) if is_sid else computer.accounts.by_name(asked)
    if user is None:
        return {"asked": asked, "sid": asked if is_sid else None, "account": None, "hresult": HResult.NONE_MAPPED}
    return {"asked": asked, "sid": user.sid, "account": user.account, "hresult": None}


def _profile(computer: Computer, session: Session, sid: str) -> Json:
    profile = computer.profiles[sid]
    return {
        "owner_sid": sid,
        "path": profile.path,
        "loaded": profile.loaded,
        "temporary": profile.temporary,
        **read_profile(profile, session.user, computer.files, partial(_is_anothers, computer, sid)),
    }


def _is_anothers(computer: Computer, sid: str, folder: str) -> bool:
    owner = computer.owner_of(folder)
    return owner != sid and owner in computer.people
