# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why a connection failed: from what libraries say to a code of the catalogue. After that, nothing reads their texts. Pure.

The connection plugin winrm hands over one text for all errors below it, so its causes are told by texts; those of psrp also by the types of
exceptions. The texts are those of ansible-core 2.16 to 2.22, pywinrm, pypsrp, requests, urllib3, Python's ssl with OpenSSL, pyspnego and
MIT Kerberos. None of these translates them, but for the words of the operating system behind an errno, which are not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ErrorPattern:
    """What tells a cause: a text, or the name of an exception's type in the chain of what was raised."""

    text: re.Pattern[str]
    types: frozenset[str] = field(default=frozenset())


def _pattern(text: str, *types: str) -> ErrorPattern:
    return ErrorPattern(re.compile(text, re.IGNORECASE | re.DOTALL), frozenset(types))


OF_A_WORKSTATION_THAT_IS_OFF = frozenset({"name_not_resolved", "no_route", "connection_timeout", "connection_refused"})
"""Causes that a workstation may have which is switched off, or which is not set up yet. All others are mistakes, or somebody's to mend: a
password, a transport, a certificate, Kerberos. No later run is without them.
"""

OF_THE_NETWORK = OF_A_WORKSTATION_THAT_IS_OFF - {"connection_refused"}
"""Those that say nothing of the workstation: where nothing listens, somebody has answered."""

LIBRARY = r"not installed|no module named|not available|failed to import|support(?:ed)? transport|unsupported auth"
PATTERNS: tuple[tuple[str, ErrorPattern], ...] = (
    ("winrm_missing", _pattern(r"winrm or requests is not installed|xmltodict is not installed")),
    ("psrp_missing", _pattern(r"pypsrp or dependencies are not installed")),
    ("credssp_missing", _pattern(rf"(?:requests[-_ ]credssp|credssp).{{0,80}}(?:{LIBRARY})|(?:{LIBRARY}).{{0,60}}credssp")),
    ("kerberos_missing", _pattern(
        r"kerberos library is not installed|pykerberos is not installed|kerberos is not available|when calling kinit cmd"
        r"|no module named '?(?:gssapi|krb5|kerberos)|requires? the .{0,40}gssapi|python-?gssapi .{0,60}not"
        rf"|(?:{LIBRARY}).{{0,40}}kerberos",
    )),
    ("spnego_too_old", _pattern(r"singlehost bytes must have a length of 48")),
    ("connection_option", _pattern(
        r"not support transport\(s\)|unsupported auth method|invalid (?:message_encryption arg|server_cert_validation mode)",
    )),
    ("client_certificate_missing", _pattern(
        r"cert(?:_key)?_pem file not found|both cert_pem and cert_key_pem|could not find the tls (?:certificate|key)"
        r"|certificate_(?:key_)?pem",
    )),
    ("trust_missing", _pattern(r"could not find a suitable tls ca certificate bundle")),
    ("account_missing", _pattern(r"auth method \S+ requires a (?:username|password)|for .{0,12} auth, the (?:username|password)")),
    ("name_not_resolved", _pattern(
        r"failed to resolve|name or service not known|getaddrinfo failed|\[errno -[2-5]\]|nodename nor servname",
        "NameResolutionError", "gaierror",
    )),
    ("certificate_self_signed", _pattern(r"verify failed: self[- ]signed certificate(?! in)")),
    ("certificate_name", _pattern(r"hostname mismatch|ip address mismatch|doesn't match|certificate is not valid for")),
    ("certificate_expired", _pattern(r"certificate has expired|certificate is not yet valid")),
    ("certificate_untrusted", _pattern(r"certificate[ _]verify[ _]failed")),
    ("client_certificate_refused", _pattern(
        r"alert (?:unknown ca|bad certificate|certificate (?:expired|required|unknown|revoked)|unsupported certificate)"
        r"|tlsv1[3]? alert|sslv3 alert|key values mismatch",
    )),
    ("not_https", _pattern(r"wrong[ _]version[ _]number|record[ _]layer[ _]failure|http[ _]request|unexpected[ _]eof|unknown protocol")),
    ("clock_skew", _pattern(r"clock skew too great|krb_ap_err_skew")),
    ("kerberos_no_aes", _pattern(r"kdc has no support for encryption type|no supported encryption types")),
    ("service_unknown", _pattern(r"server (?:\S+ )?not found in kerberos database")),
    ("logon_refused", _pattern(
        r"password incorrect|preauthentication failed|client \S* ?not found in kerberos database|credentials have been revoked"
        r"|password has expired|client'?s? .{0,40}(?:locked|expired)|decrypt integrity check failed",
    )),
    ("domain_unreachable", _pattern(r"cannot (?:contact|find|resolve) .{0,20}kdc|unknown realm")),
    ("no_ticket", _pattern(
        r"no kerberos credentials available|no credentials|credentials? cache .{0,60}not found|credential cache is empty|ticket expired"
        r"|credentials? (?:has|have) expired"
    )),
    ("workstation_unproven", _pattern(r"mutual[ _]?auth|unable to authenticate <response \[200\]>", "MutualAuthenticationError")),
    ("access_denied", _pattern(r"access is denied|wsmanfault_code'?: '?5\b|0x80070005|\bcode: 5\b")),
    ("ntlm_refused", _pattern(r"did not respond with ntlm challenge token")),
    ("logon_method", _pattern(
        r"did not respon[sd]e? (?:with one of the following authentication methods|credssp being)|auth protocol .{0,30} is incompatible",
    )),
    ("encryption_missing", _pattern(r"message encryption is set to 'always' but|cannot use message encryption")),
    ("logon_refused", _pattern(
        r"credentials were rejected|failed to authenticate|\b401\b|invalid_?credentials|logon failure|0x8009030c",
        "AuthenticationError", "InvalidCredentialsError",
    )),
    ("connection_refused", _pattern(r"\[(?:win)?errno (?:111|61|10061)\]", "ConnectionRefusedError")),
    ("no_route", _pattern(r"\[(?:win)?errno (?:101|113|51|65|10051|10065)\]")),
    ("connection_timeout", _pattern(
        r"connection attempt timed out|connecttimeout|connection to \S+ timed out|\[errno (?:110|60)\]|read timed out|timed out",
        "ConnectTimeout", "ConnectTimeoutError", "ReadTimeout", "ReadTimeoutError",
    )),
    ("not_http", _pattern(
        r"remote end closed|connection aborted|badstatusline|\[errno (?:104|54)\]", "RemoteDisconnected", "BadStatusLine",
    )),
    ("not_winrm", _pattern(r"code:? (?:30\d|40[03458]|50[1-4])\b|not well-formed|parseerror|no element found", "ParseError")),
)  # fmt: skip
"""The first that fits is the cause. The order matters: what names a cause exactly comes before what many causes have.

``connection_failed`` is the cause when none fits, ``connection_ended`` that of a connection that had worked.
"""


def known_cause(problem: BaseException, text: str) -> str | None:
    """The code of the cause of a connection that could not be made; None when nothing fits. ``text`` is the problem's, without secrets."""
    chain = tuple(chain_of(problem))
    said = " ".join((text, *map(str, chain[1:])))
    types = {kind.__name__ for each in chain for kind in type(each).__mro__}
    return next((code for code, known in PATTERNS if known.text.search(said) or known.types & types), None)


def chain_of(problem: BaseException) -> Iterator[BaseException]:
    """The exception and what led to it: its cause or context, and the reasons that requests and urllib3 wrap."""
    seen: set[int] = set()
    waiting: list[object] = [problem]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
