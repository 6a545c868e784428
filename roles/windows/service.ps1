#Requires -Version 5.1
# A Windows service starts at boot, restarts after a failure, and runs.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [ValidateSet('Check', 'Apply', 'Remove')] [string] $Action,
    [Parameter(Mandatory)] [string] $Name
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$key = "HKLM:\SYSTEM\CurrentControlSet\Services\$Name"
# SERVICE_FAILURE_ACTIONS as the registry holds it: started again after 5 s, 30 s and every further minute; the count
# begins anew after a day. sc.exe tells it in the language of Windows, and may not set it for a service that runs
# protected, as Sysmon's does.
$recovery = [byte[]] (86400, 0, 0, 3, 20, 1, 5000, 1, 30000, 1, 60000 |
        ForEach-Object { [BitConverter]::GetBytes([int] $_) })

switch ($Action) {
    'Check' {
        $service = Get-Service -Name $Name -ErrorAction SilentlyContinue
        if ($null -eq $service) { Exit-Unmet "the service $Name is not installed" }
        if ($service.Status -ne 'Running') { Exit-Unmet "the service $Name is $($service.Status)" }
        if ($service.StartType -ne 'Automatic') { Exit-Unmet "the service $Name starts $($service.StartType)" }
        $found = Get-RegistryValue -Key $key -Name 'FailureActions'
        if ("$found" -ne "$recovery") { Exit-Unmet "the service $Name is not restarted after a failure" }
    }
    'Apply' {
        # a protected service refuses to be set even to what it is already
        if ((Get-Service -Name $Name).StartType -ne 'Automatic') { Set-Service -Name $Name -StartupType Automatic }
        New-ItemProperty -Force -LiteralPath $key -Name 'FailureActions' -PropertyType Binary `
            -Value $recovery | Out-Null
        Start-Service -Name $Name
        (Get-Service -Name $Name).WaitForStatus('Running', [TimeSpan]::FromSeconds(60))
    }
    'Remove' {
        $service = Get-Service -Name $Name -ErrorAction SilentlyContinue
        if ($null -ne $service) { Stop-Service -Force -Name $Name }
    }
}
exit 0
