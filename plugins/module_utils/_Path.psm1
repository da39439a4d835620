# Paths in the profiles of holders, who may have put links there.

$reparsePoint = [IO.FileAttributes]::ReparsePoint

# HRESULTs of Win32 errors: 2 and 3.
$notFound = 0x80070002L, 0x80070003L

function Test-Absence {
	<# .SYNOPSIS
	Whether an HRESULT says that a file or a folder is not there.
	.PARAMETER HResult
	Unsigned. #>
	[CmdletBinding()]
	[OutputType([bool])]
	param([Object] $HResult)
	$HResult -in $notFound
}

function Test-LocalPath {
	<# .SYNOPSIS
	Whether a path is on a drive of this computer and plain: whatever Windows would resolve or cut off leads elsewhere.
	.PARAMETER Path
	The path. #>
	[CmdletBinding()]
	[OutputType([bool])]
	param([string] $Path)
	$Path -match '^[A-Za-z]:(\\[^\\/:]*[^\\/:. ])+\z'
}

function Expand-ProfilePath {
	<# .SYNOPSIS
	A path of User Shell Folders. Other variables than this one stay: they are a holder's.
	.PARAMETER Path
	As the hive has it.
	.PARAMETER ProfilePath
	Of the holder. #>
	[CmdletBinding()]
	[OutputType([string])]
	param([string] $Path, [string] $ProfilePath)
	($Path -replace '^%USERPROFILE%', $ProfilePath.Replace('$', '$$')).TrimEnd('\')
}

function Find-Link {
	<# .SYNOPSIS
	The first link (reparse point) on the way from a folder, which is not looked at, to a path below it; nothing without one.
	From the top, because Windows follows links above what it is asked for. Throws where a part is not there.
	.PARAMETER Root
	The folder.
	.PARAMETER Path
	The path. #>
	[CmdletBinding()]
	[OutputType([string])]
	param([string] $Root, [string] $Path)
	$place = $Root
	foreach ($part in $Path.Substring($Root.Length).Split('\')) {
		if (-not $part) { continue }
		$place = "$place\$part"
		if ([IO.File]::GetAttributes($place) -band $reparsePoint) { return $place }
	}
}
