#!powershell
# GNU General Public License v3.0+

#AnsibleRequires -CSharpUtil Ansible. # no util
#AnsibleRequires -PowerShell ..module_utils._Store

# Reads what decides whether a browser offers a certificate: authorities, browsers and their policies. Protocol: docs/developers/driver_protocol.md
# Where the names are documented:
# - AutoSelectCertificateForUrls: https://learn.microsoft.com/en-us/deployedge/microsoft-edge-policies and https://chromeenterprise.google/policies/
# - Certificates and Preferences of Firefox, and distribution\policies.json: https://mozilla.github.io/policy-templates/
# - App Paths: https://learn.microsoft.com/en-us/windows/win32/shell/app-registration
# - the stores: https://learn.microsoft.com/en-us/windows/win32/seccrypto/system-store-locations

$wrong = Test-Request -Given @($complex_args.Keys) -Protocol $complex_args.protocol -Expected 'protocol', 'issuers'
Exit-BadRequest -Driver 'browser_info' -Wrong $wrong
$issuers = $complex_args.issuers

$registry = [Microsoft.Win32.Registry]
$authorityStores = 'Microsoft\SystemCertificates\CA', 'Microsoft\SystemCertificates\Root', 'Microsoft\SystemCertificates\AuthRoot',
'Microsoft\EnterpriseCertificates\CA', 'Microsoft\EnterpriseCertificates\Root', 'Policies\Microsoft\SystemCertificates\CA',
'Policies\Microsoft\SystemCertificates\Root'
$autoload = 'security.osclientcerts.autoload'

# Of one place: a holder writes to the own hive.
$mostElements = 20
$mostValues = 200
$longestValue = 4096
$largestFile = 1MB

function ConvertTo-Text {
	<# .SYNOPSIS
	A value of the registry as text, as far as it is sent. #>
	param([Object] $Value)
	$text = [string] $Value
	$text.Substring(0, [Math]::Min($text.Length, $longestValue))
}

function Find-Authority {
	<# .SYNOPSIS
	The elements of all stores of authorities in a hive that hold the name of an issuer as bytes. The controller parses them. #>
	param([Microsoft.Win32.RegistryKey] $Root, [string] $Software, [string[]] $Issuer)
	$latin1 = [Text.Encoding]::GetEncoding(28591)
	$names = @(foreach ($name in $Issuer) { $latin1.GetString([Convert]::FromBase64String($name)) })
	foreach ($store in $authorityStores) {
		$path = "$Software\$store\Certificates"
		try {
			foreach ($element in Read-Hive -Root $Root -Path $path) {
				if ($element.code) { $element; continue }
				$text = $latin1.GetString([Convert]::FromBase64String($element.data))
				if ($names | Where-Object { $text.IndexOf($_, [StringComparison]::Ordinal) -ge 0 }) { $element }
			}
		} catch { Get-Unread -Place "$Root\$path" -Exception $_.Exception }
	}
}

function Get-Program {
	<# .SYNOPSIS
	Where a program is by its registration; null without one. #>
	param([Microsoft.Win32.RegistryKey] $Root, [string] $Software, [string] $File)
	$key = $Root.OpenSubKey("$Software\Microsoft\Windows\CurrentVersion\App Paths\$File")
	if ($key) { ConvertTo-Text -Value $key.GetValue('') } else { $null }
}

function Get-UrlList {
	<# .SYNOPSIS
	The values of the policy AutoSelectCertificateForUrls of a browser. #>
	param([Microsoft.Win32.RegistryKey] $Root, [string] $Path)
	$key = $Root.OpenSubKey("$Path\AutoSelectCertificateForUrls")
	if ($key) { foreach ($name in $key.GetValueNames()) { ConvertTo-Text -Value $key.GetValue($name) } }
}

function Read-Preference {
	<# .SYNOPSIS
	Whether preferences of Firefox, as parsed JSON, load the certificates of Windows; null when they do not say. #>
	param([Object] $Preference)
	$found = $Preference.$autoload
	if ($found -isnot [bool]) { $found = $found.Value }
	if ($found -is [bool]) { $found } else { $null }
}

function ConvertTo-Truth {
	<# .SYNOPSIS
	A number of the registry as a boolean; null stays null. #>
	param([Object] $Value)
	if ($Value -is [int]) { $Value -ne 0 } else { $null }
}

function Get-FirefoxPolicy {
	<# .SYNOPSIS
	What the policies of Firefox in a hive say about certificates. Preferences are JSON in one value, or, in older templates, a value each. #>
	param([Microsoft.Win32.RegistryKey] $Root, [string] $Software)
	$said = @{ import_enterprise_roots = $null; load_windows_certificates = $null }
	$key = $Root.OpenSubKey("$Software\Policies\Mozilla\Firefox")
	if (-not $key) { return $said }
	$certificates = $key.OpenSubKey('Certificates')
	if ($certificates) { $said.import_enterprise_roots = ConvertTo-Truth -Value $certificates.GetValue('ImportEnterpriseRoots') }
	$each = $key.OpenSubKey('Preferences')
	if ($each) { $said.load_windows_certificates = ConvertTo-Truth -Value $each.GetValue($autoload) }
	$json = $key.GetValue('Preferences') -join "`n"
	# Firefox ignores preferences that are no JSON.
	$preferences = try { ConvertFrom-Json -InputObject $json } catch { $null }
	$value = Read-Preference -Preference $preferences
	if ($null -ne $value) { $said.load_windows_certificates = $value }
	$said
}

function Read-PolicyFile {
	<# .SYNOPSIS
	What distribution\policies.json beside firefox.exe says; null without it. Only beside the one that the computer has registered: a
	holder cannot write there. #>
	param([string] $Program)
	$folder = [regex]::Match($Program, '^"?([A-Za-z]:\\[^"]*)\\[^"\\]+"?$').Groups[1].Value
	if (-not $folder) { return $null }
	$path = "$folder\distribution\policies.json"
	if (-not [IO.File]::Exists($path)) { return $null }
	if ([IO.FileInfo]::new($path).Length -gt $largestFile) { return Get-Reason -Code 'too_large' -Place $path }
	try { $json = [IO.File]::ReadAllText($path) } catch { return Get-Unread -Place $path -Exception $_.Exception }
	try { $policies = (ConvertFrom-Json -InputObject $json).policies } catch { return Get-Unread -Place $path -Exception $_.Exception }
	$roots = $policies.Certificates.ImportEnterpriseRoots
	if ($roots -isnot [bool]) { $roots = $null }
	@{ import_enterprise_roots = $roots; load_windows_certificates = Read-Preference -Preference $policies.Preferences }
}

function Get-Place {
	<# .SYNOPSIS
	What the computer says, or a user whose hive is loaded. #>
	param([Microsoft.Win32.RegistryKey] $Root, [string] $Sid, [string[]] $Issuer)
	$place = @{
		owner_sid = $null; elements = @(); unread = @(); programs = @{ edge = $null; chrome = $null; firefox = $null }
		auto_select = @{ edge = @(); chrome = @() }; firefox = $null
	}
	$software = 'SOFTWARE'
	if ($Sid) {
		$place.owner_sid = $Sid
		$software = "$Sid\Software"
	}
	$found = @(Find-Authority -Root $Root -Software $software -Issuer $Issuer)
	$place.elements = @($found | Where-Object { $_.source } | Select-Object -First $mostElements)
	$place.unread = @($found | Where-Object { $_.code })
	try {
		$place.programs = @{
			edge = Get-Program -Root $Root -Software $software -File 'msedge.exe'
			chrome = Get-Program -Root $Root -Software $software -File 'chrome.exe'
			firefox = Get-Program -Root $Root -Software $software -File 'firefox.exe'
		}
		$place.auto_select = @{
			edge = @(Get-UrlList -Root $Root -Path "$software\Policies\Microsoft\Edge" | Select-Object -First $mostValues)
			chrome = @(Get-UrlList -Root $Root -Path "$software\Policies\Google\Chrome" | Select-Object -First $mostValues)
		}
		$place.firefox = Get-FirefoxPolicy -Root $Root -Software $software
	} catch { $place.unread += @(Get-Unread -Place "$Root\$software" -Exception $_.Exception) }
	$place
}

function Get-Answer {
	<# .SYNOPSIS
	The answer. #>
	param([string[]] $Issuer)
	$people = [string[]] @($registry::Users.GetSubKeyNames() -match '^S-1-(5-21|12-1)-[-0-9]+$')
	[Array]::Sort($people, [StringComparer]::Ordinal)
	$computer = Get-Place -Root $registry::LocalMachine -Issuer $Issuer
	$file = Read-PolicyFile -Program $computer.programs.firefox
	if ($file.code) {
		$computer.unread += @($file)
		$file = $null
	}
	@{
		changed = $false; protocol = 1; computer = [Environment]::MachineName; policies_file = $file
		places = @($computer; foreach ($sid in $people) { Get-Place -Root $registry::Users -Sid $sid -Issuer $Issuer })
	}
}

ConvertTo-Json -Compress -Depth 20 -InputObject (Get-Answer -Issuer $issuers)
