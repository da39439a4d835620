#!powershell
# GNU General Public License v3.0+

#AnsibleRequires -CSharpUtil Ansible. # no util
#AnsibleRequires -PowerShell ..module_utils._Store
#AnsibleRequires -PowerShell ..module_utils._Element
#AnsibleRequires -PowerShell ..module_utils._PrivateKey
#AnsibleRequires -PowerShell ..module_utils._Portal
#AnsibleRequires -PowerShell ..module_utils._Exchange
#AnsibleRequires -CSharpUtil ..module_utils._KeyStore

# One transaction on CurrentUser\My, run as its owner. Protocol: docs/developers/driver_protocol.md
# Module logging keeps every parameter of a command. So no parameter, and no variable of the script that could become one, gets
# $complex_args or a step, which hold secrets: a function gets the index of a step, and secrets go to .NET methods only.

$certificates = 'Microsoft\SystemCertificates\My\Certificates'
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()

# A step's memo is for undoing it, so it is empty until the step changes something: "replaced", an element as it was; "added", the link of a
# new container; "location" of an authority.

# The keys of each type of step, beside id and step.
$stepKeys = @{
	transport_key = 'thumbprint', 'nonce'
	computer = , 'name'
	import = 'thumbprint', 'bundle', 'passphrase', 'exportable'
	import_sealed = 'thumbprint', 'bundle', 'sealed_passphrase', 'container', 'exportable'
	prove = 'thumbprint', 'nonce'
	name = 'thumbprint', 'friendly_name'
	chain = 'thumbprint', 'certificate'
	connect = 'thumbprint', 'url', 'proxy', 'timeout', 'expected_status'
	retire = 'thumbprint', 'method'
	remove = , 'thumbprint'
}

function Unlock-Passphrase {
	<# .SYNOPSIS
	The passphrase of step "import_sealed", as an object that does not show it. #>
	param([int] $Index)
	$step = @($complex_args.steps)[$Index]
	$sealed = [Convert]::FromBase64String($step.sealed_passphrase)
	try { $key = Open-TransportKey -Name $step.container } catch { throw Get-Failure -ErrorRecord $_ -Code 'unseal_failed' }
	try { (Get-KeyStore)::Unseal($sealed, $key) } catch { throw Get-Failure -ErrorRecord $_ -Code 'unseal_failed' }
}

function Import-Bundle {
	<# .SYNOPSIS
	Steps "import" and "import_sealed". A certificate whose key signs stays as it is. #>
	param([int] $Index, [Security.Cryptography.X509Certificates.X509Store] $Store, [hashtable] $Memo)
	$step = @($complex_args.steps)[$Index]
	$passphrase = if ($step.step -eq 'import') { $step.passphrase } else { Unlock-Passphrase -Index $Index }
	$bundle = [Convert]::FromBase64String($step.bundle)
	$flags = 'PKCS12_ALWAYS_CNG_KSP, CRYPT_USER_KEYSET'
	# Nothing is written yet.
	$leaf = (Get-KeyStore)::OpenBundle($bundle, $passphrase, "$flags, PKCS12_NO_PERSIST_KEY")
	if ($leaf.Thumbprint -ne $step.thumbprint) { throw @{ code = 'thumbprint_mismatch' } }
	$fact = @{ swept = Remove-LostKey -Certificate $leaf }
	$leaf.Dispose()
	$present = Find-Certificate -Store $Store -Thumbprint $step.thumbprint
	$signs = try { Get-Proof -Certificate $present -Nonce ([byte[]]::new(32)) } catch { $false }
	if (-not $signs) {
		if ($step.exportable) { $flags += ', CRYPT_EXPORTABLE' }
		$leaf = (Get-KeyStore)::OpenBundle($bundle, $passphrase, $flags)
		$link = Get-NeededLink -Certificate $leaf -Code 'import_failed'
		$Memo.added = $link
		if ($present) {
			$Memo.replaced = $present.Export('SerializedCert')
			if ($present.FriendlyName) { $leaf.FriendlyName = $present.FriendlyName }
			# Add merges the properties of both, and Windows does not document which key link then counts.
			$Store.Remove($present)
		}
		$Store.Add($leaf)
		$leaf.Dispose()
		$present = Find-Certificate -Store $Store -Thumbprint $step.thumbprint
		if ((Get-KeyLink -Certificate $present).container -ne $link.container) { throw @{ code = 'import_failed' } }
	}
	if ($present.Archived) {
		# Nobody is offered an archived certificate.
		if (-not $Memo.replaced) { $Memo.replaced = $present.Export('SerializedCert') }
		$present.Archived = $false
	}
	$link = Get-KeyLink -Certificate $present
	$fact + @{ container = $link.container; provider = $link.provider }
}

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

function Remove-Certificate {
	<# .SYNOPSIS
	Step "remove", and "retire" by deleting. The key goes too, unless it has to stay.
	Hidden first, then the key, then itself: a run that is cut leaves neither a certificate that a browser offers without its key
	nor a key that no certificate names. It may fail on the way, so each fact goes into the entry when it is true. #>
	param([Security.Cryptography.X509Certificates.X509Store] $Store, [X509Certificate] $Certificate, [hashtable] $Entry)
	$link = Get-KeyLink -Certificate $Certificate
	$Entry.key = if ($link) { 'kept' } else { 'none' }
	if ($link) {
		$Entry.kept_because = @(Get-ReasonToKeep -Certificate $Certificate -Link $link)[0]
		$Entry.container = $link.container
		$Entry.provider = $link.provider
	}
	if ($link -and -not $Entry.kept_because) {
		$shown = -not $Certificate.Archived
		# Where it cannot be hidden it goes all the same.
		try { $Certificate.Archived = $true } catch { $shown = $false }
		try { $Entry.key = if (Remove-Key -Link $link -Certificate $Certificate) { 'deleted' } else { 'gone' } } catch {
			if ($shown) { $Certificate.Archived = $false }
			throw
		}
		# Another certificate of this key may have left one. When this fails, the certificate stays hidden: its key is gone.
		$Entry.swept = Remove-LostKey -Certificate $Certificate -Insist
	}
	$Store.Remove($Certificate)
	@{}
}

function Invoke-Step {
	<# .SYNOPSIS
	Does a step of the request and returns its facts. A step that has facts when it fails, too, puts them into its entry. #>
	param([int] $Index, [Security.Cryptography.X509Certificates.X509Store] $Store, [hashtable] $Memo, [hashtable] $Entry)
	$step = @($complex_args.steps)[$Index]
	if ($step.step -eq 'computer') { return @{ computer = [Environment]::MachineName } }
	if ($step.step -eq 'transport_key') { return New-TransportKey -Nonce ([Convert]::FromBase64String($step.nonce)) }
	if ($step.step -in 'import', 'import_sealed') { return Import-Bundle -Index $Index -Store $Store -Memo $Memo }
	if ($step.step -eq 'chain') {
		return Add-Authority -Thumbprint $step.thumbprint -Data ([Convert]::FromBase64String($step.certificate)) -Memo $Memo
	}
	$certificate = Find-Certificate -Store $Store -Thumbprint $step.thumbprint
	if (-not $certificate) { throw @{ code = 'no_certificate' } }
	switch ($step.step) {
		'prove' { Get-Proof -Certificate $certificate -Nonce ([Convert]::FromBase64String($step.nonce)) }
		'name' {
			$Memo.replaced = $certificate.Export('SerializedCert')
			$certificate.FriendlyName = $step.friendly_name
			@{}
		}
		'connect' {
			$to = @{ Url = $step.url; Proxy = $step.proxy; Timeout = $step.timeout; Status = $step.expected_status }
			Connect-Portal -Certificate $certificate -Fact $Entry @to
			@{}
		}
		'remove' { Remove-Certificate -Store $Store -Certificate $certificate -Entry $Entry }
		'retire' {
			if ($step.method -eq 'delete') { return Remove-Certificate -Store $Store -Certificate $certificate -Entry $Entry }
			$certificate.Archived = $true
			@{}
		}
	}
}

function Undo-Step {
	<# .SYNOPSIS
	Takes back what a step did. #>
	param([Security.Cryptography.X509Certificates.X509Store] $Store, [string] $Thumbprint, [hashtable] $Memo)
	if ($Memo.location) {
		$authorities = Open-Store -Name 'CA' -Location $Memo.location -Access 'ReadWrite'
		$authorities.Remove((Find-Certificate -Store $authorities -Thumbprint $Thumbprint))
		$authorities.Close()
	}
	if ($Memo.added) {
		$added = Find-Certificate -Store $Store -Thumbprint $Thumbprint
		if ($added) { $Store.Remove($added) }
		[void] (Remove-Key -Link $Memo.added)
	}
	if ($Memo.replaced) { (Get-KeyStore)::Restore($Store, $Memo.replaced) }
}

function Save-Import {
	<# .SYNOPSIS
	Has the disk take what was imported. A power loss could take that and keep what comes after it. #>
	param([hashtable[]] $Done)
	$appData = [Environment]::GetFolderPath('ApplicationData')
	foreach ($one in $Done) {
		if (-not $one.container) { continue }
		# A file that is elsewhere, or does not open, stops nothing.
		try { $key = (Get-KeyStore)::OpenKey($one.container, $one.provider, 0, 0) } catch { continue }
		foreach ($path in "Microsoft\Crypto\Keys\$($key.UniqueName)", "$certificates\$($one.thumbprint)") {
			try {
				$file = [IO.FileStream]::new("$appData\$path", 'Open', 'ReadWrite', 'ReadWrite, Delete')
				$file.Flush($true)
				$file.Dispose()
			} catch { continue }
		}
		$key.Dispose()
		[Microsoft.Win32.Registry]::CurrentUser.Flush()
	}
}

function Invoke-Transaction {
	<# .SYNOPSIS
	Does the steps in order. When one fails, undoes what was done, newest first. #>
	param([Security.Cryptography.X509Certificates.X509Store] $Store, [hashtable] $Answer)
	$done = [Collections.Stack]::new()
	$final = $false
	for ($index = 0; $index -lt @($complex_args.steps).Count -and -not $Answer.error; $index++) {
		$step = @($complex_args.steps)[$index]
		if (-not $final -and $step.step -in 'retire', 'remove') {
			$final = $true
			Save-Import -Done $Answer.journal
		}
		$entry = @{ id = $step.id; step = $step.step; thumbprint = $step.thumbprint }
		$memo = @{}
		$done.Push(@{ entry = $entry; memo = $memo })
		try {
			$fact = Invoke-Step -Index $index -Store $Store -Memo $memo -Entry $entry
			$Answer.journal += $entry + $fact + @{ outcome = 'done'; at = Get-UtcNow }
		} catch {
			$failure = Get-Failure -ErrorRecord $_ -Code "$($step.step -replace '_sealed')_failed"
			if ($failure.code -eq 'prove_failed') { $failure.code = if (Test-KeyAbsence -HResult $failure.hresult) { 'no_key' } else { 'sign_failed' } }
			$Answer.error = @{ step = $step.id } + $failure
			$Answer.journal += $entry + @{ outcome = 'failed'; at = Get-UtcNow }
		}
		# As long as nobody has read the store again.
		if ($memo.Count -or $entry.key -in 'deleted', 'gone' -or ($final -and -not $Answer.error)) { $Answer.changed = $true }
	}
	# Once a predecessor was touched, what replaces it stays.
	if (-not $Answer.error -or $final) { return }
	foreach ($one in $done) {
		if (-not $one.memo.Count) { continue }
		try {
			Undo-Step -Store $Store -Thumbprint $one.entry.thumbprint -Memo $one.memo
			$Answer.journal += $one.entry + @{ outcome = 'undone'; at = Get-UtcNow }
		} catch { $Answer.journal += $one.entry + @{ outcome = 'undo_failed'; at = Get-UtcNow; hresult = Get-HResult -Exception $_.Exception } }
	}
}

function Assert-Owner {
	<# .SYNOPSIS
	Refuses to write as someone else, or where a key would be lost. #>
	param([string] $Sid, [string] $OwnerSid)
	if ($Sid -ne $OwnerSid) { throw @{ code = 'wrong_owner' } }
	# Become takes that of any process, also of a browser.
	$fault = (Get-KeyStore)::GetFault($identity.Token)
	if ($fault -and $fault -ne 'batch') { throw @{ code = 'unfit_token'; token = $fault } }
	$own = Get-ProfileList | Where-Object { $_.owner_sid -eq $Sid }
	if (-not $own -or $own.temporary) { throw @{ code = 'temporary_profile' } }
	# Windows would ask for consent in a dialog that nobody sees, and wait.
	if (Get-ForceKeyProtection) { throw @{ code = 'force_key_protection' } }
	Add-Type -AssemblyName System.Security
	$dpapi = [Security.Cryptography.ProtectedData]
	try { [void] $dpapi::Unprotect($dpapi::Protect([byte[]]::new(32), $null, 'CurrentUser'), $null, 'CurrentUser') } catch {
		$failure = Get-Failure -ErrorRecord $_ -Code 'no_dpapi'
		# INTERACTIVE: no other logon of this user would do better.
		if ('S-1-5-4' -in $identity.Groups.Value) { $failure.code = 'dpapi_broken' }
		if ($fault) { $failure.code = 'unfit_token'; $failure.token = $fault }
		throw $failure
	}
}

function Read-OwnStore {
	<# .SYNOPSIS
	The owner's elements; those in files last. #>
	$found = @(
		Read-Hive -Root ([Microsoft.Win32.Registry]::CurrentUser) -Path "Software\$certificates"
		Read-Folder -Path "$([Environment]::GetFolderPath('ApplicationData'))\$certificates"
	)
	# A list that is not complete would say that a certificate is gone.
	foreach ($one in $found) { if ($one.code) { throw @{ code = 'unexpected'; hresult = $one.hresult } } }
	$found
}

function Clear-TransportKey {
	<# .SYNOPSIS
	Deletes the transport keys of a request that ends before it has used them up. #>
	foreach ($step in $complex_args.steps) {
		# A later run takes one that stays.
		if (Test-TransportName -Name $step.container) { try { (Open-TransportKey -Name $step.container).Delete() } catch { continue } }
	}
}

function Invoke-Exchange {
	<# .SYNOPSIS
	Carries out the request; what comes of it goes into the answer. #>
	param([string] $Sid, [hashtable] $Answer)
	if (Test-Request -Given @($complex_args.Keys) -Protocol $complex_args.protocol -Expected 'protocol', 'owner_sid', 'observed', 'steps') { throw @{ code = 'bad_request' } }
	$used = @()
	foreach ($step in $complex_args.steps) {
		$used += $step.container
		Assert-Step -Step $step.step -Given @($step.Keys) -StepKeys $stepKeys -Computer $step.name
		if ($step.step -eq 'import_sealed' -and -not (Test-TransportName -Name $step.container)) { throw @{ code = 'bad_request' } }
	}
	Assert-Owner -Sid $Sid -OwnerSid $complex_args.owner_sid
	$mutex = Enter-Mutex -Sid $Sid
	try {
		$Answer.before = $Answer.after = @(Read-OwnStore)
		$observed = Get-StoreHash -Element $Answer.before
		if ($observed -ne $complex_args.observed) { throw @{ code = 'stale_store' } }
		if ($complex_args._ansible_check_mode) { return }
		$Answer.swept = try { Remove-Leftover -Used $used } catch { 0 }
		$my = Open-Store -Name 'My' -Access 'ReadWrite'
		$Answer.after = $null
		try { Invoke-Transaction -Store $my -Answer $Answer } finally { $my.Close() }
		$unread = @(Read-After -Answer $Answer -Read { Read-OwnStore })[0]
		if (-not $unread) { $Answer.changed = (Get-StoreHash -Element $Answer.after) -ne $observed } elseif (-not $Answer.error) { $Answer.error = $unread }
	} finally {
		$mutex.ReleaseMutex()
		$mutex.Dispose()
	}
}

$sid = $identity.User.Value
$answer = New-Answer -Sid $sid
$answer.swept = 0
try { Invoke-Exchange -Sid $sid -Answer $answer } catch {
	if (-not $answer.error) { $answer.error = @{ step = 'guard' } + (Get-Failure -ErrorRecord $_ -Code 'unexpected') }
	if ($_.TargetObject.token) { $answer.error.token = $_.TargetObject.token }
}
if ($answer.error.code -eq 'wrong_owner') { $answer.error.second_account = Test-SecondAccount -Sid $sid -Name $identity.Name.Split('\')[-1] }
# With a token that is fit the request may come once more.
if ($sid -eq $complex_args.owner_sid -and -not ($complex_args._ansible_check_mode -or $answer.error.token)) { Clear-TransportKey }
ConvertTo-Sent -Driver 'store_exchange' -Answer $answer
if ($answer.error) { exit 1 }
