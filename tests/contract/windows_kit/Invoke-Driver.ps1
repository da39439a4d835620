# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs drivers in a process of its own, each in a new runspace, as Ansible's module_wrapper does: modules, C#, $complex_args, then the
# driver as it is. Standard input: one line of JSON for each call. Standard output: one line of JSON for each answer.

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot\KitJson.psm1"
$folder = "$PSScriptRoot\drivers"
$state = @{ compiled = $false }

$run = {
	param([string] $Path, [hashtable] $Argument, [hashtable] $Module)
	$ErrorActionPreference = 'Stop'
	$global:complex_args = $Argument
	foreach ($name in $Module.Keys) { New-Module -Name $name -ScriptBlock ([scriptblock]::Create($Module[$name])) | Import-Module -Scope Global }
	$global:LASTEXITCODE = 0
	& $Path
	$global:LASTEXITCODE
}

function Invoke-One {
	<# .SYNOPSIS
	Runs a driver: its answer as text, and its exit code. #>
	param([string] $Driver, [hashtable] $Argument)
	$path = "$folder\$Driver.ps1"
	$source = [IO.File]::ReadAllText($path)
	$modules = @{}
	foreach ($found in [regex]::Matches($source, '(?m)^#AnsibleRequires -PowerShell \.\.module_utils\.(\w+)')) {
		$modules[$found.Groups[1].Value] = [IO.File]::ReadAllText("$folder\$($found.Groups[1].Value).psm1")
	}
	if ($source -match '(?m)^#AnsibleRequires -CSharpUtil \.\.' -and -not $state.compiled) {
		# All at once, since one may use another.
		Add-KitType -Path ([IO.Directory]::GetFiles($folder, '*.cs'))
		$state.compiled = $true
	}
	$shell = [PowerShell]::Create()
	try {
		[void] $shell.AddScript($run).AddArgument($path).AddArgument($Argument).AddArgument($modules)
		$output = @($shell.Invoke())
		@{ stdout = ($output | Select-Object -SkipLast 1) -join "`n"; exit_code = [int] $output[-1]; stderr = $shell.Streams.Error -join "`n" }
	} catch { @{ stdout = ''; exit_code = 1; stderr = "$($_.Exception.GetBaseException().GetType().Name) $($_.Exception.GetBaseException().Message)" } }
	finally {
		$shell.Dispose()
		# The end of a driver's process lets go of all its keys. Wine writes a container of CAPI when it is let go of, even over a later one.
		[GC]::Collect()
		[GC]::WaitForPendingFinalizers()
	}
}

$reader = [IO.StreamReader]::new([Console]::OpenStandardInput(), [Text.UTF8Encoding]::new($false))
while ($line = $reader.ReadLine()) {
	$call = ConvertTo-Table -Value (Read-KitJson -Text $line)
	# ASCII, so that no code page can change it.
	[Console]::Out.WriteLine((ConvertTo-KitJson -Value (Invoke-One -Driver $call.driver -Argument $call.arguments)))
	[Console]::Out.Flush()
}
