# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each check of folders, rights and secrets in the AWX configuration finds what it is there for: one mistake at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

import pytest

from consistency import awx_folders, awx_site
from consistency.awx import EXECUTION_NODES, KUBERNETES, Data, configuration, named
from planted.test_awx import RETIRE, TEMPLATES, put

COLLECT, REMIND, DAILY, WEEKLY = "PKCS12 collect", "PKCS12 remind", "PKCS12 daily report", "PKCS12 report by mail"
GROUPS, GRANTS, SOURCES = "controller_instance_groups", "controller_roles", "controller_credential_input_sources"


def edited(group: str, old: str, new: str) -> Callable[[Data], None]:
    """A mistake in the pods of an instance group."""

    def apply(data: Data) -> None:
        found = named(data, GROUPS, group)
        assert old in found["pod_spec_override"]
        found["pod_spec_override"] = found["pod_spec_override"].replace(old, new)

    return apply


def without(name: str, variable: str, *values: str) -> Callable[[Data], None]:
    """A list of a template lacks values."""

    def apply(data: Data) -> None:
        extra = named(data, TEMPLATES, name)["extra_vars"]
        extra[variable] = [each for each in extra[variable] if each not in values]

    return apply


MISTAKES = [
    (
        awx_site.said_twice,
        put(TEMPLATES, REMIND, "extra_vars", "pkcs12_time_zone", value="UTC"),
        f"{REMIND}: pkcs12_time_zone is a second place",
    ),
    (
        awx_site.said_twice,
        put(TEMPLATES, REMIND, "extra_vars", "pkcs12_language", value="fr"),
        f"{REMIND}: pkcs12_language is a second place",
    ),
    (
        awx_site.zones,
        put(
            "controller_schedules",
            "PKCS12 remind in the morning",
            "rrule",
            value="DTSTART;TZID=UTC:20260105T060000 RRULE:FREQ=DAILY;INTERVAL=1",
        ),
        "the time zone of the inventory is",
    ),
    (
        awx_folders.folders,
        put(TEMPLATES, COLLECT, "instance_groups", value=["PKCS12"]),
        "do not see /srv/pkcs12/collect",
    ),
    (
        awx_folders.folders,
        put(TEMPLATES, "PKCS12 enrol", "instance_groups", value=[COLLECT]),
        "do not see /srv/pkcs12/bundles",
    ),
    (
        awx_folders.folders,
        put(TEMPLATES, COLLECT, "extra_vars", "pkcs12_bundle_folder", value="/srv/pkcs12/bundles"),
        "do not see /srv/pkcs12/bundles",
    ),
    (
        awx_folders.folders,
        edited(COLLECT, "/srv/pkcs12/collect}", "/srv/pkcs12/collect, readOnly: true}"),
        "can not be",
    ),
    (awx_folders.folders, edited("PKCS12", "bundles, readOnly: true}", "bundles}"), "/srv/pkcs12/bundles can be"),
    (awx_folders.writers, put(TEMPLATES, "PKCS12 audit", "instance_groups", value=[COLLECT]), "may write bundles"),
    (awx_folders.writers, edited(COLLECT, "claimName: pkcs12-bundles", "claimName: pkcs12-new"), "into pkcs12-bundles"),
    (
        awx_folders.folders,
        put(TEMPLATES, RETIRE, "instance_groups", value=["PKCS12"]),
        "do not see /srv/pkcs12/collect",
    ),
    (
        awx_folders.writers,
        put(TEMPLATES, RETIRE, "extra_vars", value={}),
        "where a removal is written down",
    ),
    (
        awx_folders.caches,
        put("controller_projects", "PKCS12", "scm_update_cache_timeout", value=1),
        "scm_update_cache_timeout is 1",
    ),
    (
        awx_folders.caches,
        put("controller_inventory_sources", "Workstations from the project", "update_cache_timeout", value=1),
        "update_cache_timeout is 1",
    ),
    (awx_folders.required_folders, without(REMIND, "pkcs12_required_folders", "/srv/pkcs12/reports"), "nothing checks"),
    (
        awx_folders.earlier_report,
        put(TEMPLATES, WEEKLY, "extra_vars", "pkcs12_report_name", value="weekly"),
        "no report is written",
    ),
    (
        awx_site.connections,
        put(TEMPLATES, "PKCS12 check bundles", "credentials", 0, value=awx_site.WINRM),
        "calls no work",
    ),
    (awx_site.connections, put(TEMPLATES, "PKCS12 retire", "credentials", value=[]), "has no account there"),
    (awx_site.access, put(GRANTS, 0, "job_templates", value=["PKCS12 audit"]), f"operators may not execute {COLLECT}"),
    (awx_site.access, put(GRANTS, 1, "job_templates", value=["PKCS12 audit"]), "protection may not read PKCS12 enrol"),
    (awx_site.access, put(GRANTS, 1, "job_templates", 0, value="PKCS12 check"), "protection may read PKCS12 check"),
    (awx_site.access, put(GRANTS, 1, "roles", value=["read", "execute"]), "protection may execute"),
    (
        awx_site.vault,
        put(TEMPLATES, COLLECT, "extra_vars", "pkcs12_hashicorp_vault_path", value="pkcs12/awx"),
        "nothing reads the",
    ),
    (
        awx_site.vault,
        put(SOURCES, 1, "metadata", "secret_path", value="pkcs12/passphrases"),
        "reads password of Workst",
    ),
    (awx_site.vault, put(SOURCES, 3, "metadata", "secret_path", value="pkcs12/awx"), "2 credentials have this"),
    (awx_site.vault, put("controller_credential_types", 3, "description", value="Token"), "no type of credential says"),
    (
        awx_site.controller,
        put("controller_schedules", 3, "extra_data", "pkcs12_hosts", value="all"),
        "all has localhost",
    ),
    (
        awx_site.controller,
        put(TEMPLATES, "PKCS12 renew due", "extra_vars", value={}),
        "PKCS12 renew due: it calls all hosts",
    ),
]


@pytest.mark.parametrize(("check", "mistake", "says"), MISTAKES, ids=[says for _check, _mistake, says in MISTAKES])
def test_a_mistake_is_found(check: Callable[[Data], Iterator[str]], mistake: Callable[[Data], None], says: str) -> None:
    data = copy.deepcopy(configuration(KUBERNETES))
    mistake(data)
    assert [problem for problem in check(data) if says in problem]


def test_a_node_that_both_groups_use_is_found() -> None:
    """On such a node, every job sees the folder into which bundles are written."""
    data = copy.deepcopy(configuration(EXECUTION_NODES))
    named(data, GROUPS, COLLECT)["policy_instance_list"] = named(data, GROUPS, "PKCS12")["policy_instance_list"]
    assert [problem for problem in awx_folders.writers(data) if "jobs of PKCS12 run on" in problem]
