#Requires -Version 5.1
# A Windows service starts at boot, restarts after a failure, and runs.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [ValidateSet('Check', 'Apply', 'Remove')] [string] $Action,
    [Parameter(Mandatory)] [string] $Name
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

switch ($Action) {
    'Check' {
        $service = Get-Service -Name $Name -ErrorAction SilentlyContinue
        if ($null -eq $service) { Exit-Unmet "the service $Name is not installed" }
        if ($service.Status -ne 'Running') { Exit-Unmet "the service $Name is $($service.Status)" }
        if ($service.StartType -ne 'Automatic') { Exit-Unmet "the service $Name starts $($service.StartType)" }
        $failure = Invoke-Native -Program 'sc.exe' -Arguments 'qfailure', $Name
        if ($failure -notmatch 'RESTART') { Exit-Unmet "the service $Name is not restarted after a failure" }
    }
    'Apply' {
        Set-Service -Name $Name -StartupType Automatic
        # after 5 s, 30 s and every further minute; the count starts anew after a day
        $recovery = 'reset=', '86400', 'actions=', 'restart/5000/restart/30000/restart/60000'
        Invoke-Native -Program 'sc.exe' -Arguments (@('failure', $Name) + $recovery) | Out-Null
        Start-Service -Name $Name
        (Get-Service -Name $Name).WaitForStatus('Running', [TimeSpan]::FromSeconds(60))
    }
    'Remove' {
        $service = Get-Service -Name $Name -ErrorAction SilentlyContinue
        if ($null -ne $service) { Stop-Service -Force -Name $Name }
    }
}
exit 0
