# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the text of the drivers, of profile_exchange's C# and of a removal has to have.

Each check gets the text, and says whether a promise is kept.
"""

from __future__ import annotations

import re

from consistency.powershell import functions

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
    """A logon that could not keep a key is told from one that is not able to although it is interactive (S-1-5-4)."""
    guard = body(source, "Assert-Owner")
    tried = "$dpapi::Unprotect($dpapi::Protect([byte[]]::new(32), $null, 'CurrentUser'), $null, 'CurrentUser')"
    refused = in_order(
        guard,
        "} catch {",
        "$failure = Get-Failure -ErrorRecord $_ -Code 'no_dpapi'",
        "if ('S-1-5-4' -in $identity.Groups.Value) { $failure.code = 'dpapi_broken' }",
        "throw $failure",
    )
    once = len(caught(source, "Assert-Owner")) == 1
    return tried in guard and refused and once and "Assert-Owner -Sid" in body(source, "Invoke-Exchange")


def hides_before_it_removes(source: str) -> bool:
    """Shown again only if its key is still there: not when a further container of the key does not go."""
    removal = body(source, "Remove-Certificate")
    order = in_order(
        removal,
        "$Certificate.Archived = $true",
        "try { $Entry.key = if (Remove-Key -Link $link -Certificate $Certificate) { 'deleted' } else { 'gone' } } catch {",
        "if ($shown) { $Certificate.Archived = $false }",
        "\t\t}\n",
        "\t\t$Entry.swept = Remove-LostKey -Certificate $Certificate -Insist",
        "$Store.Remove($Certificate)",
    )
    return order and removal.count("Remove-LostKey") == 1


def reaches_portals_of_both_families(source: str) -> bool:
    """The client that .NET Framework makes by itself is for IPv4. That of PowerShell for Linux has both."""
    made = in_order(
        body(source, "New-Client"),
        "$client = [Net.Sockets.TcpClient]::new([Net.Sockets.AddressFamily]::InterNetworkV6)",
        "$client.Client.DualMode = $true",
        "} catch { [Net.Sockets.TcpClient]::new() }",
    )
    return made and "$client = New-Client" in body(source, "Open-Way")


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


def remembers_a_mark_before_it_takes_it_away(source: str) -> bool:
    """Else an import that is undone leaves a certificate visible that was archived. Wine loses an archived certificate."""
    return in_order(
        body(source, "Import-Bundle"),
        "if (-not $Memo.replaced) { $Memo.replaced = $present.Export('SerializedCert') }",
        "$present.Archived = $false",
    )


def puts_an_element_back_as_it_was(cs: str) -> bool:
    """Else Windows keeps the new name. Wine takes the old one in either way."""
    return "ADD_REPLACE_EXISTING = 3," in cs and "element.Length, CERT_STORE_ADD_REPLACE_EXISTING, 0," in cs


def opens_no_dialog(source: str, cs: str) -> bool:
    """No key of Wine asks for anything."""
    opened = re.findall(r"'(UseExistingKey[^']*)'", source)
    calls = re.findall(
        r"(?<!int )(?<!bool )(?:NCrypt(?:OpenKey|SignHash|DeleteKey|EnumKeys)|CryptAcquireContext)\(([^;]*);", cs
    )
    return (
        (len(opened), len(calls)) == (2, 6)
        and all("NoPrompt" in flags for flags in opened)
        and all("CRYPT_SILENT" in call for call in calls)
    )


def tells_a_mutex_that_is_closed_to_it(source: str) -> bool:
    """Nothing is closed to an administrator under Wine."""
    enter = body(source, "Enter-Mutex")
    caught_types = "catch [UnauthorizedAccessException], [Threading.WaitHandleCannotBeOpenedException] {"
    exchange = body(source, "Invoke-Exchange")
    order = [exchange.find(part) for part in ("Enter-Mutex -Sid $Sid", "Read-OwnStore", "$mutex.ReleaseMutex()")]
    return (
        caught_types in enter
        and enter.count("throw Get-Failure -ErrorRecord $_ -Code 'busy'") == 1
        and enter.count("throw @{ code = 'busy' }") == 1
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
    ended = "$Tally.ended = $Tally.entries -gt $mostEntries -or $Tally.bytes -gt $mostBytes" in body(
        source, "Select-Found"
    )
    stops = [
        in_order(body(source, name), "Select-Found -Found", "if ($tally.ended) { return }")
        for name in ("Read-Hive", "Read-Folder")
    ]
    return read and ended and all(stops)


def looks_for_keys_in_all_stores(source: str) -> bool:
    """REQUEST is in the profile, so that the registry does not name it. When a store does not open, no key goes."""
    stores = body(source, "Get-LinkedCertificate")
    named = "@('My', 'REQUEST') + $(if ($key) { $key.GetSubKeyNames() -notmatch '^(My|REQUEST|UserDS)$' })" in stores
    closed = caught(source, "Get-LinkedCertificate") == caught(source, "Get-ReasonToKeep") == []
    return named and closed


def search_has_bounds(source: str) -> bool:
    """Entries, files, time and depth."""
    bound = "$Budget.entries -lt 0 -or $Budget.files -le 0 -or [DateTime]::UtcNow -gt $Budget.until"
    find = body(source, "Find-Bundle")
    return bound in find and "$Budget.entries--" in find and "$Budget.files--" in find and "-ge $deepest" in find


def in_order(text: str, *parts: str) -> bool:
    """Whether all parts are there, one after the other."""
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def removes_what_it_has_checked(source: str) -> bool:
    """One handle, which nobody else can write or rename; where it leads, then its hash, then the removal."""
    order = (
        "Open(path, GENERIC_READ | DELETE, FILE_SHARE_READ, FILE_FLAG_OPEN_REPARSE_POINT)",
        'if (!string.Equals(GetPath(file), expected, StringComparison.OrdinalIgnoreCase)) return "link";',
        'if (stream.Length > largest) return "too_large";',
        'if (!string.Equals(found, sha256, StringComparison.OrdinalIgnoreCase)) return "changed";',
        "Check(SetFileInformationByHandle(file, FileDispositionInfo",
    )
    return in_order(source, *order)


def reads_no_link(source: str, cs: str) -> bool:
    """A folder is compared with where its handle leads before it is listed, a file before it is read."""
    folder = in_order(
        body(source, "Find-File"), "::CheckFolder($ProfilePath", "throw @{ code = $Code", "EnumerateFiles"
    )
    file = in_order(cs, "FILE_FLAG_OPEN_REPARSE_POINT))", 'return new ProfileFile { Code = "link" };', "stream.Read(")
    return folder and file and 'FileRemoval.GetPath(handle)) ? null : "link"' in cs


def asks_before_each_step_whether_the_profile_is_loaded(source: str, _cs: str) -> bool:
    step = in_order(body(source, "Invoke-Step"), "Get-OwnProfile -Sid $Sid\n", "Read-ProfileStore", "Remove-File")
    return step and "if ($person.loaded -and -not $Loaded) { throw @{ code = 'profile_loaded' } }" in body(
        source, "Get-OwnProfile"
    )


def writes_only_under_the_mutex(source: str, _cs: str) -> bool:
    return in_order(
        body(source, "Invoke-Exchange"), "Enter-Mutex", "'stale_store'", "Invoke-Transaction", "ReleaseMutex"
    )


def removes_by_hash_only(source: str, _cs: str) -> bool:
    """What was read, by the handle of FileRemoval, and in no other way."""
    removed = "::Remove($ProfilePath, $File.path, $File.sha256, $largestFile)"
    others = re.findall(r"Remove-Item|::Delete\(|\.Delete\(", source)
    return removed in body(source, "Remove-File") and others == []


def hands_out_no_byte_of_a_key(source: str, cs: str) -> bool:
    read = cs[cs.find("ProfileFile ReadKey") : cs.find("string CheckFolder")]
    told = body(source, "Read-KeyFile")
    return in_order(read, "GetName(", "file.Data = null;") and ".Data" not in told


def loads_no_profile(source: str, _cs: str) -> bool:
    return re.search(r"RegLoad|reg(\.exe)? load|LoadUserProfile|ReadOnlyHive", source, re.IGNORECASE) is None


def takes_nothing_that_could_hold_a_key_for_a_certificate(source: str, _cs: str) -> bool:
    """A p12 in the place of a certificate would bring its keys into our own store."""
    return in_order(body(source, "Read-Element"), "GetCertContentType($records[32]) -ne 'Cert'", "$type::new(")
