#Requires -Version 5.1
# Writes between which two addresses this machine would connect to a host, as JSON. Sends nothing.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $HostName,
    [Parameter(Mandatory)] [int] $Port
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$remote = [Net.Dns]::GetHostAddresses($HostName) |
    Where-Object { $_.AddressFamily -eq 'InterNetwork' } |
    Select-Object -First 1
if ($null -eq $remote) {
    [Console]::Error.WriteLine("$HostName has no IPv4 address here")
    exit 1
}
# to connect a UDP socket asks the routing table alone
$asking = New-Object Net.Sockets.UdpClient
try {
    $asking.Connect($remote, $Port)
    $local = $asking.Client.LocalEndPoint.Address.ToString()
} finally {
    $asking.Close()
}
@{ local = $local; remote = $remote.ToString() } | ConvertTo-Json -Compress
exit 0
