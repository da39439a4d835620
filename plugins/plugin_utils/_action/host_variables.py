# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The variables of hosts, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ansible.errors import AnsibleError
from ansible.release import __version__

from .._errors import CollectionError

OF_THE_SITE = "pkcs12_"
"""How the names of variables begin that a user writes."""

KEEPS_TEMPLATES = tuple(map(int, __version__.split(".")[:2])) < (2, 19)
"""Whether this ansible-core leaves a template as it is when it has an undefined variable. Newer ones refuse it; a name may have braces."""


def variables_of(
    task_vars: Mapping[str, Any], hosts: Sequence[str] | None, names: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The named variables of these hosts, or of all in the inventory, by host.

    A variable that Ansible cannot render, for instance one of another vault, is there as the ``CollectionError`` that says so: the
    other hosts stay usable. Raises ``CollectionError`` (``unknown_host``).
    """
    known = task_vars["hostvars"]
    for host in hosts if hosts is not None else sorted(task_vars["groups"]["all"]):
        if host not in known:
            raise CollectionError(
                code="unknown_host",
                cause=f"The inventory has no host {host}.",
                next_step="Correct 'hosts', or leave it out for the whole inventory.",
            )
        yield host, _of_host(known, host, names)


def _of_host(known: Mapping[str, Any], host: str, names: Sequence[str]) -> Mapping[str, Any]:
    variables = known[host]
    return {name: _rendered(variables, name, host) for name in names if name in variables}


def readable_variable(task_vars: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """A variable of all hosts in the inventory, by host. A host without it is left out, and one whose variables cannot be read, for
    instance because of another vault: the tasks of that host say so, and it stops no other."""
    for host in sorted(task_vars.get("groups", {}).get("all", ())):
        with suppress(AnsibleError, KeyError):
            found = _of_host(task_vars["hostvars"], host, (name,))
            if name in found and not isinstance(found[name], CollectionError):
                yield host, found[name]


def _rendered(variables: Mapping[str, Any], name: str, host: str) -> Any:
    try:
        value = untag(variables[name])
        # Facts may have any text.
        left = _template_in(value) if KEEPS_TEMPLATES and name.startswith(OF_THE_SITE) else None
        problem = f"it stays {left}" if left else ""
    except AnsibleError as unreadable:
        problem = str(unreadable)
    if not problem:
        return value
    return CollectionError(
        code="bad_arguments",
        cause=f"Ansible cannot read {name} of {host}: {' '.join(problem.split()).rstrip('.')}.",
        next_step="Correct the variable, or give the password of its vault.",
    )


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
