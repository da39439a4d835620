#!powershell
# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -Wrapper
#AnsibleRequires -PowerShell ..module_utils._Store
#AnsibleRequires -PowerShell ..module_utils._Authority
#AnsibleRequires -CSharpUtil ..module_utils._KeyStore
#AnsibleRequires -CSharpUtil ..module_utils._PrivateKey
#AnsibleRequires -CSharpUtil ..module_utils._StoreHash

# One transaction on CurrentUser\My, run as its owner. Protocol: docs/developers/driver_protocol.md
# Secrets stay inside $complex_args and $step and go to .NET methods only: PowerShell's module logging keeps every parameter.

$keyStore = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore.KeyStore]
$privateKey = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._PrivateKey.PrivateKey]
$storeHash = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._StoreHash.StoreHash]

# NTE_BAD_KEYSET, CRYPT_E_NO_KEY_PROPERTY, NTE_NOT_FOUND: the certificate has no key, or links to one that is not there.
$missingKey = 2148073494, 2148081675, 2148073489

# A step type is a row: the keys it takes, the code of an error that has none, what it does, how that is undone. Both blocks see
# $step (the request), $my (the open store), $fact (what the journal will say) and $memo (what the undoing needs to know).
$stepTypes = @{
    import = @{
        keys = 'bundle', 'passphrase', 'thumbprint', 'exportable'
        code = 'import_failed'
        do = {
            $bundle = [Convert]::FromBase64String($step.bundle)
            $leaf = $keyStore::OpenBundle($bundle, $step.passphrase, $false, $false)
            if (-not $privateKey::Exists($leaf)) { throw @{ code = 'import_failed'; hresult = $missingKey[1] } }
            if ($leaf.Thumbprint -ne $step.thumbprint) { throw @{ code = 'thumbprint_mismatch' } }
            $fact.swept = $privateKey::Sweep($leaf)
            $present = Find-Certificate -Thumbprint $step.thumbprint
            if (-not $present -or -not (Test-PrivateKey -Certificate $present)) {
                if ($present) { $memo.replaced = $present.Export('SerializedCert') }
                $added = $keyStore::OpenBundle($bundle, $step.passphrase, $true, $step.exportable)
                $memo.container = $privateKey::ReadLink($added).Container
                $my.Add($added)
                # What the replaced one had stays, the archived mark too.
                $present = Find-Certificate -Thumbprint $step.thumbprint
            }
            if ($present.Archived) {
                # Nobody is offered an archived certificate, so as it is it is not installed.
                if (-not $memo.replaced) { $memo.replaced = $present.Export('SerializedCert') }
                [void] $keyStore::TrySetArchived($present, $false)
            }
            $link = $privateKey::ReadLink($present)
            $fact.container = $link.Container
            $fact.provider = $link.Provider
        }
        undo = {
            if ($memo.container) {
                $added = Find-Certificate -Thumbprint $step.thumbprint
                if ($added) { $my.Remove($added) }
                $privateKey::DeleteContainer($memo.container)
            }
            if ($memo.replaced) { $keyStore::Restore($my, $memo.replaced) }
        }
    }
    prove = @{
        keys = 'thumbprint', 'nonce'
        code = 'sign_failed'
        do = {
            $proof = $privateKey::Prove((Get-StoredCertificate -Thumbprint $step.thumbprint), [Convert]::FromBase64String($step.nonce))
            $fact.algorithm = $proof.Algorithm
            $fact.signature = [Convert]::ToBase64String($proof.Signature)
        }
        undo = { }
    }
    name = @{
        keys = 'thumbprint', 'friendly_name'
        code = 'name_failed'
        do = {
            $certificate = Get-StoredCertificate -Thumbprint $step.thumbprint
            $memo.replaced = $certificate.Export('SerializedCert')
            $certificate.FriendlyName = $step.friendly_name
        }
        undo = { $keyStore::Restore($my, $memo.replaced) }
    }
    chain = @{
        keys = 'thumbprint', 'certificate'
        code = 'chain_failed'
        do = {
            $authority = $keyStore::ReadCertificate([Convert]::FromBase64String($step.certificate))
            if ($authority.Thumbprint -ne $step.thumbprint) { throw @{ code = 'thumbprint_mismatch' } }
            if ($authority.Subject -eq $authority.Issuer) { throw @{ code = 'root_certificate' } }
            $fact.store = Add-Authority -Certificate $authority
            if ($fact.store) { $memo.store = $fact.store }
        }
        undo = { Remove-Authority -Location $memo.store -Thumbprint $step.thumbprint }
    }
    retire = @{
        keys = 'thumbprint', 'method'
        code = 'retire_failed'
        final = $true
        do = {
            $certificate = Get-StoredCertificate -Thumbprint $step.thumbprint
            if ($step.method -eq 'delete') { Remove-WithKey -Certificate $certificate; return }
            if (-not $keyStore::TrySetArchived($certificate, $true)) { throw @{ code = 'retire_failed' } }
        }
        undo = { }
    }
    remove = @{
        keys = , 'thumbprint'
        code = 'remove_failed'
        final = $true
        do = { Remove-WithKey -Certificate (Get-StoredCertificate -Thumbprint $step.thumbprint) }
        undo = { }
    }
}

function Find-Certificate {
    <# .SYNOPSIS
       The certificate with this thumbprint in the open store, archived or not; nothing when there is none. #>
    param([Parameter(Mandatory)] [string] $Thumbprint)
    $found = $my.Certificates.Find('FindByThumbprint', $Thumbprint, $false)
    if ($found.Count) { $found[0] }
}

function Get-StoredCertificate {
    <# .SYNOPSIS
       The certificate with this thumbprint, or the refusal no_certificate. #>
    param([Parameter(Mandatory)] [string] $Thumbprint)
    $certificate = Find-Certificate -Thumbprint $Thumbprint
    if (-not $certificate) { throw @{ code = 'no_certificate' } }
    $certificate
}

function Remove-WithKey {
    <# .SYNOPSIS
       Takes a certificate out of the store together with its private key, unless the key has to stay; says so in $fact.
       Hidden first, then the key, then the certificate: a run that is cut leaves neither a certificate that a browser offers
       without its key nor a key that no certificate names, and the next run goes on. #>
    param([Parameter(Mandatory)] [Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)
    $link = $privateKey::ReadLink($Certificate)
    $fact.key = 'none'
    if ($link) {
        $fact.container = $link.Container
        $fact.provider = $link.Provider
        $fact.kept_because = $privateKey::ReasonToKeep($Certificate)
        $fact.key = 'kept'
    }
    if ($link -and -not $fact.kept_because) {
        $hidden = -not $Certificate.Archived -and $keyStore::TrySetArchived($Certificate, $true)
        try {
            $fact.key = $(if ($privateKey::DeleteKey($link)) { 'deleted' } else { 'gone' })
            # Another certificate of the same key may have left its container behind for this one; now nobody needs it.
            $fact.swept = $privateKey::Sweep($Certificate)
        } catch {
            if ($hidden) { [void] $keyStore::TrySetArchived($Certificate, $false) }
            throw
        }
    }
    $my.Remove($Certificate)
}

function Test-PrivateKey {
    <# .SYNOPSIS
       Whether the key behind a certificate signs. #>
    param([Parameter(Mandatory)] [Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)
    try { [bool] $privateKey::Prove($Certificate, [byte[]]::new(32)) } catch { $false }
}

function Read-OwnStore {
    <# .SYNOPSIS
       The owner's elements as the protocol sends them. #>
    (Get-OwnerStore -Sid $own.owner_sid -ProfilePath $own.path).elements
}

function Get-StoreHash {
    <# .SYNOPSIS
       The store hash of the protocol. A file comes after the hive, so it wins. #>
    param([Parameter(Mandatory)] [AllowEmptyCollection()] [Object[]] $Element)
    $storeHash::Compute([byte[][]] @($Element | ForEach-Object { , [Convert]::FromBase64String($_.data) }))
}

function Add-Entry {
    <# .SYNOPSIS
       One line of the journal. #>
    param([Parameter(Mandatory)] [string] $Outcome, [hashtable] $Fact = @{})
    $entry = @{ id = $step.id; step = $step.step; outcome = $Outcome; at = Get-UtcNow }
    if ($step.thumbprint) { $entry.thumbprint = $step.thumbprint }
    $answer.journal.Add($entry + $Fact)
}

function Get-Failure {
    <# .SYNOPSIS
       What the protocol says of an error: a refusal (a thrown code) as it is, any other by its HRESULT. #>
    param([Parameter(Mandatory)] [Management.Automation.ErrorRecord] $ErrorRecord, [Parameter(Mandatory)] [string] $Code)
    $thrown = $ErrorRecord.TargetObject
    if ($thrown -is [hashtable]) { return @{ code = $thrown.code; hresult = $thrown.hresult } }
    $hresult = Get-HResult -Exception $ErrorRecord.Exception
    @{ code = $(if ($Code -eq 'sign_failed' -and $hresult -in $missingKey) { 'no_key' } else { $Code }); hresult = $hresult }
}

function Assert-Request {
    <# .SYNOPSIS
       Refuses a request that this driver does not understand as a whole: bad_request, unknown_step. #>
    if (Test-Request -Request $complex_args -Key 'protocol', 'owner_sid', 'observed', 'steps') { throw @{ code = 'bad_request' } }
    foreach ($step in $complex_args.steps) {
        $type = $stepTypes[[string] $step.step]
        if (-not $type) { throw @{ code = 'unknown_step' } }
        if (Compare-Object -ReferenceObject @($type.keys + 'id', 'step') -DifferenceObject @($step.Keys)) { throw @{ code = 'bad_request' } }
    }
}

function Assert-Owner {
    <# .SYNOPSIS
       Refuses when this process cannot keep a key for the owner: wrong_owner, temporary_profile, no_dpapi, force_key_protection. #>
    if ($answer.owner_sid -ne $complex_args.owner_sid) { throw @{ code = 'wrong_owner' } }
    if (-not $own -or $own.temporary) { throw @{ code = 'temporary_profile' } }
    # Windows would ask for consent in a dialog that nobody sees, and wait.
    if (Get-ForceKeyProtection) { throw @{ code = 'force_key_protection' } }
    $problem = $keyStore::ProbeDpapi()
    if ($problem) { throw @{ code = 'no_dpapi'; hresult = [BitConverter]::ToUInt32([BitConverter]::GetBytes($problem), 0) } }
}

function Enter-Exchange {
    <# .SYNOPSIS
       Waits for any other exchange on this owner's store. One that died has released it. #>
    try { if (-not $mutex.WaitOne(10000)) { throw @{ code = 'busy' } } } catch [Threading.AbandonedMutexException] { return }
}

function Invoke-Step {
    <# .SYNOPSIS
       Runs the steps in order. When one fails, undoes what was done, newest first. #>
    $done = [Collections.Generic.Stack[object]]::new()
    foreach ($step in $complex_args.steps) {
        $fact = @{}
        $memo = @{}
        $done.Push(@{ step = $step; memo = $memo })
        try {
            & $stepTypes[$step.step].do
            Add-Entry -Outcome 'done' -Fact $fact
        } catch {
            $answer.error = @{ step = $step.id } + (Get-Failure -ErrorRecord $_ -Code $stepTypes[$step.step].code)
            Add-Entry -Outcome 'failed'
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
            Add-Entry -Outcome 'undone'
        } catch {
            Add-Entry -Outcome 'undo_failed' -Fact @{ hresult = Get-HResult -Exception $_.Exception }
        }
    }
}

function Invoke-Exchange {
    <# .SYNOPSIS
       Guards, store before, steps, store after. #>
    Assert-Request
    Assert-Owner
    Enter-Exchange
    try {
        $answer.before = $answer.after = @(Read-OwnStore)
        $observed = Get-StoreHash -Element $answer.before
        if ($observed -ne $complex_args.observed) { throw @{ code = 'stale_store' } }
        if ($complex_args._ansible_check_mode) { return }
        $my = [Security.Cryptography.X509Certificates.X509Store]::new('My', 'CurrentUser')
        $my.Open('ReadWrite, IncludeArchived')
        Invoke-Step
        $my.Close()
        $answer.after = @(Read-OwnStore)
        $answer.changed = (Get-StoreHash -Element $answer.after) -ne $observed
    } finally {
        $mutex.ReleaseMutex()
    }
}

$sid = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
$answer = @{ changed = $false; protocol = 1; owner_sid = $sid; utc = Get-UtcNow; before = @(); after = @(); journal = [Collections.Generic.List[object]]::new(); error = $null }
$own = Get-ProfileList | Where-Object { $_.owner_sid -eq $sid }
$mutex = [Threading.Mutex]::new($false, "Global\hospital_it.pkcs12.$sid")
try {
    Invoke-Exchange
} catch {
    $answer.error = @{ step = 'guard' } + (Get-Failure -ErrorRecord $_ -Code 'unexpected')
}
if ($answer.error) {
    $answer.failed = $true
    $answer.msg = "store_exchange stopped at $($answer.error.step): $($answer.error.code)"
}
ConvertTo-Json -Compress -Depth 20 -InputObject $answer
if ($answer.error) { exit 1 }
