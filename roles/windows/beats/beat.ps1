#Requires -Version 5.1
# One of Elastic's Beats as a Windows service, with the lab's configuration.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [ValidateSet('Check', 'Apply', 'Remove')] [string] $Action,
    [Parameter(Mandatory)] [ValidateSet('winlogbeat', 'filebeat')] [string] $Beat,
    [Parameter(Mandatory)] [string] $Version,
    [Parameter(Mandatory)] [string] $Url,
    [Parameter(Mandatory)] [string] $Configuration,
    [Parameter(Mandatory)] [string] $LoggingServer
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$root = Join-Path $env:ProgramFiles 'flow-attribution-lab'
$home_ = Join-Path $root "$Beat-$Version"
$program = Join-Path $home_ "$Beat.exe"
$state = Join-Path $env:ProgramData "flow-attribution-lab\$Beat"
$settings = Join-Path $state "$Beat.yml"
# what the configuration names as ${LAB_LOGGING_SERVER} comes from the service's own environment
$environment = "LAB_LOGGING_SERVER=$LoggingServer"
$command = '"{0}" --environment=windows_service -c "{1}" --path.home "{2}" --path.data "{3}\data" --path.logs "{3}\logs"' -f
    $program, $settings, $home_, $state
$key = "HKLM:\SYSTEM\CurrentControlSet\Services\$Beat"

function Remove-Beat {
    # Stops and removes the service; its registry file (what was shipped) stays in the state folder.
    if ($null -eq (Get-Service -Name $Beat -ErrorAction SilentlyContinue)) { return }
    Stop-Service -Force -Name $Beat
    Invoke-Native -Program 'sc.exe' -Arguments 'delete', $Beat | Out-Null
}

switch ($Action) {
    'Check' {
        if (-not (Test-Path -LiteralPath $program)) { Exit-Unmet "$Beat $Version is not installed" }
        if (-not (Test-FileIs -Path $settings -Text $Configuration)) { Exit-Unmet "$settings differs" }
        if ((Get-RegistryValue -Key $key -Name 'ImagePath') -ne $command) {
            Exit-Unmet "the service $Beat runs another command"
        }
        if ("$(Get-RegistryValue -Key $key -Name 'Environment')" -ne $environment) {
            Exit-Unmet "the service $Beat has another environment"
        }
    }
    'Apply' {
        New-PrivateFolder -Path $state
        if (-not (Test-Path -LiteralPath $program)) {
            $archive = Join-Path $state "$Beat.zip"
            $draft = Join-Path $state 'unpacked'
            Get-VendorFile -Url $Url -Path $archive
            if (Test-Path -LiteralPath $draft) { Remove-Item -Recurse -Force -LiteralPath $draft }
            Expand-Archive -Force -LiteralPath $archive -DestinationPath $draft
            $unpacked = (Get-ChildItem -Directory -LiteralPath $draft | Select-Object -First 1).FullName
            Assert-Publisher -Path (Join-Path $unpacked "$Beat.exe") -Publisher 'Elasticsearch, Inc.'
            New-Item -ItemType Directory -Force -Path $root | Out-Null
            # into a folder that is there, for instance without its program, it would be moved as one more
            if (Test-Path -LiteralPath $home_) { Remove-Item -Recurse -Force -LiteralPath $home_ }
            Move-Item -Force -LiteralPath $unpacked -Destination $home_
            Remove-Item -Recurse -Force -LiteralPath $draft, $archive
        }
        Set-FileText -Path $settings -Text $Configuration
        $env:LAB_LOGGING_SERVER = $LoggingServer
        $test = 'test', 'config', '-c', $settings, '--path.home', $home_
        Invoke-Native -Program $program -Arguments $test | Out-Null
        # made anew only where it has to be: Windows keeps a deleted service for as long as somebody looks at it
        if ((Get-RegistryValue -Key $key -Name 'ImagePath') -ne $command) {
            Remove-Beat
            New-Service -Name $Beat -DisplayName $Beat -BinaryPathName $command | Out-Null
        }
        Set-Service -Name $Beat -StartupType Automatic
        New-ItemProperty -Force -LiteralPath $key -Name 'Environment' -PropertyType MultiString `
            -Value @($environment) | Out-Null
        Restart-Service -Force -Name $Beat
        # the releases before
        Get-Item -Path (Join-Path $root "$Beat-*") | Where-Object { $_.FullName -ne $home_ } |
            Remove-Item -Recurse -Force
    }
    'Remove' {
        Remove-Beat
        foreach ($folder in (Get-Item -Path (Join-Path $root "$Beat-*") -ErrorAction SilentlyContinue)) {
            Remove-Folder -Path $folder.FullName
        }
        Remove-Folder -Path $state
    }
}
exit 0
