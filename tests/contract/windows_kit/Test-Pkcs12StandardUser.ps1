# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
<#
.SYNOPSIS
Tries the drivers of hospital_it.pkcs12 as a standard user whom it makes for this, and as Ansible does without his password. README.txt says more.
.PARAMETER Results
Where the results go.
.PARAMETER Picks
How often Ansible's become is asked for a token of the user.
.PARAMETER Yes
Does not wait before it starts.
#>
param([string] $Results, [int] $Picks = 30, [switch] $Yes)

$ErrorActionPreference = 'Stop'
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
	'This machine restricts PowerShell (AppLocker or WDAC): the drivers cannot work for this user, and neither can this test.'
	exit 2
}
$Results = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($(if ($Results) { $Results } else { "$PSScriptRoot\user-results.json" }))
$global:ProgressPreference = 'SilentlyContinue'
Import-Module "$PSScriptRoot\KitJson.psm1" -Global
Add-KitType -Path "$PSScriptRoot\Kit.cs", "$PSScriptRoot\KitUser.cs", "$PSScriptRoot\KitPortal.cs"
if ([ansible_collections.hospital_it.pkcs12.kit.Native]::GetWineVersion()) {
	'Wine has no other users and no service for a second logon: this part needs Windows.'
	exit 2
}
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
if (-not ([Security.Principal.WindowsPrincipal] $identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
	'This part needs a PowerShell that was started with "Run as administrator".'
	exit 2
}
foreach ($name in 'drivers\_Element', 'KitElement', 'KitProcess', 'KitStore', 'KitJournal', 'KitPrepare', 'KitPrivacy', 'KitUser') {
	Import-Module "$PSScriptRoot\$name.psm1" -Global -DisableNameChecking
}
Set-KitJournal -Name 'pkcs12-kit-user'
$kit = Read-KitJson -Text ([IO.File]::ReadAllText("$PSScriptRoot\kit.json"))

@"
This tries the drivers of hospital_it.pkcs12 $($kit.version) as a standard user, on a machine that you can throw away, and on no other. It needs no network.
What it changes on this COMPUTER, and takes back:
- it makes a local account in the group Users, with a random password, and logs it on; the account and its profile go at the end;
- it makes scheduled tasks of that account, and for them a member of the group Performance Log Users of it;
- it makes the computer trust a root authority that was made with this kit, for the time of this test;
- it makes a folder in $([Environment]::GetFolderPath('CommonApplicationData'));
- it takes tokens of processes of that account, as Ansible does. Your security software may notice this;
- a journal of this in $([Environment]::GetFolderPath('LocalApplicationData'))\pkcs12-kit-user, until all is taken back.
If it is interrupted, start it again: it first takes back what was left.
"@
if (-not $Yes) {
	'It starts in ten seconds; Ctrl+C stops it.'
	Start-Sleep -Seconds 10
}

$started = [DateTime]::UtcNow
$swept = Clear-KitJournal
if ($swept) { 'An earlier run was interrupted: what it left has been taken back.' }
$before = Get-MachineState
$word = @(Get-KitWord)
$session = $web = $null
$cases = $probes = @()
$folder = "$([Environment]::GetFolderPath('CommonApplicationData'))\pkcs12-kit-$([Guid]::NewGuid().ToString('N'))"
$words = @{ observed = Get-StoreHash -Element @(); container = ''; sealed_passphrase = '' }

function Get-UserElement {
	<# .SYNOPSIS
	The elements in the user's profile. #>
	$place = "$($user.profile)\AppData\Roaming\Microsoft\SystemCertificates\My\Certificates"
	if (-not [IO.Directory]::Exists($place)) { return }
	foreach ($path in [IO.Directory]::GetFiles($place)) { @{ source = 'file'; name = [IO.Path]::GetFileName($path); data = [Convert]::ToBase64String([IO.File]::ReadAllBytes($path)) } }
}

function Get-UserKey {
	<# .SYNOPSIS
	The user's key files of CNG. #>
	$place = "$($user.profile)\AppData\Roaming\Microsoft\Crypto\Keys"
	if ([IO.Directory]::Exists($place)) { [IO.Directory]::GetFiles($place) | Sort-Object }
}

function Invoke-Become {
	<# .SYNOPSIS
	A command of Ansible for the user, without his password. #>
	param([string] $Name)
	$words.observed = Get-StoreHash -Element @(Get-UserElement)
	$ended = Invoke-AsAnsible -CommandLine $kit.wire.$Name -Stdin (Get-Wire -Text ([IO.File]::ReadAllText("$PSScriptRoot\wire\$Name.txt")) -Word $words)
	Get-Outcome -Ended $ended -Word $word
}

function Invoke-Direct {
	<# .SYNOPSIS
	A command under a token of the user's own session, or by a scheduled task of his (s4u). #>
	param([string] $Kind, [string] $CommandLine, [string] $Stdin)
	[IO.File]::WriteAllText("$folder\stdin.txt", $Stdin)
	if ($Kind -eq 's4u') { return Invoke-KitTask -User $user -CommandLine $CommandLine -Stdin "$folder\stdin.txt" -Folder $folder }
	Invoke-Session -Session $session -Order @{ do = 'run'; kind = $Kind; command_line = $CommandLine; stdin = "$folder\stdin.txt" }
}

function Test-Sealed {
	<# .SYNOPSIS
	The two commands of an import where PowerShell logs. #>
	$taken = @(Invoke-Become -Name 'transport_key_as')
	if ($taken[0].outcome -eq 'done') {
		$entry = @($taken[0].answer.journal)[0]
		$words.container = $entry.container
		$words.sealed_passphrase = Protect-Passphrase -Text $kit.probe.passphrase -PublicKey ([Convert]::FromBase64String($entry.public_key))
		$taken += Invoke-Become -Name 'import_sealed_as'
	}
	New-Finding -Id 'sealed' -Question 'a sealed import through become, in two commands' -Expected 'done, done' -Pick $taken `
		-Answer (@($taken | ForEach-Object { $_.outcome }) -join ', ')
}

function Test-NewestTls {
	<# .SYNOPSIS
	Whether the driver reaches a portal that has TLS 1.3 alone. Schannel has it since build 20348, as server and as client. #>
	$words.portal = $web.addresses.'TLS 1.3 alone'
	$outcome = Get-Outcome -Ended (Invoke-Own -Name 'connect') -Word $word
	$entry = if ($outcome.answer) { @($outcome.answer.journal)[0] }
	$old = if ([Environment]::OSVersion.Version.Build -lt 20348) { ', before build 20348' }
	# The portal asks for no certificate, which is an error of the step; what counts is that it was reached.
	New-Finding -Id 'tls_1_3' -Question 'what comes of a portal that has TLS 1.3 alone' -Answer "$($entry.tls_version) $($entry.code)$old" `
		-Expected 'TLSv1.3 not_asked', ' handshake, before build 20348'
}

function Invoke-Own {
	<# .SYNOPSIS
	A command of Ansible in the user's own session. #>
	param([string] $Name, [string] $Kind = 'fit')
	$words.observed = Get-StoreHash -Element @(Get-UserElement)
	Invoke-Direct -Kind $Kind -CommandLine $kit.wire.$Name -Stdin (Get-Wire -Text ([IO.File]::ReadAllText("$PSScriptRoot\wire\$Name.txt")) -Word $words)
}

function Test-Other {
	<# .SYNOPSIS
	What the inventory of a standard user says of other people: it cannot read their stores, so it must not call them empty. #>
	$ended = Invoke-Own -Name 'inventory'
	$answer = try { Read-KitJson -Text $ended.stdout } catch { $null }
	$others = @($answer.profiles | Where-Object { $_.owner_sid -ne $user.sid })
	$empty = @($others | Where-Object { -not @($_.unread).Count }).Count
	New-Finding -Id 'others' -Question 'what a standard user reads of the stores of others' -Expected 'others: [1-9]*; read as complete: 0' `
		-Answer "others: $($others.Count); read as complete: $empty"
}

function Test-ClosedMutex {
	<# .SYNOPSIS
	What the driver says when the mutex of its exchanges is closed to it. #>
	$held = New-ClosedMutex -Sid $user.sid
	try { $outcome = Get-Outcome -Ended (Invoke-Own -Name 'prove') -Word $word } finally { $held.Dispose() }
	$hresult = if ($outcome.answer) { $outcome.answer.error.hresult }
	New-Finding -Id 'closed_mutex' -Question 'what the driver says of a mutex that is closed to it' -Expected 'busy 0x80070005' `
		-Answer "$($outcome.outcome) $(if ($hresult) { '0x{0:X8}' -f $hresult })".Trim()
}

function Test-Kind {
	<# .SYNOPSIS
	What the driver says under a token, whether store and keys stay as they are, and whether a process with it could delete a transport key. #>
	param([string] $Kind, [string[]] $Expected)
	$state = { @(Get-UserElement | ForEach-Object { "$($_.name) $($_.data)" }) + @(Get-UserKey) -join "`n" }
	$earlier = & $state
	$outcome = Get-Outcome -Ended (Invoke-Own -Name 'prove' -Kind $Kind) -Word $word
	$kept = if ((& $state) -ceq $earlier) { 'nothing changed' } else { 'changed' }
	$question = "what the driver says under a token that is $Kind"
	if ($outcome.outcome -like 'not started: *') { return New-Finding -Id "token_$Kind" -Question $question -Reason "no process has such a token here: $($outcome.outcome)" }
	New-Finding -Id "token_$Kind" -Question $question -Expected $Expected -Answer "$($outcome.outcome); $kept" -Pick $outcome
	$head = '$p = [Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider; '
	$make = $head + '$c = [Security.Cryptography.CngKeyCreationParameters]::new(); $c.Provider = $p; [void] [Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::Rsa, "pkcs12-kit-token", $c); "made"'
	$delete = $head + 'try { [Security.Cryptography.CngKey]::Open("pkcs12-kit-token", $p, "Silent").Delete(); "deleted" } catch { "0x{0:X8}" -f $_.Exception.GetBaseException().HResult }'
	$said = foreach ($step in @('fit', $make), @($Kind, $delete), @('fit', $delete)) {
		$line = "$PSHOME\powershell.exe -NoProfile -NonInteractive -EncodedCommand $([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($step[1])))"
		$ended = Invoke-Direct -Kind $step[0] -CommandLine $line -Stdin ''
		if ($ended.refused) { $ended.refused } elseif ($ended.stdout.Trim()) { Hide-KitText -Text $ended.stdout.Trim() -Word $word } else { 'exit code 0x{0:X8}' -f $ended.exit_code }
	}
	New-Finding -Id "deletes_$Kind" -Question "whether a process deletes a key of CNG under a token that is $Kind" -Answer $said[1]
}

function Test-Offline {
	<# .SYNOPSIS
	profile_exchange on the real profile of somebody who has logged off: the certificate and its key go, a file that is no key stays. #>
	$foreign = "$($user.profile)\AppData\Roaming\Microsoft\Crypto\Keys\pkcs12-kit-foreign"
	[IO.File]::WriteAllBytes($foreign, [byte[]] (1..64))
	$earlier = @(Get-UserKey)
	$thumbprint = $kit.probe.thumbprint
	$request = @{ protocol = 1; owner_sid = $user.sid; observed = Get-StoreHash -Element @(Get-UserElement); steps = @(
			@{ id = 'k'; step = 'remove_key'; thumbprint = $thumbprint }, @{ id = 'c'; step = 'remove_certificate'; thumbprint = $thumbprint })
	}
	$ended = Invoke-KitDriver -Driver 'profile_exchange' -Request (ConvertTo-KitJson -Value $request) -CheckMode $false
	Stop-KitDriver
	$outcome = Get-Outcome -Ended @{ exit_code = $ended.exit_code; stdout = $(if ($ended.answer) { ConvertTo-KitJson -Value $ended.answer }); stderr = $ended.said } -Word $word
	$keys = $earlier.Count - @(Get-UserKey).Count
	$answer = "$($outcome.outcome); certificates left: $(@(Get-UserElement).Count); keys gone: $keys; foreign file: $([IO.File]::Exists($foreign))"
	New-Finding -Id 'offline' -Question 'profile_exchange on the profile of somebody who has logged off' -Pick $outcome -Answer $answer `
		-Expected 'done; certificates left: 0; keys gone: 1; foreign file: True'
}

$user = $null
$findings = @()
$reason = $null
try {
	Add-KitEntry -Entry @{ do = 'tree'; path = $folder }
	Copy-Item -LiteralPath $PSScriptRoot -Destination $folder -Recurse
	$user = New-KitUser
	$words.become_user, $words.owner_sid = $user.name, $user.sid
	$word = @(Get-KitWord -Pair @($user.sid, '<owner_sid>'), @("$([Environment]::MachineName)\$($user.name)", '<account>'), @($user.name, '<user>'), @($folder, '<kit>'))
	$session = Open-AsUser -User $user -Argument "-File `"$folder\Invoke-Session.ps1`"" -Folder $folder
	# Its answer shows that the profile is there.
	$fit = Invoke-Session -Session $session -Order @{ do = 'leave'; kind = 'fit'; command_line = 'ping.exe -n 2 127.0.0.1' }
	if ($fit.refused) { throw @{ reason = "the session of the user starts nothing: $($fit.refused)" } }
	$user.profile = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey("SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\$($user.sid)").GetValue('ProfileImagePath')

	$web = Open-KitServer -Fact $kit.portals
	Add-KitRoot -Data ([Convert]::FromBase64String($kit.portals.root))
	[IO.File]::WriteAllText("$folder\portals.json", (ConvertTo-KitJson -Value $web.addresses))
	$ordinary = Open-AsUser -User $user -Argument "-File `"$folder\Test-Pkcs12Drivers.ps1`" -Yes -CasesPerProcess 20 -Portals `"$folder\portals.json`" -Results `"$($user.profile)\results.json`"" -Folder $folder
	while ($null -ne ($line = $ordinary.StandardOutput.ReadLine())) { $line }
	$ordinary.WaitForExit()
	$own = Read-KitJson -Text ([IO.File]::ReadAllText("$($user.profile)\results.json"))
	$cases, $probes = @($own.cases), @($own.probes)

	$findings = @(
		New-Finding -Id 'ordinary' -Question 'the cases for any user, as a standard user' -Expected '0: * clean' `
			-Answer "$($ordinary.ExitCode): $(@($cases | Where-Object { $_.ran }).Count) cases, $(if ($own.clean_up.equal) { 'clean' } else { 'not clean' })"
		Test-Sealed
		Test-NewestTls
		Test-Other
		Test-ClosedMutex
		Test-Kind -Kind 'fit' -Expected 'done; nothing changed'
		foreach ($one in @('low', 'integrity'), @('untrusted', 'integrity'), @('restricted', 'restricted'), @('app_container', 'app_container')) {
			Test-Kind -Kind $one[0] -Expected "unfit_token ($($one[1])); nothing changed", 'text; nothing changed'
		}
		$s4u = @(Test-Kind -Kind 's4u' -Expected 'unfit_token (batch); nothing changed')
		$s4u
		$task = if (-not $s4u[0].reason) { Start-KitTask -User $user -CommandLine 'ping.exe -n 1800 127.0.0.1' -Folder $folder }
		$left = foreach ($kind in 'low', 'untrusted', 'restricted', 'app_container') {
			foreach ($number in 1..4) { (Invoke-Session -Session $session -Order @{ do = 'leave'; kind = $kind; command_line = 'ping.exe -n 1800 127.0.0.1' }).id }
		}
		Start-Sleep -Seconds 3
		$alive = @($left | Where-Object { $_ -and (Get-Process -Id $_ -ErrorAction Ignore) }).Count
		$taken = @(for ($number = 0; $number -lt $Picks; $number++) { Invoke-Become -Name 'prove_as' })
		New-Finding -Id 'picks' -Question "what become gets without a password, beside $alive processes with lesser tokens$(if ($task) { ' and a scheduled task' })" -Pick $taken `
			-Answer (Measure-Outcome -Outcome @($taken | ForEach-Object { $_.outcome }))
		$session.StandardInput.Dispose()
		[void] $session.WaitForExit(10000)
		$gone = Stop-KitUser -Name $user.name -Sid $user.sid
		New-Finding -Id 'logoff' -Question 'whether the registry of the user is unloaded within a minute of his last process' -Expected 'True' -Answer "$gone"
		if ($gone) { Test-Offline }
		$nobody = Invoke-Become -Name 'prove_as'
		New-Finding -Id 'nobody' -Question 'what become gets of a user who is not logged on' -Answer "$($nobody.outcome) $(if ($nobody.failure) { $nobody.failure.Values })".Trim()
	)
} catch {
	$reason = if ($_.TargetObject -is [hashtable]) { $_.TargetObject.reason } else { "$($_.Exception.GetBaseException().GetType().Name) $($_.Exception.GetBaseException().Message) $($_.ScriptStackTrace -replace '\s+', ' ')" }
	$reason = Hide-KitText -Text $reason -Word $word
} finally {
	Stop-KitDriver
	if ($session) { $session.Dispose() }
	if ($web) { foreach ($server in $web.servers.Values) { $server.Dispose() } }
	$reverted = try { [void] (Clear-KitJournal); $true } catch {
		$reason = "$reason it could not take everything back: $(Hide-KitText -Text "$($_.Exception.GetBaseException().Message)" -Word $word)".Trim()
		$false
	}
}
# Answers have the names of this machine.
foreach ($finding in $findings) { foreach ($pick in $finding.picks) { $pick.Remove('answer') } }

$windows = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\Windows NT\CurrentVersion')
$different = @(Compare-MachineState -Before $before -After (Get-MachineState))
$document = [ordered] @{
	format = $kit.format; kit = $kit.kit; version = $kit.version; drivers = $kit.drivers; certificates = @($kit.certificates); core = $kit.core
	started = $started.ToString('s') + 'Z'; seconds = [Math]::Round(([DateTime]::UtcNow - $started).TotalSeconds)
	machine = [ordered] @{
		product = $windows.GetValue('ProductName'); release = $windows.GetValue('DisplayVersion'); build = "$($windows.GetValue('CurrentBuildNumber')).$($windows.GetValue('UBR', 0))"
		kind = $windows.GetValue('InstallationType'); powershell = [string] $PSVersionTable.PSVersion; edition = $PSVersionTable.PSEdition; clr = [string] [Environment]::Version
		language = [Globalization.CultureInfo]::InstalledUICulture.Name; wine = $null; administrator = $false; changes_computer = $false
	}
	cases = $cases; probes = $probes; user = $findings; stopped = $reason
	clean_up = [ordered] @{ equal = $reverted -and -not $different.Count; different = $different; swept_at_start = [bool] $swept }
}
[IO.File]::WriteAllText($Results, (ConvertTo-KitJson -Value $document), [Text.Encoding]::ASCII)
''
"The results are in $Results"
if ($reason) { "It stopped early: $reason" }
if (-not $document.clean_up.equal) {
	"NOT CLEAN: different from before: $($different -join ', '). Please say so when you send the results."
	exit 1
}
'Accounts, profiles, groups, tasks, folders and root certificates are as they were before.'
if ($reason) { exit 1 }
