# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys sign, each as its holder; whoever cannot be asked is told so, and is neither a failure nor in another's way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import StoreContents, UnreadSource
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.build import FactsScope
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry, resolve_accounts
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    CertificateRecord,
    HolderRecord,
    Proof,
    WorkstationRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.selection import Selection
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.key_proof import (
    WorkstationReading,
    proven_record,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import issuers_of_pattern
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Account,
    Context,
    ExchangeError,
    Identity,
    Inventory,
    RunAs,
    StepRequest,
)
from lab.authority import Authority, IssuedBundle
from lab.emulated.element import properties
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers, StepError
from unit.plugins.plugin_utils.fakes import CARD, HOLDER, NOW, SID, YEAR, inventory, issue, profile
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

DAY = timedelta(days=1)
DENIED = UnreadSource("access_denied", "HKEY_USERS", 5)
STRANGER = Identity("S-1-5-21-9", "CHU\\svc-ansible", administrator=True, debug_privilege=True)


@dataclass(slots=True)
class Workstation(FakeDrivers):
    """``broken``: certificates whose key does not sign, with the code."""

    broken: dict[str, str] = field(default_factory=dict)

    def _refuse(self, step: StepRequest) -> None:
        if step.thumbprint in self.broken:
            raise StepError(self.broken[step.thumbprint])


def prove(
    drivers: Any, check_mode: bool = False, selection: Selection | None = None, anniversary: date | None = None
) -> WorkstationRecord:
    read: Inventory = drivers.inventory([])
    entries = resolve_accounts([HolderEntry(HOLDER, ExpectedSubject(), anniversary)], read)
    scope = FactsScope(selection or Selection(include_unrelated=True), entries, Calendar())
    return proven_record(WorkstationReading(read, scope, NOW), drivers, check_mode)


def detail(holder: HolderRecord) -> str | None:
    return holder.proof_detail and holder.proof_detail.code


def one(record: WorkstationRecord) -> tuple[HolderRecord, CertificateRecord]:
    (holder,), (certificate,) = record.holders, record.certificates
    return holder, certificate


def test_a_key_that_signs_is_proven_as_its_holder_without_a_password(issued: IssuedBundle) -> None:
    drivers = Workstation()
    drivers.plant(issued)
    holder, certificate = one(prove(drivers))
    assert (holder.proof, holder.proof_detail, holder.status) == (Proof.PROVEN, None, Status.VALID)
    assert (certificate.key_state, certificate.status) == ("proven", Status.VALID)
    ((request, run_as),) = drivers.requests
    assert [(step.type, step.thumbprint) for step in request.steps] == [("prove", holder.thumbprint)]
    assert run_as == RunAs(Context.BECOME, HOLDER, None)
    assert drivers.calls == ["inventory", "exchange"]


@pytest.mark.parametrize(("told", "known"), [(True, True), (False, False), (None, None), ("True", None)])
def test_a_proof_shows_whether_the_key_can_be_exported(issued: IssuedBundle, told: Any, known: bool | None) -> None:
    drivers = Workstation(exportable=told)
    drivers.plant(issued)
    _holder, certificate = one(prove(drivers))
    assert (certificate.key_state, certificate.key_exportable) == ("proven", known)


@pytest.mark.parametrize("code", ["no_key", "sign_failed"])
def test_a_key_that_does_not_sign_leaves_its_holder_without_access(issued: IssuedBundle, code: str) -> None:
    drivers = Workstation()
    drivers.broken[drivers.plant(issued)] = code
    holder, certificate = one(prove(drivers))
    assert (holder.proof, holder.status, holder.thumbprint) == (
        Proof.UNUSABLE,
        Status.KEY_MISSING,
        certificate.thumbprint,
    )
    assert detail(holder) == code
    assert (certificate.key_state, certificate.status) == ("unusable", Status.KEY_MISSING)


def test_the_next_certificate_stands_in_when_the_newest_does_not_sign(authority: Authority) -> None:
    drivers = Workstation()
    older, newer = (drivers.plant(issue(authority, left=left)) for left in (30 * DAY, YEAR))
    drivers.broken[newer] = "no_key"
    record = prove(drivers)
    (holder,) = record.holders
    assert (holder.proof, holder.thumbprint, holder.status) == (Proof.PROVEN, older, Status.RENEWAL_DUE)
    assert {each.thumbprint: each.key_state for each in record.certificates} == {older: "proven", newer: "unusable"}
    assert drivers.calls == ["inventory", "exchange", "exchange"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ExchangeError("guard", "stale_store", None), "stale_store"),
        (ExchangeError("guard", "busy", None), "busy"),
        (ExchangeError("guard", "no_dpapi", 0x80090345), "no_dpapi"),
        (ExchangeError("guard", "dpapi_broken", 0x8009000B), "dpapi_broken"),
        (ExchangeError("1", "no_certificate", None), "no_certificate"),
        (ExchangeError("1", "sign_failed", 0x80090022), "key_asks"),
        (ExchangeError("1", "unexpected", None), "unexpected"),
    ],
    ids=lambda value: value.code if isinstance(value, ExchangeError) else "",
)
def test_a_try_that_did_not_come_to_the_key_says_nothing_against_it(
    issued: IssuedBundle, error: ExchangeError, code: str
) -> None:
    drivers = Workstation(lie={"error": error})
    drivers.plant(issued)
    holder, certificate = one(prove(drivers))
    assert (holder.proof, holder.status, certificate.key_state) == (Proof.NOT_PROVEN, Status.VALID, "linked")
    assert detail(holder) == code
    assert drivers.calls == ["inventory", "exchange"]


def test_a_signature_of_another_key_is_no_proof(authority: Authority, issued: IssuedBundle) -> None:
    drivers = Workstation()
    drivers.keys[drivers.plant(issued)] = issue(authority).private_key
    holder, certificate = one(prove(drivers))
    assert (holder.proof, certificate.key_state) == (Proof.NOT_PROVEN, "linked")
    assert detail(holder) == "not_verified.not_signed"


UNTRIED = {
    "not_logged_on": inventory(profiles=(profile(loaded=False),)),
    "store_unread": inventory(profiles=(profile(my=StoreContents((), (DENIED,))),)),
    "force_key_protection": inventory(force_key_protection=1),
    "secondary_logon": inventory(secondary_logon=4),
    "no_debug_privilege": inventory(identity=replace(STRANGER, debug_privilege=False)),
    "no_account_name": inventory(accounts=(Account(HOLDER, SID, None, 1332),)),
}


@pytest.mark.parametrize("code", UNTRIED)
def test_who_cannot_be_asked_costs_no_command_and_keeps_the_status(issued: IssuedBundle, code: str) -> None:
    drivers = Workstation(UNTRIED[code])
    drivers.plant(issued)
    holder, certificate = one(prove(drivers))
    assert (holder.proof, holder.status, certificate.key_state) == (Proof.NOT_PROVEN, Status.VALID, "linked")
    assert detail(holder) == code
    assert drivers.calls == ["inventory"]


def test_check_mode_tries_no_key(issued: IssuedBundle) -> None:
    drivers = Workstation()
    drivers.plant(issued)
    holder, certificate = one(prove(drivers, check_mode=True))
    assert (holder.proof, certificate.key_state, drivers.calls) == (Proof.NOT_PROVEN, "linked", ["inventory"])
    assert detail(holder) == "proof.check_mode"


def test_a_key_on_a_card_is_not_tried(issued: IssuedBundle) -> None:
    drivers = Workstation()
    der = issued.certificate.public_bytes(Encoding.DER)
    drivers.elements[drivers.plant(issued)] = properties(der, KeyProvInfo("{1}", CARD, 0, 0, 0))
    holder, certificate = one(prove(drivers, selection=Selection(issuers_of_pattern("AC Personnes"))))
    assert (holder.proof, holder.status, certificate.key_state) == (Proof.NOT_PROVEN, Status.VALID, "linked")
    assert holder.proof_detail == Problem("proof.not_software", {"provider": CARD})
    assert drivers.calls == ["inventory"]


@pytest.mark.parametrize("left", [None, -DAY], ids=["none", "expired"])
def test_without_a_usable_certificate_there_is_nothing_to_try(authority: Authority, left: timedelta | None) -> None:
    drivers = Workstation()
    if left is not None:
        drivers.plant(issue(authority, left=left))
    (holder,) = prove(drivers).holders
    assert (holder.proof, drivers.calls) == (Proof.NOT_PROVEN, ["inventory"])
    assert detail(holder) == "proof.no_certificate"


def test_what_is_not_related_is_not_tried(issued: IssuedBundle) -> None:
    drivers = Workstation()
    drivers.plant(issued)
    record = prove(drivers, selection=Selection(issuers_of_pattern("Another CA"), include_unrelated=True))
    assert (record.certificates[0].key_state, drivers.calls) == ("linked", ["inventory"])


def proven(workstation: FakeWorkstation, authority: Authority) -> dict[str, Any]:
    """The result of a task at a workstation where two people have a certificate, and the connection's user is another one."""
    workstation.plant(JEANNE["user"], issue(authority, "Jeanne Dupont - T123456"))
    workstation.plant(PAUL["user"], issue(authority, "Paul Martin - T654321"))
    return run_action("certificate_facts", {"holders": [JEANNE, PAUL], "prove_keys": True}, workstation)


def test_what_goes_wrong_with_one_holder_is_in_nobody_elses_way(
    workstation: FakeWorkstation, authority: Authority
) -> None:
    workstation.person(JEANNE["user"]).fails = ("prove", "unexpected")
    facts = proven(workstation, authority)["ansible_facts"]["pkcs12"]
    assert [each["proof"] for each in facts["holders"]] == ["not_proven", "proven"]
    assert facts["holders"][0]["proof_detail"]["code"] == "unexpected"
    assert sorted(each["key_state"] for each in facts["certificates"]) == ["linked", "proven"]
    tried = [(account, run_as.account) for account, run_as, _request in workstation.exchanges]
    assert tried == [(JEANNE["user"], JEANNE["user"]), (PAUL["user"], PAUL["user"])]


def test_a_key_counts_for_its_store_and_not_for_the_same_certificate_in_another(
    workstation: FakeWorkstation, authority: Authority
) -> None:
    """A person with two accounts at a workstation has the certificate in both stores, each with a key of its own."""
    second = {**JEANNE, "user": PAUL["user"]}
    issued = issue(authority, "Jeanne Dupont - T123456")
    for account in (JEANNE["user"], second["user"]):
        workstation.plant(account, issued)
    workstation.person(JEANNE["user"]).fails = ("prove", "sign_failed")
    result = run_action("certificate_facts", {"holders": [JEANNE, second], "prove_keys": True}, workstation)
    facts = result["ansible_facts"]["pkcs12"]
    assert [(each["user"], each["proof"]) for each in facts["holders"]] == [
        (JEANNE["user"], "unusable"),
        (second["user"], "proven"),
    ]
    states = {each["owner"]: each["key_state"] for each in facts["certificates"]}
    assert states == {JEANNE["user"]: "unusable", second["user"]: "proven"}


def test_a_workstation_that_is_gone_is_the_connections_affair(
    workstation: FakeWorkstation, authority: Authority
) -> None:
    workstation.cut = 1
    assert proven(workstation, authority)["unreachable"] is True


def test_a_key_is_proven_although_the_authorisation_has_ended() -> None:
    drivers = Workstation()
    drivers.plant(issue(Authority.create()))
    holder, certificate = one(prove(drivers, anniversary=NOW.date()))
    assert (holder.status, holder.certificate_status, holder.proof) == (Status.EXPIRED, Status.VALID, Proof.PROVEN)
    assert certificate.key_state == "proven"
