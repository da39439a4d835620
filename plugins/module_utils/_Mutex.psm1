# One exchange at a time on the store of an owner.

function Enter-Mutex {
	<# .SYNOPSIS
	The owner's mutex, which this process then holds. #>
	param([string] $Sid)
	try { $mutex = [Threading.Mutex]::new($false, "Global\hospital_it.pkcs12.$Sid") } catch [UnauthorizedAccessException], [Threading.WaitHandleCannotBeOpenedException] {
		# Another account, or something that is no mutex, has its name.
		throw @{ code = 'busy'; hresult = Get-HResult -Exception $_.Exception }
	}
	# Another exchange on this owner's store that died has released it.
	$free = try { $mutex.WaitOne(10000) } catch [Threading.AbandonedMutexException] { $true }
	if (-not $free) {
		$mutex.Dispose()
		throw @{ code = 'busy' }
	}
	$mutex
}
