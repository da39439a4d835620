# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which authenticator stands for which method."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lab.winrm.auth import Authenticator, BasicAuthenticator, CertificateAuthenticator, Door
from lab.winrm.session_security import CredsspAuthenticator, KerberosAuthenticator, NtlmAuthenticator
from lab.workstation_interface import AuthMethod

_MAKERS: dict[AuthMethod, Callable[[Door], Authenticator]] = {
    AuthMethod.BASIC: BasicAuthenticator,
    AuthMethod.NTLM: NtlmAuthenticator,
    AuthMethod.KERBEROS: KerberosAuthenticator,
    AuthMethod.CERTIFICATE: CertificateAuthenticator,
    AuthMethod.CREDSSP: CredsspAuthenticator,
}


def authenticators(methods: Iterable[AuthMethod], door: Door) -> tuple[Authenticator, ...]:
    """What a fresh connection may authenticate with."""
    return tuple(_MAKERS[method](door) for method in methods)
