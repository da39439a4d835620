// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the kit asks of Windows past the drivers. C# 5, .NET Framework 4.6.2. Names are those of the Windows SDK.

using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Security.Principal;
using Microsoft.Win32.SafeHandles;

namespace ansible_collections.hospital_it.pkcs12.kit
{
	public static class Native
	{
		const int PKCS12_ALWAYS_CNG_KSP = 0x200, CRYPT_USER_KEYSET = 0x1000;
		const int NCRYPT_SILENT_FLAG = 0x40, CRYPT_VERIFYCONTEXT = unchecked((int)0xF0000000);
		const int PP_ENUMCONTAINERS = 2, CRYPT_FIRST = 1, CRYPT_NEXT = 2;
		const int TokenLinkedToken = 19;
		const int GENERIC_READ = unchecked((int)0x80000000), FILE_SHARE_ALL = 7, OPEN_EXISTING = 3, FILE_FLAG_OVERLAPPED = 0x40000000;
		const int FSCTL_REQUEST_BATCH_OPLOCK = 0x90008, ERROR_IO_PENDING = 997;
		const int NTE_NO_MORE_ITEMS = unchecked((int)0x8009002A), ERROR_NO_MORE_ITEMS = 259;
		const int CERT_STORE_ADD_REPLACE_EXISTING = 3, CERT_STORE_CERTIFICATE_CONTEXT_FLAG = 2;

		[StructLayout(LayoutKind.Sequential)]
		struct CRYPT_DATA_BLOB { public int cbData; public IntPtr pbData; }

		[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
		struct NCryptKeyName { public string pszName, pszAlgid; public int dwLegacyKeySpec, dwFlags; }

		// Makes a new key of the user in CNG; the certificate knows its container.
		public static X509Certificate2 Import(byte[] bundle, string passphrase)
		{
			var pin = GCHandle.Alloc(bundle, GCHandleType.Pinned);
			var file = new CRYPT_DATA_BLOB { cbData = bundle.Length, pbData = pin.AddrOfPinnedObject() };
			IntPtr store = PFXImportCertStore(ref file, passphrase, PKCS12_ALWAYS_CNG_KSP | CRYPT_USER_KEYSET);
			pin.Free();
			if (store == IntPtr.Zero) throw new Win32Exception();
			try { using (var opened = new X509Store(store)) return opened.Certificates[0]; }
			finally { CertCloseStore(store, 0); }
		}

		// The user's keys of the software provider, as "key spec:name"; a key spec other than 0 is CAPI's.
		public static string[] GetCngKeys()
		{
			var names = new List<string>();
			IntPtr provider, item, position = IntPtr.Zero;
			if (NCryptOpenStorageProvider(out provider, "Microsoft Software Key Storage Provider", 0) != 0) throw new Win32Exception();
			int error;
			while ((error = NCryptEnumKeys(provider, null, out item, ref position, NCRYPT_SILENT_FLAG)) == 0)
			{
				var key = (NCryptKeyName)Marshal.PtrToStructure(item, typeof(NCryptKeyName));
				names.Add(key.dwLegacyKeySpec + ":" + key.pszName);
				NCryptFreeBuffer(item);
			}
			if (position != IntPtr.Zero) NCryptFreeBuffer(position);
			NCryptFreeObject(provider);
			// A list that is not complete would say that a key is gone.
			if (error != NTE_NO_MORE_ITEMS) throw new Win32Exception(error);
			return names.ToArray();
		}

		// The user's containers of CAPI.
		public static string[] GetCapiContainers(string provider, int type)
		{
			var names = new List<string>();
			IntPtr context;
			if (!CryptAcquireContext(out context, null, provider, type, CRYPT_VERIFYCONTEXT)) throw new Win32Exception();
			var name = new byte[1024];
			int size = name.Length;
			for (int flag = CRYPT_FIRST; CryptGetProvParam(context, PP_ENUMCONTAINERS, name, ref size, flag); flag = CRYPT_NEXT)
			{
				names.Add(System.Text.Encoding.Default.GetString(name, 0, Array.IndexOf(name, (byte)0)));
				size = name.Length;
			}
			int error = Marshal.GetLastWin32Error();
			CryptReleaseContext(context, 0);
			if (error != ERROR_NO_MORE_ITEMS) throw new Win32Exception(error);
			return names.ToArray();
		}

		// 0, or the error, of opening a key of the software provider.
		public static int TryOpen(string name, int legacyKeySpec)
		{
			IntPtr provider, key;
			if (NCryptOpenStorageProvider(out provider, "Microsoft Software Key Storage Provider", 0) != 0) throw new Win32Exception();
			int error = NCryptOpenKey(provider, out key, name, legacyKeySpec, NCRYPT_SILENT_FLAG);
			if (error == 0) NCryptFreeObject(key);
			NCryptFreeObject(provider);
			return error;
		}

		public static void AddElement(X509Store store, byte[] element)
		{
			if (!CertAddSerializedElementToStore(store.StoreHandle, element, element.Length, CERT_STORE_ADD_REPLACE_EXISTING, 0,
				CERT_STORE_CERTIFICATE_CONTEXT_FLAG, IntPtr.Zero, IntPtr.Zero)) throw new Win32Exception();
		}

		// The SID of the account whose token is linked to that of this process; null without one.
		public static string GetLinkedAccount()
		{
			IntPtr linked;
			int size;
			using (var own = WindowsIdentity.GetCurrent())
			{
				if (!GetTokenInformation(own.Token, TokenLinkedToken, out linked, IntPtr.Size, out size) || linked == IntPtr.Zero) return null;
			}
			try { using (var other = new WindowsIdentity(linked)) return other.User.Value; }
			finally { CloseHandle(linked); }
		}

		// Makes whoever opens the file wait until the handle is closed: the notice that somebody does is never answered. Null where it is not had.
		public static SafeFileHandle HoldOplock(string path)
		{
			var file = CreateFile(path, GENERIC_READ, FILE_SHARE_ALL, IntPtr.Zero, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, IntPtr.Zero);
			if (file.IsInvalid) throw new Win32Exception();
			// Windows writes into it when the handle is closed, so it is never freed.
			IntPtr overlapped = Marshal.AllocHGlobal(32);
			for (int at = 0; at < 32; at += 4) Marshal.WriteInt32(overlapped, at, 0);
			int size;
			if (!DeviceIoControl(file, FSCTL_REQUEST_BATCH_OPLOCK, IntPtr.Zero, 0, IntPtr.Zero, 0, out size, overlapped)
				&& Marshal.GetLastWin32Error() == ERROR_IO_PENDING) return file;
			file.Dispose();
			return null;
		}

		// Null on Windows.
		public static string GetWineVersion()
		{
			try { return Marshal.PtrToStringAnsi(wine_get_version()); } catch (EntryPointNotFoundException) { return null; }
		}

		[DllImport("crypt32", SetLastError = true, CharSet = CharSet.Unicode)]
		static extern IntPtr PFXImportCertStore(ref CRYPT_DATA_BLOB file, string passphrase, int flags);
		[DllImport("crypt32")]
		static extern bool CertCloseStore(IntPtr store, int flags);
		[DllImport("crypt32", SetLastError = true)]
		static extern bool CertAddSerializedElementToStore(IntPtr store, byte[] element, int size, int how, int flags, int kinds, IntPtr kind, IntPtr context);
		[DllImport("ncrypt", CharSet = CharSet.Unicode)]
		static extern int NCryptOpenStorageProvider(out IntPtr provider, string name, int flags);
		[DllImport("ncrypt", CharSet = CharSet.Unicode)]
		static extern int NCryptEnumKeys(IntPtr provider, string scope, out IntPtr item, ref IntPtr position, int flags);
		[DllImport("ncrypt", CharSet = CharSet.Unicode)]
		static extern int NCryptOpenKey(IntPtr provider, out IntPtr key, string name, int legacyKeySpec, int flags);
		[DllImport("ncrypt")]
		static extern int NCryptFreeBuffer(IntPtr buffer);
		[DllImport("ncrypt")]
		static extern int NCryptFreeObject(IntPtr handle);
		[DllImport("advapi32", SetLastError = true, CharSet = CharSet.Unicode)]
		static extern bool CryptAcquireContext(out IntPtr context, string container, string provider, int type, int flags);
		[DllImport("advapi32", SetLastError = true)]
		static extern bool CryptGetProvParam(IntPtr context, int what, byte[] data, ref int size, int flags);
		[DllImport("advapi32")]
		static extern bool CryptReleaseContext(IntPtr context, int flags);
		[DllImport("advapi32", SetLastError = true)]
		static extern bool GetTokenInformation(IntPtr token, int what, out IntPtr data, int length, out int size);
		[DllImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, CharSet = CharSet.Unicode)]
		static extern SafeFileHandle CreateFile(string path, int access, int share, IntPtr security, int how, int flags, IntPtr template);
		[DllImport("kernel32", SetLastError = true)]
		static extern bool DeviceIoControl(SafeFileHandle file, int code, IntPtr input, int inputSize, IntPtr output, int outputSize, out int size, IntPtr overlapped);
		[DllImport("kernel32")]
		static extern bool CloseHandle(IntPtr handle);
		[DllImport("ntdll")]
		static extern IntPtr wine_get_version();
	}
}
