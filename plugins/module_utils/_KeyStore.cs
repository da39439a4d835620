// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Private to the collection hospital_it.pkcs12: what comes into a certificate store, and whether this logon can keep a key.
// C# 5, .NET Framework 4.6.2. A call of Windows that fails becomes a CryptographicException with its HRESULT.

using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore
{
    public static class KeyStore
    {
        /// <summary>Whether this logon can protect data for its user, which storing a private key needs. 0, or why not as an HRESULT.</summary>
        public static int ProbeDpapi()
        {
            Blob secret = new Blob(), hidden = new Blob(), opened = new Blob();
            GCHandle pin = GCHandle.Alloc(new byte[32], GCHandleType.Pinned);
            try
            {
                secret.Size = 32;
                secret.Data = pin.AddrOfPinnedObject();
                // 1: CRYPTPROTECT_UI_FORBIDDEN
                bool works = Native.CryptProtectData(ref secret, null, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, 1, ref hidden)
                    && Native.CryptUnprotectData(ref hidden, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, 1, ref opened);
                return works ? 0 : LastError();
            }
            finally
            {
                pin.Free();
                Native.LocalFree(hidden.Data);
                Native.LocalFree(opened.Data);
            }
        }

        /// <summary>Opens a p12 with one leaf. Kept: its key goes into a new container of the CNG software provider; else nothing is written.</summary>
        public static X509Certificate2 OpenBundle(byte[] bundle, string passphrase, bool keep, bool exportable)
        {
            // PKCS12_ALWAYS_CNG_KSP | CRYPT_USER_KEYSET, then PKCS12_NO_PERSIST_KEY or, if asked for, CRYPT_EXPORTABLE
            int flags = 0x1200 | (keep ? (exportable ? 1 : 0) : 0x8000);
            GCHandle pin = GCHandle.Alloc(bundle, GCHandleType.Pinned);
            IntPtr store = IntPtr.Zero, leaf = IntPtr.Zero;
            try
            {
                Blob file = new Blob { Size = bundle.Length, Data = pin.AddrOfPinnedObject() };
                store = Native.PFXImportCertStore(ref file, passphrase, flags);
                if (store == IntPtr.Zero) throw new CryptographicException(LastError());
                leaf = Native.CertEnumCertificatesInStore(store, IntPtr.Zero);
                if (leaf == IntPtr.Zero) throw new CryptographicException(LastError());
                return new X509Certificate2(leaf);
            }
            finally
            {
                if (leaf != IntPtr.Zero) Native.CertFreeCertificateContext(leaf);
                if (store != IntPtr.Zero) Native.CertCloseStore(store, 0);
                pin.Free();
            }
        }

        /// <summary>A certificate from its DER.</summary>
        public static X509Certificate2 ReadCertificate(byte[] der)
        {
            // 1: X509_ASN_ENCODING. The constructor that takes bytes guesses at other forms, and newer .NET calls it obsolete.
            IntPtr context = Native.CertCreateCertificateContext(1, der, der.Length);
            if (context == IntPtr.Zero) throw new CryptographicException(LastError());
            try { return new X509Certificate2(context); }
            finally { Native.CertFreeCertificateContext(context); }
        }

        /// <summary>Hides a certificate of an open store from whoever chooses one, or shows it again (CERT_ARCHIVED_PROP_ID). False when refused.</summary>
        public static bool TrySetArchived(X509Certificate2 certificate, bool archived)
        {
            if (!archived) return Native.CertSetCertificateContextProperty(certificate.Handle, 19, 0, IntPtr.Zero);
            Blob mark = new Blob();
            return Native.CertSetCertificateContextProperty(certificate.Handle, 19, 0, ref mark);
        }

        /// <summary>Puts a serialized element back into CurrentUser\My in place of what stands there.</summary>
        public static void Restore(X509Store store, byte[] element)
        {
            // 3: CERT_STORE_ADD_REPLACE_EXISTING; 2: CERT_STORE_CERTIFICATE_CONTEXT_FLAG
            if (!Native.CertAddSerializedElementToStore(store.StoreHandle, element, element.Length, 3, 0, 2, IntPtr.Zero, IntPtr.Zero))
                throw new CryptographicException(LastError());
        }

        static int LastError()
        {
            int code = Marshal.GetLastWin32Error();
            return code > 0 && code < 0x10000 ? code | unchecked((int)0x80070000) : code;   // HRESULT_FROM_WIN32
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Blob
    {
        public int Size;
        public IntPtr Data;
    }

    static class Native
    {
        [DllImport("crypt32", SetLastError = true, CharSet = CharSet.Unicode)]
        internal static extern bool CryptProtectData(ref Blob data, string description, IntPtr entropy, IntPtr reserved, IntPtr prompt, int flags, ref Blob result);
        [DllImport("crypt32", SetLastError = true)]
        internal static extern bool CryptUnprotectData(ref Blob data, IntPtr description, IntPtr entropy, IntPtr reserved, IntPtr prompt, int flags, ref Blob result);
        [DllImport("crypt32", SetLastError = true, CharSet = CharSet.Unicode)]
        internal static extern IntPtr PFXImportCertStore(ref Blob file, string password, int flags);
        [DllImport("crypt32", SetLastError = true)]
        internal static extern IntPtr CertEnumCertificatesInStore(IntPtr store, IntPtr previous);
        [DllImport("crypt32", SetLastError = true)]
        internal static extern IntPtr CertCreateCertificateContext(int encoding, byte[] der, int size);
        [DllImport("crypt32", SetLastError = true)]
        internal static extern bool CertSetCertificateContextProperty(IntPtr context, int property, int flags, ref Blob data);
        [DllImport("crypt32", SetLastError = true)]
        internal static extern bool CertSetCertificateContextProperty(IntPtr context, int property, int flags, IntPtr none);
        [DllImport("crypt32", SetLastError = true)]
        internal static extern bool CertAddSerializedElementToStore(IntPtr store, byte[] element, int size, int disposition, int flags, int contexts, IntPtr type, IntPtr context);
        [DllImport("crypt32")]
        internal static extern bool CertFreeCertificateContext(IntPtr context);
        [DllImport("crypt32")]
        internal static extern bool CertCloseStore(IntPtr store, int flags);
        [DllImport("kernel32")]
        internal static extern IntPtr LocalFree(IntPtr memory);
    }
}
