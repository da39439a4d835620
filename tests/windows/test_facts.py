# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of Windows PowerShell: stores that Windows' own functions have written, in the registry, in another person's profile, and the
computer's; and keys that sign.

What Wine cannot show: it has one user, who is the connection's. So his key signs without become, nobody else is logged on, and the second
person's account has no name: she is asked for by her SID, and her profile is planted, with elements that crypt32 has serialized. Crypt32
of Wine sets no mark on an archived certificate; reading one is among the contract's cases.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.conftest import DOSIMETRY
from integration.plays import Json, modules, run_play, tasks
from lab.authority import IssuedBundle
from lab.hospital import Hospital
from lab.people import ELODIE, LOUIS, Person
from lab.wine import WineWorkstation, seen_by_wine

pytestmark = pytest.mark.windows

CNG, CAPI = "Microsoft Software Key Storage Provider", "Microsoft Enhanced Cryptographic Provider v1.0"
USER, MACHINE = "CurrentUser\\My", "LocalMachine\\My"
COMPUTER = Person("Poste de dosimétrie", "T900001", "", 0)
PLANT = r"""
$list = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'
$entry = New-Item -Path $list -Name '{sid}'
Set-ItemProperty -LiteralPath $entry.PSPath -Name ProfileImagePath -Value 'C:\Users\elefevre'
$folder = New-Item -ItemType Directory 'C:\Users\elefevre\AppData\Roaming\Microsoft\SystemCertificates\My\Certificates'
foreach ($order in [IO.File]::ReadAllText('{orders}') | ConvertFrom-Json) {{
    $env:WINE_PFX_CNG = $order.cng
    $bundle = [Convert]::FromBase64String($order.bundle)
    $certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new($bundle, $order.passphrase, $order.keys)
    if (-not $order.key) {{ $certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new($certificate.RawData) }}
    if ($order.friendly_name) {{ $certificate.FriendlyName = $order.friendly_name }}
    if ($order.profile) {{
        [IO.File]::WriteAllBytes("$($folder.FullName)\$($certificate.Thumbprint)", $certificate.Export('SerializedCert'))
        continue
    }}
    $store = [Security.Cryptography.X509Certificates.X509Store]::new('My', $order.location)
    $store.Open('ReadWrite')
    $store.Add($certificate)
    $store.Close()
    if ($order.lost) {{ [Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($certificate).Key.Delete() }}
}}
"""


@dataclass(frozen=True, slots=True)
class Planted:
    """A certificate and how it was stored. ``lost``: its key was deleted afterwards. ``provider`` None: it has no key there."""

    person: Person
    days: int
    provider: str | None
    friendly_name: str | None = None
    lost: bool = False

    def order(self, bundle: IssuedBundle) -> Json:
        """For the script above."""
        return {
            "bundle": base64.b64encode(bundle.data).decode(),
            "passphrase": bundle.passphrase,
            "cng": "0" if self.provider == CAPI else "1",
            "key": self.provider is not None,
            "friendly_name": self.friendly_name,
            "lost": self.lost,
            "profile": self.person is ELODIE,
            "location": "LocalMachine" if self.person is COMPUTER else "CurrentUser",
            "keys": f"PersistKeySet, {'Machine' if self.person is COMPUTER else 'User'}KeySet",
        }


PLANTED = {
    "broken": Planted(LOUIS, 1000, CNG, lost=True),
    "in use": Planted(LOUIS, 500, CNG, "Dosimétrie"),
    "hers": Planted(ELODIE, 600, CAPI, "Élodie's"),
    "hers, without a key": Planted(ELODIE, -1, None),
    "the computer's": Planted(COMPUTER, 20, CNG, "Poste"),
}


@dataclass(frozen=True, slots=True)
class Gathered:
    owner_sid: str
    bundles: dict[str, IssuedBundle]
    plain: Json
    proven: Json
    ran: list[str]
    cured: Json
    cured_by: list[str]

    def rows(self, facts: Json, *keys: str) -> dict[str, tuple[Any, ...]]:
        """What facts say of each planted certificate."""
        found = {each["thumbprint"]: each for each in facts["certificates"]}
        assert len(found) == len(PLANTED)
        return {name: tuple(found[bundle.thumbprint][key] for key in keys) for name, bundle in self.bundles.items()}


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gathered]:
    """On a workstation of its own: others would find what was planted."""
    with Hospital(tmp_path_factory.mktemp("windows_facts"), [DOSIMETRY]) as hospital:
        workstation = hospital.workstations[DOSIMETRY.name]
        assert isinstance(workstation, WineWorkstation)
        bundles = {name: issue(hospital, each) for name, each in PLANTED.items()}
        plant(hospital, workstation, bundles)
        holders = [
            {"user": "{{ pkcs12_holders[0].user }}", "authorisation": LOUIS.authorisation},
            {"user": ELODIE.sid, "authorisation": ELODIE.authorisation},
        ]
        options = {"issuer": "CN=AC Personnes", "holders": holders}
        calls = [{"certificate_facts": options | {"prove_keys": prove}} for prove in (False, True)]
        run = run_play(hospital, tasks=tasks(*calls))
        assert run.exit_code == 0, run.stdout
        plain, proven = (row.result["ansible_facts"]["pkcs12"] for row in run.of("certificate_facts"))
        again = run_play(hospital, tasks=tasks(cure(bundles["broken"])))
        (cured,) = (row.result for row in again.of("certificate"))
        ran = modules(run.requests), modules(again.requests)
        yield Gathered(workstation.owner_sid, bundles, plain, proven, ran[0], cured, ran[1])


def issue(hospital: Hospital, planted: Planted) -> IssuedBundle:
    until = datetime.now(UTC) + timedelta(days=planted.days)
    return hospital.authority.issue(
        planted.person.name,
        planted.person.authorisation,
        passphrase="a code",
        dialect="3des",
        not_before=until - timedelta(days=1095),
        not_after=until,
    )


def cure(bundle: IssuedBundle) -> Json:
    """The bundle of the broken certificate once more."""
    content = base64.b64encode(bundle.data).decode()
    options = {"content": content, "passphrase": bundle.passphrase, "holder": "{{ pkcs12_holders[0].user }}"}
    return {"certificate": options | {"prove": "always"}}


def plant(hospital: Hospital, workstation: WineWorkstation, bundles: dict[str, IssuedBundle]) -> None:
    orders = hospital.folder / "orders.json"
    orders.write_text(json.dumps([PLANTED[name].order(bundle) for name, bundle in bundles.items()]), encoding="utf-8")
    workstation.run_powershell(PLANT.format(sid=ELODIE.sid, orders=seen_by_wine(orders)))


def test_each_certificate_is_where_it_lies_with_what_windows_keeps_of_it(gathered: Gathered) -> None:
    owners = {LOUIS: (gathered.owner_sid, USER), ELODIE: (ELODIE.sid, USER), COMPUTER: ("S-1-5-18", MACHINE)}
    keys = ("owner_sid", "store", "key_provider", "friendly_name", "key_state")
    assert gathered.rows(gathered.plain, *keys) == {
        name: (*owners[each.person], each.provider, each.friendly_name, "linked" if each.provider else "missing")
        for name, each in PLANTED.items()
    }
    ends = {
        name: (f"{bundle.certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}",)
        for name, bundle in gathered.bundles.items()
    }
    assert gathered.rows(gathered.plain, "not_after") == ends


def test_holders_and_profiles_are_told_apart(gathered: Gathered) -> None:
    louis, elodie = gathered.plain["holders"]
    assert (louis["owner_sid"], louis["logged_on"], louis["status"]) == (gathered.owner_sid, True, "duplicate")
    assert (elodie["owner_sid"], elodie["logged_on"], elodie["status"]) == (ELODIE.sid, False, "valid")
    assert (elodie["account"], elodie["thumbprint"]) == (None, gathered.bundles["hers"].thumbprint)
    assert gathered.plain["unread"] == []
    profiles = {each["owner_sid"]: (each["loaded"], each["readable"]) for each in gathered.plain["profiles"]}
    assert profiles == {gathered.owner_sid: (True, True), ELODIE.sid: (False, True)}
    assert gathered.rows(gathered.plain, "status") == {
        "broken": ("valid",),
        "in use": ("superseded",),
        "hers": ("valid",),
        "hers, without a key": ("superseded",),
        "the computer's": ("renewal_due",),
    }


def test_proof_finds_the_broken_key_and_the_one_that_signs(gathered: Gathered) -> None:
    states = {name: ("linked" if each.provider else "missing",) for name, each in PLANTED.items()}
    assert gathered.rows(gathered.proven, "key_state") == states | {"broken": ("unusable",), "in use": ("proven",)}
    louis, elodie = gathered.proven["holders"]
    assert (louis["proof"], louis["proof_detail"], louis["status"]) == ("proven", None, "valid")
    assert louis["thumbprint"] == gathered.bundles["in use"].thumbprint
    assert (elodie["proof"], elodie["status"]) == ("not_proven", "valid")
    assert elodie["proof_detail"]["code"] == "not_logged_on"
    # The read, the key that is gone, the one that signs.
    assert gathered.ran == ["store_inventory", "store_inventory", "store_exchange", "store_exchange"]


def test_broken_key_comes_anew_out_of_the_bundle_before_the_older_certificate_goes(gathered: Gathered) -> None:
    found = gathered.cured
    assert (found["outcome"], found["certificate"]["key_state"]) == ("renewed", "proven"), found["msg"]
    assert found["certificate"]["thumbprint"] == gathered.bundles["broken"].thumbprint
    assert [each["thumbprint"] for each in found["superseded"]] == [gathered.bundles["in use"].thumbprint]
    # The read, the proof that fails and changes nothing, and all of it with the import.
    assert gathered.cured_by == ["store_inventory", "store_exchange", "store_exchange"]
    assert [entry["step"] for entry in found["journal"]] == ["chain", "import", "prove", "retire"]
