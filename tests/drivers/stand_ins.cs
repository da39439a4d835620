// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Stands in for what .NET has on Windows only, so that whole drivers run in PowerShell for Linux: registry, accounts, stores, keys, mutex.
// What Windows does not document is here as bad as it may be, and what can fail there can fail here: see Windows, which each case sets.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace StandIn
{
    // What a case sets, and what happened.
    public static class Windows
    {
        public static List<string> Events = new List<string>();
        // Events that fail, by how they begin; what does not open; who becomes loaded at the first event that begins so.
        public static string[] Failing = { }, Closed = { };
        public static string LogsOnAt, Fault;
        // The Win32 error of the newer way to remove a file; a folder that is swapped for another, once it was looked at.
        public static int Error;
        public static string Swapped;
        // A file gets one more byte before somebody opens it to remove it.
        public static bool Grows;
        // What a scanner has open, once two files were removed.
        public static string Scanned;
        // A store keeps the key link that a certificate had there before.
        public static bool KeepsOldLinks;
        public static bool Debug = true, Dpapi = true;
        public static string[] Groups = { "S-1-5-4" };

        public static void Begin()
        {
            Events.Clear();
            Failing = Closed = new string[0];
            LogsOnAt = Fault = null;
            KeepsOldLinks = Grows = false;
            Error = 0;
            Swapped = Scanned = null;
            Debug = Dpapi = true;
            Groups = new[] { "S-1-5-4" };
            Registry.Begin();
            X509Store.Begin();
            KeyStore.Containers.Clear();
        }

        public static void Note(string happens)
        {
            Events.Add(happens);
            if (LogsOnAt != null && happens.StartsWith(LogsOnAt)) Registry.Users.Make("S-1-5-21-1");
            if (Failing.Any(happens.StartsWith)) throw new CryptographicException(unchecked((int)0x80070020));
        }
    }

    public sealed class RegistryKey
    {
        readonly string name;
        readonly SortedDictionary<string, RegistryKey> below = new SortedDictionary<string, RegistryKey>(StringComparer.OrdinalIgnoreCase);
        readonly Dictionary<string, object> values = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);

        public RegistryKey(string name) { this.name = name; }
        public int SubKeyCount { get { return below.Count; } }
        public override string ToString() { return name; }
        public string[] GetSubKeyNames() { return below.Keys.ToArray(); }
        public void Flush() { }
        public void Remove(string key) { below.Remove(key); }

        // Null when it is not there; throws when it is closed.
        public RegistryKey OpenSubKey(string path)
        {
            var key = this;
            foreach (var part in path.Split('\\'))
            {
                if (!key.below.TryGetValue(part, out key)) return null;
                if (Array.IndexOf(Windows.Closed, key.name) >= 0) throw new SecurityException();
            }
            return key;
        }

        public RegistryKey Make(string path)
        {
            var key = this;
            foreach (var part in path.Split('\\'))
            {
                if (!key.below.ContainsKey(part)) key.below[part] = new RegistryKey(key.name + "\\" + part);
                key = key.below[part];
            }
            return key;
        }

        public RegistryKey Set(string value, object data) { values[value] = data; return this; }
        public object GetValue(string value) { return GetValue(value, null, null); }
        public object GetValue(string value, object missing) { return GetValue(value, missing, null); }

        // Who reads expands a name, by the own variables, unless it says that it does not.
        public object GetValue(string value, object missing, object option)
        {
            object data;
            if (!values.TryGetValue(value, out data)) return missing;
            var text = data as string;
            return text == null || "DoNotExpandEnvironmentNames".Equals(option) ? data : text.Replace("%USERPROFILE%", @"C:\Users\admin");
        }
    }

    public static class Registry
    {
        public static RegistryKey LocalMachine, CurrentUser, Users;

        public static void Begin()
        {
            LocalMachine = new RegistryKey("HKEY_LOCAL_MACHINE");
            CurrentUser = new RegistryKey("HKEY_CURRENT_USER");
            Users = new RegistryKey("HKEY_USERS");
        }

        public static object GetValue(string path, string value, object missing)
        {
            var key = path.StartsWith("HKEY_LOCAL_MACHINE\\") ? LocalMachine.OpenSubKey(path.Substring(19)) : null;
            return key == null ? missing : key.GetValue(value, missing);
        }

        public static void Profile(string sid, string path)
        {
            LocalMachine.Make(@"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\" + sid).Set("ProfileImagePath", path);
        }
    }

    public sealed class WindowsIdentity
    {
        public sealed class Sid { public string Value; }

        public string Name = @"LAB\mdurand";
        public IntPtr Token;
        public Sid User = new Sid { Value = "S-1-5-21-1" };
        public Sid[] Groups { get { return Windows.Groups.Select(each => new Sid { Value = each }).ToArray(); } }
        public static WindowsIdentity GetCurrent() { return new WindowsIdentity(); }
    }

    // Of a folder; a file in it says whose it is.
    public sealed class DirectorySecurity
    {
        readonly string owner;
        public DirectorySecurity(string folder, string what)
        {
            Windows.Note("owner of " + folder);
            owner = File.ReadAllText(folder + "/owner");
        }

        public WindowsIdentity.Sid GetOwner(Type kind) { return new WindowsIdentity.Sid { Value = owner }; }
    }

    public enum WindowsBuiltInRole { Administrator }

    public sealed class WindowsPrincipal
    {
        public WindowsPrincipal(WindowsIdentity identity) { }
        public bool IsInRole(WindowsBuiltInRole role) { return Windows.Debug; }
    }

    public static class Process
    {
        public static void EnterDebugMode() { if (!Windows.Debug) throw new System.ComponentModel.Win32Exception(1300); }
    }

    public static class ProtectedData
    {
        public static byte[] Protect(byte[] data, byte[] more, string scope) { return data; }

        public static byte[] Unprotect(byte[] data, byte[] more, string scope)
        {
            if (!Windows.Dpapi) throw new CryptographicException(unchecked((int)0x80090345));
            return data;
        }
    }

    public sealed class Mutex
    {
        public Mutex(bool owned, string name)
        {
            if (Windows.Closed.Contains("mutex of another account")) throw new UnauthorizedAccessException();
            if (Windows.Closed.Contains("no mutex")) throw new System.Threading.WaitHandleCannotBeOpenedException();
            Windows.Note("name " + name);
        }

        public bool WaitOne(int milliseconds)
        {
            if (Windows.Closed.Contains("left mutex")) throw new System.Threading.AbandonedMutexException();
            Windows.Note("enter");
            return !Windows.Closed.Contains("mutex in use");
        }

        public void ReleaseMutex() { Windows.Note("release"); }
        public void Dispose() { Windows.Note("dispose"); }
    }

    // A certificate of a store, whose changes are written at once, or of none. Those of one key begin with the same letter.
    public sealed class X509Certificate : IDisposable
    {
        public sealed class Id { public string Value = "1.2.840.10045.2.1"; }
        public sealed class Key { public Id Oid = new Id(); }

        internal static readonly Dictionary<string, X509Certificate> Written = new Dictionary<string, X509Certificate>();
        internal string Name, Container, Label;
        internal bool Hidden;
        internal X509Store Store;
        public Key PublicKey = new Key();

        internal static byte[] KeyOf(string name) { return Encoding.ASCII.GetBytes("public key " + name[0]); }
        internal X509Certificate Copy(X509Store store)
        {
            return new X509Certificate { Name = Name, Container = Container, Label = Label, Hidden = Hidden, Store = store };
        }

        public string Thumbprint { get { return Convert.ToHexString(SHA1.HashData(Encoding.ASCII.GetBytes(Name))); } }
        public bool HasPrivateKey { get { return Container != null; } }
        public byte[] GetPublicKey() { return KeyOf(Name); }
        public string GetPublicKeyString() { return Convert.ToHexString(KeyOf(Name)); }
        public void Dispose() { }

        public bool Archived
        {
            get { return Hidden; }
            set { Note((value ? "hide " : "show ") + Name); Hidden = value; Write(); }
        }

        public string FriendlyName
        {
            get { return Label ?? ""; }
            set { Note("name " + Name); Label = value; Write(); }
        }

        void Note(string happens) { if (Store != null) Windows.Note(happens); }
        void Write() { if (Store != null) Store.Write(); }

        // A serialized element.
        public byte[] Export(string type)
        {
            var element = new MemoryStream();
            Action<int, byte[]> add = (id, data) =>
            {
                foreach (var number in new[] { id, 1, data.Length }) element.Write(BitConverter.GetBytes(number), 0, 4);
                element.Write(data, 0, data.Length);
            };
            if (Container != null)
            {
                var names = Encoding.Unicode.GetBytes(Container + "\0Microsoft Software Key Storage Provider\0");
                var numbers = new[] { 28, 30 + 2 * Container.Length, 0, 0, 0, 0, 0 };
                add(2, numbers.SelectMany(BitConverter.GetBytes).Concat(names).ToArray());
            }
            if (Label != null) add(11, Encoding.Unicode.GetBytes(Label + "\0"));
            if (Hidden) add(19, new byte[0]);
            add(32, Encoding.ASCII.GetBytes(Name));
            Written[Convert.ToBase64String(element.ToArray())] = Copy(null);
            return element.ToArray();
        }
    }

    public sealed class Certificates : List<X509Certificate>
    {
        public X509Certificate[] Find(string kind, string thumbprint, bool valid)
        {
            return this.Where(each => each.Thumbprint == thumbprint).ToArray();
        }
    }

    public sealed class X509Store
    {
        static readonly Dictionary<string, X509Store> all = new Dictionary<string, X509Store>(StringComparer.OrdinalIgnoreCase);
        readonly Dictionary<string, string> oldLinks = new Dictionary<string, string>();
        readonly string name;
        public Certificates Certificates = new Certificates();

        public X509Store(string name, string location)
        {
            this.name = name;
            X509Store other;
            if (all.TryGetValue(name, out other)) Certificates = other.Certificates;
        }

        internal static void Begin() { all.Clear(); Get("My"); }

        public static X509Store Get(string name)
        {
            if (!all.ContainsKey(name)) { all[name] = new X509Store(name, null); all[name].Write(); }
            return all[name];
        }

        public static void Put(string store, string name, string container, bool hidden, string label)
        {
            Func<string, string> given = text => string.IsNullOrEmpty(text) ? null : text; // PowerShell has no null for a text
            var made = new X509Certificate { Name = name, Container = given(container), Hidden = hidden, Label = given(label), Store = Get(store) };
            made.Store.Certificates.Add(made);
            made.Store.Write();
        }

        // Each certificate with its container, its mark and its name.
        public static string[] Show(string name)
        {
            return Get(name).Certificates.Select(each =>
                string.Join(" ", new[] { each.Name, each.Container, each.Hidden ? "hidden" : null, each.Label }.Where(part => part != null))).ToArray();
        }

        public void Open(string access)
        {
            if (Windows.Closed.Contains("store " + name)) throw new CryptographicException(unchecked((int)0x80070005));
            if (access.Contains("IncludeArchived")) return;
            var shown = Certificates.Where(each => !each.Hidden);
            Certificates = new Certificates();
            Certificates.AddRange(shown);
        }

        public void Close() { }

        public void Add(X509Certificate certificate)
        {
            Windows.Note("add " + certificate.Name + " " + certificate.Container);
            var added = certificate.Copy(Get(name));
            var present = Certificates.Find(each => each.Name == certificate.Name);
            if (present != null)
            {
                // Of both, the properties of the one that is there.
                added.Container = present.Container ?? added.Container;
                added.Label = present.Label ?? added.Label;
                added.Hidden = present.Hidden;
                Certificates.Remove(present);
            }
            string old;
            if (Windows.KeepsOldLinks && Get(name).oldLinks.TryGetValue(added.Name, out old)) added.Container = old;
            Certificates.Add(added);
            Get(name).Write();
        }

        public void Remove(X509Certificate certificate)
        {
            Windows.Note("remove " + certificate.Name);
            if (Certificates.RemoveAll(each => each.Name == certificate.Name) == 0) throw new CryptographicException(unchecked((int)0x80092004));
            Get(name).oldLinks[certificate.Name] = certificate.Container;
            Get(name).Write();
        }

        internal void Replace(X509Certificate certificate)
        {
            Certificates.RemoveAll(each => each.Name == certificate.Name);
            Certificates.Add(certificate.Copy(Get(name)));
            Get(name).Write();
        }

        // As elements in the own hive.
        internal void Write()
        {
            if (name == "REQUEST") return;
            var stores = Registry.CurrentUser.Make(@"Software\Microsoft\SystemCertificates\" + name);
            stores.Remove("Certificates");
            foreach (var each in Certificates) stores.Make(@"Certificates\" + each.Thumbprint).Set("Blob", each.Export(null));
        }
    }

    public sealed class CngKey : IDisposable
    {
        internal string Of;
        public string AlgorithmGroup = "ECDSA", UniqueName = "file";
        public byte[] Export(string form) { return new byte[8].Concat(X509Certificate.KeyOf(Of)).ToArray(); }
        public void Dispose() { }
    }

    public static class KeyStore
    {
        // The certificate to whose key a container belongs.
        public static readonly Dictionary<string, string> Containers = new Dictionary<string, string>();

        public static string GetFault(IntPtr token) { return Windows.Fault; }
        public static string[] GetContainers() { return Containers.Keys.ToArray(); }
        public static string[] GetLegacyContainers(string provider, int type) { return new string[0]; }

        // A bundle is the name of its certificate. A key that is stored gets a new container.
        public static X509Certificate OpenBundle(byte[] bundle, string passphrase, string flags)
        {
            var leaf = new X509Certificate { Name = Encoding.ASCII.GetString(bundle) };
            if (flags.Contains("PKCS12_NO_PERSIST_KEY")) return leaf;
            leaf.Container = "new";
            Containers["new"] = leaf.Name;
            Windows.Note("store key");
            return leaf;
        }

        public static CngKey OpenKey(string container, string provider, int keySpec, int flags)
        {
            string of;
            if (!Containers.TryGetValue(container, out of)) throw new CryptographicException(unchecked((int)0x80090016));
            return new CngKey { Of = of };
        }

        public static byte[] Sign(CngKey key, byte[] digest, bool rsa) { return digest; }

        public static void DeleteKey(string container, string provider, int keySpec, int flags)
        {
            Windows.Note("delete " + container);
            if (!Containers.Remove(container)) throw new CryptographicException(unchecked((int)0x80090016));
        }

        public static void Restore(X509Store store, byte[] element)
        {
            Windows.Note("restore");
            store.Replace(X509Certificate.Written[Convert.ToBase64String(element)]);
        }
    }
    // What _FileRemoval.cs calls. A backslash is a letter here, so a folder of Windows is an entry of the folder in which PowerShell runs.
    public static class Kernel
    {
        static readonly Dictionary<SafeFileHandle, string> paths = new Dictionary<SafeFileHandle, string>();

        public static SafeFileHandle CreateFile(string path, uint access, uint share, IntPtr security, uint creation, uint flags, IntPtr template)
        {
            const uint DELETE = 0x10000, OPEN_REPARSE_POINT = 0x200000;
            if (path.EndsWith("hangs")) System.Threading.Thread.Sleep(System.Threading.Timeout.Infinite);
            var isFolder = Directory.Exists(path);
            var isScanned = Windows.Scanned != null && path.EndsWith(Windows.Scanned) && Windows.Events.Count(each => each.StartsWith("set")) == 2;
            if (isScanned || (!isFolder && !File.Exists(path)))
            {
                Marshal.SetLastPInvokeError(isScanned ? 32 : 2);
                return new SafeFileHandle(new IntPtr(-1), false);
            }
            if (Windows.Grows && (access & DELETE) != 0) File.AppendAllText(path, "x");
            var handle = isFolder ? new SafeFileHandle(new IntPtr(1 << 20), false) : File.OpenHandle(path);
            paths[handle] = Follow(path, (flags & OPEN_REPARSE_POINT) == 0);
            if (!isFolder && Windows.Swapped != null) paths[handle] = paths[handle].Replace(Windows.Swapped, @"D:\");
            if (!isFolder) Windows.Note(string.Format("open {0:x} {1:x} {2:x}", access, share, flags));
            return handle;
        }

        // Where a path leads, with the first link on its way.
        static string Follow(string path, bool last)
        {
            for (var end = 1; end < path.Length + (last ? 1 : 0); end++)
            {
                if (end < path.Length && path[end] != '\\' && path[end] != '/') continue;
                var link = new FileInfo(path.Substring(0, end)).LinkTarget;
                if (link != null) return link + path.Substring(end);
            }
            return path;
        }

        public static int GetFinalPathNameByHandle(SafeFileHandle handle, StringBuilder path, int capacity, uint flags)
        {
            return path.Append(paths[handle]).Length;
        }

        public static bool SetFileInformationByHandle(SafeFileHandle handle, int kind, ref uint value, uint size)
        {
            Windows.Note(string.Format("set {0} {1:x} {2}", kind, value, size));
            if (kind == 21 && Windows.Error != 0) { Marshal.SetLastPInvokeError(Windows.Error); return false; }
            File.Delete(paths[handle]);
            return true;
        }
    }
}
