# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's inventory has of a register, beside other sources and after a failure."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader

from ansible_collections.hospital_it.pkcs12.plugins.inventory.register import DOCUMENTATION, InventoryModule
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import REGISTER_PROBLEMS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_columns import HEADINGS

try:
    from ansible.template import trust_as_template as expression
except ImportError:  # before ansible-core 2.19, all that a file of the inventory has is a template
    expression = str

PEOPLE = (
    "name;number;account;workstations;group;last day\n"
    "Jeanne Dupont;T1;jd;ws1;bloc;\nPaul Martin;T2;pm;WS1;;2020-02-29\nLuc Petit;T9;;;;\n"
)
JEANNE = {"user": "jd", "name": "Jeanne Dupont", "authorisation": "T1", "group": "bloc"}
PAUL = {"user": "pm", "name": "Paul Martin", "authorisation": "T2", "leaves_on": "2020-02-29"}
"""A run decides whether he has left, by its own clock and zone: AWX reads the register earlier."""
OPTIONS = {
    "path": None,
    "sheet": None,
    "columns": {},
    "workstations_group": "workstations",
    "strict": False,
    "compose": {},
    "groups": {},
    "keyed_groups": [],
    "use_extra_vars": False,
    "leading_separator": True,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "register").mkdir()
    (tmp_path / "inventory").mkdir()
    (tmp_path / "register" / "people.csv").write_text(PEOPLE, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "register")
    monkeypatch.setattr(InventoryModule, "_read_config_data", lambda plugin, _path: plugin.given)
    return tmp_path


def parse(folder: Path, inventory: InventoryData, **options: Any) -> InventoryData:
    plugin = InventoryModule()
    plugin.given = {"path": "../register/people.csv", **options}
    plugin._options = OPTIONS | {name: value for name, value in plugin.given.items() if name in OPTIONS}
    plugin.parse(inventory, DataLoader(), str(folder / "inventory" / "people.pkcs12_register.yml"))
    return inventory


def of(inventory: InventoryData, host: str) -> dict[str, Any]:
    variables = inventory.get_host(host).get_vars()
    return {name: variables[name] for name in variables if not name.startswith(("inventory_", "group_names"))}


@pytest.mark.parametrize(
    ("name", "ours"),
    {
        "people.pkcs12_register.yml": True,
        "people.pkcs12_register.yaml": True,
        "pkcs12_register.yml": True,
        "people_pkcs12_register.yml": False,
        "pkcs12_register.csv": False,
        "people.yml": False,
    }.items(),
)
def test_a_file_is_ours_by_its_name(tmp_path: Path, name: str, ours: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also without a library: if it were not ours then, Ansible would go on without the register."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    (tmp_path / name).write_text("", encoding="utf-8")
    assert InventoryModule().verify_file(str(tmp_path / name)) is ours
    assert not InventoryModule().verify_file(str(tmp_path / "gone" / name))


def test_people_are_at_their_workstations_and_a_relative_path_begins_at_the_configuration(folder: Path) -> None:
    inventory = parse(folder, InventoryData())
    inventory.reconcile_inventory()
    assert of(inventory, "ws1") == {"pkcs12_holders": [JEANNE, PAUL]}
    assert {name: [host.name for host in group.get_hosts()] for name, group in inventory.groups.items()} == {
        "all": ["ws1"],
        "ungrouped": [],
        "workstations": ["ws1"],
        "bloc": ["ws1"],
    }
    assert inventory.groups["all"].vars == {
        REGISTER_PROBLEMS: [],
        "pkcs12_register_holders": [{"name": "Luc Petit", "authorisation": "T9"}],
    }


def test_a_workstation_of_an_earlier_source_keeps_its_people_and_its_spelling(folder: Path) -> None:
    inventory = InventoryData()
    inventory.add_host("Ws1")
    inventory.set_variable("Ws1", "pkcs12_holders", [PAUL, {"user": "lp", "name": "Luc Petit"}])
    parse(folder, inventory)
    assert of(inventory, "Ws1")["pkcs12_holders"] == [PAUL, {"user": "lp", "name": "Luc Petit"}, JEANNE]
    assert list(inventory.hosts) == ["Ws1"]


def test_two_registers_tell_the_problems_of_both(folder: Path) -> None:
    inventory = parse(folder, InventoryData())
    (folder / "register" / "more.csv").write_text(f"{PEOPLE}Zoé Petit;;;;\n", encoding="utf-8")
    parse(folder, inventory, path=str(folder / "register" / "more.csv"))
    with pytest.raises(AnsibleParserError):
        parse(folder, inventory, path="gone.csv")
    told = inventory.groups["all"].vars[REGISTER_PROBLEMS]
    assert [each["code"] for each in told] == ["register_row", "register_unread.missing"]
    assert of(inventory, "ws1") == {"pkcs12_holders": [JEANNE, PAUL]}


@pytest.mark.parametrize("group", ["ws1", "other"])
def test_a_workstation_with_the_name_of_a_group_gives_nothing_to_its_hosts(folder: Path, group: str) -> None:
    inventory = InventoryData()
    inventory.add_group(group)
    inventory.add_host("a", group)
    (folder / "register" / "people.csv").write_text(PEOPLE + f"Léa Roy;T4;lr;{group};\n", encoding="utf-8")
    parse(folder, inventory, workstations_group="other")
    assert of(inventory, "a") == {}
    assert {cause["code"] for each in inventory.groups["all"].vars[REGISTER_PROBLEMS] for cause in each["causes"]} == {
        "register_row.workstation_is_group"
    }


def test_expressions_compose_variables_and_groups(folder: Path) -> None:
    composed = {
        "compose": {"ansible_host": expression("inventory_hostname ~ '.chu.example'")},
        "groups": {"many": expression("pkcs12_holders | length > 1")},
        "keyed_groups": [{"key": expression("inventory_hostname"), "prefix": "of"}],
    }
    inventory = parse(folder, InventoryData(), **composed)
    assert of(inventory, "ws1")["ansible_host"] == "ws1.chu.example"
    assert {"many", "of_ws1"} <= inventory.groups.keys()


NOBODY = expression("nobody.knows")
BAD = [
    ("unknown_keys", {"sheets": "2026"}),
    ("missing", {"path": "gone.xlsx"}),
    ("columns_missing", {"columns": {"mail": "{{ 6 * 7 }}"}}),
    ("expression", {"strict": True, "compose": {"ansible_host": NOBODY}}),
    ("expression", {"strict": True, "groups": {"many": NOBODY}}),
    ("expression", {"strict": True, "keyed_groups": [{"key": NOBODY}]}),
]


@pytest.mark.parametrize(("why", "options"), BAD, ids=str)
def test_after_a_failure_there_is_nothing_but_what_stops_the_run(
    folder: Path, why: str, options: dict[str, Any]
) -> None:
    inventory = InventoryData()
    with pytest.raises(AnsibleParserError):
        parse(folder, inventory, **options)
    ((name, told),) = inventory.groups["all"].vars.items()
    assert (name, [each["code"] for each in told]) == (REGISTER_PROBLEMS, [f"register_unread.{why}"])
    assert "{{" not in str(told)
    assert (list(inventory.hosts), list(inventory.groups)) == ([], ["all", "ungrouped"])


def test_an_expression_that_does_not_hold_is_left_out_without_strict(folder: Path) -> None:
    assert of(parse(folder, InventoryData(), compose={"ansible_host": NOBODY}), "ws1").keys() == {"pkcs12_holders"}


def test_the_documentation_names_every_field_and_headings_that_are_known() -> None:
    said = yaml.safe_load(DOCUMENTATION)
    fields = re.findall(r"V\(([a-z_]+)\)", said["options"]["columns"]["description"][1])
    assert set(fields) == HEADINGS.keys()
    named = [
        text for note in said["notes"] if " - C(" in note for text in re.findall(r"C\(([^)_]+)\)", note.split(" - ")[1])
    ]
    known = {text.casefold() for languages in HEADINGS.values() for texts in languages.values() for text in texts}
    assert len(named) > 40
    assert [text for text in named if text.casefold() not in known] == []
