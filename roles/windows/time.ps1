#Requires -Version 5.1
# The clock: attribution compares this machine's times with the sensor's.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [ValidateSet('Check', 'Apply', 'Remove')] [string] $Action,
    [Parameter(Mandatory)] [string] $Servers
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$parameters = 'HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\Parameters'
# 0x8: client mode, so that a server which is no domain controller answers
$peers = ($Servers -split ',' | ForEach-Object { "$_,0x8" }) -join ' '

function Test-DomainMember { (Get-CimInstance -ClassName Win32_ComputerSystem).PartOfDomain }

switch ($Action) {
    'Check' {
        $service = Get-Service -Name 'w32time'
        if ($service.StartType -ne 'Automatic') { Exit-Unmet "the time service starts $($service.StartType)" }
        if ($service.Status -ne 'Running') { Exit-Unmet "the time service is $($service.Status)" }
        # a member of a domain takes the time from its domain, and keeps doing so
        if (-not (Test-DomainMember)) {
            $found = (Get-ItemProperty -Path $parameters).NtpServer
            if ($found -ne $peers) { Exit-Unmet "the time servers are '$found'" }
        }
    }
    'Apply' {
        Set-Service -Name 'w32time' -StartupType Automatic
        Start-Service -Name 'w32time'
        if (-not (Test-DomainMember)) {
            $change = '/config', "/manualpeerlist:$peers", '/syncfromflags:manual', '/update'
            Invoke-Native -Program 'w32tm.exe' -Arguments $change | Out-Null
        }
    }
    # the time service is part of Windows: a correct clock is not taken off again
    'Remove' { }
}
exit 0
