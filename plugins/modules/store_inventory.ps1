#!powershell
# GNU General Public License v3.0+

#AnsibleRequires -CSharpUtil Ansible. # no util
#AnsibleRequires -PowerShell ..module_utils._Store
#AnsibleRequires -PowerShell ..module_utils._Path

# Reads every certificate store of people on this workstation. Protocol: docs/developers/driver_protocol.md

$wrong = Test-Request -Given @($complex_args.Keys) -Protocol $complex_args.protocol -Expected 'protocol', 'holders'
Exit-BadRequest -Driver 'store_inventory' -Wrong $wrong
$holders = $complex_args.holders

$registry = [Microsoft.Win32.Registry]
$my = 'Microsoft\SystemCertificates\My'
$certificates = "$my\Certificates"
$people = @(Get-ProfileList)

# HRESULT of the Win32 error 1332.
$noneMapped = 0x80070534L

function Get-RunIdentity {
	<# .SYNOPSIS
	Who the driver runs as. #>
	$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
	$administrator = ([Security.Principal.WindowsPrincipal] $identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
	# This takes SeDebugPrivilege, as become does to get a logged-on user's token.
	$debug = try { [Diagnostics.Process]::EnterDebugMode(); $true } catch { $false }
	@{ sid = $identity.User.Value; account = $identity.Name; administrator = $administrator; debug_privilege = $debug }
}

function Get-PolicyRoot {
	<# .SYNOPSIS
	Where policies are: the machine's hive, and those of loaded users. #>
	$registry::LocalMachine
	foreach ($sid in $registry::Users.GetSubKeyNames()) {
		# Another user's hive may be closed to us, or unloaded just now; sites set the machine's policy.
		try { $hive = $registry::Users.OpenSubKey($sid) } catch { continue }
		if ($hive) { $hive }
	}
}

function Test-Logging {
	<# .SYNOPSIS
	Whether a policy makes PowerShell, in either edition, keep what it runs. #>
	param([Microsoft.Win32.RegistryKey[]] $Root, [string] $Policy, [string] $Value)
	foreach ($hive in $Root) {
		foreach ($edition in 'Windows\PowerShell', 'PowerShellCore') {
			try {
				$key = $hive.OpenSubKey("Software\Policies\Microsoft\$edition\$Policy")
				if ($key -and [string] $key.GetValue($Value) -eq '1') { return $true }
			} catch { continue }
		}
	}
	$false
}

function Get-Logging {
	<# .SYNOPSIS
	Which of the three kinds of logging is on. #>
	$roots = @(Get-PolicyRoot)
	@{
		script_block = Test-Logging -Root $roots -Policy 'ScriptBlockLogging' -Value 'EnableScriptBlockLogging'
		module = Test-Logging -Root $roots -Policy 'ModuleLogging' -Value 'EnableModuleLogging'
		transcription = Test-Logging -Root $roots -Policy 'Transcription' -Value 'EnableTranscripting'
	}
}

function Get-Lock {
	<# .SYNOPSIS
	What may keep PowerShell from FullLanguage mode here, for this account or for another one. #>
	# Rules of AppLocker for scripts may give administrators FullLanguage mode, and other people ConstrainedLanguage mode.
	$key = $registry::LocalMachine.OpenSubKey('SOFTWARE\Policies\Microsoft\Windows\SrpV2\Script')
	if ($key -and $key.SubKeyCount) { 'applocker' }
	# The AppLocker CSP keeps a file for each of its nodes.
	try { $policies = [IO.Directory]::GetFiles("$([Environment]::SystemDirectory)\AppLocker\MDM", 'Policy', 'AllDirectories') } catch { $policies = @() }
	if (@($policies) -like '*\Script\Policy') { 'applocker_mdm' }
	# What Ansible's wrapper asks. A policy in audit mode locks nothing.
	$policy = 'System.Management.Automation.Security.SystemPolicy' -as [type]
	if ($policy -and $policy::GetSystemLockdownPolicy() -eq 'Enforce') { 'app_control' }
}

function Resolve-Holder {
	<# .SYNOPSIS
	An account, as SID, DOMAIN\user or UPN, with its SID and its name.
	Only those asked for: deleted accounts block for seconds. #>
	param([string] $Asked)
	$holder = @{ asked = $Asked; sid = $null; account = $null; hresult = $null }
	try {
		$holder.sid = if ($Asked -match '^S-1-[-0-9]+$') { $Asked } else { ([Security.Principal.NTAccount] $Asked).Translate([Security.Principal.SecurityIdentifier]).Value }
		$holder.account = ([Security.Principal.SecurityIdentifier] $holder.sid).Translate([Security.Principal.NTAccount]).Value
	} catch {
		# IdentityNotMappedException carries no code of its own.
		$unmapped = $_.Exception.GetBaseException() -is [Security.Principal.IdentityNotMappedException]
		$holder.hresult = if ($unmapped) { $noneMapped } else { Get-HResult -Exception $_.Exception }
	}
	$holder
}

function Read-Registry {
	<# .SYNOPSIS
	My of a hive, or why not. #>
	param([Microsoft.Win32.RegistryKey] $Root, [string] $Software)
	$path = "$Software\$certificates"
	try { Read-Hive -Root $Root -Path $path } catch { Get-Unread -Place "$Root\$path" -Exception $_.Exception }
}

function Read-AppData {
	<# .SYNOPSIS
	My of a profile, or why not. No folder of certificates is an empty store only when Windows says, in a loaded hive, where AppData is.
	What is checked may be another folder when it is read. Even then only files that look like a store's are read, and sent to nobody else.
	Whose hive it is may name any folder: that of another person is not read. Administrators own what was migrated. #>
	param([string] $AppData, [string] $ProfilePath, [bool] $Loaded, [string] $Sid)
	if (-not (Test-LocalPath -Path $AppData)) { return Get-Reason -Code 'redirected' -Place $AppData }
	# The profile itself may be a mounted disk.
	$below = $AppData.StartsWith("$ProfilePath\", [StringComparison]::OrdinalIgnoreCase)
	$from = if ($below) { $ProfilePath } else { $AppData.Substring(0, 2) }
	$place = $AppData
	try {
		foreach ($place in $AppData, "$AppData\$my", "$AppData\$certificates") {
			$link = Find-Link -Root $from -Path $place
			if ($link) { return Get-Reason -Code 'link' -Place $link }
			if (-not $below) {
				$owner = [Security.AccessControl.DirectorySecurity]::new($place, 'Owner').GetOwner([Security.Principal.SecurityIdentifier]).Value
				if ($owner -ne $Sid -and $owner -in $people.owner_sid) { return Get-Reason -Code 'another_owner' -Place $place }
			}
			$from = $place
		}
		Read-Folder -Path $place
	} catch {
		$reason = Get-Unread -Place $place -Exception $_.Exception
		if (Test-Absence -HResult $reason.hresult) {
			if ($place -eq "$AppData\$certificates" -or ($place -ne $AppData -and $Loaded)) { return }
			$reason.code = if ($place -eq $AppData) { 'no_appdata' } else { 'no_store' }
		}
		$reason
	}
}

function Get-Store {
	<# .SYNOPSIS
	What was found in the places of a store: elements, and what is unread. #>
	param([hashtable[]] $Found)
	@{ elements = @($Found | Where-Object { $_.source }); unread = @($Found | Where-Object { $_.code }) }
}

function Get-OwnerStore {
	<# .SYNOPSIS
	CurrentUser\My of a person, whoever asks: what is in the hive, when it is loaded, and in the profile. #>
	param([string] $Sid, [string] $ProfilePath)
	$users = $registry::Users
	Get-Store -Found @(
		Read-Registry -Root $users -Software "$Sid\Software"
		$appData = '%USERPROFILE%\AppData\Roaming'
		try {
			$folders = $users.OpenSubKey("$Sid\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders")
			if ($folders) { $appData = [string] $folders.GetValue('AppData', $appData, 'DoNotExpandEnvironmentNames') }
		} catch { Get-Unread -Place "$users\$Sid" -Exception $_.Exception }
		Read-AppData -AppData (Expand-ProfilePath -Path $appData -ProfilePath $ProfilePath) -ProfilePath $ProfilePath -Loaded ($null -ne $folders) -Sid $Sid
	)
}

function Get-Inventory {
	<# .SYNOPSIS
	The answer. #>
	param([string[]] $Holder)
	@{
		changed = $false; protocol = 1; utc = Get-UtcNow
		identity = Get-RunIdentity; computer = [Environment]::MachineName; dns_names = @(Get-DnsName)
		os_build = [int] $registry::GetValue('HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion', 'CurrentBuildNumber', 0)
		language_mode = [string] $ExecutionContext.SessionState.LanguageMode
		locks = @(Get-Lock)
		administrator_protection = Test-AdministratorProtection
		logging = Get-Logging
		force_key_protection = Get-ForceKeyProtection
		# The service behind become: 2 automatic, 3 on demand, 4 disabled.
		secondary_logon = $registry::GetValue('HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\seclogon', 'Start', $null)
		holders = @(foreach ($asked in $Holder) { Resolve-Holder -Asked $asked })
		profiles = @(foreach ($person in $people) { $person + (Get-OwnerStore -Sid $person.owner_sid -ProfilePath $person.path) })
		machine = Get-Store -Found @(Read-Registry -Root $registry::LocalMachine -Software 'SOFTWARE')
	}
}

ConvertTo-Json -Compress -Depth 20 -InputObject (Get-Inventory -Holder $holders)
