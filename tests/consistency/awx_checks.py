# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong in the AWX configuration. Each check says it in sentences; none means that nothing is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.arguments import OF_OURS
from consistency.awx import PROJECT, Data, Unsafe, load, texts
from consistency.awx_reads import COLLECTION, Reads, names_in, reads_of

BUILT_IN = {
    "Machine": {"password", "ssh_key_data", "ssh_key_unlock", "become_password"},
    "Source Control": {"password", "ssh_key_data", "ssh_key_unlock"},
    "HashiCorp Vault Secret Lookup": {"token", "secret_id", "client_cert_private", "password"},
}
"""Credential types of AWX that are used here, with their secret fields."""
NEEDED = {"pkcs12_bundle_folder", "pkcs12_report_folder"}
"""Without these a playbook that reads them does nothing. No option requires them, because a module can do without."""
GIVEN_BY_AWX = {"awx_job_id"}
KEPT_SECRET = re.compile(r"passw|passphrase|secret|token|private")
KEY = re.compile(r"-----BEGIN|\$ANSIBLE_VAULT")


def _of(data: Data, variable: str) -> list[Data]:
    return list(data.get(variable, []))


def _known(data: Data, *variables: str) -> set[str]:
    return {entry["name"] for variable in variables for entry in _of(data, variable)}


BEFORE_A_JOB = {each.relative_to(PROJECT).as_posix() for each in (PROJECT / "inventory").glob("*.yml")}
"""The sources of the project. A job works by what they say now."""
ORDER = (
    "controller_settings",
    "controller_instance_groups",
    "controller_teams",
    "controller_credential_types",
    "controller_credentials",
    "controller_credential_input_sources",
    "controller_execution_environments",
    "controller_notifications",
    "controller_projects",
    "controller_inventories",
    "controller_inventory_sources",
    "controller_templates",
    "controller_workflows",
    "controller_schedules",
    "controller_roles",
)
"""In which the role ``dispatch`` brings the lists to AWX, one after the other. It starts all entries of a list at once."""
REFERENCES = {
    "credential_type": ("controller_credential_types",),
    "credential": ("controller_credentials",),
    "target_credential": ("controller_credentials",),
    "source_credential": ("controller_credentials",),
    "credentials": ("controller_credentials",),
    "project": ("controller_projects",),
    "source_project": ("controller_projects",),
    "execution_environment": ("controller_execution_environments",),
    "default_environment": ("controller_execution_environments",),
    "inventory": ("controller_inventories",),
    "input_inventories": ("controller_inventories",),
    "instance_groups": ("controller_instance_groups",),
    "team": ("controller_teams",),
    "job_templates": ("controller_templates",),
    "workflows": ("controller_workflows",),
    "unified_job_template": ("controller_templates", "controller_workflows"),
    "notification_templates_error": ("controller_notifications",),
    "notification_templates_success": ("controller_notifications",),
    "notification_templates_approvals": ("controller_notifications",),
}
"""The keys that name an entry, and the lists that it may be in."""


def references(data: Data) -> Iterator[str]:
    """Every name that is used is defined, and defined once, in a list that AWX has by then, and every one that is defined is used."""
    built_in = {"credential_type": set(BUILT_IN)}
    used = {
        (variable, name)
        for entries in data.values()
        for entry in entries
        for _place, key, name in _names("", entry)
        for variable in REFERENCES[key]
    }
    defined = {
        (variable, name)
        for variables in REFERENCES.values()
        for variable in variables
        for name in _known(data, variable)
    }
    yield from (f"{variable} {name}: nothing names it" for variable, name in sorted(defined - used))
    for variable, entries in data.items():
        for name, count in Counter(entry.get("name") for entry in entries).items():
            if name and count > 1:
                yield f"{variable} has {name} more than once"
        earlier = set(ORDER[: ORDER.index(variable)])
        for entry in entries:
            place = f"{variable} {entry.get('name', '')}"
            if entry.get("organization", "Default") != "Default":
                yield f"{place}: there is no organization {entry['organization']}"
            for where, key, name in _names(place, entry):
                if name not in built_in.get(key, set()) | _known(data, *REFERENCES[key]):
                    yield f"{where}: there is no {key} {name}"
                elif name not in built_in.get(key, set()) | _known(data, *earlier.intersection(REFERENCES[key])):
                    yield f"{where}: {key} {name} may come to AWX after it"


def _names(place: str, entry: Data) -> Iterator[tuple[str, str, str]]:
    """The names of other entries in an entry: where they are, their key, the name."""
    for key, value in entry.items():
        if key == "simplified_workflow_nodes":
            for node in value:
                yield from _names(f"{place} {node['identifier']}", node)
        elif key in REFERENCES:
            yield from ((place, key, name) for name in (value if isinstance(value, list) else [value]))


def register_reaches_jobs(data: Data) -> Iterator[str]:
    """A job works by the register and the project as they are now. AWX updates before it the project and the sources of the job's own
    inventory, and never those of another inventory that this one is made of."""
    projects = {each["name"] for each in _of(data, "controller_projects") if each.get("scm_update_on_launch")}
    inventories = {each["name"] for each in _of(data, "controller_inventories") if not each.get("kind")}
    sources = [
        each
        for each in _of(data, "controller_inventory_sources")
        if each.get("update_on_launch") and each["inventory"] in inventories
    ]
    for each in (*sources, *_of(data, "controller_templates")):
        project = each.get("source_project", each.get("project"))
        if project not in projects:
            yield f"{each['name']}: AWX does not update {project} before it"
    for template in _of(data, "controller_templates"):
        read = {each["source_path"] for each in sources if each["inventory"] == template["inventory"]}
        yield from (f"{template['name']}: AWX does not read {path} before it" for path in sorted(BEFORE_A_JOB - read))


def workflows(data: Data) -> Iterator[str]:
    """Nodes lead to nodes, from one first node to all."""
    for workflow in _of(data, "controller_workflows"):
        nodes = {node["identifier"]: node for node in workflow["simplified_workflow_nodes"]}
        if len(nodes) < len(workflow["simplified_workflow_nodes"]):
            yield f"{workflow['name']}: two nodes have one identifier"
        led = [
            target
            for node in nodes.values()
            for way in ("success_nodes", "failure_nodes", "always_nodes")
            for target in node.get(way, ())
        ]
        for target in led:
            if target not in nodes:
                yield f"{workflow['name']}: there is no node {target}"
        first = [identifier for identifier in nodes if identifier not in led]
        if len(first) != 1:
            yield f"{workflow['name']}: it begins with {len(first)} nodes"


def _secret_fields(data: Data) -> dict[str, set[str]]:
    """The secret fields of each type of credential."""
    custom = {each["name"]: each["inputs"]["fields"] for each in _of(data, "controller_credential_types")}
    return BUILT_IN | {name: {each["id"] for each in fields if each.get("secret")} for name, fields in custom.items()}


def secrets(data: Data) -> Iterator[str]:
    """No secret stands here, and none is kept as something else."""
    secret = _secret_fields(data)
    for credential in _of(data, "controller_credentials"):
        for field, value in credential.get("inputs", {}).items():
            if field in secret.get(credential["credential_type"], ()) and not re.fullmatch(r"{{.*}}", value):
                yield f"{credential['name']}: {field} is a secret, and stands here"
    for kind in _of(data, "controller_credential_types"):
        for field in kind["inputs"]["fields"]:
            if KEPT_SECRET.search(field["id"]) and not field.get("secret"):
                yield f"{kind['name']}: {field['id']} is not kept as a secret"
    yield from (f"{place}: there is a key" for place, text in texts(data) if KEY.search(text))


def credentials(data: Data) -> Iterator[str]:
    """What is fetched is a secret field, each credential has one but that which opens the others, and a template has one credential of a
    type."""
    types = {each["name"]: each["credential_type"] for each in _of(data, "controller_credentials")}
    secret = _secret_fields(data)
    sources = _of(data, "controller_credential_input_sources")
    fetched = {source[key] for source in sources for key in ("target_credential", "source_credential")}
    yield from (f"{name}: nothing gives its secret" for name in types if name not in fetched)
    for source in sources:
        target = types.get(source["target_credential"], "")
        if source["input_field_name"] not in secret.get(target, ()):
            yield f"{source['target_credential']}: {source['input_field_name']} is no secret field of it"
    for template in _of(data, "controller_templates"):
        used = Counter(types.get(name) for name in template["credentials"])
        if any(count > 1 for count in used.values()):
            yield f"{template['name']}: it has two credentials of one type"


def fields(data: Data) -> Iterator[str]:
    """Each field of a type of credential is required, and a job gets it under a name that ends as the field's."""
    for kind in _of(data, "controller_credential_types"):
        given = [each for injector in kind["injectors"].values() for each in injector.items()]
        brought = {text.strip("{} ") for _name, text in given if "tower." not in text}
        if not {field["id"] for field in kind["inputs"]["fields"]} == set(kind["inputs"]["required"]) == brought:
            yield f"{kind['name']}: its fields, those that are required, and those that a job gets differ"
        for name, text in given:
            if not name.endswith(text.strip("{} ").rpartition(".")[2]):
                yield f"{kind['name']}: {name} is another field than {text}"


def injected(data: Data, credential: str) -> Data:
    """The extra variables that a credential brings."""
    types = {each["name"]: each["credential_type"] for each in _of(data, "controller_credentials")}
    kinds = {each["name"]: each["injectors"] for each in _of(data, "controller_credential_types")}
    brought: Data = kinds.get(types.get(credential, ""), {}).get("extra_vars", {})
    return brought


def accounts(data: Data) -> Iterator[str]:
    """What is sent goes out with an account that a credential of the template brings."""
    for template in _of(data, "controller_templates"):
        brought = {name for credential in template["credentials"] for name in injected(data, credential)}
        kinds = {place["kind"] for place in template.get("extra_vars", {}).get("pkcs12_report_destinations", ())}
        if ("mail" in kinds or playbook_of(template) == "remind") and "pkcs12_mail_password" not in brought:
            yield f"{template['name']}: no credential brings the account of the mail server"
        if "https" in kinds and "pkcs12_credentials" not in brought:
            yield f"{template['name']}: no credential brings the account of the web server"


def playbook_of(template: Data) -> str:
    """The playbook of the collection behind a template's. Raises ``FileNotFoundError`` when the project lacks it."""
    play, *_after = load(PROJECT / template["playbook"])
    return str(play["ansible.builtin.import_playbook"]).removeprefix(COLLECTION)


def variables(data: Data) -> Iterator[str]:
    """What a template gives is read, fits, and is with the inventory's variables of the site all that is needed."""
    site = load(PROJECT / "inventory" / "group_vars" / "all.yml")
    for template in _of(data, "controller_templates"):
        try:
            reads = reads_of(playbook_of(template))
        except FileNotFoundError as missing:
            yield f"{template['name']}: there is no {missing.filename}"
            continue
        extra = template.get("extra_vars", {})
        asked = {question["variable"]: question for question in template.get("survey_spec", {}).get("spec", ())}
        brought = {name for credential in template["credentials"] for name in injected(data, credential)}
        in_extra = {name for _place, text in texts(extra) if isinstance(text, Unsafe) for name in names_in(text)}
        given = brought | set(extra) | set(asked)
        for name in sorted(given):
            if not reads.reads(name) and name not in in_extra:
                yield f"{template['name']}: nothing reads {name}"
        for name in sorted(in_extra - given - GIVEN_BY_AWX - {"lookup", "query"}):
            yield f"{template['name']}: nothing gives {name}"
        for name, option in reads.options.items():
            if (option.get("required") or name in NEEDED) and name not in given and not site.get(name):
                yield f"{template['name']}: {name} is required"
        for name, value in extra.items():
            yield from (f"{template['name']}: {problem}" for problem in _unfit(reads, name, value))
        for question in asked.values():
            yield from (f"{template['name']}: {problem}" for problem in _unfit_question(reads, question))


def default_answers(data: Data) -> Iterator[str]:
    """Whoever only presses Next gets what the inventory says, or else what the playbook does without an answer."""
    site = load(PROJECT / "inventory" / "group_vars" / "all.yml")
    for template in _of(data, "controller_templates"):
        options = reads_of(playbook_of(template)).options
        for question in template.get("survey_spec", {}).get("spec", ()):
            name = question["variable"]
            usual = site.get(name, options.get(name, {}).get("default"))
            if "default" in question and usual is not None and question["default"].lower() != str(usual).lower():
                yield f"{template['name']}: {name} overrides {usual}"


def asked_alike(data: Data) -> Iterator[str]:
    """All surveys ask for a variable in the same way, and a survey is on."""
    first: dict[str, Data] = {}
    for template in _of(data, "controller_templates"):
        if ("survey_spec" in template) != template.get("survey_enabled", False):
            yield f"{template['name']}: its survey is not on"
        for question in template.get("survey_spec", {}).get("spec", ()):
            if first.setdefault(question["variable"], question) != question:
                yield f"{template['name']}: it asks in another way for {question['variable']}"


def unanswered(data: Data) -> Iterator[str]:
    """A question that may stay without an answer asks for what the inventory or the playbook says without one."""
    site = load(PROJECT / "inventory" / "group_vars" / "all.yml")
    for template in _of(data, "controller_templates"):
        options = reads_of(playbook_of(template)).options
        for question in template.get("survey_spec", {}).get("spec", ()):
            name = question["variable"]
            usual = site.get(name, options.get(name, {}).get("default"))
            if not question["required"] and usual in (None, "", [], {}):
                yield f"{template['name']}: without an answer, nothing says {name}"


def _unfit(reads: Reads, name: str, value: Any) -> Iterator[str]:
    if name not in reads.options or isinstance(value, Unsafe):
        return
    option = {key: said for key, said in reads.options[name].items() if key not in OF_OURS}
    for message in ArgumentSpecValidator({name: option}).validate({name: value}).error_messages:
        yield f"{name}: {message}"


def _unfit_question(reads: Reads, question: Data) -> Iterator[str]:
    name, kind = question["variable"], question["type"]
    option = reads.options.get(name, {})
    if (option.get("type") == "int") != (kind == "integer"):
        yield f"{name}: a question of type {kind} for a variable of type {option.get('type', 'str')}"
    if option.get("type") == "bool" and set(question.get("choices", ())) != {"true", "false"}:
        yield f"{name}: a question of yes or no"
    answers = question.get("choices", []) + [question[key] for key in ("default",) if key in question]
    for answer in answers:
        yield from _unfit(reads, name, answer)
        if kind == "multiplechoice" and answer not in question["choices"]:
            yield f"{name}: {answer} is no choice"
