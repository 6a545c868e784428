#Requires -Version 5.1
# Writes how large this machine is: CPUs, memory and system disk in bytes, as JSON.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$system = Get-CimInstance -ClassName Win32_ComputerSystem
$disk = Get-CimInstance -ClassName Win32_LogicalDisk -Filter "DeviceID='$env:SystemDrive'"
@{
    cpus   = [int] $system.NumberOfLogicalProcessors
    memory = [long] $system.TotalPhysicalMemory
    disk   = [long] $disk.Size
} | ConvertTo-Json -Compress
exit 0
