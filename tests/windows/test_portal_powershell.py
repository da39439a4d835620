# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver's own code of step ``connect`` shows a certificate, in PowerShell for Linux of the Windows test bed: Wine sends none.

.NET does TLS with OpenSSL there, so HRESULTs are not those of Windows, and the facts are what is held.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from lab.authority import Authority, IssuedBundle
from lab.portal import Demand, Portal, Terms
from lab.web_proxy import WebProxy
from windows.drivers_on_linux import UTILITIES, powershell

pytestmark = pytest.mark.windows
CLIENTS = """
using System.Net.Sockets;
namespace Framework
{
    public class TcpClient : System.Net.Sockets.TcpClient
    {
        public static bool HasIPv6 = true;
        public TcpClient() : base(AddressFamily.InterNetwork) { }
        public TcpClient(AddressFamily family) : base(family) { if (!HasIPv6) throw new SocketException(10047); }
    }
}
"""
"""That of .NET Framework: by itself for IPv4. That of PowerShell for Linux is for both."""
SCRIPT = """
Add-Type -TypeDefinition ([IO.File]::ReadAllText('{folder}/clients.cs'))
[Framework.TcpClient]::HasIPv6 = ${ipv6}
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
        function script:Open-Way {{ [Net.Sockets.TcpClient]::new() }}
        function script:Open-Tls {{
            param($Client, $Certificate, $Fact, $Name)
            $Fact.code = 'handshake'
            $Fact.asked = $Fact.sent = $true
            throw $script:thrown
        }}
    }} $code
    $fact = @{{}}
    try {{ Connect-Portal -Certificate $null -Fact $fact -Url 'https://portal.example/' -Timeout 1 }} catch {{ }}
    $found["$code"] = $fact.code
}}
$found | ConvertTo-Json -Compress
"""
"""What Schannel throws in the handshake becomes the cause. Wine sends no certificate, so no server refuses one there."""

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
LOOPBACK_OF_IPV6 = "::1"
ISSUER = "CN=AC Personnes, O=Registre d'Essai des Expositions, C=FR"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create()


@pytest.fixture(scope="module")
def jeanne(authority: Authority) -> IssuedBundle:
    return authority.issue("Jeanne Dupont", "T123456", passphrase="passphrase", with_chain=False)


def connect(portal: Portal, jeanne: IssuedBundle, folder: Path, **more: str) -> Mapping[str, Any]:
    """The facts of the step, and what it threw."""
    (folder / "jeanne.p12").write_bytes(jeanne.data)
    root = folder / "root.pem"
    root.write_bytes(portal.authority.root.public_bytes(Encoding.PEM))
    portal_step = (UTILITIES / "_Portal.psm1").read_text(encoding="utf-8")
    assert "[Net.Sockets.TcpClient]::new(" in portal_step
    (folder / "_Portal.psm1").write_text(
        portal_step.replace("[Net.Sockets.TcpClient]", "[Framework.TcpClient]"), encoding="utf-8"
    )
    (folder / "clients.cs").write_text(CLIENTS, encoding="utf-8")
    words = {
        "modules": UTILITIES,
        "folder": folder,
        "url": portal.url,
        "proxy": "",
        "status": "",
        "ipv6": "true",
        **more,
    }
    found: Mapping[str, Any] = powershell(SCRIPT.format(**words), SSL_CERT_FILE=str(root))
    return found


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
def test_the_certificate_is_shown(case: str, authority: Authority, jeanne: IssuedBundle, tmp_path: Path) -> None:
    terms, version = ACCEPTED[case]
    with Portal(authority, terms=terms) as portal:
        assert connect(portal, jeanne, tmp_path) == {"fact": facts(version), "thrown": None}
    assert [visit.thumbprint for visit in portal.visitors] == [jeanne.thumbprint]


def test_a_refusal_after_the_handshake_is_no_success(
    authority: Authority, jeanne: IssuedBundle, tmp_path: Path
) -> None:
    with Portal(authority, terms=Terms(address="localhost", revoked=[jeanne.certificate])) as portal:
        found = connect(portal, jeanne, tmp_path)
    assert found["thrown"]["code"] == "connect_failed"
    assert found["fact"] == facts("TLSv1.3", http_status=None, code="handshake")


def test_the_status_counts_and_the_proxy_is_used(authority: Authority, jeanne: IssuedBundle, tmp_path: Path) -> None:
    with Portal(authority, terms=Terms(address="localhost"), status=404) as portal, WebProxy() as proxy:
        refused = connect(portal, jeanne, tmp_path)
        accepted = connect(portal, jeanne, tmp_path, proxy=proxy.url, status="404")
    assert refused["fact"] == facts("TLSv1.3", http_status=404, code="http_refused")
    assert accepted == {"fact": facts("TLSv1.3", http_status=404), "thrown": None}
    assert proxy.tunnels == [f"localhost:{portal.port}"]


def test_what_windows_says_of_a_refusal_is_its_cause() -> None:
    signed = ", ".join(str(code - 2**32) for code in CAUSES)
    found = powershell(REFUSALS.format(modules=UTILITIES, codes=signed))
    assert found == {str(code - 2**32): cause for code, cause in CAUSES.items()}


def test_the_system_chooses_the_version_of_tls() -> None:
    assert powershell(SWITCH.format(modules=UTILITIES)) == {"known": True, "value": False}


def has_ipv6() -> bool:
    """Whether this machine has the loopback address of IPv6."""
    try:
        with socket.create_server((LOOPBACK_OF_IPV6, 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_what_has_an_address_of_ipv6_only_is_reached(
    authority: Authority, jeanne: IssuedBundle, tmp_path: Path
) -> None:
    with Portal(authority, terms=Terms(address="localhost")) as portal, WebProxy(address=LOOPBACK_OF_IPV6) as proxy:
        assert connect(portal, jeanne, tmp_path, proxy=proxy.url) == {"fact": facts("TLSv1.3"), "thrown": None}
    assert proxy.tunnels == [f"localhost:{portal.port}"]
    with Portal(authority, terms=Terms(address=LOOPBACK_OF_IPV6)) as portal:
        assert connect(portal, jeanne, tmp_path) == {"fact": facts("TLSv1.3"), "thrown": None}
    assert [visit.thumbprint for visit in portal.visitors] == [jeanne.thumbprint]


def test_a_windows_without_ipv6_reaches_the_portal(authority: Authority, jeanne: IssuedBundle, tmp_path: Path) -> None:
    with Portal(authority, terms=Terms(address="localhost")) as portal:
        assert connect(portal, jeanne, tmp_path, ipv6="false") == {"fact": facts("TLSv1.3"), "thrown": None}
