#Requires -Version 5.1
# Functions that fetch a vendor's file and let only that pass which the vendor signed.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Assert-Publisher {
    # Fails unless the file carries a valid Authenticode signature of this organization.
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Publisher
    )
    $signature = Get-AuthenticodeSignature -LiteralPath $Path
    if ($signature.Status -ne 'Valid') {
        throw "$Path carries no valid signature: $($signature.Status) ($($signature.StatusMessage))"
    }
    $subject = $signature.SignerCertificate.Subject
    if ($subject -notmatch "(^|, )O=`"?$([regex]::Escape($Publisher))`"?(,|$)") {
        throw "$Path is signed by '$subject', not by '$Publisher'"
    }
}

function Get-VendorFile {
    # Fetches a file over verified HTTPS to a path; a digest that is given has to match.
    param(
        [Parameter(Mandatory)] [uri] $Url,
        [Parameter(Mandatory)] [string] $Path,
        [string] $Digest = ''
    )
    if ($Url.Scheme -ne 'https') {
        throw "$Url is not fetched: only https is"
    }
    [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
    New-Item -ItemType Directory -Force -Path (Split-Path -Parent $Path) | Out-Null
    Invoke-WebRequest -UseBasicParsing -Uri $Url -OutFile $Path
    if ($Digest -ne '') {
        $found = (Get-FileHash -Algorithm SHA256 -LiteralPath $Path).Hash
        if ($found -ne $Digest) {
            Remove-Item -Force -LiteralPath $Path
            throw "$Url gave a file with SHA-256 $found instead of $Digest"
        }
    }
}
