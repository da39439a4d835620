# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether the workstation that answered is the one that the inventory means. Names are compared without regard to case. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .._errors import Pkcs12Error, Problem

THIS_END = "localhost"
"""The name of a tunnel's near end. Like an address, it says nothing about the computer at the other end."""

NOT_IN_A_NAME = re.compile(r"[\s,;:*?\"'<>|\[\]{}()/\\]")
"""What is neither in a NetBIOS name nor in a DNS name."""

FULL_NAME = "full"
KINDS_OF_NAMES = ("netbios", "host", FULL_NAME)
"""The names of a computer, in the order in which ``store_inventory`` tells them. Without a domain, the last two are one."""

ADDRESS_OPTIONS = ("remote_addr", "host")
"""Options in which connection plugins have the address that they use: winrm and psrp; ssh."""


@dataclass(frozen=True, slots=True)
class ExpectedComputer:
    """Which computer a host of the inventory is.

    ``name``: its name, from the option ``computer``; None: not known. ``host_names``: how the inventory calls the host, and the address
    that the connection uses.
    """

    name: str | None
    host_names: tuple[str, ...] = ()

    def refuse_other(self, names: Sequence[str]) -> None:
        """Raises ``Pkcs12Error`` (``wrong_computer``) unless ``name`` is one of the computer's own ``names``."""
        if self.name is not None and not is_called(names, self.name):
            raise Pkcs12Error(Problem("wrong_computer", {"expected": self.name}, causes=own_names(names)))

    def doubt(self, names: Sequence[str]) -> Problem | None:
        """A problem if ``name`` is not known and no host name is one of the computer's ``names``, else None.

        Addresses are not compared, because a computer has no such name. Of a DNS name, the first label is enough: the inventory may
        use another domain than the computer.
        """
        hosts = [host for host in dict.fromkeys(self.host_names) if host and not is_address(host)]
        if self.name is not None or not hosts or any(_label_fits(names, host) for host in hosts):
            return None
        return Problem("other_name", {"hosts": tuple(hosts)}, causes=own_names(names))


def expected_name(given: object) -> str | None:
    """The option ``computer`` as it was written, without the period at the end of a DNS name; None if it was left out.

    Raises ``Pkcs12Error`` (``bad_arguments``) for what is not one name: an empty text, a list, a mapping, an address.
    """
    if given is None:
        return None
    if isinstance(given, (list, tuple, Mapping)):
        kind = "mapping" if isinstance(given, Mapping) else "list"
        raise Pkcs12Error(Problem(f"bad_arguments.computer_is_a_{kind}", setting="computer"))
    name = "" if isinstance(given, bool) else str(given).strip().removesuffix(".")
    if given == "":
        raise Pkcs12Error(Problem("bad_arguments.computer_is_empty", setting="computer"))
    if not name or is_address(name) or NOT_IN_A_NAME.search(name):
        raise Pkcs12Error(Problem("bad_arguments.computer_is_no_name", {"given": f"{given!s:.80}"}, "computer"))
    return name


def connection_address(option: Callable[[str], Any]) -> str:
    """The address that a connection uses; nothing if its plugin has no such option. ``option`` raises ``KeyError`` for an unknown one."""
    for name in ADDRESS_OPTIONS:
        with suppress(KeyError):
            return str(option(name))
    return ""


def is_called(names: Sequence[str], name: str) -> bool:
    """Whether a computer with these own names is called so."""
    return name.lower() in {each.lower() for each in names}


def own_names(names: Sequence[str]) -> tuple[Problem, ...]:
    """All names of a computer, each once, and what it is, for a problem that tells them. ``names``: in the order of ``KINDS_OF_NAMES``."""
    known: dict[str, tuple[str, list[str]]] = {}
    for name, kind in zip(names, KINDS_OF_NAMES, strict=False):
        kinds = known.setdefault(name.lower(), (name, []))[1]
        if kind != FULL_NAME or not kinds:
            kinds.append(kind)
    return tuple(Problem(f"computer_name.{'_'.join(kinds)}", {"name": name}) for name, kinds in known.values())


def is_address(host: str) -> bool:
    """Whether this is an IP address, or ``localhost``."""
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return host.lower() == THIS_END
    return True


def _label_fits(names: Sequence[str], host: str) -> bool:
    return is_called([name.partition(".")[0] for name in names], host.partition(".")[0])
