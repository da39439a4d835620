# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12: intermediate certification authorities, which a browser needs to offer a certificate.

function Open-AuthorityStore {
    <# .SYNOPSIS
       The store of intermediate authorities of the machine or of the user, open for writing. #>
    param([Parameter(Mandatory)] [string] $Location)
    $store = [Security.Cryptography.X509Certificates.X509Store]::new('CA', $Location)
    $store.Open('ReadWrite')
    $store
}

function Add-Authority {
    <# .SYNOPSIS
       Adds an intermediate authority for the whole machine where this user may, for the user elsewhere. Returns where it was
       added; nothing when it was there already. A Root store is never touched: Windows would ask in a dialog. #>
    param([Parameter(Mandatory)] [Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)
    foreach ($location in 'LocalMachine', 'CurrentUser') {
        try {
            $store = Open-AuthorityStore -Location $location
            if ($store.Certificates.Find('FindByThumbprint', $Certificate.Thumbprint, $false).Count) { return }
            $store.Add($Certificate)
            return $location
        } catch [Security.Cryptography.CryptographicException] {
            if ($location -eq 'CurrentUser') { throw }
        }
    }
}

function Remove-Authority {
    <# .SYNOPSIS
       Takes out an intermediate authority that Add-Authority added. #>
    param([Parameter(Mandatory)] [string] $Location, [Parameter(Mandatory)] [string] $Thumbprint)
    $store = Open-AuthorityStore -Location $Location
    foreach ($found in $store.Certificates.Find('FindByThumbprint', $Thumbprint, $false)) { $store.Remove($found) }
}

Export-ModuleMember -Function Add-Authority, Remove-Authority
