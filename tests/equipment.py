# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a test may lack on a machine, in one table. A test names it with a mark; nothing else may leave a test out."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import host_variables
from awx.site import address as awx_address
from browser.program import built_site, chromium
from drivers.session import pwsh
from lab.imap_server import dovecot
from lab.kdc import kerberos
from lab.loopback import has_ipv6
from lab.mesh import receptor
from lab.wine import bed
from monitoring.program import promtool


@dataclass(frozen=True, slots=True)
class Equipment:
    """``cure``: a sentence about how to get it. ``missing_in_ci``: why ``.ci/run`` is green without it; empty where it is red."""

    marker: str
    name: str
    there: Callable[[], object]
    cure: str
    missing_in_ci: str = ""


def _installed_by(target: str) -> str:
    return f"It is not installed; `{target}` installs it where it can."


def _openssl_knows_pbmac1() -> bool:
    if shutil.which("openssl") is None:
        return False
    told = subprocess.run(["openssl", "pkcs12", "-help"], capture_output=True, text=True, check=False)
    return "pbmac1_pbkdf2" in told.stderr + told.stdout


def _can_mount() -> bool:
    libc = ctypes.CDLL(None)
    with tempfile.TemporaryDirectory() as folder:
        place = os.fsencode(folder)
        return libc.mount(b"none", place, b"tmpfs", 0, b"size=1m") == 0 and libc.umount(place) == 0


EQUIPMENT = (
    Equipment("windows", "Windows PowerShell (under Wine)", bed, _installed_by("make bed")),
    Equipment("powershell", "PowerShell for Linux", pwsh, _installed_by("make bed")),
    Equipment("strace", "strace", lambda: shutil.which("strace"), "Debian's package strace has it."),
    Equipment("ipv6", "the loopback address of IPv6", has_ipv6, "This machine's kernel or its settings have none."),
    Equipment("browser", "Chromium", chromium, _installed_by("make browser")),
    Equipment("imap", "a real IMAP server (Dovecot 2.4)", dovecot, _installed_by("make imap-server")),
    Equipment("kerberos", "a real KDC (MIT Kerberos)", kerberos, _installed_by("make kerberos")),
    Equipment("receptor", "a receptor mesh, as AWX has one", receptor, _installed_by("make receptor")),
    Equipment("promtool", "promtool, of Prometheus", promtool, _installed_by("make prometheus")),
    Equipment(
        "site",
        "the built documentation site",
        built_site,
        "`make docs leaflet` does them.",
        missing_in_ci="`make leaflet` is a stage of its own, after the one that builds the site",
    ),
    Equipment(
        "awx",
        "an AWX",
        awx_address,
        "PKCS12_AWX_URL names none; tests/README.md says what an AWX for tests needs.",
        missing_in_ci="an AWX needs a cluster; the rules over its data run here",
    ),
    Equipment(
        "workstations",
        "an AWX that reaches workstations",
        lambda: awx_address() and os.environ.get("PKCS12_AWX_CREDENTIALS"),
        "PKCS12_AWX_CREDENTIALS names no credentials for them; tests/README.md says more.",
        missing_in_ci="as an AWX",
    ),
    Equipment(
        "register",
        "an AWX whose register a test may write",
        lambda: awx_address() and os.environ.get("PKCS12_AWX_REGISTER"),
        "PKCS12_AWX_REGISTER names no spreadsheet; tests/README.md says more.",
        missing_in_ci="as an AWX",
    ),
    Equipment("openssl", "the program openssl", lambda: shutil.which("openssl"), "Debian has it as openssl."),
    Equipment("pbmac1", "an openssl that writes PBMAC1", _openssl_knows_pbmac1, "OpenSSL 3.4 and later do."),
    Equipment("mount", "a file system that is full", _can_mount, "Only root mounts one."),
    Equipment(
        "mingw",
        "a C compiler for Windows",
        lambda: shutil.which("x86_64-w64-mingw32-gcc"),
        "Debian has it as gcc-mingw-w64-x86-64.",
        missing_in_ci="the bed brings the launcher compiled, and the Windows suites start it",
    ),
    Equipment(
        "origins",
        "an ansible-core that says where a value is from",
        lambda: host_variables.Origin,
        "ansible-core 2.19 and later do.",
    ),
)
