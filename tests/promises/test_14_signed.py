# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise 14: where the site has named its issuer, a certificate counts as access, or stops a renewal, only when that issuer signed it."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from integration.plays import NONCE, Told, all_told, cached, failed_hosts, messages, outcomes, row, told, told_codes
from lab.authority import Authority
from lab.authority.signers import DAY, key_of, person, signer
from lab.hospital import Hospital
from lab.people import JEANNE, KARIM, PAUL, Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play

HOST = "ws-cardio"
PEOPLE = (JEANNE, KARIM, PAUL)
CARDS = "AC Cartes"


class Site:
    """A hospital with two profiles, at whose only workstation everybody's certificate has expired."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital, self.cards = hospital, Authority.create(CARDS)
        self.authorities = {"people": hospital.authority, "cards": self.cards}
        self.patterns = {"people": "CN=AC Personnes", "cards": f"CN={CARDS}"}
        self.store = {each: hospital.emulated(HOST).store_of(each.sid) for each in PEOPLE}
        self.expired = {each: self._plant(each, hospital.issue(each, -10)) for each in PEOPLE}

    def run(self, playbook: str, **variables: Any) -> Run:
        profiles = [self._profile(name, authority) for name, authority in self.authorities.items()]
        report = {"pkcs12_report_folder": str(self.hospital.folder / "report")}
        given = {"pkcs12_issuer": "", "pkcs12_issuers": profiles, **report, **variables}
        book = f"hospital_it.pkcs12.{playbook}"
        return play(self.hospital, book, "-e", json.dumps(given), environment={**FACT_CACHE, **NONCE})

    def statuses(self, where: Person) -> dict[str, str]:
        """Of the certificates in a person's store, by thumbprint."""
        rows = cached(self.hospital, HOST)["certificates"]
        return {row["thumbprint"]: row["status"] for row in rows if row["owner_sid"] == where.sid}

    def report(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The rows, by number and profile."""
        found = json.loads((self.hospital.folder / "report" / "pkcs12-compliance.json").read_text(encoding="utf-8"))
        return {(row["authorisation"], row["issuer_setting"]): row for row in found["holders"]}

    def made(self, whose: Person, by: str | None) -> str:
        """A certificate with the number and the issuer's name that somebody made: with its own key, or an authority's of that name."""
        name = f"{whose.name} - {whose.authorisation}"
        own = None if by is None else signer("AC Personnes", by)
        certificate = person(own, key=name, issuer="AC Personnes", days=9000, name=name)
        return self.store[whose].plant(certificate, key_of(name))

    def _plant(self, whose: Person, issued: Any) -> str:
        return self.store[whose].plant(issued.certificate, issued.private_key)

    def _profile(self, name: str, authority: Authority) -> dict[str, str]:
        path = self.hospital.folder / f"{name}.pem"
        path.write_bytes(authority.issuing.public_bytes(Encoding.PEM))
        issuer = {"issuer": self.patterns[name]} if name in self.patterns else {}
        return {"name": name, "authority": str(path)} | issuer


def rows_of(run: Run) -> dict[tuple[str, str], str]:
    """What became of each holder, by number and issuer."""
    return {(row.result["authorisation"], row.result["issuer_setting"]): row.result["outcome"] for row in run.holders()}


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    away = getattr(request, "param", ())
    seats = tuple(Seat(each, logged_on=each not in away) for each in PEOPLE)
    with Hospital(tmp_path, (Desk(HOST, seats),)) as hospital:
        yield Site(hospital)


def test_what_somebody_made_counts_as_nothing(site: Site) -> None:
    made = {JEANNE: site.made(JEANNE, None), KARIM: site.made(KARIM, "bob")}
    card = site.cards.issue(PAUL.name, PAUL.authorisation, passphrase="unused")
    site.store[PAUL].plant(card.certificate, card.private_key)

    audited = site.run("audit")
    assert not failed_hosts(audited), audited.stdout
    assert site.statuses(JEANNE) == {site.expired[JEANNE]: "expired", made[JEANNE]: "self_signed"}
    assert site.statuses(KARIM) == {site.expired[KARIM]: "expired", made[KARIM]: "unknown_issuer"}
    assert site.statuses(PAUL) == {site.expired[PAUL]: "expired", card.thumbprint: "valid"}
    site.run("report")
    rows = site.report()
    assert {key: row["status"] for key, row in rows.items() if key[1] == "people"} == {
        (each.authorisation, "people"): "expired" for each in PEOPLE
    }
    assert rows[PAUL.authorisation, "cards"]["status"] == "valid"
    assert rows[PAUL.authorisation, "cards"]["access_until"]

    # Each is renewed beside it, and the card of the other issuer stays.
    renewed = site.run("renew")
    ours = {(each.authorisation, "people"): "renewed" for each in PEOPLE}
    assert rows_of(renewed) == ours | {(PAUL.authorisation, "cards"): "unchanged"}, renewed.stdout
    new = {each: site.hospital.bundles[each.authorisation].certificate for each in PEOPLE}
    thumbprints = {each: of.fingerprint(hashes.SHA1()).hex().upper() for each, of in new.items()}  # noqa: S303
    for each in PEOPLE:
        beside = made.get(each, card.thumbprint)
        assert set(site.store[each].elements) == {thumbprints[each], beside}

    # Nobody who leaves leaves behind what only a person may remove, without a word.
    leaving = site.run(
        "retire", pkcs12_retire_authorisations=[each.authorisation for each in PEOPLE], pkcs12_confirm_removal=True
    )
    assert failed_hosts(leaving) == {HOST}, leaving.stdout
    assert "other_issuer.not_signed" in told_codes(leaving.stdout)
    assert {each: set(site.store[each].elements) for each in PEOPLE} == {
        JEANNE: {made[JEANNE]},
        KARIM: {made[KARIM]},
        PAUL: set(),
    }


def test_a_profile_that_the_site_has_no_more_has_no_row(site: Site) -> None:
    """Two have a card, one of them nothing else. Facts of before say what is there, and the profiles of now what that is."""
    site.store[KARIM].elements.clear()
    cards = {each: site.cards.issue(each.name, each.authorisation, passphrase="unused") for each in (JEANNE, KARIM)}
    for whose, card in cards.items():
        site.store[whose].plant(card.certificate, card.private_key)
    site.run("audit")
    site.run("report")
    assert {key for key in site.report() if key[1] == "cards"} == {(each.authorisation, "cards") for each in cards}

    del site.authorities["cards"]
    of_now = {
        (JEANNE.authorisation, "people"): ("expired", "renew"),
        (KARIM.authorisation, "people"): ("unknown_issuer", "add_authority"),
        (PAUL.authorisation, "people"): ("expired", "renew"),
    }
    for playbook in ("report", "audit", "report"):
        assert not failed_hosts(site.run(playbook))
        if playbook == "report":
            assert {key: (row["status"], row["next_step"]) for key, row in site.report().items()} == of_now
    assert site.statuses(KARIM) == {cards[KARIM].thumbprint: "unknown_issuer"}
    assert {each["issuer_setting"] for each in cached(site.hospital, HOST)["holders"]} == {"people"}

    for whose, card in cards.items():
        del site.store[whose].elements[card.thumbprint]
    renewed = site.run("renew")
    done = {JEANNE.authorisation: "renewed", KARIM.authorisation: "installed", PAUL.authorisation: "renewed"}
    assert outcomes(renewed) == {HOST: done}, renewed.stdout


@pytest.mark.parametrize("site", [(JEANNE, KARIM)], indirect=True, ids=["two are away"])
def test_an_authority_without_a_pattern_is_the_evidence(site: Site) -> None:
    site.patterns = {}
    card = site.cards.issue(PAUL.name, PAUL.authorisation, passphrase="unused")
    site.store[PAUL].plant(card.certificate, card.private_key)
    # A leaver has nothing but what somebody made, and is not logged on.
    site.store[JEANNE].elements.clear()
    made = site.made(JEANNE, None)

    audited = site.run("audit")
    assert not failed_hosts(audited), audited.stdout
    assert site.statuses(JEANNE) == {made: "self_signed"}
    assert site.statuses(PAUL) == {site.expired[PAUL]: "expired", card.thumbprint: "valid"}
    facts = {(row["authorisation"], row["issuer_setting"]): row for row in cached(site.hospital, HOST)["holders"]}
    assert facts[JEANNE.authorisation, "people"]["status"] == "missing"
    assert facts[PAUL.authorisation, "people"]["status"] == "expired"
    assert facts[PAUL.authorisation, "cards"]["status"] == "valid"

    leaving = site.run(
        "retire",
        pkcs12_retire_authorisations=[each.authorisation for each in PEOPLE],
        pkcs12_confirm_removal=True,
        pkcs12_offline=True,
    )
    assert failed_hosts(leaving) == {HOST}, leaving.stdout
    assert outcomes(leaving) == {
        HOST: {JEANNE.authorisation: "failed", KARIM.authorisation: "removed", PAUL.authorisation: "removed"}
    }
    (left,) = (each for each in leaving.holders() if each.result["outcome"] == "failed")
    assert left.result["error"]["code"] == "other_issuer"
    assert made in json.dumps(left.result["error"])
    assert {each: set(site.store[each].elements) for each in PEOPLE} == {JEANNE: {made}, KARIM: set(), PAUL: set()}


@pytest.fixture
def new_site(tmp_path: Path) -> Any:
    """Two workstations of one kind: what is true of both is told once."""
    desks = (Desk(HOST, (Seat(JEANNE), Seat(KARIM))), Desk("ws-second", (Seat(JEANNE),)))
    with Hospital(tmp_path, desks) as hospital:
        yield hospital


def told_in(run: Run, kind: str) -> list[Told]:
    """What a run says of a kind on its screen."""
    said = [line for lines in messages(run, "Say what became of each holder").values() for line in lines]
    said += [each for found in run.of("compliance_report") for each in found.result.get("warnings", ())]
    return [each for line in said for each in told(line) if each.code.partition(".")[0] == kind]


def run_with(hospital: Hospital, playbook: str, *options: str, **profile: str) -> Run:
    """A run of a site with one profile."""
    profiles = [{"name": "people", "issuer": "CN=AC Personnes", **profile}]
    given = {"pkcs12_issuer": "", "pkcs12_issuers": profiles, "pkcs12_report_folder": str(hospital.folder / "r")}
    environment = {**FACT_CACHE, **NONCE}
    return play(hospital, f"hospital_it.pkcs12.{playbook}", "-e", json.dumps(given), *options, environment=environment)


def not_verified_in_the_report_of(hospital: Hospital, run: Run) -> list[list[str]]:
    """Of which profiles the JSON, the page and the Markdown of a report say that nobody has named their authority."""
    path = hospital.folder / "r" / "pkcs12-compliance.json"
    (made,) = run.of("compliance_report")
    texts = (path.with_suffix(".html").read_text(encoding="utf-8"), re.sub(r"\\(.)", r"\1", made.result["markdown"]))
    in_words = [[each for each in all_told(text) if each.code == "issuer_not_verified.profiles"] for text in texts]
    values = [each["values"] for each in json.loads(path.read_text(encoding="utf-8"))["unverified_issuers"]]
    return [
        [name for each in values for name in each["profiles"]],
        *([each.values["profiles"] for each in found] for found in in_words),
    ]


def test_what_the_site_should_do_is_told_once_in_a_run(new_site: Hospital) -> None:
    people = new_site.folder / "people.pem"
    people.write_bytes(new_site.authority.issuing.public_bytes(Encoding.PEM))
    for name in (HOST, "ws-second"):
        unknown = person(signer("AC Personnes", "bob"), key=name, name=f"{JEANNE.name} - {JEANNE.authorisation}")
        new_site.emulated(name).store_of(JEANNE.sid).plant(unknown, key_of(name))

    for playbook in ("check", "audit", "report"):
        found = run_with(new_site, playbook)
        assert [each.code for each in told_in(found, "issuer_not_verified")] == ["issuer_not_verified.profiles"]
        assert not told_in(found, "issuers_not_known")
    assert not_verified_in_the_report_of(new_site, found) == [["people"]] * 3
    # The last facts are from before the authority: nobody is said to have access, or a certificate of an unknown issuer.
    early = run_with(new_site, "report", authority=str(people))
    assert [each.values["count"] for each in told_in(early, "audit_again")] == ["2"]
    rows = json.loads((new_site.folder / "r" / "pkcs12-compliance.json").read_text(encoding="utf-8"))["holders"]
    (jeanne,) = (each for each in rows if each["authorisation"] == JEANNE.authorisation)
    assert (jeanne["status"], jeanne["gives_access"], jeanne["next_step"]) == ("unknown", "unknown", "run_audit")
    for playbook in ("check", "audit", "report"):
        found = run_with(new_site, playbook, authority=str(people))
        assert not told_in(found, "issuer_not_verified")
        assert playbook != "report" or not_verified_in_the_report_of(new_site, found) == [[]] * 3
        (once,) = told_in(found, "issuers_not_known")
        (named,) = once.causes
        assert (once.values["count"], named.values["issuer"].split(",")[0]) == ("2", "CN=AC Personnes")


def test_a_wrong_file_of_authorities_is_told_with_what_it_has(new_site: Hospital) -> None:
    path, right = new_site.folder / "people.pem", new_site.authority.issuing
    path.write_bytes(Authority.create("AC Prestataires").issuing.public_bytes(Encoding.PEM))
    for each in (JEANNE, KARIM):
        new_site.deliver(each, days=900)
        genuine = new_site.issue(each, 800)
        new_site.emulated(HOST).store_of(each.sid).plant(genuine.certificate, genuine.private_key)

    for playbook in ("check_bundles", "check", "audit", "report"):
        found = run_with(new_site, playbook, authority=str(path))
        (once,) = told_in(found, "authority_signed_none")
        assert ("people" in once.values["profile"], "AC Prestataires" in once.values["names"]) == (True, True), playbook
        # The name is right: what 'issuer' matches is not in question.
        assert "issuers_not_known.other_name" not in told_codes(found.stdout), playbook
    path.write_bytes(path.read_bytes() + right.public_bytes(Encoding.PEM))
    for playbook in ("check_bundles", "check", "audit", "report"):
        found = run_with(new_site, playbook, authority=str(path))
        assert not {"authority_signed_none", "issuers_not_known"} & told_codes(found.stdout), playbook


def test_on_its_first_day_a_site_sees_what_changes_and_nothing_is_changed(new_site: Hospital) -> None:
    path = new_site.folder / "people.pem"
    path.write_bytes(new_site.authority.issuing.public_bytes(Encoding.PEM))
    name = f"{KARIM.name} - {KARIM.authorisation}"
    made = person(None, key=name, issuer="AC Personnes", name=name)
    genuine = new_site.issue(JEANNE, 900)
    stores = {each: new_site.emulated(HOST).store_of(each.sid) for each in (JEANNE, KARIM)}
    of_karim = stores[KARIM].plant(made, key_of(name))
    of_jeanne = stores[JEANNE].plant(genuine.certificate, genuine.private_key)
    # Another one that ends before the genuine one is told, too.
    earlier = f"{JEANNE.name} - {JEANNE.authorisation}"
    older = stores[JEANNE].plant(
        person(signer("AC Personnes", "bob"), key=earlier, days=400, name=earlier), key_of(earlier)
    )

    checked = run_with(new_site, "check", authority=str(path))
    assert [each.values["count"] for each in told_in(checked, "verdicts")] == ["2"]
    changes = row(checked, "workstation_info", HOST).result["issuers"]["verdicts"]
    assert {each["thumbprint"]: (each["by_name"], each["by_signature"]) for each in changes} == {
        of_karim: ("signed", "self_signed"),
        older: ("signed", "unknown_issuer"),
    }
    assert row(checked, "workstation_info", "ws-second").result["issuers"]["verdicts"] == []
    assert {each: set(store.elements) for each, store in stores.items()} == {
        JEANNE: {of_jeanne, older},
        KARIM: {of_karim},
    }


def test_the_authorities_that_bundles_carry_are_proposed_and_a_person_makes_them_the_sites(new_site: Hospital) -> None:
    issuing, root = new_site.authority.issuing, new_site.authority.root
    for each in (JEANNE, KARIM):
        new_site.deliver(each, days=900)
    fingerprint = issuing.fingerprint(hashes.SHA256()).hex()
    (offered,) = told_in(run_with(new_site, "check_bundles"), "authorities_proposed")
    assert (offered.code, [each.values["sha256"] for each in offered.causes]) == ("authorities_proposed", [fingerprint])

    path = new_site.folder / "proposed.pem"
    asked = ("-e", json.dumps({"pkcs12_authority_proposal": str(path)}))
    (written,) = told_in(run_with(new_site, "check_bundles", *asked), "authorities_proposed")
    (named,) = written.causes
    assert (written.code, named.code, named.values["count"]) == ("authorities_proposed.written", "signer.new_file", "2")
    assert not any(each.authorisation in path.read_text(encoding="utf-8") for each in (JEANNE, KARIM))
    assert x509.load_pem_x509_certificates(path.read_bytes()) == [issuing]

    # As the site's, it is proposed no more; and a file that is there stays.
    checked = run_with(new_site, "check_bundles", authority=str(path))
    assert not failed_hosts(checked), checked.stdout
    assert not {"authorities_proposed", "issuer_not_verified", "authority_signed_none"} & told_codes(checked.stdout)
    path.write_text("the site's own\n", encoding="utf-8")
    (kept,) = told_in(run_with(new_site, "check_bundles", *asked), "authorities_proposed")
    assert (kept.code, path.read_text(encoding="utf-8")) == ("authorities_proposed.not_written", "the site's own\n")

    # A root alone admits nobody: the run says so, and has the lines to add.
    path.write_bytes(root.public_bytes(Encoding.PEM))
    refused = run_with(new_site, "check_bundles", authority=str(path))
    assert failed_hosts(refused) == {HOST, "ws-second"}
    assert [each.values["profile"] for each in told_in(refused, "authority_signed_none")] == ["people"]
    assert fingerprint in {each.values.get("sha256") for each in all_told(refused.stdout) if each.code == "signer.add"}


@pytest.mark.parametrize(
    ("playbook", "module"), [("check_bundles", "holder_bundles"), ("enrol", "holder_certificates")]
)
def test_a_bundle_of_another_issuer_is_refused_with_its_authority_and_what_the_site_has(
    site: Site, playbook: str, module: str
) -> None:
    """A contractor's, and one of an authority with the right name that the file lacks."""
    new = {JEANNE: Authority.create("AC Prestataires"), KARIM: Authority.create("AC Personnes")}
    for each, authority in new.items():
        secret = site.hospital.bundles[each.authorisation].passphrase
        made = authority.issue(each.name, each.authorisation, passphrase=secret, dialect="modern")
        for old in site.hospital.bundle_folder.glob(f"*{each.authorisation}*"):
            old.unlink()
        (site.hospital.bundle_folder / made.file_name).write_bytes(made.data)

    run = site.run(playbook)
    said = {
        each["authorisation"]: Problem.from_map(each["error"]["problem"]).causes[0]
        for each in row(run, module, HOST).result["holders"]
        if each["failed"]
    }
    assert {number: (each.code, each.setting) for number, each in said.items()} == {
        JEANNE.authorisation: ("wrong_issuer.other_name", "issuers"),
        KARIM.authorisation: ("wrong_issuer.no_such_authority", "issuers"),
    }
    for each, authority in new.items():
        problem = said[each.authorisation]
        assert problem.values["profiles"] == ("people", "cards")
        assert problem.causes[0].values["sha256"] == authority.issuing.fingerprint(hashes.SHA256()).hex()
    # What is proposed says what would help: the pattern refuses a contractor's name, whatever the file has.
    if playbook == "check_bundles":
        proposed = {each.values["name"]: each for each in told_in(run, "authorities_proposed")[0].causes}
        assert {name: (each.code, each.values.get("profile")) for name, each in proposed.items()} == {
            new[JEANNE].issuing.subject.rfc4514_string(): ("signer.new_profile", None),
            new[KARIM].issuing.subject.rfc4514_string(): ("signer.add", "people"),
        }
    (file,) = said[KARIM.authorisation].causes[1:]
    assert file == Problem("authority.of_profile", {"profile": "people", "names": ("AC Personnes",)})


def test_each_issuer_has_its_bundle_its_row_and_its_record(site: Site) -> None:
    folder = site.hospital.bundle_folder
    secret = {each: site.hospital.bundles[each.authorisation].passphrase for each in PEOPLE}
    new = {each: site.hospital.bundles[each.authorisation].thumbprint for each in PEOPLE}
    # Both have come for one; a card is due, and no other one has come; the last has nothing to do with cards.
    card = site.cards.issue(JEANNE.name, JEANNE.authorisation, passphrase=secret[JEANNE], dialect="modern")
    (folder / card.file_name.replace(".p12", " card.p12")).write_bytes(card.data)
    now = datetime.now(timezone.utc)
    due = site.cards.issue(
        KARIM.name, KARIM.authorisation, passphrase="unused", not_before=now - 700 * DAY, not_after=now + 9 * DAY
    )
    site.store[KARIM].plant(due.certificate, due.private_key)

    checked = site.run("check_bundles")
    assert not failed_hosts(checked), checked.stdout
    for playbook, renewed in (("renew", "renewed"), ("renew", "unchanged")):
        run = site.run(playbook)
        assert not failed_hosts(run), run.stdout
        found = rows_of(run)
        assert found == {
            (JEANNE.authorisation, "people"): renewed,
            (JEANNE.authorisation, "cards"): "installed" if renewed == "renewed" else "unchanged",
            (KARIM.authorisation, "people"): renewed,
            (KARIM.authorisation, "cards"): "waiting_for_issuer",
            (PAUL.authorisation, "people"): renewed,
        }
        records = {
            (row["authorisation"], row["issuer_setting"]): (row["outcome"], row["status"])
            for row in cached(site.hospital, HOST)["holders"]
        }
        assert records == {
            key: (outcome, "renewal_due" if outcome == "waiting_for_issuer" else "valid")
            for key, outcome in found.items()
        }
    assert {each: set(site.store[each].elements) for each in PEOPLE} == {
        JEANNE: {new[JEANNE], card.thumbprint},
        KARIM: {new[KARIM], due.thumbprint},
        PAUL: {new[PAUL]},
    }
