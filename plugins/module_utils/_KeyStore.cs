// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Private to the collection hospital_it.pkcs12: the calls about private keys that .NET does not make. C# 5, .NET Framework 4.6.2.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Win32;

namespace ansible_collections.hospital_it.pkcs12.plugins.module_utils._KeyStore
{
    /// <summary>A refusal: the protocol's code and the HRESULT of the call that failed.</summary>
    public class KeyStoreException : Exception
    {
        public readonly string Code;

        public KeyStoreException(string code, int hresult) : base(code)
        {
            Code = code;
            HResult = hresult;
        }
    }

    /// <summary>Where the private key of a certificate is (CRYPT_KEY_PROV_INFO). Provider type 0 is CNG.</summary>
    public class KeyLink
    {
        public string Container, Provider;
        public int ProviderType, Flags, KeySpec;
    }

    public class Proof
    {
        public string Algorithm;
        public byte[] Signature;
    }

    public static class KeyStore
    {
        const int KeyProviderInfo = 2;                 // CERT_KEY_PROV_INFO_PROP_ID
        const int Silent = 0x40;                       // CRYPT_SILENT: an error instead of a dialog that nobody sees
        const int BadKeyset = unchecked((int)0x80090016), NoKeyProperty = unchecked((int)0x8009200B), NotFound = unchecked((int)0x80090011);
        static readonly byte[] ProofPrefix = Encoding.ASCII.GetBytes("hospital_it.pkcs12 proof\0");

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
                if (store == IntPtr.Zero) throw new KeyStoreException("import_failed", LastError());
                leaf = Native.CertEnumCertificatesInStore(store, IntPtr.Zero);
                if (leaf == IntPtr.Zero) throw new KeyStoreException("import_failed", LastError());
                return new X509Certificate2(leaf);
            }
            finally
            {
                if (leaf != IntPtr.Zero) Native.CertFreeCertificateContext(leaf);
                if (store != IntPtr.Zero) Native.CertCloseStore(store, 0);
                pin.Free();
            }
        }

        /// <summary>The key link of a certificate, or null when it has none.</summary>
        public static KeyLink ReadLink(X509Certificate2 certificate)
        {
            int size = 0;
            if (!Native.CertGetCertificateContextProperty(certificate.Handle, KeyProviderInfo, IntPtr.Zero, ref size)) return null;
            IntPtr data = Marshal.AllocHGlobal(size);
            try
            {
                if (!Native.CertGetCertificateContextProperty(certificate.Handle, KeyProviderInfo, data, ref size)) return null;
                ProviderInfo info = (ProviderInfo)Marshal.PtrToStructure(data, typeof(ProviderInfo));
                return new KeyLink { Container = info.Container, Provider = info.Provider, ProviderType = info.Type, Flags = info.Flags, KeySpec = info.KeySpec };
            }
            finally { Marshal.FreeHGlobal(data); }
        }

        /// <summary>Signs SHA-256 of a fixed prefix and the nonce, without any dialog. The prefix keeps this from signing anything else.</summary>
        public static Proof Prove(X509Certificate2 certificate, byte[] nonce)
        {
            byte[] message = new byte[ProofPrefix.Length + nonce.Length];
            ProofPrefix.CopyTo(message, 0);
            nonce.CopyTo(message, ProofPrefix.Length);
            byte[] digest;
            using (SHA256 sha = SHA256.Create()) digest = sha.ComputeHash(message);
            bool rsa = certificate.PublicKey.Oid.Value == "1.2.840.113549.1.1.1";
            return new Proof { Algorithm = rsa ? "RSASSA-PKCS1-v1_5-SHA256" : "ECDSA-SHA256", Signature = Sign(certificate, digest, rsa) };
        }

        static byte[] Sign(X509Certificate2 certificate, byte[] digest, bool rsa)
        {
            IntPtr key;
            int keySpec;
            bool ours;
            // CRYPT_ACQUIRE_PREFER_NCRYPT_KEY_FLAG | CRYPT_ACQUIRE_SILENT_FLAG | CRYPT_ACQUIRE_COMPARE_KEY_FLAG
            if (!Native.CryptAcquireCertificatePrivateKey(certificate.Handle, 0x20000 | Silent | 4, IntPtr.Zero, out key, out keySpec, out ours))
            {
                int error = LastError();
                throw new KeyStoreException(error == BadKeyset || error == NoKeyProperty || error == NotFound ? "no_key" : "sign_failed", error);
            }
            bool cng = keySpec == -1;                  // CERT_NCRYPT_KEY_SPEC
            try { return cng ? SignCng(key, digest, rsa) : SignLegacy(ReadLink(certificate), digest); }
            finally
            {
                if (ours && cng) Native.NCryptFreeObject(key);
                if (ours && !cng) Native.CryptReleaseContext(key, 0);
            }
        }

        static byte[] SignCng(IntPtr key, byte[] digest, bool rsa)
        {
            Padding padding = new Padding { Algorithm = "SHA256" };
            int flags = Silent | (rsa ? 2 : 0);        // BCRYPT_PAD_PKCS1
            byte[] signature = new byte[1024];         // RSA-8192
            int size;
            int error = rsa
                ? Native.NCryptSignHash(key, ref padding, digest, digest.Length, signature, signature.Length, out size, flags)
                : Native.NCryptSignHash(key, IntPtr.Zero, digest, digest.Length, signature, signature.Length, out size, flags);
            if (error != 0) throw new KeyStoreException("sign_failed", error);
            Array.Resize(ref signature, size);
            return signature;
        }

        /// <summary>A CAPI container of provider type 1 cannot sign SHA-256; type 24 opens the same container and can.</summary>
        static byte[] SignLegacy(KeyLink link, byte[] digest)
        {
            CspParameters where = new CspParameters(24, "Microsoft Enhanced RSA and AES Cryptographic Provider", link.Container);
            where.KeyNumber = link.KeySpec;
            where.Flags = CspProviderFlags.UseExistingKey | CspProviderFlags.NoPrompt
                | ((link.Flags & 0x20) != 0 ? CspProviderFlags.UseMachineKeyStore : CspProviderFlags.NoFlags);
            try
            {
                using (RSACryptoServiceProvider key = new RSACryptoServiceProvider(where)) return key.SignHash(digest, "SHA256");
            }
            catch (CryptographicException refused) { throw new KeyStoreException("sign_failed", refused.HResult); }
        }

        /// <summary>Puts a serialized element back into CurrentUser\My in place of what stands there.</summary>
        public static void Restore(X509Store store, byte[] element)
        {
            // 3: CERT_STORE_ADD_REPLACE_EXISTING; 2: CERT_STORE_CERTIFICATE_CONTEXT_FLAG
            if (!Native.CertAddSerializedElementToStore(store.StoreHandle, element, element.Length, 3, 0, 2, IntPtr.Zero, IntPtr.Zero))
                throw new KeyStoreException("unexpected", LastError());
        }

        /// <summary>The containers that any certificate in any store of this user links to.</summary>
        static HashSet<string> LinkedContainers()
        {
            HashSet<string> names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            List<string> stores = new List<string> { "My" };
            using (RegistryKey key = Registry.CurrentUser.OpenSubKey(@"Software\Microsoft\SystemCertificates"))
                if (key != null) stores.AddRange(key.GetSubKeyNames());
            foreach (string name in stores)
            {
                X509Store store = new X509Store(name, StoreLocation.CurrentUser);
                store.Open(OpenFlags.ReadOnly | OpenFlags.IncludeArchived);
                foreach (X509Certificate2 certificate in store.Certificates)
                {
                    KeyLink link = ReadLink(certificate);
                    if (link != null) names.Add(link.Container);
                }
                store.Close();
            }
            return names;
        }

        /// <summary>Deletes the containers that hold this certificate's key and that no certificate links to: a run that was cut left them.</summary>
        public static int Sweep(X509Certificate2 leaf)
        {
            byte[] wanted = leaf.PublicKey.EncodedKeyValue.RawData;
            HashSet<string> linked = null;
            int swept = 0;
            foreach (string name in ContainerNames())
            {
                using (CngKey key = TryOpen(name))
                {
                    if (key == null || !Holds(key, wanted)) continue;
                    if (linked == null) linked = LinkedContainers();
                    if (linked.Contains(name)) continue;
                    key.Delete();
                    swept++;
                }
            }
            return swept;
        }

        /// <summary>Deletes a CNG container of this user; one that is gone already is no error.</summary>
        public static void DeleteContainer(string name)
        {
            using (CngKey key = TryOpen(name))
                if (key != null) key.Delete();
        }

        static CngKey TryOpen(string name)
        {
            try { return CngKey.Open(name, CngProvider.MicrosoftSoftwareKeyStorageProvider, CngKeyOpenOptions.Silent); }
            catch (CryptographicException) { return null; }
        }

        static List<string> ContainerNames()
        {
            List<string> names = new List<string>();
            IntPtr provider, item, position = IntPtr.Zero;
            int error = Native.NCryptOpenStorageProvider(out provider, CngProvider.MicrosoftSoftwareKeyStorageProvider.Provider, 0);
            if (error != 0) throw new KeyStoreException("import_failed", error);
            while (Native.NCryptEnumKeys(provider, null, out item, ref position, Silent) == 0)
            {
                names.Add(Marshal.PtrToStringUni(Marshal.ReadIntPtr(item)));
                Native.NCryptFreeBuffer(item);
            }
            if (position != IntPtr.Zero) Native.NCryptFreeBuffer(position);
            Native.NCryptFreeObject(provider);
            return names;
        }

        /// <summary>The modulus (BCRYPT_RSAKEY_BLOB) or the point (BCRYPT_ECCKEY_BLOB): what a certificate carries as it is.</summary>
        static byte[] PublicNumbers(CngKey key)
        {
            bool rsa = key.AlgorithmGroup == CngAlgorithmGroup.Rsa;
            byte[] blob = key.Export(new CngKeyBlobFormat(rsa ? "RSAPUBLICBLOB" : "ECCPUBLICBLOB"));
            int start = rsa ? 24 + BitConverter.ToInt32(blob, 8) : 8;
            byte[] numbers = new byte[blob.Length - start];
            Array.Copy(blob, start, numbers, 0, numbers.Length);
            return numbers;
        }

        static bool Holds(CngKey key, byte[] publicKey)
        {
            // A key of a kind that no certificate of ours has (DH, say) does not export like this: it is not the one.
            try { return BitConverter.ToString(publicKey).Contains(BitConverter.ToString(PublicNumbers(key))); }
            catch (CryptographicException) { return false; }
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

    [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
    struct ProviderInfo
    {
        public string Container, Provider;
        public int Type, Flags, ParameterCount;
        public IntPtr Parameters;
        public int KeySpec;
    }

    [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
    struct Padding
    {
        public string Algorithm;
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
        internal static extern bool CertGetCertificateContextProperty(IntPtr context, int property, IntPtr data, ref int size);
        [DllImport("crypt32", SetLastError = true)]
        internal static extern bool CertAddSerializedElementToStore(IntPtr store, byte[] element, int size, int disposition, int flags, int contexts, IntPtr type, IntPtr context);
        [DllImport("crypt32", SetLastError = true)]
        internal static extern bool CryptAcquireCertificatePrivateKey(IntPtr context, int flags, IntPtr parameters, out IntPtr key, out int keySpec, out bool callerFrees);
        [DllImport("crypt32")]
        internal static extern bool CertFreeCertificateContext(IntPtr context);
        [DllImport("crypt32")]
        internal static extern bool CertCloseStore(IntPtr store, int flags);
        [DllImport("advapi32")]
        internal static extern bool CryptReleaseContext(IntPtr provider, int flags);
        [DllImport("ncrypt", CharSet = CharSet.Unicode)]
        internal static extern int NCryptOpenStorageProvider(out IntPtr provider, string name, int flags);
        [DllImport("ncrypt", CharSet = CharSet.Unicode)]
        internal static extern int NCryptEnumKeys(IntPtr provider, string scope, out IntPtr item, ref IntPtr position, int flags);
        [DllImport("ncrypt")]
        internal static extern int NCryptFreeBuffer(IntPtr buffer);
        [DllImport("ncrypt")]
        internal static extern int NCryptFreeObject(IntPtr handle);
        [DllImport("ncrypt")]
        internal static extern int NCryptSignHash(IntPtr key, ref Padding padding, byte[] hash, int hashSize, byte[] signature, int size, out int written, int flags);
        [DllImport("ncrypt")]
        internal static extern int NCryptSignHash(IntPtr key, IntPtr padding, byte[] hash, int hashSize, byte[] signature, int size, out int written, int flags);
        [DllImport("kernel32")]
        internal static extern IntPtr LocalFree(IntPtr memory);
    }
}
