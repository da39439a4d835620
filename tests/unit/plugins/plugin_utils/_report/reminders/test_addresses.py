# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of several mail addresses of a person counts."""

from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.reminders.addresses import addresses_of


def test_the_first_address_of_a_person_counts_and_workstations_come_before_the_register() -> None:
    def holder(mail: str) -> dict[str, str]:
        return {"user": "CHU\\jdupont", "name": "Jeanne Dupont", "authorisation": "T123456", "mail": mail}

    workstations = [(name, {"pkcs12_holders": [holder(f"{name}@chu.example")]}) for name in ("ws-a", "ws-b")]
    options = {"register_holders": [holder("register@chu.example")], "employer_to": [], "it_to": []}
    assert list(addresses_of(options, workstations).holders.values()) == ["ws-a@chu.example"]
    assert list(addresses_of(options, []).holders.values()) == ["register@chu.example"]
