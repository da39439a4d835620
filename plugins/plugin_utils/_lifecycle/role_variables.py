# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A result in the words of who runs the task: the user has set ``enrol_bundle_folder`` or ``pkcs12_bundle_folder``, and never
``bundle_folder``. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from .._errors import check_booleans

COLLECTION = "hospital_it.pkcs12."
ROLES = ("audit", "collect", "enrol", "remind", "renew", "report", "retire")
OWN_NAMES = "__option_names"
"""The variable of a task of this collection that says what its user calls each option, where no rule says it: a mapping."""
BOOLEANS = "__booleans"
"""The variable of such a task with what its user has written for a yes or no that no option has: a mapping."""
OTHER_NAMES = {
    ("renew", "renew_before_days"): "renew_before_days",
    ("renew", "install"): "renew_now",
    ("remind", "password"): "remind_credentials",
    ("remind", "report_date"): "remind_date",
    ("remind", "username"): "remind_credentials",
    ("report", "destination"): "report_folder",
    ("report", "report_date"): "report_date",
    ("retire", "retire"): "retire_method",
    ("retire", "retire_encryption_keys"): "retire_encryption_keys",
}
"""Options whose variable is not the role's name and theirs."""
OTHER_WORDS = {
    "folder": "bundle_folder",
    "holder_password": "holder_passwords",
    "host": "mail_host",
    "passphrase": "passphrases",
    "port": "mail_port",
}
"""What sentences that several modules share call options that have another name in one of them."""
OF_ANSIBLE = ("Wrong options: ", "Unknown options: ")
"""How a refusal begins that has the words of Ansible's own validation: there every name of an option is one."""
OF_AN_ENTRY = (
    re.compile(r"Unknown options: \w+\.[^ ]+(?:, [^ ]+)*(?=\. Supported)"),
    re.compile(r"(?<= found in )\w+.*$", re.DOTALL),
)
"""The part of a refusal with the option, where the other names are keys of an entry of it, for example of ``pkcs12_holders``."""
OF_THE_INVENTORY = re.compile(r"^(?:\w+_holders|authorisation_anniversary) of |\bA holder has: ")
"""A refusal of an entry of the inventory. It already names the variable, and its other names are keys of a holder, not options."""
NOT_A_VARIABLE = ("record_audit", "state")
OF_THE_SITE = re.compile(
    r"\{\{ (?:lookup\('hospital_it\.pkcs12\.secrets_by_number', ')?\(?"
    r"((?:pkcs12|report)_\w+)(?: \| default\(| if query\(|')(?:(?!\}\}).)*\}\}$",
    re.DOTALL,
)
"""The default of a role's variable that reads a variable of the site, or of the report. What a user writes around it is the user's own."""


def role_of(name: Any) -> str | None:
    """The role of this collection by the variable ``ansible_role_name``, or None."""
    short = str(name or "").removeprefix(COLLECTION)
    return short if short in ROLES and str(name).startswith(COLLECTION) else None


def in_words_of_role(
    result: Mapping[str, Any],
    variables: Mapping[str, Any],
    options: Mapping[str, Mapping[str, Any]],
    own: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """The result with the role's variables in its sentences; without a role, with the names that the options have for all holders.

    ``variables``: those of the task, as they are written (``task_vars``). A variable of the role that has its default is called by the
    site's variable that this default reads. ``options``: the spec of the module. ``own``: what the task calls its options; then no rule
    counts, and the other options keep their names. A word such as issuer is an option only where it is marked as one: in quotes, before a
    value that it can have, or in Ansible's own words about options. A name with an underscore is no word of a sentence.
    """
    holders: list[Mapping[str, Any]] = result["holders"] if isinstance(result.get("holders"), list) else []

    reword = words_of_role(variables, options, own)

    def reworded(row: Mapping[str, Any], *parts: Mapping[str, Any]) -> dict[str, Any]:
        changed = dict(row)
        if "msg" in row and any(each.get("failed") or each.get("deferred") for each in (row, *parts)):
            changed["msg"] = reword(str(row["msg"]))
        if row.get("error"):
            changed["error"] = row["error"] | {"next_step": reword(row["error"]["next_step"])}
        return changed

    new = reworded(result, *holders)
    if holders:
        new["holders"] = [reworded(row) for row in holders]
    return new


def words_of_role(
    variables: Mapping[str, Any],
    options: Mapping[str, Mapping[str, Any]],
    own: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[str], str]:
    """What puts one text into the words of ``in_words_of_role``."""
    role = role_of(variables.get("ansible_role_name"))
    known = [name for name in options if name not in NOT_A_VARIABLE]
    names = _names(known, role, variables, own)
    values = {name: _values(options[name]) for name in known}
    documented = f"ansible-doc -t role {COLLECTION}{role}"

    def reword(text: str) -> str:
        text = _with_names(text, names, values)
        return re.sub(rf"ansible-doc {re.escape(COLLECTION)}\w+", documented, text) if role else text

    return reword


class InWordsOfRole:
    """A part of an action: its results are in the words of who runs the task, and its task may have more than the options."""

    SPEC: Any
    _task_vars: Any
    _templar: Any

    def check_given(self, _given: Mapping[str, Any]) -> None:
        """Refuses what the task has for a yes or no and is none. Raises ``CollectionError``."""
        if written := self._task_vars.get(BOOLEANS):
            check_booleans(self._templar.template(written))

    def finish(self, result: dict[str, Any], _task: Any) -> dict[str, Any]:
        """The result as the task returns it."""
        return in_words_of_role(result, self._task_vars, self.SPEC.options, self._own_names())

    def words(self) -> Callable[[str], str]:
        """What puts sentences of a result that did not fail into these words."""
        return words_of_role(self._task_vars, self.SPEC.options, self._own_names())

    def variable_of(self, option: str, usual: str) -> str:
        """What the user calls an option. ``usual``: that of a task without a role and without names of its own."""
        role, own = role_of(self._task_vars.get("ansible_role_name")), self._own_names()
        return _names([option], role, self._task_vars, own)[option] if role or option in own else usual

    def _own_names(self) -> Mapping[str, str]:
        own = self._task_vars.get(OWN_NAMES)
        return self._templar.template(own) if own else {}


def _with_names(text: str, names: Mapping[str, str], values: Mapping[str, str]) -> str:
    if OF_THE_INVENTORY.search(text):
        return text
    of_entry = next((found for each in OF_AN_ENTRY if (found := each.search(text))), None)
    if of_entry and text.startswith(OF_ANSIBLE):
        start, end = of_entry.span()
        option = _replaced(text[start:end], rf"(?<![\w.])({_any(names)})\b", names)
        return text[:start] + option + text[end:]
    marked = [name for name in names if "_" in name or text.startswith(OF_ANSIBLE)]
    text = _replaced(text, rf"(?<![\w/.-])({_any(marked)})(?![\w/])", names)
    text = _replaced(text, rf"(?<=')({_any(names)})(?=')", names)
    for name, value in values.items():
        text = _replaced(text, rf"(?<![\w/.'-])({re.escape(name)})(?=: (?:{value})\b)", names)
    return text


def _names(
    known: Iterable[str], role: str | None, variables: Mapping[str, Any], own: Mapping[str, str]
) -> dict[str, str]:
    """What to call each option, also where a sentence has another word for it."""
    rule = own
    if role and not own:
        rule = {name: OTHER_NAMES.get((role, name), f"{role}_{name}") for name in known}
    names = {name: _set_by_user(rule[name], variables) if name in rule else name for name in known}
    return names | {each: names[option] for each, option in OTHER_WORDS.items() if option in names}


def _set_by_user(variable: str, variables: Mapping[str, Any]) -> str:
    """The site's variable where this one only reads it, as the defaults of the roles do."""
    written = variables.get(variable)
    # A vaulted value is no text, and stays closed.
    of_the_site = OF_THE_SITE.match(written) if isinstance(written, str) else None
    return of_the_site[1] if of_the_site else variable


def _values(option: Mapping[str, Any]) -> str:
    return "|".join(["true", "false", *map(re.escape, option.get("choices", ()))])


def _any(names: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True)) or "(?!)"


def _replaced(text: str, pattern: str, names: Mapping[str, str]) -> str:
    return re.sub(pattern, lambda found: names[found[1]], text)
