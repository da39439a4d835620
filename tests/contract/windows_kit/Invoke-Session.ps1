# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# The logon session of the standard user, who is the kit's own: it starts processes under the tokens that it is told, until its standard
# input ends. Standard input: one line of JSON for each order. Standard output: one line of JSON for each answer.

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot\KitJson.psm1"
Add-KitType -Path "$PSScriptRoot\KitUser.cs"
$tokens = [ansible_collections.hospital_it.pkcs12.kit.Tokens]
$folder = [Environment]::SystemDirectory
$temp = [IO.Path]::GetTempPath()

function Invoke-Order {
	<# .SYNOPSIS
	What an order asks for: a process that goes on, or one that runs to its end. #>
	param([Object] $Order)
	if ($Order.do -eq 'leave') { return @{ id = $tokens::Leave($Order.kind, $Order.command_line, $folder) } }
	$paths = foreach ($name in 'out', 'errors') { "${temp}pkcs12-kit-$name.txt" }
	$code = $tokens::Run($Order.kind, $Order.command_line, $folder, $Order.stdin, $paths[0], $paths[1], 120000)
	@{ exit_code = $code; stdout = [IO.File]::ReadAllText($paths[0]); stderr = [IO.File]::ReadAllText($paths[1]) }
}

$reader = [IO.StreamReader]::new([Console]::OpenStandardInput(), [Text.UTF8Encoding]::new($false))
while ($line = $reader.ReadLine()) {
	$answer = try { Invoke-Order -Order (Read-KitJson -Text $line) } catch {
		$problem = $_.Exception.GetBaseException()
		@{ refused = "$($problem.GetType().Name) $(if ($problem -is [ComponentModel.Win32Exception]) { $problem.NativeErrorCode } else { '0x{0:X8}' -f $problem.HResult })" }
	}
	[Console]::Out.WriteLine((ConvertTo-KitJson -Value $answer))
	[Console]::Out.Flush()
}
$tokens::Forget()
