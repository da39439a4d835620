# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver's own code of step ``connect`` shows a certificate: Wine sends none.

.NET does TLS with OpenSSL there, so HRESULTs are not those of Windows, and the facts are what is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from drivers.drivers_on_linux import UTILITIES
from drivers.session import Session
from lab.authority import Authority, IssuedBundle
from lab.loopback import LOOPBACK_OF_IPV6
from lab.portal import Demand, Portal, Terms
from lab.web_proxy import WebProxy

pytestmark = pytest.mark.powershell
CLIENTS = """
using System;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
namespace Framework
{
    public class TcpClient : System.Net.Sockets.TcpClient
    {
        public static bool HasIPv6 = true;
        public TcpClient() : base(AddressFamily.InterNetwork) { }
        public TcpClient(AddressFamily family) : base(family) { if (!HasIPv6) throw new SocketException(10047); }
    }
    public class SslStream : System.Net.Security.SslStream
    {
        public static Exception First;
        public SslStream(Stream way, bool open, RemoteCertificateValidationCallback check, LocalCertificateSelectionCallback choose)
            : base(way, open, check, choose) { }
        public override void AuthenticateAsClient(string name, X509CertificateCollection own, SslProtocols versions, bool revocation)
        {
            var first = First;
            First = null;
            if (first != null) throw first;
            base.AuthenticateAsClient(name, own, versions, revocation);
        }
    }
}
"""
"""Those of .NET Framework. A client is by itself for IPv4; that of PowerShell for Linux is for both. ``First``: what is thrown at first."""
SCRIPT = """
Add-Type -TypeDefinition ([IO.File]::ReadAllText('{folder}/clients.cs'))
[Framework.TcpClient]::HasIPv6 = ${ipv6}
[Framework.SslStream]::First = {first}
Import-Module '{modules}/_Store.psm1', '{folder}/_Portal.psm1'
$bundle = [IO.File]::ReadAllBytes('{folder}/jeanne.p12')
$certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new($bundle, 'passphrase', 'EphemeralKeySet')
$fact = @{{}}
$thrown = $null
$to = @{{ Url = '{url}'; Proxy = '{proxy}'; Timeout = 10; Status = @({status}) }}
try {{ Connect-Portal -Certificate $certificate -Fact $fact @to }} catch {{ $thrown = $_.TargetObject }}
@{{ fact = $fact; thrown = $thrown }} | ConvertTo-Json -Compress
"""
SWITCH = """
$name = 'Switch.System.Net.DontEnableSystemDefaultTlsVersions'
[AppContext]::SetSwitch($name, $true)
Import-Module '{modules}/_Store.psm1', '{modules}/_Portal.psm1'
$value = $null
@{{ known = [AppContext]::TryGetSwitch($name, [ref] $value); value = $value }} | ConvertTo-Json -Compress
"""
"""As in ``powershell.exe`` of Windows, where .NET Framework has set the switch. It reads it once, at the first use of TLS."""

REFUSALS = """
Import-Module '{modules}/_Store.psm1', '{modules}/_Portal.psm1'
$found = @{{}}
foreach ($code in {codes}) {{
    & (Get-Module _Portal) {{
        $script:thrown = [ComponentModel.Win32Exception]::new([int] $args[0])
        function script:Read-Status {{ throw $script:thrown }}
        function script:Open-Way {{ [Net.Sockets.TcpClient]::new() }}
        function script:Open-Tls {{
            param($Client, $Certificate, $Fact, $Name)
            $Fact.code = 'handshake'
            $Fact.asked = $Fact.sent = $true
            if ('{when}' -eq 'in the handshake') {{ throw $script:thrown }}
        }}
    }} $code
    $fact = @{{}}
    try {{ Connect-Portal -Certificate $null -Fact $fact -Url 'https://portal.example/' -Timeout 1 }} catch {{ }}
    $found["$code"] = $fact.code
}}
$found | ConvertTo-Json -Compress
"""
"""What Schannel throws in the handshake, or after it, becomes the cause. Wine sends no certificate, so no server refuses one there."""

CAUSES = {
    0x80090325: "unknown_authority",  # SEC_E_UNTRUSTED_ROOT
    0x80090327: "certificate_refused",  # SEC_E_CERT_UNKNOWN
    0x8009030C: "certificate_refused",  # SEC_E_LOGON_DENIED
    0x80090328: "expired",  # SEC_E_CERT_EXPIRED
    0x80092010: "revoked",  # CRYPT_E_REVOKED
    0x80090330: "key_refused",  # SEC_E_DECRYPT_FAILURE
    0x8009030D: "key_refused",  # SEC_E_UNKNOWN_CREDENTIALS
    0x8009030E: "key_refused",  # SEC_E_NO_CREDENTIALS
    0x80090016: "key_refused",  # NTE_BAD_KEYSET
    0x80090326: "handshake",  # SEC_E_ILLEGAL_MESSAGE says nothing of the certificate
}
ISSUER = "CN=AC Personnes, O=Registre d'Essai des Expositions, C=FR"

Connect = Callable[..., Mapping[str, Any]]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create()


@pytest.fixture(scope="module")
def jeanne(authority: Authority) -> IssuedBundle:
    return authority.issue("Jeanne Dupont", "T123456", passphrase="passphrase", with_chain=False)


@pytest.fixture(scope="module")
def folder(authority: Authority, jeanne: IssuedBundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Who is trusted, a bundle, and the step for these clients."""
    folder = tmp_path_factory.mktemp("step")
    (folder / "jeanne.p12").write_bytes(jeanne.data)
    (folder / "root.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
    portal_step = (UTILITIES / "_Portal.psm1").read_text(encoding="utf-8")
    for name in ("Net.Sockets.TcpClient", "Net.Security.SslStream"):
        assert f"[{name}]::new(" in portal_step
        portal_step = portal_step.replace(f"[{name}]", f"[Framework.{name.rpartition('.')[2]}]")
    (folder / "_Portal.psm1").write_text(portal_step, encoding="utf-8")
    (folder / "clients.cs").write_text(CLIENTS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shell(folder: Path) -> Iterator[Session]:
    """Whom it trusts, .NET asks once."""
    with Session(SSL_CERT_FILE=str(folder / "root.pem")) as session:
        yield session


@pytest.fixture
def connect(shell: Session, folder: Path) -> Connect:
    """The facts of the step, and what it threw."""
    usual = {"modules": UTILITIES, "folder": folder, "proxy": "", "status": "", "ipv6": "true", "first": "$null"}
    return lambda portal, **more: shell.run(SCRIPT.format(**{**usual, "url": portal.url, **more}))


def facts(version: str, **changes: Any) -> dict[str, Any]:
    """Of a certificate that was accepted."""
    usual = {"tls_version": version, "asked": True, "sent": True, "issuers": [ISSUER], "http_status": 200, "code": None}
    return usual | changes


ACCEPTED = {
    "TLS 1.3 alone": (Terms(address="localhost", tls_1_3_only=True), "TLSv1.3"),
    "TLS 1.2": (Terms(address="localhost", tls_1_2_only=True), "TLSv1.2"),
    "optional": (Terms(Demand.OPTIONAL, "localhost"), "TLSv1.3"),
    "after the request": (Terms(Demand.AFTER_THE_REQUEST, "localhost"), "TLSv1.2"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_the_certificate_is_shown(case: str, connect: Connect, authority: Authority, jeanne: IssuedBundle) -> None:
    terms, version = ACCEPTED[case]
    with Portal(authority, terms=terms) as portal:
        assert connect(portal) == {"fact": facts(version), "thrown": None}
    assert [visit.thumbprint for visit in portal.visitors] == [jeanne.thumbprint]


def test_a_refusal_after_the_handshake_is_no_success(
    connect: Connect, authority: Authority, jeanne: IssuedBundle
) -> None:
    with Portal(authority, terms=Terms(address="localhost", revoked=[jeanne.certificate])) as portal:
        found = connect(portal)
    assert found["thrown"]["code"] == "connect_failed"
    assert found["fact"] == facts("TLSv1.3", http_status=None, code="handshake")


def test_only_a_framework_that_cannot_choose_the_version_tries_again(connect: Connect, authority: Authority) -> None:
    with Portal(authority, terms=Terms(address="localhost")) as portal:
        old = connect(portal, first="[ArgumentException]::new()")
        refused = connect(portal, first="[ComponentModel.Win32Exception]::new([int] 0x80090328)")
    assert old == {"fact": facts("TLSv1.2"), "thrown": None}
    assert refused["fact"]["code"] == "expired"


def test_the_status_counts_and_the_proxy_is_used(connect: Connect, authority: Authority) -> None:
    with Portal(authority, terms=Terms(address="localhost"), status=404) as portal, WebProxy() as proxy:
        refused = connect(portal)
        accepted = connect(portal, proxy=proxy.url, status="404")
    assert refused["fact"] == facts("TLSv1.3", http_status=404, code="http_refused")
    assert accepted == {"fact": facts("TLSv1.3", http_status=404), "thrown": None}
    assert proxy.tunnels == [f"localhost:{portal.port}"]


@pytest.mark.parametrize("when", ["in the handshake", "after it, as in TLS 1.3"])
def test_what_windows_says_of_a_refusal_is_its_cause(shell: Session, when: str) -> None:
    signed = ", ".join(str(code - 2**32) for code in CAUSES)
    found = shell.run(REFUSALS.format(modules=UTILITIES, codes=signed, when=when))
    assert found == {str(code - 2**32): cause for code, cause in CAUSES.items()}


def test_the_system_chooses_the_version_of_tls(shell: Session) -> None:
    assert shell.run(SWITCH.format(modules=UTILITIES)) == {"known": True, "value": False}


@pytest.mark.ipv6
def test_what_has_an_address_of_ipv6_only_is_reached(
    connect: Connect, authority: Authority, jeanne: IssuedBundle
) -> None:
    with Portal(authority, terms=Terms(address="localhost")) as portal, WebProxy(address=LOOPBACK_OF_IPV6) as proxy:
        assert connect(portal, proxy=proxy.url) == {"fact": facts("TLSv1.3"), "thrown": None}
    assert proxy.tunnels == [f"localhost:{portal.port}"]
    with Portal(authority, terms=Terms(address=LOOPBACK_OF_IPV6)) as portal:
        assert connect(portal) == {"fact": facts("TLSv1.3"), "thrown": None}
    assert [visit.thumbprint for visit in portal.visitors] == [jeanne.thumbprint]


def test_a_windows_without_ipv6_reaches_the_portal(connect: Connect, authority: Authority) -> None:
    with Portal(authority, terms=Terms(address="localhost")) as portal:
        assert connect(portal, ipv6="false") == {"fact": facts("TLSv1.3"), "thrown": None}
