# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A setting has one name, one type and one meaning, and every page that names settings is true."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import REGISTER_PROBLEMS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.run_settings import RUN_SETTINGS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.settings import PREFIX, RUN, SITE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from consistency import settings, statuses
from consistency.tree import ACTIONS, MODULES, ROOT, documentation, name
from unit.plugins.plugin_utils._report.reports import hospital

FRAGMENT = "hospital_it.pkcs12._from_site"
MARKED = {module: options for module, options in settings.specs().items() if options}
NAME = re.compile(rf"\b{PREFIX}[a-z0-9_]*[a-z0-9]\b")


@pytest.mark.parametrize("path", settings.pages() | statuses.pages(), ids=name)
def test_page_is_what_make_settings_writes(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == (settings.pages() | statuses.pages())[path]


def test_those_that_every_hospital_sets_are_settings() -> None:
    assert settings.NEEDED.keys() <= {setting.name for setting in settings.settings()}


@pytest.mark.parametrize("module", MARKED)
def test_a_setting_names_its_variable_and_no_other_option_does(module: str) -> None:
    said = {option: _points(option, module) for option in settings.told(module)}
    assert {option: points[-1] for option, points in said.items() if option in MARKED[module]} == {
        option: f"Variable: C({PREFIX}{option})" + (", of one run only." if spec[SITE] == RUN else ".")
        for option, spec in MARKED[module].items()
    }
    others = [point for option, points in said.items() if option not in MARKED[module] for point in points]
    assert [point for point in others if "Variable: C(" in point] == []


def _points(option: str, module: str) -> list[str]:
    description = settings.told(module)[option]["description"]
    return [description] if isinstance(description, str) else description


@pytest.mark.parametrize("action", ACTIONS, ids=name)
def test_a_module_documents_from_site_if_it_takes_settings(action: Path) -> None:
    fragments = documentation(MODULES / f"{action.stem}.yml")["extends_documentation_fragment"]
    assert (FRAGMENT in fragments) == (action.stem in MARKED)


@pytest.mark.parametrize("setting", settings.settings(), ids=lambda setting: setting.name)
def test_a_setting_is_the_same_in_every_module(setting: settings.Setting) -> None:
    """One value of the site goes to all of them. Only a role may have another default."""
    for part in ("type", "elements", SITE, *(() if setting.of_one_run else ("choices", "default"))):
        values = {module: MARKED[module][setting.option].get(part) for module in setting.modules}
        assert len({repr(value) for value in values.values() if value or value is False}) <= 1, (part, values)


OF_A_TASK_ALONE = {
    # One file of one person: the folder and the removal of one are not the site's.
    *(("certificate", option) for option in ("bundle_folder", "expired_for_days")),
    *(("bundle_info", option) for option in ("bundle_folder", "bundle_pattern")),
    ("delivery_summary", "holders"),  # those of the whole inventory
}


def test_a_setting_is_one_in_every_module_that_has_the_option() -> None:
    """Or a role would pass over the site's value without a word."""
    marked = {option for options in MARKED.values() for option in options}
    found = {
        (module, option)
        for module in MARKED
        for option in settings.told(module)
        if option in marked and option not in MARKED[module]
    }
    assert found == OF_A_TASK_ALONE


@pytest.mark.parametrize("module", MARKED)
def test_an_option_takes_no_variable_but_its_own(module: str) -> None:
    path = f"ansible_collections.hospital_it.pkcs12.plugins.action.{module}"
    action = object.__new__(importlib.import_module(path).ActionModule)
    action._templar = SimpleNamespace(template=lambda value: value)
    names = {setting.name for setting in settings.settings()}
    for option, spec in MARKED[module].items():
        action._task_vars = dict.fromkeys(names - {f"{PREFIX}{option}"}, "of another")
        assert action._of_site(option, spec) is None


def test_no_fact_has_the_name_of_a_setting() -> None:
    assert facts() >= {"pkcs12", "pkcs12_fact_audit", "pkcs12_fact_browsers", "pkcs12_fact_deliveries"}
    assert [fact for fact in facts() if fact != "pkcs12" and not fact.startswith("pkcs12_fact_")] == []


@cache
def facts() -> set[str]:
    """The facts of the modules, and those of the playbooks' artifacts and tasks that have the prefix."""
    sidecars = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in MODULES.glob("*.yml")]
    returned = [told["RETURN"]["ansible_facts"] for told in sidecars if "ansible_facts" in (told.get("RETURN") or {})]
    found = {fact for each in returned for fact in each.get("contains", {})}
    return found | {fact for paths in settings.places().values() for path in paths for fact in _set_in(_loaded(path))}


def _loaded(path: Path) -> object:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _set_in(tree: object) -> Iterator[str]:
    if isinstance(tree, list):
        for each in tree:
            yield from _set_in(each)
    elif isinstance(tree, dict):
        made = [*tree.get("ansible.builtin.set_fact", ()), *tree.get("ansible.builtin.set_stats", {}).get("data", ())]
        yield from (fact for fact in made if fact.startswith(PREFIX))
        for each in tree.values():
            yield from _set_in(each)


def test_no_role_has_variables_of_its_own() -> None:
    """A default of a role would be a second place for the value, and Ansible renders it once for each host and task."""
    assert [path for path in ROOT.glob("roles/*/defaults/*") if _loaded(path)] == []


@pytest.mark.parametrize("role", settings.ROLES, ids=lambda role: role.name)
def test_ansible_validates_no_variable_of_a_role(role: Path) -> None:
    """It would refuse in its own words, and compile every value for each host. It looks for an entry point of the name of a task file."""
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    assert specs.keys() == {settings.ENTRY_POINT}
    assert settings.ENTRY_POINT not in {path.stem for path in (role / "tasks").iterdir()}


PROSE = sorted(
    path
    for pattern in (
        *("README.md", "CONTRIBUTING.md", "SECURITY.md", "roles/*/README.md", "docs/**/*.rst", "docs/**/*.md"),
        *("docs/awx/**/*.yml", "docs/monitoring/*", "extensions/**/*.yml", "changelogs/fragments/*.yml"),
        *("playbooks/**/*.yml", "roles/**/*.yml", "plugins/**/*.yml", "plugins/**/*.py"),
    )
    for path in ROOT.glob(pattern)
)
OF_A_PLAYBOOK = {
    "pkcs12_left_out",
    "pkcs12_not_evaluated",
    "pkcs12_revoked",
    "pkcs12_to_renew",
    "pkcs12_without_holders",
}
"""Groups that playbooks make."""
OF_AWX = {"pkcs12_due", "pkcs12_deferred", *(f"pkcs12_{status.value}" for status in Status)}
"""Groups that the inventory of AWX makes."""
OTHERS = {"pkcs12_files", "pkcs12_serail", "pkcs12_leaver", "pkcs12_register", REGISTER_PROBLEMS}
"""A module of ours, names that are misspelt on purpose, the end of a file's name, and what the inventory plugin gives."""


@cache
def known_names() -> set[str]:
    """Settings, variables of a run, facts, groups and metrics."""
    metrics = set(NAME.findall(textfile(hospital(20))))
    return (
        {setting.name for setting in settings.settings()}
        | {setting.name for setting in RUN_SETTINGS}
        | facts()
        | OF_A_PLAYBOOK
        | OF_AWX
        | metrics
        | OTHERS
    )


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_every_name_in_a_text_is_one_of_the_collection(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    prefixes = (f"{PREFIX}passphrases_", f"{PREFIX}holder_passwords_")
    named = {found for found in NAME.findall(text) if not found.startswith(prefixes)}
    assert sorted(named - known_names()) == []
