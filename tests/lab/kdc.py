# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kerberos realm: the KDC of MIT Kerberos (Debian's krb5-kdc), on the loopback interface, in a folder of its own."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType

from lab.imap_server import PLACES, free_ports
from lab.tls import LOOPBACK
from lab.winrm import KerberosKeys

REALM = "CHU.EXAMPLE"
HOST = "localhost"
"""The name of every workstation in the realm: all of them listen on the loopback interface."""
SERVICES = tuple(f"{kind}/{HOST}" for kind in ("HTTP", "host", "WSMAN"))
"""What tickets are asked for: ``HTTP`` by winrm, ``host`` by psrp from ansible-core 2.21 on, ``WSMAN`` by psrp before."""

PATIENCE = 20.0  # seconds that the KDC may take to listen
PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")
MODULES = ("gssapi", "krb5", "kerberos")

AES = "aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96"
"""What domain controllers give tickets with since July 2026."""

CONFIGURATION = """\
[libdefaults]
  default_realm = {realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  kdc_timesync = 0
{more}
[realms]
  {realm} = {{
    kdc = {loopback}:{port}
  }}
[domain_realm]
  {host} = {realm}
"""
KDC = """\
[kdcdefaults]
  kdc_listen = {loopback}:{port}
  kdc_tcp_listen = {loopback}:{port}
[realms]
  {realm} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    acl_file = {folder}/acl
    max_life = 1h
  }}
[logging]
  kdc = FILE:{folder}/kdc.log
"""


def _program(name: str) -> str | None:
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *PLACES)))


@cache
def kerberos() -> bool:
    """Whether this machine has a KDC, its tools, and Python's bindings. ``make kerberos`` installs them where it can."""
    return all(map(_program, PROGRAMS)) and all(importlib.util.find_spec(name) for name in MODULES)


@dataclass
class Kdc:
    """Starts on ``with``. It gives tickets with AES alone. ``principals``: account, as ``user``, to its password.

    ``skewed``: it takes every client's clock for wrong. ``without_aes``: accounts whose password is older than their AES keys.
    """

    principals: Mapping[str, str] = field(repr=False)
    skewed: bool = False
    without_aes: tuple[str, ...] = ()

    @property
    def configuration(self) -> Path:
        """What KRB5_CONFIG names, for clients and services."""
        return self._folder / "krb5.conf"

    @property
    def keys(self) -> KerberosKeys:
        """The keys of the workstations' services."""
        return KerberosKeys(self.configuration, self._folder / "keytab")

    @property
    def environment(self) -> dict[str, str]:
        """What a client needs, beside an empty place for tickets: a test must not find those of whoever runs it."""
        return {"KRB5_CONFIG": str(self.configuration), "KRB5CCNAME": f"FILE:{self._folder}/tickets"}

    def __enter__(self) -> Kdc:
        assert kerberos(), "there is no KDC; `make kerberos` installs it where it can"
        self._folder = Path(tempfile.mkdtemp(prefix="lab-kdc-"))
        (self.port,) = free_ports(1)
        try:
            self._configure()
            self._fill()
            self._process = self._start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _configure(self) -> None:
        names = {"realm": REALM, "host": HOST, "loopback": LOOPBACK, "port": self.port, "folder": self._folder}
        self.configuration.write_text(CONFIGURATION.format(more="", **names), encoding="utf-8")
        # A KDC allows a difference of this many seconds. With less than none, every time stamp is too far away.
        own = f"  permitted_enctypes = {AES}\n" + ("  clockskew = -1" if self.skewed else "")
        (self._folder / "kdc-krb5.conf").write_text(CONFIGURATION.format(more=own, **names), encoding="utf-8")
        (self._folder / "kdc.conf").write_text(KDC.format(**names), encoding="utf-8")

    def _own(self) -> dict[str, str]:
        own = {"KRB5_CONFIG": str(self._folder / "kdc-krb5.conf"), "KRB5_KDC_PROFILE": str(self._folder / "kdc.conf")}
        return {**os.environ, **own}

    def _fill(self) -> None:
        self._tool("kdb5_util", "create", "-s", "-W", "-P", secrets.token_urlsafe(16))
        # Without a key that it may use, this KDC refuses as domain controllers do where it has not to ask for preauthentication.
        kinds = dict.fromkeys(self.without_aes, "-e arcfour-hmac:normal -requires_preauth")
        orders = [
            f'addprinc {kinds.get(name, "+requires_preauth")} -pw "{password}" {name}'
            for name, password in self.principals.items()
        ]
        orders += [f"addprinc -randkey {service}" for service in SERVICES]
        orders += [f"ktadd -k {self._folder}/keytab {service}" for service in SERVICES]
        self._tool("kadmin.local", given="\n".join(orders) + "\n")  # on standard input: a password is no argument
        self.keys.keytab.chmod(0o600)

    def _tool(self, name: str, *arguments: str, given: str = "") -> None:
        program = _program(name) or name
        said = subprocess.run(
            [program, *arguments], input=given, capture_output=True, text=True, env=self._own(), check=False, timeout=60
        )
        if said.returncode:
            raise RuntimeError(f"{name}: {said.stdout}{said.stderr}")

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [_program("krb5kdc") or "krb5kdc", "-n"],
            env=self._own(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and process.poll() is None:
            try:
                socket.create_connection((LOOPBACK, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return process
        process.kill()
        log = self._folder / "kdc.log"
        raise TimeoutError(f"the KDC does not listen. {log.read_text(encoding='utf-8') if log.exists() else ''}")
