# Intermediate authorities, which a browser needs in a store to offer a certificate.

function Add-Authority {
	<# .SYNOPSIS
	Step "chain": for the machine where this user may, else for the user. No Root store: Windows would ask in a dialog. #>
	param([string] $Thumbprint, [byte[]] $Data, [hashtable] $Memo)
	$authority = [Security.Cryptography.X509Certificates.X509Certificate2]::new($Data)
	if ($authority.Thumbprint -ne $Thumbprint) { throw @{ code = 'thumbprint_mismatch' } }
	if ($authority.Subject -eq $authority.Issuer) { throw @{ code = 'root_certificate' } }
	foreach ($location in 'LocalMachine', 'CurrentUser') {
		try {
			$store = Open-Store -Name 'CA' -Location $location -Access 'ReadWrite'
			if (Find-Certificate -Store $store -Thumbprint $Thumbprint) { return @{ store = $null } }
			$store.Add($authority)
			$store.Close()
			$Memo.location = $location
			return @{ store = $location }
		} catch [Security.Cryptography.CryptographicException] { if ($location -eq 'CurrentUser') { throw } }
	}
}
