# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# One case: prepared, run, counted, and taken back.

function Get-ReasonNotToRun {
	<# .SYNOPSIS
	Why a case or a probe is not for this run; nothing when it is. #>
	param([Object] $Case, [hashtable] $Place)
	if ($Case.never) { return $Case.never }
	if ($Place.wine -and $Case.wine) { return "test bed: $($Case.wine)" }
	if ($Case.user -and -not $Place.portals) { return "needs Test-Pkcs12StandardUser.ps1: $($Case.user)" }
	if ($Case.administrator -and -not $Place.may_change_computer) { return "needs -Administrator: $($Case.administrator)" }
	$chain = @($Case.request.steps | Where-Object { $_.step -eq 'chain' }).Count
	if ($chain -and $Place.elevated -and -not $Place.may_change_computer) {
		return "needs -Administrator: run by an administrator it puts an authority into the computer's store"
	}
}

function Get-Request {
	<# .SYNOPSIS
	The request with what is known on this machine only. #>
	param([Object] $Case, [hashtable] $Place, [hashtable] $State)
	$text = [regex]::Replace((ConvertTo-KitJson -Value $Case.request), '\$\{sealed:(\d+)(?::([^}]*))?\}', {
			param([Text.RegularExpressions.Match] $Found)
			$passphrase = if ($Found.Groups[2].Success) { $Found.Groups[2].Value } else { $Place.passphrase }
			Protect-Passphrase -Text $passphrase -PublicKey $State.transport_keys[(Get-TransportName -Number $Found.Groups[1].Value)]
		})
	$words = @{ owner_sid = $Place.owner_sid; account = $Place.account; computer = $Place.computer; profile = $Place.profile }
	if ($Place.portals -and $Case.portal) { $words.portal, $words.proxy = $Place.portals.([string] $Case.portal), $Place.portals.proxy }
	$words.observed = Get-StoreHash -Element @(Get-OwnElement)
	foreach ($word in $words.Keys) {
		$json = ConvertTo-KitJson -Value ([string] $words[$word])
		$text = $text.Replace("`${$word}", $json.Substring(1, $json.Length - 2))
	}
	$text
}

function Get-Count {
	<# .SYNOPSIS
	What there is more of than before the case; null for what the kit cannot count. #>
	param([string] $What, [hashtable] $Before, [hashtable] $State)
	switch ($What) {
		'containers' { @(Get-KeyPlace).Count - $Before.keys.Count }
		'authorities' { (Get-KitState).authorities.Count - $Before.authorities.Count }
		'exportable' { Measure-Exportable -Before $Before }
		'key_files' { @($State.files | Where-Object { $_ -match '\\Microsoft\\Crypto\\' -and [IO.File]::Exists($_) }).Count }
		'bundles' { @($State.files | Where-Object { $_ -match '\.(p12|pfx)$' -and [IO.File]::Exists($_) }).Count }
		default { $null }
	}
}

function Invoke-KitCase {
	<# .SYNOPSIS
	Runs a case; gives what came of it, or why it did not run. Nothing of it is left. #>
	param([Object] $Case, [string] $Text, [hashtable] $Place, [hashtable] $Before, [hashtable] $Known, [hashtable[]] $Word)
	$result = [ordered] @{ name = $Case.name; case_sha256 = $Case.case_sha256; ran = $false; reason = Get-ReasonNotToRun -Case $Case -Place $Place }
	if ($result.reason) { return $result }
	$clock = [Diagnostics.Stopwatch]::StartNew()
	$state = @{
		containers = @{}; transport_keys = @{}; held = [Collections.ArrayList]::new(); files = [Collections.ArrayList]::new(); mutex = $null
		thumbprints = $Place.thumbprints; wine = $Place.wine; profile = $Place.profile; owner_sid = $Place.owner_sid
	}
	try {
		Add-KitEntry -Entry $Place.owned
		foreach ($order in $Case.orders) { Add-KitPreparation -Order $order -Case $state }
		$request = Get-Request -Case $Case -Place $Place -State $state
		$ended = Invoke-KitDriver -Driver $Case.driver -Request $request -CheckMode $Case.check_mode -Calls $Place.calls
		$result.ran = $true
		$result.answer = Select-KitAnswer -Value $ended.answer -Known $Known -Asked ($Text + $request) -Word $Word
		$result.exit_code = $ended.exit_code
		if ($ended.said) {
			$said = Hide-KitText -Text $ended.said -Word $Word
			$result.said = $said.Substring(0, [Math]::Min(2000, $said.Length))
		}
		$result.afterwards = [ordered] @{}
		foreach ($what in $Case.afterwards) { $result.afterwards[$what] = Get-Count -What $what -Before $Before -State $state }
	} catch {
		$result.reason = Get-KitReason -ErrorRecord $_ -Word $Word
	} finally {
		Clear-KitCase -Case $state
		[void] (Clear-KitJournal)
	}
	$result.left_behind = @(Compare-KitState -Before $Before -After (Get-KitState))
	$result.seconds = [Math]::Round($clock.Elapsed.TotalSeconds, 1)
	$result
}

function Get-KitReason {
	<# .SYNOPSIS
	Why something could not be prepared. #>
	param([Management.Automation.ErrorRecord] $ErrorRecord, [hashtable[]] $Word)
	if ($ErrorRecord.TargetObject -is [hashtable]) { return Hide-KitText -Text $ErrorRecord.TargetObject.reason -Word $Word }
	$exception = $ErrorRecord.Exception.GetBaseException()
	if ($exception -is [UnauthorizedAccessException] -or $exception -is [Security.SecurityException]) { return 'this account may not prepare it' }
	'it could not be prepared: ' + (Hide-KitText -Text "$($exception.GetType().Name) 0x$('{0:X8}' -f $exception.HResult) $($exception.Message) $($ErrorRecord.ScriptStackTrace -replace '\s+', ' ')" -Word $Word)
}

function Invoke-Probe {
	<# .SYNOPSIS
	Runs a probe; gives its answer, or why it did not run. Nothing of it is left. #>
	param([hashtable] $Probe, [Object] $Fact, [byte[]] $Certificate, [hashtable] $Place, [hashtable] $Before, [hashtable[]] $Word)
	$result = [ordered] @{ id = $Probe.id; question = $Probe.question; expected = @($Probe.expected); answer = $null; as_expected = $null; reason = $null }
	$result.reason = Get-ReasonNotToRun -Case ([pscustomobject] $Probe) -Place $Place
	if ($result.reason) { return $result }
	try {
		Add-KitEntry -Entry $Place.owned
		$result.answer = Hide-KitText -Text (Invoke-KitProbe -Ask $Probe.ask -Fact $Fact -Certificate $Certificate -Sid $Place.owner_sid) -Word $Word
		if ($result.expected.Count) { $result.as_expected = @($result.expected | Where-Object { $result.answer -like $_ }).Count -gt 0 }
	} catch { $result.reason = Get-KitReason -ErrorRecord $_ -Word $Word } finally { [void] (Clear-KitJournal) }
	$result.left_behind = @(Compare-KitState -Before $Before -After (Get-KitState))
	$result
}

Export-ModuleMember -Function Invoke-KitCase, Invoke-Probe
