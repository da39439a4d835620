# Private keys of this user: behind a certificate, its proof, reasons to keep it, its end; and the transport key. No call opens a dialog.

# HRESULTs
$CRYPT_E_NO_KEY_PROPERTY = 0x8009200BL
$NTE_BAD_KEYSET = 0x80090016L
$NTE_BAD_PUBLIC_KEY = 0x80090015L
$NTE_NO_KEY = 0x8009000DL
$NTE_NOT_FOUND = 0x80090011L

# Of a key link.
$AT_KEYEXCHANGE = 1
$AT_SIGNATURE = 2

# PROV_RSA_FULL cannot sign SHA-256. PROV_RSA_AES opens the same container and can.
$PROV_RSA_AES = 24
$aesProvider = 'Microsoft Enhanced RSA and AES Cryptographic Provider'
$cngProvider = 'Microsoft Software Key Storage Provider'

# The transport key: a one-use passphrase is sealed to it where PowerShell's logs keep what it handles. It lives for two commands.
# Logs are kept for years: ANSSI asks for 3072 bits beyond 2030.
$bits = 3072

function Get-KeyStore {
	<# .SYNOPSIS
	The class in _KeyStore.cs, which is compiled after this file is read. #>
	[ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore.KeyStore]
}

function Open-Store {
	<# .SYNOPSIS
	A store with its archived certificates. Who asks closes it.
	.PARAMETER Name
	My, for example.
	.PARAMETER Location
	Whose.
	.PARAMETER Access
	OpenFlags. #>
	[CmdletBinding()]
	[OutputType([Security.Cryptography.X509Certificates.X509Store])]
	param([string] $Name, [string] $Location = 'CurrentUser', [string] $Access = 'ReadOnly')
	$store = [Security.Cryptography.X509Certificates.X509Store]::new($Name, $Location)
	$store.Open("$Access, IncludeArchived")
	$store
}

function Find-Certificate {
	<# .SYNOPSIS
	A certificate, if it is there.
	.PARAMETER Store
	An open one.
	.PARAMETER Thumbprint
	In hexadecimal. #>
	[CmdletBinding()]
	[OutputType([X509Certificate])]
	param([Security.Cryptography.X509Certificates.X509Store] $Store, [string] $Thumbprint)
	@($Store.Certificates.Find('FindByThumbprint', $Thumbprint, $false))[0]
}

function Get-NeededLink {
	<# .SYNOPSIS
	The key link of a certificate. Throws when it has none.
	.PARAMETER Certificate
	Its certificate.
	.PARAMETER Code
	What to throw. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([X509Certificate] $Certificate, [string] $Code)
	$link = Get-KeyLink -Certificate $Certificate
	if (-not $link) { throw @{ code = $Code; hresult = $CRYPT_E_NO_KEY_PROPERTY } }
	$link
}

function Test-KeyAbsence {
	<# .SYNOPSIS
	Whether an HRESULT says that a key is not there.
	.PARAMETER HResult
	Unsigned. #>
	[CmdletBinding()]
	[OutputType([bool])]
	param([Object] $HResult)
	$HResult -in $CRYPT_E_NO_KEY_PROPERTY, $NTE_BAD_KEYSET, $NTE_NOT_FOUND
}

function Get-LinkedCertificate {
	<# .SYNOPSIS
	All certificates with a key link, in all stores of this user. Throws when one of the stores does not open. #>
	$key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Software\Microsoft\SystemCertificates')
	# My and REQUEST, where requests wait with their keys, are in the profile and not in the registry.
	# UserDS is the directory: opening it asks a domain controller, and no key is there.
	foreach ($name in @('My', 'REQUEST') + $(if ($key) { $key.GetSubKeyNames() -notmatch '^(My|REQUEST|UserDS)$' })) {
		$store = Open-Store -Name $name
		try {
			foreach ($certificate in $store.Certificates) {
				if ($certificate.HasPrivateKey -and ($link = Get-KeyLink -Certificate $certificate)) {
					@{ store = $name; thumbprint = $certificate.Thumbprint; public_key = $certificate.GetPublicKeyString(); container = $link.container }
				}
				$certificate.Dispose()
			}
		} finally { $store.Close() }
	}
}

function Open-Key {
	<# .SYNOPSIS
	A CngKey or, for CAPI, an RSACryptoServiceProvider. #>
	param([hashtable] $Link)
	if (-not $Link.type) { return (Get-KeyStore)::OpenKey($Link.container, $Link.provider, $Link.key_spec, $Link.machine) }
	$where = [Security.Cryptography.CspParameters]::new($PROV_RSA_AES, $aesProvider, $Link.container)
	$where.KeyNumber = $Link.key_spec
	$where.Flags = if ($Link.machine) { 'UseExistingKey, NoPrompt, UseMachineKeyStore' } else { 'UseExistingKey, NoPrompt' }
	[Security.Cryptography.RSACryptoServiceProvider]::new($where)
}

function Test-PublicKey {
	<# .SYNOPSIS
	Whether a key is a certificate's, whose public key has the modulus or the point as it is. #>
	param([IDisposable] $Key, [X509Certificate] $Certificate)
	if ($Key -is [Security.Cryptography.RSACryptoServiceProvider]) {
		$numbers = $Key.ExportParameters($false).Modulus
		$start = 0
	} elseif ($Key.AlgorithmGroup -eq 'RSA') {
		# BCRYPT_RSAKEY_BLOB: six numbers (third: the exponent's size), exponent, modulus.
		$numbers = $Key.Export('RSAPUBLICBLOB')
		$start = 24 + [BitConverter]::ToInt32($numbers, 8)
	} else {
		# BCRYPT_ECCKEY_BLOB: two numbers, then X and Y.
		$numbers = $Key.Export('ECCPUBLICBLOB')
		$start = 8
	}
	[BitConverter]::ToString($Certificate.GetPublicKey()).Contains([BitConverter]::ToString($numbers, $start))
}

function Get-Proof {
	<# .SYNOPSIS
	Signs SHA-256 of a prefix, which keeps this from signing anything else, and the nonce.
	.PARAMETER Certificate
	Its key signs.
	.PARAMETER Nonce
	From the request. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([X509Certificate] $Certificate, [byte[]] $Nonce)
	$link = Get-NeededLink -Certificate $Certificate -Code 'no_key'
	[byte[]] $message = [Text.Encoding]::ASCII.GetBytes("hospital_it.pkcs12 proof`0") + $Nonce
	$digest = [Security.Cryptography.SHA256]::Create().ComputeHash($message)
	$rsa = $Certificate.PublicKey.Oid.Value -eq '1.2.840.113549.1.1.1'
	$key = Open-Key -Link $link
	try {
		if (-not (Test-PublicKey -Key $key -Certificate $Certificate)) { throw @{ code = 'sign_failed'; hresult = $NTE_BAD_PUBLIC_KEY } }
		# AllowExport and AllowPlaintextExport. A property that throws would be $null, and so "no".
		$exportable = try { if ($link.type) { $key.CspKeyContainerInfo.get_Exportable() } else { [bool] ($key.get_ExportPolicy() -band 3) } } catch { $null }
		[byte[]] $signature = if ($link.type) { $key.SignHash($digest, 'SHA256') } else { (Get-KeyStore)::Sign($key, $digest, $rsa) }
	} finally { $key.Dispose() }
	@{
		algorithm = ('ECDSA-SHA256', 'RSASSA-PKCS1-v1_5-SHA256')[$rsa]
		signature = [Convert]::ToBase64String($signature)
		exportable = $exportable
	}
}

function Get-ReasonToKeep {
	<# .SYNOPSIS
	Why a key has to stay when its certificate goes; nothing when it may go.
	.PARAMETER Certificate
	What goes.
	.PARAMETER Link
	See Read-KeyLink. #>
	[CmdletBinding()]
	[OutputType([string])]
	param([X509Certificate] $Certificate, [hashtable] $Link)
	$place = Get-PlaceToKeep -Link $Link
	if ($place) { return $place }
	foreach ($other in Get-LinkedCertificate) {
		if ($other.store -eq 'My' -and $other.thumbprint -eq $Certificate.Thumbprint) { continue }
		if ($other.container -eq $Link.container) { return 'shared_container' }
		if ($other.public_key -eq $Certificate.GetPublicKeyString()) { return 'shared_public_key' }
	}
}

function Find-LegacyKey {
	<# .SYNOPSIS
	The link to the key of a certificate in the CAPI container of the same name. A link to CNG may name one, which CNG does not open without
	the right key spec. #>
	param([hashtable] $Link, [X509Certificate] $Certificate)
	foreach ($spec in $AT_KEYEXCHANGE, $AT_SIGNATURE) {
		$legacy = @{ container = $Link.container; provider = $aesProvider; type = $PROV_RSA_AES; machine = $Link.machine; key_spec = $spec }
		try { $key = Open-Key -Link $legacy } catch {
			if ((Get-HResult -Exception $_.Exception) -notin $NTE_BAD_KEYSET, $NTE_NO_KEY) { throw }
			continue
		}
		try { if (Test-PublicKey -Key $key -Certificate $Certificate) { return $legacy } } finally { $key.Dispose() }
	}
}

function Remove-Key {
	<# .SYNOPSIS
	Deletes a container. False when it was gone already: CNG does not know it, and CAPI has no key of the certificate there.
	.PARAMETER Link
	See Read-KeyLink.
	.PARAMETER Certificate
	Whose key; without it no CAPI container is looked for. #>
	[CmdletBinding()]
	[OutputType([bool])]
	param([hashtable] $Link, [X509Certificate] $Certificate)
	try {
		if ($Link.type) {
			(Get-KeyStore)::DeleteLegacy($Link.container, $Link.provider, $Link.type)
		} else {
			(Get-KeyStore)::DeleteKey($Link.container, $Link.provider, $Link.key_spec, $Link.machine)
		}
		return $true
	} catch { if ((Get-HResult -Exception $_.Exception) -ne $NTE_BAD_KEYSET) { throw } }
	$legacy = if ($Certificate -and -not $Link.type) { Find-LegacyKey -Link $Link -Certificate $Certificate }
	if ($legacy) { return Remove-Key -Link $legacy }
	$false
}

function Remove-LostKey {
	<# .SYNOPSIS
	Deletes the key's containers that no certificate links to, of CNG and of CAPI: a run that was cut left them, or the certificate was
	imported twice. Returns how many.
	.PARAMETER Certificate
	Whose key.
	.PARAMETER Insist
	Fails where Windows does not tell them. Without it they stay, and what is done besides goes on. #>
	[CmdletBinding()]
	[OutputType([int])]
	param([X509Certificate] $Certificate, [switch] $Insist)
	try {
		# A store that does not open may link to any of them.
		$linked = @(Get-LinkedCertificate).container
		$names = (Get-KeyStore)::GetContainers()
		$legacyNames = (Get-KeyStore)::GetLegacyContainers($aesProvider, $PROV_RSA_AES)
	} catch {
		if ($Insist) { throw }
		return 0
	}
	@(foreach ($name in $names) {
			if ($name -in $linked) { continue }
			$link = @{ container = $name; provider = $cngProvider }
			# A key that does not open is not the one.
			try { $key = Open-Key -Link $link } catch { continue }
			$lost = try { Test-PublicKey -Key $key -Certificate $Certificate } catch { $false } finally { $key.Dispose() }
			if ($lost) { Remove-Key -Link $link }
		}
		foreach ($name in $legacyNames) {
			if ($name -in $linked) { continue }
			$link = try { Find-LegacyKey -Link @{ container = $name; machine = 0 } -Certificate $Certificate } catch { continue }
			if ($link) { Remove-Key -Link $link }
		}).Count
}

function Remove-Leftover {
	<# .SYNOPSIS
	Deletes what runs that were cut have left: transport keys after an hour, and after a day, because roaming may bring a certificate
	later than its key, those of imports that no certificate links to. Returns how many.
	.PARAMETER Used
	Containers that stay.
	.PARAMETER Insist
	Fails when a transport key does not go. #>
	[CmdletBinding()]
	[OutputType([int])]
	param([string[]] $Used, [switch] $Insist)
	$names = (Get-KeyStore)::GetContainers()
	# A store that does not open may link to any of them.
	$linked = try { @(Get-LinkedCertificate).container } catch { $names }
	$now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
	@(foreach ($name in $names) {
			# With the second in which it was named.
			$ours = [regex]::Match($name, '^hospital_it\.pkcs12\.(key|transport)\.([0-9a-f]{8})[0-9a-f]{24}$')
			if (-not $ours.Success -or $name -in $Used) { continue }
			$isKey = $ours.Groups[1].Value -eq 'key'
			$age = [Math]::Abs($now - [Convert]::ToInt64($ours.Groups[2].Value, 16))
			if ($age -lt $(if ($isKey) { 86400 } else { 3600 }) -or ($isKey -and $name -in $linked)) { continue }
			try { Remove-Key -Link @{ container = $name; provider = $cngProvider } } catch {
				if ($Insist -and -not $isKey) { throw Get-Failure -ErrorRecord $_ -Code 'transport_key_left' }
			}
		}).Count
}

function New-TransportKey {
	<# .SYNOPSIS
	Step "transport_key". One that has to go and stays stops it: somebody has to look.
	.PARAMETER Nonce
	From the request. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([byte[]] $Nonce)
	[void] (Remove-Leftover -Insist)
	$wanted = [Security.Cryptography.CngKeyCreationParameters]::new()
	$wanted.Provider = [Security.Cryptography.CngProvider]::new($cngProvider)
	$wanted.ExportPolicy = 'None'
	$wanted.Parameters.Add([Security.Cryptography.CngProperty]::new('Length', [BitConverter]::GetBytes($bits), 'None'))
	$name = 'hospital_it.pkcs12.transport.{0:x8}{1}' -f [DateTimeOffset]::UtcNow.ToUnixTimeSeconds(), [Guid]::NewGuid().ToString('N').Substring(8)
	$key = [Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::Rsa, $name, $wanted)
	try {
		# So an answer to another request is not taken for this one's.
		[byte[]] $message = [Text.Encoding]::ASCII.GetBytes("hospital_it.pkcs12 transport key`0") + $Nonce
		$signature = (Get-KeyStore)::Sign($key, [Security.Cryptography.SHA256]::Create().ComputeHash($message), $true)
		$public = $key.Export('RSAPUBLICBLOB')
	} catch {
		$key.Delete()
		throw
	} finally { $key.Dispose() }
	@{ container = $name; public_key = [Convert]::ToBase64String($public); signature = [Convert]::ToBase64String($signature) }
}

function Open-TransportKey {
	<# .SYNOPSIS
	A transport key.
	.PARAMETER Name
	Of its container. #>
	[CmdletBinding()]
	[OutputType([Security.Cryptography.CngKey])]
	param([string] $Name)
	Open-Key -Link @{ container = $Name; provider = $cngProvider }
}
