# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Run on Windows PowerShell under Wine: carries out a case's preparations, then says who the owner is and what his store holds.
# Not the product: it writes elements where crypt32 of Wine keeps them, so that a case can plant what no API would plant.

param([Parameter(Mandatory)] [string] $OrderFile)

$ErrorActionPreference = 'Stop'
$certificates = 'Microsoft\SystemCertificates\My\Certificates'
$profileList = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'
$sid = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
$containers = @{}
$transportKeys = @{}

function Lock-Container {
    <# .SYNOPSIS
       Wine keeps a container as a key of the registry, and deletes none that has another one below. #>
    param([string] $Name)
    [void] [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey("Software\Wine\Crypto\CNG\$Name\below")
}

function Add-Key {
    <# .SYNOPSIS
       A new container. Wine chooses CNG where Windows needs a flag that .NET does not give. #>
    param([Parameter(Mandatory)] [object] $Order)
    $env:WINE_PFX_CNG = $(if ($Order.legacy) { '0' } else { '1' })
    $bundle = [Convert]::FromBase64String($Order.bundle)
    $flags = $(if ($Order.exportable) { 'PersistKeySet, UserKeySet, Exportable' } else { 'PersistKeySet, UserKeySet' })
    $certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new($bundle, $Order.passphrase, $flags)
    $element = [Text.Encoding]::Unicode.GetString($certificate.Export('SerializedCert'))
    $name = [regex]::Match($element, '\{[0-9A-F-]{36}\}').Value
    $containers[$Order.alias] = $name
    if ($Order.undeletable) { Lock-Container -Name $name }
}

function Add-NamedKey {
    <# .SYNOPSIS
       A key in a container whose name may have the second. #>
    param([Parameter(Mandatory)] [object] $Order)
    $wanted = [Security.Cryptography.CngKeyCreationParameters]::new()
    $wanted.Parameters.Add([Security.Cryptography.CngProperty]::new('Length', [BitConverter]::GetBytes(3072), 'None'))
    $name = $Order.name.Replace('<second>', '{0:x8}' -f [DateTimeOffset]::UtcNow.ToUnixTimeSeconds())
    $key = [Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::Rsa, $name, $wanted)
    if ($Order.undeletable) { Lock-Container -Name $name }
    $transportKeys[$Order.name] = [Convert]::ToBase64String($key.Export('RSAPUBLICBLOB'))
}

function Add-Element {
    <# .SYNOPSIS
       An element under a store's key in the registry, with the containers' real names. #>
    param([Parameter(Mandatory)] [object] $Order)
    $hex = $Order.data
    foreach ($alias in $containers.Keys) {
        $pair = $alias, $containers[$alias] | ForEach-Object { [Convert]::ToHexString([Text.Encoding]::Unicode.GetBytes($_)) }
        if ($hex) { $hex = $hex.Replace($pair[0], $pair[1]) }
    }
    $root = $(if ($Order.computer) { [Microsoft.Win32.Registry]::LocalMachine } else { [Microsoft.Win32.Registry]::CurrentUser })
    $store = $(if ($Order.request) { 'Microsoft\SystemCertificates\REQUEST\Certificates' } else { $certificates })
    $key = $root.CreateSubKey("Software\$store\$($Order.name)")
    if ($null -ne $hex) { $key.SetValue('Blob', [Convert]::FromHexString($hex), 'Binary') }
}

function Add-Person {
    <# .SYNOPSIS
       Someone else's profile: an entry of the list, a hive when logged on, files. #>
    param([Parameter(Mandatory)] [object] $Order)
    $path = $Order.folder
    $entry = New-Item -Path $profileList -Name $Order.sid
    Set-ItemProperty -LiteralPath $entry.PSPath -Name ProfileImagePath -Value $path
    if ($Order.state) { Set-ItemProperty -LiteralPath $entry.PSPath -Name State -Value $Order.state }
    if ($Order.twin) { [void] (New-Item -Path $profileList -Name "$($Order.sid).bak") }
    if ($Order.logged_on) {
        $hive = [Microsoft.Win32.Registry]::Users.CreateSubKey($Order.sid)
        $folders = $hive.CreateSubKey('Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders')
        if ($Order.redirected_to) { $folders.SetValue('AppData', $Order.redirected_to, 'ExpandString') }
    }
    if (-not $Order.appdata) { return }
    if (-not $Order.store) {
        [void] (New-Item -ItemType Directory -Path "$path\AppData\Roaming")
        return
    }
    $folder = New-Item -ItemType Directory -Force -Path "$path\AppData\Roaming\$certificates"
    foreach ($file in $Order.elements.PSObject.Properties) {
        [IO.File]::WriteAllBytes("$($folder.FullName)\$($file.Name)", [Convert]::FromHexString($file.Value))
    }
}

function Set-Logging {
    <# .SYNOPSIS
       A logging policy, of the computer or of a user whose hive is loaded. #>
    param([Parameter(Mandatory)] [object] $Order)
    $hive = $(if ($Order.of) { [Microsoft.Win32.Registry]::Users.CreateSubKey($Order.of) } else { [Microsoft.Win32.Registry]::LocalMachine })
    $hive.CreateSubKey("Software\Policies\Microsoft\$($Order.key)").SetValue($Order.name, [int] $Order.value, 'DWord')
}

function Set-Registry {
    <# .SYNOPSIS
       Values below the key Software of the computer, the owner or another user. #>
    param([Parameter(Mandatory)] [object] $Order)
    $users = [Microsoft.Win32.Registry]::Users
    $key = switch ($Order.of) {
        $null { [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey("Software\$($Order.key)") }
        'own' { $users.CreateSubKey("$sid\Software\$($Order.key)") }
        default { $users.CreateSubKey("$($Order.of)\Software\$($Order.key)") }
    }
    foreach ($each in $Order.values) {
        $value = switch ($each.kind) {
            'Binary' { , [Convert]::FromHexString($each.value) }
            'MultiString' { , [string[]] $each.value }
            'DWord' { [int] $each.value }
            default { $each.value }
        }
        $key.SetValue($each.name, $value, $each.kind)
    }
}

function Get-Element {
    <# .SYNOPSIS
       The owner's elements. #>
    $key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey("Software\$certificates")
    if ($key) { foreach ($name in $key.GetSubKeyNames()) { [Convert]::ToHexString($key.OpenSubKey($name).GetValue('Blob', [byte[]]@())) } }
}

foreach ($order in @([IO.File]::ReadAllText($OrderFile) | ConvertFrom-Json)) {
    switch ($order.do) {
        'PutKey' { Add-Key -Order $order }
        'PutNamedKey' { Add-NamedKey -Order $order }
        'PutElement' { Add-Element -Order $order }
        'PutPerson' { Add-Person -Order $order }
        'TemporaryProfile' { Set-ItemProperty -LiteralPath "$profileList\$sid" -Name State -Value 0x800 }
        'ForceKeyProtection' {
            $key = [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey('SOFTWARE\Policies\Microsoft\Cryptography')
            $key.SetValue('ForceKeyProtection', [int] $order.value, 'DWord')
        }
        'PutRegistry' { Set-Registry -Order $order }
        'PutLogging' { Set-Logging -Order $order }
        'DnsName' {
            # From here Wine's GetNetworkParams takes both.
            $key = [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey('SYSTEM\CurrentControlSet\Services\Tcpip\Parameters')
            $key.SetValue('Hostname', $order.host)
            $key.SetValue('Domain', $order.domain)
        }
        'SecondaryLogon' {
            $key = [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey('SYSTEM\CurrentControlSet\Services\seclogon')
            $key.SetValue('Start', [int] $order.value, 'DWord')
        }
        'TrustRoot' {
            $roots = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'LocalMachine')
            $roots.Open('ReadWrite')
            $roots.Add([Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromHexString($order.data)))
            $roots.Close()
        }
        default { throw "unknown order $($order.do)" }
    }
}
@{
    sid = $sid; account = [Security.Principal.WindowsIdentity]::GetCurrent().Name; computer = [Environment]::MachineName
    profile = $env:USERPROFILE; elements = @(Get-Element); transport_keys = $transportKeys
} | ConvertTo-Json -Compress
