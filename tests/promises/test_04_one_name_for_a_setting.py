# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the value of a setting comes from: the task, else the variable of the same name, else the role, else the module. Ansible's own
precedence decides between variables. A secret is in no output at -vvv, whatever its variable is."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

PASSWORD, OTHER_PASSWORD = "password of this vault", "password of another vault"
CANARY = "Quartz-Meridian-88"
SECRET = "Basalt-Lantern-41"
HOLDERS = [
    {"name": "Jeanne Dupont", "authorisation": "T100001", "user": "CHU\\jdupont"},
    {"name": "Paul Martin", "authorisation": "T100004", "user": "CHU\\pmartin"},
]
WRITING = "hospital_it.pkcs12.holder_certificates"
MODULE, RUN_MODULE = "hospital_it.pkcs12.holder_bundles", "hospital_it.pkcs12.compliance_report"


@dataclass(frozen=True)
class Case:
    """One task. ``given``: its arguments; ``expected``: those that the module then has; ``refused``: the code and values of a refusal."""

    given: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)
    refused: tuple[str, Mapping[str, Any]] | None = None
    host: str = "ward-two"
    setting: str | None = None
    keywords: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    module: str = MODULE


def of_site(**defaults: Any) -> dict[str, Any]:
    """The arguments of a role's task with these defaults."""
    return {"bundle_folder": "/nowhere", "holders": HOLDERS, "from_site": defaults}


UTC_ROLE = of_site(time_zone="Etc/UTC")
NEARLY = ("pkcs12_leaver", "pkcs_leavers", "pkcs_install", "enrol_leavers")


def nearly(name: str, module: str = WRITING, **keywords: Any) -> Case:
    """A task with a variable of this name."""
    refused = ("nearly_a_setting", {}) if module == WRITING and not keywords else None
    return Case(of_site(), refused=refused, module=module, keywords={"vars": {name: ["T100004"], **keywords}})


CASES = {
    "the task's argument comes first": Case({**UTC_ROLE, "time_zone": "Europe/Oslo"}, {"time_zone": "Europe/Oslo"}),
    "a null argument counts as none": Case({**UTC_ROLE, "time_zone": None}, {"time_zone": "Europe/Paris"}),
    "the host's variable": Case(UTC_ROLE, {"time_zone": "Europe/Paris"}),
    "the group's variable": Case(UTC_ROLE, {"time_zone": "Europe/Rome"}, host="ward-one"),
    "an extra variable": Case(
        UTC_ROLE, {"time_zone": "Europe/Madrid"}, options=("-e", "pkcs12_time_zone=Europe/Madrid")
    ),
    "a survey's empty answer, with a role's default": Case(
        UTC_ROLE, {"time_zone": "Etc/UTC"}, options=("-e", "pkcs12_time_zone=")
    ),
    "a blank answer, with none": Case(of_site(), {"time_zone": None}, options=("-e", '{"pkcs12_time_zone": "  "}')),
    "a null variable": Case(UTC_ROLE, {"time_zone": "Etc/UTC"}, keywords={"vars": {"pkcs12_time_zone": None}}),
    "not defined, with a role's default": Case(of_site(name_check="strict"), {"name_check": "strict"}),
    "not defined, with none": Case(of_site(), {"name_check": None}),
    "an empty list is a value": Case(of_site(leavers=["T1"]), {"leavers": []}),
    "a vaulted variable": Case(of_site(), {"bundle_pattern": "{name}*.p12"}, host="ward-one"),
    "a template of another variable": Case(
        of_site(),
        {"time_zone": "Europe/Lisbon"},
        keywords={"vars": {"pkcs12_time_zone": "{{ zone }}", "zone": "Europe/Lisbon"}},
    ),
    "a fact of the same name, by Ansible's order": Case(UTC_ROLE, {"time_zone": "Europe/Athens"}, host="has-fact"),
    "a task that is delegated has the variables of its host": Case(
        UTC_ROLE, {"time_zone": "Europe/Rome"}, host="ward-one", keywords={"delegate_to": "ward-two"}
    ),
    "a task that runs once has the variables of the first host": Case(
        UTC_ROLE, {"time_zone": "Europe/Rome"}, host="ward-one", keywords={"run_once": True}
    ),
    "without from_site the task is read alone": Case({"bundle_folder": "/nowhere", "holders": []}, {"time_zone": None}),
    "a variable for one run, by -e": Case(
        {"from_site": {}},
        {"report_date": "2026-11-01"},
        options=("-e", "pkcs12_report_date=2026-11-01"),
        module=RUN_MODULE,
    ),
    "a variable for one run, in the inventory": Case(
        {"from_site": {}},
        refused=("set_in_inventory", {"variable": "pkcs12_report_date"}),
        host="for-ever",
        module=RUN_MODULE,
    ),
    "a pattern of hosts, in the inventory": Case(
        of_site(), refused=("set_in_inventory", {"variable": "pkcs12_hosts"}), host="elsewhere"
    ),
    "YAML's yes is no text": Case(
        of_site(),
        refused=("yes_or_no_as_text", {"option": "pkcs12_time_zone"}),
        keywords={"vars": {"pkcs12_time_zone": True}},
    ),
    "what no site sets is no default": Case(
        of_site(state="absent"), refused=("from_site_unknown", {"options": ["state"]})
    ),
    "no mapping": Case({**UTC_ROLE, "from_site": True}, refused=("from_site_no_mapping", {})),
    "an undefined variable": Case(
        of_site(),
        refused=("unreadable_variable", {"variable": "pkcs12_time_zone"}),
        host="undefined-zone",
    ),
    "a vault that does not open": Case(
        of_site(),
        refused=("unreadable_variable", {"variable": "pkcs12_time_zone"}),
        host="closed-vault",
    ),
    "a wrong value, by variable": Case(
        of_site(),
        refused=("no_choice", {"option": "pkcs12_name_check"}),
        keywords={"vars": {"pkcs12_name_check": "lax"}},
    ),
    "a wrong value, by argument, beside a variable": Case(
        {**of_site(), "name_check": "lax"},
        refused=("no_choice", {"option": "name_check"}),
        keywords={"vars": {"pkcs12_name_check": "strict"}},
    ),
    "a setting that is missing": Case(
        {"holders": HOLDERS, "from_site": {}}, refused=("", {}), setting="pkcs12_bundle_folder"
    ),
    **{f"{name} where something is written": nearly(name) for name in NEARLY},
    "a setting's near name where nothing is written": nearly(NEARLY[0], MODULE),
    "a setting's near name that is the site's own": nearly(NEARLY[0], pkcs12_own_variables=[NEARLY[0]]),
    **{
        f"a language that nobody knows, for {module.rpartition('.')[2]}": Case(
            of_site(),
            refused=("no_choice", {"option": "pkcs12_language", "given": "francais"}),
            setting="pkcs12_language",
            keywords={"vars": {"pkcs12_language": "francais"}},
            module=module,
        )
        for module in (MODULE, WRITING)
    },
    "a misspelt argument": Case(
        {**of_site(), "passphrasse": SECRET}, refused=("unknown_options", {"options": ["passphrasse"]})
    ),
}


def encrypted(text: str, password: str) -> bytes:
    secret = VaultSecret(password.encode())
    found: bytes = VaultLib([("default", secret)]).encrypt(text, secret)
    return found


class _Vaulted(str):
    """A text that YAML writes as a value of Ansible Vault."""

    __slots__ = ()


def _written(value: Any) -> str:
    class Dumper(yaml.SafeDumper):
        pass

    Dumper.add_representer(_Vaulted, lambda dumper, each: dumper.represent_scalar("!vault", str(each), style="|"))
    return yaml.dump(value, Dumper=Dumper, allow_unicode=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a variable at each level, and one host for each way in which a variable cannot be read."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    hosts: dict[str, Any] = {
        "ward-one": {},
        "ward-two": {"pkcs12_time_zone": "Europe/Paris"},
        "has-fact": {"pkcs12_time_zone": "Europe/Paris"},
        "undefined-zone": {"pkcs12_time_zone": "{{ no_such_zone }}"},
        "closed-vault": {"pkcs12_time_zone": _Vaulted(encrypted("Europe/Paris", OTHER_PASSWORD).decode())},
        "for-ever": {"pkcs12_report_date": "2026-11-01"},
        "elsewhere": {"pkcs12_hosts": "ward-one"},
        "one-of-two": {"pkcs12_passphrases": {"T100001": CANARY, "T100004": "{{ café }}" + SECRET}},
        "all-closed": {"pkcs12_passphrases": "{{ no_such_vault }}" + SECRET},
    }
    wards = {
        "pkcs12_time_zone": "Europe/Rome",
        "pkcs12_leavers": [],
        "pkcs12_bundle_pattern": _Vaulted(encrypted("{name}*.p12", PASSWORD).decode()),
    }
    inventory = {
        "all": {
            "vars": {"ansible_connection": "local", "pkcs12_passphrases_ward": {"T100009": CANARY}},
            "children": {"wards": {"hosts": hosts, "vars": wards}},
        }
    }
    (folder / "hosts.yml").write_text(_written(inventory), encoding="utf-8")
    return folder


def run(site: Path, name: str, case: Case) -> tuple[Mapping[str, Any], str]:
    """The result of the task, and all that Ansible says at -vvv."""
    (result,), output = items(site, name, case)
    return result, output


def items(site: Path, name: str, case: Case) -> tuple[list[Mapping[str, Any]], str]:
    """The result of each item of the task's loop, and all that Ansible says."""
    play = {
        "hosts": f"{case.host},localhost" if case.keywords.get("run_once") else case.host,
        "gather_facts": False,
        "tasks": [
            {
                "ansible.builtin.set_fact": {"pkcs12_time_zone": "Europe/Athens"},
                "when": "inventory_hostname == 'has-fact'",
            },
            {case.module: case.given, **case.keywords},
        ],
    }
    folder = site / name.replace(" ", "-").replace("'", "").replace(",", "")
    folder.mkdir()
    (folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    results = folder / "results.jsonl"
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "lab" / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "lab_results",
        "ANSIBLE_NOCOLOR": "1",
        "LAB_RESULTS": str(results),
        "LC_ALL": "C.UTF-8",
    }
    arguments = ["-i", str(site / "hosts.yml"), "--vault-password-file", str(site / "password"), "-vvv", *case.options]
    ended = ansible_playbook([*arguments, str(folder / "play.yml")], environment, folder)
    assert results.exists(), ended.stdout + ended.stderr
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    found = [row for row in rows if row["action"] == case.module.rpartition(".")[2]]
    assert found, ended.stdout + ended.stderr
    return [row["result"] for row in found], ended.stdout + ended.stderr


@pytest.mark.parametrize("name", CASES)
def test_value_of_a_setting(site: Path, name: str) -> None:
    case = CASES[name]
    result, output = run(site, name, case)
    arguments = result["invocation"]["module_args"]
    # From 2.22 on, ansible-core hides what a vault has.
    shown = {key: arguments.get(key) for key in case.expected if arguments.get(key) != "$REDACTED$"}
    assert shown == {key: case.expected[key] for key in case.expected if key in shown}
    assert shown.keys() == case.expected.keys() or name == "a vaulted variable"
    if name.startswith("a setting's near name"):
        assert "nearly_a_setting" not in str(result)
    if case.refused:
        code, values = case.refused
        assert result["error"]["code"] == "bad_arguments"
        assert code in result["error"]["problem"]["code"]
        assert values.items() <= result["error"]["problem"]["values"].items()
        assert case.setting in (None, result["error"].get("setting"))
    assert CANARY not in output
    assert SECRET not in output


def test_each_item_of_a_loop_has_its_own_value(site: Path) -> None:
    zones = ["Europe/Kiev", "Europe/Oslo"]
    case = Case(UTC_ROLE, keywords={"loop": zones, "vars": {"pkcs12_time_zone": "{{ item }}"}})
    results, _output = items(site, "a loop", case)
    assert [result["invocation"]["module_args"]["time_zone"] for result in results] == zones


def test_one_passphrase_that_cannot_be_rendered_stops_one_person(site: Path) -> None:
    result, output = run(site, "one of two", Case(of_site(), host="one-of-two"))
    first, second = result["holders"]
    assert first["error"]["code"] != "bad_arguments"  # the folder is not there, and nothing else is wrong
    assert second["error"]["code"] == "bad_arguments"
    said = {"variable": "pkcs12_passphrases", "whose": "T100004"}
    assert second["error"]["problem"] == {"code": "bad_arguments.secret_undefined", "values": said}
    assert "café" not in json.dumps(second, ensure_ascii=False)
    assert CANARY not in output
    assert SECRET not in output


def test_passphrases_that_cannot_be_rendered_at_all_are_a_refusal(site: Path) -> None:
    result, output = run(site, "all closed", Case(of_site(), host="all-closed"))
    problem = {"code": "bad_arguments.secrets_undefined", "values": {"variable": "pkcs12_passphrases"}}
    assert result["error"]["problem"] == problem
    assert SECRET not in output
