# The private key behind a certificate: where it is, whether it signs, taking it away.

# Keys in any other provider live in hardware, or nobody here knows where.
$SoftwareProviders = 'Software Key Storage Provider', 'Base Cryptographic Provider v1.0', 'Strong Cryptographic Provider',
'Enhanced Cryptographic Provider v1.0', 'Enhanced RSA and AES Cryptographic Provider', 'RSA SChannel Cryptographic Provider',
'Enhanced RSA and AES Cryptographic Provider (Prototype)' | ForEach-Object { "Microsoft $_" }

# A function, because this file is read before the class is compiled.
function Get-KeyStore { [ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore.KeyStore] }

# The records of a serialized element by id; none when the lengths do not add up.
function Read-Record($Element) {
	$records = @{}
	for ($at = 0; $at -lt $Element.Length; $at += 12 + $size) {
		$size = if ($at + 12 -le $Element.Length) { [BitConverter]::ToInt32($Element, $at + 8) } else { -1 }
		if ($size -lt 0 -or $size -gt $Element.Length - $at - 12) { return @{} }
		$data = [byte[]]::new($size)
		[Array]::Copy($Element, $at + 12, $data, 0, $size)
		$records[[BitConverter]::ToInt32($Element, $at)] = $data
	}
	$records
}

# CRYPT_KEY_PROV_INFO of a certificate, when it has one. Type 0 is CNG.
function Get-KeyLink($Certificate) {
	$info = (Read-Record $Certificate.Export('SerializedCert'))[2]
	if (-not $info) { return }
	$container, $provider, $type, $flags, $none, $none, $keySpec = 0..6 | ForEach-Object { [BitConverter]::ToInt32($info, 4 * $_) }
	$names = $container, $provider | ForEach-Object { [Text.Encoding]::Unicode.GetString($info, $_, $info.Length - $_).Split([char] 0)[0] }
	@{ container = $names[0]; provider = $names[1]; type = $type; flags = $flags; key_spec = $keySpec }
}

function Open-Store($Name, $Location = 'CurrentUser', $Access = 'ReadOnly') {
	$store = [Security.Cryptography.X509Certificates.X509Store]::new($Name, $Location)
	$store.Open("$Access, IncludeArchived")
	$store
}

# Of all certificates in all stores of this user.
function Get-EveryLink {
	$key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Software\Microsoft\SystemCertificates')
	# UserDS is the directory: opening it asks a domain controller, and no key is there.
	foreach ($name in @('My') + $(if ($key) { $key.GetSubKeyNames() -notmatch '^(My|UserDS)$' })) {
		foreach ($certificate in (Open-Store $name).Certificates) {
			if ($certificate.HasPrivateKey -and ($link = Get-KeyLink $certificate)) {
				@{ store = $name; certificate = $certificate; container = $link.container }
			}
		}
	}
}

# Opens a key without any dialog. A CAPI container of provider type 1 cannot sign SHA-256; type 24 opens the same container and can.
function Open-Key($Link) {
	$machine = $Link.flags -band 0x20 # CRYPT_MACHINE_KEYSET, and MachineKey beside Silent (0x40)
	if (-not $Link.type) { return [Security.Cryptography.CngKey]::Open($Link.container, [Security.Cryptography.CngProvider]::new($Link.provider), 0x40 + $machine) }
	$where = [Security.Cryptography.CspParameters]::new(24, $SoftwareProviders[4], $Link.container)
	$where.KeyNumber = $Link.key_spec
	$where.Flags = 0x48 + $machine / 0x20 # UseExistingKey, NoPrompt; UseMachineKeyStore is 1
	[Security.Cryptography.RSACryptoServiceProvider]::new($where)
}

# Whether a key is a certificate's: the modulus (BCRYPT_RSAKEY_BLOB) or the point (BCRYPT_ECCKEY_BLOB) is in its public key as it is.
function Test-PublicKey($Key, $Certificate) {
	if ($Key -is [Security.Cryptography.RSACryptoServiceProvider]) {
		$numbers = $Key.ExportParameters($false).Modulus
		$start = 0
	} else {
		$rsa = $Key.AlgorithmGroup -eq 'RSA'
		$numbers = $Key.Export(('ECCPUBLICBLOB', 'RSAPUBLICBLOB')[$rsa])
		$start = if ($rsa) { 24 + [BitConverter]::ToInt32($numbers, 8) } else { 8 }
	}
	[BitConverter]::ToString($Certificate.GetPublicKey()).Contains([BitConverter]::ToString($numbers, $start))
}

# Signs SHA-256 of a fixed prefix and the nonce, without any dialog. The prefix keeps this from signing anything else.
function Get-Proof($Certificate, $Nonce) {
	$link = Get-KeyLink $Certificate
	if (-not $link) { throw @{ code = 'no_key'; hresult = 2148081675 } } # CRYPT_E_NO_KEY_PROPERTY
	[byte[]] $message = [Text.Encoding]::ASCII.GetBytes("hospital_it.pkcs12 proof`0") + $Nonce
	$digest = [Security.Cryptography.SHA256]::Create().ComputeHash($message)
	$rsa = $Certificate.PublicKey.Oid.Value -eq '1.2.840.113549.1.1.1'
	$key = Open-Key $link
	if (-not (Test-PublicKey $key $Certificate)) { throw @{ code = 'sign_failed'; hresult = 2148073493 } } # NTE_BAD_PUBLIC_KEY
	[byte[]] $signature = if ($link.type) { $key.SignHash($digest, 'SHA256') } else { (Get-KeyStore)::Sign($key, $digest, $rsa) }
	@{ algorithm = $(if ($rsa) { 'RSASSA-PKCS1-v1_5-SHA256' } else { 'ECDSA-SHA256' }); signature = [Convert]::ToBase64String($signature) }
}

# Why a key has to stay when its certificate goes; nothing when it may go.
function Get-ReasonToKeep($Certificate, $Link) {
	if ($Link.flags -band 0x20) { return 'machine_key' } # CRYPT_MACHINE_KEYSET: not the owner's
	if ($Link.provider -notin $SoftwareProviders) { return 'provider' }
	foreach ($other in Get-EveryLink) {
		if ($other.store -eq 'My' -and $other.certificate.Thumbprint -eq $Certificate.Thumbprint) { continue }
		if ($other.container -eq $Link.container) { return 'shared_container' }
		if ($other.certificate.GetPublicKeyString() -eq $Certificate.GetPublicKeyString()) { return 'shared_public_key' }
	}
}

# Deletes a container, CNG or CAPI. False when it was gone already.
function Remove-Key($Link) {
	try {
		if ($Link.type) { (Get-KeyStore)::DeleteLegacy($Link.container, $Link.provider, $Link.type) } else { (Open-Key $Link).Delete() }
		$true
	} catch {
		if ((Get-HResult $_.Exception) -ne 2148073494) { throw } # NTE_BAD_KEYSET
		$false
	}
}

# Deletes the containers of a certificate's key that no certificate links to: a run that was cut left them. Returns how many.
function Remove-LostKey($Certificate) {
	$linked = @(Get-EveryLink).container
	@(foreach ($name in @((Get-KeyStore)::Containers())) {
			$link = @{ container = $name; provider = $SoftwareProviders[0] }
			# A key that does not open is not the one.
			$lost = try { $name -notin $linked -and (Test-PublicKey (Open-Key $link) $Certificate) } catch { $false }
			if ($lost) { Remove-Key $link }
		}).Count
}
