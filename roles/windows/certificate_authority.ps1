#Requires -Version 5.1
# The lab's certificate authority is trusted by this machine.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [ValidateSet('Check', 'Apply', 'Remove')] [string] $Action,
    [Parameter(Mandatory)] [string] $Certificate
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$base64 = $Certificate -replace '-----(BEGIN|END) CERTIFICATE-----', '' -replace '\s', ''
$bytes = [Convert]::FromBase64String($base64)
$authority = New-Object Security.Cryptography.X509Certificates.X509Certificate2(, $bytes)
$store = New-Object Security.Cryptography.X509Certificates.X509Store('Root', 'LocalMachine')
$store.Open('ReadWrite')
try {
    $found = $store.Certificates.Find('FindByThumbprint', $authority.Thumbprint, $false)
    switch ($Action) {
        'Check' { if ($found.Count -eq 0) { Exit-Unmet "the lab's authority is not trusted yet" } }
        'Apply' {
            # the one that it takes the place of, when it was renewed, is trusted no longer
            $before = $store.Certificates.Find('FindBySubjectDistinguishedName', $authority.Subject, $false)
            if ($before.Count -gt 0) { $store.RemoveRange($before) }
            $store.Add($authority)
        }
        'Remove' { if ($found.Count -gt 0) { $store.RemoveRange($found) } }
    }
} finally {
    $store.Close()
}
exit 0
