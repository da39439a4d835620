# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# A standard user who is the kit's: the account, processes in its logon session, what Ansible sends, and what came of it.

$profileList = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'
$patience = 180000
# Of accounts, folders and tasks, so that nothing else is ever removed.
$mark = 'pkcs12-kit-'
# Performance Log Users: "Log on as a batch job" is theirs, unless a policy says otherwise.
$batch = 'S-1-5-32-559'

function New-KitUser {
	<# .SYNOPSIS
	A local account, in the group Users and in no other, with a password that nobody is told. #>
	$random = [byte[]]::new(24)
	$source = [Security.Cryptography.RandomNumberGenerator]::Create()
	$source.GetBytes($random)
	# Of every kind of character that a policy may ask for. No command gets it as a text, which PowerShell might log.
	$password = [Security.SecureString]::new()
	foreach ($character in "$([Convert]::ToBase64String($random))aA1!".ToCharArray()) { $password.AppendChar($character) }
	$name = $mark + [Guid]::NewGuid().ToString('N').Substring(0, 8)
	Add-KitEntry -Entry @{ do = 'user'; name = $name }
	$made = New-LocalUser -Name $name -Password $password -AccountNeverExpires -PasswordNeverExpires -Description 'hospital_it.pkcs12: a test. It may be removed.'
	Add-KitEntry -Entry @{ do = 'profile'; sid = $made.SID.Value; name = $name }
	Add-LocalGroupMember -SID 'S-1-5-32-545' -Member $made
	@{ name = $name; sid = $made.SID.Value; password = $password }
}

function Stop-KitUser {
	<# .SYNOPSIS
	Ends the account's processes. Whether its part of the registry was unloaded within a minute. #>
	param([string] $Name, [string] $Sid)
	if (-not $Name.StartsWith($mark)) { throw "$Name is not the kit's" }
	foreach ($process in Get-Process -IncludeUserName | Where-Object { $_.UserName -eq "$([Environment]::MachineName)\$Name" }) {
		try { $process.Kill() } catch { continue }
	}
	for ($second = 0; $second -lt 60; $second++) {
		if ($Sid -notin [Microsoft.Win32.Registry]::Users.GetSubKeyNames()) { return $true }
		Start-Sleep -Seconds 1
	}
	$false
}

function Remove-KitUser {
	<# .SYNOPSIS
	The account goes, if it is there. #>
	param([string] $Name)
	if (-not $Name.StartsWith($mark)) { throw "$Name is not the kit's" }
	$found = Get-LocalUser | Where-Object { $_.Name -eq $Name }
	if ($found) { $found | Remove-LocalUser }
}

function Remove-KitProfile {
	<# .SYNOPSIS
	The account's profile goes, if it has one. #>
	param([string] $Name, [string] $Sid)
	[void] (Stop-KitUser -Name $Name -Sid $Sid)
	if (-not [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey("$profileList\$Sid")) { return }
	[ansible_collections.hospital_it.pkcs12.kit.Tokens]::RemoveProfile($Sid)
}

function Revoke-BatchRight {
	<# .SYNOPSIS
	The account may run no scheduled tasks again. #>
	param([string] $Name)
	Remove-LocalGroupMember -SID $batch -Member $Name -ErrorAction Ignore
}

function Start-KitTask {
	<# .SYNOPSIS
	Starts a process of the user by a scheduled task without his password (S4U), so without DPAPI. Gives the task's name. #>
	param([hashtable] $User, [string] $CommandLine, [string] $Folder)
	if (-not $User.batch) {
		Add-KitEntry -Entry @{ do = 'member'; name = $User.name }
		Add-LocalGroupMember -SID $batch -Member $User.name
		$User.batch = $true
	}
	$name = $mark + [Guid]::NewGuid().ToString('N').Substring(0, 8)
	Add-KitEntry -Entry @{ do = 'task'; name = $name }
	$task = @{
		Action = New-ScheduledTaskAction -Execute "$([Environment]::SystemDirectory)\cmd.exe" -Argument "/d /c `"$CommandLine`"" -WorkingDirectory $Folder
		Principal = New-ScheduledTaskPrincipal -UserId "$([Environment]::MachineName)\$($User.name)" -LogonType S4U
		Settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
	}
	[void] (Register-ScheduledTask -TaskName $name @task)
	Start-ScheduledTask -TaskName $name
	$name
}

function Remove-KitTask {
	<# .SYNOPSIS
	The task goes with its process, if it is there. #>
	param([string] $Name)
	if (-not $Name.StartsWith($mark)) { throw "$Name is not the kit's" }
	$found = Get-ScheduledTask -TaskName $Name -ErrorAction Ignore
	if (-not $found) { return }
	$found | Stop-ScheduledTask
	$found | Unregister-ScheduledTask -Confirm:$false
}

function Invoke-KitTask {
	<# .SYNOPSIS
	A command by such a task: its exit code and what it said, or why it did not start. #>
	param([hashtable] $User, [string] $CommandLine, [string] $Stdin, [string] $Folder)
	$out, $errors = "$Folder\task-out.txt", "$Folder\task-errors.txt"
	[IO.File]::Delete($out)
	try { $name = Start-KitTask -User $User -CommandLine "$CommandLine <`"$Stdin`" >`"$out`" 2>`"$errors`"" -Folder $Folder } catch {
		return @{ refused = "$($_.Exception.GetBaseException().GetType().Name) 0x$('{0:X8}' -f $_.Exception.GetBaseException().HResult)" }
	}
	for ($second = 0; $second -lt 120; $second++) {
		Start-Sleep -Seconds 1
		$code = (Get-ScheduledTaskInfo -TaskName $name).LastTaskResult
		# It runs, has not run yet, is queued.
		if ($code -notin 0x41301, 0x41303, 0x41325) { break }
	}
	Remove-KitTask -Name $name
	if (-not [IO.File]::Exists($out)) { return @{ refused = 'task 0x{0:X8}' -f $code } }
	@{ exit_code = [BitConverter]::ToInt32([BitConverter]::GetBytes([uint32] $code), 0); stdout = [IO.File]::ReadAllText($out); stderr = [IO.File]::ReadAllText($errors) }
}

function Remove-KitTree {
	<# .SYNOPSIS
	A folder of the kit goes with all that is in it. #>
	param([string] $Path)
	if (-not [IO.Path]::GetFileName($Path).StartsWith($mark)) { throw "$Path is not the kit's" }
	if ([IO.Directory]::Exists($Path)) { [IO.Directory]::Delete($Path, $true) }
}

function Add-KitRoot {
	<# .SYNOPSIS
	Makes the computer trust the root of the kit's portals. #>
	param([byte[]] $Data)
	$root = [Security.Cryptography.X509Certificates.X509Certificate2]::new($Data)
	Add-KitEntry -Entry @{ do = 'root'; thumbprint = $root.Thumbprint }
	$store = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'LocalMachine')
	$store.Open('ReadWrite')
	try { $store.Add($root) } finally { $store.Close() }
}

function Remove-KitRoot {
	<# .SYNOPSIS
	The computer trusts it no more. It was made with the kit, so it is nobody else's. #>
	param([string] $Thumbprint)
	$store = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'LocalMachine')
	$store.Open('ReadWrite')
	try { foreach ($root in $store.Certificates.Find('FindByThumbprint', $Thumbprint, $false)) { $store.Remove($root) } } finally { $store.Close() }
}

function Open-KitServer {
	<# .SYNOPSIS
	Starts the portals and a proxy: the servers, and their addresses by what they are called. #>
	param([Object] $Fact)
	$servers = @{ proxy = [ansible_collections.hospital_it.pkcs12.kit.Proxy]::new() }
	$addresses = @{ proxy = "http://127.0.0.1:$($servers.proxy.Port)" }
	foreach ($one in $Fact.servers) {
		$certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromBase64String($one.bundle), $Fact.passphrase)
		$protocols = if ($one.tls -eq '1.3') { 12288 } else { 3072 }
		$servers[$one.key] = [ansible_collections.hospital_it.pkcs12.kit.Portal]::new($certificate, $one.asks, $one.requires, $one.takes, $one.status, $protocols)
		$addresses[$one.key] = "https://localhost:$($servers[$one.key].Port)/"
	}
	@{ servers = $servers; addresses = $addresses }
}

function Get-MachineState {
	<# .SYNOPSIS
	What this part of the kit may leave: accounts, profiles, members, tasks, folders, roots. #>
	$list = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($profileList)
	$roots = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\SystemCertificates\ROOT\Certificates')
	@{
		accounts = @(Get-LocalUser | ForEach-Object { $_.SID.Value } | Sort-Object)
		profiles = @($list.GetSubKeyNames() | Sort-Object)
		# The cmdlet fails where a member's account is gone.
		members = @(try { Get-LocalGroupMember -SID $batch | ForEach-Object { $_.SID.Value } | Sort-Object } catch { 'unread' })
		tasks = @(Get-ScheduledTask -TaskName "$mark*" -ErrorAction Ignore | ForEach-Object { $_.TaskName } | Sort-Object)
		folders = @([IO.Directory]::GetDirectories([Environment]::GetFolderPath('CommonApplicationData'), "$mark*") | Sort-Object)
		roots = @($roots.GetSubKeyNames() | Sort-Object)
	}
}

function Compare-MachineState {
	<# .SYNOPSIS
	What is different: its kinds, none when all is as it was. #>
	param([hashtable] $Before, [hashtable] $After)
	foreach ($kind in $Before.Keys | Sort-Object) { if (($Before[$kind] -join "`n") -cne ($After[$kind] -join "`n")) { $kind } }
}

function New-ClosedMutex {
	<# .SYNOPSIS
	Holds the mutex of the user's exchanges, which administrators alone may open. #>
	param([string] $Sid)
	$security = [Security.AccessControl.MutexSecurity]::new()
	$administrators = [Security.Principal.SecurityIdentifier]::new('S-1-5-32-544')
	$security.AddAccessRule([Security.AccessControl.MutexAccessRule]::new($administrators, 'FullControl', 'Allow'))
	$made = $false
	[Threading.Mutex]::new($true, "Global\hospital_it.pkcs12.$Sid", [ref] $made, $security)
}

function Open-AsUser {
	<# .SYNOPSIS
	Starts PowerShell as the user, by his password, with his profile and with pipes: an interactive logon. #>
	param([hashtable] $User, [string] $Argument, [string] $Folder)
	$start = [Diagnostics.ProcessStartInfo]::new("$PSHOME\powershell.exe", "-NoProfile -NonInteractive -InputFormat None -ExecutionPolicy Bypass $Argument")
	$start.UseShellExecute = $false
	$start.CreateNoWindow = $true
	$start.UserName, $start.Domain, $start.Password = $User.name, [Environment]::MachineName, $User.password
	$start.LoadUserProfile = $true
	# He cannot read the administrator's.
	$start.WorkingDirectory = $Folder
	$start.RedirectStandardInput = $start.RedirectStandardOutput = $true
	[Diagnostics.Process]::Start($start)
}

function Invoke-Session {
	<# .SYNOPSIS
	Gives the session an order and waits for its answer. #>
	param([Diagnostics.Process] $Session, [hashtable] $Order)
	Send-KitLine -Process $Session -Text (ConvertTo-KitJson -Value $Order)
	$line = $Session.StandardOutput.ReadLineAsync()
	if (-not $line.Wait($patience)) { throw @{ reason = 'the session of the user did not answer' } }
	if (-not $line.Result) { throw @{ reason = 'the session of the user has ended' } }
	Read-KitJson -Text $line.Result
}

function Get-Wire {
	<# .SYNOPSIS
	What Ansible sends on standard input, with what is known on this machine only. None of it needs escaping in JSON. #>
	param([string] $Text, [hashtable] $Word)
	foreach ($name in $Word.Keys) { $Text = $Text.Replace("`${$name}", $Word[$name]) }
	$Text
}

function Invoke-AsAnsible {
	<# .SYNOPSIS
	Runs a command of Ansible as a connection does: its exit code and what it said. #>
	param([string] $CommandLine, [string] $Stdin)
	$start = [Diagnostics.ProcessStartInfo]::new("$PSHOME\powershell.exe", $CommandLine.Substring($CommandLine.IndexOf(' ') + 1))
	$start.UseShellExecute = $false
	$start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
	$process = [Diagnostics.Process]::Start($start)
	try {
		$texts = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
		$bytes = [Text.Encoding]::UTF8.GetBytes($Stdin)
		$process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
		$process.StandardInput.BaseStream.Dispose()
		if (-not $process.WaitForExit($patience)) {
			$process.Kill()
			throw @{ reason = "a command of Ansible did not end within $($patience / 1000) seconds" }
		}
		@{ exit_code = $process.ExitCode; stdout = $texts[0].Result; stderr = $texts[1].Result }
	} finally { $process.Dispose() }
}

function Get-Failure {
	<# .SYNOPSIS
	What was said instead of an answer, in the words in which Ansible gives it to the controller, without names. #>
	param([Object] $Ended, [Object] $Answer, [hashtable[]] $Word)
	$texts = [ordered] @{ msg = $Answer.msg; exception = $Answer.exception; module_stdout = $null; module_stderr = $Ended.stderr }
	if (-not $Answer.msg) { $texts.module_stdout = $Ended.stdout }
	foreach ($name in @($texts.Keys)) {
		# A name that is cut through would not be found.
		$text = Hide-KitText -Text ([string] $texts[$name]).Trim() -Word $Word
		# The beginning has the message, the end the stack.
		if ($text.Length -gt 8000) { $text = $text.Substring(0, 4000) + "`n...`n" + $text.Substring($text.Length - 4000) }
		$texts[$name] = $text
	}
	$texts
}

function Get-Outcome {
	<# .SYNOPSIS
	What came of a command: "done", the code of the driver's error (with the kind of token), or "text" and what was said instead. #>
	param([Object] $Ended, [hashtable[]] $Word)
	$outcome = [ordered] @{ outcome = 'text'; exit_code = $Ended.exit_code; answer = $null; failure = $null }
	if ($Ended.refused) {
		$outcome.outcome = "not started: $($Ended.refused)"
		return $outcome
	}
	$answer = try { Read-KitJson -Text $Ended.stdout } catch { $null }
	if ($answer -and $answer.PSObject.Properties['journal']) {
		$outcome.answer = $answer
		$outcome.outcome = if (-not $answer.error) { 'done' } elseif ($answer.error.token) { "$($answer.error.code) ($($answer.error.token))" } else { $answer.error.code }
		return $outcome
	}
	$outcome.failure = Get-Failure -Ended $Ended -Answer $answer -Word $Word
	$outcome
}

function Measure-Outcome {
	<# .SYNOPSIS
	How often each outcome came, and what came after one that was not "done": whether the next pick was the same. #>
	param([string[]] $Outcome)
	$counted = foreach ($group in $Outcome | Group-Object | Sort-Object -Property Name) { "$($group.Name): $($group.Count)" }
	$same = $other = 0
	for ($index = 1; $index -lt $Outcome.Count; $index++) {
		if ($Outcome[$index - 1] -eq 'done') { continue }
		if ($Outcome[$index] -eq $Outcome[$index - 1]) { $same++ } else { $other++ }
	}
	"$($counted -join ', '); after an unfit pick the same: $same, another: $other"
}

function New-Finding {
	<# .SYNOPSIS
	An answer of this part, as the probes have it. #>
	param([string] $Id, [string] $Question, [string] $Answer, [string[]] $Expected = @(), [Object[]] $Pick = @(), [string] $Reason)
	$alike = if ($Expected.Count -and -not $Reason) { @($Expected | Where-Object { $Answer -like $_ }).Count -gt 0 }
	[Console]::WriteLine("{0,-30} {1}", $Id, $(if ($Reason) { "not run: $Reason" } else { $Answer.Split("`n")[0] }))
	[ordered] @{ id = $Id; question = $Question; expected = $Expected; answer = $Answer; as_expected = $alike; reason = $(if ($Reason) { $Reason }); picks = $Pick }
}

Export-ModuleMember -Function New-KitUser, Stop-KitUser, Remove-KitUser, Remove-KitProfile, Revoke-BatchRight, Start-KitTask, Invoke-KitTask, Remove-KitTask, Remove-KitTree, Add-KitRoot, Remove-KitRoot, Open-KitServer, New-ClosedMutex, Get-MachineState, Compare-MachineState, Open-AsUser,
Invoke-Session, Get-Wire, Invoke-AsAnsible, Get-Outcome, Measure-Outcome, New-Finding
