# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises of the drivers that no workstation of the lab can show are held by their text. Each check sees the mistake that it is for.

Wine has one user, an administrator whom nothing is closed to and whose DPAPI always works, and it loses an archived certificate.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from consistency.powershell import functions
from consistency.tree import MODULES, ROOT

SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (
        MODULES / "store_inventory.ps1",
        MODULES / "store_exchange.ps1",
        ROOT / "plugins" / "module_utils" / "_Store.psm1",
    )
)
CATCH = re.compile(r"catch (\[[\w.]+\] )?\{\s*([^}]*)")


def body(source: str, name: str) -> str:
    """Of a function."""
    (found,) = (function.body for function in functions(source) if function.name == name)
    return found


def caught(source: str, name: str) -> list[tuple[str, str]]:
    """What a function catches, and what it does then."""
    return [((found[1] or "").strip(), found[2].strip()) for found in CATCH.finditer(body(source, name))]


def claims_no_privilege_that_it_has_not(source: str) -> bool:
    identity = body(source, "Get-RunIdentity")
    taken = "$debug = try { [Diagnostics.Process]::EnterDebugMode(); $true } catch { $false }"
    return taken in identity and "debug_privilege = $debug }" in identity


def says_what_it_could_not_read(source: str) -> bool:
    """Nothing is caught on the way but a folder that is not there; then the reason is given."""
    places = ("Read-Registry", "Read-AppData", "Get-OwnerStore")
    answers = [answer for name in places for _type, answer in caught(source, name)]
    silent = caught(source, "Read-Hive") + caught(source, "Read-Folder")
    given = len(answers) == len(places) and all("Get-Unread -Place" in answer for answer in answers)
    kept = re.search(r"\n\s*\$reason\s*\}\s*$", body(source, "Read-AppData"))
    return given and kept is not None and silent == [("[IO.DirectoryNotFoundException]", "return")]


def tries_dpapi(source: str) -> bool:
    guard = body(source, "Assert-Owner")
    tried = "$dpapi::Unprotect($dpapi::Protect([byte[]]::new(32), $null, 'CurrentUser'), $null, 'CurrentUser')"
    refused = [answer.startswith("throw @{ code = 'no_dpapi'") for _type, answer in caught(source, "Assert-Owner")]
    return tried in guard and refused == [True] and "Assert-Owner -Sid" in body(source, "Invoke-Exchange")


def hides_before_it_removes(source: str) -> bool:
    order = ("$Certificate.Archived = $true", "Remove-Key -Link $link", "$Store.Remove($Certificate)")
    places = [body(source, "Remove-Certificate").find(part) for part in order]
    return -1 not in places and places == sorted(places)


def archives_or_fails(source: str) -> bool:
    step = body(source, "Invoke-Step")
    return "$certificate.Archived = $true" in step and caught(source, "Invoke-Step") == []


Check = Callable[[str], bool]
CHECKS: list[Check] = [
    claims_no_privilege_that_it_has_not,
    says_what_it_could_not_read,
    tries_dpapi,
    hides_before_it_removes,
    archives_or_fails,
]
MISTAKES: dict[str, tuple[Check, str, str]] = {
    "SeDebugPrivilege is always claimed": (
        claims_no_privilege_that_it_has_not,
        "$true } catch { $false }\n\t@{ sid",
        "$true } catch { $true }\n\t@{ sid",
    ),
    "SeDebugPrivilege is not tried": (
        claims_no_privilege_that_it_has_not,
        "debug_privilege = $debug }",
        "debug_privilege = $true }",
    ),
    "a hive that is closed is empty": (
        says_what_it_could_not_read,
        'catch { Get-Unread -Place "$Root\\$path" -Exception $_.Exception }',
        "catch { return }",
    ),
    "the folders of a closed hive are the usual ones": (
        says_what_it_could_not_read,
        'catch { Get-Unread -Place "$users\\$Sid" -Exception $_.Exception }',
        "catch { }",
    ),
    "a folder that cannot be read is empty": (
        says_what_it_could_not_read,
        "catch [IO.DirectoryNotFoundException] { return }",
        "catch { return }",
    ),
    "an element that cannot be read is left out": (
        says_what_it_could_not_read,
        "$blob = $key.OpenSubKey($name).GetValue('Blob')",
        "try { $blob = $key.OpenSubKey($name).GetValue('Blob') } catch { continue }",
    ),
    "a reason is dropped": (says_what_it_could_not_read, "\n\t\t$reason\n\t}", "\n\t}"),
    "DPAPI is not tried": (tries_dpapi, "[void] $dpapi::Unprotect", "# [void] $dpapi::Unprotect"),
    "DPAPI may fail": (tries_dpapi, "catch { throw @{ code = 'no_dpapi'", "catch { @{ code = 'no_dpapi'"),
    "the guard is not called": (tries_dpapi, "\tAssert-Owner -Sid", "\t# Assert-Owner -Sid"),
    "a certificate is not hidden first": (
        hides_before_it_removes,
        "try { $Certificate.Archived = $true } catch { $shown = $false }",
        "",
    ),
    "archiving may fail": (
        archives_or_fails,
        "\t$certificate.Archived = $true\n\t\t\t@{}",
        "\ttry { $certificate.Archived = $true } catch { }\n\t\t\t@{}",
    ),
    "archiving does nothing": (archives_or_fails, "\t$certificate.Archived = $true\n\t\t\t@{}", "\t@{}"),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_drivers_keep_it(check: Check) -> None:
    assert check(SOURCE)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_seen(mistake: str) -> None:
    check, right, wrong = MISTAKES[mistake]
    assert SOURCE.count(right) == 1
    assert not check(SOURCE.replace(right, wrong))
