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
        MODULES / "bundle_files.ps1",
        ROOT / "plugins" / "module_utils" / "_Store.psm1",
        ROOT / "plugins" / "module_utils" / "_PrivateKey.psm1",
        ROOT / "plugins" / "module_utils" / "_Mutex.psm1",
    )
)
CATCH = re.compile(r"catch (\[[\w., \[\]]+\] )?\{\s*([^}]*)")


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
    return (
        given
        and kept is not None
        and silent == [("[IO.DirectoryNotFoundException], [IO.FileNotFoundException]", "return")]
    )


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


def counts_on_no_merged_link(source: str) -> bool:
    """Which side wins when X509Store.Add merges properties is not documented, and Wine has one answer."""
    order = (
        "$Memo.added = $link",
        "$Memo.replaced = $present.Export('SerializedCert')",
        "$leaf.FriendlyName = $present.FriendlyName",
        "$Store.Remove($present)",
        "$Store.Add($leaf)",
        "if ((Get-KeyLink -Certificate $present).container -ne $link.container) { throw @{ code = 'import_failed' } }",
    )
    places = [body(source, "Import-Bundle").find(part) for part in order]
    return -1 not in places and places == sorted(places)


def tells_a_mutex_that_is_closed_to_it(source: str) -> bool:
    """Nothing is closed to an administrator under Wine."""
    enter = body(source, "Enter-Mutex")
    caught_types = "catch [UnauthorizedAccessException], [Threading.WaitHandleCannotBeOpenedException] {"
    exchange = body(source, "Invoke-Exchange")
    order = [exchange.find(part) for part in ("Enter-Mutex -Sid $Sid", "Read-OwnStore", "$mutex.ReleaseMutex()")]
    return (
        caught_types in enter
        and enter.count("throw @{ code = 'busy'") == 2
        and order == sorted(order)
        and -1 not in order
    )


def follows_no_link(source: str) -> bool:
    """Neither on the way to a folder nor below it."""
    search, find = body(source, "Search-Folder"), body(source, "Find-Bundle")
    ways = [
        in_order(
            search, "Find-Link -Root $ProfilePath -Path $path", "return Get-Reason -Code 'link'", "Find-Bundle -Path"
        ),
        in_order(
            find,
            "if ($entry.Attributes -band $link)",
            "} elseif ($isFolder)",
            "$pending.Enqueue(@{ path = $entry.FullName",
        ),
        in_order(
            body(source, "Read-AppData"), "Find-Link -Root $from", "return Get-Reason -Code 'link'", "Read-Folder -Path"
        ),
        in_order(
            body(source, "Read-StoreFile"),
            "-band $reparsePoint) { return Get-Reason -Code 'link'",
            "Read-SmallFile -Path",
        ),
    ]
    parts = "if ([IO.File]::GetAttributes($place) -band $reparsePoint) { return $place }" in body(source, "Find-Link")
    return parts and all(ways)


def asks_nobody_where_a_path_leads(source: str) -> bool:
    """A path is judged before it is used. GetFullPath of .NET Framework would look for the long form of a short name, also on a share."""
    ways = [
        in_order(body(source, "Read-AppData"), "if (-not (Test-LocalPath -Path $AppData)) { return", "Find-Link -Root"),
        in_order(body(source, "Search-Folder"), "-not (Test-LocalPath -Path $path)) { return", "Find-Link -Root"),
        in_order(
            body(source, "Search-Profile"), "if (-not (Test-LocalPath -Path $ProfilePath)) { return", "GetAttributes("
        ),
    ]
    return all(ways) and "GetFullPath" not in source


def reads_no_more_than_fits(source: str) -> bool:
    """The size is known before memory is taken, and the number before the next one is read."""
    read = in_order(body(source, "Read-SmallFile"), "if ($stream.Length -gt $Largest) { return }", "[byte[]]::new(")
    ended = "$Budget.ended = $Budget.entries -lt 0 -or $Budget.bytes -lt 0" in body(source, "Select-Found")
    stops = [
        in_order(body(source, name), "Select-Found -Found", "if ($budget.ended) { return }")
        for name in ("Read-Hive", "Read-Folder")
    ]
    return read and ended and all(stops)


def looks_for_keys_in_all_stores(source: str) -> bool:
    """REQUEST is in the profile, so that the registry does not name it. When a store does not open, no key goes."""
    stores = body(source, "Get-LinkedCertificate")
    named = "@('My', 'REQUEST') + $(if ($key) { $key.GetSubKeyNames() -notmatch '^(My|REQUEST|UserDS)$' })" in stores
    swept = "try { $linked = @(Get-LinkedCertificate).container } catch { return 0 }" in body(source, "Remove-LostKey")
    closed = caught(source, "Get-LinkedCertificate") == caught(source, "Get-ReasonToKeep") == []
    return named and swept and closed


def search_has_bounds(source: str) -> bool:
    """Entries, files, time and depth."""
    bound = "$Budget.entries -lt 0 -or $Budget.files -le 0 -or [DateTime]::UtcNow -gt $Budget.until"
    find = body(source, "Find-Bundle")
    return bound in find and "$Budget.entries--" in find and "$Budget.files--" in find and "-ge $deepest" in find


def in_order(text: str, *parts: str) -> bool:
    """Whether all parts are there, one after the other."""
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


Check = Callable[[str], bool]
CHECKS: list[Check] = [
    claims_no_privilege_that_it_has_not,
    says_what_it_could_not_read,
    tries_dpapi,
    hides_before_it_removes,
    archives_or_fails,
    counts_on_no_merged_link,
    tells_a_mutex_that_is_closed_to_it,
    follows_no_link,
    search_has_bounds,
    asks_nobody_where_a_path_leads,
    reads_no_more_than_fits,
    looks_for_keys_in_all_stores,
]
MISTAKES: dict[str, tuple[Check, str, str]] = {
    "the old certificate stays while the new one is added": (counts_on_no_merged_link, "$Store.Remove($present)", ""),
    "the link is not looked at": (counts_on_no_merged_link, "-ne $link.container) { throw", "-eq 0) { throw"),
    "the name is lost": (
        counts_on_no_merged_link,
        "if ($present.FriendlyName) { $leaf.FriendlyName",
        "if ($false) { $leaf.Name",
    ),
    "a mutex of another account is unforeseen": (
        tells_a_mutex_that_is_closed_to_it,
        "catch [UnauthorizedAccessException], [Threading",
        "catch [Threading",
    ),
    "a link in a folder is followed": (
        follows_no_link,
        "if ($entry.Attributes -band $link) {",
        "if ($false) {",
    ),
    "a folder that is a link is searched": (
        follows_no_link,
        "$first = Find-Link -Root $ProfilePath -Path $path",
        "$first = $null",
    ),
    "links on the way are not looked for": (
        follows_no_link,
        "if ([IO.File]::GetAttributes($place) -band $reparsePoint) { return $place }",
        "",
    ),
    "a store behind a link is read": (follows_no_link, "$link = Find-Link -Root $from -Path $place", "$link = $null"),
    "a file of a store that is a link is read": (
        follows_no_link,
        "if ($File.Attributes -band $reparsePoint) { return",
        "if ($false) { return",
    ),
    "a share is asked": (
        asks_nobody_where_a_path_leads,
        "if (-not (Test-LocalPath -Path $AppData)) { return",
        "if ($AppData.StartsWith('\\\\')) { return",
    ),
    "a folder of a person is normalised first": (
        asks_nobody_where_a_path_leads,
        "\tExpand-ProfilePath -Path ([string] $said)",
        "\tExpand-ProfilePath -Path ([IO.Path]::GetFullPath($said))",
    ),
    "a large file is read first": (
        reads_no_more_than_fits,
        "\t\tif ($stream.Length -gt $Largest) { return }\n\t\t$data = [byte[]]::new($stream.Length)",
        "\t\t$data = [byte[]]::new($stream.Length)\n\t\tif ($stream.Length -gt $Largest) { return }",
    ),
    "bytes of a store do not count": (reads_no_more_than_fits, " -or $Budget.bytes -lt 0", ""),
    "requests are not looked at": (looks_for_keys_in_all_stores, "@('My', 'REQUEST') +", "@('My') +"),
    "a store that does not open is left out": (
        looks_for_keys_in_all_stores,
        "\t\t$store = Open-Store -Name $name\n",
        "\t\ttry { $store = Open-Store -Name $name } catch { continue }\n",
    ),
    "an import fails at a store that does not open": (
        looks_for_keys_in_all_stores,
        "try { $linked = @(Get-LinkedCertificate).container } catch { return 0 }",
        "$linked = @(Get-LinkedCertificate).container",
    ),
    "entries are not counted": (search_has_bounds, "\t\t\t\t$Budget.entries--", ""),
    "time does not end": (search_has_bounds, " -or [DateTime]::UtcNow -gt $Budget.until", ""),
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
        "catch [IO.DirectoryNotFoundException], [IO.FileNotFoundException] { return }",
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
