# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Why a connection failed, decided once from the errors of Python's libraries. No value here has an address, because it can be a secret."""

from __future__ import annotations

import errno
import gzip
import http.client
import socket
import ssl
import zlib
from urllib.error import URLError

from .._errors import Outside, Problem
from .deadline import TookTooLong

NO_TLS = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
"""What OpenSSL says of an answer that is none of TLS."""

NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)

CUT_OFF = (ConnectionError, EOFError, http.client.IncompleteRead, ssl.SSLEOFError, ssl.SSLZeroReturnError)

NO_KEY_USAGE = "key usage"
"""OpenSSL's words for an authority whose certificate lacks the extension key usage, which newer Pythons demand."""

NOT_TRUSTED = ("network.not_tls", "network.untrusted", "network.no_key_usage", "network.tls")
"""The problems of TLS. After any other, nobody has answered."""

FAILED = (OSError, http.client.HTTPException, ValueError, OverflowError)
"""What Python raises for servers that do not answer, for invalid names, and for ports and timeouts out of range."""


def network_problem(error: object) -> Problem:
    """What an error of a connection, a handshake or a half answer means: the code ``network``."""
    if isinstance(error, URLError):
        return network_problem(error.reason)
    if isinstance(error, ssl.SSLError) and not isinstance(error, CUT_OFF):
        return _tls_problem(error)
    simple: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
        (TookTooLong, "took_too_long"),
        (TimeoutError, "timed_out"),
        (ConnectionRefusedError, "refused"),
        (CUT_OFF, "closed"),
        ((socket.gaierror, UnicodeError), "no_name"),
        (OverflowError, "no_port"),
        (http.client.HTTPException, "no_http"),
        ((zlib.error, gzip.BadGzipFile), "damaged"),
    )
    for kinds, variant in simple:
        if isinstance(error, kinds):
            return Problem(f"network.{variant}")
    if isinstance(error, OSError) and error.errno in NO_WAY:
        return Problem("network.no_way")
    return Problem("network.other", {"reason": reason_of(error)})


def reason_of(error: object) -> Outside:
    """What the system or a library says of a file or a connection, in one short line."""
    if isinstance(error, URLError):
        return reason_of(error.reason)
    said = getattr(error, "strerror", None) or (str(error) if isinstance(error, OSError | str) else "")
    return outside(str(said or type(error).__name__))


def outside(text: str) -> Outside:
    """What a server or a library said, in one short line."""
    return Outside(" ".join(text.split())[:200].rstrip("."))


def _tls_problem(error: ssl.SSLError) -> Problem:
    said = getattr(error, "verify_message", None) or getattr(error, "reason", None)
    reason = outside(str(said)) if said else reason_of(error)
    if reason in NO_TLS:
        return Problem("network.not_tls", {"reason": reason})
    if NO_KEY_USAGE in reason.lower():
        return Problem("network.no_key_usage", {"reason": reason})
    kind = "untrusted" if isinstance(error, ssl.SSLCertVerificationError) else "tls"
    return Problem(f"network.{kind}", {"reason": reason})
