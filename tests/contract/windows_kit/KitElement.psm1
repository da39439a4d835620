# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Elements, written: the drivers only read them. drivers\_Element.psm1 has to be there.

function New-KitRecord {
	<# .SYNOPSIS
	A record of an element: three numbers and its data. #>
	param([int] $Id, [byte[]] $Data)
	$record = [IO.MemoryStream]::new()
	foreach ($number in $Id, 1, $Data.Length) { $record.Write([BitConverter]::GetBytes([int] $number), 0, 4) }
	$record.Write($Data, 0, $Data.Length)
	, $record.ToArray()
}

function New-KitLink {
	<# .SYNOPSIS
	CRYPT_KEY_PROV_INFO: seven numbers, of which the first two say where the names are, then the names. #>
	param([string] $Container, [string] $Provider, [int[]] $Number = @(0, 0, 0, 0, 0))
	$names = foreach ($name in $Container, $Provider) { , [Text.Encoding]::Unicode.GetBytes("$name`0") }
	$link = [IO.MemoryStream]::new()
	foreach ($one in @(28, (28 + $names[0].Length)) + $Number) { $link.Write([BitConverter]::GetBytes([int] $one), 0, 4) }
	foreach ($name in $names) { $link.Write($name, 0, $name.Length) }
	, $link.ToArray()
}

function Set-KitContainer {
	<# .SYNOPSIS
	The element with the real names of its containers, which may be longer or shorter. What is no element stays as it is. #>
	param([byte[]] $Element, [hashtable] $Container)
	$link = Read-KeyLink -Record (Read-Record -Element $Element)
	if (-not $link -or -not $Container.ContainsKey($link.container)) { return , $Element }
	$changed = [IO.MemoryStream]::new()
	for ($at = 0; $at -lt $Element.Length; $at += 12 + $size) {
		$size = [BitConverter]::ToInt32($Element, $at + 8)
		$record = [byte[]]::new(12 + $size)
		[Array]::Copy($Element, $at, $record, 0, $record.Length)
		if ([BitConverter]::ToInt32($record, 0) -eq 2) {
			$numbers = [int[]] @(foreach ($index in 2..6) { [BitConverter]::ToInt32($record, 12 + 4 * $index) })
			$record = New-KitRecord -Id 2 -Data (New-KitLink -Container $Container[$link.container] -Provider $link.provider -Number $numbers)
		}
		$changed.Write($record, 0, $record.Length)
	}
	, $changed.ToArray()
}

Export-ModuleMember -Function New-KitRecord, New-KitLink, Set-KitContainer
