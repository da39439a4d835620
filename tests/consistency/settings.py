# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m consistency.settings``: writes what is made from the specs of the actions, their sidecars and the tasks of the roles.

These are the guide of the settings, the documentation of each role's variables, and the names by which playbooks know a misspelt one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import LANGUAGE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.run_settings import RUN_SETTINGS, Where
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.settings import FROM_SITE, PREFIX, RUN, SITE
from consistency import statuses
from consistency.tree import ACTIONS, MODULES, ROOT, action_options, documentation

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_settings.rst"
NAMES = ROOT / "plugins" / "plugin_utils" / "_action" / "site_settings.json"
ROLES = sorted(path for path in (ROOT / "roles").iterdir() if path.is_dir())
COLLECTION = "hospital_it.pkcs12."
ENTRY_POINT = "settings"
"""No role has a task file of this name, so Ansible validates nothing: the actions do that, in one place and with the same names."""

ON_LOCALHOST = {"collect", "daily", "remind", "report"}
"""Roles and playbooks whose own tasks run on localhost. Those of the others run for each workstation."""

NEEDED = {
    "pkcs12_holders": "who works at this workstation; the register has it, or a variable of the workstation",
    "pkcs12_bundle_folder": "where the bundles are",
    "pkcs12_passphrase_folder": "what opens them, in a file for each person; or ``pkcs12_passphrases``, in a vault or a credential of AWX",
    "pkcs12_issuers": "whose certificates they are, and which authorities sign them",
    "pkcs12_authorisation_anniversary": "until when the yearly authorisation holds",
    "pkcs12_time_zone": "whose day counts",
    "pkcs12_language": "the language of reports, reminders and all that a run tells",
    "pkcs12_evidence_path": "the file that keeps what was done",
    "pkcs12_report_folder": "where the report goes",
    "pkcs12_leavers": "who has left, and has no row with a last day",
}
"""What every hospital sets, and for what."""

TASKS = {
    "Certificates at workstations": ("holder_certificates", "certificate"),
    "Audit": ("certificate_facts",),
    "Checks beforehand": ("workstation_info", "holder_bundles", "stray_bundles", "bundle_info", "portal_info"),
    "Deliveries of the issuer": (
        "delivery_info",
        "bundle_pickup",
        "delivery_summary",
        "passphrase_file",
        "passphrase_store",
    ),
    "Report": ("compliance_report", "report_mail"),
    "Reminders": ("reminder_mails",),
    "Whom renew_due calls": ("due_holders",),
    "Batches": ("summary", "run_check"),
}
"""The sections of the guide. A setting is in the first whose modules take it."""

WORDS = {where: where.value for where in Where} | {Where.BOTH: "workstation, localhost"}
MOST_LETTERS = 100
"""A longer text in YAML is folded."""
VARIABLE = re.compile(rf"\b{PREFIX}[a-z0-9_]*[a-z0-9]\b")
MACRO = re.compile(r"\b(RV|O|V|C|M|P|I|B|E)\(((?:\\.|[^)\\])*)\)")


@dataclass(frozen=True, slots=True)
class Use:
    """A task of a role or playbook that takes the site's settings: ``options`` of a module, and the defaults of their own."""

    place: str
    module: str
    options: frozenset[str]
    defaults: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the site: an option that one module or more take from it."""

    option: str
    said: Mapping[str, Any]
    modules: tuple[str, ...]
    own: Mapping[str, Any]
    where: Where
    of_one_run: bool

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.option}"


@cache
def specs() -> dict[str, dict[str, dict[str, Any]]]:
    """The options of each action that a site may set."""
    every = {action.stem: action_options(action) for action in ACTIONS}
    return {
        module: {option: said for option, said in options.items() if said.get(SITE)}
        for module, options in every.items()
    }


@cache
def told(module: str) -> dict[str, Any]:
    """The options of a module as its sidecar documents them."""
    options: dict[str, Any] = documentation(MODULES / f"{module}.yml")["options"]
    return options


def in_order() -> list[str]:
    """The modules that take settings, in the order of the guide."""
    order = [module for modules in TASKS.values() for module in modules]
    return [*order, *sorted(module for module in specs() if module not in order)]


def files(place: Path) -> list[Path]:
    """The files of a role that a run reads."""
    return [path for part in ("tasks", "vars", "defaults") for path in sorted((place / part).rglob("*.yml"))]


@cache
def places() -> dict[str, tuple[Path, ...]]:
    """Each role and playbook, with its files."""
    playbooks = {path.stem: (path, *_parts(path)) for path in sorted((ROOT / "playbooks").glob("[a-z]*.yml"))}
    return {path.name: (*files(path), *playbooks.pop(path.name, ())) for path in ROLES} | playbooks


def _parts(playbook: Path) -> list[Path]:
    """The files that it shares with other playbooks: those that it imports, and what these read. The skeleton's work is in variables."""
    text = playbook.read_text(encoding="utf-8")
    work = [f"tasks/{name}.yml" for name in re.findall(r"__work: (\w+)", text)]
    named = dict.fromkeys([*work, *re.findall(r"\b(?:vars|tasks)/\w+\.yml|\b_\w+\.yml", text)])
    parts = [playbook.parent / name for name in named]
    roles = [path for role in re.findall(r"__role: (\w+)", text) for path in files(ROOT / "roles" / role)]
    return [*parts, *(each for part in parts if part.name.startswith("_") for each in _parts(part)), *roles]


@cache
def uses() -> tuple[Use, ...]:
    """Every task of the roles and playbooks that takes the site's settings."""
    return tuple(
        Use(
            place,
            module,
            frozenset(specs()[module]) - _given(arguments),
            arguments[FROM_SITE] or {},
        )
        for place, paths in places().items()
        for path in paths
        for module, arguments in _tasks(yaml.safe_load(path.read_text(encoding="utf-8")))
        if FROM_SITE in arguments
    )


def _given(arguments: Mapping[str, Any]) -> set[str]:
    """What a task gives in every case."""
    return {option for option, value in arguments.items() if not re.search(r"\bomit\b", str(value))}


def _tasks(tree: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(tree, list):
        for each in tree:
            yield from _tasks(each)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            module = str(key).removeprefix(COLLECTION)
            if module != key and module in specs() and isinstance(value, dict):
                yield module, value
            else:
                yield from _tasks(value)


def read_by_itself(paths: tuple[Path, ...]) -> set[str]:
    """The variables that files name in their own YAML, without its comments."""
    return {name for path in paths for name in VARIABLE.findall(_without_comments(path.read_text(encoding="utf-8")))}


def _without_comments(text: str) -> str:
    return re.sub(r"(^|\s)#.*", "", text)


@cache
def settings() -> tuple[Setting, ...]:
    """Every setting once, by name."""
    options = {option for module in specs().values() for option in module}
    return tuple(_setting(option) for option in sorted(options))


def _setting(option: str) -> Setting:
    modules = tuple(module for module in in_order() if option in specs()[module])
    takers = [use for use in uses() if option in use.options]
    here = {use.place for use in takers} | {
        place for place, paths in places().items() if f"{PREFIX}{option}" in read_by_itself(paths)
    }
    where = {Where.LOCALHOST if place in ON_LOCALHOST else Where.WORKSTATION for place in here} or {
        _of_module(module) for module in modules
    }
    if f"{PREFIX}{option}" == LANGUAGE:  # every task tells its problems in it
        where = set(Where)
    own = {use.place: use.defaults[option] for use in takers if option in use.defaults}
    said = told(modules[0])[option]
    of_one_run = any(specs()[module][option][SITE] == RUN for module in modules)
    return Setting(option, said, modules, own, where.pop() if len(where) == 1 else Where.BOTH, of_one_run)


def _of_module(module: str) -> Where:
    """Where a module works that no role has."""
    fragments = documentation(MODULES / f"{module}.yml")["extends_documentation_fragment"]
    return Where.WORKSTATION if f"{COLLECTION}_attributes.workstation" in fragments else Where.LOCALHOST


def first_sentence(said: Mapping[str, Any]) -> str:
    """How the description of an option begins."""
    description = said["description"]
    text = " ".join((description if isinstance(description, str) else description[0]).split())
    return re.split(r"(?<=\.)\s+(?=[A-Z])", text)[0]


def names() -> str:
    """The settings and where each is read, for the playbooks."""
    found = {setting.name: setting.where.value for setting in settings()}
    found |= {setting.name: setting.where.value for setting in RUN_SETTINGS}
    return json.dumps(dict(sorted(found.items())), indent=1) + "\n"


def guide() -> str:
    """The page with all settings."""
    known = {setting.name: setting for setting in settings()}
    parts = [HEAD.replace("{count}", str(len(known))), *_title("What every hospital sets")]
    parts += ["", ".. list-table::", "   :widths: 36 64", ""]
    parts += [line for name, meaning in NEEDED.items() for line in (f"   * - ``{name}``", f"     - {meaning}")]
    left = [setting for setting in settings() if not setting.of_one_run]
    for title, modules in TASKS.items():
        rows = [setting for setting in left if set(setting.modules) & set(modules)]
        left = [setting for setting in left if setting not in rows]
        if rows:
            parts += ["", *_title(title), "", *_table(rows)]
    if left:
        raise ValueError(f"no section has {', '.join(setting.name for setting in left)}")
    parts += ["", *_title("Variables of one run"), "", OF_A_RUN, ""]
    parts += _table([setting for setting in settings() if setting.of_one_run])
    parts += ["", *_title("Variables that are no option of a module"), "", *_run_table(), ""]
    return "\n".join(parts)


def _title(title: str) -> list[str]:
    return [title, "-" * len(title)]


def _table(rows: list[Setting]) -> list[str]:
    return _list_table(
        "Setting",
        (
            (
                [f"``{row.name}``", _type(row.said), *_defaults(row)],
                in_rst(first_sentence(row.said), row.modules[0]),
                [WORDS[row.where], *(f"``{module}``" for module in row.modules)],
            )
            for row in rows
        ),
    )


def _run_table() -> list[str]:
    return _list_table(
        "Variable",
        (
            (
                [f"``{row.name}``", row.type, *([f"``{row.default}``"] if row.default else [])],
                VARIABLE.sub(_literal, row.meaning),
                [WORDS[row.where], row.read_by],
            )
            for row in RUN_SETTINGS
        ),
    )


def _list_table(first: str, rows: Iterable[tuple[list[str], str, list[str]]]) -> list[str]:
    """A table of three columns. The first and the last cell of a row have several lines."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 30 46 24", ""]
    lines += [f"   * - {first}, type, default", "     - Meaning", "     - Read for; by"]
    for what, meaning, read in rows:
        lines += ["   * - " + "\n       ".join(f"| {line}" for line in what), f"     - {meaning}"]
        lines += ["     - " + "\n       ".join(f"| {line}" for line in read)]
    return lines


def _literal(found: re.Match[str]) -> str:
    return f"``{found[0]}``"


def _type(said: Mapping[str, Any]) -> str:
    kind = f"{said['type']} of {said['elements']}" if "elements" in said else said["type"]
    choices = ", ".join(f"``{choice}``" for choice in said.get("choices", ()))
    return f"{kind}: {choices}" if choices else str(kind)


def _defaults(row: Setting) -> list[str]:
    usual = row.said.get("default")
    lines = [] if usual is None else [f"``{_yaml(usual)}``"]
    others: dict[str, list[str]] = {}
    for place, value in row.own.items():
        if value not in (usual, []):  # a role without holders does nothing
            others.setdefault(_yaml(value), []).append(place)
    return lines + [f"``{value}`` in {', '.join(found)}" for value, found in others.items()]


def _yaml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) or not value else value


def _is_setting(inside: str, module: str) -> bool:
    """Whether what a macro names is a setting, or a part of one."""
    return re.split(r"[=.\[]", inside)[0] in specs()[module]


def in_rst(text: str, module: str) -> str:
    """A sentence of a sidecar without Ansible's macros."""

    def literal(found: re.Match[str]) -> str:
        kind, inside = found[1], re.sub(r"\\(.)", r"\1", found[2])
        if kind in "MP":
            return f":ansplugin:`{inside if '#' in inside else inside + '#module'}`"
        if kind == "O":
            option, _sign, value = inside.partition("=")
            name = f"{PREFIX}{option}" if _is_setting(option, module) else option.rpartition(":")[2]
            return f"``{name}={value}``" if value else f"``{name}``"
        return f"``{inside.rpartition(':')[2] if kind == 'RV' else inside}``"

    return MACRO.sub(literal, text)


def argument_specs(role: Path) -> str:
    """The file with the documentation of a role: its own head, and the variables that its tasks read."""
    head = (role / "meta" / "argument_specs.yml").read_text(encoding="utf-8").partition("\n    options:")[0]
    head = re.sub(r"(?<=^argument_specs:\n  )\w+(?=:$)", ENTRY_POINT, head, flags=re.MULTILINE)
    if "# The options are made" not in head:
        head = head.replace("\n---\n", f"\n---\n{MADE}", 1)
    options = yaml.dump(role_options(role), allow_unicode=True, width=80, sort_keys=False, Dumper=Indented)
    return f"{head}\n    options:\n" + re.sub(r"^(?=.)", "      ", options, flags=re.MULTILINE)


class Indented(yaml.SafeDumper):  # type: ignore[misc]
    """It writes lists as yamllint wants them, and no anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.Node:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=">" if len(data) > MOST_LETTERS else None)


Indented.add_representer(str, Indented.represent_str)


def role_options(role: Path) -> dict[str, Any]:
    """The variables of a role as its ``argument_specs`` document them, by name."""
    mine = [use for use in uses() if use.place == role.name]
    own_text = read_by_itself(tuple(files(role)))
    of_playbooks = read_by_itself(tuple(path for path in (ROOT / "playbooks").rglob("*.yml")))
    found: dict[str, Any] = {}
    for setting in settings():
        takers = [use for use in mine if setting.option in use.options]
        if takers or setting.name in own_text:
            module = takers[0].module if takers else setting.modules[0]
            defaults = {**setting.own} if takers else {}
            found[setting.name] = _role_option(setting.option, module, defaults.get(role.name))
    for run in RUN_SETTINGS:
        if run.name in own_text or (role.name in run.read_by.split(", ") and run.name not in of_playbooks):
            kind, _of, elements = run.type.partition(" of ")
            found[run.name] = {"description": run.meaning, "type": kind} | ({"elements": elements} if elements else {})
            if run.default:
                found[run.name]["default"] = yaml.safe_load(run.default)
    return dict(sorted(found.items()))


def _role_option(option: str, module: str, default: Any) -> dict[str, Any]:
    said = told(module)[option]
    made = {"description": _for_role(first_sentence(said), module)}
    made |= {part: said[part] for part in ("type", "elements", "choices") if part in said}
    default = said.get("default") if default is None else default
    return made if default is None else made | {"default": default}


def _for_role(text: str, module: str) -> str:
    """A sentence of a sidecar in which options have the names of variables, or of the module."""

    def renamed(found: re.Match[str]) -> str:
        kind, inside = found[1], found[2]
        if kind == "RV":
            return f"C({inside.rpartition(':')[2]})"
        if kind != "O" or ":" in inside.partition("=")[0]:
            return found[0]
        is_setting = _is_setting(inside, module)
        return f"C({PREFIX}{inside})" if is_setting else f"O({COLLECTION}{module}#module:{inside})"

    return MACRO.sub(renamed, text)


MADE = (
    "# The options are made by `make settings`. No entry point of the role has this name, so Ansible does not validate them: "
    "the modules do.\n"
)

HEAD = """..
  SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
  SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.hospital_it.pkcs12.docsite.guide_settings:

Settings
========

A setting has one name: the option ``issuer`` of a module is the variable ``pkcs12_issuer`` of the site, in every role and playbook.
A site has {count} of them and needs ten. Write them where Ansible reads variables: for all hosts, for a group, for one workstation, or
with ``-e`` for one run. A setting that is read for ``localhost`` has to count there, too, so ``group_vars/all`` is the place for most of
them.

A variable that is null or a blank text, such as an empty answer to a survey of AWX, counts as not set; a blank
``pkcs12_retire_authorisations`` is refused. ``[]``, ``{}``, ``false`` and ``0`` are values. Where a role has another default than the
module, the table names both.

A task of your own takes the settings with ``from_site: {}``. An option that the task gives counts before the variable. Without
``from_site`` a module reads its task alone. ``ansible-doc`` tells the whole of each option.

Before they begin, the playbooks name each variable that begins with ``pkcs12_`` and is none of these, and each that is set only for
hosts for which nothing reads it. They refuse one that is none of these and is given with ``-e``.

.. contents::
   :local:
   :depth: 1
"""

OF_A_RUN = """Give these with ``-e``. A playbook that reads one refuses it in the inventory, because it would count in every run."""


def main() -> None:
    for path, text in statuses.pages().items():  # first, because pages are made from the documentation of options
        path.write_text(text, encoding="utf-8")
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


@cache
def pages() -> dict[Path, str]:
    """Every file that is made, and its text."""
    return {GUIDE: guide(), NAMES: names()} | {
        role / "meta" / "argument_specs.yml": argument_specs(role) for role in ROLES
    }


if __name__ == "__main__":
    main()
