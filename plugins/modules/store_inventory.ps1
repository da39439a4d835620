#!powershell
# GNU General Public License v3.0+

#AnsibleRequires -PowerShell ..module_utils._Store

# Reads every certificate store of people on this workstation. Protocol: docs/developers/driver_protocol.md

$registry = [Microsoft.Win32.Registry]
$certificates = 'Microsoft\SystemCertificates\My\Certificates'

function Get-RunIdentity {
	$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
	$administrator = ([Security.Principal.WindowsPrincipal] $identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
	# This takes SeDebugPrivilege, as become does to get a logged-on user's token.
	$debug = try { [Diagnostics.Process]::EnterDebugMode(); $true } catch { $false }
	@{ sid = $identity.User.Value; account = $identity.Name; administrator = $administrator; debug_privilege = $debug }
}

# Whether a policy makes PowerShell, in either edition, keep what it runs: the machine's, or one of a loaded user.
function Test-Logging($Kind, $Switch = "Enable$Kind") {
	foreach ($root in $roots) {
		foreach ($edition in 'Windows\PowerShell', 'PowerShellCore') {
			$key = $root.OpenSubKey("Software\Policies\Microsoft\$edition\$Kind")
			if ($key -and $key.GetValue($Switch) -eq 1) { return $true }
		}
	}
	$false
}

# One account, as SID, DOMAIN\user or UPN, to its SID and its name. Only those asked for: deleted accounts block for seconds.
function Resolve-Holder($Asked) {
	$holder = @{ asked = $Asked; sid = $null; account = $null; hresult = $null }
	try {
		$holder.sid = if ($Asked -match '^S-1-[-0-9]+$') { $Asked } else { ([Security.Principal.NTAccount] $Asked).Translate([Security.Principal.SecurityIdentifier]).Value }
		$holder.account = ([Security.Principal.SecurityIdentifier] $holder.sid).Translate([Security.Principal.NTAccount]).Value
	} catch {
		# IdentityNotMappedException carries no code of its own: 0x80070534 is ERROR_NONE_MAPPED.
		$unmapped = $_.Exception.GetBaseException() -is [Security.Principal.IdentityNotMappedException]
		$holder.hresult = if ($unmapped) { 2147943732 } else { Get-HResult $_.Exception }
	}
	$holder
}

# A place that could not be read, and why.
function Get-Unread($Place, $Exception) {
	$base = $Exception.GetBaseException()
	$denied = $base -is [UnauthorizedAccessException] -or $base -is [Security.SecurityException]
	@{ code = ('unreadable', 'access_denied')[$denied]; detail = $Place; hresult = Get-HResult $base }
}

function Read-Registry($Root, $Software) {
	$path = "$Software\$certificates"
	try { Read-Hive $Root $path } catch { Get-Unread "$Root\$path" $_.Exception }
}

# No folder of certificates is an empty store; no AppData is not: then the truth lies elsewhere.
function Read-AppData($AppData) {
	if ($AppData.StartsWith('\\')) { return @{ code = 'redirected'; detail = $AppData; hresult = $null } }
	$place = $AppData
	try {
		# GetAttributes tells "denied" from "not there", Exists does not.
		[void] [IO.File]::GetAttributes($place)
		$place = "$AppData\$certificates"
		Read-Folder $place
	} catch {
		$reason = Get-Unread $place $_.Exception
		# ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND
		if ($place -eq $AppData -and $reason.hresult -in 2147942402, 2147942403) { $reason.code = 'no_appdata' }
		$reason
	}
}

function Get-Store($Found) {
	@{ elements = @($Found | Where-Object { $_.source }); unread = @($Found | Where-Object { $_.code }) }
}

# CurrentUser\My of a person, whoever asks: what is in the hive, when it is loaded, and in the profile.
function Get-OwnerStore($Person) {
	$sid = $Person.owner_sid
	$users = $registry::Users
	Get-Store @(
		Read-Registry $users "$sid\Software"
		$appData = '%USERPROFILE%\AppData\Roaming'
		try {
			$folders = $users.OpenSubKey("$sid\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders")
			if ($folders) { $appData = $folders.GetValue('AppData', $appData, 'DoNotExpandEnvironmentNames') }
		} catch { Get-Unread "$users\$sid" $_.Exception }
		Read-AppData ($appData -replace '^%USERPROFILE%', $Person.path.Replace('$', '$$'))
	)
}

function Get-Inventory {
	$roots = @($registry::LocalMachine) + @(foreach ($sid in $registry::Users.GetSubKeyNames()) {
			# Another user's hive may be closed to us; sites set the machine's policy.
			try { $registry::Users.OpenSubKey($sid) } catch { continue }
		})
	@{
		changed = $false; protocol = 1; utc = Get-UtcNow
		identity = Get-RunIdentity; computer = [Environment]::MachineName
		os_build = [int] $registry::GetValue('HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion', 'CurrentBuildNumber', 0)
		language_mode = [string] $ExecutionContext.SessionState.LanguageMode
		logging = @{
			script_block = Test-Logging 'ScriptBlockLogging'
			module = Test-Logging 'ModuleLogging'
			transcription = Test-Logging 'Transcription' 'EnableTranscripting'
		}
		force_key_protection = Get-ForceKeyProtection
		# The service behind become: 2 automatic, 3 on demand, 4 disabled.
		secondary_logon = $registry::GetValue('HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\seclogon', 'Start', $null)
		holders = @($complex_args.holders | ForEach-Object { Resolve-Holder $_ })
		profiles = @(Get-ProfileList | ForEach-Object { $_ + (Get-OwnerStore $_) })
		machine = Get-Store @(Read-Registry $registry::LocalMachine 'SOFTWARE')
	}
}

$wrong = Test-Request @('protocol', 'holders')
if ($wrong) {
	ConvertTo-Json -Compress -InputObject @{ failed = $true; protocol = 1; msg = "store_inventory refuses the request because of: $($wrong -join ', ')" }
	exit 1
}
ConvertTo-Json -Compress -Depth 20 -InputObject (Get-Inventory)
