# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the jobs that AWX starts by itself: their answers, and who is told of an approval."""

from __future__ import annotations

from collections.abc import Iterator

from consistency.awx import Data


def answers(data: Data) -> Iterator[str]:
    """Nodes and schedules answer each required question of their template, with answers that the survey allows, and no other."""
    surveys = {each["name"]: each.get("survey_spec", {}).get("spec", []) for each in data["controller_templates"]}
    starts = [(schedule["name"], schedule) for schedule in data["controller_schedules"]]
    starts += [
        (f"{flow['name']} {node['identifier']}", node)
        for flow in data["controller_workflows"]
        for node in flow["simplified_workflow_nodes"]
    ]
    for place, start in starts:
        questions = {each["variable"]: each for each in surveys.get(start.get("unified_job_template"), ())}
        given = start.get("extra_data", {})
        for variable, value in given.items():
            if variable not in questions:
                yield f"{place}: no question asks for {variable}"
            elif value not in questions[variable].get("choices", [value]):
                yield f"{place}: {value} is no answer to {variable}"
        for variable, question in questions.items():
            if question["required"] and variable not in given:
                yield f"{place}: nothing answers {variable}"


def approvers(data: Data) -> Iterator[str]:
    """Somebody is told of each approval, and of its end, and it is not only those who are told of failures."""
    mails = {each["name"]: each for each in data["controller_notifications"]}
    for flow in data["controller_workflows"]:
        if not any("approval_node" in node for node in flow["simplified_workflow_nodes"]):
            continue
        told = flow.get("notification_templates_approvals", [])
        if not told:
            yield f"{flow['name']}: nobody is told of its approval"
        failures = {who for name in flow.get("notification_templates_error", ()) for who in _recipients(mails, name)}
        for name in told:
            missing = {"running", "approved", "denied", "timed_out"} - set(
                mails[name]["messages"].get("workflow_approval", ())
            )
            yield from (f"{name}: nothing says {event}" for event in sorted(missing))
            if _recipients(mails, name) <= failures:
                yield f"{name}: those who approve are not among its recipients"


def _recipients(mails: dict[str, Data], name: str) -> set[str]:
    return set(mails[name]["notification_configuration"]["recipients"])


def schedules(data: Data) -> Iterator[str]:
    """No schedule starts jobs before a person has enabled it."""
    yield from (f"{each['name']}: it is enabled" for each in data["controller_schedules"] if each["enabled"])


LAUNCHES = [answers, approvers, schedules]
