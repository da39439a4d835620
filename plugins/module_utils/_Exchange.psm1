# What the drivers share that write: the right request, the right computer, one exchange at a time on the store of an owner, the answer.

function Test-TransportName {
	<# .SYNOPSIS
	Whether a container is that of a transport key.
	.PARAMETER Name
	Of the container. #>
	[CmdletBinding()]
	[OutputType([bool])]
	param([string] $Name)
	$Name -cmatch '^hospital_it\.pkcs12\.transport\.[0-9a-f]{32}$'
}

function Test-Computer {
	<# .SYNOPSIS
	Whether this computer is called so: its NetBIOS name or a DNS name, in any case.
	.PARAMETER Name
	From the request. #>
	[CmdletBinding()]
	[OutputType([bool])]
	param([string] $Name)
	[bool] (@([Environment]::MachineName; Get-DnsName) | Where-Object { $_.Equals($Name, [StringComparison]::OrdinalIgnoreCase) })
}

function Assert-Step {
	<# .SYNOPSIS
	Refuses a step that is unknown, has other keys than the protocol's, or is for another computer.
	.PARAMETER Step
	Its type.
	.PARAMETER Given
	Its keys.
	.PARAMETER StepKeys
	Those of each type, beside id and step.
	.PARAMETER Computer
	Its name, in step "computer". #>
	[CmdletBinding()]
	param([string] $Step, [string[]] $Given, [hashtable] $StepKeys, [string] $Computer)
	$expected = $StepKeys[$Step]
	if ($null -eq $expected) { throw @{ code = 'unknown_step' } }
	if (Compare-Object -ReferenceObject (@('id', 'step') + $expected) -DifferenceObject $Given) { throw @{ code = 'bad_request' } }
	if ($Step -eq 'computer' -and -not (Test-Computer -Name $Computer)) { throw @{ code = 'wrong_computer' } }
}

function Enter-Mutex {
	<# .SYNOPSIS
	The owner's mutex, which this process then holds.
	.PARAMETER Sid
	Of the owner. #>
	[CmdletBinding()]
	[OutputType([Threading.Mutex])]
	param([string] $Sid)
	try { $mutex = [Threading.Mutex]::new($false, "Global\hospital_it.pkcs12.$Sid") } catch [UnauthorizedAccessException], [Threading.WaitHandleCannotBeOpenedException] {
		# Another account, or something that is no mutex, has its name.
		throw Get-Failure -ErrorRecord $_ -Code 'busy'
	}
	# Another exchange on this owner's store that died has released it.
	$free = try { $mutex.WaitOne(10000) } catch [Threading.AbandonedMutexException] { $true }
	if (-not $free) {
		$mutex.Dispose()
		throw @{ code = 'busy' }
	}
	$mutex
}

function Get-Failure {
	<# .SYNOPSIS
	A refusal (a thrown code) as it is, any other error by its HRESULT.
	.PARAMETER ErrorRecord
	What was caught.
	.PARAMETER Code
	For an error that is no refusal. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([Management.Automation.ErrorRecord] $ErrorRecord, [string] $Code)
	$thrown = $ErrorRecord.TargetObject
	if ($thrown -is [hashtable]) { return @{ code = $thrown.code; hresult = $thrown.hresult } }
	@{ code = $Code; hresult = Get-HResult -Exception $ErrorRecord.Exception }
}

function Read-After {
	<# .SYNOPSIS
	The store after the steps, into the answer. A scanner may have open what was just written, so it is tried for some seconds.
	When it stays unread, returns the error for that.
	.PARAMETER Answer
	Gets the elements.
	.PARAMETER Read
	Reads them. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([hashtable] $Answer, [scriptblock] $Read)
	foreach ($attempt in 1..10) {
		try {
			$Answer.after = @(& $Read)
			return
		} catch { $problem = $_ }
		[Threading.Thread]::Sleep(500)
	}
	$failure = Get-Failure -ErrorRecord $problem -Code 'unexpected'
	@{ step = 'after'; code = 'after_unread'; hresult = $failure.hresult }
}

function New-Answer {
	<# .SYNOPSIS
	An answer in which nothing was done yet.
	.PARAMETER Sid
	Of the owner. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([string] $Sid)
	@{ changed = $false; protocol = 1; owner_sid = $Sid; utc = Get-UtcNow; before = @(); after = @(); journal = @(); error = $null }
}

function ConvertTo-Sent {
	<# .SYNOPSIS
	An answer as it is sent.
	.PARAMETER Driver
	Who answers.
	.PARAMETER Answer
	See New-Answer. #>
	[CmdletBinding()]
	[OutputType([string])]
	param([string] $Driver, [hashtable] $Answer)
	if ($Answer.error) {
		$Answer.failed = $true
		$Answer.msg = "$Driver stopped at $($Answer.error.step): $($Answer.error.code)"
	}
	ConvertTo-Json -Compress -Depth 20 -InputObject $Answer
}
