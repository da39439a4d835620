# What both drivers need. Certificate stores are read as Windows keeps them, with .NET alone.

function Get-HResult {
	<# .SYNOPSIS
	The HRESULT of the innermost exception, unsigned. #>
	param([Exception] $Exception)
	$Exception.GetBaseException().HResult -band 0xFFFFFFFFL
}

function Read-Hive {
	<# .SYNOPSIS
	The elements under a key of the registry; none when it is not there. #>
	param([Microsoft.Win32.RegistryKey] $Root, [string] $Path)
	$key = $Root.OpenSubKey($Path)
	if (-not $key) { return }
	foreach ($name in $key.GetSubKeyNames()) {
		$blob = $key.OpenSubKey($name).GetValue('Blob')
		if ($blob -isnot [byte[]]) { $blob = [byte[]]@() }
		@{ source = 'hive'; data = [Convert]::ToBase64String($blob) }
	}
}

function Read-Folder {
	<# .SYNOPSIS
	The elements in a folder; none when it is not there. #>
	param([string] $Path)
	try { $files = [IO.Directory]::GetFiles($Path) } catch [IO.DirectoryNotFoundException] { return }
	foreach ($file in $files) { @{ source = 'file'; data = [Convert]::ToBase64String([IO.File]::ReadAllBytes($file)) } }
}

function Get-ProfileList {
	<# .SYNOPSIS
	The profiles of people, sorted by SID. #>
	$list = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList')
	$names = $list.GetSubKeyNames()
	# Of a computer or a domain, and of Entra.
	$people = [string[]] ($names -match '^S-1-(5-21|12-1)-[-0-9]+$')
	[Array]::Sort($people, [StringComparer]::Ordinal)
	$temporaryState = 0x800
	foreach ($sid in $people) {
		$key = $list.OpenSubKey($sid)
		$path = [string] $key.GetValue('ProfileImagePath')
		# A .bak twin or a folder named TEMP say the same as State.
		$temporary = ($key.GetValue('State', 0) -band $temporaryState) -or "$sid.bak" -in $names -or $path -match '\\TEMP(\.[^\\]*)?$'
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

function Test-Computer {
	<# .SYNOPSIS
	Whether this computer is called so: its NetBIOS name or a DNS name, in any case. #>
	param([string] $Name)
	[bool] (@([Environment]::MachineName; Get-DnsName) | Where-Object { $_.Equals($Name, [StringComparison]::OrdinalIgnoreCase) })
}

function Test-Request {
	<# .SYNOPSIS
	The keys of a request that are unknown, missing or wrong. It gets names only: the request holds secrets. #>
	param([string[]] $Expected, [string[]] $Given, [Object] $Protocol)
	Compare-Object -ReferenceObject $Expected -DifferenceObject ($Given -notlike '_ansible_*') | ForEach-Object -MemberName InputObject
	if ($Protocol -ne 1) { 'protocol' }
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
