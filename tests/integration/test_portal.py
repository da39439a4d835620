# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A portal is asked from both sides, and a renewal takes nothing away before the portal has accepted the new certificate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.portal_causes import next_step_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._delivery.portal_visit import Visit
from integration.canary import Scanner, Secret, binary_secret, key_secrets, text_secret
from integration.conftest import Figures
from integration.plays import failed_hosts, holder, modules, run_play, tasks
from integration.stores import Contents, Held, contents
from integration.written_files import files
from lab.authority import IssuedBundle
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, LOUIS, Desk, Seat
from lab.playbook import Run
from lab.portal import Demand, Portal, Terms
from lab.tls import trust
from lab.wine import WineWorkstation

DESKS = [Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE)))]
NUMBER = JEANNE.authorisation


@dataclass(frozen=True, slots=True)
class Site:
    """A hospital, and the file of its authority."""

    hospital: Hospital
    ca_path: str

    def ask(self, portal: Portal, *calls: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Results of ``portal_info``, one for each of these arguments."""
        arguments = [{"url": portal.url, "ca_path": self.ca_path, "use_proxy": False, **call} for call in calls]
        run = self.play(tasks=tasks(*({"portal_info": each} for each in arguments)))
        return [row.result for row in run.of("portal_info")]

    def play(self, **keywords: Any) -> Run:
        """At -vvv, with a log."""
        log = {"ANSIBLE_LOG_PATH": str(self.hospital.folder / "ansible.log")}
        return run_play(
            self.hospital, "-vvv", f"--extra-vars=@{self.hospital.passphrases}", environment=log, **keywords
        )

    def renew(self, portal: Portal, role: str = "renew") -> Run:
        """With the portal as a condition."""
        variables = {"pkcs12_portal_url": portal.url, f"{role}_require_portal": True}
        now = {"renew_now": True} if role == "renew" else {}
        return self.play(roles=[f"hospital_it.pkcs12.{role}"], vars={**variables, **now})

    def store(self) -> Contents:
        """Jeanne's."""
        return contents(self.hospital.emulated("ws-cardio").store_of(JEANNE.sid))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Hospital(tmp_path / "hospital", DESKS) as hospital:
        ca_path = str(trust(hospital.authority, tmp_path))
        hospital.emulated("ws-cardio").trusted_roots = ca_path
        yield Site(hospital, ca_path)


def held(bundle: IssuedBundle) -> Contents:
    """A store with this certificate alone, which works."""
    return Contents((Held(bundle.thumbprint, f"{JEANNE.name} - {NUMBER}", works=True),), orphans=0)


def bundle_of(hospital: Hospital) -> dict[str, str]:
    """The arguments that open Jeanne's bundle."""
    return {
        "path": str(hospital.bundle_folder / hospital.bundles[NUMBER].file_name),
        "passphrase": f"{{{{ pkcs12_passphrases['{NUMBER}'] }}}}",
    }


def secrets_of(bundles: list[IssuedBundle]) -> Iterator[Secret]:
    for bundle in bundles:
        yield text_secret(f"passphrase of {bundle.file_name}", bundle.passphrase)
        yield binary_secret(bundle.file_name, bundle.data, public=bytes.fromhex(bundle.thumbprint))
        yield from key_secrets(f"the key in {bundle.file_name}", bundle.private_key)


def test_the_portal_is_asked_before_and_after_and_is_a_condition(site: Site, figures: Figures) -> None:
    hospital = site.hospital
    first = hospital.bundles[NUMBER]
    with Portal(hospital.authority, {NUMBER: "4711"}) as portal:
        before, missing = site.ask(
            portal,
            {"from": "controller", **bundle_of(hospital)},
            {"from": "workstation", "holder": JEANNE.account, "authorisation": NUMBER},
        )
        assert (before["accepted"], before["http_status"], before["thumbprint"]) == (True, 200, first.thumbprint)
        assert missing["error"]["code"] == "no_usable_certificate"
        enrolled = site.renew(portal, "enrol")
        assert not failed_hosts(enrolled), enrolled.stdout
        assert [step["step"] for step in holder(enrolled, "ws-cardio", NUMBER).result["journal"]][-1] == "connect"
        visits = len(portal.visitors)
        assert [visit.thumbprint for visit in portal.visitors].count(first.thumbprint) == 2
        again = site.renew(portal, "enrol")
        assert (modules(again.requests), len(portal.visitors)) == (["store_inventory"], visits), (
            "nothing to do, nobody asked"
        )
        (after,) = site.ask(portal, {"from": "workstation", "holder": JEANNE.account, "authorisation": NUMBER})
        assert (after["accepted"], after["sent"], after["tls_version"]) == (True, True, "TLSv1.3")
    assert site.store() == held(first)

    second = hospital.deliver(JEANNE, 2000, " new")
    with Portal(hospital.authority, terms=Terms(revoked=[second.certificate])) as strict:
        refused = site.renew(strict)
        row = holder(refused, "ws-cardio", NUMBER).result
        assert failed_hosts(refused) == {"ws-cardio"}
        assert (row["error"]["code"], row["changed"], row["outcome"]) == ("connect_failed", False, "failed")
        assert ("import", "undone") in [(step["step"], step["outcome"]) for step in row["journal"]]
        assert {step["code"] for step in row["journal"] if step["step"] == "connect"} == {"revoked"}
        assert holder(refused, "ws-cardio", ELODIE.authorisation).result["error"] is None
        assert row["error"]["next_step"] == next_step_of(Visit(cause="revoked"))
        assert site.store() == held(first), "as it was, with its key"
        url = strict.url
    assert not strict.logged_on
    down = site.play(
        roles=["hospital_it.pkcs12.renew"],
        vars={"renew_portal_url": url, "renew_require_portal": True, "renew_now": True},
    )
    assert [s["code"] for s in holder(down, "ws-cardio", NUMBER).result["journal"] if s["step"] == "connect"] == [
        "unreachable"
    ]
    assert site.store() == held(first)
    with Portal(hospital.authority) as portal:
        assert not failed_hosts(site.renew(portal))
    assert site.store() == held(second)

    scanner = Scanner(secrets_of([first, second]))
    pieces = [piece for piece in files(hospital.folder) if not _is_input(hospital, piece[0])]
    pieces += [
        ("stdout", refused.stdout.encode()),
        ("stdout", enrolled.stdout.encode()),
        ("stdout", down.stdout.encode()),
    ]
    assert any(place.endswith("ansible.log") for place, _data in pieces)
    assert figures.search("portal", scanner, pieces) == []


def _is_input(hospital: Hospital, place: str) -> bool:
    return Path(place).relative_to(hospital.folder).parts[0] in {
        "inventory.yml",
        "passphrases.yml",
        "bundles",
        "play.yml",
    }


def test_required_without_an_address(site: Site) -> None:
    run = site.play(roles=["hospital_it.pkcs12.enrol"], vars={"enrol_require_portal": True})
    row = holder(run, "ws-cardio", NUMBER).result
    assert (failed_hosts(run), row["error"]["code"]) == ({"ws-cardio"}, "bad_url")
    assert "enrol_portal_url" in row["msg"]
    assert site.store() == Contents((), orphans=0)


@pytest.mark.windows
def test_windows_powershell_names_the_cause_and_takes_the_import_back(tmp_path: Path) -> None:
    """Wine sends no client certificate, so that no portal accepts it there."""
    with Hospital(tmp_path / "hospital", [Desk("ws-dosimetry", (Seat(LOUIS),), windows=True)]) as hospital:
        workstation = hospital.workstations["ws-dosimetry"]
        assert isinstance(workstation, WineWorkstation)
        workstation.trust_root(trust(hospital.authority, tmp_path))
        site = Site(hospital, "")
        enrol = {"roles": ["hospital_it.pkcs12.enrol"]}
        with Portal(hospital.authority, terms=Terms(Demand.OPTIONAL, "localhost")) as portal:
            refused = site.renew(portal, "enrol")
            row = holder(refused, "ws-dosimetry").result
            connected = [step for step in row["journal"] if step["step"] == "connect"]
            assert [(step["code"], step["http_status"], step["tls_version"]) for step in connected] == [
                ("none_sent", 403, "TLSv1.2")
            ]
            assert (row["error"]["code"], row["changed"]) == ("connect_failed", False)
            assert not failed_hosts(site.play(**enrol))
            account, number = "{{ pkcs12_holders[0].user }}", LOUIS.authorisation
            run = site.play(
                tasks=tasks(
                    {
                        "portal_info": {
                            "from": "workstation",
                            "url": portal.url,
                            "holder": account,
                            "authorisation": number,
                            "use_proxy": False,
                        }
                    }
                )
            )
        (asked,) = run.of("portal_info")
        assert (asked.result["accepted"], asked.result["code"], asked.result["sent"]) == (False, "none_sent", False)
        assert {visit.thumbprint for visit in portal.visitors} == {None}
