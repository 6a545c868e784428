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
        [string] $Sha256 = ''
    )
    if ($Url.Scheme -ne 'https') {
        throw "$Url is not fetched: only https is"
    }
    [Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12
    # the progress bar makes Windows PowerShell 5.1 fetch many times slower
    $ProgressPreference = 'SilentlyContinue'
    New-Item -ItemType Directory -Force -Path (Split-Path -Parent $Path) | Out-Null
    Invoke-WebRequest -UseBasicParsing -Uri $Url -OutFile $Path
    if ($Sha256 -ne '') {
        $found = (Get-FileHash -Algorithm SHA256 -LiteralPath $Path).Hash
        if ($found -ne $Sha256) {
            Remove-Item -Force -LiteralPath $Path
            throw "$Url gave a file with SHA-256 $found instead of $Sha256"
        }
    }
}

function New-PrivateFolder {
    # Makes a folder that only administrators and the system may enter.
    param([Parameter(Mandatory)] [string] $Path)
    New-Item -ItemType Directory -Force -Path $Path | Out-Null
    & icacls.exe $Path /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' /Q | Out-Null
    if ($LASTEXITCODE -ne 0) {
        throw "the rights of $Path could not be set (icacls: $LASTEXITCODE)"
    }
}

function Test-FileIs {
    # Whether a file is there with exactly this text (UTF-8 without a byte order mark).
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Text
    )
    (Test-Path -LiteralPath $Path -PathType Leaf) -and ([IO.File]::ReadAllText($Path) -ceq $Text)
}

function Set-FileText {
    # Writes a file whole, as UTF-8 without a byte order mark.
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Text
    )
    New-Item -ItemType Directory -Force -Path (Split-Path -Parent $Path) | Out-Null
    $draft = "$Path.lab-partial"
    [IO.File]::WriteAllText($draft, $Text, (New-Object Text.UTF8Encoding($false)))
    Move-Item -Force -LiteralPath $draft -Destination $Path
}

function Exit-Unmet {
    # Ends a check that found something to do, and says what.
    param([Parameter(Mandatory)] [string] $Reason)
    [Console]::Out.WriteLine($Reason)
    exit 1
}
