#Requires -Version 5.1
# Opens one TCP connection from the given end to the given end, closes it, and writes who did so, as JSON.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Local,
    [Parameter(Mandatory)] [int] $LocalPort,
    [Parameter(Mandatory)] [string] $Remote,
    [Parameter(Mandatory)] [int] $Port
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$end = New-Object Net.IPEndPoint([Net.IPAddress]::Parse($Local), $LocalPort)
$client = New-Object Net.Sockets.TcpClient($end)
try {
    $client.Connect($Remote, $Port)
} finally {
    $client.Close()
}
@{ process = (Get-Process -Id $PID).Path; process_id = $PID } | ConvertTo-Json -Compress
exit 0
