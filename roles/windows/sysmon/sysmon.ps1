#Requires -Version 5.1
# Sysmon from Microsoft, with the lab's configuration.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [ValidateSet('Check', 'Apply', 'Remove')] [string] $Action,
    [Parameter(Mandatory)] [string] $Url,
    [Parameter(Mandatory)] [string] $Configuration
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$folder = Join-Path $env:ProgramData 'flow-attribution-lab\sysmon'
$program = Join-Path $folder 'Sysmon64.exe'
$applied = Join-Path $folder 'sysmon.xml'
$noted = Join-Path $folder 'given.txt'

function Get-Given {
    # What Sysmon says of the configuration that it was given: a digest, or nothing.
    "$(Get-RegistryValue -Key 'HKLM:\SYSTEM\CurrentControlSet\Services\SysmonDrv\Parameters' -Name 'ConfigHash')"
}

switch ($Action) {
    'Check' {
        $service = Get-Service -Name 'Sysmon64' -ErrorAction SilentlyContinue
        if ($null -eq $service) { Exit-Unmet 'Sysmon is not installed' }
        if (-not (Test-FileIs -Path $applied -Text $Configuration)) { Exit-Unmet 'another configuration is applied' }
        # somebody may have given it another by hand: what it says of it is neither our file's sum nor what it said of ours
        $sum = (Get-FileHash -Algorithm SHA256 -LiteralPath $applied).Hash
        if (((Get-Given) -notlike "*$sum*") -and -not (Test-FileIs -Path $noted -Text "given $(Get-Given)")) {
            Exit-Unmet 'another configuration was given to Sysmon'
        }
    }
    'Apply' {
        New-PrivateFolder -Path $folder
        if (-not (Test-Path -LiteralPath $program)) {
            $archive = Join-Path $folder 'Sysmon.zip'
            Get-VendorFile -Url $Url -Path $archive
            Expand-Archive -Force -LiteralPath $archive -DestinationPath $folder
            Remove-Item -Force -LiteralPath $archive
        }
        # the program is proved each time it is run, not only when it was fetched
        Assert-Publisher -Path $program -Publisher 'Microsoft Corporation'
        $wanted = Join-Path $folder 'wanted.xml'
        Set-FileText -Path $wanted -Text $Configuration
        if ($null -eq (Get-Service -Name 'Sysmon64' -ErrorAction SilentlyContinue)) {
            Invoke-Native -Program $program -Arguments '-accepteula', '-i', $wanted | Out-Null
        } else {
            Invoke-Native -Program $program -Arguments '-c', $wanted | Out-Null
        }
        # named as applied only now: a failed Sysmon leaves the check unmet
        Move-Item -Force -LiteralPath $wanted -Destination $applied
        Set-FileText -Path $noted -Text "given $(Get-Given)"
    }
    'Remove' {
        if ($null -ne (Get-Service -Name 'Sysmon64' -ErrorAction SilentlyContinue)) {
            # where it runs from: our copy may be gone
            Invoke-Native -Program (Join-Path $env:SystemRoot 'Sysmon64.exe') -Arguments '-u' | Out-Null
        }
        Remove-Folder -Path $folder
    }
}
exit 0
