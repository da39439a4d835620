# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in AWX with what the whole site has: time zone, language, accounts, rights, and the secrets of the vault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from consistency.awx import PROJECT, Data, load, texts
from consistency.awx_checks import playbook_of
from consistency.awx_launches import CHECKING
from consistency.awx_reads import calls_workstations, runs_on_localhost

OPERATORS, OFFICERS = "PKCS12 operators", "PKCS12 radiation protection"
WINRM = "Workstations (WinRM)"
SETTINGS: Data = load(PROJECT / "inventory" / "group_vars" / "all.yml")


def zones(data: Data) -> Iterator[str]:
    """Every job counts days in the time zone of the schedules. The inventory has it, also for localhost."""
    known = {each["rrule"].split("TZID=")[1].split(":")[0] for each in data["controller_schedules"]}
    if known != {SETTINGS.get("pkcs12_time_zone")}:
        yield f"the time zone of the inventory is {SETTINGS.get('pkcs12_time_zone')}"


def said_twice(data: Data) -> Iterator[str]:
    """What the inventory says for all jobs, no template says again. A survey may offer another value for one job."""
    for template in data["controller_templates"]:
        for name in sorted(SETTINGS.keys() & template.get("extra_vars", {}).keys()):
            yield f"{template['name']}: {name} is a second place for a setting of the site"


def connections(data: Data) -> Iterator[str]:
    """A template has the account of the workstations if its playbook calls them, and only then."""
    for template in data["controller_templates"]:
        calls, has = calls_workstations(playbook_of(template)), WINRM in template["credentials"]
        if calls != has:
            yield f"{template['name']}: it calls {'' if calls else 'no '}workstations, and has {'an' if has else 'no'} account there"


def access(data: Data) -> Iterator[str]:
    """Operators may start every template, officers may read the jobs of those that do not only check. Nobody may do more."""
    known = {each["name"]: playbook_of(each) for each in data["controller_templates"]}
    flows = {each["name"] for each in data["controller_workflows"]}
    approved = {each["name"] for each in data["controller_workflows"] if "notification_templates_approvals" in each}
    read = {name for name, playbook in known.items() if playbook not in CHECKING}
    wanted = {(OPERATORS, "execute", name) for name in {*known, *flows}}
    wanted |= {(OFFICERS, "read", name) for name in read | flows} | {(OFFICERS, "approval", name) for name in approved}
    given = {
        (grant["team"], role, name)
        for grant in data["controller_roles"]
        for role in grant["roles"]
        for name in [*grant.get("job_templates", ()), *grant.get("workflows", ())]
    }
    yield from (f"{team} may not {role} {name}" for team, role, name in sorted(wanted - given))
    yield from (f"{team} may {role} {name}" for team, role, name in sorted(given - wanted))


def vault(data: Data) -> Iterator[str]:
    """Each credential has a secret of its own, whose name begins with a word of the credential. The token that writes passphrases reaches
    the secret from which they are read, and no other secret of AWX is there."""
    fetched = Counter(tuple(each["metadata"].values()) for each in data["controller_credential_input_sources"])
    yield from (
        f"{'/'.join(each)}: {count} credentials have this secret" for each, count in fetched.items() if count > 1
    )
    sources = {
        (each["target_credential"], each["input_field_name"]): each["metadata"]
        for each in data["controller_credential_input_sources"]
    }
    told = {each["name"]: f"{each['name']} {each['description']}".casefold() for each in data["controller_credentials"]}
    for (credential, _field), metadata in sources.items():
        if metadata["secret_key"].partition("_")[0] not in told.get(credential, ""):
            yield f"{credential}: by its name, {metadata['secret_key']} is a secret of another credential"
    read = sources["Passphrases of the bundles", "passphrases"]
    opening = {each["source_credential"] for each in data["controller_credential_input_sources"]}
    urls = [each["inputs"]["url"] for each in data["controller_credentials"] if each["name"] in opening]
    for template in data["controller_templates"]:
        extra = template.get("extra_vars", {})
        if "pkcs12_hashicorp_vault_path" not in extra:
            continue
        if [extra["pkcs12_hashicorp_vault_url"]] != urls:
            yield f"{template['name']}: it writes to another vault"
        written = (
            extra.get("pkcs12_hashicorp_vault_mount", "secret"),
            extra["pkcs12_hashicorp_vault_path"],
            extra.get("pkcs12_store_field", "passphrases"),
        )
        if written != (read["secret_backend"], read["secret_path"], read["secret_key"]):
            yield f"{template['name']}: nothing reads the passphrases in {'/'.join(written)}"
        for (credential, field), metadata in sources.items():
            if metadata["secret_path"] == written[1] and metadata is not read:
                yield f"{template['name']}: its token reads {field} of {credential}"
        described = [each for each in data["controller_credential_types"] if written[1] in each["description"]]
        if not described:
            yield f"{template['name']}: no type of credential says that its token is for {written[1]}"


def inventory(_data: Data) -> Iterator[str]:
    """What the site says once reaches localhost: it is in the group all, and what is in another group is about the connection only."""
    folder = PROJECT / "inventory" / "group_vars"
    site, workstations = load(folder / "all.yml"), load(folder / "workstations.yml")
    for name in (
        "pkcs12_time_zone",
        "pkcs12_language",
        "pkcs12_authorisation_anniversary",
        "pkcs12_leavers",
        "pkcs12_exceptions",
    ):
        if name not in site:
            yield f"jobs on localhost do not have {name}"
    yield from (f"jobs on localhost do not have {name}" for name in workstations if not name.startswith("ansible_"))


def controller(data: Data) -> Iterator[str]:
    """AWX keeps the facts of localhost, because it is a host of the inventory, and nothing takes it for a workstation."""
    hosts = load(PROJECT / "inventory" / "hosts.yml")["all"]["hosts"]
    if hosts.get("localhost", {}).get("ansible_connection") != "local":
        yield "localhost is no host of the inventory, so its facts are lost"
    called = [(place, text) for place, text in texts(data) if place.endswith(".pkcs12_hosts")]
    for template in data["controller_templates"]:
        survey = template.get("survey_spec", {}).get("spec", ())
        asked = [question.get("default") for question in survey if question["variable"] == "pkcs12_hosts"]
        called += [(template["name"], default) for default in asked]
        if (
            not runs_on_localhost(playbook_of(template))
            and not asked
            and "pkcs12_hosts" not in template.get("extra_vars", {})
        ):
            yield f"{template['name']}: it calls all hosts, and localhost is one of them"
    yield from (
        f"{place}: {text} is not the group of the workstations" for place, text in called if text != "workstations"
    )


SITE = [zones, said_twice, connections, access, vault, inventory, controller]
