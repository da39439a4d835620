# The key that a one-use passphrase is sealed to where PowerShell's logs keep what it handles. It lives for two commands.

$cngProvider = [Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider.Provider

# Of its container, whose name ends in a random part.
$prefix = 'hospital_it.pkcs12.transport.'

# Logs are kept for years: ANSSI asks for 3072 bits beyond 2030.
$bits = 3072

function Test-TransportName {
	<# .SYNOPSIS
	Whether a container is one that this driver may use up. #>
	param([string] $Name)
	$Name -cmatch "^$([regex]::Escape($prefix))[0-9a-f]{32}$"
}

function Remove-TransportKey {
	<# .SYNOPSIS
	Deletes the transport keys among these containers. One that is gone is no error. #>
	param([string[]] $Name)
	foreach ($each in $Name) {
		if (-not (Test-TransportName -Name $each)) { continue }
		try { [void] (Remove-Key -Link @{ container = $each; provider = $cngProvider }) } catch {
			throw @{ code = 'transport_key_left'; hresult = Get-HResult -Exception $_.Exception }
		}
	}
}

function New-TransportKey {
	<# .SYNOPSIS
	Step "transport_key". It first deletes those of runs that were cut. #>
	param([byte[]] $Nonce)
	Remove-TransportKey -Name @((Get-KeyStore)::GetContainers())
	$wanted = [Security.Cryptography.CngKeyCreationParameters]::new()
	$wanted.Provider = [Security.Cryptography.CngProvider]::new($cngProvider)
	$wanted.ExportPolicy = 'None'
	$wanted.Parameters.Add([Security.Cryptography.CngProperty]::new('Length', [BitConverter]::GetBytes($bits), 'None'))
	$name = $prefix + [Guid]::NewGuid().ToString('N')
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
	A transport key. #>
	param([string] $Name)
	Open-Key -Link @{ container = $Name; provider = $cngProvider }
}
