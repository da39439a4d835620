# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a driver hands a secret to a command. PowerShell's module logging keeps every parameter of a cmdlet and of a function.

A request holds the p12 and its passphrase. So a variable is secret when it has the request, a step of it, or one of the two. What is
made of a secret variable is secret, but for the members that are named here, the result of opening the p12, and an unsealed
passphrase, which is an object that does not show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consistency.powershell import Command, commands, functions, value, without_comments, without_functions

REQUEST = "complex_args"
SECRET_NAMES = ("passphrase", "sealed_passphrase", "bundle", "password")
HARMLESS = (
    *(
        "Keys",
        "Count",
        "protocol",
        "owner_sid",
        "observed",
        "holders",
        "issuers",
        "files",
        "computer",
        "_ansible_check_mode",
    ),
    *("id", "step", "thumbprint", "exportable", "nonce", "friendly_name", "certificate", "method", "container"),
    *("url", "proxy", "timeout", "expected_status", "name"),
)
"""Members of a request and of a step that anybody may read."""

_OPENED = re.compile(r"::(?:OpenBundle|Unseal)\([^\n]*\)")
_ASSIGNMENT = re.compile(r"\$(?:script:|global:)?(\w+)(?:\.\w+|\[[^\]]*\])*\s*[-+]?=(?!=)", re.IGNORECASE)
_LOOP = re.compile(r"foreach \(\$(\w+) in\b", re.IGNORECASE)
_FILLED = re.compile(r"\$(\w+)(?:\.\w+)*\.\w+\(")


def leaks(source: str, *, request_is_secret: bool = True) -> list[str]:
    """The commands of a driver that get a secret, each as ``name arguments``."""
    found: list[str] = []
    for scope in [*(function.body for function in functions(source)), without_functions(source)]:
        secret = _secret_variables(scope, {*SECRET_NAMES, *([REQUEST] if request_is_secret else [])})
        found += [
            f"{command.name} {command.arguments}".strip() for command in commands(scope) if _gets(command, secret)
        ]
    return found


def _gets(command: Command, secret: set[str]) -> bool:
    return any(_holds(text, secret) for text in (command.arguments, command.piped))


def _secret_variables(scope: str, first: set[str]) -> set[str]:
    """Until nothing new is found: a secret may go through several variables."""
    secret, known = set(first), 0
    flows = list(_flows(_OPENED.sub("", without_comments(scope))))
    while len(secret) > known:
        known = len(secret)
        secret |= {variable.lower() for variable, given in flows if _holds(given, secret)}
    return secret


def _flows(code: str) -> Iterator[tuple[str, str]]:
    for pattern in (_ASSIGNMENT, _LOOP, _FILLED):
        yield from ((found[1], value(code, found.end())) for found in pattern.finditer(code))


def _holds(text: str, secret: set[str]) -> bool:
    names = "|".join(map(re.escape, sorted(secret)))
    harmless = "|".join(HARMLESS)
    variable = rf"[$@]\{{?(?:script:|global:)?(?:{names})\}}?(?![\w])(?!\.(?:{harmless})\b)"
    member = rf"\.(?:{'|'.join(SECRET_NAMES)})\b|\[\s*['\"](?:{'|'.join(SECRET_NAMES)})"
    return re.search(f"{variable}|{member}", text, re.IGNORECASE) is not None
