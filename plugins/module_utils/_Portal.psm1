# Step "connect": one GET over TLS that shows a certificate, as a browser of this user does. Only the status line is read.

# powershell.exe has no target framework: .NET has this on.
[AppContext]::SetSwitch('Switch.System.Net.DontEnableSystemDefaultTlsVersions', $false)

# HRESULTs by what they say of the certificate. Schannel makes the first six from an alert of the server, the others from the own key.
$causes = @{
	0x80090325L = 'unknown_authority'
	0x80090327L = 'certificate_refused'
	0x8009030CL = 'certificate_refused'
	0x80090328L = 'expired'
	0x80092010L = 'revoked'
	0x80090330L = 'key_refused'
	0x8009030DL = 'key_refused'
	0x8009030EL = 'key_refused'
	0x80090016L = 'key_refused'
}
$versions = @{ 192 = 'TLSv1'; 768 = 'TLSv1.1'; 3072 = 'TLSv1.2'; 12288 = 'TLSv1.3' }

function Read-Status {
	<# .SYNOPSIS
	Sends the head of a request and reads the status of the answer; nothing when no HTTP comes back. #>
	param([IO.Stream] $Stream, [string] $Head)
	$bytes = [Text.Encoding]::ASCII.GetBytes("$Head`r`n`r`n")
	$Stream.Write($bytes, 0, $bytes.Length)
	$answer = ''
	while ($answer.Length -lt 16384 -and -not $answer.EndsWith("`r`n`r`n") -and ($byte = $Stream.ReadByte()) -ge 0) { $answer += [char] $byte }
	if ($answer -match '^HTTP/1\.\d \d{3}') { [int] $answer.Substring(9, 3) }
}

function New-Client {
	<# .SYNOPSIS
	A client for addresses of both families. By itself, that of .NET Framework is for IPv4. #>
	param()
	try {
		$client = [Net.Sockets.TcpClient]::new([Net.Sockets.AddressFamily]::InterNetworkV6)
		$client.Client.DualMode = $true
		$client
	} catch { [Net.Sockets.TcpClient]::new() } # Windows without IPv6
}

function Open-Way {
	<# .SYNOPSIS
	A connection to the server, through the proxy if there is one. The code says whose failure it would be. #>
	param([hashtable] $Fact, [Uri] $Url, [string] $Proxy, [int] $Timeout)
	$via = if ($Proxy -eq 'system') { [Net.WebRequest]::GetSystemWebProxy().GetProxy($Url) } elseif ($Proxy) { [Uri] $Proxy }
	# Without a proxy, .NET Framework returns the address itself.
	$near = if ($via) { $via } else { $Url }
	$Fact.code = if ($near -eq $Url) { 'unreachable' } else { 'proxy' }
	$client = New-Client
	$client.ReceiveTimeout = $client.SendTimeout = 1000 * $Timeout
	if (-not $client.ConnectAsync($near.DnsSafeHost, $near.Port).Wait(1000 * $Timeout)) { throw [TimeoutException]::new() }
	$place = "$($Url.Host):$($Url.Port)"
	if ($near -ne $Url -and (Read-Status -Stream $client.GetStream() -Head "CONNECT $place HTTP/1.1`r`nHost: $place") -ne 200) { throw [IO.IOException]::new() }
	$client
}

function Open-Tls {
	<# .SYNOPSIS
	The handshake. The certificate is held back until the server asks, because only then .NET tells for which authorities. #>
	param([Net.Sockets.TcpClient] $Client, [X509Certificate] $Certificate, [hashtable] $Fact, [string] $Name)
	$Fact.code = 'handshake'
	$check = {
		param([Object] $Stream, [X509Certificate] $Server, [Object] $Chain, [Net.Security.SslPolicyErrors] $Problem)
		if ($Problem) { $Fact.code = if ($Problem -eq 'RemoteCertificateNameMismatch') { 'name_mismatch' } else { 'untrusted_server' } }
		-not $Problem
	}.GetNewClosure()
	$choose = {
		param([Object] $Stream, [string] $Name, [Object] $Own, [X509Certificate] $Server, [string[]] $Issuer)
		if ($Server) {
			$Fact.asked = $Fact.sent = $true
			$Fact.issuers = @($Issuer)
			$Certificate
		}
	}.GetNewClosure()
	$tls = [Net.Security.SslStream]::new($Client.GetStream(), $false, $check, $choose)
	# The system chooses the version. Only .NET Framework before 4.7 cannot.
	try { $tls.AuthenticateAsClient($Name, $null, 'None', $false) } catch [ArgumentException] { $tls.AuthenticateAsClient($Name, $null, 'Tls12', $false) }
	$Fact.tls_version = $versions[[int] $tls.SslProtocol]
	$Fact.sent = $Fact.asked -and $tls.IsMutuallyAuthenticated
	# In TLS 1.3 a refusal comes after the handshake, and is lost when the server closes on a request.
	if ($Fact.tls_version -eq 'TLSv1.3') { [void] $Client.Client.Poll(500000, 'SelectRead') }
	$tls
}

function Get-Refusal {
	<# .SYNOPSIS
	Why the certificate was not accepted; nothing when it was. #>
	param([hashtable] $Fact, [int[]] $Status)
	$bare = -not $Fact.sent -and ($Fact.asked -or $Fact.http_status -in 400, 401, 403)
	if ($bare -and $Fact.code -in $null, 'handshake') { return 'none_sent' }
	if ($Fact.code) { return $Fact.code }
	if (-not $Fact.http_status) { return 'handshake' }
	if (-not $Fact.asked) { return 'not_asked' }
	if ($Fact.http_status -notin $(if ($Status) { $Status } else { 200..399 })) { 'http_refused' }
}

function Connect-Portal {
	<# .SYNOPSIS
	Fills in the facts of the step. Throws when the portal did not accept the certificate; the fact "code" then says why.
	.PARAMETER Certificate
	To show, with its key.
	.PARAMETER Fact
	Is filled in.
	.PARAMETER Url
	Of the portal.
	.PARAMETER Proxy
	Its URL, "system" or empty.
	.PARAMETER Timeout
	Seconds.
	.PARAMETER Status
	What counts as accepted; by default 200 to 399. #>
	[CmdletBinding()]
	param([X509Certificate] $Certificate, [hashtable] $Fact, [Uri] $Url, [string] $Proxy, [int] $Timeout, [int[]] $Status)
	$Fact.tls_version = $Fact.http_status = $null
	$Fact.asked = $Fact.sent = $false
	$Fact.issuers = @()
	try {
		$client = Open-Way -Fact $Fact -Url $Url -Proxy $Proxy -Timeout $Timeout
		$tls = Open-Tls -Client $client -Certificate $Certificate -Fact $Fact -Name $Url.DnsSafeHost
		$head = "GET $($Url.PathAndQuery) HTTP/1.1`r`nHost: $($Url.Authority)`r`nConnection: close"
		$Fact.http_status = @(Read-Status -Stream $tls -Head $head)[0]
		# The server may have asked only now.
		$Fact.sent = $Fact.asked -and $tls.IsMutuallyAuthenticated
		$Fact.code = $null
	} catch {
		$base = $_.Exception.GetBaseException()
		$hresult = if ($base -is [ComponentModel.Win32Exception]) { $base.NativeErrorCode -band 0xFFFFFFFFL } else { Get-HResult -Exception $base }
		# An error of Winsock, as HRESULT_FROM_WIN32 has it.
		if ($hresult -le 0xFFFF) { $hresult += 0x80070000L }
		if ($Fact.code -eq 'handshake' -and $causes[$hresult]) { $Fact.code = $causes[$hresult] }
	} finally { if ($client) { $client.Close() } }
	$Fact.code = @(Get-Refusal -Fact $Fact -Status $Status)[0]
	if ($Fact.code) { throw @{ code = 'connect_failed'; hresult = $hresult } }
}
