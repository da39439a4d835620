# Step "connect": one GET over TLS that shows a certificate, as a browser of this user does. Only the status line is read.

# HRESULTs by what they say of the certificate. Schannel makes most of them from the server's alert; the last three are of the own key.
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

function Connect-Portal {
	<# .SYNOPSIS
	Fills in the facts of the step. Throws when the portal did not accept the certificate; the fact "code" then says why. #>
	param([X509Certificate] $Certificate, [hashtable] $Fact, [Uri] $Url, [string] $Proxy, [int] $Timeout, [int[]] $Status)
	$Fact.tls_version = $Fact.http_status = $null
	$Fact.asked = $Fact.sent = $false
	$Fact.issuers = @()
	$via = if ($Proxy -eq 'system') { [Net.WebRequest]::GetSystemWebProxy().GetProxy($Url) } elseif ($Proxy) { [Uri] $Proxy }
	# Without a proxy, .NET Framework returns the address itself.
	$near = if ($via) { $via } else { $Url }
	# Until a stage has ended, the code is what its failure means.
	$Fact.code = if ($near -eq $Url) { 'unreachable' } else { 'proxy' }
	$client = [Net.Sockets.TcpClient]::new()
	$client.ReceiveTimeout = $client.SendTimeout = 1000 * $Timeout
	$check = {
		param([Object] $Stream, [X509Certificate] $Server, [Object] $Chain, [Net.Security.SslPolicyErrors] $Problem)
		if ($Problem) { $Fact.code = if ($Problem -eq 'RemoteCertificateNameMismatch') { 'name_mismatch' } else { 'untrusted_server' } }
		-not $Problem
	}
	$choose = {
		param([Object] $Stream, [string] $Name, [Object] $Own, [X509Certificate] $Server, [string[]] $Issuer)
		# The first call comes before the server has said anything.
		if ($Server) {
			$Fact.asked = $true
			$Fact.issuers = @($Issuer)
			$Certificate
		}
	}
	try {
		if (-not $client.ConnectAsync($near.DnsSafeHost, $near.Port).Wait(1000 * $Timeout)) { throw [TimeoutException]::new() }
		$stream = $client.GetStream()
		$place = "$($Url.Host):$($Url.Port)"
		if ($near -ne $Url -and (Read-Status -Stream $stream -Head "CONNECT $place HTTP/1.1`r`nHost: $place") -ne 200) { throw @{ code = 'connect_failed' } }
		$Fact.code = 'handshake'
		$tls = [Net.Security.SslStream]::new($stream, $false, $check, $choose)
		$own = [Security.Cryptography.X509Certificates.X509CertificateCollection]::new()
		# The system chooses the version. .NET Framework before 4.7 cannot.
		try { $tls.AuthenticateAsClient($Url.DnsSafeHost, $own, 'None', $false) } catch [ArgumentException] { $tls.AuthenticateAsClient($Url.DnsSafeHost, $own, 'Tls12', $false) }
		$Fact.tls_version = $versions[[int] $tls.SslProtocol]
		# In TLS 1.3 the refusal comes after the handshake, and is lost when the server closes on a request.
		if ($Fact.tls_version -eq 'TLSv1.3') { [void] $client.Client.Poll(500000, 'SelectRead') }
		$Fact.http_status = Read-Status -Stream $tls -Head "GET $($Url.PathAndQuery) HTTP/1.1`r`nHost: $($Url.Authority)`r`nConnection: close"
		$Fact.code = $null
	} catch {
		$base = $_.Exception.GetBaseException()
		$hresult = if ($base -is [ComponentModel.Win32Exception]) { $base.NativeErrorCode -band 0xFFFFFFFFL } else { Get-HResult -Exception $base }
		# An error of Winsock, as HRESULT_FROM_WIN32 has it.
		if ($hresult -le 0xFFFF) { $hresult += 0x80070000L }
		if ($Fact.code -eq 'handshake' -and $causes[$hresult]) { $Fact.code = $causes[$hresult] }
	} finally {
		if ($tls) { $Fact.sent = $Fact.asked -and (-not $tls.IsAuthenticated -or $tls.IsMutuallyAuthenticated) }
		$client.Close()
	}
	if (-not $Fact.sent -and ($Fact.asked -or $Fact.http_status -in 400, 401, 403) -and $Fact.code -in $null, 'handshake') { $Fact.code = 'none_sent' }
	if (-not $Fact.code -and -not $Fact.http_status) { $Fact.code = 'handshake' }
	if (-not $Fact.code -and -not $Fact.asked) { $Fact.code = 'not_asked' }
	if (-not $Fact.code -and $Fact.http_status -notin $(if ($Status) { $Status } else { 200..399 })) { $Fact.code = 'http_refused' }
	if ($Fact.code) { throw @{ code = 'connect_failed'; hresult = $hresult } }
}
