# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that fails ends with its cause, over both connection plugins, for every action."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.plays import Json, facts_in, failed_hosts, row, run_play, summary
from lab.ansible_playbook import chosen, started_anew
from lab.authority import Authority
from lab.authority.authority import self_signed_server
from lab.hospital import CONNECTION_ACCOUNT, CONNECTION_UPN, Hospital
from lab.kdc import REALM, Kdc, kerberos
from lab.people import JEANNE, Desk, Seat
from lab.playbook import FACT_CACHE, Run, play
from lab.transports import NAME, lay_out, tls
from lab.winrm import Access, Cut, Intercept, Listener, Request, Tls
from lab.workstation_interface import AuthMethod

Variables = Mapping[str, Any]
PRINCIPAL = f"svc-ansible@{REALM}"
OLD = "svc-old"
"""An account of the realm whose password is older than its AES keys."""
OTHER_NAME = "ws-other.chu.example"
EXPIRED = timedelta(days=-1)


@dataclass(frozen=True, slots=True)
class Site:
    """What the cases are made from."""

    hospital: Hospital
    running: ExitStack
    files: Mapping[str, Path]
    kdc: Kdc | None

    def listening(
        self,
        auth: AuthMethod,
        certificate: Tls | None = None,
        refused: tuple[str, ...] = (),
        intercept: Intercept | None = None,
    ) -> int:
        """The port of a listener before the hospital's one workstation."""
        workstation = next(iter(self.hospital.workstations.values()))
        access = Access(self.kdc.keys if self.kdc else None, refused)
        listener = Listener(
            workstation, self.hospital.ledger, auth=(auth,), intercept=intercept, tls=certificate, access=access
        )
        return self.running.enter_context(listener).port

    def silent(self) -> int:
        """A port that takes connections and never answers."""
        return int(self.running.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1])

    def closed(self) -> int:
        """A port on which nothing listens. It is held, so that no other process listens there meanwhile."""
        held = self.running.enter_context(socket.socket())
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Case:
    """``port`` makes what listens; ``winrm`` and ``psrp`` are the variables of the host, beside those of a good one."""

    code: str
    port: Callable[[Site], int]
    winrm: Variables | None = field(default_factory=dict)
    psrp: Variables | None = field(default_factory=dict)
    scheme: str = "https"
    auth: AuthMethod = AuthMethod.NTLM
    marker: str | None = None


def good(site: Site) -> int:
    return site.listening(AuthMethod.NTLM, tls(site.hospital.authority))


def plain(site: Site) -> int:
    return site.listening(AuthMethod.NTLM)


def asking_later(site: Site) -> int:
    """A listener that takes certificates over TLS 1.3, and asks for them after the handshake."""
    return site.listening(AuthMethod.CERTIFICATE, replace(tls(site.hospital.authority), later=True))


def hanging_up(auth: AuthMethod) -> Callable[[Site], int]:
    """A listener that takes a logon, and closes the connection instead of an answer."""

    def cut(_request: Request) -> None:
        raise Cut

    return lambda site: site.listening(auth, tls(site.hospital.authority), intercept=cut)


def by_kerberos(site: Site) -> int:
    return site.listening(AuthMethod.KERBEROS)


def certified(make: Callable[[Authority], bytes]) -> Callable[[Site], int]:
    """A listener with another certificate."""
    return lambda site: site.listening(AuthMethod.NTLM, Tls(make(site.hospital.authority)))


def stranger() -> bytes:
    return Authority.create().certify_server(NAME)


WRONG: Variables = {"ansible_password": "not the password"}
SHORT_WINRM: Variables = {"ansible_winrm_operation_timeout_sec": 1, "ansible_winrm_read_timeout_sec": 2}
SHORT_PSRP: Variables = {"ansible_psrp_operation_timeout": 1, "ansible_psrp_read_timeout": 2}
NO_PASSWORD: Variables = {"ansible_password": None}
NOT_THERE = "/etc/pki/chu/not-there.pem"
CLIENT, CLIENT_KEY = "/etc/pki/chu/svc-ansible.pem", "/etc/pki/chu/svc-ansible.key"
"""Files that a site has: see ``Site.files``."""

CERTIFIED: tuple[Variables, Variables] = (
    {"ansible_winrm_cert_pem": CLIENT, "ansible_winrm_cert_key_pem": CLIENT_KEY},
    {"ansible_psrp_certificate_pem": CLIENT, "ansible_psrp_certificate_key_pem": CLIENT_KEY},
)

GOOD: Mapping[str, Case] = {
    "ntlm": Case("", plain, scheme="http"),
    "certificate": Case("", asking_later, *CERTIFIED, auth=AuthMethod.CERTIFICATE),
}
"""They work, with a controller of today."""

CASES: Mapping[str, Case] = {
    "off": Case("connection_refused", Site.closed),
    "silent": Case("connection_timeout", Site.silent, SHORT_WINRM, SHORT_PSRP, scheme="http"),
    "no-name": Case("name_not_resolved", good, {"ansible_host": "ws-1.invalid"}, {"ansible_host": "ws-1.invalid"}),
    "self-signed": Case("certificate_self_signed", certified(lambda _authority: self_signed_server(NAME))),
    "wrong-name": Case("certificate_name", certified(lambda authority: authority.certify_server(OTHER_NAME))),
    "expired": Case("certificate_expired", certified(lambda authority: authority.certify_server(NAME, EXPIRED))),
    "stranger": Case("certificate_untrusted", certified(lambda _authority: stranger())),
    "no-trust-file": Case(
        "trust_missing", good, {"ansible_winrm_ca_trust_path": NOT_THERE}, {"ansible_psrp_ca_cert": NOT_THERE}
    ),
    "no-client-file": Case(
        "client_certificate_missing",
        good,
        {"ansible_winrm_cert_pem": NOT_THERE, "ansible_winrm_cert_key_pem": NOT_THERE},
        {"ansible_psrp_certificate_pem": NOT_THERE, "ansible_psrp_certificate_key_pem": NOT_THERE},
        auth=AuthMethod.CERTIFICATE,
    ),
    "http-for-https": Case("not_https", plain),
    "https-for-http": Case("not_http", good, scheme="http"),
    "other-path": Case(
        "not_winrm", plain, {"ansible_winrm_path": "/other"}, {"ansible_psrp_path": "other"}, scheme="http"
    ),
    "wrong-password": Case("logon_refused", good, WRONG, WRONG),
    "wrong-password-http": Case("logon_refused", plain, WRONG, WRONG, scheme="http"),
    "wrong-password-credssp": Case(
        "logon_refused",
        lambda site: site.listening(AuthMethod.CREDSSP, tls(site.hospital.authority)),
        WRONG,
        WRONG,
        auth=AuthMethod.CREDSSP,
    ),
    "other-logon": Case(
        "logon_method", lambda site: site.listening(AuthMethod.CREDSSP, tls(site.hospital.authority)), None
    ),
    "no-credssp": Case("logon_method", good, auth=AuthMethod.CREDSSP),
    "misspelt-logon": Case("connection_option", good, {"ansible_winrm_transport": "nltm"}, None),
    "misspelt-encryption": Case("connection_option", good, {"ansible_winrm_message_encryption": "alway"}, None),
    "misspelt-check": Case("connection_option", good, {"ansible_winrm_server_cert_validation": "validat"}, None),
    "no-ntlm": Case("ntlm_refused", by_kerberos, scheme="http"),
    "certificate-cut": Case(
        "certificate_over_tls13", hanging_up(AuthMethod.CERTIFICATE), *CERTIFIED, auth=AuthMethod.CERTIFICATE
    ),
    "other-logon-cut": Case("not_http", hanging_up(AuthMethod.NTLM)),
    "no-client-certificate": Case("client_certificate_missing", good, {}, {}, auth=AuthMethod.CERTIFICATE),
    "no-administrator": Case(
        "access_denied",
        lambda site: site.listening(AuthMethod.NTLM, tls(site.hospital.authority), (CONNECTION_ACCOUNT,)),
    ),
    "not-encrypted": Case(
        "encryption_missing",
        plain,
        {"ansible_winrm_message_encryption": "always"},
        {"ansible_psrp_message_encryption": "always"},
        scheme="http",
        auth=AuthMethod.BASIC,
    ),
    "no-ticket": Case(
        "no_ticket", by_kerberos, NO_PASSWORD, NO_PASSWORD, scheme="http", auth=AuthMethod.KERBEROS, marker="kerberos"
    ),
    "kerberos-password": Case(
        "logon_refused", by_kerberos, WRONG, WRONG, scheme="http", auth=AuthMethod.KERBEROS, marker="kerberos"
    ),
    "kerberos-nobody": Case(
        "logon_refused",
        by_kerberos,
        {"ansible_user": f"nobody@{REALM}"},
        {"ansible_user": f"nobody@{REALM}"},
        scheme="http",
        auth=AuthMethod.KERBEROS,
        marker="kerberos",
    ),
    "kerberos-no-aes": Case(
        "kerberos_no_aes",
        by_kerberos,
        {"ansible_user": f"{OLD}@{REALM}"},
        {"ansible_user": f"{OLD}@{REALM}"},
        scheme="http",
        auth=AuthMethod.KERBEROS,
        marker="kerberos",
    ),
    "kerberos-address": Case(
        "service_unknown",
        by_kerberos,
        {"ansible_host": "127.0.0.1"},
        {"ansible_host": "127.0.0.1"},
        scheme="http",
        auth=AuthMethod.KERBEROS,
        marker="kerberos",
    ),
    "kerberos-realm": Case(
        "domain_unreachable",
        by_kerberos,
        {"ansible_user": "svc-ansible@ELSEWHERE.EXAMPLE"},
        {"ansible_user": "svc-ansible@ELSEWHERE.EXAMPLE"},
        scheme="http",
        auth=AuthMethod.KERBEROS,
        marker="kerberos",
    ),
    "kerberos-clock": Case(
        "clock_skew", by_kerberos, {}, {}, scheme="http", auth=AuthMethod.KERBEROS, marker="kerberos"
    ),
}


def host(case: Case, plugin: str, site: Site) -> dict[str, Any]:
    """The inventory's variables of a host with this case."""
    own = case.winrm if plugin == "winrm" else case.psrp
    user = PRINCIPAL if case.auth is AuthMethod.KERBEROS else CONNECTION_ACCOUNT
    trust = str(site.files["/etc/pki/chu/authority.pem"])
    shared: dict[str, Any] = {
        "ansible_connection": plugin,
        "ansible_host": NAME,
        "ansible_port": case.port(site),
        "ansible_user": user,
        "ansible_password": site.hospital.connection_password,
    }
    if plugin == "winrm":
        shared |= {
            "ansible_winrm_scheme": case.scheme,
            "ansible_winrm_transport": case.auth.value,
            "ansible_winrm_ca_trust_path": trust,
            "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"],
        }
    else:
        shared |= {
            "ansible_psrp_protocol": case.scheme,
            "ansible_psrp_auth": case.auth.value,
            "ansible_psrp_ca_cert": trust,
            "ansible_psrp_reconnection_retries": 0,
        }
    there = {name: str(path) for name, path in site.files.items()}
    return {
        name: there.get(str(value), value) for name, value in {**shared, **(own or {})}.items() if value is not None
    }


PLUGINS = ("winrm", "psrp")
SKEWED = "kerberos-clock"
EACH = [
    pytest.param(name, plugin, id=f"{plugin}-{name}", marks=[pytest.mark.kerberos] * (case.marker == "kerberos"))
    for name, case in CASES.items()
    for plugin in PLUGINS
    if getattr(case, plugin) is not None
]
FACTS = [{"hospital_it.pkcs12.certificate_facts": {"holders": "{{ pkcs12_holders }}"}}]


@dataclass(frozen=True, slots=True)
class Failed:
    """What reading facts said of each connection, and the playbooks of two of them."""

    hospital: Hospital
    results: Mapping[str, Json]
    books: Mapping[str, Run]


def inventory(site: Site, names: list[str]) -> dict[str, Any]:
    """A hospital's inventory with these hosts, ``plugin-case``."""
    found = yaml.safe_load(site.hospital.inventory.read_text(encoding="utf-8"))
    group = found["all"]["children"]["workstations"]
    (own,) = group["hosts"].values()
    group["hosts"] = {}
    for name in names:
        plugin, _rest, case = name.partition("-")
        group["hosts"][name] = {"pkcs12_holders": own["pkcs12_holders"], **host((CASES | GOOD)[case], plugin, site)}
    found["all"]["vars"] = {key: value for key, value in found["all"]["vars"].items() if not key.startswith("ansible_")}
    return dict(found)


def read_facts(site: Site, names: list[str], environment: Mapping[str, str]) -> dict[str, Json]:
    """The result of each host."""
    given = inventory(site, names)
    site.hospital.inventory.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    run = run_play(site.hospital, "--forks=6", tasks=FACTS, environment=environment)
    return {name: dict(row(run, "certificate_facts", name).result) for name in names}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Failed]:
    names = [str(each.id) for each in EACH]
    if not kerberos():
        names = [name for name in names if CASES[name.partition("-")[2]].marker != "kerberos"]
    with ExitStack() as running:
        desk = Desk("ws-1", (Seat(JEANNE),))
        hospital = running.enter_context(Hospital(tmp_path_factory.mktemp("failed"), [desk]))
        start = inventory_text = hospital.inventory.read_text(encoding="utf-8")
        files = lay_out(hospital.authority, hospital.folder, CONNECTION_UPN)
        principals = dict.fromkeys((CONNECTION_UPN.partition("@")[0], OLD), hospital.connection_password)
        kdc = running.enter_context(Kdc(principals, without_aes=(OLD,))) if kerberos() else None
        site = Site(hospital, running, files, kdc)
        environment = {**FACT_CACHE, **(kdc.environment if kdc else {})}
        skewed = [name for name in names if name.endswith(SKEWED)]
        results = read_facts(site, [name for name in names if name not in skewed], environment)
        if skewed:
            hospital.inventory.write_text(start, encoding="utf-8")
            other = running.enter_context(Kdc(principals, skewed=True))
            results |= read_facts(site, skewed, {**environment, **other.environment})
        hospital.inventory.write_text(inventory_text, encoding="utf-8")
        chosen = inventory(site, failing := ["winrm-off", "psrp-expired"])
        hospital.inventory.write_text(yaml.safe_dump(chosen, allow_unicode=True), encoding="utf-8")
        everyone = ("-e", json.dumps({"pkcs12_retire_everyone": True, "pkcs12_workstation_count": len(failing)}))
        books = {
            name: play(hospital, f"hospital_it.pkcs12.{name}", *everyone, environment=environment)
            for name in ("check", "enrol", "renew", "retire", "audit")
        }
        yield Failed(hospital, results, books)


@pytest.mark.parametrize(("name", "plugin"), EACH)
def test_the_cause_has_its_code(failed: Failed, name: str, plugin: str) -> None:
    result = failed.results[f"{plugin}-{name}"]
    told = result["connection_error"]
    assert (told["code"], result["unreachable"]) == (CASES[name].code, True), result
    assert result["error"]["problem"]["code"] == told["code"]
    assert told["next_step"]
    assert told["detail"]
    assert failed.hospital.connection_password not in json.dumps(result)


@pytest.mark.parametrize("book", ["check", "enrol", "renew", "retire", "audit"])
def test_every_playbook_tells_the_same_cause(failed: Failed, book: str) -> None:
    run, action = failed.books[book], {"check": "workstation_info", "audit": "certificate_facts"}
    for name in ("winrm-off", "psrp-expired"):
        problem = row(run, action.get(book, "holder_certificates"), name).result["error"]["problem"]
        assert problem["code"] == failed.results[name]["error"]["problem"]["code"]
        assert any(line.startswith("  ") and name in line for line in summary(run)["lines"]), book
    # In an audit, one that is off makes nothing red.
    assert failed_hosts(run) == ({"psrp-expired"} if book == "audit" else {"winrm-off", "psrp-expired"})


def test_facts_record_that_the_workstation_did_not_answer(failed: Failed) -> None:
    facts = facts_in(failed.hospital.folder / "facts", "winrm-off")
    assert "pkcs12" not in facts
    assert facts["pkcs12_fact_audit"]["problem"]["code"] == "connection_refused"


MISSING = {
    "winrm-off": ("winrm", "winrm_missing"),
    "psrp-off": ("pypsrp", "psrp_missing"),
    "winrm-wrong-password-credssp": ("requests_credssp", "credssp_missing"),
    "psrp-wrong-password-credssp": ("requests_credssp", "credssp_missing"),
    "winrm-no-ticket": ("kerberos", "kerberos_missing"),
    "psrp-no-ticket": ("gssapi", "kerberos_missing"),
}


def test_a_package_that_the_controller_lacks_is_named(tmp_path: Path) -> None:
    """Each is hidden by a module of its name that cannot be imported."""
    with ExitStack() as running:
        hospital = running.enter_context(Hospital(tmp_path / "hospital", [Desk("ws-1", (Seat(JEANNE),))]))
        original = hospital.inventory.read_text(encoding="utf-8")
        site = Site(hospital, running, lay_out(hospital.authority, hospital.folder, CONNECTION_UPN), None)
        told = {}
        with chosen(started_anew):
            for name, (module, _code) in MISSING.items():
                hidden = tmp_path / name / f"{module}.py"
                hidden.parent.mkdir()
                hidden.write_text(f"raise ModuleNotFoundError(\"No module named '{module}'\")\n", encoding="utf-8")
                hospital.inventory.write_text(original, encoding="utf-8")
                told |= read_facts(site, [name], {"PYTHONPATH": str(hidden.parent)})
    assert {name: result["connection_error"]["code"] for name, result in told.items()} == {
        name: code for name, (_module, code) in MISSING.items()
    }


WITHOUT_AN_ANSWER = """\
import urllib3.connection, urllib3.util.ssl_
made = urllib3.util.ssl_.create_urllib3_context
def as_before(*given, **named):
    context = made(*given, **named)
    context.post_handshake_auth = False
    return context
urllib3.connection.create_urllib3_context = urllib3.util.ssl_.create_urllib3_context = as_before
"""
"""How urllib3 connected before it said that it can show a certificate after the handshake."""


def test_a_certificate_over_tls_1_3_needs_a_library_that_shows_it_after_the_handshake(tmp_path: Path) -> None:
    names = ["winrm-certificate", "psrp-certificate"]
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_AN_ANSWER, encoding="utf-8")
    with ExitStack() as running:
        hospital = running.enter_context(Hospital(tmp_path / "hospital", [Desk("ws-1", (Seat(JEANNE),))]))
        original = hospital.inventory.read_text(encoding="utf-8")
        site = Site(hospital, running, lay_out(hospital.authority, hospital.folder, CONNECTION_UPN), None)
        with chosen(started_anew):
            failing = read_facts(site, names, {"PYTHONPATH": str(tmp_path)})
            hospital.inventory.write_text(original, encoding="utf-8")
            today = read_facts(site, names, {})
    assert {each["connection_error"]["code"] for each in failing.values()} == {"certificate_over_tls13"}
    assert [name for name, result in today.items() if "connection_error" in result] == []
