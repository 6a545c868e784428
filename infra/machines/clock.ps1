#Requires -Version 5.1
# Writes this machine's time in seconds since 1970, with milliseconds and a point.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$now = [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds() / 1000.0
$now.ToString('F3', [Globalization.CultureInfo]::InvariantCulture)
exit 0
