// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Private to the collection hospital_it.pkcs12: the private key behind a certificate: where it is, whether it signs, taking it away.
// C# 5, .NET Framework 4.6.2. A call of Windows that fails becomes a CryptographicException with its HRESULT.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Win32;

namespace ansible_collections.hospital_it.pkcs12.plugins.module_utils._PrivateKey
{
    /// <summary>Where the private key of a certificate is (CRYPT_KEY_PROV_INFO). Provider type 0 is CNG.</summary>
    public class KeyLink
    {
        public string Container, Provider;
        public int ProviderType, Flags, KeySpec;
    }

    /// <summary>A key link, and which certificate in which store has it.</summary>
    class StoredLink
    {
        public string Store, Thumbprint, Container, PublicKey;
    }

    public class Proof
    {
        public string Algorithm;
        public byte[] Signature;
    }

    public static class PrivateKey
    {
        const int KeyProviderInfo = 2;                 // CERT_KEY_PROV_INFO_PROP_ID
        const int Silent = 0x40;                       // CRYPT_SILENT: an error instead of a dialog that nobody sees
        const int BadKeyset = unchecked((int)0x80090016);   // NTE_BAD_KEYSET: there is no such container
        // Keys in any other provider live in hardware, or nobody here knows where.
        static readonly string[] SoftwareProviders =
        {
            "Microsoft Software Key Storage Provider", "Microsoft Base Cryptographic Provider v1.0", "Microsoft Strong Cryptographic Provider",
            "Microsoft Enhanced Cryptographic Provider v1.0", "Microsoft Enhanced RSA and AES Cryptographic Provider",
            "Microsoft RSA SChannel Cryptographic Provider", "Microsoft Enhanced RSA and AES Cryptographic Provider (Prototype)"
        };
        static readonly byte[] ProofPrefix = Encoding.ASCII.GetBytes("hospital_it.pkcs12 proof\0");

        /// <summary>Whether a certificate comes with a private key, kept in a container or only in memory.</summary>
        public static bool Exists(X509Certificate2 certificate)
        {
            // CERT_KEY_PROV_INFO, CERT_KEY_CONTEXT, CERT_NCRYPT_KEY_HANDLE: HasPrivateKey sees the first alone before .NET Framework 4.7.2.
            int size = 0;
            foreach (int property in new[] { KeyProviderInfo, 5, 78 })
                if (Native.CertGetCertificateContextProperty(certificate.Handle, property, IntPtr.Zero, ref size)) return true;
            return false;
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
                throw new CryptographicException(LastError());
            bool cng = keySpec == -1;                  // CERT_NCRYPT_KEY_SPEC
            try { return cng ? SignCng(key, digest, rsa) : SignLegacy(ReadLink(certificate), digest); }
            finally
            {
                if (ours) { if (cng) Native.NCryptFreeObject(key); else Native.CryptReleaseContext(key, 0); }
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
            if (error != 0) throw new CryptographicException(error);
            Array.Resize(ref signature, size);
            return signature;
        }

        /// <summary>A CAPI container of provider type 1 cannot sign SHA-256; type 24 opens the same container and can.</summary>
        static byte[] SignLegacy(KeyLink link, byte[] digest)
        {
            CspParameters where = new CspParameters(24, "Microsoft Enhanced RSA and AES Cryptographic Provider", link.Container) { KeyNumber = link.KeySpec };
            where.Flags = CspProviderFlags.UseExistingKey | CspProviderFlags.NoPrompt
                | ((link.Flags & 0x20) != 0 ? CspProviderFlags.UseMachineKeyStore : CspProviderFlags.NoFlags);
            using (RSACryptoServiceProvider key = new RSACryptoServiceProvider(where)) return key.SignHash(digest, "SHA256");
        }

        /// <summary>Why the key of a certificate has to stay when the certificate goes; null when it may go with it.</summary>
        public static string ReasonToKeep(X509Certificate2 certificate)
        {
            KeyLink link = ReadLink(certificate);
            if ((link.Flags & 0x20) != 0) return "machine_key";      // CRYPT_MACHINE_KEYSET: not the owner's
            if (Array.IndexOf(SoftwareProviders, link.Provider) < 0) return "provider";   // a smart card, a TPM, something unknown
            foreach (StoredLink other in Links())
            {
                if (other.Store == "My" && other.Thumbprint == certificate.Thumbprint) continue;
                if (string.Equals(other.Container, link.Container, StringComparison.OrdinalIgnoreCase)) return "shared_container";
                if (other.PublicKey == certificate.GetPublicKeyString()) return "shared_public_key";
            }
            return null;
        }

        /// <summary>Deletes the container behind a key link, CNG or CAPI. False when it was gone already.</summary>
        public static bool DeleteKey(KeyLink link)
        {
            if (link.ProviderType == 0)
            {
                using (CngKey key = Open(link.Container))
                {
                    if (key == null) return false;
                    key.Delete();
                    return true;
                }
            }
            IntPtr none;
            // 0x10: CRYPT_DELETEKEYSET
            if (Native.CryptAcquireContext(out none, link.Container, link.Provider, link.ProviderType, 0x10 | Silent)) return true;
            int error = LastError();
            if (error == BadKeyset) return false;
            throw new CryptographicException(error);
        }

        /// <summary>The key links of all certificates in all stores of this user.</summary>
        static List<StoredLink> Links()
        {
            List<StoredLink> links = new List<StoredLink>();
            List<string> stores = new List<string> { "My" };
            using (RegistryKey key = Registry.CurrentUser.OpenSubKey(@"Software\Microsoft\SystemCertificates"))
                if (key != null) stores.AddRange(key.GetSubKeyNames());
            stores.Remove("UserDS");                   // the directory: opening it asks a domain controller, and no key is there
            foreach (string name in stores)
            {
                X509Store store = new X509Store(name, StoreLocation.CurrentUser);
                store.Open(OpenFlags.ReadOnly | OpenFlags.IncludeArchived);
                foreach (X509Certificate2 certificate in store.Certificates)
                {
                    KeyLink link = ReadLink(certificate);
                    if (link == null) continue;
                    string publicKey = certificate.GetPublicKeyString();
                    links.Add(new StoredLink { Store = name, Thumbprint = certificate.Thumbprint, Container = link.Container, PublicKey = publicKey });
                }
                store.Close();
            }
            return links;
        }

        /// <summary>Deletes the containers that hold this certificate's key and that no certificate links to: a run that was cut left them.</summary>
        public static int Sweep(X509Certificate2 leaf)
        {
            byte[] wanted = leaf.PublicKey.EncodedKeyValue.RawData;
            List<StoredLink> links = Links();
            int swept = 0;
            foreach (string name in ContainerNames())
            {
                if (links.Exists(link => string.Equals(link.Container, name, StringComparison.OrdinalIgnoreCase)) || !Holds(name, wanted)) continue;
                DeleteContainer(name);
                swept++;
            }
            return swept;
        }

        /// <summary>Deletes a CNG container of this user; one that is gone already is no error.</summary>
        public static void DeleteContainer(string name)
        {
            using (CngKey key = Open(name))
                if (key != null) key.Delete();
        }

        /// <summary>A CNG key of this user; null when there is no such container.</summary>
        static CngKey Open(string name)
        {
            try { return CngKey.Open(name, CngProvider.MicrosoftSoftwareKeyStorageProvider, CngKeyOpenOptions.Silent); }
            catch (CryptographicException refused)
            {
                if (refused.HResult == BadKeyset) return null;
                throw;
            }
        }

        static List<string> ContainerNames()
        {
            List<string> names = new List<string>();
            IntPtr provider, item, position = IntPtr.Zero;
            int error = Native.NCryptOpenStorageProvider(out provider, CngProvider.MicrosoftSoftwareKeyStorageProvider.Provider, 0);
            if (error != 0) throw new CryptographicException(error);
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

        static bool Holds(string name, byte[] publicKey)
        {
            // A key that does not open, or is of a kind that no certificate of ours has (DH, say), is not the one.
            try
            {
                using (CngKey key = Open(name))
                    return key != null && BitConverter.ToString(publicKey).Contains(BitConverter.ToString(PublicNumbers(key)));
            }
            catch (CryptographicException) { return false; }
        }

        static int LastError()
        {
            int code = Marshal.GetLastWin32Error();
            return code > 0 && code < 0x10000 ? code | unchecked((int)0x80070000) : code;   // HRESULT_FROM_WIN32
        }
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
        [DllImport("crypt32", SetLastError = true)]
        internal static extern bool CertGetCertificateContextProperty(IntPtr context, int property, IntPtr data, ref int size);
        [DllImport("crypt32", SetLastError = true)]
        internal static extern bool CryptAcquireCertificatePrivateKey(IntPtr context, int flags, IntPtr parameters, out IntPtr key, out int keySpec, out bool callerFrees);
        [DllImport("advapi32", EntryPoint = "CryptAcquireContextW", SetLastError = true, CharSet = CharSet.Unicode)]
        internal static extern bool CryptAcquireContext(out IntPtr provider, string container, string name, int type, int flags);
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
    }
}
