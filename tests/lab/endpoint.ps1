#Requires -Version 5.1
# Writes what the checks of a running stack ask of a Windows client, as JSON. Changes nothing.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Get-AgeOfLast([int] $Id) {
    # Seconds since Sysmon's last event of a kind; nothing where there is none.
    $wanted = @{ LogName = 'Microsoft-Windows-Sysmon/Operational'; Id = $Id }
    $last = Get-WinEvent -FilterHashtable $wanted -MaxEvents 1 -ErrorAction SilentlyContinue
    if ($null -ne $last) { [Math]::Round(((Get-Date) - $last.TimeCreated).TotalSeconds, 1) }
}

$services = @{}
$names = 'Sysmon64', 'winlogbeat', 'filebeat', 'osqueryd', 'w32time'
foreach ($service in Get-Service -Name $names -ErrorAction SilentlyContinue) {
    $services[$service.Name] = @{
        running   = $service.Status -eq 'Running'
        automatic = $service.StartType -eq 'Automatic'
    }
}
@{
    services    = $services
    sysmon      = @{ network = Get-AgeOfLast -Id 3; process = Get-AgeOfLast -Id 1 }
    defender    = [bool] (Get-MpComputerStatus).RealTimeProtectionEnabled
    basic       = (Get-Item -Path 'WSMan:\localhost\Service\Auth\Basic').Value -eq 'true'
    unencrypted = (Get-Item -Path 'WSMan:\localhost\Service\AllowUnencrypted').Value -eq 'true'
} | ConvertTo-Json -Compress -Depth 3
exit 0
