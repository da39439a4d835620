# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts list what was asked for; everything else is counted."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import CLIENT_AUTH
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import Strangers
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.selection import Selection, selection_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import Issuers, issuers_of_pattern
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject, index_holders
from unit.plugins.plugin_utils.fakes import CARD, EMAIL, OTHER_SID, SID, certificate, stored
from unit.plugins.plugin_utils.problems import error_of
from unit.plugins.plugin_utils.records import record

MINE = stored(certificate("Jeanne Dupont - T123456"))
FOREIGN = stored(certificate("Jeanne Dupont - T123456", issuer="CN=Another CA"))
PAULS = stored(certificate("Paul Martin - T654321"))
ON_CARD = stored(certificate("DUPONT Jeanne 1234567890"), CARD)
IN_TPM = stored(certificate("Jeanne Dupont"), "Microsoft Platform Crypto Provider")
MAIL = stored(certificate("Jeanne Dupont - T123456", eku=(EMAIL,)))
ANY_USE = stored(certificate("Jeanne Dupont - T123456", eku=None))
NO_KEY = stored(certificate("Jeanne Dupont"), None)
NO_CN = stored(replace(certificate("x"), subject="O=CHU", subject_cn=None))
ALL = {
    "mine": MINE, "foreign": FOREIGN, "paul": PAULS, "card": ON_CARD, "tpm": IN_TPM, "mail": MAIL, "any": ANY_USE,
    "no_key": NO_KEY, "no_cn": NO_CN,
}  # fmt: skip
NUMBERS = index_holders(["T123456"], None)


@pytest.mark.parametrize(
    ("selection", "related"),
    [
        # Nothing is given: all but what is on a card or in a TPM.
        (Selection(), "mine foreign paul mail any no_key no_cn"),
        (Selection(index=index_holders([], None)), "mine foreign paul mail any no_key no_cn"),
        # Holders with numbers are.
        (Selection(site=issuers_of_pattern(""), subject="", index=NUMBERS), "mine foreign mail any"),
        # One of the four: what holds the key makes no difference. The issuer adds to what the holders have.
        (Selection(site=issuers_of_pattern("^CN=Another CA$"), index=NUMBERS), "mine foreign mail any"),
        (Selection(site=issuers_of_pattern("^CN=Another CA$")), "foreign"),
        (Selection(site=issuers_of_pattern("misspelt"), index=NUMBERS), "mine foreign mail any"),
        (
            Selection(site=issuers_of_pattern("AC Personnes"), index=NUMBERS),
            "mine foreign paul card tpm mail any no_key no_cn",
        ),
        (Selection(subject="^CN=Paul", index=NUMBERS), "paul"),
        (Selection(subject="O=CHU"), "no_cn"),
        (Selection(pattern=r"(\d{10})$"), "card"),
        (Selection(pattern=r"Jeanne( - T\d+)?$"), ""),
        (Selection(eku=(EMAIL, CLIENT_AUTH)), "mine foreign paul card tpm mail no_key no_cn"),
        # All that are given have to match.
        (
            Selection(site=issuers_of_pattern("Personnes"), subject="Jeanne", pattern=r"(T\d+)", eku=(CLIENT_AUTH,)),
            "mine",
        ),
        (Selection(site=issuers_of_pattern("Personnes"), subject="Jeanne", pattern=r"(T\d+)", eku=(EMAIL,)), "mail"),
    ],
)
def test_related_is_what_all_that_is_given_finds(selection: Selection, related: str) -> None:
    assert [name for name, found in ALL.items() if selection.relates(SID, found)] == related.split()


def test_only_the_holders_stores_are_meant_when_they_are_given() -> None:
    for selection in (Selection(), Selection(site=issuers_of_pattern("Personnes"))):
        assert selection.relates(SID, MINE)
        assert replace(selection, owners=frozenset({SID})).relates(SID, MINE)
        assert not replace(selection, owners=frozenset({OTHER_SID})).relates(SID, MINE)
        assert not replace(selection, owners=frozenset()).relates(SID, MINE)


def test_what_is_not_asked_for_is_not_listed() -> None:
    for related, archived, unrelated_too, archived_too in itertools.product((True, False), repeat=4):
        selection = Selection(include_unrelated=unrelated_too, include_archived=archived_too)
        wanted = (related or unrelated_too) and (not archived or archived_too)
        assert selection.lists(record(related=related, archived=archived)) is wanted


def test_unrelated_ones_of_other_stores_are_counted_where_the_holders_stores_are_meant() -> None:
    everything = Selection(owners=frozenset({SID}), include_unrelated=True, include_archived=True)
    assert everything.lists(record(related=False, owner_sid=SID))
    assert not everything.lists(record(related=False, owner_sid=OTHER_SID))


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({"subject": "*"}, "subject"),
        ({"pattern": "no group"}, "authorisation_pattern"),
        ({"pattern": "(two) (groups)"}, "authorisation_pattern"),
    ],
)
def test_what_is_no_pattern_is_refused_by_the_name_of_its_option(given: dict[str, str], option: str) -> None:
    refusal = error_of(lambda: Selection(**given))
    assert (refusal.code, refusal.problem.setting) == ("bad_pattern", option)


OPTIONS: dict[str, Any] = {
    "subject": None,
    "authorisation_pattern": None,
    "eku": [],
    "only_holders": False,
    "include_unrelated": False,
    "include_archived": False,
}
SEATS = (
    HolderEntry("jeanne", ExpectedSubject("Jeanne Dupont", "T123456"), owner_sid=SID),
    HolderEntry("nobody", ExpectedSubject("Paul Martin", "T654321")),
    HolderEntry("locum", ExpectedSubject("Anne Roux"), owner_sid=OTHER_SID),
)


def test_by_default_the_certificates_of_the_holders_are_meant_in_whatever_store() -> None:
    relates = selection_of(OPTIONS, SEATS, Issuers()).relates
    assert relates("S-1-5-18", MINE)
    assert relates(SID, PAULS)
    assert not relates(SID, NO_KEY)


def test_holders_whom_the_workstation_does_not_know_leave_no_store_open() -> None:
    unknown = [replace(entry, owner_sid=None) for entry in SEATS]
    assert selection_of(OPTIONS | {"only_holders": True}, unknown, Issuers()).owners == frozenset()


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(site=issuers_of_pattern(""), index=NUMBERS), "not_searched"),
        (Selection(index=NUMBERS, earlier=Strangers.SEARCHED), "searched"),
        (Selection(site=issuers_of_pattern("Misspelt"), index=NUMBERS, earlier=Strangers.SEARCHED), "no_match"),
        (Selection(site=issuers_of_pattern("AC Personnes"), index=NUMBERS), "searched"),
        (Selection(site=issuers_of_pattern("AC Personnes"), index=NUMBERS, owners=frozenset({SID})), "not_searched"),
        (Selection(subject="^CN=Nobody$", index=NUMBERS), "searched"),
        (Selection(), "searched"),  # all certificates are listed
        (Selection(issuer_names=frozenset({"CN=AC Personnes"})), "not_searched"),
    ],
)
def test_facts_say_whether_they_would_have_a_strangers_certificate(selection: Selection, said: str) -> None:
    assert selection.strangers([MINE, ON_CARD]) is Strangers(said)


def test_a_pattern_is_looked_for_among_all_certificates_and_not_only_the_listed_ones() -> None:
    archived = replace(MINE, archived=True)
    assert (
        Selection(site=issuers_of_pattern("AC Personnes"), subject="nobody").strangers([archived]) is Strangers.SEARCHED
    )
    assert Selection(site=issuers_of_pattern("AC Personnes")).strangers([]) is Strangers.NO_MATCH
    assert Selection(subject="CN=").strangers([]) is Strangers.SEARCHED
