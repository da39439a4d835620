# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# PowerShell in a process of its own, as a connection starts one for each command.

$patience = 120000
$running = @{ process = $null; calls = 0 }

function Open-KitProcess {
	<# .SYNOPSIS
	Starts PowerShell with pipes. #>
	param([string] $Argument)
	# With another format than None the host reads standard input itself, beside the script.
	$start = [Diagnostics.ProcessStartInfo]::new("$PSHOME\powershell.exe", "-NoProfile -NonInteractive -InputFormat None $Argument")
	$start.UseShellExecute = $false
	$start.RedirectStandardInput = $start.RedirectStandardOutput = $true
	[Diagnostics.Process]::Start($start)
}

function Close-KitProcess {
	<# .SYNOPSIS
	Ends the process of the drivers. #>
	param([Diagnostics.Process] $Process)
	if (-not $Process) { return }
	try {
		$Process.StandardInput.Dispose()
		if (-not $Process.WaitForExit(10000)) { $Process.Kill() }
	} finally { $Process.Dispose() }
}

function Send-KitLine {
	<# .SYNOPSIS
	Writes a line to a process. #>
	param([Diagnostics.Process] $Process, [string] $Text)
	$bytes = [Text.Encoding]::UTF8.GetBytes("$Text`n")
	$Process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
	$Process.StandardInput.BaseStream.Flush()
}

function Stop-KitDriver {
	<# .SYNOPSIS
	Ends the process of the drivers; the next call starts another. #>
	Close-KitProcess -Process $running.process
	$running.process = $null
	$running.calls = 0
}

function Invoke-KitDriver {
	<# .SYNOPSIS
	Runs a driver with a request (JSON): its answer as an object, or null and what it said instead. Calls: how many one process runs. #>
	param([string] $Driver, [string] $Request, [bool] $CheckMode, [int] $Calls = 1)
	if ($running.calls -ge $Calls) { Stop-KitDriver }
	if (-not $running.process) {
		$running.process = Open-KitProcess -Argument "-ExecutionPolicy Bypass -File `"$PSScriptRoot\Invoke-Driver.ps1`""
	}
	$running.calls++
	$private = ',"_ansible_check_mode":' + $CheckMode.ToString().ToLowerInvariant() + '}'
	Send-KitLine -Process $running.process -Text "{`"driver`":`"$Driver`",`"arguments`":$($Request.Substring(0, $Request.Length - 1))$private}"
	$line = $running.process.StandardOutput.ReadLineAsync()
	if (-not $line.Wait($patience)) {
		$running.process.Kill()
		Stop-KitDriver
		throw @{ reason = "$Driver did not end within $($patience / 1000) seconds" }
	}
	$ended = if ($line.Result) { Read-KitJson -Text $line.Result } else { [pscustomobject] @{ stdout = ''; stderr = 'the process ended without an answer'; exit_code = 1 } }
	if (-not $line.Result) { Stop-KitDriver }
	$answer = try { Read-KitJson -Text $ended.stdout } catch { $null }
	@{ answer = $answer; exit_code = $ended.exit_code; said = $(if ($null -eq $answer) { $ended.stdout + $ended.stderr }) }
}

function Invoke-KitPowerShell {
	<# .SYNOPSIS
	The output of a script in a PowerShell of its own. #>
	param([string] $Script, [string] $Stdin)
	$encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($Script))
	$process = Open-KitProcess -Argument "-EncodedCommand $encoded"
	try {
		if ($Stdin) { Send-KitLine -Process $process -Text $Stdin }
		$process.StandardInput.Dispose()
		$output = $process.StandardOutput.ReadToEndAsync()
		if (-not $process.WaitForExit($patience)) { $process.Kill() }
		$output.Result.Trim()
	} finally { $process.Dispose() }
}

Export-ModuleMember -Function Invoke-KitDriver, Stop-KitDriver, Invoke-KitPowerShell, Open-KitProcess, Close-KitProcess, Send-KitLine
