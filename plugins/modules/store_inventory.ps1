#!powershell
# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -Wrapper
#AnsibleRequires -PowerShell ..module_utils._Store

# Reads every certificate store of people on this workstation. Protocol: docs/developers/driver_protocol.md

function Get-RunIdentity {
    <# .SYNOPSIS
       Who this process runs as. #>
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $administrator = ([Security.Principal.WindowsPrincipal] $identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
    @{ sid = $identity.User.Value; account = $identity.Name; administrator = $administrator; debug_privilege = Test-DebugPrivilege }
}

function Test-DebugPrivilege {
    <# .SYNOPSIS
       Whether this logon has SeDebugPrivilege, which become needs to take a logged-on user's token. #>
    try {
        [Diagnostics.Process]::EnterDebugMode()
        [Diagnostics.Process]::LeaveDebugMode()
        $true
    } catch {
        $false
    }
}

function Get-SecondaryLogon {
    <# .SYNOPSIS
       How the service behind become starts (seclogon): 2 automatic, 3 on demand, 4 disabled; nothing where there is none. #>
    $service = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SYSTEM\CurrentControlSet\Services\seclogon')
    if ($service) { $service.GetValue('Start') }
}

function Get-LoggingPolicy {
    <# .SYNOPSIS
       Whether PowerShell would keep what it runs: policies of the machine and of every loaded user, of both editions. #>
    $roots = @([Microsoft.Win32.Registry]::LocalMachine)
    foreach ($sid in [Microsoft.Win32.Registry]::Users.GetSubKeyNames()) {
        # Another user's hive may be closed to us; the machine's policy is what sites set.
        try { $roots += [Microsoft.Win32.Registry]::Users.OpenSubKey($sid) } catch { continue }
    }
    $policy = @{}
    foreach ($kind in @('script_block', 'ScriptBlockLogging', 'EnableScriptBlockLogging'), @('module', 'ModuleLogging', 'EnableModuleLogging'),
        @('transcription', 'Transcription', 'EnableTranscripting')) {
        $policy[$kind[0]] = $false
        foreach ($root in $roots) {
            foreach ($edition in 'Windows\PowerShell', 'PowerShellCore') {
                $key = $root.OpenSubKey("Software\Policies\Microsoft\$edition\$($kind[1])")
                if ($key -and $key.GetValue($kind[2]) -eq 1) { $policy[$kind[0]] = $true }
            }
        }
    }
    $policy
}

function Resolve-Holder {
    <# .SYNOPSIS
       One account, as SID, DOMAIN\user or UPN, to its SID and its name. Only those asked for: deleted accounts block for seconds. #>
    param([Parameter(Mandatory)] [string] $Asked)
    $holder = @{ asked = $Asked; sid = $null; account = $null; hresult = $null }
    try {
        if ($Asked -match '^S-1-[-0-9]+$') {
            $holder.sid = $Asked
        } else {
            $holder.sid = ([Security.Principal.NTAccount] $Asked).Translate([Security.Principal.SecurityIdentifier]).Value
        }
        $holder.account = ([Security.Principal.SecurityIdentifier] $holder.sid).Translate([Security.Principal.NTAccount]).Value
    } catch {
        # IdentityNotMappedException carries no Windows code of its own: 0x80070534 is ERROR_NONE_MAPPED.
        $unmapped = $_.Exception.GetBaseException() -is [Security.Principal.IdentityNotMappedException]
        $holder.hresult = $(if ($unmapped) { 2147943732 } else { Get-HResult -Exception $_.Exception })
    }
    $holder
}

function Get-Inventory {
    <# .SYNOPSIS
       The answer to a request that is right. #>
    $profiles = foreach ($person in Get-ProfileList) {
        $person + (Get-OwnerStore -Sid $person.owner_sid -ProfilePath $person.path)
    }
    $build = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\Windows NT\CurrentVersion').GetValue('CurrentBuildNumber')
    @{
        changed = $false; protocol = 1; utc = Get-UtcNow
        identity = Get-RunIdentity; computer = [Environment]::MachineName; os_build = [int] $build
        language_mode = [string] $ExecutionContext.SessionState.LanguageMode; logging = Get-LoggingPolicy
        force_key_protection = Get-ForceKeyProtection; secondary_logon = Get-SecondaryLogon
        holders = @($complex_args.holders | ForEach-Object { Resolve-Holder -Asked $_ })
        profiles = @($profiles); machine = Get-MachineStore
    }
}

$wrong = Test-Request -Request $complex_args -Key 'protocol', 'holders'
if ($wrong) {
    ConvertTo-Json -Compress -InputObject @{ failed = $true; protocol = 1; msg = "store_inventory refuses the request: $wrong" }
    exit 1
}
ConvertTo-Json -Compress -Depth 20 -InputObject (Get-Inventory)
