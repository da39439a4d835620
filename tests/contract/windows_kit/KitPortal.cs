// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Servers on the loopback interface: a portal that may ask for a certificate, and a proxy that makes tunnels. C# 5, .NET Framework 4.6.2.

using System;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace ansible_collections.hospital_it.pkcs12.kit
{
	public abstract class Server : IDisposable
	{
		readonly TcpListener listener = new TcpListener(IPAddress.Loopback, 0);

		protected Server()
		{
			listener.Start();
			new Thread(Accept) { IsBackground = true }.Start();
		}

		public int Port { get { return ((IPEndPoint)listener.LocalEndpoint).Port; } }

		public virtual void Dispose() { listener.Stop(); }

		protected abstract void Serve(NetworkStream visitor);

		// The head of a request.
		protected static string ReadHead(Stream stream)
		{
			var head = new StringBuilder();
			int next;
			while (head.Length < 65536 && !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && (next = stream.ReadByte()) >= 0) head.Append((char)next);
			return head.ToString();
		}

		protected static void Write(Stream stream, string text)
		{
			var bytes = Encoding.ASCII.GetBytes(text);
			stream.Write(bytes, 0, bytes.Length);
			stream.Flush();
		}

		void Accept()
		{
			try
			{
				while (true)
				{
					var visitor = listener.AcceptTcpClient();
					new Thread(() => Attend(visitor)) { IsBackground = true }.Start();
				}
			}
			catch (SocketException) { }
			catch (ObjectDisposedException) { }
			catch (InvalidOperationException) { }
		}

		// What goes wrong is for the visitor to tell.
		void Attend(TcpClient visitor)
		{
			using (visitor)
			{
				visitor.ReceiveTimeout = visitor.SendTimeout = 30000;
				try { Serve(visitor.GetStream()); }
				catch (IOException) { }
				catch (AuthenticationException) { }
				catch (SocketException) { }
			}
		}
	}

	public sealed class Portal : Server
	{
		readonly X509Certificate2 certificate;
		readonly bool asks, requires;
		readonly string takes;
		readonly int status;
		readonly SslProtocols protocols;

		// Takes: the thumbprint of the one certificate, or null for every one. Protocols: as numbers, since this .NET may not name the newest.
		public Portal(X509Certificate2 certificate, bool asks, bool requires, string takes, int status, int protocols)
		{
			this.certificate = certificate;
			this.asks = asks;
			this.requires = requires;
			this.takes = takes;
			this.status = status;
			this.protocols = (SslProtocols)protocols;
		}

		public override void Dispose()
		{
			base.Dispose();
			// Its key was in a container of this process's user.
			certificate.Reset();
		}

		protected override void Serve(NetworkStream visitor)
		{
			X509Certificate shown = null;
			using (var tls = new SslStream(visitor, false, (sender, client, chain, errors) =>
			{
				shown = client;
				if (client == null) return !requires;
				return string.IsNullOrEmpty(takes) || string.Equals(client.GetCertHashString(), takes, StringComparison.OrdinalIgnoreCase);
			}))
			{
				tls.AuthenticateAsServer(certificate, asks, protocols, false);
				ReadHead(tls);
				var answer = asks && shown == null ? 403 : status;
				Write(tls, "HTTP/1.1 " + answer + " Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
			}
		}
	}

	public sealed class Proxy : Server
	{
		protected override void Serve(NetworkStream visitor)
		{
			var words = ReadHead(visitor).Split(' ');
			if (words.Length < 3 || words[0] != "CONNECT") return;
			var colon = words[1].LastIndexOf(':');
			using (var server = new TcpClient(words[1].Substring(0, colon), int.Parse(words[1].Substring(colon + 1))))
			{
				Write(visitor, "HTTP/1.1 200 Tunnel\r\n\r\n");
				var there = server.GetStream();
				Task.WaitAny(visitor.CopyToAsync(there), there.CopyToAsync(visitor));
			}
		}
	}
}
