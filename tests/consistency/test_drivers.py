# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PowerShell can be changed by people: it says what it does and takes, and hands over what it needs, but for secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from consistency.powershell import Command, commands, functions, value, without_comments, without_functions
from consistency.tree import MODULES, ROOT, SOURCES, name

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


POWERSHELL = [path for path in SOURCES if path.suffix in (".ps1", ".psm1")]
ON_WINDOWS = [path for path in SOURCES if path.suffix in (".ps1", ".psm1", ".cs")]
ALARMING = re.compile(
    r"mimikatz|kull_m|sekurlsa|lsadump|sharpdpapi|sharpup|rubeus|nemesis|powersploit|impacket", re.IGNORECASE
)
SENT = [path for path in POWERSHELL if path.is_relative_to(ROOT / "plugins")]
EXCHANGE = (MODULES / "store_exchange.ps1").read_text(encoding="utf-8")
UTILITIES = [path for path in SENT if path.suffix == ".psm1"]
WITHOUT_SECRETS = [path for path in SENT if path.suffix == ".ps1" and path.stem != "store_exchange"]
"""No request of these drivers has a secret."""
WITHOUT_OUTPUT = {"Assert-Step", "Connect-Portal", "Exit-BadRequest"}
AUTOMATIC = {"_", "true", "false", "null", "complex_args", "executioncontext"}

VARIABLE = re.compile(r"(?<![`$])\$\{?(\w+)\}?(?!:\w)")
GIVEN_A_VALUE = re.compile(r"\$(\w+)(?:\s*,\s*\$\w+)*\s*(?:[-+]?=(?!=)|\+\+)|foreach \(\$(\w+) in", re.IGNORECASE)
REQUESTED = re.compile(r"^\$(\w+) = [^\n]*\$complex_args\b", re.MULTILINE)
"""What a driver takes out of its request in its first lines. Its functions get it as parameters."""
BLOCK = re.compile(r"\{\s*param\(([^)]*)\)")
"""Typed parameters of a script block, which .NET calls."""


def unexplained(source: str) -> list[str]:
    """Functions without a synopsis."""
    found = {function.name: re.search(r"\.SYNOPSIS\s+\w", function.help) for function in functions(source)}
    return [function for function, synopsis in found.items() if not synopsis]


def untyped(source: str) -> list[str]:
    """Parameters without a type, and functions that take arguments past ``param``."""
    found = [function.name for function in functions(source) if re.search(r"\$args\b", function.body)]
    for function in functions(source):
        typed = re.findall(r"\[[^\]$]+(?:\[\])?\]\s*\$(\w+)", function.parameters or "")
        names = re.findall(r"(?:^|,|\])\s*\$(\w+)", function.parameters or "")
        found += [f"{function.name} ${parameter}" for parameter in names if parameter not in typed]
    return found


def undescribed(source: str, elsewhere: set[str]) -> list[str]:
    """What functions with parameters lack when other files call them: help for each parameter, and the attributes of a cmdlet."""
    found = []
    for function in functions(source):
        parameters = re.findall(r"\$(\w+)", function.parameters or "")
        if function.name not in elsewhere or not parameters:
            continue
        if re.findall(r"\.PARAMETER (\w+)\n\t\w", function.help) != parameters:
            found.append(f"{function.name} .PARAMETER")
        if "[CmdletBinding()]" not in function.attributes:
            found.append(f"{function.name} CmdletBinding")
        if "[OutputType(" not in function.attributes and function.name not in WITHOUT_OUTPUT:
            found.append(f"{function.name} OutputType")
    return found


def unnamed(source: str, own: set[str]) -> list[str]:
    """Calls of our functions with an argument that does not say which it is."""
    called = [command for command in commands(source) if command.name in own]
    return [command.name for command in called if not re.match(r"$|-[A-Za-z]|@\w", command.arguments)]


def taken_from_the_caller(source: str) -> list[str]:
    """Variables that a function reads and neither was given nor set. Constants stand before the first function."""
    code = without_comments(source)
    first = code[: code.find("\nfunction ")]
    constants = _set_in(first) - {variable.lower() for variable in REQUESTED.findall(first)}
    found = []
    for function in functions(source):
        parameters = {parameter.lower() for parameter in re.findall(r"\$(\w+)", function.parameters or "")}
        blocks = {name.lower() for block in BLOCK.findall(function.body) for name in re.findall(r"\]\s*\$(\w+)", block)}
        known = AUTOMATIC | constants | parameters | blocks | _set_in(function.body)
        read = {variable.lower() for variable in VARIABLE.findall(function.body)}
        found += [f"{function.name} ${variable}" for variable in sorted(read - known)]
    return found


def _set_in(code: str) -> set[str]:
    return {(found[1] or found[2]).lower() for found in GIVEN_A_VALUE.finditer(code)}


@pytest.mark.parametrize("path", POWERSHELL, ids=name)
def test_every_function_says_what_it_does(path: Path) -> None:
    assert unexplained(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", POWERSHELL, ids=name)
def test_every_parameter_has_a_type(path: Path) -> None:
    assert untyped(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SENT, ids=name)
def test_arguments_are_named(path: Path) -> None:
    own = {function.name for each in SENT for function in functions(each.read_text(encoding="utf-8"))}
    assert unnamed(path.read_text(encoding="utf-8"), own) == []


@pytest.mark.parametrize("path", SENT, ids=name)
def test_functions_are_given_what_they_read(path: Path) -> None:
    assert taken_from_the_caller(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SENT, ids=name)
def test_no_command_gets_a_secret(path: Path) -> None:
    assert leaks(path.read_text(encoding="utf-8"), request_is_secret=path not in WITHOUT_SECRETS) == []


@pytest.mark.parametrize("path", UTILITIES, ids=name)
def test_what_is_called_from_elsewhere_is_described(path: Path) -> None:
    others = [each.read_text(encoding="utf-8") for each in SENT if each != path]
    called = {command.name for other in others for command in commands(other)}
    assert undescribed(path.read_text(encoding="utf-8"), called) == []


@pytest.mark.parametrize("path", [*UTILITIES, *WITHOUT_SECRETS], ids=name)
def test_the_request_is_read_in_the_first_lines_of_a_driver_alone(path: Path) -> None:
    code = without_comments(path.read_text(encoding="utf-8"))
    assert "complex_args" not in code[code.find("\nfunction ") :]


@pytest.mark.parametrize("path", ON_WINDOWS, ids=name)
def test_nothing_that_reaches_windows_names_a_tool_that_scanners_look_for(path: Path) -> None:
    """Windows PowerShell writes the sources of C# to a folder for temporary files. What they rest on is told in docs/developers."""
    assert ALARMING.findall(path.read_text(encoding="utf-8")) == []


def test_the_import_is_seen() -> None:
    """What the checks find nothing in is what they have read."""
    assert {"Unlock-Passphrase", "Import-Bundle"} <= {function.name for function in functions(EXCHANGE)}
    assert "$step.passphrase" in EXCHANGE
    assert "$complex_args" in without_functions(EXCHANGE) + "".join(function.body for function in functions(EXCHANGE))


OPENING = "(Get-KeyStore)::OpenBundle("
PLANTED = {
    "the passphrase": "Write-Verbose -Message $step.passphrase",
    "the passphrase in a text": 'Write-Verbose -Message "opening with $($step.passphrase)"',
    "the passphrase through two names": "$one = $step.passphrase\n    $two = @{ code = $one }\n    Test-It @two",
    "the p12": "Open-It -Bundle ([Convert]::FromBase64String($step.bundle))",
    "the p12, piped": "$step.bundle | Out-Null",
    "the step in a list": "$all = [Collections.Stack]::new()\n    $all.Push($step)\n    $all | Where-Object { $_.id }",
    "the step, to a block": "& { param($Step) $Step.id } $step",
    "the request, as a splat": "Open-It @complex_args",
    "a variable of the script": "$script:current = $step\n    Open-It -Step $script:current",
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_a_planted_leak_is_found(planted: str) -> None:
    leaking = EXCHANGE.replace(OPENING, f"{planted}\n    {OPENING}", 1)
    assert leaking != EXCHANGE
    assert leaks(leaking) != []


def test_planted_untidiness_is_found() -> None:
    untidy = "function Get-It($a) {\n    $b\n}\nfunction Get-More {\n    <# .SYNOPSIS #>\n    param([int] $C, $D)\n    Get-It $C\n}\n"
    assert unexplained(untidy) == ["Get-It", "Get-More"]
    assert untyped(untidy) == ["Get-It $a", "Get-More $D"]
    assert unnamed(untidy, {"Get-It"}) == ["Get-It"]
    assert taken_from_the_caller("$known = 1\n" + untidy) == ["Get-It $b"]
    assert taken_from_the_caller("$b = $complex_args.b\n" + untidy) == ["Get-It $b"]
    lacking = ["Get-More .PARAMETER", "Get-More CmdletBinding", "Get-More OutputType"]
    assert undescribed(untidy, {"Get-More"}) == lacking
