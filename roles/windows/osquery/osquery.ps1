#Requires -Version 5.1
# Osquery with the extension that reports sockets, and the lab's flags and packs.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [ValidateSet('Check', 'Apply', 'Remove')] [string] $Action,
    [Parameter(Mandatory)] [string] $Version,
    [Parameter(Mandatory)] [string] $Url,
    [Parameter(Mandatory)] [string] $ExtensionUrl,
    [Parameter(Mandatory)] [string] $ExtensionSha256,
    [Parameter(Mandatory)] [string] $Configuration,
    [Parameter(Mandatory)] [string] $Flags
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$home_ = Join-Path $env:ProgramFiles 'osquery'
$program = Join-Path $home_ 'osqueryd\osqueryd.exe'
$extension = Join-Path $home_ 'extensions\plgx_win_extension.ext.exe'
$download = Join-Path $env:ProgramData 'flow-attribution-lab\osquery'
$files = [ordered]@{
    (Join-Path $home_ 'osquery.conf')    = $Configuration
    (Join-Path $home_ 'osquery.flags')   = $Flags
    (Join-Path $home_ 'extensions.load') = "$extension`r`n"
}

function Get-Product {
    # The installed osquery as Windows lists it, or nothing. Win32_Product would reconfigure every program.
    Get-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*' |
        Where-Object { $_.PSObject.Properties.Name -contains 'DisplayName' -and $_.DisplayName -eq 'osquery' } |
        Select-Object -First 1
}

function Invoke-Installer {
    # Runs msiexec and waits; 3010 says that a reboot is pending, which these files do not need.
    param([Parameter(Mandatory)] [string[]] $Arguments)
    $done = Start-Process -FilePath 'msiexec.exe' -ArgumentList $Arguments -Wait -PassThru
    if ($done.ExitCode -notin 0, 3010) { throw "msiexec $Arguments ended with exit code $($done.ExitCode)" }
}

switch ($Action) {
    'Check' {
        $product = Get-Product
        if ($null -eq $product) { Exit-Unmet 'osquery is not installed' }
        if (-not $product.DisplayVersion.StartsWith($Version)) {
            Exit-Unmet "osquery $($product.DisplayVersion) is installed"
        }
        if (-not (Test-Path -LiteralPath $extension)) { Exit-Unmet 'the socket extension is missing' }
        if ((Get-FileHash -Algorithm SHA256 -LiteralPath $extension).Hash -ne $ExtensionSha256) {
            Exit-Unmet 'the socket extension is another one'
        }
        foreach ($file in $files.GetEnumerator()) {
            if (-not (Test-FileIs -Path $file.Key -Text $file.Value)) { Exit-Unmet "$($file.Key) differs" }
        }
    }
    'Apply' {
        New-PrivateFolder -Path $download
        $product = Get-Product
        if (($null -eq $product) -or (-not $product.DisplayVersion.StartsWith($Version))) {
            $installer = Join-Path $download "osquery-$Version.msi"
            Get-VendorFile -Url $Url -Path $installer
            Assert-Publisher -Path $installer -Publisher 'OSQUERY A Series of LF Projects, LLC'
            Invoke-Installer '/i', "`"$installer`"", '/qn', '/norestart'
            Remove-Item -Force -LiteralPath $installer
        }
        if (Get-Service -Name 'osqueryd' -ErrorAction SilentlyContinue) { Stop-Service -Force -Name 'osqueryd' }
        New-PrivateFolder -Path (Split-Path -Parent $extension)
        Get-VendorFile -Url $ExtensionUrl -Path $extension -Digest $ExtensionSha256
        foreach ($file in $files.GetEnumerator()) { Set-FileText -Path $file.Key -Text $file.Value }
        $test = '--config_check', '--config_path', (Join-Path $home_ 'osquery.conf')
        Invoke-Native -Program $program -Arguments $test | Out-Null
        Start-Service -Name 'osqueryd'
    }
    'Remove' {
        $product = Get-Product
        if ($null -ne $product) { Invoke-Installer '/x', $product.PSChildName, '/qn', '/norestart' }
        Remove-Folder -Path $home_
        Remove-Folder -Path $download
    }
}
exit 0
