// Removes a file by its handle, so that what is removed is what was checked. C# 5, .NET Framework 4.6.2.
// .NET deletes by path, and who controls the folder could put another file or a link there between the check and the removal.

using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;

namespace ansible_collections.hospital_it.pkcs12.plugins.module_utils._FileRemoval
{
	public static class FileRemoval
	{
		internal const uint GENERIC_READ = 0x80000000, FILE_SHARE_READ = 1, FILE_SHARE_ALL = 7;
		internal const uint FILE_FLAG_OPEN_REPARSE_POINT = 0x200000, FILE_FLAG_BACKUP_SEMANTICS = 0x2000000;
		const uint DELETE = 0x10000, OPEN_EXISTING = 3;
		const int FileDispositionInfo = 4, FileDispositionInfoEx = 21;
		const uint FILE_DISPOSITION_DELETE = 0x1, FILE_DISPOSITION_POSIX_SEMANTICS = 0x2, FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE = 0x10;
		const int MILLISECONDS = 10000;
		// Win32 errors of a Windows or a file system that does not know a class or a flag: ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED,
		// ERROR_INVALID_PARAMETER, ERROR_CALL_NOT_IMPLEMENTED.
		static readonly int[] UNKNOWN = { 1, 50, 87, 120 };

		// Null when the file was removed, or why it was left: link, too_large, changed. The path is the folder's with more behind it.
		public static string Remove(string folder, string path, string sha256, int largest)
		{
			using (var root = Open(folder, 0, FILE_SHARE_ALL, FILE_FLAG_BACKUP_SEMANTICS))
			// While it is open, nobody can write, rename or remove it.
			using (var file = Open(path, GENERIC_READ | DELETE, FILE_SHARE_READ, FILE_FLAG_OPEN_REPARSE_POINT))
			{
				var expected = GetPath(root) + path.Substring(folder.Length);
				if (!string.Equals(GetPath(file), expected, StringComparison.OrdinalIgnoreCase)) return "link";
				using (var stream = new FileStream(file, FileAccess.Read))
				{
					if (stream.Length > largest) return "too_large";
					using (var hash = SHA256.Create())
					{
						var found = BitConverter.ToString(hash.ComputeHash(stream)).Replace("-", "");
						if (!string.Equals(found, sha256, StringComparison.OrdinalIgnoreCase)) return "changed";
					}
					Delete(file);
				}
			}
			return null;
		}

		// Who has an oplock on the file can let its opening wait for good.
		internal static SafeFileHandle Open(string path, uint access, uint share, uint flags)
		{
			var opening = Task.Run(() =>
			{
				var handle = CreateFile(path, access, share, IntPtr.Zero, OPEN_EXISTING, flags, IntPtr.Zero);
				Check(!handle.IsInvalid);
				return handle;
			});
			if (Task.WaitAny(new Task[] { opening }, MILLISECONDS) < 0) throw new TimeoutException();
			return opening.GetAwaiter().GetResult();
		}

		// By POSIX semantics the name goes with this handle, whoever else has the file open. An older Windows keeps both until all are closed.
		static void Delete(SafeFileHandle file)
		{
			var flags = FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS | FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE;
			if (SetFileInformationByHandle(file, FileDispositionInfoEx, ref flags, 4)) return;
			Check(Array.IndexOf(UNKNOWN, Marshal.GetLastWin32Error()) >= 0);
			flags = FILE_DISPOSITION_DELETE;
			Check(SetFileInformationByHandle(file, FileDispositionInfo, ref flags, 1));
		}

		internal static string GetPath(SafeFileHandle handle)
		{
			var path = new StringBuilder(32768);
			Check(GetFinalPathNameByHandle(handle, path, path.Capacity, 0) > 0);
			return path.ToString();
		}

		internal static void Check(bool done)
		{
			if (!done) Marshal.ThrowExceptionForHR(Marshal.GetHRForLastWin32Error());
		}

		[DllImport("kernel32.dll", EntryPoint = "CreateFileW", CharSet = CharSet.Unicode, SetLastError = true)]
		static extern SafeFileHandle CreateFile(string lpFileName, uint dwDesiredAccess, uint dwShareMode, IntPtr lpSecurityAttributes,
			uint dwCreationDisposition, uint dwFlagsAndAttributes, IntPtr hTemplateFile);

		[DllImport("kernel32.dll", EntryPoint = "GetFinalPathNameByHandleW", CharSet = CharSet.Unicode, SetLastError = true)]
		static extern int GetFinalPathNameByHandle(SafeFileHandle hFile, StringBuilder lpszFilePath, int cchFilePath, uint dwFlags);

		[DllImport("kernel32.dll", SetLastError = true)]
		static extern bool SetFileInformationByHandle(SafeFileHandle hFile, int fileInformationClass, ref uint lpFileInformation, uint dwBufferSize);
	}
}
