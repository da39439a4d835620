# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the jobs that AWX starts by itself: their answers, who is told of what, and how a workflow ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from consistency.awx import PROJECT, Data, load
from consistency.awx_checks import playbook_of


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


WAYS = ("success_nodes", "failure_nodes", "always_nodes")
CHECKING = {"check", "check_bundles"}
"""Playbooks that prepare the work of IT. A person starts them and reads what they say."""

CHANGING = {"collect", "enrol", "renew", "retire", "remind"}
"""Playbooks that change something, and that people start."""
OF_THE_SCHEDULE = {"renew_due"}
"""Playbooks that change something, and that the schedule starts; the preview of ``renew`` shows more."""


def is_preview(template: Data) -> bool:
    """Whether the jobs of a template only show what others would do."""
    return template.get("job_type") == "check"


def alarms(data: Data) -> Iterator[str]:
    """Somebody is told when a job fails, except of one that only checks. AWX does not ask what type a job is."""
    for template in data["controller_templates"]:
        told = bool(template.get("notification_templates_error"))
        quiet = is_preview(template) or playbook_of(template) in CHECKING
        if told == quiet:
            yield f"{template['name']}: its failure {'alarms somebody' if told else 'is told to nobody'}"


def previews(data: Data) -> Iterator[str]:
    """Who may start a job that changes something can see first what it would do, with the same answers and the same settings."""
    templates = {each["name"]: each for each in data["controller_templates"]}
    for name, template in templates.items():
        if not is_preview(template):
            if playbook_of(template) in CHANGING and f"{name} preview" not in templates:
                yield f"{name}: there is no preview"
            continue
        shown = templates.get(name.removesuffix(" preview"), {})
        for key in {*template, *shown} - {"name", "description", "job_type", "notification_templates_error"}:
            if template.get(key) != shown.get(key):
                yield f"{name}: its {key} is another one"


def ends(data: Data) -> Iterator[str]:
    """A workflow of which a job failed is failed, as AWX decides it, and after the failure of an audit or a renewal there is a report."""
    templates = {each["name"]: each for each in data["controller_templates"]}
    for flow in data["controller_workflows"]:
        nodes = {node["identifier"]: node for node in flow["simplified_workflow_nodes"]}
        playbooks = {
            name: playbook_of(templates[node["unified_job_template"]])
            for name, node in nodes.items()
            if node.get("unified_job_template") in templates
        }
        red = {
            name
            for name, node in nodes.items()
            if node.get("unified_job_template") in templates and always_fails(templates[node["unified_job_template"]])
        }
        _done, failed = end_of(nodes, red)
        if failed:
            yield f"{flow['name']}: it ends failed although no job failed"
        for name in nodes:
            done, failed = end_of(nodes, {*red, name})
            if name in done and not failed:
                yield f"{flow['name']}: it ends successful although {name} failed"
            after = {playbooks.get(each) for each in done[done.index(name) + 1 :]} if name in done else {"report"}
            if playbooks.get(name) in ("audit", "renew_due") and "report" not in after:
                yield f"{flow['name']}: there is no report after the failure of {name}"


def end_of(nodes: Mapping[str, Data], failing: Set[str]) -> tuple[list[str], bool]:
    """The nodes that run, in their order, and whether the workflow ends failed: when a failed node leads nowhere, by failure or always."""
    led = {target for node in nodes.values() for way in WAYS for target in node.get(way, ())}
    done = [name for name in nodes if name not in led]
    for name in done:
        ways = ("failure_nodes" if name in failing else "success_nodes", "always_nodes")
        done += [each for way in ways for each in nodes[name].get(way, ()) if each in nodes and each not in done]
    lost = [name for name in done if name in failing and not any(nodes[name].get(way) for way in WAYS[1:])]
    return done, bool(lost)


def always_fails(template: Data) -> bool:
    """Whether the last play of the project's playbook ends failed whatever happens."""
    tasks = load(PROJECT / template["playbook"])[-1].get("tasks", [])
    return bool(tasks) and "ansible.builtin.fail" in tasks[-1] and "when" not in tasks[-1]


def one_at_a_time(data: Data) -> Iterator[str]:
    """Two jobs of a template that changes something never run at once. AWX runs slices at once whatever the template says."""
    for template in data["controller_templates"]:
        if playbook_of(template) not in CHANGING | OF_THE_SCHEDULE:
            continue
        if template.get("allow_simultaneous") is not False:
            yield f"{template['name']}: two of its jobs may run at once"
        if template.get("job_slice_count", 1) != 1 or template.get("ask_job_slice_count_on_launch"):
            yield f"{template['name']}: its slices would run at once"


LAUNCHES = [answers, approvers, schedules, alarms, previews, ends, one_at_a_time]
