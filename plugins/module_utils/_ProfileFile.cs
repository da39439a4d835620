// Reads a file of a profile, whose owner may have put a link or something very large there. C# 5, .NET Framework 4.6.2.
// Of a key file only the name of its container and a hash leave this class.
//
// A key file begins with little-endian numbers of four bytes, then has the name of its container in clear text; the rest is the public
// key, and blobs of DPAPI. CAPI: version (2), unknown, and eight lengths: name, public and private key for signatures, public and private
// key for exchange, hash, two export flags; the name is ASCII with a NUL. CNG: version (1), unknown, length of the name, type, three
// lengths (public properties, private properties, private key), 16 bytes; the name is UTF-16. Sources: docs/developers/driver_protocol.md.

using System;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using ansible_collections.hospital_it.pkcs12.plugins.module_utils._FileRemoval;

namespace ansible_collections.hospital_it.pkcs12.plugins.module_utils._ProfileFile
{
	public sealed class ProfileFile
	{
		const int ERROR_FILE_NOT_FOUND = 2, ERROR_PATH_NOT_FOUND = 3;

		// Why it was not read: link, too_large, or of a key file that is not understood unknown_form, other. Null when it was.
		public string Code;
		public string Sha256;
		// Of an element.
		public byte[] Data;
		// Of a key file.
		public string Container;

		// The path is the profile's with more behind it, as in FileRemoval.
		public static ProfileFile Read(string profile, string path, int largest)
		{
			using (var file = FileRemoval.Open(path, FileRemoval.GENERIC_READ, FileRemoval.FILE_SHARE_READ, FileRemoval.FILE_FLAG_OPEN_REPARSE_POINT))
			{
				if (!IsThere(profile, path, FileRemoval.GetPath(file))) return new ProfileFile { Code = "link" };
				using (var stream = new FileStream(file, FileAccess.Read))
				{
					if (stream.Length > largest) return new ProfileFile { Code = "too_large" };
					var data = new byte[stream.Length];
					for (int read = 0, more = 1; more > 0; read += more) more = stream.Read(data, read, data.Length - read);
					using (var hash = SHA256.Create())
						return new ProfileFile { Data = data, Sha256 = BitConverter.ToString(hash.ComputeHash(data)).Replace("-", "") };
				}
			}
		}

		// A file that is not understood could be the key of the container that is wanted, if it has the name: then it is of an unknown form.
		// Without the name nothing would find the container in it, so it is another's.
		public static ProfileFile ReadKey(string profile, string path, int largest, bool cng, string wanted)
		{
			var file = Read(profile, path, largest);
			if (file.Code != null) return file;
			file.Container = cng ? GetName(file.Data, 1, 44, 16, 28, new UnicodeEncoding(false, false, true))
				: GetName(file.Data, 2, 40, 12, 40, Encoding.GetEncoding("us-ascii", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback));
			if (file.Container == null) file.Code = Has(file.Data, wanted) ? "unknown_form" : "other";
			file.Data = null;
			return file;
		}

		// "missing", "link", or null for a folder of the profile.
		public static string CheckFolder(string profile, string folder)
		{
			try
			{
				using (var handle = FileRemoval.Open(folder, 0, FileRemoval.FILE_SHARE_ALL, FileRemoval.FILE_FLAG_BACKUP_SEMANTICS))
					return IsThere(profile, folder, FileRemoval.GetPath(handle)) ? null : "link";
			}
			catch (Exception problem)
			{
				var code = problem.HResult & 0xFFFF;
				if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND) return "missing";
				throw;
			}
		}

		static bool IsThere(string profile, string path, string found)
		{
			using (var root = FileRemoval.Open(profile, 0, FileRemoval.FILE_SHARE_ALL, FileRemoval.FILE_FLAG_BACKUP_SEMANTICS))
				return string.Equals(found, FileRemoval.GetPath(root) + path.Substring(profile.Length), StringComparison.OrdinalIgnoreCase);
		}

		// Whether a name is in there, in any case, as ASCII or as UTF-16 at any place. Any other name could be, in a code page that nobody tells.
		static bool Has(byte[] data, string wanted)
		{
			if (Encoding.UTF8.GetByteCount(wanted) > wanted.Length) return true;
			var odd = data.Length == 0 ? "" : Encoding.Unicode.GetString(data, 1, data.Length - 1);
			return Array.Exists(new[] { Encoding.ASCII.GetString(data), Encoding.Unicode.GetString(data), odd },
				text => text.IndexOf(wanted, StringComparison.OrdinalIgnoreCase) >= 0);
		}

		// The name behind the head, whose length is at 8; the other lengths are from "first" to "last". Null when they do not fit.
		static string GetName(byte[] data, uint version, int head, int first, int last, Encoding encoding)
		{
			if (data.Length < head || BitConverter.ToUInt32(data, 0) != version) return null;
			var size = BitConverter.ToUInt32(data, 8);
			long end = (long)head + size;
			for (var at = first; at < last; at += 4) end += BitConverter.ToUInt32(data, at);
			if (end > data.Length) return null;
			try
			{
				var name = encoding.GetString(data, head, (int)size);
				if (name.EndsWith("\0", StringComparison.Ordinal)) name = name.Substring(0, name.Length - 1);
				return name.IndexOf('\0') < 0 ? name : null;
			}
			catch (ArgumentException)
			{
				return null;
			}
		}
	}
}
