# What the drivers share: reading certificate stores as Windows keeps them, and reasons. With .NET alone.

# A holder controls the own profile and the own hive, and whoever reads them is an administrator. So of one place no more is read than this.
$mostEntries = 1000
$mostBytes = 4MB
$largestElement = 64KB
$longestText = 300
$longestWait = 10000
$elementName = '^[0-9A-F]{40}\z'
$reparsePoint = [IO.FileAttributes]::ReparsePoint

function Get-HResult {
	<# .SYNOPSIS
	The HRESULT of the innermost exception, unsigned.
	.PARAMETER Exception
	The outer one. #>
	[CmdletBinding()]
	[OutputType([long])]
	param([Exception] $Exception)
	$Exception.GetBaseException().HResult -band 0xFFFFFFFFL
}

function Get-Reason {
	<# .SYNOPSIS
	Why something was not read. A holder may make a path as long as he likes.
	.PARAMETER Code
	Of the protocol.
	.PARAMETER Place
	A path.
	.PARAMETER HResult
	If there is one. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([string] $Code, [string] $Place, [Object] $HResult)
	if ($Place.Length -gt $longestText) { $Place = $Place.Substring(0, $longestText) }
	@{ code = $Code; detail = $Place; hresult = $HResult }
}

function Get-Unread {
	<# .SYNOPSIS
	A place that could not be read, and why.
	.PARAMETER Place
	A path.
	.PARAMETER Exception
	What kept from reading it. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([string] $Place, [Exception] $Exception)
	$base = $Exception.GetBaseException()
	$denied = $base -is [UnauthorizedAccessException] -or $base -is [Security.SecurityException]
	$code = if ($base -is [TimeoutException]) { 'timed_out' } else { ('unreadable', 'access_denied')[$denied] }
	Get-Reason -Code $code -Place $Place -HResult (Get-HResult -Exception $base)
}

function Wait-File {
	<# .SYNOPSIS
	The result of a task, as long as its place has time. #>
	param([Threading.Tasks.Task] $Task, [Diagnostics.Stopwatch] $Watch)
	$Watch.Start()
	$first = [Threading.Tasks.Task]::WaitAny(@($Task), [int] [Math]::Max(0, $longestWait - $Watch.ElapsedMilliseconds))
	$Watch.Stop()
	if ($first -lt 0) { throw [TimeoutException]::new() }
	# A property that throws would be nothing to PowerShell.
	$Task.GetAwaiter().GetResult()
}

function Read-SmallFile {
	<# .SYNOPSIS
	The bytes of a file; nothing when there are more than that. Nobody is kept from the file meanwhile.
	Who has an oplock on it can keep an opening waiting for good. So another thread opens it, where no PowerShell runs.
	.PARAMETER Path
	Of the file.
	.PARAMETER Largest
	How many bytes it may have.
	.PARAMETER Watch
	How long its place was waited for. #>
	[CmdletBinding()]
	[OutputType([byte[]])]
	param([string] $Path, [long] $Largest, [Diagnostics.Stopwatch] $Watch)
	if ($Watch.ElapsedMilliseconds -ge $longestWait) { throw [TimeoutException]::new() }
	$linq = [Linq.Expressions.Expression]
	$how = foreach ($each in $Path, [IO.FileMode]::Open, [IO.FileAccess]::Read, [IO.FileShare] 'ReadWrite, Delete') { $linq::Constant($each) }
	$open = $linq::Lambda([Func[IO.FileStream]], $linq::Call([IO.File], 'Open', $null, [Linq.Expressions.Expression[]] $how))
	$task = [Threading.Tasks.Task[IO.FileStream]]::new($open.Compile())
	$task.Start()
	$stream = Wait-File -Task $task -Watch $Watch
	try {
		if ($stream.Length -gt $Largest) { return }
		$data = [byte[]]::new($stream.Length)
		[void] (Wait-File -Task $stream.ReadAsync($data, 0, $data.Length) -Watch $Watch)
		, $data
	} finally { $stream.Dispose() }
}

function ConvertTo-Element {
	<# .SYNOPSIS
	Data of a store as an element, or why it is none. #>
	param([string] $Source, [string] $Place, [byte[]] $Data)
	if ($Data.Length -gt $largestElement) { return Get-Reason -Code 'too_large' -Place $Place }
	@{ source = $Source; data = [Convert]::ToBase64String($Data) }
}

function Select-Found {
	<# .SYNOPSIS
	What was found in a place, as long as it is within the limits; of each reason the first. The tally of a place begins empty. #>
	param([hashtable] $Found, [hashtable] $Tally, [string] $Place)
	$Tally.entries++
	if ($Found.source) { $Tally.bytes += $Found.data.Length * 3 / 4 }
	$Tally.ended = $Tally.entries -gt $mostEntries -or $Tally.bytes -gt $mostBytes
	if ($Tally.ended) { $Found = Get-Reason -Code 'limit' -Place $Place }
	$code = [string] $Found.code
	if (-not $Found.Count -or ($code -and $Tally[$code])) { return }
	$Tally[$code] = $true
	$Found
}

function Read-Hive {
	<# .SYNOPSIS
	The elements under a key of the registry, and what of it was not read; none when it is not there.
	.PARAMETER Root
	The hive.
	.PARAMETER Path
	The key in it. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([Microsoft.Win32.RegistryKey] $Root, [string] $Path)
	$key = $Root.OpenSubKey($Path)
	if (-not $key) { return }
	$tally = @{}
	foreach ($name in $key.GetSubKeyNames()) {
		$place = "$key\$name"
		if ($name -match $elementName) {
			$blob = $key.OpenSubKey($name).GetValue('Blob')
			if ($blob -isnot [byte[]]) { $blob = [byte[]]@() }
			$found = ConvertTo-Element -Source 'hive' -Place $place -Data $blob
		} else { $found = Get-Reason -Code 'unknown_name' -Place $place }
		Select-Found -Found $found -Tally $tally -Place "$key"
		if ($tally.ended) { return }
	}
}

function Read-StoreFile {
	<# .SYNOPSIS
	A file of a store as an element, or why it was not read. #>
	param([IO.FileInfo] $File, [Diagnostics.Stopwatch] $Watch)
	$path = $File.FullName
	if ($File.Attributes -band $reparsePoint) { return Get-Reason -Code 'link' -Place $path }
	if ($File.Name -notmatch $elementName) { return Get-Reason -Code 'unknown_name' -Place $path }
	try {
		$data = Read-SmallFile -Path $path -Largest $largestElement -Watch $Watch
		if ($null -eq $data) { return Get-Reason -Code 'too_large' -Place $path }
		ConvertTo-Element -Source 'file' -Place $path -Data $data
	} catch { Get-Unread -Place $path -Exception $_.Exception }
}

function Read-Folder {
	<# .SYNOPSIS
	The elements in a folder, and what of it was not read; none when it is not there.
	.PARAMETER Path
	The folder. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([string] $Path)
	try { [void] [IO.File]::GetAttributes($Path) } catch [IO.DirectoryNotFoundException], [IO.FileNotFoundException] { return }
	$tally = @{}
	$watch = [Diagnostics.Stopwatch]::new()
	foreach ($entry in [IO.DirectoryInfo]::new($Path).EnumerateFileSystemInfos()) {
		# No certificate is in a folder of the store.
		$found = if ($entry -is [IO.FileInfo]) { Read-StoreFile -File $entry -Watch $watch } else { @{} }
		Select-Found -Found $found -Tally $tally -Place $Path
		if ($tally.ended) { return }
	}
}

function Test-AdministratorProtection {
	<# .SYNOPSIS
	Whether Windows keeps a second account for each administrator who logs on here: a local one, whose name begins with ADMIN_. #>
	[Microsoft.Win32.Registry]::GetValue('HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System', 'TypeOfAdminApprovalMode', 0) -eq 2
}

function Test-SecondAccount {
	<# .SYNOPSIS
	Whether an account is one of these, and no person's. In a domain or in Entra, ADMIN_ is the beginning of a name like any other.
	.PARAMETER Sid
	Of the account.
	.PARAMETER Name
	Without its domain. #>
	[CmdletBinding()]
	[OutputType([bool])]
	param([string] $Sid, [string] $Name)
	# Only few names get so far: a deleted account of a domain blocks for seconds.
	if ($Name -notlike 'ADMIN_*' -or -not (Test-AdministratorProtection)) { return $false }
	try { $account = ([Security.Principal.SecurityIdentifier] $Sid).Translate([Security.Principal.NTAccount]).Value } catch { return $false }
	$account.Split('\')[0] -eq [Environment]::MachineName
}

function Get-ProfileList {
	<# .SYNOPSIS
	The profiles of people, sorted by SID. #>
	$list = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList')
	$names = $list.GetSubKeyNames()
	# Of a computer or a domain, and of Entra.
	$people = [string[]] ($names -match '^S-1-(5-21|12-1)-[-0-9]+$')
	[Array]::Sort($people, [StringComparer]::Ordinal)
	# PI_MANDATORY, PI_GUEST_PROFILE and PI_TEMPORARY of State: Windows discards these profiles at logoff.
	$discarded = 0x1 -bor 0x80 -bor 0x800
	foreach ($sid in $people) {
		$key = $list.OpenSubKey($sid)
		if (-not $key) { continue }
		$path = [string] $key.GetValue('ProfileImagePath')
		if (Test-SecondAccount -Sid $sid -Name $path.Split('\')[-1]) { continue }
		# A .bak twin or a folder named TEMP say the same as State.
		$temporary = ([int] $key.GetValue('State', 0) -band $discarded) -or "$sid.bak" -in $names -or $path -match '\\TEMP(\.[^\\]*)?$'
		@{ owner_sid = $sid; path = $path; loaded = $sid -in [Microsoft.Win32.Registry]::Users.GetSubKeyNames(); temporary = $temporary }
	}
}

function Get-DnsName {
	<# .SYNOPSIS
	The DNS host name of this computer, and that with its domain where it has one. #>
	try {
		# GetNetworkParams; its host name may have the domain.
		$network = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
		$label, $domain = "$($network.HostName)".TrimEnd('.') -split '\.', 2
		if (-not $domain) { $domain = "$($network.DomainName)".TrimEnd('.') }
	} catch { return }
	if ($label) { $label }
	if ($label -and $domain) { "$label.$domain" }
}

function Test-Request {
	<# .SYNOPSIS
	The keys of a request that are unknown, missing or wrong.
	.PARAMETER Given
	The keys of the request.
	.PARAMETER Protocol
	Its version.
	.PARAMETER Expected
	The keys that it has to have. #>
	[CmdletBinding()]
	[OutputType([string])]
	param([string[]] $Given, [Object] $Protocol, [string[]] $Expected)
	$Given = @($Given) -notlike '_ansible_*'
	$Given + $Expected | Where-Object { $_ -notin $Given -or $_ -notin $Expected }
	if ($Protocol -ne 1) { 'protocol' }
}

function Exit-BadRequest {
	<# .SYNOPSIS
	Answers a request that a driver does not understand, and ends the driver.
	.PARAMETER Driver
	Who says so.
	.PARAMETER Wrong
	See Test-Request. #>
	[CmdletBinding()]
	param([string] $Driver, [string[]] $Wrong)
	if (-not $Wrong) { return }
	ConvertTo-Json -Compress -InputObject @{ failed = $true; protocol = 1; msg = "$Driver refuses the request because of: $($Wrong -join ', ')" }
	exit 1
}

function Get-ForceKeyProtection {
	<# .SYNOPSIS
	The policy of that name; 0 without one. #>
	[int] [Microsoft.Win32.Registry]::GetValue('HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Cryptography', 'ForceKeyProtection', 0)
}

function Get-UtcNow {
	<# .SYNOPSIS
	The time, as the protocol has it. #>
	[DateTime]::UtcNow.ToString('s') + 'Z'
}
