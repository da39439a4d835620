# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP 1.2 envelopes as WS-Management uses them (DSP0226, MS-WSMV): requests are read, answers and faults written."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape as text
from xml.sax.saxutils import quoteattr

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
}
SHELL, TRANSFER = NAMESPACES["rsp"], NAMESPACES["x"]
FAULT_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
FAULT_DETAIL = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
ANONYMOUS = NAMESPACES["a"] + "/role/anonymous"
DEFAULT_ENVELOPE_SIZE = 153600  # What pywinrm and Windows' own client ask for.
DEFAULT_TIMEOUT = 60.0  # MaxTimeoutms of the service as Windows ships it.
_DURATION = re.compile(r"P(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>[\d.]+)S)?)")


class Fault(Exception):
    """A WS-Management fault. ``code`` is the HRESULT-like number of WinError.h (ERROR_WSMAN_*); HTTP status 500."""

    def __init__(self, code: int, subcode: str, reason: str, *, sender: bool = True) -> None:
        super().__init__(reason)
        self.code, self.subcode, self.reason, self.sender = code, subcode, reason, sender


class NotSoap(ValueError):
    """The body is not an envelope with a header: the service answers HTTP 400."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request: its addressing headers and its body. ``timeout`` is in seconds, ``max_envelope`` in bytes."""

    action: str
    message_id: str
    resource_uri: str
    shell_id: str | None
    max_envelope: int
    timeout: float
    options: Mapping[str, str]
    body: Element

    @property
    def name(self) -> str:
        """The last part of the action: Create, Command, Send, Receive, Signal, Delete."""
        return self.action.rsplit("/", 1)[-1]


def parse(raw: bytes) -> Message:
    """Reads a request. Raises ``NotSoap``."""
    try:
        envelope = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise NotSoap(str(error)) from error
    header, body = envelope.find("s:Header", NAMESPACES), envelope.find("s:Body", NAMESPACES)
    if header is None or body is None:
        raise NotSoap("no header or no body")
    selectors = _named(header, "w:SelectorSet/w:Selector")
    size = header.findtext("w:MaxEnvelopeSize", "", NAMESPACES)
    return Message(
        action=header.findtext("a:Action", "", NAMESPACES),
        message_id=header.findtext("a:MessageID", "", NAMESPACES),
        resource_uri=header.findtext("w:ResourceURI", "", NAMESPACES),
        shell_id=selectors.get("ShellId"),
        max_envelope=int(size) if size.isdigit() else DEFAULT_ENVELOPE_SIZE,
        timeout=_seconds(header.findtext("w:OperationTimeout", "", NAMESPACES)),
        options=_named(header, "w:OptionSet/w:Option"),
        body=body,
    )


def answer(action: str, relates_to: str, body: str) -> bytes:
    """An envelope that answers the message with this id; ``body`` is XML with the prefixes of ``NAMESPACES``."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    return (
        f'<s:Envelope xml:lang="en-US" {declared}><s:Header><a:Action>{action}</a:Action>'
        f"<a:MessageID>uuid:{new_id()}</a:MessageID><a:To>{ANONYMOUS}</a:To>"
        f"<a:RelatesTo>{text(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def fault(cause: Fault, relates_to: str, machine: str) -> bytes:
    """An envelope that carries a fault, with the WSManFault detail (MS-WSMV) that clients read the code from."""
    role = "Sender" if cause.sender else "Receiver"
    reason = text(cause.reason)
    body = (
        f"<s:Fault><s:Code><s:Value>s:{role}</s:Value><s:Subcode><s:Value>{cause.subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason><s:Detail>'
        f'<f:WSManFault xmlns:f="{FAULT_DETAIL}" Code="{cause.code}" Machine={quoteattr(machine)}>'
        f"<f:Message>{reason}</f:Message></f:WSManFault></s:Detail></s:Fault>"
    )
    return answer(FAULT_ACTION, relates_to, body)


def new_id() -> str:
    """An identifier as Windows spells them: an upper-case UUID."""
    return str(uuid.uuid4()).upper()


def _named(header: Element, path: str) -> dict[str, str]:
    return {element.get("Name", ""): element.text or "" for element in header.findall(path, NAMESPACES)}


def _seconds(duration: str) -> float:
    """ISO 8601 durations as far as clients use them for OperationTimeout (PT20S, PT1M)."""
    found = _DURATION.fullmatch(duration.strip())
    if not found or not any(found.groups()):
        return DEFAULT_TIMEOUT
    return 3600 * int(found["h"] or 0) + 60 * int(found["m"] or 0) + float(found["s"] or 0)
