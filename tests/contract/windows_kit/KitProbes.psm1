# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Questions about Windows that its documentation leaves open. Each gives a short answer without names.

$my = 'My', 'CurrentUser'
$cngProvider = 'Microsoft Software Key Storage Provider'

function Open-My {
	<# .SYNOPSIS
	The user's store, to write. #>
	$store = [Security.Cryptography.X509Certificates.X509Store]::new($my[0], $my[1])
	$store.Open('ReadWrite, IncludeArchived')
	$store
}

function New-Element {
	<# .SYNOPSIS
	An element with a link to a container; the link before the certificate, or behind it. #>
	param([byte[]] $Certificate, [string] $Container, [switch] $LinkLast)
	$records = @((New-KitRecord -Id 2 -Data (New-KitLink -Container $Container -Provider $cngProvider)), (New-KitRecord -Id 32 -Data $Certificate))
	if ($LinkLast) { [Array]::Reverse($records) }
	, [byte[]] ($records[0] + $records[1])
}

function Get-Present {
	<# .SYNOPSIS
	The probed certificate in the store, with its link. #>
	param([string] $Thumbprint)
	$store = Open-My
	try {
		$found = @($store.Certificates | Where-Object { $_.Thumbprint -eq $Thumbprint })[0]
		@{ there = [bool] $found; link = $(if ($found) { Get-KeyLink -Certificate $found }) }
	} finally { $store.Close() }
}

function Test-NamedContainer {
	<# .SYNOPSIS
	How Windows names a container of CNG whose key has a friendly name in the bundle, and one whose name is taken; whether the certificate shows it. #>
	param([Object] $Fact)
	$answers = foreach ($time in 'first', 'again') {
		try {
			$leaf = [ansible_collections.hospital_it.pkcs12.kit.Native]::Import([Convert]::FromBase64String($Fact.named_bundle), $Fact.passphrase)
			$container = (Get-KeyLink -Certificate $leaf).container
			$kind = if ($container -eq $Fact.named) { 'that name' } elseif ($container -match '^\{[0-9A-F-]{36}\}$') { 'a GUID' } else { 'another' }
			"${time}: $kind, $(if ($leaf.FriendlyName) { 'shown' } else { 'not shown' })"
			$leaf.Dispose()
		} catch { "${time}: 0x{0:X8}" -f $_.Exception.GetBaseException().HResult }
	}
	$answers -join '; '
}

function Add-FileType {
	<# .SYNOPSIS
	The drivers' classes that read and remove files. #>
	# A process compiles a class once.
	if ('ansible_collections.hospital_it.pkcs12.plugins.module_utils._ProfileFile.ProfileFile' -as [type]) { return }
	Add-KitType -Path "$PSScriptRoot\drivers\_FileRemoval.cs", "$PSScriptRoot\drivers\_ProfileFile.cs"
}

function Read-NewKeyFile {
	<# .SYNOPSIS
	What the driver reads in the one key file that is new, and the numbers of its head. #>
	param([string[]] $Before, [string] $Container, [switch] $Cng)
	$made = @(Get-KeyPlace | Where-Object { $_ -notin $Before })
	if ($made.Count -ne 1) { return "$($made.Count) new files" }
	$own = [Environment]::GetFolderPath('UserProfile')
	if (-not $made[0].StartsWith("$own\", [StringComparison]::OrdinalIgnoreCase)) { return 'AppData is not in the profile' }
	$read = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._ProfileFile.ProfileFile]::ReadKey($own, $made[0], 64KB, [bool] $Cng, $Container)
	$data = [IO.File]::ReadAllBytes($made[0])
	$numbers = foreach ($index in 0..$(if ($Cng) { 6 } else { 9 })) { [BitConverter]::ToUInt32($data, 4 * $index) }
	$word = if ($read.Container -ceq $Container) { 'same' } elseif ($read.Container) { 'another' } else { $read.Code }
	"$word ($($numbers -join ' ') of $($data.Length))"
}

function Test-KeyFile {
	<# .SYNOPSIS
	Whether the driver finds the container's name in key files that Windows has made. #>
	param([Object] $Fact)
	Add-FileType
	$before = @(Get-KeyPlace)
	$leaf = [ansible_collections.hospital_it.pkcs12.kit.Native]::Import([Convert]::FromBase64String($Fact.bundle), $Fact.passphrase)
	$cng = Read-NewKeyFile -Before $before -Container (Get-KeyLink -Certificate $leaf).container -Cng
	$leaf.Dispose()
	$before = @(Get-KeyPlace)
	$name = '{00000000-0000-0000-0000-00000000CA92}'
	$key = Open-LegacyKey -Name $name -Type 1
	$key.ImportCspBlob((ConvertFrom-Hex -Text $Fact.blob))
	$key.PersistKeyInCsp = $true
	$key.Dispose()
	"cng: $cng; capi: $(Read-NewKeyFile -Before $before -Container $name)"
}

function Test-ReplaceDeadKey {
	<# .SYNOPSIS
	Which link a certificate has after X509Store.Add over one whose key is dead. #>
	param([Object] $Fact)
	$dead = '{00000000-0000-0000-0000-00000000DEAD}'
	$leaf = [ansible_collections.hospital_it.pkcs12.kit.Native]::Import([Convert]::FromBase64String($Fact.bundle), $Fact.passphrase)
	$container = (Get-KeyLink -Certificate $leaf).container
	$store = Open-My
	try {
		[ansible_collections.hospital_it.pkcs12.kit.Native]::AddElement($store, (New-Element -Certificate $leaf.RawData -Container $dead))
		$store.Add($leaf)
	} finally { $store.Close() }
	$link = (Get-Present -Thumbprint $Fact.thumbprint).link
	if (-not $link) { 'no link' } elseif ($link.container -eq $container) { 'new' } elseif ($link.container -eq $dead) { 'old' } else { 'other' }
}

function Test-KeyFileAcl {
	<# .SYNOPSIS
	What the access list of a new CNG key file gives to administrators, SYSTEM and the user. #>
	param([Object] $Fact, [string] $Sid)
	$before = @(Get-KeyPlace)
	[ansible_collections.hospital_it.pkcs12.kit.Native]::Import([Convert]::FromBase64String($Fact.bundle), $Fact.passphrase).Dispose()
	$made = @(Get-KeyPlace | Where-Object { $_ -notin $before })
	if ($made.Count -ne 1 -or -not [IO.File]::Exists($made[0])) { return "$($made.Count) new places, and no file" }
	$known = @{ 'S-1-5-32-544' = 'administrators'; 'S-1-5-18' = 'system'; $Sid = 'owner' }
	$rules = [IO.FileInfo]::new($made[0]).GetAccessControl('Access').GetAccessRules($true, $true, [Security.Principal.SecurityIdentifier])
	@(foreach ($rule in $rules) {
			$who = $known[$rule.IdentityReference.Value]
			"$($rule.AccessControlType) $(if ($who) { $who } else { 'another' }): $($rule.FileSystemRights)"
		}) -join '; '
}

function Test-RecordOrder {
	<# .SYNOPSIS
	Whether crypt32 reads an element whose link stands behind the certificate. #>
	param([Object] $Fact, [byte[]] $Certificate)
	Add-KitEntry -Entry @{ do = 'element'; name = $Fact.thumbprint }
	Set-RawElement -Name $Fact.thumbprint -Data (New-Element -Certificate $Certificate -Container '{00000000-0000-0000-0000-00000000DEAD}' -LinkLast)
	$found = Get-Present -Thumbprint $Fact.thumbprint
	if ($found.link) { 'read, with its link' } elseif ($found.there) { 'read, without its link' } else { 'not read' }
}

function Test-DeleteOpenFile {
	<# .SYNOPSIS
	When a file goes that is deleted while a handle of its own process is open. #>
	$path = [IO.Path]::Combine([IO.Path]::GetTempPath(), "pkcs12-kit-$PID.tmp")
	Add-KitFile -Path $path -Data ([byte[]] @(1))
	$file = [IO.File]::Open($path, 'Open', 'Read', 'Read, Delete')
	try {
		[IO.File]::Delete($path)
		$there = @([IO.Directory]::GetFiles([IO.Path]::GetTempPath(), [IO.Path]::GetFileName($path))).Count
	} finally { $file.Dispose() }
	$after = [IO.File]::Exists($path)
	if (-not $there) { 'at once' } elseif (-not $after) { 'with the last handle' } else { 'never' }
}

function Test-DeleteFileOpenElsewhere {
	<# .SYNOPSIS
	When a file goes that the driver's class removes while another process has it open and shares everything. #>
	Add-FileType
	$folder = [IO.Path]::GetTempPath().TrimEnd('\')
	$path = "$folder\pkcs12-kit-$PID.tmp"
	$data = [byte[]] @(1)
	Add-KitFile -Path $path -Data $data
	$script = "`$f = [IO.File]::Open('$($path.Replace("'", "''"))', 'Open', 'Read', 'ReadWrite, Delete'); 'open'; [void] [Console]::In.ReadLine(); `$f.Dispose()"
	$other = Open-KitProcess -Argument "-EncodedCommand $([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($script)))"
	try {
		[void] $other.StandardOutput.ReadLine()
		$hash = [BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($data)).Replace('-', '')
		$refused = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._FileRemoval.FileRemoval]::Remove($folder, $path, $hash, 1KB)
		$there = @([IO.Directory]::GetFiles($folder, [IO.Path]::GetFileName($path))).Count
	} finally { Close-KitProcess -Process $other }
	if ($refused) { return $refused }
	$old = if ([Environment]::OSVersion.Version.Build -lt 17763) { ', before build 17763' }
	if (-not $there) { 'at once' } elseif (-not [IO.File]::Exists($path)) { "with the last handle$old" } else { 'never' }
}

function Test-Oplock {
	<# .SYNOPSIS
	Whether opening a file waits while its owner holds an oplock and does not answer, and whether a process with such a thread ends. #>
	$path = [IO.Path]::Combine([IO.Path]::GetTempPath(), "pkcs12-kit-$PID.tmp")
	Add-KitFile -Path $path -Data ([byte[]] @(1))
	$held = [ansible_collections.hospital_it.pkcs12.kit.Native]::HoldOplock($path)
	if (-not $held) { return 'no oplock is had here' }
	try {
		$script = "`$open = [Delegate]::CreateDelegate([Func[string, IO.FileStream]], [IO.File].GetMethod('OpenRead'))
`$open.BeginInvoke('$($path.Replace("'", "''"))', `$null, `$null).AsyncWaitHandle.WaitOne(3000)"
		$other = Open-KitProcess -Argument "-EncodedCommand $([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($script)))"
		$opened = $other.StandardOutput.ReadLine() -eq 'True'
		$ends = $other.WaitForExit(20000)
		if (-not $ends) { $other.Kill() }
		$other.Dispose()
	} finally { $held.Dispose() }
	"opening waits: $(-not $opened); its process ends: $ends"
}

function Test-AppDataOwner {
	<# .SYNOPSIS
	Whose the folders above the user's certificates are. The driver reads none of another person. #>
	param([string] $Sid)
	$known = @{ 'S-1-5-32-544' = 'administrators'; 'S-1-5-18' = 'system'; $Sid = 'owner' }
	$list = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList').GetSubKeyNames()
	$data = [Environment]::GetFolderPath('ApplicationData')
	$words = foreach ($place in $data, "$data\Microsoft\SystemCertificates\My", "$data\Microsoft\SystemCertificates\My\Certificates") {
		$owner = try { [Security.AccessControl.DirectorySecurity]::new($place, 'Owner').GetOwner([Security.Principal.SecurityIdentifier]).Value } catch { 'unread' }
		if ($known[$owner]) { $known[$owner] } elseif ($owner -in $list) { 'another person' } else { 'other' }
	}
	"$(if ('another person' -in $words) { 'refused' } else { 'read' }): $($words -join ', ')"
}

function Test-LinkToLegacyKey {
	<# .SYNOPSIS
	Whether NCryptOpenKey opens a key of CAPI without a key spec, and with it. #>
	param([Object] $Fact)
	$name = '{00000000-0000-0000-0000-00000000CA91}'
	$key = Open-LegacyKey -Name $name -Type 1
	$key.ImportCspBlob((ConvertFrom-Hex -Text $Fact.blob))
	$key.PersistKeyInCsp = $true
	$key.Dispose()
	$answers = foreach ($spec in 0, 1) { '{0:X8}' -f [ansible_collections.hospital_it.pkcs12.kit.Native]::TryOpen($name, $spec) }
	"key spec 0: $($answers[0]); key spec 1: $($answers[1])"
}

function Test-ConvertToJson {
	<# .SYNOPSIS
	What ConvertTo-Json makes of nothing, of an array of none and of one, and of an array that has been through a pipeline. #>
	$piped = @(1) | Where-Object { $_ -gt 1 }
	$one = @(@(@{ a = 1 }) | Where-Object { $_.a })
	ConvertTo-Json -Compress -Depth 5 -InputObject ([ordered] @{ nothing = $piped; call = $(& { }); none = @(); one = $one; text = @('a') })
}

function Test-Lock {
	<# .SYNOPSIS
	What may lock PowerShell: AppLocker's rules by group policy and by device management, and what Windows says of scripts. #>
	$key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Policies\Microsoft\Windows\SrpV2')
	$collections = if ($key) { $key.GetSubKeyNames() -join ' ' } else { 'no SrpV2' }
	$script = if ($key) { $key.OpenSubKey('Script') }
	$rules = if ($script) { "$($script.SubKeyCount) rules, $($script.GetValue('EnforcementMode', 'no EnforcementMode'))" } else { 'none' }
	$folder = "$([Environment]::SystemDirectory)\AppLocker\MDM"
	# Names of nodes of the CSP; those of groupings and enrolments are the site's.
	$managed = try {
		$nodes = @([IO.Directory]::GetFiles($folder, 'Policy', 'AllDirectories') | ForEach-Object { $_.Split('\')[-2] })
		"$($nodes -join ' ')"
	} catch { 'no files' }
	$policy = 'System.Management.Automation.Security.SystemPolicy' -as [type]
	$said = if ($policy) { $policy::GetSystemLockdownPolicy() } else { 'no SystemPolicy' }
	"collections: $collections; Script: $rules; device management: $managed; policy of the system: $said"
}

function Test-LinkedToken {
	<# .SYNOPSIS
	The policy of Administrator Protection, and whose token become takes from a logon of this user: the one that is linked to it. #>
	param([string] $Sid)
	$policies = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
	$mode = [Microsoft.Win32.Registry]::GetValue($policies, 'TypeOfAdminApprovalMode', $null)
	$second = [Security.Principal.WindowsIdentity]::GetCurrent().Name.Split('\')[-1] -like 'ADMIN_*'
	$linked = [ansible_collections.hospital_it.pkcs12.kit.Native]::GetLinkedAccount()
	$whose = if (-not $linked) { 'none' } elseif ($linked -eq $Sid) { 'the same account' } else { 'another account' }
	"TypeOfAdminApprovalMode: $(if ($null -eq $mode) { 'not set' } else { $mode }); runs as ADMIN_: $second; linked token: $whose"
}

function Test-ProfileState {
	<# .SYNOPSIS
	The State of the user's own profile. #>
	param([string] $Sid)
	$key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey("SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\$Sid")
	if (-not $key) { return 'no entry' }
	$state = $key.GetValue('State')
	if ($null -eq $state) { 'no State' } else { '0x{0:X}' -f $state }
}

function Test-TransportKey {
	<# .SYNOPSIS
	Whether a process opens a CNG key that another one has made, and decrypts what was encrypted for it (RSA-OAEP with SHA-256). #>
	$name = "pkcs12-kit-$PID"
	Add-KitEntry -Entry @{ do = 'cng_key'; name = $name }
	$head = '$p = [Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider; $o = [Security.Cryptography.RSAEncryptionPadding]::OaepSHA256;'
	$make = $head + @'
$c = [Security.Cryptography.CngKeyCreationParameters]::new(); $c.Provider = $p; $c.ExportPolicy = 'None'
$c.Parameters.Add([Security.Cryptography.CngProperty]::new('Length', [BitConverter]::GetBytes(2048), 'None'))
$r = [Security.Cryptography.RSACng]::new([Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::Rsa, 'NAME', $c))
$public = [Security.Cryptography.RSACng]::new(); $public.ImportParameters($r.ExportParameters($false))
[Convert]::ToBase64String($public.Encrypt([byte[]] (1, 2, 3), $o))
'@.Replace('NAME', $name)
	$sealed = Invoke-KitPowerShell -Script $make
	$open = $head + @'
$r = [Security.Cryptography.RSACng]::new([Security.Cryptography.CngKey]::Open('NAME', $p, 'Silent'))
$r.Decrypt([Convert]::FromBase64String('SEALED'), $o) -join ' '
'@.Replace('NAME', $name).Replace('SEALED', $sealed)
	$opened = Invoke-KitPowerShell -Script $open
	if ($opened -eq '1 2 3') { 'opened and decrypted' } else { 'not opened' }
}

function Test-ScriptBlockLogging {
	<# .SYNOPSIS
	What script-block logging keeps: the text of a script, a value that came by standard input, a value handed to a .NET method. #>
	$policy = 'SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging'
	Set-KitRegistry -Root 'HKLM' -Path $policy -Name 'EnableScriptBlockLogging' -Kind 'DWord' -Value 1
	$mark, $secret = [Guid]::NewGuid().ToString('N'), [Guid]::NewGuid().ToString('N')
	[void] (Invoke-KitPowerShell -Script "'$mark'; `$read = [Console]::In.ReadLine(); [Text.Encoding]::UTF8.GetBytes(`$read).Length" -Stdin $secret)
	Start-Sleep -Seconds 2
	$events = @(Get-WinEvent -FilterHashtable @{ LogName = 'Microsoft-Windows-PowerShell/Operational'; Id = 4104 } -MaxEvents 200 | ForEach-Object { $_.Message })
	"text: $([bool] ($events -match $mark)); standard input: $([bool] ($events -match $secret))"
}

function Invoke-KitProbe {
	<# .SYNOPSIS
	The answer to a probe. #>
	param([scriptblock] $Ask, [Object] $Fact, [byte[]] $Certificate, [string] $Sid)
	@{ fact = $Fact; certificate = $Certificate; sid = $Sid } | ForEach-Object -Process $Ask
}

function Get-KitProbe {
	<# .SYNOPSIS
	The probes: id, how to ask, question, and patterns of the answers that the drivers are ready for; no pattern where any answer is welcome. #>
	@{ id = 'replace_dead_key'; ask = { Test-ReplaceDeadKey -Fact $_.fact }; question = 'which link has a certificate after X509Store.Add over one whose key is dead'; expected = 'new', 'old' }
	@{
		id = 'key_file_acl'; ask = { Test-KeyFileAcl -Fact $_.fact -Sid $_.sid }; question = 'what the access list of a CNG key file gives'; expected = @('*Allow administrators: FullControl*')
		wine = 'Wine keeps keys in the registry'
	}
	@{ id = 'named_container'; ask = { Test-NamedContainer -Fact $_.fact }; question = 'how Windows names the container of a key that has a friendly name'; expected = @() }
	@{
		id = 'key_files'; ask = { Test-KeyFile -Fact $_.fact }; question = 'whether the driver finds the container in key files of Windows'; expected = @('cng: same (*; capi: same (*')
		wine = 'Wine keeps keys in the registry'
	}
	@{ id = 'record_order'; ask = { Test-RecordOrder -Fact $_.fact -Certificate $_.certificate }; question = 'whether crypt32 reads an element whose link stands behind the certificate'; expected = @() }
	@{ id = 'delete_open_file'; ask = { Test-DeleteOpenFile }; question = 'when a file goes that is deleted while its process has it open'; expected = 'at once', 'with the last handle' }
	@{
		id = 'delete_file_open_elsewhere'; ask = { Test-DeleteFileOpenElsewhere }; question = 'when a file goes that the driver removes while another process has it open'
		expected = 'at once', 'with the last handle, before build 17763'; wine = 'Wine shows it in the cases of the drivers'
	}
	@{
		id = 'oplock'; ask = { Test-Oplock }; question = 'whether a process ends that waits for a file with an oplock'; expected = @('*; its process ends: True')
		wine = 'Wine has no oplocks'
	}
	@{ id = 'appdata_owner'; ask = { Test-AppDataOwner -Sid $_.sid }; question = 'whose the folders above the certificates are'; expected = @('read: *') }
	@{ id = 'link_to_legacy_key'; ask = { Test-LinkToLegacyKey -Fact $_.fact }; question = 'whether NCryptOpenKey opens a key of CAPI without and with its key spec'; expected = @('*key spec 1: 00000000') }
	@{
		id = 'convertto_json'; ask = { Test-ConvertToJson }; question = 'what ConvertTo-Json makes of nothing and of arrays'
		expected = @('*"none":`[`],"one":`[{"a":1}`],"text":`["a"`]}')
	}
	@{ id = 'locks'; ask = { Test-Lock }; question = 'what may lock PowerShell'; expected = @() }
	@{
		id = 'linked_token'; ask = { Test-LinkedToken -Sid $_.sid }; question = 'whose token become takes (Administrator Protection)'
		expected = '*runs as ADMIN_: False; linked token: none', '*runs as ADMIN_: False; linked token: the same account'
	}
	@{
		id = 'profile_state'; ask = { Test-ProfileState -Sid $_.sid }; question = 'the State of the profile of an ordinary user'
		# None of mandatory (0x1), guest (0x80) and temporary (0x800).
		expected = 'no State', '0x0', '0x4', '0x100', '0x104', '0x200', '0x204', '0x300', '0x304'
	}
	@{
		id = 'transport_key'; ask = { Test-TransportKey }; question = 'whether the next process opens a CNG key and decrypts with it'; expected = @('opened and decrypted')
		wine = 'Wine does not encrypt with OAEP'
	}
	@{
		id = 'script_block_logging'; ask = { Test-ScriptBlockLogging }; question = 'what script-block logging keeps'; expected = @('text: True; standard input: False')
		administrator = 'it sets a policy of the computer for some seconds'; wine = 'PowerShell 7 keeps an event log of its own'
	}
}

Export-ModuleMember -Function Get-KitProbe, Invoke-KitProbe
