# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# What leaves the machine: nothing that was there before the kit, and no name of a person, a computer or a folder.

function Get-KitWord {
	<# .SYNOPSIS
	Texts of this machine with what stands for them, the longest first. Pair: more of them, of another user. #>
	param([Object[]] $Pair = @())
	$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
	$own = [Environment]::GetFolderPath('UserProfile')
	$words = @(
		@($identity.User.Value, '<owner_sid>'), @($identity.Name, '<account>'), @($own, '<profile>')
		@([IO.Path]::GetTempPath().TrimEnd('\'), '<temp>'), @($PSScriptRoot, '<kit>')
		@([Environment]::MachineName, '<computer>'), @([Environment]::UserDomainName, '<domain>'), @([Environment]::UserName, '<user>')
		@([Net.Dns]::GetHostName(), '<computer>'), @([IO.Path]::GetFileName($own), '<user>')
		$Pair
		, @([Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().DomainName, '<domain>')
	)
	foreach ($word in $words | Where-Object { $_[0] } | Sort-Object -Property { -$_[0].Length }) {
		# As a word of its own, so that a short name takes nothing out of others, nor out of Base64.
		$more = if ($word[0] -match '[^A-Za-z0-9]') { '' } else { '+/=' }
		@{ pattern = "(?<![A-Za-z0-9_$more])" + [regex]::Escape($word[0]) + "(?![A-Za-z0-9_$more])"; stands = $word[1].Replace('$', '$$') }
	}
}

function Hide-KitText {
	<# .SYNOPSIS
	A text without the words of this machine. #>
	param([string] $Text, [hashtable[]] $Word)
	foreach ($one in $Word) { $Text = [regex]::Replace($Text, $one.pattern, $one.stands, 'IgnoreCase') }
	$Text
}

function Test-Foreign {
	<# .SYNOPSIS
	Whether an item of a list was there before the kit, or is another person's. #>
	param([Object] $Item, [hashtable] $Known, [string] $Asked)
	if ($Item -isnot [Management.Automation.PSCustomObject]) { return $false }
	if ($null -ne $Item.owner_sid -and $Item.owner_sid -ne $Known.owner_sid -and -not $Asked.Contains($Item.owner_sid)) { return $true }
	if ($null -ne $Item.data -and $Known.data.ContainsKey([string] $Item.data)) { return $true }
	if ($null -ne $Item.detail -and $Known.unread.ContainsKey("$($Item.code) $($Item.detail)")) { return $true }
	# A file; a profile has an owner.
	$null -eq $Item.owner_sid -and $null -ne $Item.path -and $Known.paths.ContainsKey([string] $Item.path)
}

function Select-KitAnswer {
	<# .SYNOPSIS
	An answer without what is not the kit's, and without the words of this machine. Asked: the case, which names invented persons. #>
	param([Object] $Value, [hashtable] $Known, [string] $Asked, [hashtable[]] $Word)
	if ($Value -is [string]) { return Hide-KitText -Text $Value -Word $Word }
	if ($Value -is [Management.Automation.PSCustomObject]) {
		$table = @{}
		foreach ($property in $Value.PSObject.Properties) {
			$table[$property.Name] = Select-KitAnswer -Value $property.Value -Known $Known -Asked $Asked -Word $Word
		}
		return $table
	}
	if ($Value -is [Array]) {
		$list = [Collections.ArrayList]::new()
		foreach ($one in $Value) {
			if (Test-Foreign -Item $one -Known $Known -Asked $Asked) { $Known.left_out++ }
			else { [void] $list.Add((Select-KitAnswer -Value $one -Known $Known -Asked $Asked -Word $Word)) }
		}
		return , $list.ToArray()
	}
	$Value
}

function Add-KitKnown {
	<# .SYNOPSIS
	Remembers everything in an answer from before the first case. #>
	param([Object] $Value, [hashtable] $Known)
	if ($Value -is [Array]) { foreach ($one in $Value) { Add-KitKnown -Value $one -Known $Known } }
	if ($Value -isnot [Management.Automation.PSCustomObject]) { return }
	if ($null -ne $Value.data) { $Known.data[[string] $Value.data] = $true }
	if ($null -ne $Value.detail) { $Known.unread["$($Value.code) $($Value.detail)"] = $true }
	if ($null -ne $Value.path) { $Known.paths[[string] $Value.path] = $true }
	foreach ($property in $Value.PSObject.Properties) { Add-KitKnown -Value $property.Value -Known $Known }
}

Export-ModuleMember -Function Get-KitWord, Hide-KitText, Select-KitAnswer, Add-KitKnown
