# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each decision about a store follows the site's answer, and neither a number nor a name alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.browsers import offered
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.comparison import comparison
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.present import last_end
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.issuers import Issuers
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.removal import RemovalSelector
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject, index_holders
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import Use, use_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import best_certificate
from lab.authority.signers import NUMBER, Row, corpus
from lab.emulated.element import pack, properties
from unit.plugins.plugin_utils._policy.test_issuers import issuers_of, value
from unit.plugins.plugin_utils.fakes import inventory, profile, stored, view

PERSON = ExpectedSubject(authorisation=NUMBER)


def decisions(row: Row, site: Issuers) -> dict[str, bool]:
    """What each part says of the only certificate of a store."""
    found, now = stored(value(row.certificate)), datetime.now(timezone.utc)
    store, selector = view(found), RemovalSelector(site=site, person=PERSON)
    element = pack(properties(row.certificate.public_bytes(Encoding.DER), None))
    there = replace(inventory(profiles=(profile(element),)), utc=now)
    strangers = comparison(there, [], index_holders([], None), site, now)
    return {
        "gives access": best_certificate(store, PERSON, None, now, site) is not None,
        "has ended": last_end(store, PERSON, now, site) is not None,
        "is offered": bool(offered(there, site)[0].certificates),
        "is nobody's": bool(strangers),
        "is removed": bool(selector.select(store, now)),
        "stays, and is told": bool(selector.left_for_thumbprints(store) or selector.of_other_issuers(store)),
    }


@pytest.mark.parametrize("row", corpus(), ids=lambda row: row.name)
def test_each_decision_follows_the_answer(row: Row) -> None:
    signed = row.answer == "signed"
    certificate = value(row.certificate)
    current = signed and certificate.is_in_date(datetime.now(timezone.utc))
    for_access = current and use_of(certificate) is Use.AUTHENTICATION
    assert decisions(row, issuers_of(row)) == {
        "gives access": for_access,
        "has ended": signed and not current,
        "is offered": for_access,
        "is nobody's": current,
        "is removed": signed,
        "stays, and is told": not signed,
    }


@pytest.mark.parametrize("row", [each for each in corpus() if each.answer == "signed"], ids=lambda row: row.name)
def test_an_authority_without_a_pattern_decides_alone(row: Row) -> None:
    site = Issuers(tuple(replace(each, pattern=None) for each in issuers_of(row).profiles))
    if site.is_named:
        assert decisions(row, site) == decisions(row, issuers_of(row))
        assert site.relates(value(row.certificate))


def test_what_was_archived_is_gone() -> None:
    made = next(each for each in corpus() if each.answer == "unknown_issuer")
    selector = RemovalSelector(site=issuers_of(made), person=PERSON)
    archived = view(stored(value(made.certificate), archived=True))
    assert not selector.left_for_thumbprints(archived)
    assert not selector.of_other_issuers(archived)
