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
    # the progress bar makes Windows PowerShell 5.1 fetch many times slower
    $ProgressPreference = 'SilentlyContinue'
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

function Invoke-Native {
    # Runs a program and returns what it wrote; any other exit code than 0 is an error that shows it.
    param(
        [Parameter(Mandatory)] [string] $Program,
        [Parameter(Mandatory)] [string[]] $Arguments
    )
    # under 'Stop', Windows PowerShell 5.1 takes the first line on a program's error output for a failure
    $ErrorActionPreference = 'Continue'
    $said = (& $Program $Arguments 2>&1 | ForEach-Object { "$_" }) -join "`n"
    if ($LASTEXITCODE -ne 0) {
        throw "$Program ended with exit code ${LASTEXITCODE}: $said"
    }
    $said
}

function New-PrivateFolder {
    # Makes a folder that only administrators and the system may enter.
    param([Parameter(Mandatory)] [string] $Path)
    New-Item -ItemType Directory -Force -Path $Path | Out-Null
    # S-1-5-18 is the system, S-1-5-32-544 the administrators, in every language of Windows
    $rights = '/inheritance:r', '/grant:r', '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F', '/Q'
    Invoke-Native -Program 'icacls.exe' -Arguments (@($Path) + $rights) | Out-Null
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
