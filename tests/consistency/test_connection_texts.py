# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide on connecting has the sentences of the catalogue."""

from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from consistency.connection_texts import CAUSES, GUIDE, page


def test_the_table_of_failed_connections_is_that_of_the_catalogue() -> None:
    assert GUIDE.read_text(encoding="utf-8") == page(), "run: python -m consistency.connection_texts"


def test_a_cause_names_nothing_but_the_connection() -> None:
    assert {name for code in CAUSES for name in CODES[code].values} == {"address", "host", "port", "reason"}
