# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The variables that roles and playbooks read and that are no option of a module. Every other variable of the collection is one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Where(Enum):
    """Whose variable counts."""

    WORKSTATION = "workstation"
    LOCALHOST = "localhost"
    BOTH = "both"
    COMMAND = "command line"


@dataclass(frozen=True, slots=True)
class RunSetting:
    """A variable. ``read_by``: the playbooks and roles that read it. ``default``: as YAML writes it; a variable without one has ''."""

    name: str
    type: str
    default: str
    meaning: str
    where: Where
    read_by: str


RUN_SETTINGS = (
    RunSetting(
        "pkcs12_hosts",
        "str",
        "all",
        "Hosts or groups whose workstations a playbook works on.",
        Where.COMMAND,
        "every playbook for workstations",
    ),
    RunSetting(
        "pkcs12_serial",
        "raw",
        "100%",
        "How many workstations a batch has: a number, a percentage, or a list of them.",
        Where.COMMAND,
        "audit, enrol, renew, renew_due, retire",
    ),
    RunSetting(
        "pkcs12_own_variables",
        "list of str",
        "[]",
        "Your own variables with the prefix of the collection, or nearly the name of a setting. No playbook asks what they are.",
        Where.BOTH,
        "every playbook",
    ),
    RunSetting(
        "pkcs12_unverified_workstations",
        "list of str",
        "",
        "Workstations, by their names in the inventory, that get bundles although their connection does not prove who they are. "
        "Where it is set, even empty, NTLM over http is refused for all others, too.",
        Where.WORKSTATION,
        "check, enrol, renew, renew_due, retire, audit",
    ),
    RunSetting(
        "pkcs12_shared_accounts",
        "list of str",
        "",
        "Windows accounts that several people use, each by its full name. Of any other account that the inventory gives to two people, "
        "nobody gets a first certificate there.",
        Where.WORKSTATION,
        "check, enrol, renew, renew_due",
    ),
    RunSetting(
        "pkcs12_confirm_removal",
        "bool",
        "false",
        "Whether the people whom the run before has named really lose their certificates.",
        Where.COMMAND,
        "retire",
    ),
    RunSetting(
        "pkcs12_workstation_count",
        "int",
        "",
        "Number of hosts of the run, which pkcs12_retire_everyone needs.",
        Where.COMMAND,
        "retire",
    ),
    RunSetting(
        "pkcs12_take_back",
        "list of str",
        "[]",
        "Authorisation numbers of people who were retired and come back.",
        Where.COMMAND,
        "enrol, renew, collect",
    ),
    RunSetting(
        "pkcs12_new_passphrases",
        "dict",
        "{}",
        "New passphrases by authorisation number. The bundles of these holders are encrypted anew.",
        Where.LOCALHOST,
        "collect",
    ),
)
