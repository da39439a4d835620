# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why there are no facts, and whether the facts of an audit are gone after its run."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.fact_cache import FactCache

MEMORY, FILES = FactCache("memory", "", 86400, False), FactCache("ansible.builtin.jsonfile", "/srv/facts", 0, False)
AUDIT = "hospital_it.pkcs12.audit"


@pytest.mark.parametrize(
    ("cache", "code", "values"),
    [
        (FactCache("ansible.builtin.memory", "", 86400, False), "not_kept", {"plugin": "ansible.builtin.memory"}),
        (FactCache("memory", "", 0, True), "not_kept_in_awx", {"plugin": "memory"}),
        (FactCache("jsonfile", "/runner", 0, True), "none_in_awx", {}),
        (FILES, "none", {"plugin": "ansible.builtin.jsonfile", "connection": "/srv/facts"}),
        (FactCache("jsonfile", "/a", 1, False), "none_or_expired", {"plugin": "jsonfile", "connection": "/a"}),
    ],
)
def test_why_there_are_no_facts_is_told(cache: FactCache, code: str, values: dict[str, Any]) -> None:
    assert cache.refusal().problem == Problem(f"no_facts.{code}", values)


@pytest.mark.parametrize(
    "playbooks",
    [
        (),
        ("hospital_it.pkcs12.report", AUDIT),
        (AUDIT, "site/my_report.yml"),
    ],
)
def test_an_audit_warns_where_nothing_keeps_its_facts(playbooks: tuple[str, ...]) -> None:
    assert MEMORY.warning(playbooks) == Problem("facts_not_kept.by_ansible", {"plugin": "memory"})
    assert FILES.warning(playbooks) is None
    in_awx = FactCache("memory", "", 0, True).warning(playbooks)
    assert in_awx == Problem("facts_not_kept.in_awx", {"plugin": "memory"})


@pytest.mark.parametrize("last", ["hospital_it.pkcs12.remind", "playbooks/report.yml", "report.yaml"])
def test_it_does_not_where_the_same_run_goes_on_to_read_them(last: str) -> None:
    assert MEMORY.warning((AUDIT, last)) is None
    assert MEMORY.warning((AUDIT, last, "hospital_it.pkcs12.enrol")) is None
