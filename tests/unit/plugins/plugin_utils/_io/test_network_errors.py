# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an error of a connection means is decided in one place."""

from __future__ import annotations

import errno
import gzip
import http.client
import os
import socket
import ssl
import zlib
from urllib.error import URLError

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.deadline import TookTooLong
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.network_errors import (
    NOT_TRUSTED,
    network_problem,
    outside,
    reason_of,
)


def of_openssl(kind: type[ssl.SSLError], **said: str) -> ssl.SSLError:
    error = kind(1, "text of OpenSSL")
    for name, value in said.items():
        setattr(error, name, value)
    return error


MEANINGS = [
    (TookTooLong(), "took_too_long"),
    (TimeoutError(), "timed_out"),
    (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "refused"),
    (ConnectionResetError(errno.ECONNRESET, "x"), "closed"),
    (BrokenPipeError(errno.EPIPE, "x"), "closed"),
    (http.client.RemoteDisconnected(), "closed"),
    (http.client.IncompleteRead(b"x"), "closed"),
    (EOFError(), "closed"),
    (of_openssl(ssl.SSLEOFError), "closed"),
    (socket.gaierror(socket.EAI_NONAME, "x"), "no_name"),
    (UnicodeError("label too long"), "no_name"),
    (OverflowError("port must be 0-65535"), "no_port"),
    (http.client.BadStatusLine("SSH-2.0"), "no_http"),
    (http.client.InvalidURL("https://ra.example/secret"), "no_http"),
    (zlib.error(), "damaged"),
    (gzip.BadGzipFile("x"), "damaged"),
    (OSError(errno.EHOSTUNREACH, "x"), "no_way"),
    (OSError(errno.EACCES, "x"), "other"),
    (ValueError("https://ra.example/secret"), "other"),
    (of_openssl(ssl.SSLError, reason="WRONG_VERSION_NUMBER"), "not_tls"),
    (of_openssl(ssl.SSLError, reason="NO_SHARED_CIPHER"), "tls"),
    (of_openssl(ssl.SSLCertVerificationError, verify_message="Hostname mismatch"), "untrusted"),
    (of_openssl(ssl.SSLCertVerificationError, verify_message="CA cert does not include key usage extension"), "no_key_usage"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "meaning"), MEANINGS, ids=lambda value: value if isinstance(value, str) else "")
def test_an_error_has_its_meaning(error: Exception, meaning: str) -> None:
    found = network_problem(error)
    assert found.code == f"network.{meaning}"
    assert network_problem(URLError(error)) == found
    assert (found.code in NOT_TRUSTED) == (meaning in ("not_tls", "tls", "untrusted", "no_key_usage"))
    assert "secret" not in str(found.to_map())


def test_the_words_of_the_system_are_its_reason() -> None:
    assert network_problem(OSError(errno.EACCES, os.strerror(errno.EACCES))).values == {"reason": "Permission denied"}
    assert reason_of(URLError("unknown url type: socks5")) == "unknown url type: socks5"
    assert outside("  a\n b.  ") == "a b"
    assert len(outside("x" * 1000)) == 200
