// The calls of Windows that .NET does not make. C# 5, .NET Framework 4.6.2.
// A call that fails becomes a CryptographicException with its HRESULT. What is left open ends with the process, which is short.

using System;
using System.Collections;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore
{
	public static class KeyStore
	{
		const int Silent = 0x40; // NCRYPT_SILENT_FLAG, CRYPT_SILENT: an error instead of a dialog that nobody sees

		// The leaf of a p12 that has one. Flags: those of PFXImportCertStore.
		public static X509Certificate2 OpenBundle(byte[] bundle, string passphrase, int flags)
		{
			GCHandle pin = GCHandle.Alloc(bundle, GCHandleType.Pinned);
			try
			{
				// Two words are laid out as a CRYPT_DATA_BLOB.
				IntPtr store = PFXImportCertStore(new[] { (IntPtr)bundle.Length, pin.AddrOfPinnedObject() }, passphrase, flags);
				Check(store != IntPtr.Zero);
				return new X509Store(store).Certificates[0];
			}
			finally { pin.Free(); }
		}

		public static void Restore(X509Store store, byte[] element)
		{
			// 3: CERT_STORE_ADD_REPLACE_EXISTING; 2: CERT_STORE_CERTIFICATE_CONTEXT_FLAG
			Check(CertAddSerializedElementToStore(store.StoreHandle, element, element.Length, 3, 0, 2, IntPtr.Zero, IntPtr.Zero));
		}

		// Signs a SHA-256: RSA with PKCS #1 v1.5 padding, or ECDSA.
		public static byte[] Sign(CngKey key, byte[] digest, bool rsa)
		{
			byte[] signature = new byte[1024]; // RSA-8192
			int size;
			// An array of one string is a BCRYPT_PKCS1_PADDING_INFO; 2: BCRYPT_PAD_PKCS1
			Check(NCryptSignHash(key.Handle, rsa ? new[] { "SHA256" } : null, digest, digest.Length, signature, signature.Length, out size, Silent | (rsa ? 2 : 0)));
			Array.Resize(ref signature, size);
			return signature;
		}

		// The user's, in the CNG software provider.
		public static IEnumerable Containers()
		{
			IntPtr provider, item, position = IntPtr.Zero;
			Check(NCryptOpenStorageProvider(out provider, null, 0));
			while (NCryptEnumKeys(provider, null, out item, ref position, Silent) == 0)
				yield return Marshal.PtrToStringUni(Marshal.ReadIntPtr(item));
		}

		public static void DeleteLegacy(string container, string provider, int type)
		{
			IntPtr none;
			// 0x10: CRYPT_DELETEKEYSET
			Check(CryptAcquireContext(out none, container, provider, type, 0x10 | Silent));
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
		static extern IntPtr PFXImportCertStore(IntPtr[] file, string passphrase, int flags);
		[DllImport("crypt32", SetLastError = true)]
		static extern bool CertAddSerializedElementToStore(IntPtr store, byte[] element, int size, int disposition, int flags, int contexts, IntPtr type, IntPtr context);
		[DllImport("ncrypt", CharSet = CharSet.Unicode)]
		static extern int NCryptSignHash(SafeHandle key, string[] padding, byte[] hash, int hashSize, byte[] signature, int size, out int written, int flags);
		[DllImport("ncrypt", CharSet = CharSet.Unicode)]
		static extern int NCryptOpenStorageProvider(out IntPtr provider, string name, int flags);
		[DllImport("ncrypt", CharSet = CharSet.Unicode)]
		static extern int NCryptEnumKeys(IntPtr provider, string scope, out IntPtr item, ref IntPtr position, int flags);
		[DllImport("advapi32", EntryPoint = "CryptAcquireContextW", SetLastError = true, CharSet = CharSet.Unicode)]
		static extern bool CryptAcquireContext(out IntPtr context, string container, string provider, int type, int flags);
	}
}
