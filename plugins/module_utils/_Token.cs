// Whether the token of a process can keep private keys. C# 5, .NET Framework 4.6.2. Numbers and offsets are those of the Windows SDK.

using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ansible_collections.hospital_it.pkcs12.plugins.module_utils._Token
{
	public static class Token
	{
		// What is wrong with it; null for a token that is fit. With batch, DPAPI decides.
		public static string GetFault(IntPtr token)
		{
			// TokenIsAppContainer; TokenIntegrityLevel, whose last part is under SECURITY_MANDATORY_MEDIUM_RID.
			if (Read(token, 29, 4, p => Marshal.ReadInt32(p)) != 0) return "app_container";
			if (Read(token, 25, 64, p => Marshal.ReadInt32(p = Marshal.ReadIntPtr(p), 4 + 4 * Marshal.ReadByte(p, 1))) < 0x2000) return "integrity";
			// Not TokenHasRestrictions, which UAC's filtered token has.
			if (IsTokenRestricted(token)) return "restricted";
			var logon = Read(token, 10, 56, p => Marshal.ReadInt64(p, 8)); // TokenStatistics
			IntPtr session;
			if (LsaGetLogonSessionData(ref logon, out session) != 0) return null;
			var type = Marshal.ReadInt32(session, IntPtr.Size == 8 ? 64 : 36);
			LsaFreeReturnBuffer(session);
			return type == 5 ? "service" : type == 4 ? "batch" : null;
		}

		static long Read(IntPtr token, int kind, int size, Func<IntPtr, long> read)
		{
			var buffer = Marshal.AllocHGlobal(size);
			try
			{
				if (!GetTokenInformation(token, kind, buffer, size, out size)) throw new Win32Exception();
				return read(buffer);
			}
			finally { Marshal.FreeHGlobal(buffer); }
		}

		[DllImport("advapi32", SetLastError = true)]
		static extern bool GetTokenInformation(IntPtr token, int kind, IntPtr data, int size, out int used);
		[DllImport("advapi32")]
		static extern bool IsTokenRestricted(IntPtr token);
		[DllImport("secur32")]
		static extern int LsaGetLogonSessionData(ref long logon, out IntPtr session);
		[DllImport("secur32")]
		static extern int LsaFreeReturnBuffer(IntPtr session);
	}
}
