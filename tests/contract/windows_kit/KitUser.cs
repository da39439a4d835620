// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Processes of the user under lesser tokens of his own, as browsers and apps start them, and the end of a profile.
// C# 5, .NET Framework 4.6.2. Names are those of the Windows SDK.

using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;

namespace ansible_collections.hospital_it.pkcs12.kit
{
	public static class Tokens
	{
		const int MAXIMUM_ALLOWED = 0x2000000, SecurityAnonymous = 0, TokenPrimary = 1, TokenIntegrityLevel = 25, SE_GROUP_INTEGRITY = 0x20;
		const int STARTF_USESTDHANDLES = 0x100, CREATE_NO_WINDOW = 0x8000000, EXTENDED_STARTUPINFO_PRESENT = 0x80000, WAIT_TIMEOUT = 258;
		const int ERROR_ALREADY_EXISTS = unchecked((int)0x800700B7), PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES = 0x20009;
		const string Container = "hospital_it.pkcs12.kit";

		[StructLayout(LayoutKind.Sequential)]
		struct SID_AND_ATTRIBUTES { public IntPtr Sid; public int Attributes; }

		[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
		struct STARTUPINFO
		{
			public int cb;
			public string lpReserved, lpDesktop, lpTitle;
			public int dwX, dwY, dwXSize, dwYSize, dwXCountChars, dwYCountChars, dwFillAttribute, dwFlags;
			public short wShowWindow, cbReserved2;
			public IntPtr lpReserved2, hStdInput, hStdOutput, hStdError;
		}

		[StructLayout(LayoutKind.Sequential)]
		struct STARTUPINFOEX { public STARTUPINFO StartupInfo; public IntPtr lpAttributeList; }

		[StructLayout(LayoutKind.Sequential)]
		struct SECURITY_CAPABILITIES { public IntPtr AppContainerSid, Capabilities; public int CapabilityCount, Reserved; }

		[StructLayout(LayoutKind.Sequential)]
		struct PROCESS_INFORMATION { public IntPtr hProcess, hThread; public int dwProcessId, dwThreadId; }

		// The exit code. Kind: fit, restricted, low, untrusted, app_container. Files that the process could not open itself come as its standard handles.
		public static int Run(string kind, string commandLine, string folder, string stdin, string stdout, string stderr, int patience)
		{
			using (var input = new FileStream(stdin, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Inheritable))
			using (var output = new FileStream(stdout, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Inheritable))
			using (var errors = new FileStream(stderr, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Inheritable))
			{
				var process = Start(kind, commandLine, folder, input.SafeFileHandle.DangerousGetHandle(),
					output.SafeFileHandle.DangerousGetHandle(), errors.SafeFileHandle.DangerousGetHandle());
				try
				{
					if (WaitForSingleObject(process.hProcess, patience) == WAIT_TIMEOUT)
					{
						TerminateProcess(process.hProcess, 1);
						throw new TimeoutException();
					}
					int code;
					if (!GetExitCodeProcess(process.hProcess, out code)) throw new Win32Exception();
					return code;
				}
				finally { Close(process); }
			}
		}

		// The id of a process that goes on.
		public static int Leave(string kind, string commandLine, string folder)
		{
			var process = Start(kind, commandLine, folder, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero);
			Close(process);
			return process.dwProcessId;
		}

		// The profile of an account, with its entry in ProfileList.
		public static void RemoveProfile(string sid)
		{
			if (!DeleteProfile(sid, null, null)) throw new Win32Exception();
		}

		static PROCESS_INFORMATION Start(string kind, string commandLine, string folder, IntPtr input, IntPtr output, IntPtr errors)
		{
			var start = new STARTUPINFO { hStdInput = input, hStdOutput = output, hStdError = errors };
			start.cb = Marshal.SizeOf(typeof(STARTUPINFO));
			if (output != IntPtr.Zero) start.dwFlags = STARTF_USESTDHANDLES;
			PROCESS_INFORMATION process;
			if (kind == "app_container") return StartContained(start, commandLine, folder);
			IntPtr token = Make(kind);
			try
			{
				// The command line may be written to.
				if (!CreateProcessAsUser(token, null, new System.Text.StringBuilder(commandLine), IntPtr.Zero, IntPtr.Zero, output != IntPtr.Zero,
					CREATE_NO_WINDOW, IntPtr.Zero, folder, ref start, out process)) throw new Win32Exception();
			}
			finally { CloseHandle(token); }
			return process;
		}

		// What Windows keeps of the container.
		public static void Forget() { DeleteAppContainerProfile(Container); }

		static PROCESS_INFORMATION StartContained(STARTUPINFO start, string commandLine, string folder)
		{
			IntPtr sid, size = IntPtr.Zero;
			int error = CreateAppContainerProfile(Container, Container, Container, IntPtr.Zero, 0, out sid);
			if (error == ERROR_ALREADY_EXISTS) error = DeriveAppContainerSidFromAppContainerName(Container, out sid);
			Marshal.ThrowExceptionForHR(error);
			InitializeProcThreadAttributeList(IntPtr.Zero, 1, 0, ref size);
			IntPtr list = Marshal.AllocHGlobal(size), capabilities = Marshal.AllocHGlobal(Marshal.SizeOf(typeof(SECURITY_CAPABILITIES)));
			try
			{
				Marshal.StructureToPtr(new SECURITY_CAPABILITIES { AppContainerSid = sid }, capabilities, false);
				if (!InitializeProcThreadAttributeList(list, 1, 0, ref size)) throw new Win32Exception();
				if (!UpdateProcThreadAttribute(list, 0, (IntPtr)PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES, capabilities,
					(IntPtr)Marshal.SizeOf(typeof(SECURITY_CAPABILITIES)), IntPtr.Zero, IntPtr.Zero)) throw new Win32Exception();
				var extended = new STARTUPINFOEX { StartupInfo = start, lpAttributeList = list };
				extended.StartupInfo.cb = Marshal.SizeOf(typeof(STARTUPINFOEX));
				PROCESS_INFORMATION process;
				if (!CreateProcess(null, new System.Text.StringBuilder(commandLine), IntPtr.Zero, IntPtr.Zero, start.hStdOutput != IntPtr.Zero,
					CREATE_NO_WINDOW | EXTENDED_STARTUPINFO_PRESENT, IntPtr.Zero, folder, ref extended, out process)) throw new Win32Exception();
				DeleteProcThreadAttributeList(list);
				return process;
			}
			finally
			{
				Marshal.FreeHGlobal(capabilities);
				Marshal.FreeHGlobal(list);
				FreeSid(sid);
			}
		}

		// Windows starts a process with such a copy of one's own token without a privilege.
		static IntPtr Make(string kind)
		{
			IntPtr own, made;
			if (!OpenProcessToken(GetCurrentProcess(), MAXIMUM_ALLOWED, out own)) throw new Win32Exception();
			try
			{
				if (kind == "restricted") return Restrict(own, "S-1-1-0", "S-1-5-12", "S-1-5-32-545");
				if (!DuplicateTokenEx(own, MAXIMUM_ALLOWED, IntPtr.Zero, SecurityAnonymous, TokenPrimary, out made)) throw new Win32Exception();
				if (kind == "low") SetIntegrity(made, "S-1-16-4096");
				else if (kind == "untrusted") SetIntegrity(made, "S-1-16-0");
				else if (kind != "fit") throw new ArgumentException(kind);
				return made;
			}
			finally { CloseHandle(own); }
		}

		static IntPtr Restrict(IntPtr token, params string[] sids)
		{
			var restricting = new SID_AND_ATTRIBUTES[sids.Length];
			IntPtr made;
			try
			{
				for (int index = 0; index < sids.Length; index++)
					if (!ConvertStringSidToSid(sids[index], out restricting[index].Sid)) throw new Win32Exception();
				if (!CreateRestrictedToken(token, 0, 0, null, 0, null, restricting.Length, restricting, out made)) throw new Win32Exception();
				return made;
			}
			finally { foreach (var one in restricting) LocalFree(one.Sid); }
		}

		static void SetIntegrity(IntPtr token, string level)
		{
			var label = new SID_AND_ATTRIBUTES { Attributes = SE_GROUP_INTEGRITY };
			if (!ConvertStringSidToSid(level, out label.Sid)) throw new Win32Exception();
			try { if (!SetTokenInformation(token, TokenIntegrityLevel, ref label, Marshal.SizeOf(label) + 12)) throw new Win32Exception(); }
			finally { LocalFree(label.Sid); }
		}

		static void Close(PROCESS_INFORMATION process)
		{
			CloseHandle(process.hThread);
			CloseHandle(process.hProcess);
		}

		[DllImport("advapi32", SetLastError = true)]
		static extern bool OpenProcessToken(IntPtr process, int access, out IntPtr token);
		[DllImport("advapi32", SetLastError = true)]
		static extern bool DuplicateTokenEx(IntPtr token, int access, IntPtr attributes, int level, int type, out IntPtr made);
		[DllImport("advapi32", SetLastError = true)]
		static extern bool CreateRestrictedToken(IntPtr token, int flags, int disabled, SID_AND_ATTRIBUTES[] disable, int privileges, byte[] delete,
			int restricted, SID_AND_ATTRIBUTES[] restrict, out IntPtr made);
		[DllImport("advapi32", SetLastError = true)]
		static extern bool SetTokenInformation(IntPtr token, int what, ref SID_AND_ATTRIBUTES data, int length);
		[DllImport("advapi32", EntryPoint = "ConvertStringSidToSidW", SetLastError = true, CharSet = CharSet.Unicode)]
		static extern bool ConvertStringSidToSid(string text, out IntPtr sid);
		[DllImport("advapi32", EntryPoint = "CreateProcessAsUserW", SetLastError = true, CharSet = CharSet.Unicode)]
		static extern bool CreateProcessAsUser(IntPtr token, string application, System.Text.StringBuilder commandLine, IntPtr process, IntPtr thread,
			bool inherit, int flags, IntPtr environment, string folder, ref STARTUPINFO start, out PROCESS_INFORMATION made);
		[DllImport("advapi32")]
		static extern IntPtr FreeSid(IntPtr sid);
		[DllImport("userenv", CharSet = CharSet.Unicode)]
		static extern int CreateAppContainerProfile(string name, string display, string description, IntPtr capabilities, int count, out IntPtr sid);
		[DllImport("userenv", CharSet = CharSet.Unicode)]
		static extern int DeriveAppContainerSidFromAppContainerName(string name, out IntPtr sid);
		[DllImport("userenv", CharSet = CharSet.Unicode)]
		static extern int DeleteAppContainerProfile(string name);
		[DllImport("kernel32", SetLastError = true)]
		static extern bool InitializeProcThreadAttributeList(IntPtr list, int count, int flags, ref IntPtr size);
		[DllImport("kernel32", SetLastError = true)]
		static extern bool UpdateProcThreadAttribute(IntPtr list, int flags, IntPtr attribute, IntPtr value, IntPtr size, IntPtr previous, IntPtr returned);
		[DllImport("kernel32")]
		static extern void DeleteProcThreadAttributeList(IntPtr list);
		[DllImport("kernel32", EntryPoint = "CreateProcessW", SetLastError = true, CharSet = CharSet.Unicode)]
		static extern bool CreateProcess(string application, System.Text.StringBuilder commandLine, IntPtr process, IntPtr thread, bool inherit,
			int flags, IntPtr environment, string folder, ref STARTUPINFOEX start, out PROCESS_INFORMATION made);
		[DllImport("userenv", EntryPoint = "DeleteProfileW", SetLastError = true, CharSet = CharSet.Unicode)]
		static extern bool DeleteProfile(string sid, string path, string computer);
		[DllImport("kernel32")]
		static extern IntPtr GetCurrentProcess();
		[DllImport("kernel32", SetLastError = true)]
		static extern int WaitForSingleObject(IntPtr handle, int milliseconds);
		[DllImport("kernel32", SetLastError = true)]
		static extern bool GetExitCodeProcess(IntPtr process, out int code);
		[DllImport("kernel32")]
		static extern bool TerminateProcess(IntPtr process, int code);
		[DllImport("kernel32")]
		static extern bool CloseHandle(IntPtr handle);
		[DllImport("kernel32")]
		static extern IntPtr LocalFree(IntPtr memory);
	}
}
