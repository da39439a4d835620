#!powershell
# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -Wrapper
#AnsibleRequires -PowerShell ..module_utils._Store
#AnsibleRequires -CSharpUtil ..module_utils._KeyStore
#AnsibleRequires -CSharpUtil ..module_utils._StoreHash

# One transaction on CurrentUser\My, run as its owner. Protocol: docs/developers/driver_protocol.md
# Secrets stay inside $complex_args and $step and go to .NET methods only: PowerShell's module logging keeps every parameter.

$keyStore = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore.KeyStore]
$refusal = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore.KeyStoreException]
$storeHash = [ansible_collections.hospital_it.pkcs12.plugins.module_utils._StoreHash.StoreHash]

# A step type is a row: the keys it takes, the code of an error that has none, what it does, how that is undone. Both blocks see
# $step (the request), $my (the open store), $fact (what the journal will say) and $memo (what the undoing needs to know).
$stepTypes = @{
    import = @{
        keys = 'bundle', 'passphrase', 'thumbprint', 'exportable'
        code = 'import_failed'
        do = {
            $bundle = [Convert]::FromBase64String($step.bundle)
            $leaf = $keyStore::OpenBundle($bundle, $step.passphrase, $false, $false)
            if ($leaf.Thumbprint -ne $step.thumbprint) { throw $refusal::new('thumbprint_mismatch', 0) }
            $fact.swept = $keyStore::Sweep($leaf)
            $present = Find-Certificate -Thumbprint $step.thumbprint
            if (-not $present -or -not (Test-PrivateKey -Certificate $present)) {
                if ($present) { $memo.replaced = $present.Export('SerializedCert') }
                $present = $keyStore::OpenBundle($bundle, $step.passphrase, $true, $step.exportable)
                $memo.container = $keyStore::ReadLink($present).Container
                $my.Add($present)
            }
            $link = $keyStore::ReadLink($present)
            $fact.container = $link.Container
            $fact.provider = $link.Provider
        }
        undo = {
            if ($memo.container) {
                $added = Find-Certificate -Thumbprint $step.thumbprint
                if ($added) { $my.Remove($added) }
                $keyStore::DeleteContainer($memo.container)
            }
            if ($memo.replaced) { $keyStore::Restore($my, $memo.replaced) }
        }
    }
    prove = @{
        keys = 'thumbprint', 'nonce'
        code = 'sign_failed'
        do = {
            $proof = $keyStore::Prove((Get-StoredCertificate -Thumbprint $step.thumbprint), [Convert]::FromBase64String($step.nonce))
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
    if (-not $certificate) { throw $refusal::new('no_certificate', 0) }
    $certificate
}

function Test-PrivateKey {
    <# .SYNOPSIS
       Whether the key behind a certificate signs. #>
    param([Parameter(Mandatory)] [Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)
    try { [bool] $keyStore::Prove($Certificate, [byte[]]::new(32)) } catch { $false }
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
       What the protocol says of an exception: a code and an HRESULT. #>
    param([Parameter(Mandatory)] [Exception] $Exception, [Parameter(Mandatory)] [string] $Code)
    $base = $Exception.GetBaseException()
    if ($base -isnot $refusal) { return @{ code = $Code; hresult = Get-HResult -Exception $base } }
    @{ code = $base.Code; hresult = $(if ($base.HResult) { Get-HResult -Exception $base }) }
}

function Assert-Request {
    <# .SYNOPSIS
       Refuses a request that this driver does not understand as a whole: bad_request, unknown_step. #>
    if (Test-Request -Request $complex_args -Key 'protocol', 'owner_sid', 'observed', 'steps') { throw $refusal::new('bad_request', 0) }
    foreach ($step in $complex_args.steps) {
        $type = $stepTypes[[string] $step.step]
        if (-not $type) { throw $refusal::new('unknown_step', 0) }
        if (Compare-Object -ReferenceObject @($type.keys + 'id', 'step') -DifferenceObject @($step.Keys)) { throw $refusal::new('bad_request', 0) }
    }
}

function Assert-Owner {
    <# .SYNOPSIS
       Refuses when this process cannot keep a key for the owner: wrong_owner, temporary_profile, no_dpapi. #>
    if ($answer.owner_sid -ne $complex_args.owner_sid) { throw $refusal::new('wrong_owner', 0) }
    if (-not $own -or $own.temporary) { throw $refusal::new('temporary_profile', 0) }
    $problem = $keyStore::ProbeDpapi()
    if ($problem) { throw $refusal::new('no_dpapi', $problem) }
}

function Enter-Exchange {
    <# .SYNOPSIS
       Waits for any other exchange on this owner's store. One that died has released it. #>
    try { if (-not $mutex.WaitOne(10000)) { throw $refusal::new('busy', 0) } } catch [Threading.AbandonedMutexException] { return }
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
            $answer.error = @{ step = $step.id } + (Get-Failure -Exception $_.Exception -Code $stepTypes[$step.step].code)
            Add-Entry -Outcome 'failed'
            break
        }
    }
    if (-not $answer.error) { return }
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
        if ($observed -ne $complex_args.observed) { throw $refusal::new('stale_store', 0) }
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
    $answer.error = @{ step = 'guard' } + (Get-Failure -Exception $_.Exception -Code 'unexpected')
}
if ($answer.error) {
    $answer.failed = $true
    $answer.msg = "store_exchange stopped at $($answer.error.step): $($answer.error.code)"
}
ConvertTo-Json -Compress -Depth 20 -InputObject $answer
if ($answer.error) { exit 1 }
