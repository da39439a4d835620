# What both drivers need. Certificate stores are read as Windows keeps them, with .NET alone.

# The HRESULT of the innermost exception, unsigned.
function Get-HResult($Exception) {
	$Exception.GetBaseException().HResult -band 4294967295
}

function Read-Hive($Root, $Path) {
	$key = $Root.OpenSubKey($Path)
	if (-not $key) { return }
	foreach ($name in $key.GetSubKeyNames()) {
		$blob = $key.OpenSubKey($name).GetValue('Blob')
		if ($blob -isnot [byte[]]) { $blob = [byte[]]@() }
		@{ source = 'hive'; data = [Convert]::ToBase64String($blob) }
	}
}

function Read-Folder($Path) {
	try { $files = [IO.Directory]::GetFiles($Path) } catch [IO.DirectoryNotFoundException] { return }
	foreach ($file in $files) { @{ source = 'file'; data = [Convert]::ToBase64String([IO.File]::ReadAllBytes($file)) } }
}

function Get-ProfileList {
	$list = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList')
	$names = $list.GetSubKeyNames()
	$people = [string[]] ($names -match '^S-1-(5-21|12-1)-[-0-9]+$')
	[Array]::Sort($people, [StringComparer]::Ordinal)
	foreach ($sid in $people) {
		$key = $list.OpenSubKey($sid)
		$path = [string] $key.GetValue('ProfileImagePath')
		# 0x800 in State: a temporary profile. A .bak twin or a folder named TEMP say the same.
		$temporary = ($key.GetValue('State', 0) -band 0x800) -or "$sid.bak" -in $names -or $path -match '\\TEMP(\.[^\\]*)?$'
		@{ owner_sid = $sid; path = $path; loaded = $sid -in [Microsoft.Win32.Registry]::Users.GetSubKeyNames(); temporary = $temporary }
	}
}

# The keys of the request that are unknown, missing or wrong. The request, with its secrets, is no parameter.
function Test-Request($Key) {
	Compare-Object $Key (@($complex_args.Keys) -notlike '_ansible_*') | ForEach-Object InputObject
	if ($complex_args.protocol -ne 1) { 'protocol' }
}

function Get-ForceKeyProtection {
	[int] [Microsoft.Win32.Registry]::GetValue('HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Cryptography', 'ForceKeyProtection', 0)
}

function Get-UtcNow { [DateTime]::UtcNow.ToString('s') + 'Z' }
