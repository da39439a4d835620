# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide on connecting has the sentences of the code."""

from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import CAUSES, SIGNS
from consistency.connection_texts import GUIDE, page


def test_the_table_of_failed_connections_is_that_of_the_code() -> None:
    assert GUIDE.read_text(encoding="utf-8") == page(), "run: python -m consistency.connection_texts"


def test_every_cause_has_a_sign_and_every_sign_a_cause() -> None:
    by_more_than_a_text = {"connection_failed", "connection_ended", "certificate_over_tls13"}
    assert {code for code, _sign in SIGNS} == set(CAUSES) - by_more_than_a_text
