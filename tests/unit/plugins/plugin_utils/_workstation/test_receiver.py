# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connections prove the workstation, and what each of them carries. The plays over real ones are in tests/integration."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.connection import psrp as psrp_plugin
from winrm.protocol import Protocol

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.receiver import (
    CHECK_OPTIONS,
    Connection,
    Proof,
    Receiver,
    connection_of,
    exact_names,
)

TABLE = Path(__file__).parents[5] / "docs" / "developers" / "receivers.md"
LOGONS = ("kerberos", "ntlm", "basic", "credssp", "certificate")
HTTPS = {"https, checked": "validate", "https, not checked": "ignore"}
PROVEN, MEMBER, UNCHECKED, OTHER, CLEAR = (*(Proof.PROVEN, Proof.MEMBER, Proof.UNCHECKED, Proof.OTHER, Proof.CLEAR),)


def winrm(**options: Any) -> Connection:
    """A connection by winrm. ``encryption``, ``validation``, ``trust``: extra variables; ``chosen``, ``sealed``: see ``connection_of``."""
    names = {
        "encryption": "message_encryption",
        "validation": "server_cert_validation",
        "trust": "ca_trust_path",
    }
    extras = {f"ansible_winrm_{names[key]}": options.pop(key) for key in names if key in options}
    more = {"transports": options.pop("chosen", ()), "sealed": options.pop("sealed", True)}
    usual = {"scheme": None, "port": 5986, "transport": None, "remote_user": "CHU\\svc", "_extras": extras}
    return connection_of((usual | options).__getitem__, **more)


def psrp(**options: Any) -> Connection:
    """A connection by psrp."""
    usual = {
        "protocol": None,
        "port": None,
        "auth": "negotiate",
        "message_encryption": "auto",
        "cert_validation": "validate",
        "ca_cert": None,
    }
    return connection_of((usual | options).__getitem__)


def of_guide(plugin: str, logon: str, way: str) -> Connection:
    """A connection as a row of the table names it, without any other option."""
    scheme, checked = way.partition(",")[0], HTTPS.get(way, "validate")
    if plugin == "winrm":
        return winrm(scheme=scheme, transport=[logon], validation=checked)
    return psrp(protocol=scheme, auth=logon, cert_validation=checked)


def told(connection: Connection, unverified: tuple[str, ...] | None) -> str:
    """Whether a secret is sent, or the code of the refusal."""
    refused = Receiver(connection, "ws-1", unverified).refusal("WS-1")
    return f"`{refused.code.partition('.')[0]}`" if refused else "yes"


READS = {
    PROVEN: "the workstation",
    MEMBER: "a member of the domain",
    UNCHECKED: "whoever answers",
    CLEAR: "anybody on the way",
}
NO_SECRET = "without a password"
SETTINGS = (None, (), ("ws-1",))
"""Not there; there, and without this workstation; with it."""


def rows() -> list[str]:
    """The table of connections, as the page has it."""
    found = []
    for plugin in ("winrm", "psrp"):
        for logon in LOGONS:
            for way in ("http", *HTTPS):
                connection = of_guide(plugin, logon, way)
                before = "`unencrypted_connection`" if connection.proof is CLEAR else "yes"
                after = [told(connection, unverified) for unverified in SETTINGS]
                others = "yes" if {before, *after} == {"yes"} else NO_SECRET
                row = [plugin, logon, way, READS[connection.proof], "yes", before, *after, others]
                found.append(f"| {' | '.join(row)} |")
    return found


def test_the_page_has_every_connection() -> None:
    """What a retirement and a portal check send is tried in ``_lifecycle/test_transaction.py``: a secret only with a Windows password."""
    page = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith(("| winrm", "| psrp"))]
    assert page == rows()


@pytest.mark.parametrize("plugin", ["winrm", "psrp"])
@pytest.mark.parametrize("logon", LOGONS)
def test_the_grid(plugin: str, logon: str) -> None:
    """By hand, so that the table is not its own proof: TLS counts when it is checked; over http the logon does."""
    over_http = {"kerberos": PROVEN, "ntlm": MEMBER, "credssp": MEMBER}.get(logon, CLEAR)
    ways = {way: of_guide(plugin, logon, way).proof for way in ("http", *HTTPS)}
    assert ways == {"http": over_http, "https, checked": PROVEN, "https, not checked": UNCHECKED}


@pytest.mark.parametrize("other", ["pc-017", "pc-017.lab.example", "PC-017.chu.example", "pc-017.chu.example."])
def test_a_name_of_the_setting_is_that_of_the_inventory_and_no_other(other: str) -> None:
    for connection in (of_guide("winrm", "ntlm", "http"), of_guide("psrp", "kerberos", "https, not checked")):
        for host, named in (("pc-017.chu.example", other), (other, "pc-017.chu.example")):
            assert Receiver(connection, host, (named,)).refusal("PC-017")
            assert Receiver(connection, host, (host,)).refusal("PC-017") is None


def test_the_variable_that_a_refusal_names_is_one_that_the_plugin_reads() -> None:
    """psrp documents its own. winrm hands its own on to pywinrm, by the name of the argument."""
    (documented,) = yaml.safe_load(psrp_plugin.DOCUMENTATION)["options"]["cert_validation"]["vars"]
    assert CHECK_OPTIONS["psrp"] == documented["name"]
    argument = CHECK_OPTIONS["winrm"].removeprefix("ansible_winrm_")
    assert argument in inspect.signature(Protocol).parameters


@pytest.mark.parametrize("encryption", ["auto", "always", "never"])
@pytest.mark.parametrize("transport", [None, ["basic"], ["plaintext"], ["ssl"], ["certificate"], ["ntlm", "basic"]])
@pytest.mark.parametrize(
    "where", [{"scheme": "https", "port": 5985}, {"port": 5986}, {"port": 443}, {"scheme": "HTTPS"}]
)
def test_checked_tls_proves_whatever_the_logon_is(where: dict[str, Any], transport: Any, encryption: str) -> None:
    said = {"transport": transport, "encryption": encryption, "sealed": False}
    assert winrm(**where, **said).proof is PROVEN
    assert winrm(**where, **said, validation="ignore").proof is UNCHECKED


@pytest.mark.parametrize("given", ["ignore", None, "", "Validate"])
def test_only_the_word_itself_is_a_check(given: Any) -> None:
    """pywinrm checks no certificate for null, either, and refuses other words."""
    assert winrm(validation=given).proof is UNCHECKED


@pytest.mark.parametrize("given", ["", False])
def test_an_empty_file_of_authorities_is_no_check(given: Any) -> None:
    """The library requests takes it for no."""
    assert (winrm(trust=given).proof, psrp(ca_cert=given).proof) == (UNCHECKED, UNCHECKED)
    assert (winrm(trust="/ca.pem").proof, psrp(ca_cert="/ca.pem").proof, psrp().proof) == (PROVEN, PROVEN, PROVEN)
    assert (winrm(trust=None).proof, winrm(trust="legacy_requests").proof) == (PROVEN, PROVEN)


@pytest.mark.parametrize("port", [5985, "5985"])
def test_without_a_scheme_the_port_decides(port: object) -> None:
    assert winrm(port=port) == Connection("winrm", "http", ("plaintext",), "auto")
    assert psrp(port=port, auth="basic") == Connection("psrp", "http", ("basic",), "auto")
    assert (psrp(port=5986, auth="basic").proof, psrp(auth="basic").proof) == (PROVEN, PROVEN)


@pytest.mark.parametrize("scheme", ["http", "HTTP"])
@pytest.mark.parametrize("transport", ["basic", "plaintext", "ssl", "certificate"])
def test_over_http_these_logons_do_not_encrypt(transport: str, scheme: str) -> None:
    for encryption in ("auto", "never"):
        assert winrm(scheme=scheme, transport=[transport], encryption=encryption).proof is CLEAR
    for named in (None, (), ("ws-1",)):
        receiver = Receiver(winrm(scheme=scheme, transport=[transport]), "ws-1", named)
        refused = receiver.refusal("WS-1")
        assert refused
        way = {"computer": "WS-1", "scheme": scheme, "logons": (transport,), "encryption": "auto"}
        assert (refused.code, refused.values) == ("unencrypted_connection", way)


@pytest.mark.parametrize("transport", ["kerberos", "ntlm", "credssp"])
def test_over_http_these_logons_encrypt_unless_they_are_told_not_to(transport: str) -> None:
    proof = PROVEN if transport == "kerberos" else MEMBER
    for encryption in ("auto", "always"):
        assert winrm(scheme="http", transport=[transport], encryption=encryption).proof is proof
        assert psrp(protocol="http", auth=transport, message_encryption=encryption).proof is proof
    assert winrm(scheme="http", transport=[transport], encryption="never").proof is CLEAR
    assert psrp(protocol="http", auth=transport, message_encryption="never").proof is CLEAR
    assert winrm(scheme="http", transport=[transport], sealed=False).proof is CLEAR


def test_of_several_logons_each_counts() -> None:
    assert winrm(scheme="http", transport=["kerberos", "ntlm"]).proof is MEMBER
    assert psrp(protocol="http").proof is MEMBER  # negotiate may become NTLM
    for transports in (["ntlm", "basic"], ["basic", "ntlm"], ["kerberos", "ntlm", "plaintext"]):
        assert winrm(scheme="http", transport=transports).proof is CLEAR


@pytest.mark.parametrize("transport", [None, [], [None]])
def test_without_a_transport_it_is_what_the_plugin_takes(transport: Any) -> None:
    """Up to ansible-core 2.18, winrm takes Basic after Kerberos."""
    assert winrm(scheme="http", transport=transport).logons == ("plaintext",)
    assert winrm(scheme="http", transport=transport, remote_user="svc@CHU.EXAMPLE").proof is PROVEN
    both = ("kerberos", "plaintext")
    chosen = winrm(scheme="http", transport=transport, remote_user="svc@CHU.EXAMPLE", chosen=both)
    assert (chosen.logons, chosen.proof) == (both, CLEAR)
    assert winrm(scheme="http", transport=transport, remote_user=None).proof is CLEAR


def test_of_another_plugin_nothing_is_known() -> None:
    """ssh has neither these options nor a scheme. It gets a secret only where the site names the workstation."""
    for options in ({"host": "ws-1", "port": 22}, {"protocol": "serial", "port": 1}):
        assert connection_of(options.__getitem__).proof is OTHER
    refused = Receiver(Connection(), "ws-1").refusal("WS-1")
    assert refused
    assert refused.code == "unverified_workstation.plugin"
    assert Receiver(Connection(), "ws-1", ("ws-1",)).refusal("WS-1") is None


def test_a_workstation_is_named_exactly() -> None:
    connection = Connection("winrm", "https", ("ntlm",), "auto", "ignore")
    refused = {names: Receiver(connection, "ws-1", names).refusal("WS-1") is not None for names in NAMED}
    assert refused == {(): True, ("ws-1",): False, ("WS-1",): True, ("ws-10", "ws"): True, ("ws-2", "ws-1"): False}


NAMED = ((), ("ws-1",), ("WS-1",), ("ws-10", "ws"), ("ws-2", "ws-1"))


@pytest.mark.parametrize("given", [None, "", [], ["ws-1"], ("pc-1.chu.example", "10.1.2.3", "fe80::1")])
def test_a_list_of_names_is_read(given: Any) -> None:
    assert exact_names(given) == tuple(given or ())


@pytest.mark.parametrize(
    "given", [True, "all", "ws-*", ["ws-*"], ["all"], [True], ["ws-[1:9]"], ["!ws-1"], ["ws-1,ws-2"], [""], {"ws-1": 1}]
)
def test_no_pattern_and_no_yes_is_taken(given: Any) -> None:
    with pytest.raises(Pkcs12Error) as refused:
        exact_names(given)
    assert (refused.value.problem.code, refused.value.problem.setting) == (
        "bad_arguments.no_exact_names",
        "unverified_workstations",
    )


def test_a_name_without_brackets_is_told_with_them() -> None:
    with pytest.raises(Pkcs12Error) as refused:
        exact_names("ws-1")
    found = refused.value.problem
    assert (found.code, found.values) == ("bad_arguments.name_without_brackets", {"given": "ws-1"})


def test_ntlm_over_http_is_refused_for_the_setting_and_says_so() -> None:
    connection = of_guide("winrm", "ntlm", "http")
    refused, warned = Receiver(connection, "ws-1", ()).refusal("WS-1"), Receiver(connection, "ws-1").doubt("WS-1")
    assert refused
    assert warned
    assert (refused.code, warned.code) == ("unverified_workstation.ntlm_not_named", "unverified_workstation.ntlm")
