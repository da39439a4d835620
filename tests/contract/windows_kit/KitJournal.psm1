# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# What the kit is about to change, written to disk before it does, so that this run or the next one takes it back.

$journalFolder = $journalFile = $null
$hives = @{ HKLM = [Microsoft.Win32.Registry]::LocalMachine; HKCU = [Microsoft.Win32.Registry]::CurrentUser }

function Set-KitJournal {
	<# .SYNOPSIS
	Where the journal is: a folder of this name in the user's own data. #>
	param([string] $Name)
	$script:journalFolder = "$([Environment]::GetFolderPath('LocalApplicationData'))\$Name"
	$script:journalFile = "$script:journalFolder\journal.txt"
}

function Add-KitEntry {
	<# .SYNOPSIS
	Writes an entry through to the disk. #>
	param([hashtable] $Entry)
	[void] [IO.Directory]::CreateDirectory($journalFolder)
	$line = [Text.Encoding]::ASCII.GetBytes((ConvertTo-KitJson -Value $Entry) + "`n")
	$file = [IO.FileStream]::new($journalFile, 'Append', 'Write', 'Read')
	try {
		$file.Write($line, 0, $line.Length)
		$file.Flush($true)
	} finally { $file.Dispose() }
}

function Get-KitEntry {
	<# .SYNOPSIS
	The entries, newest first. A line that was cut is of something that was not done. #>
	if (-not [IO.File]::Exists($journalFile)) { return }
	$lines = @([IO.File]::ReadAllLines($journalFile))
	[Array]::Reverse($lines)
	foreach ($line in $lines) { try { Read-KitJson -Text $line } catch { continue } }
}

function Undo-KitEntry {
	<# .SYNOPSIS
	Takes one change back, if it was made. #>
	param([Object] $Entry)
	switch ($Entry.do) {
		'file' { if ([IO.File]::Exists($Entry.path)) { [IO.File]::Delete($Entry.path) } }
		# A link to a folder: the link goes, the folder stays. A folder that somebody else has put something into stays, too.
		'folder' {
			if ([IO.Directory]::Exists($Entry.path) -and (([IO.File]::GetAttributes($Entry.path) -band [IO.FileAttributes]::ReparsePoint) -or
					-not [IO.Directory]::GetFileSystemEntries($Entry.path).Count)) { [IO.Directory]::Delete($Entry.path) }
		}
		'key' { $hives[$Entry.root].DeleteSubKeyTree($Entry.path, $false) }
		'value' {
			$key = $hives[$Entry.root].OpenSubKey($Entry.path, $true)
			if (-not $key) { return }
			if ($null -eq $Entry.kind) { $key.DeleteValue($Entry.name, $false) } else {
				$key.SetValue($Entry.name, (ConvertTo-Registry -Kind $Entry.kind -Value $Entry.value), $Entry.kind)
			}
		}
		'cng_key' {
			$provider = [Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
			if ([Security.Cryptography.CngKey]::Exists($Entry.name, $provider)) { [Security.Cryptography.CngKey]::Open($Entry.name, $provider, 'Silent').Delete() }
		}
		'user' { Remove-KitUser -Name $Entry.name }
		'profile' { Remove-KitProfile -Name $Entry.name -Sid $Entry.sid }
		'member' { Revoke-BatchRight -Name $Entry.name }
		'task' { Remove-KitTask -Name $Entry.name }
		'root' { Remove-KitRoot -Thumbprint $Entry.thumbprint }
		'tree' { Remove-KitTree -Path $Entry.path }
		'element' { Remove-RawElement -Name $Entry.name }
	}
}

function ConvertTo-Registry {
	<# .SYNOPSIS
	A value of the registry out of JSON. #>
	param([string] $Kind, [Object] $Value)
	switch ($Kind) {
		'Binary' { , [byte[]] @(for ($at = 0; $at -lt $Value.Length; $at += 2) { [Convert]::ToByte($Value.Substring($at, 2), 16) }) }
		'MultiString' { , [string[]] @($Value) }
		'DWord' { [int] $Value }
		'QWord' { [long] $Value }
		default { [string] $Value }
	}
}

function Clear-KitJournal {
	<# .SYNOPSIS
	Takes everything back, newest first, and forgets it. Certificates and keys are told apart by the kit's own public keys. #>
	param()
	$entries = @(Get-KitEntry)
	foreach ($entry in $entries) { Undo-KitEntry -Entry $entry }
	$owned = @($entries | Where-Object { $_.do -eq 'certificates' })
	if ($owned.Count) {
		Remove-KitCertificate -Thumbprint @($owned | ForEach-Object { $_.thumbprints })
		Remove-KitKey -PublicKey @($owned | ForEach-Object { $_.public_keys }) -Known @($owned | ForEach-Object { $_.known })
	}
	if ([IO.Directory]::Exists($journalFolder)) { [IO.Directory]::Delete($journalFolder, $true) }
	$entries.Count
}

function Set-KitRegistry {
	<# .SYNOPSIS
	Sets a value, which may be none, and remembers what was there. #>
	param([string] $Root, [string] $Path, [string] $Name, [string] $Kind, [Object] $Value)
	$place, $missing = '', $null
	foreach ($part in $Path.Split('\')) {
		$place = if ($place) { "$place\$part" } else { $part }
		if (-not $hives[$Root].OpenSubKey($place)) { $missing = $place; break }
	}
	if ($missing) { Add-KitEntry -Entry @{ do = 'key'; root = $Root; path = $missing } }
	elseif ($Kind) {
		$key = $hives[$Root].OpenSubKey($Path)
		$entry = @{ do = 'value'; root = $Root; path = $Path; name = $Name; kind = $null; value = $null }
		if ($Name -in $key.GetValueNames()) {
			$entry.kind = [string] $key.GetValueKind($Name)
			$entry.value = $key.GetValue($Name, $null, 'DoNotExpandEnvironmentNames')
			if ($entry.kind -eq 'Binary') { $entry.value = [BitConverter]::ToString($entry.value).Replace('-', '') }
		}
		Add-KitEntry -Entry $entry
	}
	$key = $hives[$Root].CreateSubKey($Path)
	if ($Kind) { $key.SetValue($Name, (ConvertTo-Registry -Kind $Kind -Value $Value), $Kind) }
}

function Add-KitFolder {
	<# .SYNOPSIS
	A folder, with those above it. #>
	param([string] $Path)
	if ([IO.Directory]::Exists($Path)) { return }
	Add-KitFolder -Path ([IO.Path]::GetDirectoryName($Path))
	Add-KitEntry -Entry @{ do = 'folder'; path = $Path }
	[void] [IO.Directory]::CreateDirectory($Path)
}

function Add-KitFile {
	<# .SYNOPSIS
	A new file. One that is there already is somebody's, and stays. #>
	param([string] $Path, [byte[]] $Data, [switch] $Link)
	if ([IO.File]::Exists($Path) -or [IO.Directory]::Exists($Path)) { throw @{ reason = "there is a file or folder of this name already: $([IO.Path]::GetFileName($Path))" } }
	Add-KitFolder -Path ([IO.Path]::GetDirectoryName($Path))
	if ($Link) {
		$target = "$([IO.Path]::GetTempPath())pkcs12-kit-$([Guid]::NewGuid().ToString('N'))"
		Add-KitFolder -Path $target
		Add-KitEntry -Entry @{ do = 'folder'; path = $Path }
		try { [void] (New-Item -ItemType Junction -Path $Path -Target $target) } catch { throw @{ reason = 'no link to a folder can be made here' } }
		return
	}
	Add-KitEntry -Entry @{ do = 'file'; path = $Path }
	[IO.File]::WriteAllBytes($Path, $Data)
}

# That of the part for any user. The one that makes an account has its own, which only an administrator can take back.
Set-KitJournal -Name 'pkcs12-kit'

Export-ModuleMember -Function Set-KitJournal, Add-KitEntry, Get-KitEntry, Clear-KitJournal, Set-KitRegistry, Add-KitFile, Add-KitFolder, ConvertTo-Registry
