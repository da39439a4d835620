#!powershell
# GNU General Public License v3.0+

#AnsibleRequires -PowerShell ..module_utils._Store
#AnsibleRequires -PowerShell ..module_utils._PrivateKey
#AnsibleRequires -CSharpUtil ..module_utils._KeyStore

# One transaction on CurrentUser\My, run as its owner. Protocol: docs/developers/driver_protocol.md
# Secrets go to .NET methods only: PowerShell's module logging keeps every parameter of a command.

$certificates = 'Microsoft\SystemCertificates\My\Certificates'
# NTE_BAD_KEYSET, CRYPT_E_NO_KEY_PROPERTY, NTE_NOT_FOUND: no key, or a link to one that is not there.
$missingKey = 2148073494, 2148081675, 2148073489

# A step type: its further keys, what it does, how that is undone; after a final one nothing is. Blocks see $step (the request), $my
# (the open store), $fact (for the journal) and $memo (for undoing).
$stepTypes = @{
	import = @{
		keys = 'bundle', 'passphrase', 'exportable'
		do = {
			$bundle = [Convert]::FromBase64String($step.bundle)
			# PKCS12_ALWAYS_CNG_KSP | CRYPT_USER_KEYSET; PKCS12_NO_PERSIST_KEY: nothing is written yet.
			$leaf = (Get-KeyStore)::OpenBundle($bundle, $step.passphrase, 0x9200)
			if ($leaf.Thumbprint -ne $step.thumbprint) { throw @{ code = 'thumbprint_mismatch' } }
			$fact.swept = Remove-LostKey $leaf
			$present = Find-Certificate
			# Present with a key that signs, it stays as it is.
			$signs = try { Get-Proof $present ([byte[]]::new(32)) } catch { $false }
			if (-not $signs) {
				if ($present) { $memo.replaced = $present.Export('SerializedCert') }
				# 1: CRYPT_EXPORTABLE
				$added = (Get-KeyStore)::OpenBundle($bundle, $step.passphrase, 0x1200 + [int] $step.exportable)
				$link = Get-KeyLink $added
				if (-not $link) { throw @{ code = 'import_failed'; hresult = $missingKey[1] } }
				$memo.added = $link
				$my.Add($added)
				# It inherits from the replaced one, the archived mark too.
				$present = Find-Certificate
			}
			if ($present.Archived) {
				# Nobody is offered an archived certificate.
				if (-not $memo.replaced) { $memo.replaced = $present.Export('SerializedCert') }
				$present.Archived = $false
			}
			$link = Get-KeyLink $present
			$fact.container = $link.container
			$fact.provider = $link.provider
		}
		undo = {
			if ($memo.added) {
				Find-Certificate | ForEach-Object { $my.Remove($_) }
				[void] (Remove-Key $memo.added)
			}
			if ($memo.replaced) { (Get-KeyStore)::Restore($my, $memo.replaced) }
		}
	}
	prove = @{
		keys = , 'nonce'
		do = {
			$proof = Get-Proof (Get-StoredCertificate) ([Convert]::FromBase64String($step.nonce))
			$fact.algorithm = $proof.algorithm
			$fact.signature = $proof.signature
		}
	}
	name = @{
		keys = , 'friendly_name'
		do = {
			$certificate = Get-StoredCertificate
			$memo.replaced = $certificate.Export('SerializedCert')
			$certificate.FriendlyName = $step.friendly_name
		}
		undo = { (Get-KeyStore)::Restore($my, $memo.replaced) }
	}
	# For the whole machine where this user may, for the user elsewhere. A Root store is never touched: Windows would ask in a dialog.
	chain = @{
		keys = , 'certificate'
		do = {
			$authority = [Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromBase64String($step.certificate))
			if ($authority.Thumbprint -ne $step.thumbprint) { throw @{ code = 'thumbprint_mismatch' } }
			if ($authority.Subject -eq $authority.Issuer) { throw @{ code = 'root_certificate' } }
			$fact.store = $null
			foreach ($location in 'LocalMachine', 'CurrentUser') {
				try {
					$store = Open-Store 'CA' $location 'ReadWrite'
					if (Find-Certificate $store) { return }
					$store.Add($authority)
					$fact.store = $memo.store = $location
					return
				} catch [Security.Cryptography.CryptographicException] { if ($location -eq 'CurrentUser') { throw } }
			}
		}
		undo = {
			$store = Open-Store 'CA' $memo.store 'ReadWrite'
			$store.Remove((Find-Certificate $store))
		}
	}
	retire = @{
		keys = , 'method'
		final = $true
		do = { if ($step.method -eq 'delete') { Remove-WithKey } else { (Get-StoredCertificate).Archived = $true } }
	}
	remove = @{
		keys = @()
		final = $true
		do = { Remove-WithKey }
	}
}

function Find-Certificate($Store = $my) {
	$Store.Certificates.Find('FindByThumbprint', $step.thumbprint, $false) | Select-Object -First 1
}

function Get-StoredCertificate {
	$certificate = Find-Certificate
	if (-not $certificate) { throw @{ code = 'no_certificate' } }
	$certificate
}

# Removes the step's certificate with its key, unless the key has to stay. Hidden first, then the key, then itself: a run that is cut
# leaves neither a certificate that a browser offers without its key nor a key that no certificate names, and the next run goes on.
function Remove-WithKey {
	$certificate = Get-StoredCertificate
	$link = Get-KeyLink $certificate
	$fact.key = 'none'
	if ($link) {
		$fact.container = $link.container
		$fact.provider = $link.provider
		$fact.kept_because = Get-ReasonToKeep $certificate $link
		$fact.key = 'kept'
	}
	if ($link -and -not $fact.kept_because) {
		$shown = -not $certificate.Archived
		# Where it cannot be hidden it goes all the same.
		try { $certificate.Archived = $true } catch { $shown = $false }
		try {
			$fact.key = $(if (Remove-Key $link) { 'deleted' } else { 'gone' })
			# Another certificate of this key may have left a container behind for it.
			$fact.swept = Remove-LostKey $certificate
		} catch {
			if ($shown) { $certificate.Archived = $false }
			throw
		}
	}
	$my.Remove($certificate)
}

function Read-OwnStore {
	Read-Hive ([Microsoft.Win32.Registry]::CurrentUser) "Software\$certificates"
	Read-Folder "$([Environment]::GetFolderPath('ApplicationData'))\$certificates"
}

# The store hash of the protocol. A file comes after the hive, so it wins.
function Get-StoreHash($Element) {
	$store = [Collections.SortedList]::new([StringComparer]::Ordinal)
	foreach ($one in $Element) {
		$named = [Convert]::FromBase64String($one.data)
		$parts = , $named
		$records = Read-Record $named
		if ($records.ContainsKey(32)) {
			$named = $records[32]
			$parts = foreach ($id in 2, 11, 19, 32) {
				if ($records.ContainsKey($id)) { , [BitConverter]::GetBytes($id); , [BitConverter]::GetBytes($records[$id].Length); , $records[$id] }
			}
		}
		$store[[BitConverter]::ToString([Security.Cryptography.SHA1]::Create().ComputeHash($named))] = $parts
	}
	$all = [IO.MemoryStream]::new()
	foreach ($parts in $store.Values) { foreach ($part in $parts) { $all.Write($part, 0, $part.Length) } }
	[BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($all.ToArray())).Replace('-', '')
}

function Add-Entry($Outcome, $Fact = @{}) {
	$entry = @{ id = $step.id; step = $step.step; outcome = $Outcome; at = Get-UtcNow; thumbprint = $step.thumbprint }
	$answer.journal += $entry + $Fact
}

# A refusal (a thrown code) as it is, any other error by its HRESULT.
function Get-Failure($ErrorRecord, $Code) {
	$thrown = $ErrorRecord.TargetObject
	if ($thrown -is [hashtable]) { return @{ code = $thrown.code; hresult = $thrown.hresult } }
	$hresult = Get-HResult $ErrorRecord.Exception
	if ($Code -eq 'prove_failed') { $Code = if ($hresult -in $missingKey) { 'no_key' } else { 'sign_failed' } }
	@{ code = $Code; hresult = $hresult }
}

function Assert-Request {
	if (Test-Request @('protocol', 'owner_sid', 'observed', 'steps')) { throw @{ code = 'bad_request' } }
	foreach ($step in $complex_args.steps) {
		$type = $stepTypes[[string] $step.step]
		if (-not $type) { throw @{ code = 'unknown_step' } }
		if (Compare-Object ($type.keys + 'id' + 'step' + 'thumbprint') @($step.Keys)) { throw @{ code = 'bad_request' } }
	}
}

function Assert-Owner {
	if ($sid -ne $complex_args.owner_sid) { throw @{ code = 'wrong_owner' } }
	if (-not $own -or $own.temporary) { throw @{ code = 'temporary_profile' } }
	# Windows would ask for consent in a dialog that nobody sees, and wait.
	if (Get-ForceKeyProtection) { throw @{ code = 'force_key_protection' } }
	try {
		Add-Type -AssemblyName System.Security
		$hidden = [Security.Cryptography.ProtectedData]::Protect([byte[]]::new(32), $null, 'CurrentUser')
		[void] [Security.Cryptography.ProtectedData]::Unprotect($hidden, $null, 'CurrentUser')
	} catch { throw @{ code = 'no_dpapi'; hresult = Get-HResult $_.Exception } }
}

# Runs the steps in order. When one fails, undoes what was done, newest first.
function Invoke-Step {
	$done = [Collections.Stack]::new()
	foreach ($step in $complex_args.steps) {
		$fact = @{}
		$memo = @{}
		$done.Push(@{ step = $step; memo = $memo })
		try {
			& $stepTypes[$step.step].do
			Add-Entry 'done' $fact
		} catch {
			$answer.error = @{ step = $step.id } + (Get-Failure $_ "$($step.step)_failed")
			Add-Entry 'failed'
			break
		}
	}
	# Once a predecessor was touched, what replaces it stays: the owner is never left without a certificate.
	if (-not $answer.error -or ($done | Where-Object { $stepTypes[$_.step.step].final })) { return }
	foreach ($entry in $done) {
		$step = $entry.step
		$memo = $entry.memo
		if (-not $memo.Count) { continue }
		try {
			& $stepTypes[$step.step].undo
			Add-Entry 'undone'
		} catch { Add-Entry 'undo_failed' @{ hresult = Get-HResult $_.Exception } }
	}
}

function Invoke-Exchange {
	Assert-Request
	Assert-Owner
	# Another exchange on this owner's store that died has released it.
	$free = try { $mutex.WaitOne(10000) } catch [Threading.AbandonedMutexException] { $true }
	if (-not $free) { throw @{ code = 'busy' } }
	try {
		$answer.before = $answer.after = @(Read-OwnStore)
		$observed = Get-StoreHash $answer.before
		if ($observed -ne $complex_args.observed) { throw @{ code = 'stale_store' } }
		if ($complex_args._ansible_check_mode) { return }
		$my = Open-Store 'My' 'CurrentUser' 'ReadWrite'
		Invoke-Step
		$my.Close()
		$answer.after = @(Read-OwnStore)
		$answer.changed = (Get-StoreHash $answer.after) -ne $observed
	} finally { $mutex.ReleaseMutex() }
}

$sid = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
$answer = @{ changed = $false; protocol = 1; owner_sid = $sid; utc = Get-UtcNow; before = @(); after = @(); journal = @(); error = $null }
$own = Get-ProfileList | Where-Object { $_.owner_sid -eq $sid }
$mutex = [Threading.Mutex]::new($false, "Global\hospital_it.pkcs12.$sid")
try { Invoke-Exchange } catch { $answer.error = @{ step = 'guard' } + (Get-Failure $_ 'unexpected') }
if ($answer.error) {
	$answer.failed = $true
	$answer.msg = "store_exchange stopped at $($answer.error.step): $($answer.error.code)"
}
ConvertTo-Json -Compress -Depth 20 -InputObject $answer
if ($answer.error) { exit 1 }
