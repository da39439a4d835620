# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of a receptor mesh, made by receptor itself, since they have the node's name in a field of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

BITS = 2048


class MeshCertificates:
    """An authority in a folder, and a certificate of each node there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        _receptor(
            "cert-init", commonname="Mesh CA", bits=BITS, outcert=self._file("ca.crt"), outkey=self._file("ca.key")
        )

    def issue(self, node: str) -> None:
        """A certificate for this node, and for the loopback address."""
        request, key = self._file(f"{node}.csr"), self._file(f"{node}.key")
        _receptor(
            "cert-makereq",
            commonname=node,
            nodeid=node,
            ipaddress="127.0.0.1",
            bits=BITS,
            outreq=request,
            outkey=key,
        )
        authority = {"cacert": self._file("ca.crt"), "cakey": self._file("ca.key")}
        _receptor("cert-signreq", req=request, **authority, outcert=self._file(f"{node}.crt"), verify="yes")

    def sections(self, node: str) -> list[dict[str, dict[str, Any]]]:
        """Of the node's configuration: it shows its certificate as server and as client, and asks for one."""
        own = {"cert": self._file(f"{node}.crt"), "key": self._file(f"{node}.key"), "mintls13": True}
        authority = self._file("ca.crt")
        return [
            {"tls-server": {"name": "mesh-server", **own, "requireclientcert": True, "clientcas": authority}},
            {"tls-client": {"name": "mesh-client", **own, "rootcas": authority}},
        ]

    def _file(self, name: str) -> str:
        return str(self._folder / name)


def _receptor(action: str, **parameters: object) -> None:
    """Raises ``RuntimeError`` with what receptor said."""
    words = [f"{name}={value}" for name, value in parameters.items()]
    done = subprocess.run(["receptor", f"--{action}", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"receptor --{action}: {done.stdout}{done.stderr}")
