#!powershell
# GNU General Public License v3.0+

#AnsibleRequires -CSharpUtil Ansible. # no util
#AnsibleRequires -PowerShell ..module_utils._Store
#AnsibleRequires -PowerShell ..module_utils._Path

# Finds bundles that lie in people's folders, and reads nothing else there. Protocol: docs/developers/driver_protocol.md
# Holders control these places: no link is followed, and the depth, the number of entries, the size of files and the time are bounded.

$wrong = Test-Request -Given @($complex_args.Keys) -Protocol $complex_args.protocol -Expected 'protocol'
Exit-BadRequest -Driver 'bundle_files' -Wrong $wrong

# By their values in User Shell Folders; that of Downloads is FOLDERID_Downloads:
# https://learn.microsoft.com/en-us/windows/win32/shell/knownfolderid
$folders = @(
	@{ value = 'Desktop'; usual = 'Desktop' }
	@{ value = 'Personal'; usual = 'Documents' }
	@{ value = '{374DE290-123F-4565-9164-39C4925E467B}'; usual = 'Downloads' }
)
$deepest = 5
$mostEntries = 20000
$mostFiles = 200
$largestFile = 1MB
$longest = 60
$link = [IO.FileAttributes]::ReparsePoint
$ofWindows = [IO.FileAttributes] 'Hidden, System'

function Get-FolderPath {
	<# .SYNOPSIS
	Where a person has a folder. Only a loaded hive says that it is elsewhere than usual. #>
	param([string] $Sid, [string] $ProfilePath, [hashtable] $Folder)
	$said = $null
	$key = [Microsoft.Win32.Registry]::Users.OpenSubKey("$Sid\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders")
	if ($key) { $said = $key.GetValue($Folder.value, $null, 'DoNotExpandEnvironmentNames') }
	if (-not $said) { return "$ProfilePath\$($Folder.usual)" }
	Expand-ProfilePath -Path ([string] $said) -ProfilePath $ProfilePath
}

function Read-Bundle {
	<# .SYNOPSIS
	A file with its hash; without it, and with the reason, when it is too large or cannot be read. #>
	param([IO.FileInfo] $File, [Diagnostics.Stopwatch] $Watch)
	$found = @{ path = $File.FullName; size = $File.Length; modified = $File.LastWriteTimeUtc.ToString('s') + 'Z'; sha256 = $null; code = $null; hresult = $null }
	try { $bytes = Read-SmallFile -Path $File.FullName -Largest $largestFile -Watch $Watch } catch {
		$reason = Get-Unread -Place $File.FullName -Exception $_.Exception
		$found.code = $reason.code
		$found.hresult = $reason.hresult
		return $found
	}
	if ($null -eq $bytes) { $found.code = 'too_large' } else {
		$found.sha256 = [BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($bytes)).Replace('-', '').ToLowerInvariant()
	}
	$found
}

function Find-Bundle {
	<# .SYNOPSIS
	The bundles in a folder and below it, and what was not searched. #>
	param([string] $Path, [hashtable] $Budget)
	$pending = [Collections.Queue]::new()
	$pending.Enqueue(@{ path = $Path; depth = 0 })
	$complete = $true
	while ($pending.Count) {
		$place = $pending.Dequeue()
		try {
			foreach ($entry in [IO.DirectoryInfo]::new($place.path).EnumerateFileSystemInfos()) {
				$Budget.entries--
				if ($Budget.entries -lt 0 -or $Budget.files -le 0 -or [DateTime]::UtcNow -gt $Budget.until) { return Get-Reason -Code 'limit' -Place $Path }
				$isFolder = $entry -is [IO.DirectoryInfo]
				$isBundle = -not $isFolder -and $entry.Extension -in '.p12', '.pfx'
				if ($entry.Attributes -band $link) {
					# Windows itself puts hidden links into Documents for old programs.
					if (($isFolder -or $isBundle) -and ($entry.Attributes -band $ofWindows) -ne $ofWindows) {
						$Budget.files--
						Get-Reason -Code 'link' -Place $entry.FullName
					}
				} elseif ($isFolder) {
					if ($place.depth -ge $deepest) { $complete = $false } else { $pending.Enqueue(@{ path = $entry.FullName; depth = $place.depth + 1 }) }
				} elseif ($isBundle) {
					$Budget.files--
					Read-Bundle -File $entry -Watch $Budget.watch
				}
			}
		} catch {
			$Budget.files--
			Get-Unread -Place $place.path -Exception $_.Exception
		}
	}
	if (-not $complete) { Get-Reason -Code 'limit' -Place $Path }
}

function Search-Folder {
	<# .SYNOPSIS
	What is in one folder of a person. A folder that does not exist has nothing. #>
	param([string] $Sid, [string] $ProfilePath, [hashtable] $Folder, [hashtable] $Budget)
	$path = "$ProfilePath\$($Folder.usual)"
	try {
		$path = Get-FolderPath -Sid $Sid -ProfilePath $ProfilePath -Folder $Folder
		$below = $path.StartsWith("$ProfilePath\", [StringComparison]::OrdinalIgnoreCase)
		if (-not $below -or -not (Test-LocalPath -Path $path)) { return Get-Reason -Code 'redirected' -Place $path }
		$first = Find-Link -Root $ProfilePath -Path $path
		if ($first) { return Get-Reason -Code 'link' -Place $first }
		Find-Bundle -Path $path -Budget $Budget
	} catch {
		$reason = Get-Unread -Place $path -Exception $_.Exception
		if (-not (Test-Absence -HResult $reason.hresult)) { $reason }
	}
}

function Search-Profile {
	<# .SYNOPSIS
	What is in all folders of a person. #>
	param([string] $Sid, [string] $ProfilePath, [DateTime] $Until)
	if (-not (Test-LocalPath -Path $ProfilePath)) { return Get-Reason -Code 'redirected' -Place $ProfilePath }
	try { [void] [IO.File]::GetAttributes($ProfilePath) } catch { return Get-Unread -Place $ProfilePath -Exception $_.Exception }
	$budget = @{ entries = $mostEntries; files = $mostFiles; until = $Until; watch = [Diagnostics.Stopwatch]::new() }
	foreach ($folder in $folders) { Search-Folder -Sid $Sid -ProfilePath $ProfilePath -Folder $folder -Budget $budget }
}

function Get-Answer {
	<# .SYNOPSIS
	The answer. #>
	param()
	$until = [DateTime]::UtcNow.AddSeconds($longest)
	@{
		changed = $false; protocol = 1; computer = [Environment]::MachineName; dns_names = @(Get-DnsName); utc = Get-UtcNow
		profiles = @(foreach ($person in Get-ProfileList) {
			$found = @(Search-Profile -Sid $person.owner_sid -ProfilePath $person.path -Until $until)
			@{
				owner_sid = $person.owner_sid; path = $person.path; loaded = $person.loaded
				files = @($found | Where-Object { $_.path } | Sort-Object -Property { $_.path })
				unread = @($found | Where-Object { $_.detail })
			}
		})
	}
}

ConvertTo-Json -Compress -Depth 20 -InputObject (Get-Answer)
