# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be read at a workstation is said with its reason; it is never an empty store, and nobody's access is called missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from consistency.schemas import published
from integration.plays import SITE_WIDE_BECOME, Json, modules, row, run_play
from lab.emulated import EmulatedWorkstation, PlacedFile, User
from lab.emulated.profile import Profile
from lab.emulated.store import Store
from lab.hospital import CONNECTION_ACCOUNT, Hospital
from lab.people import DOMAIN_SID, JEANNE, PAUL, Desk, Seat
from lab.playbook import Run

SHARE = r"\\nas\profils$\jdupont\AppData\Roaming"
ROAMING = r"C:\Users\jdupont\AppData\Roaming"
MY = rf"{ROAMING}\Microsoft\SystemCertificates\My"
CERTIFICATES = rf"{MY}\Certificates"
HIVE = rf"HKEY_USERS\{JEANNE.sid}"
STORE = rf"{HIVE}\Software\Microsoft\SystemCertificates\My\Certificates"
FACTS = published("facts.schema.json")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with Jeanne's profile, and what facts say of her. Paul's, beside it, is well unless ``pauls`` says otherwise.

    ``unread`` are codes and details of hers; ``sees``: how many of her certificates are listed all the same.
    """

    prepare: Callable[[EmulatedWorkstation], None]
    unread: tuple[tuple[str, str], ...] = ()
    jeannes: str = "unknown"
    sees: int = 0
    pauls: str = "valid"
    logged_on: bool = True


def jeannes(**changes: object) -> Callable[[EmulatedWorkstation], None]:
    """Her profile with these changes."""

    def prepare(workstation: EmulatedWorkstation) -> None:
        profile: Profile = workstation.profiles[JEANNE.sid]
        for name, value in changes.items():
            setattr(profile, name, value)

    return prepare


def damage(name: str, element: bytes, *, alone: bool = True) -> Callable[[EmulatedWorkstation], None]:
    """An element of hers is damaged; the good one is gone where it is ``alone``."""

    def prepare(workstation: EmulatedWorkstation) -> None:
        store = workstation.store_of(JEANNE.sid)
        if alone:
            store.elements.clear()
        store.plant_raw(name, element)

    return prepare


def put(name: str, **facts: Any) -> Callable[[EmulatedWorkstation], None]:
    """A file or a link in her folder ``My``, beside the good element."""
    return lambda workstation: workstation.files.put(PlacedFile(rf"{MY}\{name}", **facts))


def fill(workstation: EmulatedWorkstation) -> None:
    """A hundred thousand files in her store."""
    for number in range(100_000):
        workstation.files.put(PlacedFile(rf"{CERTIFICATES}\{number:06}"))


def make_connection_a_plain_user(workstation: EmulatedWorkstation) -> None:
    account = workstation.accounts.by_name(CONNECTION_ACCOUNT)
    assert account is not None
    workstation.accounts.add(User(account.account, account.sid, account.password))


CUT = bytes.fromhex("20000000 01000000 ffff0000 3082")
NO_DER = bytes.fromhex("20000000 01000000 02000000 3000")
TROUBLES: Mapping[str, Trouble] = {
    "ws-well": Trouble(jeannes(), jeannes="valid", sees=1),
    "ws-denied": Trouble(jeannes(denied=True), (("access_denied", ROAMING),)),
    "ws-denied-away": Trouble(jeannes(denied=True), (("access_denied", ROAMING),), logged_on=False),
    "ws-plain-user": Trouble(
        make_connection_a_plain_user,
        (("access_denied", STORE), ("access_denied", HIVE), ("access_denied", ROAMING)),
        pauls="unknown",
    ),
    "ws-redirected": Trouble(jeannes(redirected_to=SHARE), (("redirected", SHARE),)),
    "ws-redirected-away": Trouble(jeannes(redirected_to=SHARE), (("no_store", MY),), logged_on=False),
    "ws-redirected-spelled": Trouble(jeannes(redirected_to="//nas/profils$/x"), (("redirected", "//nas/profils$/x"),)),
    "ws-no-store": Trouble(jeannes(has_store=False, store=Store(JEANNE.sid)), (("no_store", MY),), logged_on=False),
    "ws-new": Trouble(jeannes(has_store=False, store=Store(JEANNE.sid)), jeannes="missing"),
    # What she can put into her own profile, while an administrator reads it.
    "ws-link": Trouble(put("Certificates", is_link=True), (("link", CERTIFICATES),)),
    "ws-name": Trouble(put(r"Certificates\a.txt"), (("unknown_name", CERTIFICATES),), jeannes="valid", sees=1),
    "ws-large": Trouble(
        put("Certificates\\" + "F" * 40, sparse=5 << 30), (("too_large", CERTIFICATES),), jeannes="valid", sees=1
    ),
    "ws-many": Trouble(fill, (("unknown_name", CERTIFICATES), ("limit", CERTIFICATES))),
    # A roaming profile: what Windows keeps of it here is read like any other; nothing is kept where a policy says so.
    "ws-roaming": Trouble(jeannes(), jeannes="valid", sees=1, logged_on=False),
    "ws-roamed": Trouble(jeannes(exists=False), (("no_appdata", ROAMING),), logged_on=False),
    "ws-temporary": Trouble(jeannes(temporary=True, path=r"C:\Users\TEMP"), (("temporary", r"C:\Users\TEMP"),), sees=1),
    "ws-cut": Trouble(damage("C0" * 20, CUT), (("element", "record 32 says 65535 bytes, of which 2 came"),)),
    "ws-no-der": Trouble(damage("C1" * 20, NO_DER), (("element", "ValueError: "),)),
    "ws-empty": Trouble(damage("C2" * 20, b""), (("element", "it holds no certificate"),)),
    "ws-beside": Trouble(
        damage("C0" * 20, CUT, alone=False), (("element", "record 32 says"),), jeannes="valid", sees=1
    ),
}


@dataclass(frozen=True, slots=True)
class Seen:
    hospital: Hospital
    run: Run

    def facts(self, workstation: str) -> Json:
        known: Json = row(self.run, "certificate_facts", workstation).result["ansible_facts"]["pkcs12"]
        return known

    def hers(self, workstation: str, section: str) -> list[Json]:
        return [each for each in self.facts(workstation)[section] if each["owner_sid"] == JEANNE.sid]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    desks = [Desk(name, (Seat(JEANNE, trouble.logged_on), Seat(PAUL))) for name, trouble in TROUBLES.items()]
    with Hospital(tmp_path_factory.mktemp("unread"), desks) as hospital:
        for name, trouble in TROUBLES.items():
            workstation = hospital.emulated(name)
            for person in (JEANNE, PAUL):
                issued = hospital.bundles[person.authorisation]
                workstation.store_of(person.sid).plant(issued.certificate, issued.private_key)
            trouble.prepare(workstation)
        call = [{"hospital_it.pkcs12.certificate_facts": {"holders": "{{ pkcs12_holders }}"}}]
        yield Seen(hospital, run_play(hospital, "--forks", "4", tasks=call, **SITE_WIDE_BECOME))


@pytest.mark.parametrize("name", TROUBLES)
def test_what_was_not_read_is_listed_with_its_reason(seen: Seen, name: str) -> None:
    unread = seen.hers(name, "unread")
    assert [each["code"] for each in unread] == [code for code, _detail in TROUBLES[name].unread]
    for each, (_code, detail) in zip(unread, TROUBLES[name].unread, strict=True):
        assert each["detail"].startswith(detail)
        assert each["store"] == "CurrentUser\\My"


@pytest.mark.parametrize("name", TROUBLES)
def test_holder_is_unknown_and_not_missing(seen: Seen, name: str) -> None:
    holders = {each["authorisation"]: each for each in seen.facts(name)["holders"]}
    assert holders[JEANNE.authorisation]["status"] == TROUBLES[name].jeannes
    assert holders[PAUL.authorisation]["status"] == TROUBLES[name].pauls
    told = TROUBLES[name].jeannes == "valid"
    assert (holders[JEANNE.authorisation]["access_until"] is not None) is told


@pytest.mark.parametrize("name", TROUBLES)
def test_what_was_read_is_listed_all_the_same(seen: Seen, name: str) -> None:
    trouble = TROUBLES[name]
    assert len(seen.hers(name, "certificates")) == trouble.sees
    (profile,) = seen.hers(name, "profiles")
    places = [code for code, _detail in trouble.unread if code not in ("element", "temporary")]
    assert profile["readable"] == (not places)
    assert profile["temporary"] == (name == "ws-temporary")
    assert profile["loaded"] == trouble.logged_on


@pytest.mark.parametrize("name", TROUBLES)
def test_facts_keep_to_their_schema(seen: Seen, name: str) -> None:
    assert FACTS.complaints(seen.facts(name)) == []


def test_nothing_of_it_is_a_failure_and_each_workstation_costs_one_command(seen: Seen) -> None:
    assert seen.run.exit_code == 0, seen.run.stdout
    for name in TROUBLES:
        assert row(seen.run, "certificate_facts", name).result["changed"] is False
        assert modules(seen.run.requests, name) == ["store_inventory"]


def test_the_connections_own_account_is_nobodys_trouble(seen: Seen) -> None:
    service = f"{DOMAIN_SID}-1103"
    for name in TROUBLES:
        assert service not in [each["owner_sid"] for each in seen.facts(name)["unread"]]
