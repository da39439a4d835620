# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
<#
.SYNOPSIS
Tries the drivers of hospital_it.pkcs12 on this Windows, in the certificate store of the user who runs it. README.txt says more.
.PARAMETER Results
Where the results go.
.PARAMETER Administrator
Runs the cases that change the computer for some seconds, too. It needs an elevated PowerShell.
.PARAMETER Case
Names of cases; without it, all. Wildcards may be used.
.PARAMETER CasesPerProcess
How many cases one process of PowerShell runs. Ansible starts one for each command; more is faster.
.PARAMETER Portals
A file with the addresses of portals, which Test-Pkcs12StandardUser.ps1 starts.
.PARAMETER Yes
Does not wait before it starts.
#>
param([string] $Results, [switch] $Administrator, [string[]] $Case = @('*'), [int] $CasesPerProcess = 1, [string] $Portals, [switch] $Yes)

$ErrorActionPreference = 'Stop'
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
	'This machine restricts PowerShell (AppLocker or WDAC): the drivers cannot work for this user, and neither can this test.'
	exit 2
}
$Results = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($(if ($Results) { $Results } else { "$PSScriptRoot\results.json" }))
$global:ProgressPreference = 'SilentlyContinue'
Import-Module "$PSScriptRoot\KitJson.psm1" -Global
Add-KitType -Path "$PSScriptRoot\Kit.cs"
foreach ($name in 'drivers\_Element', 'KitElement', 'KitProcess', 'KitStore', 'KitJournal', 'KitPrepare', 'KitPrivacy', 'KitProbes', 'KitCase') {
	Import-Module "$PSScriptRoot\$name.psm1" -Global -DisableNameChecking
}

$kit = Read-KitJson -Text ([IO.File]::ReadAllText("$PSScriptRoot\kit.json"))
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$certificates = @{}
foreach ($one in $kit.certificates) { $certificates[$one.thumbprint] = [Convert]::FromBase64String($one.data) }
$public = foreach ($data in $certificates.Values) { [Security.Cryptography.X509Certificates.X509Certificate2]::new([byte[]] $data).GetPublicKeyString() }
$place = @{
	owner_sid = $identity.User.Value; account = $identity.Name; computer = [Environment]::MachineName
	profile = [Environment]::GetFolderPath('UserProfile'); wine = [ansible_collections.hospital_it.pkcs12.kit.Native]::GetWineVersion()
	calls = $CasesPerProcess; passphrase = $kit.probe.passphrase
	portals = $(if ($Portals) { Read-KitJson -Text ([IO.File]::ReadAllText($Portals)) })
	elevated = ([Security.Principal.WindowsPrincipal] $identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
	thumbprints = @($certificates.Keys); owned = @{ do = 'certificates'; thumbprints = @($certificates.Keys); public_keys = @($public) }
}
$place.may_change_computer = $Administrator -and $place.elevated
if ($Administrator -and -not $place.elevated) {
	'-Administrator needs a PowerShell that was started with "Run as administrator".'
	exit 2
}

@"
This tries the drivers of hospital_it.pkcs12 $($kit.version) as $($place.account). It needs no network. What it touches, and takes back:
- certificates and keys in this user's own store (CurrentUser\My, CurrentUser\CA): only those that were made for this kit;
- files with new names in this user's Desktop, Documents and Downloads; values of this user's registry;
- a journal of this in $([Environment]::GetFolderPath('LocalApplicationData'))\pkcs12-kit, until all is taken back.
"@
if ($place.may_change_computer) { '- for some seconds each: policies, intermediate authorities and profile entries of this COMPUTER (-Administrator).' }
'If it is interrupted, start it again: it first takes back what was left.'
if (-not $Yes) {
	'It starts in ten seconds; Ctrl+C stops it.'
	Start-Sleep -Seconds 10
}

$started = [DateTime]::UtcNow
$swept = Clear-KitJournal
if ($swept) { 'An earlier run was interrupted: what it left has been taken back.' }
$word = @(Get-KitWord)
$before = Get-KitState
# Keys that came later and have the form of transport keys are the kit's.
$place.owned.known = $before.cng
$known = @{ data = @{}; unread = @{}; paths = @{}; owner_sid = $place.owner_sid; left_out = 0 }
foreach ($first in $kit.seen_first) {
	Add-KitKnown -Value (Invoke-KitDriver -Driver $first.driver -Request (ConvertTo-KitJson -Value $first.request) -CheckMode $false -Calls $CasesPerProcess).answer -Known $known
}

$cases = foreach ($path in [IO.Directory]::GetFiles("$PSScriptRoot\cases", '*.json') | Sort-Object) {
	$name = [IO.Path]::GetFileNameWithoutExtension($path)
	if (-not @($Case.Split(',') | Where-Object { $name -like $_ }).Count) { continue }
	$text = [IO.File]::ReadAllText($path)
	$result = Invoke-KitCase -Case (Read-KitJson -Text $text) -Text $text -Place $place -Before $before -Known $known -Word $word
	[Console]::WriteLine("{0,-70} {1}", $name, $(if ($result.ran) { "ran in $($result.seconds) s" } else { "not run: $($result.reason)" }))
	$result
}
$probes = foreach ($probe in Get-KitProbe) {
	$result = Invoke-Probe -Probe $probe -Fact $kit.probe -Certificate $certificates[$kit.probe.thumbprint] -Place $place -Before $before -Word $word
	[Console]::WriteLine("probe {0,-64} {1}", $result.id, $(if ($result.reason) { "not run: $($result.reason)" } else { $result.answer }))
	$result
}

Stop-KitDriver
$windows = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\Windows NT\CurrentVersion')
$after = Get-KitState
$left = @(Compare-KitState -Before $before -After $after)
$document = [ordered] @{
	format = $kit.format; kit = $kit.kit; version = $kit.version; drivers = $kit.drivers; certificates = @($kit.certificates)
	started = $started.ToString('s') + 'Z'; seconds = [Math]::Round(([DateTime]::UtcNow - $started).TotalSeconds)
	machine = [ordered] @{
		product = $windows.GetValue('ProductName'); release = $windows.GetValue('DisplayVersion'); build = "$($windows.GetValue('CurrentBuildNumber')).$($windows.GetValue('UBR', 0))"
		kind = $windows.GetValue('InstallationType'); powershell = [string] $PSVersionTable.PSVersion; edition = $PSVersionTable.PSEdition; clr = [string] [Environment]::Version
		language = [Globalization.CultureInfo]::InstalledUICulture.Name; wine = $place.wine
		administrator = [bool] $place.elevated; changes_computer = [bool] $place.may_change_computer
	}
	cases = @($cases); probes = @($probes); left_out = $known.left_out
	clean_up = [ordered] @{
		equal = -not $left.Count; different = $left; swept_at_start = [bool] $swept
		before = @{ elements = $before.elements.Count; keys = $before.keys.Count; authorities = $before.authorities.Count }
		after = @{ elements = $after.elements.Count; keys = $after.keys.Count; authorities = $after.authorities.Count }
	}
}
[IO.File]::WriteAllText($Results, (ConvertTo-KitJson -Value $document), [Text.Encoding]::ASCII)
''
"$(@($cases | Where-Object { $_.ran }).Count) of $(@($cases).Count) cases ran, in $($document.seconds) seconds. The results are in $Results"
if ($left.Count) {
	"NOT CLEAN: different from before: $($left -join ', '). Please say so when you send the results."
	exit 1
}
'The certificate stores and the keys are as they were before.'
