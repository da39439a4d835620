# What the reading drivers share beside _Store: why a place could not be read.

function Get-Unread {
	<# .SYNOPSIS
	A place that could not be read, and why. #>
	param([string] $Place, [Exception] $Exception)
	$base = $Exception.GetBaseException()
	$denied = $base -is [UnauthorizedAccessException] -or $base -is [Security.SecurityException]
	@{ code = ('unreadable', 'access_denied')[$denied]; detail = $Place; hresult = $base.HResult -band 0xFFFFFFFFL }
}
