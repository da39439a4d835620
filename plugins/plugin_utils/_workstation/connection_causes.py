# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why a connection failed, each cause in one sentence with its cure. All such sentences are here. Pure.

The connection plugin winrm hands over one text for all errors below it, so its causes are told by texts; those of psrp also by the types of
exceptions. The texts are those of ansible-core 2.16 to 2.22, pywinrm, pypsrp, requests, urllib3, Python's ssl with OpenSSL, pyspnego and
MIT Kerberos. None of these translates them, but for the words of the operating system behind an errno, which are not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .encryption import LOGONS_OVER_HTTP, PORTS
from .findings import NEWER_SPNEGO, Explanation


@dataclass(frozen=True, slots=True)
class Sign:
    """What tells a cause: a text, or the name of an exception's type in the chain of what was raised."""

    text: re.Pattern[str]
    types: frozenset[str] = field(default=frozenset())


def _sign(text: str, *types: str) -> Sign:
    return Sign(re.compile(text, re.IGNORECASE | re.DOTALL), frozenset(types))


INSTALL = "Install it in the Python that runs Ansible, or add it to the execution environment"
NEVER_IGNORE = "Do not switch the check off: another machine could then take the workstation's place."

# {host}: of the inventory; {address} and {port}: of the connection; {reason}: what the connection said
CAUSES: Mapping[str, Explanation] = {
    "winrm_missing": Explanation(
        "The controller lacks the Python package pywinrm, which the connection plugin winrm needs",
        f"{INSTALL}: pip install pywinrm.",
    ),
    "psrp_missing": Explanation(
        "The controller lacks the Python package pypsrp, which the connection plugin psrp needs",
        f"{INSTALL}: pip install pypsrp.",
    ),
    "kerberos_missing": Explanation(
        "The controller lacks what Kerberos needs: a Python package, or the program kinit",
        f"{INSTALL}: pip install pywinrm[kerberos], or pypsrp[kerberos] for psrp; kinit is in krb5-user (Debian) or krb5-workstation.",
    ),
    "credssp_missing": Explanation(
        "The controller lacks the Python package requests-credssp, which CredSSP needs",
        f"{INSTALL}: pip install pywinrm[credssp], or pypsrp[credssp] for psrp.",
    ),
    "spnego_too_old": Explanation(
        "The Python package pyspnego of the controller is too old for the NTLM of {address}",
        NEWER_SPNEGO,
    ),
    "connection_option": Explanation(
        "A variable of the connection to {host} has a value that does not exist: {reason}",
        "Correct it. ansible_winrm_transport and ansible_psrp_auth are kerberos, ntlm, certificate, credssp, or basic over https; "
        "ansible_winrm_message_encryption and ansible_psrp_message_encryption are auto or always; "
        "ansible_winrm_server_cert_validation is validate.",
    ),
    "client_certificate_missing": Explanation(
        "The connection names no client certificate with its key, or the controller cannot read them",
        "Correct ansible_winrm_cert_pem and ansible_winrm_cert_key_pem (or ansible_psrp_certificate_pem and "
        "ansible_psrp_certificate_key_pem); in an execution environment the files have to be mounted.",
    ),
    "trust_missing": Explanation(
        "The controller cannot read the file with the authority of the workstations",
        "Correct ansible_winrm_ca_trust_path (or ansible_psrp_ca_cert); in an execution environment the file has to be in the image.",
    ),
    "account_missing": Explanation(
        "The inventory gives {host} no account or no password for this kind of logon",
        "Set ansible_user and ansible_password.",
    ),
    "name_not_resolved": Explanation(
        "The controller finds no address for the name {address}",
        "Correct ansible_host or the name in the inventory, or the controller's DNS: it has to know the full name of the workstation.",
    ),
    "certificate_self_signed": Explanation(
        "The certificate of WinRM at {address}, port {port}, is self-signed",
        f"Give its listener a certificate of your authority, as the guide on WinRM over HTTPS says. {NEVER_IGNORE}",
    ),
    "certificate_name": Explanation(
        "The certificate of WinRM at port {port} is for another name than {address}",
        f"Use the full name of the workstation in the inventory, or give its listener a certificate for this name. {NEVER_IGNORE}",
    ),
    "certificate_expired": Explanation(
        "The certificate of WinRM at {address}, port {port}, has expired or is not valid yet",
        "Renew it and let the listener of the workstation use the new one; check the controller's clock.",
    ),
    "certificate_untrusted": Explanation(
        "The controller does not trust the authority of the certificate of WinRM at {address}, port {port}",
        f"Name the authority's file in ansible_winrm_ca_trust_path (or ansible_psrp_ca_cert), with the intermediate ones. {NEVER_IGNORE}",
    ),
    "client_certificate_refused": Explanation(
        "{address} does not take the client certificate of the connection",
        "Check that the workstation trusts its authority, that it has not expired, and that its key belongs to it.",
    ),
    "certificate_over_tls13": Explanation(
        "{address} ended the connection instead of taking its client certificate. Windows 11 and Server 2022 are reported to do so over "
        "TLS 1.3, where they ask for it after the handshake",
        "Install urllib3 2.0.7 or later in the Python that runs Ansible, which answers then. If the error stays, use Kerberos, in a "
        "workgroup NTLM over https, or switch TLS 1.3 off for WinRM on the workstation.",
    ),
    "not_https": Explanation(
        "What answers at {address}, port {port}, does not speak HTTPS",
        f"Correct ansible_port, or ansible_winrm_scheme (or ansible_psrp_protocol): {PORTS}.",
    ),
    "not_http": Explanation(
        "What answers at {address}, port {port}, does not speak HTTP, or closes the connection at once",
        f"Correct ansible_port, or ansible_winrm_scheme (or ansible_psrp_protocol): {PORTS}.",
    ),
    "not_winrm": Explanation(
        "What answers at {address}, port {port}, is no WinRM",
        f"Correct ansible_host or ansible_port: {PORTS}.",
    ),
    "clock_skew": Explanation(
        "The clocks of the controller and of the domain differ too much for Kerberos, which allows five minutes",
        "Set the controller's clock, and let it follow the domain's time (NTP).",
    ),
    "no_ticket": Explanation(
        "There is no valid Kerberos ticket and no password, so nobody can log on to {address}",
        "Run kinit as the account that runs Ansible, or set ansible_user (name@DOMAIN) and ansible_password.",
    ),
    "service_unknown": Explanation(
        "The domain knows no workstation {address} (Kerberos has no service of this name)",
        "Use the full name of the workstation in the inventory, as the domain has it, and no address.",
    ),
    "domain_unreachable": Explanation(
        "The controller finds or reaches no domain controller for Kerberos",
        "Check the realm in ansible_user (name@DOMAIN, in upper case), krb5.conf, DNS, and port 88 of the domain controllers.",
    ),
    "workstation_unproven": Explanation(
        "What answers at {address} could not prove to Kerberos that it is this workstation",
        "Check that the name leads to the right computer, and that its account in the domain is intact.",
    ),
    "kerberos_no_aes": Explanation(
        "The domain gives no ticket: it has no AES key for the account of the connection or for {address}, or the controller's krb5.conf "
        "does not allow AES",
        "Set the account's password anew, which makes its AES keys. Allow AES for the account and the workstation in the domain "
        "(msDS-SupportedEncryptionTypes), and in krb5.conf (permitted_enctypes).",
    ),
    "access_denied": Explanation(
        "The credentials are right, but access is denied: the account of the connection is no administrator of {host}",
        "Make it a member of the local group of administrators. A local account needs LocalAccountTokenFilterPolicy, too.",
    ),
    "logon_method": Explanation(
        "{address} does not allow this kind of logon",
        "Use another one (ansible_winrm_transport, ansible_psrp_auth), or allow it in the WinRM service of the workstation.",
    ),
    "ntlm_refused": Explanation(
        "{address} does not speak NTLM: it is switched off there, as in coming versions of Windows, or forbidden by a policy",
        "Use Kerberos (ansible_winrm_transport or ansible_psrp_auth: kerberos), with the full name of the workstation. In a workgroup, use "
        "a certificate or Basic over HTTPS.",
    ),
    "logon_refused": Explanation(
        "{address} or its domain refuses the credentials of the connection: the account or its password is wrong or expired, it is "
        "locked, or this kind of logon is not allowed",
        "Correct ansible_user and ansible_password before the next run, because each wrong password may lock the account. If they are "
        "right and the logon is NTLM, a policy may forbid it: use Kerberos.",
    ),
    "encryption_missing": Explanation(
        "This kind of logon cannot encrypt messages over http",
        f"Use https, or {LOGONS_OVER_HTTP}.",
    ),
    "connection_refused": Explanation(
        "Nothing listens at {address}, port {port}",
        f"Switch WinRM on there (winrm quickconfig), or correct ansible_port: {PORTS}.",
    ),
    "no_route": Explanation(
        "The controller has no way to {address}",
        "Check the address, the network of the controller, and the VPN or the VLAN between.",
    ),
    "connection_timeout": Explanation(
        "{address} does not answer at port {port} in time",
        "Switch the workstation on, and let this port through its firewall from the controller.",
    ),
    "connection_failed": Explanation(
        "{reason}",
        "Switch the workstation on, let WinRM through its firewall, and check the address, the account and the password of the connection.",
    ),
    "connection_ended": Explanation(
        "The connection ended: {reason}",
        "Run the task again: it continues from the current state.",
    ),
}

OF_A_WORKSTATION_THAT_IS_OFF = frozenset({"name_not_resolved", "no_route", "connection_timeout", "connection_refused"})
"""Causes that a workstation may have which is switched off, or which is not set up yet. All others are mistakes, or somebody's to mend: a
password, a transport, a certificate, Kerberos. No later run is without them.
"""

LIBRARY = r"not installed|no module named|not available|failed to import|support(?:ed)? transport|unsupported auth"
SIGNS: tuple[tuple[str, Sign], ...] = (
    ("winrm_missing", _sign(r"winrm or requests is not installed|xmltodict is not installed")),
    ("psrp_missing", _sign(r"pypsrp or dependencies are not installed")),
    ("credssp_missing", _sign(rf"(?:requests[-_ ]credssp|credssp).{{0,80}}(?:{LIBRARY})|(?:{LIBRARY}).{{0,60}}credssp")),
    ("kerberos_missing", _sign(
        r"kerberos library is not installed|pykerberos is not installed|kerberos is not available|when calling kinit cmd"
        r"|no module named '?(?:gssapi|krb5|kerberos)|requires? the .{0,40}gssapi|python-?gssapi .{0,60}not"
        rf"|(?:{LIBRARY}).{{0,40}}kerberos",
    )),
    ("spnego_too_old", _sign(r"singlehost bytes must have a length of 48")),
    ("connection_option", _sign(
        r"not support transport\(s\)|unsupported auth method|invalid (?:message_encryption arg|server_cert_validation mode)",
    )),
    ("client_certificate_missing", _sign(
        r"cert(?:_key)?_pem file not found|both cert_pem and cert_key_pem|could not find the tls (?:certificate|key)"
        r"|certificate_(?:key_)?pem",
    )),
    ("trust_missing", _sign(r"could not find a suitable tls ca certificate bundle")),
    ("account_missing", _sign(r"auth method \S+ requires a (?:username|password)|for .{0,12} auth, the (?:username|password)")),
    ("name_not_resolved", _sign(
        r"failed to resolve|name or service not known|getaddrinfo failed|\[errno -[2-5]\]|nodename nor servname",
        "NameResolutionError", "gaierror",
    )),
    ("certificate_self_signed", _sign(r"verify failed: self[- ]signed certificate(?! in)")),
    ("certificate_name", _sign(r"hostname mismatch|ip address mismatch|doesn't match|certificate is not valid for")),
    ("certificate_expired", _sign(r"certificate has expired|certificate is not yet valid")),
    ("certificate_untrusted", _sign(r"certificate[ _]verify[ _]failed")),
    ("client_certificate_refused", _sign(
        r"alert (?:unknown ca|bad certificate|certificate (?:expired|required|unknown|revoked)|unsupported certificate)"
        r"|tlsv1[3]? alert|sslv3 alert|key values mismatch",
    )),
    ("not_https", _sign(r"wrong[ _]version[ _]number|record[ _]layer[ _]failure|http[ _]request|unexpected[ _]eof|unknown protocol")),
    ("clock_skew", _sign(r"clock skew too great|krb_ap_err_skew")),
    ("kerberos_no_aes", _sign(r"kdc has no support for encryption type|no supported encryption types")),
    ("service_unknown", _sign(r"server (?:\S+ )?not found in kerberos database")),
    ("logon_refused", _sign(
        r"password incorrect|preauthentication failed|client \S* ?not found in kerberos database|credentials have been revoked"
        r"|password has expired|client'?s? .{0,40}(?:locked|expired)|decrypt integrity check failed",
    )),
    ("domain_unreachable", _sign(r"cannot (?:contact|find|resolve) .{0,20}kdc|unknown realm")),
    ("no_ticket", _sign(
        r"no kerberos credentials available|no credentials|credentials? cache .{0,60}not found|credential cache is empty|ticket expired"
        r"|credentials? (?:has|have) expired"
    )),
    ("workstation_unproven", _sign(r"mutual[ _]?auth|unable to authenticate <response \[200\]>", "MutualAuthenticationError")),
    ("access_denied", _sign(r"access is denied|wsmanfault_code'?: '?5\b|0x80070005|\bcode: 5\b")),
    ("ntlm_refused", _sign(r"did not respond with ntlm challenge token")),
    ("logon_method", _sign(
        r"did not respon[sd]e? (?:with one of the following authentication methods|credssp being)|auth protocol .{0,30} is incompatible",
    )),
    ("encryption_missing", _sign(r"message encryption is set to 'always' but|cannot use message encryption")),
    ("logon_refused", _sign(
        r"credentials were rejected|failed to authenticate|\b401\b|invalid_?credentials|logon failure|0x8009030c",
        "AuthenticationError", "InvalidCredentialsError",
    )),
    ("connection_refused", _sign(r"\[(?:win)?errno (?:111|61|10061)\]", "ConnectionRefusedError")),
    ("no_route", _sign(r"\[(?:win)?errno (?:101|113|51|65|10051|10065)\]")),
    ("connection_timeout", _sign(
        r"connection attempt timed out|connecttimeout|connection to \S+ timed out|\[errno (?:110|60)\]|read timed out|timed out",
        "ConnectTimeout", "ConnectTimeoutError", "ReadTimeout", "ReadTimeoutError",
    )),
    ("not_http", _sign(r"remote end closed|connection aborted|badstatusline|\[errno (?:104|54)\]", "RemoteDisconnected", "BadStatusLine")),
    ("not_winrm", _sign(r"code:? (?:30\d|40[03458]|50[1-4])\b|not well-formed|parseerror|no element found", "ParseError")),
)  # fmt: skip
"""The first that fits is the cause. The order matters: what names a cause exactly comes before what many causes have.

``connection_failed`` is the cause when none fits, ``connection_ended`` that of a connection that had worked.
"""


def known_cause(problem: BaseException, text: str) -> str | None:
    """The code of the cause of a connection that could not be made; None when no sign fits. ``text`` is the problem's, without secrets."""
    chain = tuple(chain_of(problem))
    said = " ".join((text, *map(str, chain[1:])))
    types = {kind.__name__ for each in chain for kind in type(each).__mro__}
    return next((code for code, sign in SIGNS if sign.text.search(said) or sign.types & types), None)


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
