# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises of the drivers that no workstation of the lab can show are held by their text.

Each check sees the mistake that it is for. Wine has one user, an administrator whom nothing is closed to and whose DPAPI always works, and
it loses an archived certificate. It makes no links, nobody logs on to it between two steps, and no workstation shows the moment between
the check of a file and its removal.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from consistency.driver_promises import (
    archives_or_fails,
    asks_before_each_step_whether_the_profile_is_loaded,
    asks_nobody_where_a_path_leads,
    claims_no_privilege_that_it_has_not,
    counts_on_no_merged_link,
    follows_no_link,
    hands_out_no_byte_of_a_key,
    hides_before_it_removes,
    loads_no_profile,
    looks_for_keys_in_all_stores,
    opens_no_dialog,
    puts_an_element_back_as_it_was,
    reaches_portals_of_both_families,
    reads_no_link,
    reads_no_more_than_fits,
    remembers_a_mark_before_it_takes_it_away,
    removes_by_hash_only,
    removes_what_it_has_checked,
    says_what_it_could_not_read,
    search_has_bounds,
    takes_nothing_that_could_hold_a_key_for_a_certificate,
    tells_a_mutex_that_is_closed_to_it,
    tries_dpapi,
    writes_only_under_the_mutex,
)
from consistency.tree import MODULES, ROOT

UTILITIES = ROOT / "plugins" / "module_utils"
TEXTS = {
    name: "\n".join(path.read_text(encoding="utf-8") for path in paths)
    for name, paths in {
        "drivers": (
            MODULES / "store_inventory.ps1",
            MODULES / "store_exchange.ps1",
            MODULES / "bundle_files.ps1",
            UTILITIES / "_Store.psm1",
            UTILITIES / "_Path.psm1",
            UTILITIES / "_PrivateKey.psm1",
            UTILITIES / "_Exchange.psm1",
            UTILITIES / "_Portal.psm1",
        ),
        "keys": (UTILITIES / "_KeyStore.cs",),
        "profile": (MODULES / "profile_exchange.ps1",),
        "class": (UTILITIES / "_ProfileFile.cs",),
        "removal": (UTILITIES / "_FileRemoval.cs",),
    }.items()
}
Check = Callable[..., bool]
CHECKS: dict[Check, tuple[str, ...]] = {
    claims_no_privilege_that_it_has_not: ("drivers",),
    says_what_it_could_not_read: ("drivers",),
    tries_dpapi: ("drivers",),
    hides_before_it_removes: ("drivers",),
    archives_or_fails: ("drivers",),
    counts_on_no_merged_link: ("drivers",),
    tells_a_mutex_that_is_closed_to_it: ("drivers",),
    follows_no_link: ("drivers",),
    search_has_bounds: ("drivers",),
    asks_nobody_where_a_path_leads: ("drivers",),
    reads_no_more_than_fits: ("drivers",),
    looks_for_keys_in_all_stores: ("drivers",),
    opens_no_dialog: ("drivers", "keys"),
    puts_an_element_back_as_it_was: ("keys",),
    remembers_a_mark_before_it_takes_it_away: ("drivers",),
    reaches_portals_of_both_families: ("drivers",),
    asks_before_each_step_whether_the_profile_is_loaded: ("profile", "class"),
    hands_out_no_byte_of_a_key: ("profile", "class"),
    loads_no_profile: ("profile", "class"),
    reads_no_link: ("profile", "class"),
    removes_by_hash_only: ("profile", "class"),
    takes_nothing_that_could_hold_a_key_for_a_certificate: ("profile", "class"),
    writes_only_under_the_mutex: ("profile", "class"),
    removes_what_it_has_checked: ("removal",),
}
"""With the texts that each gets."""
MISTAKES: dict[str, tuple[Check, str, str]] = {
    "the old certificate stays while the new one is added": (counts_on_no_merged_link, "$Store.Remove($present)", ""),
    "the link is not looked at": (counts_on_no_merged_link, "-ne $link.container) { throw", "-eq 0) { throw"),
    "the name is lost": (
        counts_on_no_merged_link,
        "if ($present.FriendlyName) { $leaf.FriendlyName",
        "if ($false) { $leaf.Name",
    ),
    "a mark is remembered late": (
        remembers_a_mark_before_it_takes_it_away,
        "\t\tif (-not $Memo.replaced) { $Memo.replaced = $present.Export('SerializedCert') }\n\t\t$present.Archived = $false\n",
        "\t\t$present.Archived = $false\n\t\tif (-not $Memo.replaced) { $Memo.replaced = $present.Export('SerializedCert') }\n",
    ),
    "a new name stays": (
        puts_an_element_back_as_it_was,
        "element.Length, CERT_STORE_ADD_REPLACE_EXISTING",
        "element.Length, 2",
    ),
    "a key of CAPI may ask": (opens_no_dialog, "{ 'UseExistingKey, NoPrompt' }", "{ 'UseExistingKey' }"),
    "a key of CNG may ask at the second try": (
        opens_no_dialog,
        "container, 0, flags | NCRYPT_SILENT_FLAG)",
        "container, 0, flags)",
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
    "bytes of a store do not count": (reads_no_more_than_fits, " -or $Tally.bytes -gt $mostBytes", ""),
    "requests are not looked at": (looks_for_keys_in_all_stores, "@('My', 'REQUEST') +", "@('My') +"),
    "a store that does not open is left out": (
        looks_for_keys_in_all_stores,
        "\t\t$store = Open-Store -Name $name\n",
        "\t\ttry { $store = Open-Store -Name $name } catch { continue }\n",
    ),
    "portals have addresses of IPv4 only": (
        reaches_portals_of_both_families,
        "$client = New-Client",
        "$client = [Net.Sockets.TcpClient]::new()",
    ),
    "a Windows without IPv6 reaches no portal": (
        reaches_portals_of_both_families,
        "} catch { [Net.Sockets.TcpClient]::new() }",
        "} catch { throw }",
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
    "DPAPI may fail": (tries_dpapi, "\t\tthrow $failure\n", ""),
    "who is logged on waits for a logon": (tries_dpapi, "if ('S-1-5-4' -in", "if ('S-1-5-2' -in"),
    "the guard is not called": (tries_dpapi, "\tAssert-Owner -Sid", "\t# Assert-Owner -Sid"),
    "a certificate is not hidden first": (
        hides_before_it_removes,
        "try { $Certificate.Archived = $true } catch { $shown = $false }",
        "",
    ),
    "a certificate whose key is gone is shown again": (
        hides_before_it_removes,
        "{ 'deleted' } else { 'gone' } } catch {",
        "{ 'deleted' } else { 'gone' }; Remove-LostKey -Certificate $Certificate } catch {",
    ),
    "archiving may fail": (
        archives_or_fails,
        "\t$certificate.Archived = $true\n\t\t\t@{}",
        "\ttry { $certificate.Archived = $true } catch { }\n\t\t\t@{}",
    ),
    "archiving does nothing": (archives_or_fails, "\t$certificate.Archived = $true\n\t\t\t@{}", "\t@{}"),
    "a folder that is a link is listed": (
        reads_no_link,
        "(Get-ProfileFile)::CheckFolder($ProfilePath, $Folder)",
        "$null",
    ),
    "a link is read": (reads_no_link, 'return new ProfileFile { Code = "link" };', ";"),
    "steps run in a loaded profile": (
        asks_before_each_step_whether_the_profile_is_loaded,
        "\tif ($person.loaded -and -not $Loaded) { throw @{ code = 'profile_loaded' } }\n",
        "",
    ),
    "only the guard asks": (
        asks_before_each_step_whether_the_profile_is_loaded,
        "$person = Get-OwnProfile -Sid $Sid\n\t$my",
        "$person = Get-ProfileList | Where-Object { $_.owner_sid -eq $Sid }\n\t$my",
    ),
    "the mutex is not taken": (writes_only_under_the_mutex, "$mutex = Enter-Mutex -Sid $Sid", "$mutex = $null"),
    "a file goes by its path": (
        removes_by_hash_only,
        "$removal::Remove(",
        "[IO.File]::Delete($File.path) -or $removal::Remove(",
    ),
    "the key leaves the class": (hands_out_no_byte_of_a_key, "\t\t\tfile.Data = null;\n", ""),
    "the hive is loaded": (loads_no_profile, "$person\n}", "reg load HKU\\x $person.path\n\t$person\n}"),
    "a p12 is taken for a certificate": (
        takes_nothing_that_could_hold_a_key_for_a_certificate,
        "if (-not $records[32] -or $type::GetCertContentType($records[32]) -ne 'Cert') { throw $refusal }",
        "",
    ),
    "a file may change while it is hashed": (
        removes_what_it_has_checked,
        "GENERIC_READ | DELETE, FILE_SHARE_READ,",
        "GENERIC_READ | DELETE, FILE_SHARE_ALL,",
    ),
    "a link is followed": (removes_what_it_has_checked, ", FILE_FLAG_OPEN_REPARSE_POINT))", ", 0))"),
    "where a handle leads does not count": (
        removes_what_it_has_checked,
        'OrdinalIgnoreCase)) return "link";',
        "OrdinalIgnoreCase)) { }",
    ),
    "the hash does not count": (
        removes_what_it_has_checked,
        'OrdinalIgnoreCase)) return "changed";',
        "OrdinalIgnoreCase)) { }",
    ),
    "any size is hashed": (removes_what_it_has_checked, 'if (stream.Length > largest) return "too_large";', ""),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_drivers_keep_it(check: Check) -> None:
    assert check(*(TEXTS[name] for name in CHECKS[check]))


def test_every_check_has_a_mistake() -> None:
    assert {check for check, *_change in MISTAKES.values()} == set(CHECKS)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_seen(mistake: str) -> None:
    check, right, wrong = MISTAKES[mistake]
    texts = [TEXTS[name] for name in CHECKS[check]]
    assert sum(text.count(right) for text in texts) == 1
    assert not check(*(text.replace(right, wrong) for text in texts))
