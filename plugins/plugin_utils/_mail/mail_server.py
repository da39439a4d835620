# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A mail server of the site, whether mails come from it or go to it: how it is reached, and why it is not."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .._errors import Pkcs12Error, Problem, file_reason
from .._io.network_errors import NOT_TRUSTED, network_problem


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A server and the account to log on with, if any. ``port`` 0 is the one of ``security``.

    ``PROTOCOL``: the end of the codes of its problems, because each protocol has options of its own. ``PORTS``: by ``security``.
    """

    PROTOCOL: ClassVar[str]
    PORTS: ClassVar[Mapping[str, int]]

    host: str
    port: int = 0
    security: str
    ca_path: str | None = None
    timeout: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def real_port(self) -> int:
        """The port in any case."""
        return self.port or self.PORTS[self.security]

    @property
    def address(self) -> str:
        """Host and port, for sentences."""
        return f"{self.host}:{self.real_port}"

    def context(self) -> ssl.SSLContext:
        """What TLS trusts. Raises ``Pkcs12Error``: ``mail_tls``."""
        try:
            return ssl.create_default_context(cafile=self.ca_path)
        except OSError as problem:
            values = {"path": str(self.ca_path), "reason": file_reason(problem)}
            raise Pkcs12Error(Problem("mail_tls.ca_path", values, "ca_path")) from None

    def failed(self, error: Exception | Problem) -> Pkcs12Error:
        """The error for a connection that failed: ``mail_tls``, or ``mail_unreachable``."""
        cause = error if isinstance(error, Problem) else network_problem(error)
        values = {"server": self.address}
        if cause.code not in NOT_TRUSTED:
            return Pkcs12Error(Problem(f"mail_unreachable.{self.PROTOCOL}", values, causes=(cause,)))
        if cause.code == "network.no_key_usage":
            return Pkcs12Error(Problem("mail_tls.no_key_usage", values, causes=(cause,)))
        variant = "not_spoken" if cause.code == "network.not_tls" else "not_trusted"
        return Pkcs12Error(Problem(f"mail_tls.{variant}_{self.PROTOCOL}", values, causes=(cause,)))
