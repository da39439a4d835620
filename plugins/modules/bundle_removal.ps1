#!powershell
# GNU General Public License v3.0+

#AnsibleRequires -CSharpUtil Ansible. # no util
#AnsibleRequires -PowerShell ..module_utils._Store
#AnsibleRequires -PowerShell ..module_utils._Path
#AnsibleRequires -PowerShell ..module_utils._Exchange
#AnsibleRequires -CSharpUtil ..module_utils._FileRemoval

# Removes bundles from people's folders: those with the hash of the request, and nothing else. Protocol: docs/developers/driver_protocol.md

$wrong = Test-Request -Given @($complex_args.Keys) -Protocol $complex_args.protocol -Expected 'protocol', 'computer', 'files'
Exit-BadRequest -Driver 'bundle_removal' -Wrong $wrong
$computer = $complex_args.computer
$files = $complex_args.files
$checkMode = [bool] $complex_args._ansible_check_mode

$largestFile = 1MB

function Get-FileRemoval {
	<# .SYNOPSIS
	The class in _FileRemoval.cs, which is compiled after this file is read. #>
	[ansible_collections.hospital_it.pkcs12.plugins.module_utils._FileRemoval.FileRemoval]
}

function Remove-Bundle {
	<# .SYNOPSIS
	What became of one file of the request. #>
	param([string] $Sid, [string] $Path, [string] $Sha256, [bool] $CheckMode, [bool] $RightComputer)
	$entry = @{ owner_sid = $Sid; path = $Path; sha256 = $Sha256; outcome = 'left'; code = $null; hresult = $null; at = Get-UtcNow }
	$person = Get-ProfileList | Where-Object { $_.owner_sid -eq $Sid }
	$below = $person -and (Test-LocalPath -Path $Path) -and $Path.StartsWith("$($person.path)\", [StringComparison]::OrdinalIgnoreCase)
	if (-not $RightComputer) {
		$entry.code = 'wrong_computer'
	} elseif (-not $below -or $Path -notmatch '\.(p12|pfx)$' -or $Sha256 -notmatch '^[0-9a-f]{64}$') {
		$entry.code = 'refused'
	} elseif ($CheckMode) {
		$entry.code = 'check_mode'
	} else {
		try {
			$entry.code = (Get-FileRemoval)::Remove($person.path, $Path, $Sha256, $largestFile)
			if (-not $entry.code) { $entry.outcome = 'removed' }
		} catch {
			$reason = Get-Unread -Place $Path -Exception $_.Exception
			$entry.code = $reason.code
			$entry.hresult = $reason.hresult
		}
	}
	$entry
}

$right = $computer -eq '' -or (Test-Computer -Name $computer)
$journal = @(foreach ($file in $files) {
	Remove-Bundle -Sid $file.owner_sid -Path $file.path -Sha256 $file.sha256 -CheckMode $checkMode -RightComputer $right
})
$answer = @{ changed = @($journal | Where-Object { $_.outcome -eq 'removed' }).Count -gt 0; protocol = 1; computer = [Environment]::MachineName; journal = $journal }
ConvertTo-Json -Compress -Depth 20 -InputObject $answer
