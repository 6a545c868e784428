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

switch ($Action) {
    'Check' {
        $service = Get-Service -Name 'Sysmon64' -ErrorAction SilentlyContinue
        if ($null -eq $service) { Exit-Unmet 'Sysmon is not installed' }
        if (-not (Test-FileIs -Path $applied -Text $Configuration)) { Exit-Unmet 'another configuration is applied' }
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
    }
    'Remove' {
        if ($null -ne (Get-Service -Name 'Sysmon64' -ErrorAction SilentlyContinue)) {
            Invoke-Native -Program $program -Arguments '-u' | Out-Null
        }
        if (Test-Path -LiteralPath $folder) { Remove-Item -Recurse -Force -LiteralPath $folder }
    }
}
exit 0
