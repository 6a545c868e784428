#Requires -Version 5.1
# Writes when Windows started, so that a reboot can be told from a lost connection.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
(Get-CimInstance -ClassName Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().ToString('o')
exit 0
