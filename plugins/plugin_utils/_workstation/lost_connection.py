# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From what a connection plugin raised to a ``ConnectionLost`` with its problem. Pure."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from operator import attrgetter
from typing import Any

from .._errors import ConnectionLost, ErrorRow, NextStep, Outside, Problem
from .._messages.codes import CODES
from .computer import connection_address
from .connection_causes import OF_A_WORKSTATION_THAT_IS_OFF, known_cause
from .receiver import Option, Proof, connection_of

CONNECTION_LIBRARIES = ("winrm", "pypsrp", "requests", "urllib3", "spnego", "requests_ntlm", "requests_credssp")
"""Libraries under Ansible's connection plugins. The plugins do not catch their errors when a connection ends."""

CONNECTING = ("_connect", "_winrm_connect", "_kerb_auth", "_build_kwargs", "_build_winrm_kwargs")
"""Functions of the connection plugins that make a connection."""

AFTER_THE_START = re.compile(r"winrm connection error: |HTTP read timeout during PSRP")
"""How the plugins begin when a connection that worked has ended."""

LONGEST_REASON = 240
"""Characters of the reason of a failed connection. Libraries repeat it for each authentication that they try."""
LONGEST_DETAIL = 1000
SHORTEST_PASSWORD = 6
"""Characters. A shorter one is part of ordinary words, and the gaps would show it: then nothing of the text is shown."""

HTTP_PORT, HTTPS_PORT = 5985, 5986
"""Ports of WinRM."""

UNTRIED = ("ssh", "paramiko", "paramiko_ssh", "local")
"""Connection plugins that reach Windows, with a shell of Windows, but over which nobody has tried the collection."""


class Origin(Enum):
    """Who raised a problem: the connection plugin, as a failed connection; Ansible, as a plain error; or a library."""

    PLUGIN = "plugin"
    ANSIBLE = "ansible"
    LIBRARY = "library"


def lost_connection(
    problem: Exception, text: str, origin: Origin, host: str, option: Option, unanswered: bool = False
) -> ConnectionLost | None:
    """What became of a connection; None for a problem that is none of the connection's.

    ``text`` is the problem's, without the secrets of the task. The connection's own password is taken out here. ``unanswered``: see
    ``logon_unanswered``.
    """
    shown = _without_password(text, option)
    known = _nearer(known_cause(problem, shown or ""), option, unanswered)
    if origin is Origin.LIBRARY and not is_connection_error(problem):
        return None
    if origin is Origin.ANSIBLE and not known:
        return None  # The plugins raise a plain error for a package that is missing, and for a time-out.
    over = AFTER_THE_START.match(shown or "") or (origin is Origin.LIBRARY and not _was_connecting(problem))
    code = "connection_ended" if over else known or "connection_failed"
    told = _told(code, shown, host, connection_address(option) or host, _port(option))
    return ConnectionLost(told, detail=_bounded(shown or "", LONGEST_DETAIL))


def _told(code: str, shown: str | None, host: str, address: str, port: str) -> Problem:
    """``shown``: None for a text that may hold a secret."""
    if shown is None and "reason" in CODES[code].values:
        code = f"{code}.hidden"
    reason = Outside(_bounded(shown or "", LONGEST_REASON))
    values = {"host": host, "address": address, "port": port, "reason": reason}
    return Problem(code, {name: values[name] for name in CODES[code].values})


def logon_unanswered(connection: Any) -> bool:
    """Whether the plugin psrp began a logon and got nothing to go on with. It then says what it says of a wrong password."""
    try:
        contexts = attrgetter("runspace.connection.transport.session.auth.contexts")(connection).values()
        return any(not each.complete for each in contexts)
    except AttributeError:  # another plugin, another logon, or not so far
        return False


def _nearer(known: str | None, option: Option, unanswered: bool) -> str | None:
    """The cause, where the text does not tell and the kind of connection does."""
    if known == "not_http" and _logons(option) == ["certificate"] and connection_of(option).proof is not Proof.CLEAR:
        return "certificate_over_tls13"
    if known == "logon_refused" and _logons(option) == ["ntlm"] and unanswered:
        return "ntlm_refused"
    return known


def _logons(option: Option) -> list[str]:
    """What the inventory names: several for winrm, one for psrp."""
    with suppress(KeyError):
        return list(option("transport") or ())
    with suppress(KeyError):
        return [option("auth")]
    return []


def unreachable_result(problem: ConnectionLost) -> dict[str, Any]:
    """A ``ConnectionLost`` as a result, with which Ansible calls the host unreachable."""
    told = {"code": problem.code, "next_step": NextStep(problem.problem), "detail": problem.detail}
    error = ErrorRow(problem.problem)
    return {"unreachable": True, "changed": False, "msg": problem.problem, "error": error, "connection_error": told}


def may_be_off(result: Mapping[str, Any]) -> bool:
    """Whether a result is that of a workstation which did not answer and may be switched off. Ansible's own such results name no cause."""
    told = result.get("connection_error")
    return isinstance(told, Mapping) and told.get("code") in OF_A_WORKSTATION_THAT_IS_OFF


def is_connection_error(problem: Exception) -> bool:
    """Whether one of these libraries raised the error."""
    frames = traceback.walk_tb(problem.__traceback__)
    modules = [frame.f_globals.get("__name__", "") for frame, _line in frames] + [type(problem).__module__]
    return any(module.partition(".")[0] in CONNECTION_LIBRARIES for module in modules)


def _was_connecting(problem: BaseException) -> bool:
    frames = traceback.walk_tb(problem.__traceback__)
    return any(frame.f_code.co_name in CONNECTING for frame, _line in frames)


def _without_password(text: str, option: Option) -> str | None:
    """None where the password is so short that the text cannot be shown."""
    password = ""
    with suppress(KeyError):
        password = str(option("remote_password") or "")
    if not password or password not in text:
        return text
    if len(password) < SHORTEST_PASSWORD:
        return None
    return text.replace(password, "********")


def _port(option: Option) -> str:
    """The port of the connection. The plugin psrp may have none: it then takes that of its protocol."""
    found = None
    with suppress(KeyError):
        found = option("port")
    protocol = None
    with suppress(KeyError):
        protocol = option("protocol")
    return str(found or (HTTP_PORT if protocol == "http" else HTTPS_PORT))


def _bounded(text: str, longest: int) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= longest else f"{line[:longest]} ..."
