# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The variables of hosts, as plain values."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.manager import IGNORED, InventoryManager
from ansible.release import __version__
from ansible.utils.path import unfrackpath

from .._crypto.passphrases import texts_in
from .._errors import Outside, Pkcs12Error, Problem
from .._messages.words import Words

try:
    from ansible._internal._datatag._tags import Origin
    from ansible.parsing.vault import EncryptedString
except ImportError:  # before ansible-core 2.19, nobody knows where a number comes from
    Origin = EncryptedString = None

LANGUAGE = "pkcs12_language"
"""The site's variable with the language in which problems are told."""
OF_THE_SITE = "pkcs12_"
"""How the names of variables begin that a user writes."""

REGISTER_PROBLEMS = "pkcs12_register_problems"
"""The variable of all hosts in which the inventory plugin ``register`` says what is wrong with its file."""

SPREADSHEETS = (".csv", ".xlsx", ".xlsm", ".xls", ".ods")

KEEPS_TEMPLATES = tuple(map(int, __version__.split(".")[:2])) < (2, 19)
"""Whether this ansible-core leaves a template as it is when it has an undefined variable. Newer ones refuse it; a name may have braces."""


def variables_of(
    task_vars: Mapping[str, Any], hosts: Sequence[str] | None, names: Sequence[str], mask: Callable[[str], str] = str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The named variables of these hosts, or of all in the inventory, by host.

    A variable that Ansible cannot render, for instance one of another vault, is there as the ``Pkcs12Error`` that says so: the
    other hosts stay usable. ``mask``: what Ansible says of it, without the secrets of the task. Raises ``Pkcs12Error``: ``unknown_host``,
    and ``inventory_unread`` for all hosts.
    """
    known = task_vars["hostvars"]
    for host in hosts if hosts is not None else _whole_inventory(task_vars):
        if host not in known:
            raise Pkcs12Error(Problem("unknown_host", {"host": host}, "report_hosts"))
        yield host, _of_host(known, host, names, mask)


def check_inventory(task_vars: Mapping[str, Any]) -> None:
    """Raises ``Pkcs12Error`` (``inventory_unread``) where Ansible could not read a file of the inventory.

    Ansible warns of a file of the inventory that it cannot read, and goes on without the hosts in it, or without any. Then a run would end
    green without them. A spreadsheet in the folder of an inventory is refused, too: Ansible takes each of its lines for a host.
    """
    manager = getattr(task_vars["hostvars"], "_inventory", None)
    if manager is not None:
        read = {*manager._inventory.processed_sources, "/etc/ansible/hosts"}  # the default need not be there
        unread = tuple(file for source in manager._sources if source for file in _files_of(source) if file not in read)
        files = {str(host.vars.get("inventory_file")) for host in manager.hosts.values()}
        if sheets := tuple(sorted(file for file in {*unread, *files} if file.lower().endswith(SPREADSHEETS))):
            raise Pkcs12Error(Problem("inventory_unread.spreadsheet", {"files": sheets}))
        if unread:
            raise Pkcs12Error(Problem("inventory_unread.files", {"files": unread}))


def register_problems(variables: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What is wrong with the registers of the inventory. ``variables``: of any host, because all have the same."""
    given = untag(variables.get(REGISTER_PROBLEMS))
    return tuple(map(Problem.from_map, given)) if isinstance(given, list) else ()


def wrong_rows(variables: Mapping[str, Any]) -> tuple[Problem, ...]:
    """The rows of the registers whose people are not served: whatever uses the inventory tells them all, and ends red."""
    return tuple(each for each in register_problems(variables) if each.kind == "register_row")


def check_register(variables: Mapping[str, Any]) -> None:
    """Raises ``Pkcs12Error`` (``register_unread``) where a register of the inventory could not be read.

    An inventory plugin cannot end a run: Ansible warns, and goes on with the hosts of other sources, or with none.
    """
    if unread := tuple(each for each in register_problems(variables) if each.kind == "register_unread"):
        raise Pkcs12Error(Problem("register_unread", causes=unread))


def _whole_inventory(task_vars: Mapping[str, Any]) -> list[str]:
    check_inventory(task_vars)
    hosts = sorted(task_vars["groups"]["all"])
    if not hosts:
        raise Pkcs12Error(Problem("inventory_unread.no_host"))
    return hosts


def _files_of(source: str) -> Iterator[str]:
    """The sources that Ansible reads for one: a folder is read file by file, and a list of hosts has commas."""
    path = source if "," in source else unfrackpath(source, follow=False)
    if "," in source or not Path(path).is_dir():
        yield path
        return
    for each in sorted(Path(path).iterdir()):
        if not IGNORED.search(os.fsencode(each.name)):
            yield from _files_of(str(each))


def hosts_matching(task_vars: Mapping[str, Any], pattern: Any) -> list[str]:
    """The hosts of the inventory that a pattern of hosts matches, in the inventory's order; none if it is no pattern."""
    inventory = InventoryManager(None, parse=False)
    for group, hosts in task_vars["groups"].items():
        inventory.add_group(group)
        for host in hosts:
            inventory.add_host(host, group=group)
    try:
        return [host.name for host in inventory.get_hosts(pattern if isinstance(pattern, list) else str(pattern))]
    except AnsibleError:
        return []


def words_of(variables: Mapping[str, Any], hosts: Sequence[str]) -> Words:
    """The words of a filter, in the language of localhost, else in that of the first host. ``variables``: ``hostvars``."""
    for host in ("localhost", *hosts[:1]):
        with suppress(
            Exception
        ):  # what cannot be read, a task says; the errors differ from line to line of ansible-core
            if language := variables[host].get(LANGUAGE):
                return Words(str(language))
    return Words()


def _of_host(
    known: Mapping[str, Any], host: str, names: Sequence[str], mask: Callable[[str], str] = str
) -> Mapping[str, Any]:
    variables = known[host]
    return {name: _rendered(variables, name, mask) for name in names if name in variables}


def readable_variable(task_vars: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """A variable of all hosts in the inventory, by host. A host without it is left out, and one whose variables cannot be read, for
    instance because of another vault: the tasks of that host say so, and it stops no other."""
    for host in sorted(task_vars.get("groups", {}).get("all", ())):
        with suppress(AnsibleError, KeyError):
            found = _of_host(task_vars["hostvars"], host, (name,))
            if name in found and not isinstance(found[name], Pkcs12Error):
                yield host, found[name]


CALLS_OUT = re.compile(r"\b(?:lookup|query|q)\s*\(")
"""What a template has that asks somebody else, for instance a store of secrets."""


def hidden_variables(
    task_vars: Mapping[str, Any], is_secret: Callable[[str, bool], bool]
) -> Iterator[tuple[str, Any, bool]]:
    """The variables of all hosts and of localhost whose values ansible-core 2.22 hides: name, value, and whether a vault has it.

    ``is_secret``: by name and vault, whether the value is needed. It is plain then, and None otherwise; the same one comes once. What
    cannot be read, a host or a variable, is left out. Before ansible-core 2.19 there are none.
    """
    known: Any = task_vars.get("hostvars")
    seen: dict[str, list[Any]] = {}
    hosts = {*task_vars.get("groups", {}).get("all", ()), "localhost"}
    for host in sorted(hosts) if known and Origin else ():
        with suppress(AnsibleError):
            for name, written in known.raw_get(host).items():
                of_vault = _is_of_vault(written)
                if not is_secret(name, of_vault):
                    if of_vault:
                        yield name, None, True
                elif _is_new(written, seen.setdefault(name, [])):
                    with suppress(AnsibleError):
                        yield name, untag(known[host][name]), of_vault


def texts_written(task_vars: Mapping[str, Any], is_wanted: Callable[[str], bool]) -> frozenset[str]:
    """The texts and numbers in the variables of all hosts with these names, as they are written, without those of a vault.

    A host that cannot be read is left out.
    """
    known: Any = task_vars.get("hostvars")
    found: set[str] = set()
    for host in sorted(task_vars.get("groups", {}).get("all", ())) if known and Origin else ():
        with suppress(AnsibleError):
            variables = known.raw_get(host).items()
            found |= texts_in([untag(each) for name, each in variables if is_wanted(name) and not _is_of_vault(each)])
    return frozenset(found)


def _is_new(written: Any, seen: list[Any]) -> bool:
    """Whether it may be another value than those before: it is, or it is a template. One that asks somebody else is rendered once."""
    if not any(written == each for each in seen):
        seen.append(written)
        return True
    template = _template_in(written)
    return template is not None and not CALLS_OUT.search(template)


def _is_of_vault(value: Any) -> bool:
    """Whether a vault has the value, or a part of it, and ansible-core hides it: no truth value, no date, nothing empty."""
    if isinstance(value, EncryptedString):
        return True
    origin = Origin.get_tag(value)
    if origin is None:
        return False
    if isinstance(value, Mapping):
        return any(map(_is_of_vault, value.values()))
    if isinstance(value, list):
        return any(map(_is_of_vault, value))
    return value != "" and isinstance(value, (str, int, float)) and _is_vault_file(origin.path or "")


@cache
def _is_vault_file(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            return file.read(14) == b"$ANSIBLE_VAULT"
    except OSError:
        return False


def _rendered(variables: Mapping[str, Any], name: str, mask: Callable[[str], str]) -> Any:
    try:
        value = untag(variables[name])
        # Facts may have any text.
        left = _template_in(value) if KEEPS_TEMPLATES and name.startswith(OF_THE_SITE) else None
    except AnsibleError as problem:
        wrong = {"variable": name, "said": Outside(mask(str(problem)))}
        return Pkcs12Error(Problem("bad_arguments.unreadable_variable", wrong))
    if left is None:
        return value
    return Pkcs12Error(Problem("bad_arguments.template_left", {"variable": name, "template": left}))


def _template_in(value: Any) -> str | None:
    """The first text in it that is still a template."""
    if isinstance(value, str):
        return value if "{{" in value else None
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(_template_in, values)), None)


def untag(value: Any) -> Any:
    """Plain values without Ansible's tags: ansible-core 2.19 marks every value with its origin. Containers are copied."""
    if isinstance(value, (bool, type(None))):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, (list, tuple)):
        return [untag(item) for item in value]
    if isinstance(value, Mapping):  # late, because it takes longer to find out
        return {str(key): untag(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return str(value)  # up to ansible-core 2.18, a text of a vault is no str, and is decrypted only now
    return value
