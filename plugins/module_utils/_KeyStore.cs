// The calls of Windows that .NET does not make. C# 5, .NET Framework 4.6.2.
// Names are those of the Windows SDK. A call that fails becomes a CryptographicException with its HRESULT.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore
{
	// Of PFXImportCertStore.
	[Flags]
	public enum PfxFlags { CRYPT_EXPORTABLE = 1, PKCS12_ALWAYS_CNG_KSP = 0x200, CRYPT_USER_KEYSET = 0x1000, PKCS12_NO_PERSIST_KEY = 0x8000 }

	// A passphrase that PowerShell, which may log what it handles, can hand on and not show: nothing outside of this file can read it.
	public sealed class Passphrase
	{
		internal readonly string Text;
		public Passphrase(string text) { Text = text; }
	}

	public static class KeyStore
	{
		// An error instead of a dialog that nobody sees.
		const int NCRYPT_SILENT_FLAG = 0x40, CRYPT_SILENT = 0x40;

		const int AT_KEYEXCHANGE = 1, AT_SIGNATURE = 2;
		const int CRYPT_VERIFYCONTEXT = unchecked((int)0xF0000000), PP_ENUMCONTAINERS = 2, CRYPT_FIRST = 1, CRYPT_NEXT = 2;
		const int ERROR_NO_MORE_ITEMS = 259;
		const int CRYPT_DELETEKEYSET = 0x10, BCRYPT_PAD_PKCS1 = 2, NTE_BAD_KEYSET = unchecked((int)0x80090016);
		const int NTE_NO_MORE_ITEMS = unchecked((int)0x8009002A);
		const int CERT_STORE_ADD_REPLACE_EXISTING = 3, CERT_STORE_CERTIFICATE_CONTEXT_FLAG = 2, CERT_FRIENDLY_NAME_PROP_ID = 11;

		[StructLayout(LayoutKind.Sequential)]
		struct CRYPT_DATA_BLOB { public int cbData; public IntPtr pbData; }

		// A class, so that null stands for no padding.
		[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
		sealed class BCRYPT_PKCS1_PADDING_INFO { public string pszAlgId; }

		[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
		struct NCryptKeyName { public string pszName, pszAlgid; public int dwLegacyKeySpec, dwFlags; }

		// Why the token of a process cannot keep private keys; null when it can. With "batch", DPAPI decides.
		public static string GetFault(IntPtr token)
		{
			if (Read(token, 29, 4, p => Marshal.ReadInt32(p)) != 0) return "app_container"; // TokenIsAppContainer
			// TokenIntegrityLevel: the last part of a SID, SECURITY_MANDATORY_MEDIUM_RID.
			if (Read(token, 25, 64, p => Marshal.ReadInt32(p = Marshal.ReadIntPtr(p), 4 + 4 * Marshal.ReadByte(p, 1))) < 0x2000) return "integrity";
			// TokenHasRestrictions would be true of UAC's filtered token, too.
			if (IsTokenRestricted(token)) return "restricted";
			var logon = Read(token, 10, 56, p => Marshal.ReadInt64(p, 8)); // TokenStatistics
			IntPtr session;
			if (LsaGetLogonSessionData(ref logon, out session) != 0) return null;
			var type = Marshal.ReadInt32(session, IntPtr.Size == 8 ? 64 : 36);
			return type == 5 ? "service" : type == 4 ? "batch" : null;
		}

		static long Read(IntPtr token, int kind, int size, Func<IntPtr, long> read)
		{
			var data = Marshal.AllocHGlobal(size);
			try
			{
				Check(GetTokenInformation(token, kind, data, size, out size));
				return read(data);
			}
			finally { Marshal.FreeHGlobal(data); }
		}

		// The leaf of a p12.
		public static X509Certificate2 OpenBundle(byte[] bundle, Passphrase passphrase, PfxFlags flags)
		{
			var pin = GCHandle.Alloc(bundle, GCHandleType.Pinned);
			IntPtr store = IntPtr.Zero;
			try
			{
				var file = new CRYPT_DATA_BLOB { cbData = bundle.Length, pbData = pin.AddrOfPinnedObject() };
				store = PFXImportCertStore(ref file, passphrase.Text, flags);
				Check(store != IntPtr.Zero);
				// The certificate keeps what it needs of the store.
				using (var opened = new X509Store(store))
				{
					var leaf = opened.Certificates[0];
					// That of its key's container, which nobody should be offered.
					CertSetCertificateContextProperty(leaf.Handle, CERT_FRIENDLY_NAME_PROP_ID, 0, IntPtr.Zero);
					return leaf;
				}
			}
			finally
			{
				CertCloseStore(store, 0);
				pin.Free();
			}
		}

		// RSA-OAEP with SHA-256 (RFC 8017). The key is used up, whether it opens the passphrase or not.
		public static Passphrase Unseal(byte[] sealedPassphrase, CngKey transportKey)
		{
			try
			{
				using (var rsa = new RSACng(transportKey))
					return new Passphrase(Encoding.UTF8.GetString(rsa.Decrypt(sealedPassphrase, RSAEncryptionPadding.OaepSHA256)));
			}
			finally { transportKey.Delete(); }
		}

		public static void Restore(X509Store store, byte[] element)
		{
			Check(CertAddSerializedElementToStore(store.StoreHandle, element, element.Length, CERT_STORE_ADD_REPLACE_EXISTING, 0,
				CERT_STORE_CERTIFICATE_CONTEXT_FLAG, IntPtr.Zero, IntPtr.Zero));
		}

		// Signs a SHA-256: RSA with PKCS #1 v1.5 padding, or ECDSA.
		public static byte[] Sign(CngKey key, byte[] digest, bool rsa)
		{
			var signature = new byte[1024]; // RSA-8192
			var padding = rsa ? new BCRYPT_PKCS1_PADDING_INFO { pszAlgId = "SHA256" } : null;
			int size;
			using (var handle = key.Handle)
				Check(NCryptSignHash(handle, padding, digest, digest.Length, signature, signature.Length, out size,
					NCRYPT_SILENT_FLAG | (rsa ? BCRYPT_PAD_PKCS1 : 0)));
			Array.Resize(ref signature, size);
			return signature;
		}

		// The key of a link. With the right key spec CNG opens keys of CAPI, too.
		public static CngKey OpenKey(string container, string provider, int keySpec, int flags)
		{
			using (var key = Open(container, provider, keySpec, flags)) return CngKey.Open(key, CngKeyHandleOpenOptions.None);
		}

		public static void DeleteKey(string container, string provider, int keySpec, int flags)
		{
			var key = Open(container, provider, keySpec, flags);
			Check(NCryptDeleteKey(key, NCRYPT_SILENT_FLAG));
			// It has freed the handle.
			key.SetHandleAsInvalid();
		}

		static SafeNCryptKeyHandle Open(string container, string provider, int keySpec, int flags)
		{
			SafeNCryptProviderHandle storage;
			SafeNCryptKeyHandle key = null;
			Check(NCryptOpenStorageProvider(out storage, provider, 0));
			using (storage)
			{
				var error = NTE_BAD_KEYSET;
				if (keySpec == AT_KEYEXCHANGE || keySpec == AT_SIGNATURE)
					error = NCryptOpenKey(storage, out key, container, keySpec, flags | NCRYPT_SILENT_FLAG);
				// A link may have a key spec although its key is one of CNG.
				if (error == NTE_BAD_KEYSET) error = NCryptOpenKey(storage, out key, container, 0, flags | NCRYPT_SILENT_FLAG);
				Check(error);
			}
			return key;
		}

		// The user's of CNG.
		public static string[] GetContainers()
		{
			var names = new List<string>();
			SafeNCryptProviderHandle provider;
			Check(NCryptOpenStorageProvider(out provider, null, 0));
			IntPtr item, position = IntPtr.Zero;
			int error;
			using (provider)
			{
				while ((error = NCryptEnumKeys(provider, null, out item, ref position, NCRYPT_SILENT_FLAG)) == 0)
				{
					names.Add(((NCryptKeyName)Marshal.PtrToStructure(item, typeof(NCryptKeyName))).pszName);
					NCryptFreeBuffer(item);
				}
				if (position != IntPtr.Zero) NCryptFreeBuffer(position);
			}
			if (error != NTE_NO_MORE_ITEMS) Check(error);
			return names.ToArray();
		}

		// The user's of CAPI. The software providers have them in common.
		public static string[] GetLegacyContainers(string provider, int type)
		{
			var names = new List<string>();
			var name = new StringBuilder(1024);
			IntPtr context;
			Check(CryptAcquireContext(out context, null, provider, type, CRYPT_VERIFYCONTEXT | CRYPT_SILENT));
			try
			{
				for (var which = CRYPT_FIRST; ; which = CRYPT_NEXT)
				{
					var size = name.Capacity;
					var found = CryptGetProvParam(context, PP_ENUMCONTAINERS, name, ref size, which);
					if (!found && Marshal.GetLastWin32Error() == ERROR_NO_MORE_ITEMS) return names.ToArray();
					Check(found);
					names.Add(name.ToString());
				}
			}
			finally { CryptReleaseContext(context, 0); }
		}

		// No context comes of it, so none is released.
		public static void DeleteLegacy(string container, string provider, int type)
		{
			IntPtr none;
			Check(CryptAcquireContext(out none, container, provider, type, CRYPT_DELETEKEYSET | CRYPT_SILENT));
		}

		static void Check(bool works)
		{
			if (!works) Check(Marshal.GetHRForLastWin32Error());
		}

		static void Check(int error)
		{
			if (error != 0) throw new CryptographicException(error);
		}

		[DllImport("crypt32", SetLastError = true, CharSet = CharSet.Unicode)]
		static extern IntPtr PFXImportCertStore(ref CRYPT_DATA_BLOB file, string passphrase, PfxFlags flags);
		[DllImport("crypt32")]
		static extern bool CertCloseStore(IntPtr store, int flags);
		[DllImport("crypt32", SetLastError = true)]
		static extern bool CertAddSerializedElementToStore(IntPtr store, byte[] element, int size, int how, int flags, int kinds, IntPtr kind, IntPtr context);
		[DllImport("crypt32")]
		static extern bool CertSetCertificateContextProperty(IntPtr certificate, int property, int flags, IntPtr data);
		[DllImport("ncrypt")]
		static extern int NCryptSignHash(SafeNCryptKeyHandle key, BCRYPT_PKCS1_PADDING_INFO padding, byte[] hash, int hashSize, byte[] signature, int size, out int used, int flags);
		[DllImport("ncrypt", CharSet = CharSet.Unicode)]
		static extern int NCryptOpenStorageProvider(out SafeNCryptProviderHandle provider, string name, int flags);
		[DllImport("ncrypt", CharSet = CharSet.Unicode)]
		static extern int NCryptOpenKey(SafeNCryptProviderHandle provider, out SafeNCryptKeyHandle key, string name, int keySpec, int flags);
		[DllImport("ncrypt")]
		static extern int NCryptDeleteKey(SafeNCryptKeyHandle key, int flags);
		[DllImport("ncrypt", CharSet = CharSet.Unicode)]
		static extern int NCryptEnumKeys(SafeNCryptProviderHandle provider, string scope, out IntPtr item, ref IntPtr position, int flags);
		[DllImport("ncrypt")]
		static extern int NCryptFreeBuffer(IntPtr buffer);
		[DllImport("advapi32", SetLastError = true, CharSet = CharSet.Unicode)]
		static extern bool CryptAcquireContext(out IntPtr context, string container, string provider, int type, int flags);
		[DllImport("advapi32", SetLastError = true, CharSet = CharSet.Ansi)]
		static extern bool CryptGetProvParam(IntPtr context, int parameter, StringBuilder data, ref int size, int flags);
		[DllImport("advapi32")]
		static extern bool CryptReleaseContext(IntPtr context, int flags);
		[DllImport("advapi32", SetLastError = true)]
		static extern bool GetTokenInformation(IntPtr token, int kind, IntPtr data, int size, out int used);
		[DllImport("advapi32")]
		static extern bool IsTokenRestricted(IntPtr token);
		[DllImport("secur32")]
		static extern int LsaGetLogonSessionData(ref long logon, out IntPtr session);
	}
}
