# Serialized certificate elements.

# The records in the store hash, in order: key link, friendly name, archived mark, certificate.
$CERT_KEY_PROV_INFO_PROP_ID = 2
$CERT_CERT_PROP_ID = 32
$hashedIds = $CERT_KEY_PROV_INFO_PROP_ID, 11, 19, $CERT_CERT_PROP_ID

# Of a key link. It is NCRYPT_MACHINE_KEY_FLAG, too.
$CRYPT_MACHINE_KEYSET = 0x20

# Keys in any other provider live in hardware, or nobody here knows where.
$softwareProviders = 'Microsoft Software Key Storage Provider', 'Microsoft Enhanced RSA and AES Cryptographic Provider',
'Microsoft Enhanced RSA and AES Cryptographic Provider (Prototype)', 'Microsoft Base Cryptographic Provider v1.0',
'Microsoft Strong Cryptographic Provider', 'Microsoft Enhanced Cryptographic Provider v1.0', 'Microsoft RSA SChannel Cryptographic Provider'

function Read-Record {
	<# .SYNOPSIS
	The records of an element by id; none when the lengths do not add up.
	.PARAMETER Element
	Its bytes. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([byte[]] $Element)
	# Id, encoding, length; four bytes each.
	$head = 12
	$records = @{}
	for ($at = 0; $at -lt $Element.Length; $at += $head + $size) {
		$size = if ($at + $head -le $Element.Length) { [BitConverter]::ToInt32($Element, $at + 8) } else { -1 }
		if ($size -lt 0 -or $size -gt $Element.Length - $at - $head) { return @{} }
		$data = [byte[]]::new($size)
		[Array]::Copy($Element, $at + $head, $data, 0, $size)
		$records[[BitConverter]::ToInt32($Element, $at)] = $data
	}
	$records
}

function Get-KeyLink {
	<# .SYNOPSIS
	CRYPT_KEY_PROV_INFO of a certificate; null when it has none.
	.PARAMETER Certificate
	From a store. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([X509Certificate] $Certificate)
	Read-KeyLink -Record (Read-Record -Element $Certificate.Export('SerializedCert'))
}

function Read-KeyLink {
	<# .SYNOPSIS
	CRYPT_KEY_PROV_INFO in the records of an element; null when it is not there. Type 0 is CNG. Of its flags only that of a machine key.
	.PARAMETER Record
	See Read-Record. #>
	[CmdletBinding()]
	[OutputType([hashtable])]
	param([hashtable] $Record)
	$info = $Record[$CERT_KEY_PROV_INFO_PROP_ID]
	if (-not $info) { return $null }
	# Seven numbers; the first two: where the names are.
	$numbers = foreach ($index in 0..6) { [BitConverter]::ToInt32($info, 4 * $index) }
	$names = foreach ($at in $numbers[0, 1]) { [Text.Encoding]::Unicode.GetString($info, $at, $info.Length - $at).Split([char] 0)[0] }
	@{ container = $names[0]; provider = $names[1]; type = $numbers[2]; machine = $numbers[3] -band $CRYPT_MACHINE_KEYSET; key_spec = $numbers[6] }
}

function Get-PlaceToKeep {
	<# .SYNOPSIS
	Why the place of a key forbids to delete it; nothing when it is the user's, in a software provider.
	.PARAMETER Link
	See Read-KeyLink. #>
	[CmdletBinding()]
	[OutputType([string])]
	param([hashtable] $Link)
	if ($Link.machine) { return 'machine_key' }
	if ($Link.provider -notin $softwareProviders) { 'provider' }
}

function Get-StoreHash {
	<# .SYNOPSIS
	The store hash of the protocol. Of one thumbprint the last element counts: files come after the hive.
	.PARAMETER Element
	As the protocol has it. #>
	[CmdletBinding()]
	[OutputType([string])]
	param([hashtable[]] $Element)
	$store = [Collections.SortedList]::new([StringComparer]::Ordinal)
	foreach ($one in $Element) {
		$named = [Convert]::FromBase64String($one.data)
		$parts = , $named
		$records = Read-Record -Element $named
		if ($records.ContainsKey($CERT_CERT_PROP_ID)) {
			$named = $records[$CERT_CERT_PROP_ID]
			$parts = foreach ($id in $hashedIds) {
				if ($records.ContainsKey($id)) { , [BitConverter]::GetBytes($id); , [BitConverter]::GetBytes($records[$id].Length); , $records[$id] }
			}
		}
		$store[[BitConverter]::ToString([Security.Cryptography.SHA1]::Create().ComputeHash($named))] = $parts
	}
	$all = [IO.MemoryStream]::new()
	foreach ($parts in $store.Values) { foreach ($part in $parts) { $all.Write($part, 0, $part.Length) } }
	[BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($all.ToArray())).Replace('-', '')
}
