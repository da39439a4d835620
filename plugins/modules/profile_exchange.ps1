#!powershell
# GNU General Public License v3.0+

#AnsibleRequires -CSharpUtil Ansible. # no util
#AnsibleRequires -PowerShell ..module_utils._Store
#AnsibleRequires -PowerShell ..module_utils._Path
#AnsibleRequires -PowerShell ..module_utils._Element
#AnsibleRequires -PowerShell ..module_utils._Exchange
#AnsibleRequires -CSharpUtil ..module_utils._ProfileFile

# Removes certificates and key files from the profile of someone who is not logged on. Protocol: docs/developers/driver_protocol.md
# The profile's owner may have put anything into it, so nothing in it is followed, and little of it is read.

$wrong = Test-Request -Given @($complex_args.Keys) -Protocol $complex_args.protocol -Expected 'protocol', 'owner_sid', 'observed', 'steps'
$owner = [string] $complex_args.owner_sid
$observed = $complex_args.observed
$steps = $complex_args.steps
$checkMode = [bool] $complex_args._ansible_check_mode

# The keys of each type of step, beside id and step.
$stepKeys = @{
	computer = , 'name'
	remove_key = , 'thumbprint'
	remove_certificate = , 'thumbprint'
	remove_transport_key = 'thumbprint', 'container'
}
$largestFile = 64KB
$mostFiles = 1000

function Get-ProfileFile {
	<# .SYNOPSIS
	The class in _ProfileFile.cs, which is compiled after this file is read. #>
	[ansible_collections.hospital_it.pkcs12.plugins.module_utils._ProfileFile.ProfileFile]
}

function Find-File {
	<# .SYNOPSIS
	The paths of the files in a folder of a profile; none when there is no folder. #>
	param([string] $ProfilePath, [string] $Folder, [string] $Code)
	$problem = (Get-ProfileFile)::CheckFolder($ProfilePath, $Folder)
	if ($problem -eq 'missing') { return }
	if ($problem) { throw @{ code = $Code; file = $Folder } }
	$number = 0
	foreach ($path in [IO.Directory]::EnumerateFiles($Folder)) {
		$number++
		if ($number -gt $mostFiles) { throw @{ code = $Code; file = $Folder } }
		$path
	}
}

function Read-Element {
	<# .SYNOPSIS
	An element in a file, with what its records say. #>
	param([string] $ProfilePath, [string] $Path)
	$refusal = @{ code = 'profile_unread'; file = $Path }
	try {
		$file = (Get-ProfileFile)::Read($ProfilePath, $Path, $largestFile)
		if ($file.Code) { throw $refusal }
		$records = Read-Record -Element $file.Data
		# The class would also take a p12, and store its keys for us.
		$type = [Security.Cryptography.X509Certificates.X509Certificate2]
		if (-not $records[32] -or $type::GetCertContentType($records[32]) -ne 'Cert') { throw $refusal }
		$certificate = $type::new([byte[]] $records[32])
		@{
			path = $Path; sha256 = $file.Sha256; data = [Convert]::ToBase64String($file.Data); link = Read-KeyLink -Record $records
			thumbprint = $certificate.Thumbprint; public_key = $certificate.GetPublicKeyString()
		}
		$certificate.Dispose()
	} catch {
		if ($_.TargetObject -is [hashtable]) { throw $_.TargetObject }
		throw @{ code = $refusal.code; file = $Path; hresult = Get-HResult -Exception $_.Exception }
	}
}

function Read-ProfileStore {
	<# .SYNOPSIS
	The elements of a store of a profile. #>
	param([string] $ProfilePath, [string] $Name)
	$folder = "$ProfilePath\AppData\Roaming\Microsoft\SystemCertificates\$Name\Certificates"
	foreach ($path in Find-File -ProfilePath $ProfilePath -Folder $folder -Code 'profile_unread') {
		Read-Element -ProfilePath $ProfilePath -Path $path
	}
}

function Find-Element {
	<# .SYNOPSIS
	The element of a certificate. Its file has its name. #>
	param([hashtable[]] $Element, [string] $Thumbprint)
	$found = @($Element | Where-Object { $_.thumbprint -eq $Thumbprint })
	if (-not $found) { throw @{ code = 'no_certificate' } }
	if ($found.Count -gt 1 -or [IO.Path]::GetFileName($found[0].path) -ne $Thumbprint) { throw @{ code = 'profile_unread'; file = $found[0].path } }
	$found[0]
}

function Read-KeyFile {
	<# .SYNOPSIS
	The key files of a profile with the name of a container in them. One that is not understood could be the one that is looked for. #>
	param([string] $ProfilePath, [string] $Sid, [string] $Container)
	$crypto = "$ProfilePath\AppData\Roaming\Microsoft\Crypto"
	foreach ($folder in "$crypto\Keys", "$crypto\RSA\$Sid") {
		foreach ($path in Find-File -ProfilePath $ProfilePath -Folder $folder -Code 'unread_key') {
			try { $file = (Get-ProfileFile)::ReadKey($ProfilePath, $path, $largestFile, $folder -eq "$crypto\Keys", $Container) } catch {
				throw @{ code = 'unread_key'; file = $path; hresult = Get-HResult -Exception $_.Exception }
			}
			if ($file.Code -eq 'other') { continue }
			if ($file.Code) { throw @{ code = 'unread_key'; file = $path } }
			if ([string]::Equals($file.Container, $Container, 'OrdinalIgnoreCase')) { @{ path = $path; sha256 = $file.Sha256 } }
		}
	}
}

function Get-SharedReason {
	<# .SYNOPSIS
	Why a key has to stay for another certificate of the profile. One that the request removes, too, needs no container but its own, and
	nobody would look for this one later. #>
	param([hashtable] $Element, [hashtable[]] $Other)
	foreach ($one in $Other) {
		if (-not $one.link) { continue }
		if ($one.link.container -eq $Element.link.container) { return 'shared_container' }
		if ($one.public_key -eq $Element.public_key -and -not $one.going) { return 'shared_public_key' }
	}
}

function Remove-File {
	<# .SYNOPSIS
	Removes a file that is still as it was read. #>
	param([string] $ProfilePath, [hashtable] $File)
	$removal = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._FileRemoval.FileRemoval]
	if ($removal::Remove($ProfilePath, $File.path, $File.sha256, $largestFile)) { throw @{ code = 'stale_store'; file = $File.path } }
}

function Remove-NamedFile {
	<# .SYNOPSIS
	Removes the one key file that names a container. Whether there was one. #>
	param([string] $ProfilePath, [string] $Sid, [string] $Container)
	$named = @(Read-KeyFile -ProfilePath $ProfilePath -Sid $Sid -Container $Container)
	if ($named.Count -gt 1 -or -not $Container) { throw @{ code = 'ambiguous_key'; file = $named.path -join ', ' } }
	if ($named) { Remove-File -ProfilePath $ProfilePath -File $named[0] }
	[bool] $named
}

function Remove-KeyFile {
	<# .SYNOPSIS
	Step "remove_key". #>
	param([string] $ProfilePath, [string] $Sid, [hashtable] $Element, [hashtable[]] $Other)
	$link = $Element.link
	if (-not $link) { return @{ key = 'none' } }
	$fact = @{ key = 'kept'; kept_because = @(Get-PlaceToKeep -Link $link)[0]; container = $link.container; provider = $link.provider }
	if (-not $fact.kept_because) { $fact.kept_because = @(Get-SharedReason -Element $Element -Other $Other)[0] }
	if ($fact.kept_because) { return $fact }
	$fact.key = if (Remove-NamedFile -ProfilePath $ProfilePath -Sid $Sid -Container $link.container) { 'deleted' } else { 'gone' }
	$fact
}

function Get-OwnProfile {
	<# .SYNOPSIS
	The profile of a SID. With -Loaded also one that somebody has loaded. #>
	param([string] $Sid, [switch] $Loaded)
	$person = Get-ProfileList | Where-Object { $_.owner_sid -eq $Sid }
	if (-not $person) { throw @{ code = 'stale_store' } }
	if ($person.temporary) { throw @{ code = 'temporary_profile' } }
	if ($person.loaded -and -not $Loaded) { throw @{ code = 'profile_loaded' } }
	if (-not (Test-LocalPath -Path $person.path)) { throw @{ code = 'profile_unread'; file = $person.path } }
	$person
}

function Invoke-Step {
	<# .SYNOPSIS
	Does a step, on the profile as it is now, and returns its facts. #>
	param([string] $Sid, [string] $Step, [string] $Thumbprint, [string] $Container, [string[]] $Going)
	if ($Step -eq 'computer') { return @{ computer = [Environment]::MachineName } }
	if ($Step -eq 'remove_transport_key') {
		$path = (Get-OwnProfile -Sid $Sid -Loaded).path
		return @{ container = $Container; removed = Remove-NamedFile -ProfilePath $path -Sid $Sid -Container $Container }
	}
	$person = Get-OwnProfile -Sid $Sid
	$my = @(Read-ProfileStore -ProfilePath $person.path -Name 'My')
	$element = Find-Element -Element $my -Thumbprint $Thumbprint
	if ($Step -eq 'remove_certificate') {
		Remove-File -ProfilePath $person.path -File $element
		return @{}
	}
	foreach ($one in $my) { $one.going = $one.thumbprint -in $Going }
	$others = @($my | Where-Object { $_.thumbprint -ne $Thumbprint }) + @(Read-ProfileStore -ProfilePath $person.path -Name 'Request')
	Remove-KeyFile -ProfilePath $person.path -Sid $Sid -Element $element -Other $others
}

function Get-Sent {
	<# .SYNOPSIS
	Elements as the protocol has them. #>
	param([hashtable[]] $Element)
	foreach ($one in $Element) { @{ source = 'file'; data = $one.data } }
}

function Invoke-Transaction {
	<# .SYNOPSIS
	Does the steps in order, up to the first that fails. Nothing is taken back: the next run goes on from here. #>
	param([string] $Sid, [Collections.IDictionary[]] $Step, [hashtable] $Answer)
	$going = @($Step | Where-Object { $_.step -eq 'remove_certificate' }).thumbprint
	foreach ($one in $Step) {
		$entry = @{ id = $one.id; step = $one.step; thumbprint = $one.thumbprint }
		try {
			$fact = Invoke-Step -Sid $Sid -Step $one.step -Thumbprint $one.thumbprint -Container $one.container -Going $going
			$Answer.changed = $Answer.changed -or $one.step -eq 'remove_certificate' -or $fact.key -eq 'deleted'
			$Answer.journal += $entry + $fact + @{ outcome = 'done'; at = Get-UtcNow }
		} catch {
			$Answer.error = @{ step = $one.id; file = $_.TargetObject.file } + (Get-Failure -ErrorRecord $_ -Code "$($one.step)_failed")
			$Answer.journal += $entry + @{ outcome = 'failed'; at = Get-UtcNow }
			return
		}
	}
}

function Invoke-Exchange {
	<# .SYNOPSIS
	Carries out a request; what comes of it goes into the answer. #>
	param([string[]] $Wrong, [string] $Sid, [string] $Observed, [Collections.IDictionary[]] $Step, [bool] $CheckMode, [hashtable] $Answer)
	if ($Wrong) { throw @{ code = 'bad_request' } }
	foreach ($one in $Step) {
		Assert-Step -Step $one.step -Given @($one.Keys) -StepKeys $stepKeys -Computer $one.name
		if ($one.step -eq 'remove_transport_key' -and -not (Test-TransportName -Name $one.container)) { throw @{ code = 'bad_request' } }
	}
	# A transport key belongs to no certificate, so the store does not matter, and its owner may be logged on.
	$transport = @($Step | Where-Object { $_.step -eq 'remove_transport_key' }).Count -gt 0
	if ($transport -and @($Step | Where-Object { $_.step -in 'remove_key', 'remove_certificate' })) { throw @{ code = 'bad_request' } }
	[void] (Get-OwnProfile -Sid $Sid -Loaded:$transport)
	$mutex = Enter-Mutex -Sid $Sid
	try {
		$path = (Get-OwnProfile -Sid $Sid -Loaded:$transport).path
		$found = @(if (-not $transport) { Read-ProfileStore -ProfilePath $path -Name 'My' })
		$Answer.before = $Answer.after = @(Get-Sent -Element $found)
		if (-not $transport -and (Get-StoreHash -Element $found) -ne $Observed) { throw @{ code = 'stale_store' } }
		if ($CheckMode) { return }
		$Answer.after = $null
		Invoke-Transaction -Sid $Sid -Step $Step -Answer $Answer
		$unread = @(Read-After -Answer $Answer -Read { Get-Sent -Element @(if (-not $transport) { Read-ProfileStore -ProfilePath $path -Name 'My' }) })[0]
		if ($unread -and -not $Answer.error) { $Answer.error = $unread }
	} finally {
		$mutex.ReleaseMutex()
		$mutex.Dispose()
	}
}

$answer = New-Answer -Sid $owner
try { Invoke-Exchange -Wrong $wrong -Sid $owner -Observed $observed -Step $steps -CheckMode $checkMode -Answer $answer } catch {
	if (-not $answer.error) { $answer.error = @{ step = 'guard'; file = $_.TargetObject.file } + (Get-Failure -ErrorRecord $_ -Code 'unexpected') }
}
ConvertTo-Sent -Driver 'profile_exchange' -Answer $answer
if ($answer.error) { exit 1 }
