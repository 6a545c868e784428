#Requires -Version 5.1
#Requires -RunAsAdministrator
# Opens WinRM on a fresh Windows machine for the lab: HTTPS, a certificate of this machine's own, the local
# network alone. Prints what to put into the lab's configuration. Run it once, by hand; running it again is fine.
[CmdletBinding()]
param(
    # The name or the address by which the lab will reach this machine.
    [string] $HostName = $env:COMPUTERNAME,
    # Who may connect: addresses or networks as the firewall takes them.
    [string[]] $From = @('LocalSubnet'),
    [int] $Port = 5986
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$rule = 'flow-attribution-lab WinRM over HTTPS'
$file = Join-Path ([Environment]::GetFolderPath('Desktop')) 'lab-winrm.crt'

Set-Service -Name 'WinRM' -StartupType Automatic
Start-Service -Name 'WinRM'
# an administrator who is no domain account is otherwise given no rights over the network
$policy = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
Set-ItemProperty -Path $policy -Name 'LocalAccountTokenFilterPolicy' -Value 1 -Type DWord
Set-Item -Path 'WSMan:\localhost\Service\Auth\Basic' -Value $false
Set-Item -Path 'WSMan:\localhost\Service\AllowUnencrypted' -Value $false

$certificate = Get-ChildItem -Path 'Cert:\LocalMachine\My' |
    Where-Object { ($_.FriendlyName -eq $rule) -and ($_.Subject -eq "CN=$HostName") } |
    Where-Object { $_.NotAfter -gt (Get-Date).AddDays(30) } |
    Select-Object -First 1
if ($null -eq $certificate) {
    # -DnsName would call an address a name, and whoever connects to the address would refuse the certificate
    $kind = if ($HostName -as [Net.IPAddress]) { 'IPAddress' } else { 'DNS' }
    $certificate = New-SelfSignedCertificate -Subject "CN=$HostName" -FriendlyName $rule `
        -TextExtension "2.5.29.17={text}$kind=$HostName" `
        -CertStoreLocation 'Cert:\LocalMachine\My' -NotAfter (Get-Date).AddYears(2)
}

Get-ChildItem -Path 'WSMan:\localhost\Listener' |
    Where-Object { $_.Keys -contains 'Transport=HTTPS' } |
    Remove-Item -Recurse -Force
New-Item -Path 'WSMan:\localhost\Listener' -Transport 'HTTPS' -Address '*' -Port $Port `
    -CertificateThumbPrint $certificate.Thumbprint -Force | Out-Null

Get-NetFirewallRule -DisplayName $rule -ErrorAction SilentlyContinue | Remove-NetFirewallRule
New-NetFirewallRule -DisplayName $rule -Direction Inbound -Action Allow -Protocol TCP `
    -LocalPort $Port -RemoteAddress $From | Out-Null

$pem = [Convert]::ToBase64String($certificate.RawData, 'InsertLineBreaks')
$text = "-----BEGIN CERTIFICATE-----`n$pem`n-----END CERTIFICATE-----`n"
[IO.File]::WriteAllText($file, $text, (New-Object Text.UTF8Encoding($false)))

Write-Output "WinRM listens on port $Port. Copy $file to the lab's machine, and type there:"
Write-Output "  pulumi config set windows_client existing"
Write-Output "  pulumi config set windows.address $HostName"
if ($Port -ne 5986) { Write-Output "  pulumi config set windows.port $Port" }
Write-Output "  pulumi config set windows.user '$env:USERDOMAIN\$env:USERNAME'"
Write-Output "  pulumi config set windows.ca_file PATH_OF_lab-winrm.crt"
Write-Output "  pulumi config set --secret windows.password"
exit 0
