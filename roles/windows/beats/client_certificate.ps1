#Requires -Version 5.1
# The client certificate with which the shippers log in at the logging server.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [ValidateSet('Check', 'Apply', 'Remove')] [string] $Action,
    [Parameter(Mandatory)] [string] $Authority,
    [Parameter(Mandatory)] [string] $Certificate,
    [Parameter(Mandatory)] [string] $Key
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$folder = Join-Path $env:ProgramData 'lab\tls'
$files = [ordered]@{
    (Join-Path $folder 'ca.crt')    = $Authority
    (Join-Path $folder 'beats.crt') = $Certificate
    (Join-Path $folder 'beats.key') = $Key
}

switch ($Action) {
    'Check' {
        foreach ($file in $files.GetEnumerator()) {
            if (-not (Test-FileIs -Path $file.Key -Text $file.Value)) { Exit-Unmet "$($file.Key) differs" }
        }
    }
    'Apply' {
        New-PrivateFolder -Path $folder
        foreach ($file in $files.GetEnumerator()) { Set-FileText -Path $file.Key -Text $file.Value }
        # a Beat reads its certificate when it starts
        Get-Service -Name 'winlogbeat', 'filebeat' -ErrorAction SilentlyContinue |
            Where-Object { $_.Status -eq 'Running' } |
            Restart-Service -Force
    }
    'Remove' { Remove-Folder -Path $folder }
}
exit 0
