# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real clients over each kind of logon, over HTTP and HTTPS: who is let in, who is not, and what is sealed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pypsrp.exceptions import AuthenticationError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

from lab.authority import Authority
from lab.cmd import Ended
from lab.kdc import Kdc, kerberos
from lab.transports import NAME
from lab.winrm import Access, Ledger, Listener, Tls
from lab.workstation_interface import AuthMethod
from unit.lab.winrm.clients import PASSWORD, USER, run
from unit.lab.winrm.conftest import behave
from unit.lab.winrm.fake_workstation import FakeWorkstation

UPN = "jdupont@chu.example"
PRINCIPAL = "jdupont@CHU.EXAMPLE"
LONG = "many 40000"  # CredSSP seals it in several pieces
WAYS = [
    pytest.param(
        method,
        https,
        id=f"{method.value}-{'https' if https else 'http'}",
        marks=[pytest.mark.kerberos] * (method is AuthMethod.KERBEROS),
    )
    for method in AuthMethod
    for https in (False, True)
    if https or method is not AuthMethod.CERTIFICATE
]


@dataclass(frozen=True)
class Site:
    authority: Authority
    folder: Path
    kdc: Kdc | None

    def listener(self, workstation: FakeWorkstation, ledger: Ledger, method: AuthMethod, https: bool) -> Listener:
        tls = Tls(self.authority.certify_server(NAME), (self.authority.root, self.authority.issuing)) if https else None
        access = Access(self.kdc.keys if self.kdc else None)
        return Listener(workstation, ledger, auth=[method], tls=tls, access=access)

    @property
    def trust(self) -> str:
        path = self.folder / "authority.pem"
        path.write_bytes(self.authority.root.public_bytes(Encoding.PEM))
        return str(path)

    def client(self, upn: str = UPN) -> str:
        path = self.folder / f"{upn}.pem"
        path.write_bytes(self.authority.certify_account(upn))
        return str(path)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    if not kerberos():
        yield Site(Authority.create(), folder, None)
        return
    with Kdc({"jdupont": PASSWORD}) as kdc, pytest.MonkeyPatch.context() as patch:
        for name, value in kdc.environment.items():
            patch.setenv(name, value)
        subprocess.run(["kinit", PRINCIPAL], input=PASSWORD + "\n", text=True, capture_output=True, check=True)
        yield Site(Authority.create(), folder, kdc)


@pytest.fixture
def answering() -> FakeWorkstation:
    def answer(command_line: str, stdin: bytes) -> Ended | None:
        if command_line.startswith("powershell "):
            return Ended(3, f"{len(stdin)} bytes\nsecond line", "to stderr")
        return behave(command_line, stdin)

    workstation = FakeWorkstation(answer)
    workstation.passwords[UPN] = PASSWORD
    return workstation


def pywinrm(site: Site, port: int, method: AuthMethod, https: bool, **options: Any) -> Protocol:
    sealing = not https and method not in (AuthMethod.BASIC, AuthMethod.CERTIFICATE)
    settings: dict[str, Any] = {
        "transport": method.value,
        "username": PRINCIPAL if method is AuthMethod.KERBEROS else USER,
        "password": None if method is AuthMethod.KERBEROS else PASSWORD,
        "ca_trust_path": site.trust,
        "message_encryption": "always" if sealing else "never",
    }
    if method is AuthMethod.CERTIFICATE:
        settings |= {"cert_pem": site.client(), "cert_key_pem": site.client()}
    return Protocol(f"{'https' if https else 'http'}://{NAME}:{port}/wsman", **settings | options)


def pypsrp(site: Site, port: int, method: AuthMethod, https: bool, **options: Any) -> WSMan:
    settings: dict[str, Any] = {
        "auth": method.value,
        "username": PRINCIPAL if method is AuthMethod.KERBEROS else USER,
        "password": PASSWORD,
        "cert_validation": site.trust,
        "encryption": "never" if method in (AuthMethod.BASIC, AuthMethod.CERTIFICATE) else "auto",
        "reconnection_retries": 0,
    }
    if method is AuthMethod.CERTIFICATE:
        settings |= {"certificate_pem": site.client(), "certificate_key_pem": site.client()}
    return WSMan(NAME, port=port, ssl=https, **settings | options)


@pytest.mark.parametrize(("method", "https"), WAYS)
def test_pywinrm_runs_a_command(site: Site, answering: FakeWorkstation, method: AuthMethod, https: bool) -> None:
    """By Kerberos it has no password, but the ticket that kinit got."""
    ledger = Ledger()
    with site.listener(answering, ledger, method, https) as listener:
        assert len(run(pywinrm(site, listener.port, method, https), LONG)[0]) == 40000
    assert {each.method for each in ledger.entries if each.user} == {method.value}
    assert {logon.method for logon, _line, _console in answering.started} == {method}


@pytest.mark.parametrize("method", [AuthMethod.NTLM, AuthMethod.CREDSSP])
def test_only_credssp_seals_a_long_answer_in_several_pieces(
    site: Site, answering: FakeWorkstation, method: AuthMethod
) -> None:
    kinds: list[str] = []
    with site.listener(answering, Ledger(), method, https=False) as listener:
        client = pywinrm(site, listener.port, method, https=False)
        client.transport.build_session().hooks["response"].append(
            lambda answer, **_options: kinds.append(answer.headers.get("Content-Type", ""))
        )
        run(client, LONG)
    assert any(kind.startswith("multipart/encrypted") for kind in kinds)
    assert any(kind.startswith("multipart/x-multi-encrypted") for kind in kinds) is (method is AuthMethod.CREDSSP)


@pytest.mark.parametrize(("method", "https"), WAYS)
def test_pypsrp_runs_a_pipeline(site: Site, answering: FakeWorkstation, method: AuthMethod, https: bool) -> None:
    ledger = Ledger()
    with (
        site.listener(answering, ledger, method, https) as listener,
        pypsrp(site, listener.port, method, https) as client,
        RunspacePool(client) as pool,
    ):
        shell = PowerShell(pool)
        shell.add_script("$input")
        assert shell.invoke(["one", "two"]) == ["8 bytes", "second line"]
        assert [str(each) for each in shell.streams.error] == ["to stderr"]
    assert {each.method for each in ledger.entries if each.user} == {method.value}
    (process,) = answering.processes
    assert bytes(process.stdin) == b"one\ntwo\n"


@pytest.mark.parametrize("method", [AuthMethod.NTLM, AuthMethod.CREDSSP, AuthMethod.BASIC])
def test_a_wrong_password_is_refused(site: Site, answering: FakeWorkstation, method: AuthMethod) -> None:
    with site.listener(answering, Ledger(), method, https=True) as listener:
        with pytest.raises(Exception, match=r"(?i)rejected|0x8009030c"):
            pywinrm(site, listener.port, method, https=True, password="wrong").open_shell()
        with (
            pytest.raises(Exception, match=r"(?i)authenticate|0x8009030c"),
            RunspacePool(pypsrp(site, listener.port, method, https=True, password="wrong")),
        ):
            pass
    assert answering.started == []


def test_a_certificate_that_is_mapped_to_nobody_is_refused(site: Site, answering: FakeWorkstation) -> None:
    stranger = site.client("nobody@chu.example")
    with site.listener(answering, Ledger(), AuthMethod.CERTIFICATE, https=True) as listener:
        client = pywinrm(site, listener.port, AuthMethod.CERTIFICATE, True, cert_pem=stranger, cert_key_pem=stranger)
        with pytest.raises(InvalidCredentialsError):
            client.open_shell()


def test_ntlm_is_bound_to_the_tls_connection(site: Site, answering: FakeWorkstation) -> None:
    """RFC 5929, as Windows checks it: a logon that is passed on through another TLS connection is worth nothing."""
    with site.listener(answering, Ledger(), AuthMethod.NTLM, https=True) as listener:
        pywinrm(site, listener.port, AuthMethod.NTLM, https=True).open_shell()
        with pytest.raises(InvalidCredentialsError):
            pywinrm(site, listener.port, AuthMethod.NTLM, https=True, send_cbt=False).open_shell()


@pytest.mark.kerberos
def test_kerberos_is_refused_without_a_ticket_and_ntlm_where_only_kerberos_is_allowed(
    site: Site, answering: FakeWorkstation
) -> None:
    with site.listener(answering, Ledger(), AuthMethod.KERBEROS, https=True) as listener:
        client = pypsrp(site, listener.port, AuthMethod.NTLM, https=True)
        pool = RunspacePool(client)
        with pytest.raises(AuthenticationError):
            pool.open()
    assert answering.started == []
