# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the jobs that AWX starts by itself: their answers, folders and time zone, and who is told of an approval."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from consistency.awx import Data
from consistency.awx_checks import playbook_of

PLACE = ("_folder", "_evidence_path", "_state_path")
"""How the names of the extra variables end that say where a job reads or writes on its controller."""


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


def required_folders(data: Data) -> Iterator[str]:
    """A job first checks all folders that it uses, and no other."""
    for template in data["controller_templates"]:
        extra = template.get("extra_vars", {})
        used = {
            str(value if name.endswith("_folder") else PurePosixPath(value).parent)
            for name, value in extra.items()
            if name.endswith(PLACE)
        }
        checked = set(extra.get("pkcs12_required_folders", ()))
        yield from (f"{template['name']}: nothing checks {folder}" for folder in sorted(used - checked))
        yield from (f"{template['name']}: nothing uses {folder}" for folder in sorted(checked - used))


def zones(data: Data) -> Iterator[str]:
    """The report, which runs on localhost and has no variables of a group, counts days in the time zone of the schedules."""
    known = {each["rrule"].split("TZID=")[1].split(":")[0] for each in data["controller_schedules"]}
    for template in data["controller_templates"]:
        zone = template.get("extra_vars", {}).get("pkcs12_time_zone")
        if playbook_of(template) == "report" and {zone} != known:
            yield f"{template['name']}: its time zone is {zone}"


def languages(data: Data) -> Iterator[str]:
    """All reports are in one language of the site, unless somebody asks for another one of a single job."""
    reports = [each for each in data["controller_templates"] if playbook_of(each) == "report"]
    said = {template["name"]: template.get("extra_vars", {}).get("pkcs12_language") for template in reports}
    first = list(said.values())[:1]
    for name, language in said.items():
        if language is None or [language] != first:
            yield f"{name}: its language is {language}"
    for template in reports:
        for question in template.get("survey_spec", {}).get("spec", ()):
            if question["variable"] == "report_language" and question.get("default") != said[template["name"]]:
                yield f"{template['name']}: it offers {question.get('default')}"


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


LAUNCHES = [answers, required_folders, zones, languages, approvers, schedules]
