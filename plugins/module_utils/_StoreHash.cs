// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Private to the collection hospital_it.pkcs12: the store hash of the driver protocol. C# 5, .NET Framework 4.6.2.

using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;

namespace ansible_collections.hospital_it.pkcs12.plugins.module_utils._StoreHash
{
    public static class StoreHash
    {
        /// <summary>SHA-256 over what a plan depends on in each element; where a thumbprint occurs twice the later one counts.</summary>
        public static string Compute(IEnumerable<byte[]> elements)
        {
            SortedDictionary<string, byte[]> store = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            using (SHA1 sha1 = SHA1.Create())
                foreach (byte[] element in elements)
                {
                    SortedDictionary<int, byte[]> records = Read(element);
                    bool readable = records != null && records.ContainsKey(32);
                    store[Hex(sha1.ComputeHash(readable ? records[32] : element)).ToUpperInvariant()] = readable ? Canonical(records) : element;
                }
            using (MemoryStream all = new MemoryStream())
            using (SHA256 sha256 = SHA256.Create())
            {
                foreach (byte[] canonical in store.Values) all.Write(canonical, 0, canonical.Length);
                return Hex(sha256.ComputeHash(all.ToArray()));
            }
        }

        /// <summary>The records [id u32][encoding u32][length u32][data] by id; null when the lengths do not add up.</summary>
        static SortedDictionary<int, byte[]> Read(byte[] element)
        {
            SortedDictionary<int, byte[]> records = new SortedDictionary<int, byte[]>();
            int at = 0;
            while (at < element.Length)
            {
                if (element.Length - at < 12) return null;
                int length = BitConverter.ToInt32(element, at + 8);
                if (length < 0 || length > element.Length - at - 12) return null;
                byte[] data = new byte[length];
                Array.Copy(element, at + 12, data, 0, length);
                records[BitConverter.ToInt32(element, at)] = data;
                at += 12 + length;
            }
            return records;
        }

        static byte[] Canonical(SortedDictionary<int, byte[]> records)
        {
            using (MemoryStream result = new MemoryStream())
            {
                foreach (int id in new[] { 2, 11, 19, 32 })
                {
                    if (!records.ContainsKey(id)) continue;
                    result.Write(BitConverter.GetBytes(id), 0, 4);
                    result.Write(BitConverter.GetBytes(records[id].Length), 0, 4);
                    result.Write(records[id], 0, records[id].Length);
                }
                return result.ToArray();
            }
        }

        static string Hex(byte[] data)
        {
            return BitConverter.ToString(data).Replace("-", "").ToLowerInvariant();
        }
    }
}
