#Requires -Version 5.1
# What the steps' scripts do on a Windows host: run a program, keep files and folders, read what a service has.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Invoke-Native {
    # Runs a program and returns what it wrote; any other exit code than 0 is an error that shows it.
    param(
        [Parameter(Mandatory)] [string] $Program,
        [Parameter(Mandatory)] [string[]] $Arguments
    )
    # under 'Stop', Windows PowerShell 5.1 takes the first line on a program's error output for a failure
    $ErrorActionPreference = 'Continue'
    try {
        $said = (& $Program $Arguments 2>&1 | ForEach-Object { "$_" }) -join "`n"
    } catch {
        # without this, 'Continue' would go on with the exit code of the program before
        throw "$Program could not be run: $_"
    }
    if ($LASTEXITCODE -ne 0) {
        throw "$Program ended with exit code ${LASTEXITCODE}: $said"
    }
    $said
}

function Get-RegistryValue {
    # One value of a registry key, or nothing.
    param(
        [Parameter(Mandatory)] [string] $Key,
        [Parameter(Mandatory)] [string] $Name
    )
    if (Test-Path -LiteralPath $Key) {
        $entry = Get-ItemProperty -LiteralPath $Key
        if ($entry.PSObject.Properties.Name -contains $Name) { $entry.$Name }
    }
}

function New-PrivateFolder {
    # Makes a folder that only administrators and the system may enter.
    param([Parameter(Mandatory)] [string] $Path)
    New-Item -ItemType Directory -Force -Path $Path | Out-Null
    # S-1-5-18 is the system, S-1-5-32-544 the administrators, in every language of Windows
    $rights = '/inheritance:r', '/grant:r', '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F', '/Q'
    Invoke-Native -Program 'icacls.exe' -Arguments (@($Path) + $rights) | Out-Null
}

function Remove-Folder {
    # Removes a folder, if it is there, and the one above it once nothing is left in that.
    param([Parameter(Mandatory)] [string] $Path)
    if (Test-Path -LiteralPath $Path) { Remove-Item -Recurse -Force -LiteralPath $Path }
    $above = Split-Path -Parent $Path
    if ((Test-Path -LiteralPath $above) -and -not (Get-ChildItem -Force -LiteralPath $above)) {
        Remove-Item -Force -LiteralPath $above
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
