# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 17: a renewal removes only what the new certificate replaces: the same person's, of the same issuer, for the same use. The page
``uses.md`` beside this file says what becomes of each kind of certificate."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import Certificate, ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import parse_element
from integration.plays import NONCE, all_told, holder, run_play, summary, tasks
from lab.authority import Authority
from lab.authority.authority import new_key
from lab.authority.dialect import PrivateKey
from lab.emulated.store import Store
from lab.hospital import Hospital
from lab.people import ANNE, JEANNE, KARIM, LOUIS, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play
from promises.pages import Page

RENEWED, RETIRED = "ws-renewed", "ws-retired"
DESKS = (Desk(RENEWED, (Seat(JEANNE),)), Desk(RETIRED, (Seat(JEANNE),)))
PAGE = Page("uses.md")
NONE = "-"
EKUS = {
    "clientAuth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "anyExtendedKeyUsage": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    "emailProtection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "EFS": ObjectIdentifier("1.3.6.1.4.1.311.10.3.4"),
    "serverAuth": ExtendedKeyUsageOID.SERVER_AUTH,
}
KEY_USAGES = {
    "digitalSignature": "digital_signature",
    "keyEncipherment": "key_encipherment",
    "keyAgreement": "key_agreement",
    "contentCommitment": "content_commitment",
}
ALL = {"pkcs12_max_certificates": 999}
LEAVES = {"pkcs12_retire_authorisations": [JEANNE.authorisation]}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a certificate is for, as the page writes it."""

    eku: str
    key_usage: str

    def issue(self, authority: Authority, person: Person, ends: timedelta) -> tuple[Certificate, PrivateKey]:
        """A certificate alone, with its key: a file would cost more than all the rest."""
        end, key = datetime.now(UTC) + ends, new_key("ec-p256")
        usages = [KEY_USAGES[each] for each in _parts(self.key_usage)]
        name, dates = f"{person.name} - {person.authorisation}", (end - timedelta(days=1095), end)
        return authority.certify_person(name, key.public_key(), dates, self.ekus, usages), key

    @property
    def ekus(self) -> list[ObjectIdentifier]:
        return [EKUS[each] for each in _parts(self.eku)]


def _parts(cell: str) -> list[str]:
    return [] if cell == NONE else cell.split(" + ")


def table(heading: str) -> dict[Kind, str]:
    """A table with a row for each extendedKeyUsage and a column for each keyUsage."""
    head, *rows = PAGE.cells(heading)
    return {Kind(row[0], usage): cell for row in rows for usage, cell in zip(head[1:], row[1:], strict=True)}


USES, RENEWAL, REMOVAL = map(table, ("The use", "A renewal", "A removal of a leaver"))
ENCRYPTION = Kind(NONE, "keyEncipherment")


@dataclass(frozen=True, slots=True)
class Planted:
    """A certificate of the grid. ``container``: where its key is."""

    kind: Kind
    person: Person
    of_site: bool
    valid: bool
    container: str = ""

    @property
    def is_meant(self) -> bool:
        return self.person is JEANNE and self.of_site


GRID = [
    Planted(*each)
    for each in product(RENEWAL, (JEANNE, PAUL), (True, False), (True, False))  # whose, by the site's issuer, valid
]


def plant(store: Store, authorities: Mapping[bool, Authority]) -> dict[str, Planted]:
    """The whole grid, by thumbprint."""
    found = {}
    for each in GRID:
        ends = timedelta(days=20 if each.valid else -30)
        certificate, key = each.kind.issue(authorities[each.of_site], each.person, ends)
        thumbprint = store.plant(certificate, key)
        found[thumbprint] = replace(each, container=[*store.containers][-1])
    return found


@dataclass(frozen=True, slots=True)
class Done:
    """A run over the grid: what was there, what the store holds, and what the run told of the holder and at its end."""

    run: Run
    planted: Mapping[str, Planted]
    store: Store
    result: Mapping[str, Any]

    def became(self, thumbprint: str) -> str:
        """What the store shows of a certificate."""
        has_key = self.planted[thumbprint].container in self.store.containers
        if (element := self.store.elements.get(thumbprint)) is None:
            return "only its key is left" if has_key else "deleted"
        if not has_key:
            return "only its key is gone"
        return "archived" if parse_element(element).archived else "stays"

    def told(self) -> dict[str, str]:
        """What the result says, by thumbprint."""
        gone = [*self.result["superseded"], *self.result["removed"]]
        methods = {row["thumbprint"]: f"{row['method']}d" for row in gone}
        return methods | {row["thumbprint"]: "kept" for row in self.result["kept"] if not row["archived"]}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Done]]:
    with Hospital(tmp_path_factory.mktemp("uses"), DESKS) as hospital:
        authorities = {True: hospital.authority, False: Authority.create("AC Autres")}
        found = {}
        for playbook, host, variables in (("renew", RENEWED, ALL), ("retire", RETIRED, ALL | LEAVES)):
            store = hospital.emulated(host).store_of(JEANNE.sid)
            planted = plant(store, authorities)
            given = ("-e", json.dumps(variables), "--limit", host)
            run = play(hospital, f"hospital_it.pkcs12.{playbook}", *given, environment=NONCE)
            assert run.exit_code == 0, run.stdout
            found[playbook] = Done(run, planted, store, holder(run, host).result)
        yield found


def test_the_page_has_each_combination_once() -> None:
    assert len(USES) == len(RENEWAL) == len(REMOVAL) == 48
    assert USES.keys() == RENEWAL.keys() == REMOVAL.keys()
    assert len(GRID) == 384


@pytest.mark.parametrize(("playbook", "expected"), [("renew", RENEWAL), ("retire", REMOVAL)])
def test_what_goes_what_stays_and_what_is_archived(
    done: Mapping[str, Done], playbook: str, expected: Mapping[Kind, str]
) -> None:
    here = done[playbook]
    wanted = {
        thumbprint: expected[each.kind].replace("kept", "stays") if each.is_meant else "stays"
        for thumbprint, each in here.planted.items()
    }
    became = {thumbprint: here.became(thumbprint) for thumbprint in here.planted}
    wrong = Counter(
        (each.kind, each.is_meant, wanted[thumbprint], became[thumbprint])
        for thumbprint, each in here.planted.items()
        if wanted[thumbprint] != became[thumbprint]
    )
    assert not wrong


@pytest.mark.parametrize(("playbook", "expected"), [("renew", RENEWAL), ("retire", REMOVAL)])
def test_the_result_tells_each_of_them_and_no_other(
    done: Mapping[str, Done], playbook: str, expected: Mapping[Kind, str]
) -> None:
    here = done[playbook]
    assert here.told() == {key: expected[each.kind] for key, each in here.planted.items() if each.is_meant}
    uses = {row["thumbprint"]: row["use"] for row in here.result["kept"]}
    assert uses == {
        key: USES[each.kind]
        for key, each in here.planted.items()
        if each.is_meant and expected[each.kind] in ("kept", "archived")
    }


@pytest.mark.parametrize(("playbook", "expected"), [("renew", RENEWAL), ("retire", REMOVAL)])
def test_what_is_kept_for_its_use_is_told_by_name(
    done: Mapping[str, Done], playbook: str, expected: Mapping[Kind, str]
) -> None:
    """In what is told of the person, and at the end of the run."""
    here = done[playbook]
    wanted = Counter(
        (expected[kind], USES[kind]) for kind in expected for _valid in (1, 2) if expected[kind] != "deleted"
    )
    for text in (here.result["msg"], *summary(here.run)["lines"]):
        found = [each for each in all_told(text) if each.code.startswith("kept_for_use")]
        if found or text is here.result["msg"]:
            counted = {
                ("archived" if each.code.endswith("archived") else "kept", each.values["use"]): int(
                    each.values["count"]
                )
                for each in found
            }
            assert counted == wanted
            assert all(JEANNE.name in each.values["whose"] for each in found)
            assert all(JEANNE.authorisation in each.values["whose"] for each in found)
    assert any("kept_for_use" in line for line in summary(here.run)["lines"])


CARDIO = "ws-cardio"
PEOPLE = {"all four": JEANNE, "authentication": LOUIS, "encryption": PAUL, "signature": KARIM, "other": ANNE}
"""Who has files and certificates for what, as the page says it."""
THREES = (Desk(CARDIO, tuple(Seat(each) for each in PEOPLE.values())),)
BESIDE = {"encryption": (NONE, "keyEncipherment"), "signature": (NONE, "contentCommitment")}
BESIDE |= {"mail": ("emailProtection", "digitalSignature"), "other": ("serverAuth", NONE)}
BESIDE |= {"weak": (NONE, "keyEncipherment"), "curve": (NONE, "contentCommitment")}
UNUSABLE: Mapping[str, Callable[[], PrivateKey]] = {
    "weak": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505  what nobody installs
    "curve": lambda: ec.generate_private_key(ec.SECP256K1()),
}
"""Keys with which no bundle is installed. A file for another use may have them: nobody installs it."""
ALONE = {"encryption": "weak", "signature": "curve", "other": "other"}
"""The file of a person who has only one for another use."""


def put_beside(hospital: Hospital, person: Person, what: str) -> None:
    """A file of the person for another use, which ends later than the right one."""
    kind, unusable = Kind(*BESIDE[what]), UNUSABLE.get(what)
    issued = hospital.authority.issue(
        person.name,
        person.authorisation,
        passphrase=hospital.bundles[person.authorisation].passphrase,
        key=unusable() if unusable else "ec-p256",
        not_after=datetime.now(UTC) + timedelta(days=2000),
        eku=kind.ekus,
        key_usage=[KEY_USAGES[each] for each in _parts(kind.key_usage)],
    )
    name = f"{person.name} - {person.authorisation}"
    (hospital.bundle_folder / f"{name} {what}.p12").write_bytes(issued.data)


@pytest.fixture(scope="module")
def threes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Run]]:
    """Jeanne's files come in threes, and more. Three people have files and certificates for one other use alone, Louis the right ones."""
    with Hospital(tmp_path_factory.mktemp("threes"), THREES) as hospital:
        for what in BESIDE:
            put_beside(hospital, JEANNE, what)
        for use, what in ALONE.items():
            person = PEOPLE[use]
            (hospital.bundle_folder / f"{person.name} - {person.authorisation}.p12").unlink()
            put_beside(hospital, person, what)
            for each in (person, JEANNE):
                issued = Kind(*BESIDE[use]).issue(hospital.authority, each, timedelta(days=900))
                hospital.emulated(CARDIO).store_of(each.sid).plant(*issued)
        names = ("check_bundles", "enrol", "again", "audit")
        playbooks = {name: f"hospital_it.pkcs12.{name}" for name in names} | {"again": "hospital_it.pkcs12.enrol"}
        found = {name: play(hospital, playbook, environment=FACT_CACHE) for name, playbook in playbooks.items()}
        call = {"from": "workstation", "url": "https://portal.example"}
        calls = ({"holder": each.account, "authorisation": each.authorisation} for each in PEOPLE.values())
        shown = tasks(*({"portal_info": call | each} for each in calls))
        yield found | {"portal": run_play(hospital, "--check", tasks=shown)}


def test_each_person_is_what_the_page_says(threes: Mapping[str, Run]) -> None:
    (checked,), (audit,) = threes["check_bundles"].of("holder_bundles"), threes["audit"].of("certificate_facts")
    bundles = {row["authorisation"]: row["error"] for row in checked.result["holders"]}
    facts = audit.result["ansible_facts"]["pkcs12"]
    statuses = {row["authorisation"]: row for row in facts["holders"]}
    uses = {row["thumbprint"]: row["use"] for row in facts["certificates"]}
    portal = {person: row.result for person, row in zip(PEOPLE, threes["portal"].of("portal_info"), strict=True)}
    became = {}
    for who, person in PEOPLE.items():
        refusal, shown = bundles[person.authorisation], portal[who]
        became[who] = [
            refusal["code"] if refusal else "ready",
            holder(threes["enrol"], CARDIO, person.authorisation).result["outcome"],
            holder(threes["again"], CARDIO, person.authorisation).result["outcome"],
            statuses[person.authorisation]["status"],
            shown["error"]["code"] if shown.get("error") else uses[shown["thumbprint"]],
        ]
        assert bool(statuses[person.authorisation]["access_until"]) is (became[who][3] == "valid")
    assert became == PAGE.rows("What counts")


def test_a_file_for_another_use_is_listed_with_its_use_and_is_no_failure(threes: Mapping[str, Run]) -> None:
    (checked,) = threes["check_bundles"].of("holder_bundles")
    rows = {row["authorisation"]: row for row in checked.result["holders"]}
    jeanne = rows[JEANNE.authorisation]
    assert (jeanne["failed"], jeanne["bundle"]["use"]) == (False, "authentication")
    uses = {each["file"].removesuffix(".p12").split()[-1]: each["use"] for each in jeanne["other_uses"]}
    assert uses == {
        "encryption": "encryption",
        "weak": "encryption",
        "signature": "signature",
        "curve": "signature",
        "mail": "signature",
        "other": "other",
    }
    assert not any(row["unopened"] for row in rows.values())
    lines = "\n".join(summary(threes["check_bundles"])["lines"])
    assert all(each["file"] in lines for row in rows.values() for each in row["other_uses"])
    for use in ALONE:
        row = rows[PEOPLE[use].authorisation]
        assert (row["error"]["problem"]["code"], [each["use"] for each in row["other_uses"]]) == (
            "no_bundle.other_use",
            [use],
        )


@pytest.mark.parametrize("name", ["enrol", "again"])
def test_no_run_speaks_of_the_files_where_the_right_one_is(threes: Mapping[str, Run], name: str) -> None:
    jeanne = holder(threes[name], CARDIO, JEANNE.authorisation).result
    assert (jeanne["failed"], jeanne["warning"], jeanne["unopened"], jeanne["superseded"]) == (False, None, [], [])
    kept = [each["use"] for each in jeanne["kept"]]
    assert sorted(kept) == (["encryption", "other", "signature"] if name == "enrol" else [])
    for use in ALONE:
        found = holder(threes[name], CARDIO, PEOPLE[use].authorisation).result
        assert found["error"]["problem"]["code"] == "no_bundle.other_use"


AWAY = "ws-away"
LEFT_BEHIND = (Desk(AWAY, (Seat(JEANNE, logged_on=False), Seat(PAUL, logged_on=False))),)
NEEDED = {"encryption": ENCRYPTION, "mail": Kind("clientAuth + emailProtection", "digitalSignature")}


@dataclass(frozen=True, slots=True)
class Away:
    """A removal without a logon: the run, and what each of Jeanne's certificates became."""

    run: Run
    became: Mapping[str, bool]


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Away]]:
    """Jeanne has one certificate to log on, and those that old mails and files may need. Paul has one to log on."""
    with Hospital(tmp_path_factory.mktemp("away"), LEFT_BEHIND) as hospital:
        kinds = {"logon": Kind("clientAuth", "digitalSignature")} | NEEDED
        hers, his = (hospital.emulated(AWAY).store_of(each.sid) for each in (JEANNE, PAUL))
        planted = {
            name: hers.plant(*kind.issue(hospital.authority, JEANNE, timedelta(days=90)))
            for name, kind in kinds.items()
        }
        his.plant(*kinds["logon"].issue(hospital.authority, PAUL, timedelta(days=90)))
        removal = {"pkcs12_offline": True, "pkcs12_leavers": [JEANNE.authorisation, PAUL.authorisation]}
        confirmed = removal | {"pkcs12_confirm_removal": True}
        steps = {"asked": removal, "removed": confirmed, "all": confirmed | {"pkcs12_delete_encryption_keys": True}}
        found = {}
        for name, variables in steps.items():
            run = play(hospital, "hospital_it.pkcs12.retire", "-e", json.dumps(variables))
            found[name] = Away(run, {each: key in hers.elements for each, key in planted.items()})
        assert not his.elements
        yield found


def test_without_a_logon_what_old_mails_may_need_stays_and_stops_no_other(away: Mapping[str, Away]) -> None:
    assert away["asked"].became == {"logon": True, "encryption": True, "mail": True}
    assert away["removed"].became == {"logon": False, "encryption": True, "mail": True}
    assert away["all"].became == {"logon": False, "encryption": False, "mail": False}
    for name, paul in (("asked", "would_be_removed_without_a_logon"), ("removed", "removed_without_a_logon")):
        hers, his = (holder(away[name].run, AWAY, each.authorisation).result for each in (JEANNE, PAUL))
        assert (hers["failed"], hers["changed"]) == (True, name == "removed")
        assert hers["error"]["problem"]["code"] == "offline_archive.old_data"
        assert len(hers["error"]["problem"]["values"]["thumbprints"]) == len(NEEDED)
        assert len(hers["removed"]) == 1
        assert (his["error"], summary(away[name].run)["totals"][paul]) == (None, 1)
    assert away["all"].run.exit_code == 0


def test_what_stays_is_told_with_the_next_step(away: Mapping[str, Away]) -> None:
    for name in ("asked", "removed"):
        lines = "\n".join(summary(away[name].run)["lines"])
        assert JEANNE.authorisation in lines
        assert "pkcs12_delete_encryption_keys" in lines
