# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is on a connection: the outcome of its Authorization headers so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lab.winrm.auth import Authenticator, Challenge, Rejected

if TYPE_CHECKING:
    from lab.winrm.sealing import Sealer
    from lab.workstation_interface import Logon


class Identity:
    """Starts as nobody. A scheme that binds the connection holds until the next header, another one for one request."""

    def __init__(self, authenticators: Sequence[Authenticator]) -> None:
        self._authenticators = authenticators
        self._bound: Authenticator | None = None
        self.logon: Logon | None = None

    @property
    def sealer(self) -> Sealer | None:
        """Seals the messages of the connection, where its scheme can."""
        return self._bound.sealer if self._bound else None

    @property
    def last_token(self) -> str | None:
        """WWW-Authenticate of the answer to the request that authenticated, if its scheme has one."""
        return self._bound.last_token if self._bound else None

    def present(self, authorization: str | None) -> tuple[str, ...]:
        """Takes a request's Authorization header. Gives what a 401 has to offer, or nothing when all is well."""
        if authorization is None and self._bound and self.logon:
            return ()
        self._bound = self.logon = None
        scheme, _rest, credentials = (authorization or "").partition(" ")
        chosen = next((one for one in self._authenticators if scheme.lower() in one.schemes), None)
        try:
            outcome = chosen.step(scheme, credentials) if chosen else None
        except Rejected:
            outcome = None
        if chosen is None or outcome is None:
            return tuple(one.offer for one in self._authenticators)
        if isinstance(outcome, Challenge):
            return (outcome.header,)
        self.logon = outcome
        self._bound = chosen if chosen.binds_connection else None
        return ()
