#Requires -Version 5.1
# Puts one piece of a file into its place, or the whole of it once all pieces are there.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [long] $Offset,
    [string] $Base64 = '',
    [string] $Sha256 = ''
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$partial = "$Path.lab-partial"
New-Item -ItemType Directory -Force -Path (Split-Path -Parent $Path) | Out-Null

if ($Sha256 -eq '') {
    $piece = [Convert]::FromBase64String($Base64)
    $file = [IO.File]::Open($partial, [IO.FileMode]::OpenOrCreate, [IO.FileAccess]::Write)
    try {
        # a piece that is sent twice after a lost connection lands in the same place
        $file.SetLength($Offset)
        $file.Position = $Offset
        $file.Write($piece, 0, $piece.Length)
    } finally {
        $file.Dispose()
    }
    exit 0
}

$found = (Get-FileHash -Algorithm SHA256 -LiteralPath $partial).Hash.ToLowerInvariant()
if ($found -ne $Sha256) {
    Remove-Item -Force -LiteralPath $partial
    [Console]::Error.WriteLine("$Path arrived with SHA-256 $found instead of $Sha256")
    exit 1
}
Move-Item -Force -LiteralPath $partial -Destination $Path
exit 0
