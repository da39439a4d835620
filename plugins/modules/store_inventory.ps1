#!powershell
# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -Wrapper
#AnsibleRequires -PowerShell ..module_utils._Store

# Reads every certificate store of people on this workstation. Protocol: docs/developers/driver_protocol.md

$registry = [Microsoft.Win32.Registry]

function Get-RunIdentity {
    <# .SYNOPSIS
       Who this process runs as. #>
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $administrator = ([Security.Principal.WindowsPrincipal] $identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
    # This takes SeDebugPrivilege, as become does to get a logged-on user's token.
    $debug = try { [Diagnostics.Process]::EnterDebugMode(); $true } catch { $false }
    @{ sid = $identity.User.Value; account = $identity.Name; administrator = $administrator; debug_privilege = $debug }
}

function Get-LoggingPolicy {
    <# .SYNOPSIS
       Whether PowerShell keeps what it runs, by policy of the machine or of a loaded user, in either edition. #>
    $roots = @($registry::LocalMachine)
    foreach ($sid in $registry::Users.GetSubKeyNames()) {
        # Another user's hive may be closed to us; sites set the machine's policy.
        try { $roots += $registry::Users.OpenSubKey($sid) } catch { continue }
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
    $build = $registry::GetValue('HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion', 'CurrentBuildNumber', 0)
    # The service behind become: 2 automatic, 3 on demand, 4 disabled.
    $seclogon = $registry::GetValue('HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\seclogon', 'Start', $null)
    @{
        changed = $false; protocol = 1; utc = Get-UtcNow
        identity = Get-RunIdentity; computer = [Environment]::MachineName; os_build = [int] $build
        language_mode = [string] $ExecutionContext.SessionState.LanguageMode; logging = Get-LoggingPolicy
        force_key_protection = Get-ForceKeyProtection; secondary_logon = $seclogon
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
