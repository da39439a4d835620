# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles take what the modules take, and their specs say the defaults that they have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from consistency.tree import ROOT, action_options

ROLES = sorted(path for path in (ROOT / "roles").iterdir() if path.is_dir())
HOLDER: Mapping[str, Any] = action_options(ROOT / "plugins" / "action" / "certificate_facts.py")["holders"]["options"]
NEEDED_BY_ROLES = {"name", "authorisation", "user"}
"""A role finds bundles and passphrases by name and number; the facts alone can do without."""

AT_WORKSTATIONS = {"audit", "enrol", "renew", "retire"}
"""The other roles run on the controller, and need no account."""

MODULES = {
    "audit": ("certificate_facts",),
    "collect": ("delivery_info", "bundle_pickup", "delivery_summary"),
    "enrol": ("holder_certificates",),
    "remind": ("reminder_mails",),
    "renew": ("holder_certificates",),
    "report": ("compliance_report",),
    "retire": ("holder_certificates",),
}
OTHER_THINGS = {"pkcs12_retry", "pkcs12_report_destinations"}
"""Variables that an option has the name of, and not the values."""


def spec(role: Path) -> dict[str, Any]:
    """The options of a role."""
    content = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options: dict[str, Any] = content["argument_specs"]["main"]["options"]
    return options


def defaults(role: Path) -> dict[str, Any]:
    """The variables that a role sets by itself."""
    content: dict[str, Any] = yaml.safe_load((role / "defaults" / "main.yml").read_text(encoding="utf-8")) or {}
    return content


def every(options: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All options and the options in them."""
    for name, said in options.items():
        yield f"{place}{name}", said
        yield from every(said.get("options", {}), f"{place}{name}.")


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_maps_in_lists_are_described(role: Path) -> None:
    for name, said in every(spec(role)):
        assert "suboptions" not in said, (
            name
        )  # that is the word of modules; roles call them options, and pass over the other
        assert ("options" in said) == (said.get("elements") == "dict"), name


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_holder_is_what_the_facts_take(role: Path) -> None:
    described = spec(role)[f"{role.name}_holders"]["options"]
    wanted = set(HOLDER) - ({"user"} if role.name in ("report", "remind") else set())
    assert set(described) == wanted
    assert {name: said["type"] for name, said in described.items()} == {name: HOLDER[name]["type"] for name in wanted}
    needed = (NEEDED_BY_ROLES & wanted) - (set() if role.name in AT_WORKSTATIONS else {"user"})
    assert {name for name, said in described.items() if said.get("required")} == needed


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_variable_of_a_role_is_described_and_every_default_is_the_one_that_it_has(role: Path) -> None:
    described, known = spec(role), defaults(role)
    assert set(known) <= set(described)
    assert all(name.startswith(f"{role.name}_") for name in described)
    told = {name: said["default"] for name, said in described.items() if "default" in said}
    assert told == {name: value for name, value in known.items() if "{{" not in str(value)}


def test_a_variable_of_the_site_has_one_default_in_all_roles() -> None:
    found: dict[str, set[str]] = {}
    for value in (value for role in ROLES for value in defaults(role).values()):
        if site := re.fullmatch(r"\{\{ (pkcs12_\w+) \| default\(([^)]*)\) \}\}", str(value)):
            found.setdefault(site[1], set()).add(site[2])
    assert {name: values for name, values in found.items() if len(values) > 1} == {}
    assert found["pkcs12_renew_before_days"] == {"40"}


@pytest.mark.parametrize(
    ("role", "module"), [(role, module) for role in ROLES for module in MODULES[role.name]], ids=str
)
def test_a_variable_takes_what_its_option_takes(role: Path, module: str) -> None:
    """Else a value is refused by one and not by the other."""
    options = action_options(ROOT / "plugins" / "action" / f"{module}.py")
    for name, said in spec(role).items():
        option = options.get(name.removeprefix(f"{role.name}_"), options.get(name))
        if option and name not in OTHER_THINGS:
            for part in ("type", "elements", "choices"):
                assert said.get(part) == option.get(part), (name, part)


def test_the_report_hands_on_every_option_of_the_module() -> None:
    tasks = yaml.safe_load((ROOT / "roles" / "report" / "tasks" / "main.yml").read_text(encoding="utf-8"))
    given = next(task for task in tasks if "hospital_it.pkcs12.compliance_report" in task)
    handed = given["hospital_it.pkcs12.compliance_report"]
    assert set(handed) == set(action_options(ROOT / "plugins" / "action" / "compliance_report.py"))
    others = {"destination": "pkcs12_report_folder", "report_date": "report_date"}
    wrong = [
        name for name, value in handed.items() if others.get(name, f"report_{name}") not in re.findall(r"\w+", value)
    ]
    assert wrong == []


@pytest.mark.parametrize(("module", "names"), [("delivery_info", "mail"), ("bundle_pickup", "pickup")])
def test_the_sentences_of_a_refusal_name_the_variable_of_each_option(module: str, names: str) -> None:
    role = ROOT / "roles" / "collect"
    tasks = yaml.safe_load((role / "tasks" / "main.yml").read_text(encoding="utf-8"))
    given = next(task for task in tasks if f"hospital_it.pkcs12.{module}" in task)
    assert given["vars"]["__option_names"] == f"{{{{ __collect_{names}_names }}}}"
    handed = {
        option: found[1]
        for option, value in given[f"hospital_it.pkcs12.{module}"].items()
        if (found := re.match(r"\{\{ (collect_\w+)", value))
    }
    told = yaml.safe_load((role / "vars" / "main.yml").read_text(encoding="utf-8"))[f"__collect_{names}_names"]
    assert told == handed | (
        {"dest": "pkcs12_bundle_folder", "passphrase": "pkcs12_passphrases"}
        if "dest" in given[f"hospital_it.pkcs12.{module}"]
        else {}
    )


@pytest.mark.parametrize("role", sorted(AT_WORKSTATIONS))
def test_a_yes_or_no_that_no_option_has_is_checked_by_the_task(role: str) -> None:
    """The filter bool would take each unknown word for no, and other filters make no sentence."""
    folder = ROOT / "roles" / role / "tasks"
    (task,) = yaml.safe_load((folder / ("gather.yml" if role == "audit" else "work.yml")).read_text(encoding="utf-8"))
    task = task["block"][0] if "block" in task else task
    options = task[f"hospital_it.pkcs12.{MODULES[role][0]}"]
    checked = task.get("vars", {}).get("__booleans", {})
    assert checked == {name: f"{{{{ {name} }}}}" for name in checked}
    words = {name for name, said in spec(ROOT / "roles" / role).items() if said["type"] == "bool"}
    assert words == {name for name in words if f"{{{{ {name} }}}}" in options.values()} | set(checked)
