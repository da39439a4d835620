# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the entries of the configuration are in the API: endpoints, references by name, lists of associated objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MAILS = "notification_templates"


@dataclass(frozen=True, slots=True)
class Kind:
    """``key``: the fields that identify an object. ``references``: fields that hold the id of an object, with its endpoint.

    ``lists``: associated objects, with their endpoint. ``texts``: maps that the API takes as text. ``apart``: handled elsewhere.
    """

    variable: str
    endpoint: str
    key: tuple[str, ...] = ("name",)
    references: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()


ORGANIZATION = {"organization": "organizations"}
KINDS = (
    Kind("controller_instance_groups", "instance_groups"),
    Kind("controller_teams", "teams", references=ORGANIZATION),
    Kind("controller_credential_types", "credential_types"),
    Kind(
        "controller_credentials",
        "credentials",
        references={**ORGANIZATION, "credential_type": "credential_types"},
        apart=frozenset({"update_secrets"}),
    ),
    Kind(
        "controller_credential_input_sources",
        "credential_input_sources",
        key=("target_credential", "input_field_name"),
        references={"target_credential": "credentials", "source_credential": "credentials"},
    ),
    Kind("controller_execution_environments", "execution_environments"),
    Kind("controller_notifications", MAILS, references=ORGANIZATION),
    Kind(
        "controller_projects",
        "projects",
        references={**ORGANIZATION, "credential": "credentials", "default_environment": "execution_environments"},
    ),
    Kind(
        "controller_inventories",
        "inventories",
        references=ORGANIZATION,
        lists={"input_inventories": "inventories"},
    ),
    Kind(
        "controller_inventory_sources",
        "inventory_sources",
        references={
            "inventory": "inventories",
            "source_project": "projects",
            "execution_environment": "execution_environments",
        },
        texts=frozenset({"source_vars"}),
        apart=frozenset({"organization"}),
    ),
    Kind(
        "controller_templates",
        "job_templates",
        references={
            "project": "projects",
            "inventory": "inventories",
            "execution_environment": "execution_environments",
        },
        lists={
            "credentials": "credentials",
            "instance_groups": "instance_groups",
            "notification_templates_error": MAILS,
            "notification_templates_success": MAILS,
        },
        texts=frozenset({"extra_vars"}),
        apart=frozenset({"organization", "survey_spec"}),
    ),
    Kind(
        "controller_workflows",
        "workflow_job_templates",
        references=ORGANIZATION,
        lists={"notification_templates_error": MAILS, "notification_templates_approvals": MAILS},
        apart=frozenset({"simplified_workflow_nodes"}),
    ),
    Kind(
        "controller_schedules",
        "schedules",
        references={"unified_job_template": "unified_job_templates"},
        apart=frozenset({"organization"}),
    ),
)
"""In the order in which they can be made: what is referred to comes first."""
