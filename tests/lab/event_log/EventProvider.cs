// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// In the place of Microsoft.PowerShell.CoreCLR.Eventing.dll: what PowerShell 7 hands to the event log of Windows, which Wine does not have,
// is added to the file that the variable POWERSHELL_EVENTS names. Same types and members, so PowerShell cannot tell.

using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

[assembly: AssemblyVersion("VERSION")]

namespace System.Diagnostics.Eventing
{
	[StructLayout(LayoutKind.Explicit, Size = 16)]
	public readonly struct EventDescriptor
	{
		[FieldOffset(0)] readonly ushort id;
		[FieldOffset(2)] readonly byte version;
		[FieldOffset(3)] readonly byte channel;
		[FieldOffset(4)] readonly byte level;
		[FieldOffset(5)] readonly byte opcode;
		[FieldOffset(6)] readonly ushort task;
		[FieldOffset(8)] readonly long keywords;

		public EventDescriptor(int id, byte version, byte channel, byte level, byte opcode, int task, long keywords)
		{
			this.id = (ushort)id;
			this.version = version;
			this.channel = channel;
			this.level = level;
			this.opcode = opcode;
			this.task = (ushort)task;
			this.keywords = keywords;
		}

		public int EventId => id;
		public byte Version => version;
		public byte Channel => channel;
		public byte Level => level;
		public byte Opcode => opcode;
		public int Task => task;
		public long Keywords => keywords;
	}

	public class EventProvider : IDisposable
	{
		public enum WriteEventErrorCode { NoError = 0, NoFreeBuffers = 1, EventTooBig = 2 }

		static readonly object alone = new object();

		public EventProvider(Guid providerGuid) { }

		public void Dispose() { }
		protected virtual void Dispose(bool disposing) { }
		public virtual void Close() { }
		public bool IsEnabled() => true;
		public bool IsEnabled(byte level, long keywords) => true;
		public static WriteEventErrorCode GetLastWriteEventError() => WriteEventErrorCode.NoError;
		public static void SetActivityId(ref Guid id) { }
		public static Guid CreateActivityId() => Guid.NewGuid();

		public bool WriteMessageEvent(string message, byte level, long keywords) => Write(0, message);
		public bool WriteMessageEvent(string message) => Write(0, message);
		public bool WriteEvent(in EventDescriptor descriptor, params object[] payload) => Write(descriptor.EventId, payload);
		public bool WriteEvent(in EventDescriptor descriptor, string data) => Write(descriptor.EventId, data);
		public bool WriteTransferEvent(in EventDescriptor descriptor, Guid activity, params object[] payload) => Write(descriptor.EventId, payload);

		static bool Write(int id, params object[] payload)
		{
			var path = Environment.GetEnvironmentVariable("POWERSHELL_EVENTS");
			if (string.IsNullOrEmpty(path)) return true;
			var text = "event " + id + "\n" + string.Join("\n", payload.Select(part => Convert.ToString(part))) + "\n";
			lock (alone) File.AppendAllText(path, text, new UTF8Encoding(false));
			return true;
		}
	}
}
