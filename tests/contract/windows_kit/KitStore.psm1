# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# The user's certificates and keys, seen past the drivers, and the removal of what is the kit's: certificates of its thumbprints, keys of
# its public keys. Wine keeps in the registry what Windows keeps in files.

$certificates = 'Microsoft\SystemCertificates\My\Certificates'
$wine = [ansible_collections.hospital_it.pkcs12.kit.Native]::GetWineVersion()
$sid = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
$capi = @{ 1 = 'Microsoft Enhanced Cryptographic Provider v1.0'; 24 = 'Microsoft Enhanced RSA and AES Cryptographic Provider' }
# Transport keys, and containers that cases name as an import does. An import of a real run has random digits there: it is somebody's.
$ours = '^hospital_it\.pkcs12\.(transport\.|key\.[0-9a-f]{8}0{16})'
# The kit gives such names; Windows gives random ones.
$named = '{00000000-0000-0000-0000-'
$store = [Security.Cryptography.X509Certificates.X509Store]

function Get-OwnFolder {
	<# .SYNOPSIS
	Where Windows keeps the user's certificates. #>
	"$([Environment]::GetFolderPath('ApplicationData'))\$certificates"
}

function Get-OwnElement {
	<# .SYNOPSIS
	The user's elements with their names; those in files last. #>
	$key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey("Software\$certificates")
	if ($key) {
		foreach ($name in $key.GetSubKeyNames()) {
			$data = $key.OpenSubKey($name).GetValue('Blob')
			if ($data -isnot [byte[]]) { $data = [byte[]] @() }
			@{ source = 'hive'; name = $name; data = [Convert]::ToBase64String($data) }
		}
	}
	if (-not [IO.Directory]::Exists((Get-OwnFolder))) { return }
	foreach ($path in [IO.Directory]::GetFiles((Get-OwnFolder))) {
		@{ source = 'file'; name = [IO.Path]::GetFileName($path); data = [Convert]::ToBase64String([IO.File]::ReadAllBytes($path)) }
	}
}

function Set-RawElement {
	<# .SYNOPSIS
	Writes bytes where the system keeps an element, which no API would do. Null: an element without data. #>
	param([string] $Name, [byte[]] $Data)
	if ($wine) {
		$key = [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey("Software\$certificates\$Name")
		if ($null -ne $Data) { $key.SetValue('Blob', $Data, 'Binary') }
		return
	}
	[void] [IO.Directory]::CreateDirectory((Get-OwnFolder))
	[IO.File]::WriteAllBytes("$(Get-OwnFolder)\$Name", [byte[]] @($Data | Where-Object { $null -ne $_ }))
}

function Remove-RawElement {
	<# .SYNOPSIS
	Removes an element by its name, wherever it is. #>
	param([string] $Name)
	[Microsoft.Win32.Registry]::CurrentUser.DeleteSubKeyTree("Software\$certificates\$Name", $false)
	$path = "$(Get-OwnFolder)\$Name"
	if ([IO.File]::Exists($path)) {
		[IO.File]::SetAttributes($path, 'Normal')
		[IO.File]::Delete($path)
	}
}

function Get-KeyPlace {
	<# .SYNOPSIS
	The names under which the system keeps the user's keys: files, or keys of the registry under Wine. #>
	if ($wine) {
		foreach ($kind in 'CNG', 'RSA') {
			$key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey("Software\Wine\Crypto\$kind")
			if ($key) { $key.GetSubKeyNames() -replace '^', "$kind\" }
		}
		return
	}
	foreach ($folder in 'Keys', "RSA\$sid") {
		$path = "$([Environment]::GetFolderPath('ApplicationData'))\Microsoft\Crypto\$folder"
		if ([IO.Directory]::Exists($path)) { [IO.Directory]::GetFiles($path) }
	}
}

function Get-Authority {
	<# .SYNOPSIS
	The intermediate authorities of the computer and of the user. #>
	foreach ($root in [Microsoft.Win32.Registry]::LocalMachine, [Microsoft.Win32.Registry]::CurrentUser) {
		$key = $root.OpenSubKey('Software\Microsoft\SystemCertificates\CA\Certificates')
		if ($key) { $key.GetSubKeyNames() -replace '^', "$($root.Name)\" }
	}
}

function Get-KitState {
	<# .SYNOPSIS
	Everything that a case may leave: elements, keys, authorities. #>
	@{
		elements = @(Get-OwnElement | ForEach-Object { "$($_.source) $($_.name) $($_.data)" } | Sort-Object)
		keys = @(Get-KeyPlace | Sort-Object)
		authorities = @(Get-Authority | Sort-Object)
		cng = @([ansible_collections.hospital_it.pkcs12.kit.Native]::GetCngKeys())
	}
}

function Compare-KitState {
	<# .SYNOPSIS
	What is different: its kinds, none when all is as it was. #>
	param([hashtable] $Before, [hashtable] $After)
	foreach ($kind in 'elements', 'keys', 'authorities') {
		if (($Before[$kind] -join "`n") -cne ($After[$kind] -join "`n")) { $kind }
	}
}

function Get-Number {
	<# .SYNOPSIS
	Modulus or point of a CNG key, in hexadecimal digits. #>
	param([Security.Cryptography.CngKey] $Key)
	if ($Key.AlgorithmGroup.AlgorithmGroup -eq 'RSA') {
		$blob = $Key.Export([Security.Cryptography.CngKeyBlobFormat]::new('RSAPUBLICBLOB'))
		return [BitConverter]::ToString($blob, 24 + [BitConverter]::ToInt32($blob, 8)).Replace('-', '')
	}
	[BitConverter]::ToString($Key.Export([Security.Cryptography.CngKeyBlobFormat]::new('ECCPUBLICBLOB')), 8).Replace('-', '')
}

function Remove-KitKey {
	<# .SYNOPSIS
	Deletes the user's keys whose public key is one of these, and those with a name of the kit that are not among the known ones. #>
	param([string[]] $PublicKey, [string[]] $Known)
	$provider = [Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
	foreach ($name in [ansible_collections.hospital_it.pkcs12.kit.Native]::GetCngKeys() -match '^0:' -replace '^0:') {
		try { $key = [Security.Cryptography.CngKey]::Open($name, $provider, 'Silent') } catch { continue }
		# A key that does not show its public part is not one of these.
		$number = try { Get-Number -Key $key } catch { $null }
		$left = $name -cmatch $ours -and "0:$name" -notin $Known
		if ($left -or ($number -and @($PublicKey -match $number).Count)) { $key.Delete() } else { $key.Dispose() }
	}
	foreach ($type in $capi.Keys) {
		foreach ($name in [ansible_collections.hospital_it.pkcs12.kit.Native]::GetCapiContainers($capi[$type], $type)) { Remove-LegacyKey -Name $name -Type $type -PublicKey $PublicKey }
	}
}

function Open-LegacyKey {
	<# .SYNOPSIS
	A key of CAPI. It is made when Existing is not said. Closed: what is imported into it cannot be exported. #>
	param([string] $Name, [int] $Type, [switch] $Existing, [switch] $Closed)
	$where = [Security.Cryptography.CspParameters]::new($Type, $capi[$Type], $Name)
	$where.KeyNumber = 1
	$where.Flags = "NoPrompt$(if ($Existing) { ', UseExistingKey' })$(if ($Closed) { ', UseNonExportableKey' })"
	[Security.Cryptography.RSACryptoServiceProvider]::new(2048, $where)
}

function Remove-LegacyKey {
	<# .SYNOPSIS
	Deletes a container of CAPI when its name or its public key is the kit's. #>
	param([string] $Name, [int] $Type, [string[]] $PublicKey)
	try { $key = Open-LegacyKey -Name $Name -Type $Type -Existing } catch { return }
	try {
		$modulus = [BitConverter]::ToString($key.ExportParameters($false).Modulus).Replace('-', '')
		if ($Name.StartsWith($named) -or @($PublicKey -match $modulus).Count) { $key.PersistKeyInCsp = $false }
	} finally { $key.Clear() }
}

function Remove-KitCertificate {
	<# .SYNOPSIS
	Removes certificates with these thumbprints from the stores that cases write to. #>
	param([string[]] $Thumbprint)
	foreach ($place in @('My', 'CurrentUser'), @('CA', 'CurrentUser'), @('My', 'LocalMachine'), @('CA', 'LocalMachine')) {
		$opened = $store::new($place[0], $place[1])
		try {
			$opened.Open('ReadOnly, IncludeArchived')
			$found = @($opened.Certificates | Where-Object { $_.Thumbprint -in $Thumbprint })
			$opened.Close()
			if (-not $found.Count) { continue }
			$opened.Open('ReadWrite, IncludeArchived')
			foreach ($one in $found) { $opened.Remove($one) }
		} finally { $opened.Close() }
	}
	# crypt32 of Wine does not show those with the archived mark.
	foreach ($name in $Thumbprint) { Remove-RawElement -Name $name }
}

function Measure-Exportable {
	<# .SYNOPSIS
	How many keys may leave the machine, of those that were not there before. #>
	param([hashtable] $Before)
	$provider = [Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
	@([ansible_collections.hospital_it.pkcs12.kit.Native]::GetCngKeys() | Where-Object { $_ -notin $Before.cng -and $_ -match '^0:' } | Where-Object {
			$key = [Security.Cryptography.CngKey]::Open($_.Substring(2), $provider, 'Silent')
			try { $key.ExportPolicy -band [Security.Cryptography.CngExportPolicies] 'AllowExport, AllowPlaintextExport' } finally { $key.Dispose() }
		}).Count
}

Export-ModuleMember -Function Get-OwnElement, Get-OwnFolder, Set-RawElement, Remove-RawElement, Get-KitState, Compare-KitState, Remove-KitKey, Remove-KitCertificate,
Measure-Exportable, Open-LegacyKey, Get-KeyPlace
