# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises of the drivers that no workstation of the lab can show are held by their text. Each check sees the mistake that it is for.

Wine has one user, an administrator whom nothing is closed to and whose DPAPI always works, and it loses an archived certificate.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from consistency.driver_promises import (
    archives_or_fails,
    asks_nobody_where_a_path_leads,
    claims_no_privilege_that_it_has_not,
    counts_on_no_merged_link,
    follows_no_link,
    hides_before_it_removes,
    looks_for_keys_in_all_stores,
    reads_no_more_than_fits,
    says_what_it_could_not_read,
    search_has_bounds,
    tells_a_mutex_that_is_closed_to_it,
    tries_dpapi,
)
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
