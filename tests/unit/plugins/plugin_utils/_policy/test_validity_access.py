# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Until when a holder can log on is said by the best certificate that a browser would offer him."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import CLIENT_AUTH
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import StoreCertificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import best_certificate, is_selectable
from unit.plugins.plugin_utils.fakes import EMAIL, NOW, YEAR, certificate, stored, view

JEANNE = ExpectedSubject(authorisation="T123456")
GOOD = stored(certificate())
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("eku", "has_key", "archived", "offered"),
    [
        ((CLIENT_AUTH,), True, False, True),
        ((EMAIL, CLIENT_AUTH), True, False, True),
        ((), True, False, True),
        (None, True, False, True),
        ((EMAIL,), True, False, False),
        ((CLIENT_AUTH,), False, False, False),
        ((CLIENT_AUTH,), True, True, False),
        (None, False, True, False),
    ],
)
def test_a_browser_offers_what_is_for_client_authentication_has_a_key_and_is_not_archived(
    eku: tuple[str, ...] | None, has_key: bool, archived: bool, offered: bool
) -> None:
    assert is_selectable(eku, has_key, archived) is offered


@pytest.mark.parametrize(
    "worse",
    [
        stored(certificate("Paul Martin - T654321", left=2 * YEAR)),
        stored(certificate(left=4 * YEAR)),
        stored(certificate(left=-SECOND)),
        stored(certificate(left=2 * YEAR), None),
        stored(certificate(left=2 * YEAR), archived=True),
        stored(certificate(left=2 * YEAR, eku=(EMAIL,))),
        stored(certificate(left=YEAR / 2)),
    ],
    ids=["another's", "not_yet_valid", "expired", "no_key", "archived", "for_mail", "shorter"],
)
def test_of_all_certificates_the_usable_one_of_the_holder_that_lasts_longest_counts(worse: StoreCertificate) -> None:
    for order in ((GOOD, worse), (worse, GOOD)):
        assert best_certificate(view(*order), JEANNE, None, NOW) == GOOD
    usable = worse.certificate.not_after == NOW + YEAR / 2
    assert best_certificate(view(worse), JEANNE, None, NOW) == (worse if usable else None)


@pytest.mark.parametrize(
    ("person", "leaf", "found"),
    [
        (ExpectedSubject(), None, None),
        (ExpectedSubject(), GOOD.thumbprint, GOOD),
        (ExpectedSubject(authorisation="T654321"), GOOD.thumbprint, GOOD),
        (ExpectedSubject(authorisation="T654321"), None, None),
        (ExpectedSubject(), "0" * 40, None),
    ],
)
def test_the_certificate_of_the_task_is_the_holders_whatever_it_says(
    person: ExpectedSubject, leaf: str | None, found: Any
) -> None:
    assert best_certificate(view(GOOD), person, leaf, NOW) == found
