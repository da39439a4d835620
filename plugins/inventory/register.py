# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A spreadsheet as inventory. Ansible reads the options of an inventory plugin from this file only, so its documentation is here."""

from __future__ import annotations

DOCUMENTATION = r"""
name: register
short_description: People and their workstations from a spreadsheet
version_added: 1.0.0
author:
  - hospital_it.pkcs12 contributors (@hospital-it)
description:
  - >-
    Reads the register of a hospital, a workbook (XLSX) or a text with a separator (CSV), and gives each workstation in it the variable
    C(pkcs12_holders), which the roles and modules of this collection take.
  - >-
    There is one row for each person. A person with several workstations has them in one cell, with a semicolon, a comma or a line break
    between them, or has several rows with the same number; what such rows say has to agree.
  - >-
    The name of the configuration file has to end with C(.pkcs12_register.yml) or C(.pkcs12_register.yaml). The spreadsheet itself must
    not be in a folder that is an inventory, because Ansible takes its lines for hosts; put it beside this folder.
  - >-
    The file is read at each run, and nothing is cached. It needs the Python library openpyxl for XLSX, and nothing for CSV.
requirements:
  - "openpyxl >= 3.1.2 (for XLSX)"
extends_documentation_fragment:
  - ansible.builtin.constructed
notes:
  - >-
    The heading row is one of the first 20 rows. Upper case, accents and punctuation of headings do not count, and the order of the
    columns is free. Other columns are not read.
  - >-
    Name - C(name), or C(family name) and C(given name); in French C(nom et prénom), C(nom complet), or C(nom) and C(prénom). C(nom)
    without C(prénom) is the whole name.
  - >-
    Authorisation number, needed for everybody - C(authorisation), C(authorisation number), C(number); C(autorisation), C(numéro),
    C(numéro d'autorisation). The cells have to be text, because a number loses its leading zeros.
  - >-
    Windows account, for everybody with a workstation - C(account), C(windows account), C(user); C(compte), C(compte windows),
    C(identifiant), C(login). There is one for all workstations of the row, or one for each in the same order.
  - >-
    Workstations - C(workstation), C(computer), C(PC); C(poste), C(poste de travail), C(ordinateur), and their plural. Somebody without
    one is listed in C(pkcs12_register_holders).
  - "Function and mail address - C(function), C(job), C(mail), C(e-mail); C(fonction), C(métier), C(courriel), C(adresse e-mail)."
  - >-
    Own end date of the yearly authorisation - C(anniversary), C(authorisation ends on); C(date anniversaire), C(échéance de
    l'autorisation).
  - >-
    Absence, the first day away and the first day back - C(absent from), C(absent until), C(back on); C(absent du), C(absent à partir
    du), C(de retour le), C(absent jusqu'au).
  - >-
    Last day - C(leaves on), C(last day); C(dernier jour), C(départ), C(date de départ). From the next day on, the person counts as one
    of C(pkcs12_leavers).
  - >-
    Groups of the hospital, separated like workstations - C(group), C(groups); C(groupe), C(service), C(unité). Each becomes a group of
    Ansible with the workstations of the person. Somebody with several rows has the groups of all.
  - >-
    For name changes and newcomers - C(former name), C(awaiting), C(expected from); C(nom précédent), C(nom de naissance), C(en attente
    de), C(attendu à partir du). See M(hospital_it.pkcs12.holder_certificates).
  - >-
    A column that the report writes into a register - C(to correct); C(à corriger). A row with anything in this column is wrong until
    somebody empties the cell.
  - >-
    A date is one of the spreadsheet, or a text such as V(31/12/2026), V(31-12-2026), V(31.12.2026), V(2026-12-31) or V(31 décembre
    2026). Of V(01/02/2026), the day comes first.
  - >-
    A row that is wrong is named in C(pkcs12_register_problems) with all that is wrong in it. Its person stays in C(pkcs12_holders), no
    task does anything for this person, and everybody else is served. The roles end red with one sentence for each wrong row. A row
    without an account, a number, a workstation and a name of two words, such as a total, is nobody's, whatever column has its word or its
    sum. A run tells it once, and is green.
  - >-
    A file that cannot be read gives no host. Ansible alone would only warn, and go on with other sources; but each module of this
    collection fails with RV(hospital_it.pkcs12.run_check#module:error.code=register_unread) then.
  - >-
    A workstation that an earlier source has keeps its variables and gets the people of the register in addition. C(pkcs12_holders) in a
    file of C(host_vars) or C(group_vars) counts instead of those of the register.
  - Two braces, or a brace and a percent sign or number sign, are refused in every cell, because Ansible could run them as a template.
options:
  plugin:
    description: Name of this plugin.
    type: str
    required: true
    choices: [hospital_it.pkcs12.register]
  path:
    description:
      - The spreadsheet. A relative path begins at the folder of the configuration file. V(~) and environment variables are replaced.
      - The content decides whether it is XLSX or CSV. The text of CSV is UTF-8 or Windows-1252, with semicolons, commas or tabs.
    type: str
    required: true
  sheet:
    description: Name of the sheet of a workbook. Without it, the first one that is not hidden is read.
    type: str
  columns:
    description:
      - >-
        Headings that are not known, by field, for example V(user: Login AD). The value is a heading, or a list of headings of which one
        is there. The headings that are known for this field do not count then.
      - >-
        The fields are V(name), V(family_name), V(given_name), V(authorisation), V(user), V(workstations), V(function), V(mail),
        V(authorisation_anniversary), V(absent_from), V(absent_until), V(leaves_on), V(group), V(former_name), V(awaiting), V(expected_from)
        and V(to_correct).
    type: dict
    default: {}
  workstations_group:
    description: Group of all workstations in the register, for example for the variables of the connection.
    type: str
    default: workstations
"""

EXAMPLES = r"""
# inventory/people.pkcs12_register.yml, with the spreadsheet beside the folder of the inventory
plugin: hospital_it.pkcs12.register
path: ../register/people.xlsx

# With other headings, another sheet, and the full names of the computers:
# plugin: hospital_it.pkcs12.register
# path: /srv/pkcs12/register/people.xlsx
# sheet: Personnel
# columns:
#   user: Login AD
#   workstations: [Machine, Poste attribué]
# compose:
#   ansible_host: inventory_hostname ~ '.chu.example'
# strict: true
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible.utils.path import unfrackpath

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import REGISTER_PROBLEMS, untag
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Pkcs12Error, Problem, Value
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import VARIABLE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register import Names, Register, read_register
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_columns import columns_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.register_values import harmless
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.spreadsheets import read_sheet
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words

WITHOUT_WORKSTATION = "pkcs12_register_holders"
CONFIGURATION = "pkcs12_register"
SUFFIXES = (".yml", ".yaml")
COMPOSED = ("compose", "groups", "keyed_groups")


class InventoryModule(BaseInventoryPlugin, Constructable):
    """The inventory plugin, by its name."""

    NAME = "hospital_it.pkcs12.register"
    inventory: Any
    """In which hosts are; another one while expressions are tried."""

    def verify_file(self, path: str) -> bool:
        name = Path(path)
        is_ours = name.suffix in SUFFIXES and (name.stem == CONFIGURATION or name.stem.endswith(f".{CONFIGURATION}"))
        return is_ours and bool(super().verify_file(path))

    def parse(self, inventory: InventoryData, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        try:
            register, told = self._read(path)
            self._rehearse(register, path)
        except Pkcs12Error as refusal:
            # What is set before an error stays, and is all that stops a run with another source: Ansible only warns of the error.
            self._tell([refusal.problem])
            raise AnsibleParserError(Words().of(refusal.problem)) from None
        self._tell([*register.problems, *told])
        self._extend("all", WITHOUT_WORKSTATION, register.people)
        self._fill(register)

    def _read(self, path: str) -> tuple[Register, list[Problem]]:
        """The register, and what is to be told of its columns. Raises ``Pkcs12Error``: ``register_unread``."""
        try:
            given = self._read_config_data(path)
        except AnsibleError as wrong:
            said = {"file": path, "said": Outside(str(wrong))}
            raise Pkcs12Error(Problem("register_unread.options", said)) from None
        if unknown := tuple(str(key) for key in given if key not in self._options):  # Ansible itself passes over them
            keys = {"file": path, "keys": unknown, "known": tuple(self._options)}
            raise Pkcs12Error(Problem("register_unread.unknown_keys", keys))
        sheet = read_sheet(
            Path(unfrackpath(self.get_option("path"), basedir=str(Path(path).parent))), self.get_option("sheet")
        )
        columns = columns_of(sheet, untag(self.get_option("columns")))
        groups = {*self.inventory.groups, self._group}
        unread = {"file": sheet.path.name, "headings": columns.unknown}
        told = [Problem("register_columns", unread)] if columns.unknown else []
        register = read_register(sheet, columns, Names(set(self.inventory.hosts), groups))
        nobody: dict[str, Value] = {"file": sheet.path.name, "lines": tuple(map(str, register.nobody))}
        return register, [*told, Problem("register_nobody", nobody)] if register.nobody else told

    @property
    def _group(self) -> str:
        return str(self._sanitize_group_name(self.get_option("workstations_group")))

    def _rehearse(self, register: Register, path: str) -> None:
        """Composes in another inventory, so that an expression that fails leaves nothing half done. Raises ``Pkcs12Error``."""
        if not any(map(self.get_option, COMPOSED)):
            return
        inventory: Any = self.inventory
        self.inventory = InventoryData()
        try:
            for host in {*register.hosts} & {*inventory.hosts}:
                self.inventory.add_host(host)
                for name, value in inventory.get_host(host).vars.items():
                    self.inventory.set_variable(host, name, value)
            self._fill(register)
        except AnsibleError as wrong:
            said = {"file": path, "said": Outside(str(wrong))}
            raise Pkcs12Error(Problem("register_unread.expression", said)) from None
        finally:
            self.inventory = inventory

    def _fill(self, register: Register) -> None:
        self.inventory.add_group(self._group)
        for host, holders in register.hosts.items():
            self.inventory.add_host(host, group=self._group)
            self._extend(host, VARIABLE, holders)
        for group, hosts in register.groups.items():
            self.inventory.add_group(group)
            for host in hosts:
                self.inventory.add_child(group, host)
        strict = self.get_option("strict")
        compose, groups, keyed_groups = map(self.get_option, COMPOSED)
        for host in register.hosts if compose or groups or keyed_groups else ():
            self._set_composite_vars(compose, self._variables(host), host, strict=strict)
            self._add_host_to_composed_groups(groups, self._variables(host), host, strict=strict)
            self._add_host_to_keyed_groups(keyed_groups, self._variables(host), host, strict=strict)

    def _variables(self, host: str) -> Mapping[str, Any]:
        variables: Mapping[str, Any] = self.inventory.get_host(host).get_vars()
        return variables

    def _tell(self, problems: list[Problem]) -> None:
        self._extend("all", REGISTER_PROBLEMS, harmless([each.to_map() for each in problems]))

    def _extend(self, name: str, variable: str, more: Any) -> None:
        """Adds to a list of a host or a group, which an earlier source may have begun."""
        known = (self.inventory.groups.get(name) or self.inventory.get_host(name)).vars.get(variable)
        earlier = known if isinstance(known, list) else []
        self.inventory.set_variable(
            name, variable, [*earlier, *(dict(each) for each in more if dict(each) not in earlier)]
        )
