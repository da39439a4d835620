# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12: reads certificate stores as Windows keeps them, with .NET alone.

$Certificates = 'Microsoft\SystemCertificates\My\Certificates'
$Machine = [Microsoft.Win32.Registry]::LocalMachine
$Users = [Microsoft.Win32.Registry]::Users

function Get-HResult {
    <# .SYNOPSIS
       The HRESULT of the innermost exception, as an unsigned number. #>
    param([Parameter(Mandatory)] [Exception] $Exception)
    [BitConverter]::ToUInt32([BitConverter]::GetBytes($Exception.GetBaseException().HResult), 0)
}

function Get-UnreadReason {
    <# .SYNOPSIS
       Why a place could not be read: access_denied or unreadable, where, and the HRESULT. #>
    param([Parameter(Mandatory)] [string] $Detail, [Parameter(Mandatory)] [Exception] $Exception)
    $base = $Exception.GetBaseException()
    $denied = $base -is [UnauthorizedAccessException] -or $base -is [Security.SecurityException]
    @{ code = $(if ($denied) { 'access_denied' } else { 'unreadable' }); detail = $Detail; hresult = Get-HResult -Exception $base }
}

function New-Store {
    <# .SYNOPSIS
       A store that nothing was read into yet. #>
    @{ elements = [Collections.Generic.List[object]]::new(); unread = [Collections.Generic.List[object]]::new() }
}

function Read-HiveElement {
    <# .SYNOPSIS
       Adds the elements under a registry key (a store's Certificates key) to a store. #>
    param(
        [Parameter(Mandatory)] [Microsoft.Win32.RegistryKey] $Root,
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [hashtable] $Store
    )
    try {
        $key = $Root.OpenSubKey($Path)
        if (-not $key) { return }
        foreach ($name in $key.GetSubKeyNames()) {
            $blob = $key.OpenSubKey($name).GetValue('Blob')
            if ($blob -isnot [byte[]]) { $blob = [byte[]]@() }
            $Store.elements.Add(@{ source = 'hive'; data = [Convert]::ToBase64String($blob) })
        }
    } catch {
        $Store.unread.Add((Get-UnreadReason -Detail "$($Root.Name)\$Path" -Exception $_.Exception))
    }
}

function Read-FileElement {
    <# .SYNOPSIS
       Adds the elements in a roaming application data folder to a store. A missing folder of certificates is an empty
       store; a missing AppData is not: then the truth lies elsewhere. #>
    param([Parameter(Mandatory)] [string] $AppData, [Parameter(Mandatory)] [hashtable] $Store)
    $place = $AppData
    try {
        # File.GetAttributes tells "denied" from "not there", Directory.Exists does not.
        [void] [IO.File]::GetAttributes($AppData)
        $place = "$AppData\$Certificates"
        foreach ($place in [IO.Directory]::GetFiles($place)) {
            $Store.elements.Add(@{ source = 'file'; data = [Convert]::ToBase64String([IO.File]::ReadAllBytes($place)) })
        }
    } catch {
        $base = $_.Exception.GetBaseException()
        $missing = $base -is [IO.DirectoryNotFoundException] -or $base -is [IO.FileNotFoundException]
        if ($missing -and $place -ne $AppData) { return }
        $reason = Get-UnreadReason -Detail $place -Exception $base
        if ($missing) { $reason.code = 'no_appdata' }
        $Store.unread.Add($reason)
    }
}

function Get-OwnerStore {
    <# .SYNOPSIS
       CurrentUser\My of one owner, whoever asks: the elements in his hive, when it is loaded, and in his profile. #>
    param([Parameter(Mandatory)] [string] $Sid, [Parameter(Mandatory)] [AllowEmptyString()] [string] $ProfilePath)
    $store = New-Store
    Read-HiveElement -Root $Users -Path "$Sid\Software\$Certificates" -Store $store
    $appData = '%USERPROFILE%\AppData\Roaming'
    try {
        $folders = $Users.OpenSubKey("$Sid\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders")
        if ($folders) { $appData = $folders.GetValue('AppData', $appData, [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames) }
    } catch {
        $store.unread.Add((Get-UnreadReason -Detail "$($Users.Name)\$Sid" -Exception $_.Exception))
    }
    $appData = $appData -replace '^%USERPROFILE%', $ProfilePath.Replace('$', '$$')
    if ($appData.StartsWith('\\')) {
        $store.unread.Add(@{ code = 'redirected'; detail = $appData; hresult = $null })
    } else {
        Read-FileElement -AppData $appData -Store $store
    }
    $store
}

function Get-MachineStore {
    <# .SYNOPSIS
       LocalMachine\My. #>
    $store = New-Store
    Read-HiveElement -Root $Machine -Path "SOFTWARE\$Certificates" -Store $store
    $store
}

function Get-ProfileList {
    <# .SYNOPSIS
       The people's profiles that Windows knows: SID, folder, whether it is loaded, whether it is a temporary one. #>
    $list = $Machine.OpenSubKey('SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList')
    $names = $list.GetSubKeyNames()
    $loaded = $Users.GetSubKeyNames()
    $people = [string[]] @($names -match '^S-1-(5-21|12-1)-[-0-9]+$')
    [Array]::Sort($people, [StringComparer]::Ordinal)
    foreach ($sid in $people) {
        $key = $list.OpenSubKey($sid)
        $path = [string] $key.GetValue('ProfileImagePath')
        # 0x800 in State: a temporary profile is loaded. A .bak twin or a folder named TEMP say the same.
        $temporary = ([int] $key.GetValue('State', 0) -band 0x800) -or ($names -contains "$sid.bak") -or ($path -match '\\TEMP(\.[^\\]*)?$')
        @{ owner_sid = $sid; path = $path; loaded = ($loaded -contains $sid); temporary = [bool] $temporary }
    }
}

function Test-Request {
    <# .SYNOPSIS
       What is wrong with a request: a wrong protocol number, a key that is unknown or missing; nothing when it is right. #>
    param([Parameter(Mandatory)] [Collections.IDictionary] $Request, [Parameter(Mandatory)] [string[]] $Key)
    $names = @($Request.Keys | Where-Object { $_ -notlike '_ansible_*' })
    if ($Request.protocol -ne 1) { return "protocol is '$($Request.protocol)', this driver speaks 1" }
    $odd = @($names | Where-Object { $_ -notin $Key }) + @($Key | Where-Object { $_ -notin $names })
    if ($odd) { "unknown or missing: $($odd -join ', ')" }
}

function Get-ForceKeyProtection {
    <# .SYNOPSIS
       The policy "force strong key protection": 0 no, 1 ask at first use, 2 ask always (ForceKeyProtection). #>
    [int] [Microsoft.Win32.Registry]::GetValue('HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Cryptography', 'ForceKeyProtection', 0)
}

function Get-UtcNow {
    <# .SYNOPSIS
       The workstation's clock, as the protocol writes dates. #>
    [DateTime]::UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [Globalization.CultureInfo]::InvariantCulture)
}

Export-ModuleMember -Function Get-HResult, Get-OwnerStore, Get-MachineStore, Get-ProfileList, Test-Request, Get-ForceKeyProtection, Get-UtcNow
