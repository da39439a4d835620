# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Carries out a case's preparations on the user's own account, each one noted before it is made.

$certificates = 'Microsoft\SystemCertificates\My\Certificates'
$profileList = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'

function ConvertFrom-Hex {
	<# .SYNOPSIS
	Bytes of their digits. #>
	param([string] $Text)
	$bytes = [byte[]]::new($Text.Length / 2)
	for ($at = 0; $at -lt $bytes.Length; $at++) { $bytes[$at] = [Convert]::ToByte($Text.Substring(2 * $at, 2), 16) }
	, $bytes
}

function ConvertTo-Hex {
	<# .SYNOPSIS
	The digits of bytes. #>
	param([byte[]] $Data)
	[BitConverter]::ToString($Data).Replace('-', '')
}

function Add-Key {
	<# .SYNOPSIS
	A new container of CNG; the kit remembers its real name for the elements that link to it. #>
	param([Object] $Order, [hashtable] $Case)
	$certificate = [ansible_collections.hospital_it.pkcs12.kit.Native]::Import([Convert]::FromBase64String($Order.bundle), $Order.passphrase)
	$Case.containers[$Order.alias] = (Get-KeyLink -Certificate $certificate).container
	$certificate.Dispose()
}

function Add-LegacyKey {
	<# .SYNOPSIS
	A new container of CAPI, which has the name that the elements use. #>
	param([Object] $Order)
	$key = Open-LegacyKey -Name $Order.alias -Type 1 -Closed:(-not $Order.exportable)
	$key.ImportCspBlob((ConvertFrom-Hex -Text $Order.blob))
	$key.PersistKeyInCsp = $true
	$key.Dispose()
}

function Get-TransportName {
	<# .SYNOPSIS
	The container of a transport key by the number that cases use. #>
	param([int] $Number)
	'hospital_it.pkcs12.transport.{0:x32}' -f $Number
}

function Add-TransportKey {
	<# .SYNOPSIS
	A transport key as a driver makes it; the kit remembers its public part. #>
	param([string] $Name, [hashtable] $Case)
	$wanted = [Security.Cryptography.CngKeyCreationParameters]::new()
	$wanted.Provider = [Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
	$wanted.Parameters.Add([Security.Cryptography.CngProperty]::new('Length', [BitConverter]::GetBytes(3072), 'None'))
	$key = [Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::Rsa, $Name, $wanted)
	$Case.transport_keys[$Name] = $key.Export('RSAPUBLICBLOB')
	$key.Dispose()
}

function Protect-Passphrase {
	<# .SYNOPSIS
	A passphrase that only the transport key opens (RSA-OAEP with SHA-256), in base64. #>
	param([string] $Text, [byte[]] $PublicKey)
	$rsa = [Security.Cryptography.RSACng]::new([Security.Cryptography.CngKey]::Import($PublicKey, 'RSAPUBLICBLOB'))
	try { [Convert]::ToBase64String($rsa.Encrypt([Text.Encoding]::UTF8.GetBytes($Text), [Security.Cryptography.RSAEncryptionPadding]::OaepSHA256)) }
	finally { $rsa.Dispose() }
}

function Add-Element {
	<# .SYNOPSIS
	An element: by the API, or where the system keeps such what the API does not take. #>
	param([Object] $Order, [hashtable] $Case)
	$hex = if ($Order.data) { ConvertTo-Hex -Data (Set-KitContainer -Element (ConvertFrom-Hex -Text $Order.data) -Container $Case.containers) }
	if ($Order.computer -or $Order.request) {
		$place = if ($Order.request) { 'Microsoft\SystemCertificates\REQUEST\Certificates' } else { $certificates }
		Set-KitRegistry -Root $(if ($Order.computer) { 'HKLM' } else { 'HKCU' }) -Path "Software\$place\$($Order.name)" -Name 'Blob' -Kind $(if ($hex) { 'Binary' }) -Value $hex
		return
	}
	if ($hex -and $Order.name -in $Case.thumbprints) {
		$my = [Security.Cryptography.X509Certificates.X509Store]::new('My', 'CurrentUser')
		$my.Open('ReadWrite')
		try {
			[ansible_collections.hospital_it.pkcs12.kit.Native]::AddElement($my, (ConvertFrom-Hex -Text $hex))
			return
		} catch [ComponentModel.Win32Exception] { $refused = $_ } finally { $my.Close() }
		# crypt32 of Wine refuses the archived mark.
		if (-not $Case.wine) { throw $refused }
	}
	Add-KitEntry -Entry @{ do = 'element'; name = $Order.name }
	Set-RawElement -Name $Order.name -Data $(if ($hex) { ConvertFrom-Hex -Text $hex })
}

function Add-Person {
	<# .SYNOPSIS
	The profile of an invented person: an entry of the list, and files. #>
	param([Object] $Order, [hashtable] $Case)
	$path = $Order.folder
	$made = @(Get-KitEntry | Where-Object { $_.path -eq $path }).Count
	if (-not $made -and [IO.Directory]::Exists($path)) { throw @{ reason = "there is a profile of this name already: $($Order.name)" } }
	Set-KitRegistry -Root 'HKLM' -Path "$profileList\$($Order.sid)" -Name 'ProfileImagePath' -Kind 'ExpandString' -Value $path
	if ($Order.state) { Set-KitRegistry -Root 'HKLM' -Path "$profileList\$($Order.sid)" -Name 'State' -Kind 'DWord' -Value $Order.state }
	if ($Order.twin) { Set-KitRegistry -Root 'HKLM' -Path "$profileList\$($Order.sid).bak" }
	if (-not $Order.appdata) { return }
	Add-KitFolder -Path $(if ($Order.store) { "$path\AppData\Roaming\$certificates" } else { "$path\AppData\Roaming" })
	foreach ($file in $Order.elements.PSObject.Properties) {
		$place = "$path\AppData\Roaming\$certificates\$($file.Name)"
		Add-KitFile -Path $place -Data (ConvertFrom-Hex -Text $file.Value)
		if ($Order.locked) { [void] $Case.held.Add([IO.File]::Open($place, 'Open', 'Read', 'None')) }
	}
}

function Add-OwnFile {
	<# .SYNOPSIS
	A file or a link to a folder. #>
	param([Object] $Order, [hashtable] $Case)
	$data = if ($null -ne $Order.size) { [byte[]]::new($Order.size) } else { ConvertFrom-Hex -Text $Order.data }
	foreach ($each in $Order.paths) {
		$path = $each.Replace('<profile>', $Case.profile)
		Add-KitFile -Path $path -Data $data -Link:$Order.link
		[void] $Case.files.Add($path)
		if ($Order.locked) { [void] $Case.held.Add([IO.File]::Open($path, 'Open', 'Read', 'None')) }
	}
}

function Add-Mutex {
	<# .SYNOPSIS
	Holds the mutex of the user's exchanges, or takes its name for something else. #>
	param([hashtable] $Case, [switch] $Squat)
	if ($Squat) {
		[void] $Case.held.Add([Threading.EventWaitHandle]::new($false, 'ManualReset', "Global\hospital_it.pkcs12.$($Case.owner_sid)"))
		return
	}
	$mutex = [Threading.Mutex]::new($false, "Global\hospital_it.pkcs12.$($Case.owner_sid)")
	[void] $mutex.WaitOne(10000)
	$Case.mutex = $mutex
}

function Add-KitPreparation {
	<# .SYNOPSIS
	Carries out one order of a case. #>
	param([Object] $Order, [hashtable] $Case)
	switch ($Order.do) {
		'PutKey' { Add-Key -Order $Order -Case $Case }
		'PutLegacyKey' { Add-LegacyKey -Order $Order }
		'PutNamedKey' { Add-TransportKey -Name $Order.name.Replace('<second>', '{0:x8}' -f [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()) -Case $Case }
		'PutElement' { Add-Element -Order $Order -Case $Case }
		'PutPerson' { Add-Person -Order $Order -Case $Case }
		'PutFile' { Add-OwnFile -Order $Order -Case $Case }
		'HoldMutex' { Add-Mutex -Case $Case }
		'SquatMutex' { Add-Mutex -Case $Case -Squat }
		'ForceKeyProtection' {
			Set-KitRegistry -Root 'HKLM' -Path 'SOFTWARE\Policies\Microsoft\Cryptography' -Name 'ForceKeyProtection' -Kind 'DWord' -Value $Order.value
		}
		'PutLogging' { Set-KitRegistry -Root 'HKLM' -Path "Software\Policies\Microsoft\$($Order.key)" -Name $Order.name -Kind 'DWord' -Value $Order.value }
		'PutRegistry' {
			$root = if ($Order.of) { 'HKCU' } else { 'HKLM' }
			foreach ($value in $Order.values) { Set-KitRegistry -Root $root -Path "Software\$($Order.key)" -Name $value.name -Kind $value.kind -Value $value.value }
		}
		default { throw @{ reason = "the kit does not know the preparation $($Order.do)" } }
	}
}

function Clear-KitCase {
	<# .SYNOPSIS
	Lets go of what a case holds. #>
	param([hashtable] $Case)
	foreach ($file in $Case.held) { $file.Dispose() }
	if ($Case.mutex) {
		$Case.mutex.ReleaseMutex()
		$Case.mutex.Dispose()
	}
}

Export-ModuleMember -Function Add-KitPreparation, Clear-KitCase, Get-TransportName, Protect-Passphrase, ConvertFrom-Hex, ConvertTo-Hex
