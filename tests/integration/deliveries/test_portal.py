# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A portal is asked from both sides, and a renewal takes nothing away before the portal has accepted the new certificate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integration.canary import Scanner, Secret, binary_secret, key_secrets, text_secret
from integration.conftest import Figures
from integration.plays import failed_hosts, holder, modules, run_play, tasks
from integration.stores import Contents, Held, contents
from integration.written_files import files
from lab.authority import IssuedBundle
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, Desk, Seat
from lab.playbook import Run
from lab.portal import Portal, Terms
from lab.tls import trust

DESK = "ws-cardio"
DESKS = [Desk(DESK, (Seat(JEANNE), Seat(ELODIE)))]
NUMBER = JEANNE.authorisation
HERSELF = {"from": "workstation", "holder": JEANNE.account, "authorisation": NUMBER}


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
        variables = {"pkcs12_portal_url": portal.url, "pkcs12_require_portal": True}
        now = {"pkcs12_install": "always"} if role == "renew" else {}
        return self.play(roles=[f"hospital_it.pkcs12.{role}"], vars={**variables, **now})

    def store(self) -> Contents:
        """Jeanne's."""
        return contents(self.hospital.emulated(DESK).store_of(JEANNE.sid))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Hospital(tmp_path / "hospital", DESKS) as hospital:
        ca_path = str(trust(hospital.authority, tmp_path))
        hospital.emulated(DESK).trusted_roots = ca_path
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


def test_the_portal_is_asked_before_and_after(site: Site) -> None:
    """By the controller with the bundle, by the role as a condition, by the holder; not where there is nothing to do."""
    hospital, bundle = site.hospital, site.hospital.bundles[NUMBER]
    with Portal(hospital.authority, {NUMBER: "4711"}) as portal:
        before, missing = site.ask(portal, {"from": "controller", **bundle_of(hospital)}, HERSELF)
        assert (before["accepted"], before["http_status"], before["thumbprint"]) == (True, 200, bundle.thumbprint)
        assert missing["error"]["code"] == "no_usable_certificate"
        enrolled = site.renew(portal, "enrol")
        assert not failed_hosts(enrolled), enrolled.stdout
        assert [step["step"] for step in holder(enrolled, DESK, NUMBER).result["journal"]][-1] == "connect"
        visits = [visit.thumbprint for visit in portal.visitors]
        assert visits.count(bundle.thumbprint) == 2
        again = site.renew(portal, "enrol")
        assert (modules(again.requests), len(portal.visitors)) == (["store_inventory"], len(visits))
        (after,) = site.ask(portal, HERSELF)
        assert (after["accepted"], after["sent"], after["tls_version"]) == (True, True, "TLSv1.3")
    assert site.store() == held(bundle)
    assert portal.logged_on == [], "nobody types the access code"


def test_nothing_goes_before_the_portal_has_accepted(site: Site, figures: Figures) -> None:
    """It refuses the new certificate, then nobody answers, then it accepts. Nothing secret is written meanwhile."""
    hospital, first = site.hospital, site.hospital.bundles[NUMBER]
    runs = [site.play(roles=["hospital_it.pkcs12.enrol"])]
    second = hospital.deliver(JEANNE, 2000, " new")
    with Portal(hospital.authority, terms=Terms(revoked=[second.certificate])) as portal:
        runs.append(site.renew(portal))
        assert_refused(runs[-1], "revoked")
        assert site.store() == held(first), "as it was, with its key"
    runs.append(site.renew(portal))
    assert_refused(runs[-1], "unreachable")
    assert site.store() == held(first)
    with Portal(hospital.authority) as portal:
        runs.append(site.renew(portal))
        assert not failed_hosts(runs[-1])
    assert site.store() == held(second)
    pieces = [piece for piece in files(hospital.folder) if not _is_input(hospital, piece[0])]
    pieces += [(f"stdout of play {number}", run.stdout.encode()) for number, run in enumerate(runs)]
    assert any(place.endswith("ansible.log") for place, _data in pieces)
    assert figures.search("portal", Scanner(secrets_of([first, second])), pieces) == []


def assert_refused(run: Run, cause: str) -> None:
    """Jeanne's renewal was taken back for this cause; Elodie's went on or failed for itself."""
    row = holder(run, DESK, NUMBER).result
    assert failed_hosts(run) == {DESK}
    assert (row["error"]["code"], row["changed"], row["outcome"]) == ("connect_failed", False, "failed")
    assert f"portal.{cause}" in [each["code"] for each in row["error"]["problem"]["causes"]]
    assert ("import", "undone") in [(step["step"], step["outcome"]) for step in row["journal"]]
    assert {step["code"] for step in row["journal"] if step["step"] == "connect"} == {cause}
    assert holder(run, DESK, ELODIE.authorisation).result["outcome"] == "unchanged"


def _is_input(hospital: Hospital, place: str) -> bool:
    return Path(place).relative_to(hospital.folder).parts[0] in {
        "inventory.yml",
        "passphrases.yml",
        "bundles",
        "play.yml",
    }
