# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why there are no facts, in words that differ by cause, and whether the facts of an audit are gone after its run."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.fact_cache import FactCache

MEMORY, FILES = FactCache("memory", "", 86400, False), FactCache("ansible.builtin.jsonfile", "/srv/facts", 0, False)
AUDIT = "hospital_it.pkcs12.audit"
LINES = "fact_caching = ansible.builtin.jsonfile; fact_caching_connection = /srv/pkcs12/facts; fact_caching_timeout = 0"


@pytest.mark.parametrize("plugin", ["memory", "ansible.builtin.memory"])
def test_memory_is_told_with_the_lines_to_write(plugin: str) -> None:
    refusal = FactCache(plugin, "", 86400, False).refusal()
    assert refusal.code == "no_facts"
    assert f"(fact_caching is {plugin})" in refusal.cause
    assert LINES in refusal.next_step
    assert "in one command" in refusal.next_step


def test_a_cache_without_facts_is_told_with_its_place_and_whether_facts_expire() -> None:
    lasting = FILES.refusal()
    assert "/srv/facts" in lasting.cause
    assert "cannot read them" in lasting.cause
    assert "expired" not in lasting.cause
    expiring = FactCache("jsonfile", "/srv/facts", 1, False).refusal()
    assert "expired" in expiring.cause
    assert LINES in expiring.next_step


@pytest.mark.parametrize("cache", [FactCache("memory", "", 0, True), FactCache("jsonfile", "/runner", 0, True)])
def test_in_awx_fact_storage_is_the_switch(cache: FactCache) -> None:
    refusal = cache.refusal()
    assert "Enable Fact Storage" in refusal.next_step
    assert "ansible.cfg" not in refusal.next_step
    assert "/runner" not in refusal.cause


@pytest.mark.parametrize(
    "playbooks",
    [
        (AUDIT,),
        (),
        ("hospital_it.pkcs12.report", AUDIT),
        (AUDIT, "hospital_it.pkcs12.enrol"),
        ("site/report.yml",),
        (AUDIT, "site/my_report.yml"),
    ],
)
def test_an_audit_warns_where_nothing_keeps_its_facts(playbooks: tuple[str, ...]) -> None:
    said = MEMORY.warning(playbooks)
    assert said is not None
    assert LINES in said
    assert FILES.warning(playbooks) is None
    in_awx = FactCache("memory", "", 0, True).warning(playbooks)
    assert in_awx is not None
    assert "Enable Fact Storage" in in_awx
    assert LINES not in in_awx


@pytest.mark.parametrize(
    "last", ["hospital_it.pkcs12.report", "hospital_it.pkcs12.remind", "playbooks/report.yml", "report.yaml"]
)
def test_it_does_not_where_the_same_run_goes_on_to_read_them(last: str) -> None:
    assert MEMORY.warning((AUDIT, last)) is None
    assert MEMORY.warning((AUDIT, last, "hospital_it.pkcs12.enrol")) is None
