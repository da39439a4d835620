# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transports of the guide on connecting: its examples, and listeners of the lab that they lead to."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.serialization import Encoding

from lab.authority import Authority
from lab.winrm import Tls
from lab.workstation_interface import AuthMethod

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_connecting.rst"
EXAMPLE = re.compile(r"^\.\. code-block:: yaml\n\n((?:   .*\n)+)", re.MULTILINE)
CONNECTION = re.compile(r"\bansible_connection:")
NAME = "localhost"
"""The name of every workstation: all of them listen on the loopback interface."""


@dataclass(frozen=True, slots=True)
class Transport:
    """One example of the guide. ``variables`` are its own, of a hospital with other files."""

    title: str
    variables: Mapping[str, Any]

    @property
    def plugin(self) -> str:
        """The connection plugin."""
        return str(self.variables["ansible_connection"])

    @property
    def method(self) -> AuthMethod:
        """How it logs on."""
        return AuthMethod(self._option("transport", "auth"))

    @property
    def https(self) -> bool:
        """Whether it goes over TLS."""
        return self._option("scheme", "protocol") == "https"

    @property
    def name(self) -> str:
        """A name for a host that is reached so."""
        return "-".join(("ws", self.plugin, self.method.value, "https" if self.https else "http"))

    def _option(self, of_winrm: str, of_psrp: str) -> str:
        return str(self.variables[f"ansible_winrm_{of_winrm}" if self.plugin == "winrm" else f"ansible_psrp_{of_psrp}"])

    def leading_to(self, port: int, files: Mapping[str, Path]) -> dict[str, Any]:
        """The variables for a listener of the lab. ``files``: what stands for each file that the guide names."""
        moved = {name: str(files.get(str(value), value)) for name, value in self.variables.items()}
        own: dict[str, Any] = {"ansible_port": port, "ansible_host": NAME}
        if self.method is AuthMethod.KERBEROS and self.plugin == "winrm":
            own["ansible_winrm_kinit_env_vars"] = ["KRB5_CONFIG"]
        return moved | own


def transports() -> Iterator[Transport]:
    """All examples of a connection in the guide, in its order."""
    for example in filter(CONNECTION.search, EXAMPLE.findall(GUIDE.read_text(encoding="utf-8"))):
        title, _rest, body = textwrap.dedent(example).partition("\n")
        yield Transport(title.removeprefix("# "), yaml.safe_load(body))


def lay_out(authority: Authority, folder: Path, upn: str) -> dict[str, Path]:
    """The files that the examples name, for this authority and the account with this user principal name."""
    trust, client, key = (folder / name for name in ("authority.pem", "client.pem", "client.key"))
    trust.write_bytes(authority.root.public_bytes(Encoding.PEM))
    private, _begin, chain = authority.certify_account(upn).partition(b"-----BEGIN CERTIFICATE-----")
    client.write_bytes(_begin + chain)
    key.touch(mode=0o600)
    key.write_bytes(private)
    there = ("/etc/pki/chu/authority.pem", "/etc/pki/chu/svc-ansible.pem", "/etc/pki/chu/svc-ansible.key")
    return dict(zip(there, (trust, client, key), strict=True))


def tls(authority: Authority) -> Tls:
    """TLS with a certificate of the authority, which also certifies clients."""
    return Tls(authority.certify_server(NAME), (authority.root, authority.issuing))
