# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is not let in over HTTPS, by each kind of logon of real clients. Plays show that the others are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pypsrp.exceptions import AuthenticationError
from pypsrp.powershell import RunspacePool
from pypsrp.wsman import WSMan
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

from lab.authority import Authority
from lab.kdc import Kdc
from lab.transports import NAME
from lab.winrm import Access, Ledger, Listener, Tls
from lab.workstation_interface import AuthMethod
from unit.lab.winrm.clients import PASSWORD, USER
from unit.lab.winrm.fake_workstation import FakeWorkstation

UPN = "jdupont@chu.example"


@dataclass(frozen=True)
class Site:
    workstation: FakeWorkstation
    authority: Authority
    folder: Path

    def listener(self, method: AuthMethod, kdc: Kdc | None = None) -> Listener:
        self.workstation.passwords[UPN] = PASSWORD
        tls = Tls(self.authority.certify_server(NAME), (self.authority.root, self.authority.issuing))
        access = Access(kdc.keys if kdc else None)
        return Listener(self.workstation, Ledger(), auth=[method], tls=tls, access=access)

    @property
    def trust(self) -> str:
        path = self.folder / "authority.pem"
        path.write_bytes(self.authority.root.public_bytes(Encoding.PEM))
        return str(path)

    def pywinrm(self, port: int, method: AuthMethod, password: str = PASSWORD, **options: Any) -> Protocol:
        return Protocol(
            f"https://{NAME}:{port}/wsman",
            transport=method.value,
            username=USER,
            password=password,
            ca_trust_path=self.trust,
            message_encryption="never",
            **options,
        )

    def pypsrp(self, port: int, method: AuthMethod, password: str = PASSWORD) -> WSMan:
        encryption = "never" if method is AuthMethod.BASIC else "auto"
        return WSMan(
            NAME,
            port=port,
            ssl=True,
            auth=method.value,
            username=USER,
            password=password,
            cert_validation=self.trust,
            encryption=encryption,
            reconnection_retries=0,
        )


@pytest.fixture
def site(workstation: FakeWorkstation, authority: Authority, tmp_path: Path) -> Site:
    return Site(workstation, authority, tmp_path)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create()


@pytest.mark.parametrize("method", [AuthMethod.NTLM, AuthMethod.CREDSSP, AuthMethod.BASIC])
def test_a_wrong_password_is_refused(site: Site, method: AuthMethod) -> None:
    with site.listener(method) as listener:
        with pytest.raises(Exception, match=r"(?i)rejected|0x8009030c"):
            site.pywinrm(listener.port, method, "wrong").open_shell()
        with (
            pytest.raises(Exception, match=r"(?i)authenticate|0x8009030c"),
            RunspacePool(site.pypsrp(listener.port, method, "wrong")),
        ):
            pass
    assert site.workstation.started == []


def test_a_certificate_that_is_mapped_to_nobody_is_refused(site: Site) -> None:
    pem = site.folder / "stranger.pem"
    pem.write_bytes(site.authority.certify_account("nobody@chu.example"))
    with site.listener(AuthMethod.CERTIFICATE) as listener:
        files = {"cert_pem": str(pem), "cert_key_pem": str(pem)}
        with pytest.raises(InvalidCredentialsError):
            site.pywinrm(listener.port, AuthMethod.CERTIFICATE, **files).open_shell()


def test_ntlm_is_bound_to_the_tls_connection(site: Site) -> None:
    """RFC 5929, as Windows checks it: a logon that is passed on through another TLS connection is worth nothing."""
    with site.listener(AuthMethod.NTLM) as listener:
        site.pywinrm(listener.port, AuthMethod.NTLM).open_shell()
        with pytest.raises(InvalidCredentialsError):
            site.pywinrm(listener.port, AuthMethod.NTLM, send_cbt=False).open_shell()


@pytest.mark.kerberos
def test_ntlm_is_refused_where_only_kerberos_is_allowed(site: Site) -> None:
    with Kdc({"jdupont": PASSWORD}) as kdc, site.listener(AuthMethod.KERBEROS, kdc) as listener:
        pool = RunspacePool(site.pypsrp(listener.port, AuthMethod.NTLM))
        with pytest.raises(AuthenticationError):
            pool.open()
    assert site.workstation.started == []
