# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# JSON that is the same in Windows PowerShell 5.1 and in PowerShell 7, and C# that compiles in both.

function Read-KitJson {
	<# .SYNOPSIS
	A JSON text as an object. PowerShell 7 would turn some strings into dates. #>
	param([string] $Text)
	$options = @{}
	if ($PSVersionTable.PSVersion.Major -gt 5) { $options.DateKind = 'String' }
	ConvertFrom-Json -InputObject $Text @options
}

function ConvertTo-Table {
	<# .SYNOPSIS
	The same with hashtables, as Ansible gives it to a driver. #>
	param([Object] $Value)
	if ($Value -is [Management.Automation.PSCustomObject]) {
		$table = @{}
		foreach ($property in $Value.PSObject.Properties) { $table[$property.Name] = ConvertTo-Table -Value $property.Value }
		return $table
	}
	if ($Value -is [Array]) {
		$list = [Collections.ArrayList]::new()
		foreach ($one in $Value) { [void] $list.Add((ConvertTo-Table -Value $one)) }
		return , $list.ToArray()
	}
	$Value
}

function Write-KitText {
	<# .SYNOPSIS
	A string as JSON, in ASCII. #>
	param([Text.StringBuilder] $Out, [string] $Text)
	[void] $Out.Append('"')
	foreach ($character in $Text.ToCharArray()) {
		$code = [int] $character
		if ($code -lt 32 -or $code -gt 126 -or $character -eq '"' -or $character -eq '\') { [void] $Out.AppendFormat('\u{0:x4}', $code) }
		else { [void] $Out.Append($character) }
	}
	[void] $Out.Append('"')
}

function Write-KitValue {
	<# .SYNOPSIS
	A value as JSON. Nothing is unrolled or wrapped on the way, as ConvertTo-Json of 5.1 does. #>
	param([Text.StringBuilder] $Out, [Object] $Value)
	if ($null -eq $Value) { [void] $Out.Append('null'); return }
	if ($Value -is [bool]) { [void] $Out.Append($Value.ToString().ToLowerInvariant()); return }
	if ($Value -is [ValueType] -and $Value -isnot [char] -and $Value -isnot [Enum]) {
		[void] $Out.Append(([IFormattable] $Value).ToString($null, [Globalization.CultureInfo]::InvariantCulture))
		return
	}
	# An entry may be called Keys, and would be what that member gives.
	if ($Value -is [Collections.IDictionary]) { $named = @(foreach ($entry in $Value.GetEnumerator()) { , @($entry.Key, $entry.Value) }) }
	elseif ($Value -is [Management.Automation.PSCustomObject]) { $named = @(foreach ($one in $Value.PSObject.Properties) { , @($one.Name, $one.Value) }) }
	elseif ($Value -is [Collections.IEnumerable] -and $Value -isnot [string]) {
		$comma = '['
		foreach ($one in $Value) { [void] $Out.Append($comma); Write-KitValue -Out $Out -Value $one; $comma = ',' }
		[void] $Out.Append($(if ($comma -eq '[') { '[]' } else { ']' }))
		return
	} else { Write-KitText -Out $Out -Text ([string] $Value); return }
	$comma = '{'
	foreach ($pair in $named) {
		[void] $Out.Append($comma)
		Write-KitText -Out $Out -Text $pair[0]
		[void] $Out.Append(':')
		Write-KitValue -Out $Out -Value $pair[1]
		$comma = ','
	}
	[void] $Out.Append($(if ($comma -eq '{') { '{}' } else { '}' }))
}

function ConvertTo-KitJson {
	<# .SYNOPSIS
	A value as one line of JSON. #>
	param([Object] $Value)
	$out = [Text.StringBuilder]::new()
	Write-KitValue -Out $out -Value $Value
	$out.ToString()
}

function Add-KitType {
	<# .SYNOPSIS
	Compiles C#. Windows PowerShell 5.1 refers to fewer assemblies than PowerShell 7 unless it is told. #>
	param([string[]] $Path)
	$options = @{}
	if ($PSVersionTable.PSVersion.Major -le 5) { $options.ReferencedAssemblies = 'System', 'System.Core', 'System.Security' }
	Add-Type -Path $Path @options
}

Export-ModuleMember -Function Read-KitJson, ConvertTo-Table, ConvertTo-KitJson, Add-KitType
