# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that fails ends with its cause, over both connection plugins, for every action."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.failing_connections import CASES, GOOD, OLD, Site, host
from integration.plays import Json, facts_in, failed_hosts, row, run_play, summary
from lab.ansible_playbook import chosen, started_anew
from lab.hospital import CONNECTION_UPN, Hospital
from lab.kdc import Kdc, kerberos
from lab.people import JEANNE, Desk, Seat
from lab.playbook import Run, fact_cache, play
from lab.transports import lay_out

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
        environment = {**fact_cache(hospital), **(kdc.environment if kdc else {})}
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
