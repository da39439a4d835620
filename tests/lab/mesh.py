# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A receptor mesh on this machine, as AWX has one: a controller, and execution nodes that do signed work by ansible-runner, over TLS."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.imap_server import free_ports
from lab.runner import RUNNER, environment
from lab.usage import Measured, Usage

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


CONTROLLER, EXECUTION = "controller", ("execution-1", "execution-2")
WORK = "ansible-runner"
READY_TIMEOUT = 30.0
Section = dict[str, dict[str, Any]]


def receptor() -> Path | None:
    """The program, or None where it or its command line is missing. ``make receptor`` installs Debian's."""
    found = shutil.which("receptor")
    return Path(found) if found and shutil.which("receptorctl") else None


class Mesh:
    """Starts on ``with``. ``pids``: the process of each node. ``used``: what each node has used, with its work, after the end."""

    def __init__(self) -> None:
        self.pids: dict[str, int] = {}
        self.used: dict[str, Usage] = {}
        self._nodes: dict[str, Measured] = {}
        self._running = ExitStack()

    def __enter__(self) -> Mesh:
        # The path of a Unix socket has at most 107 bytes, so this is not below the folder of a test.
        self._folder = Path(self._running.enter_context(tempfile.TemporaryDirectory(prefix="mesh-")))
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def carry(self, number: int, payload: IO[bytes], worker: Path) -> subprocess.Popen[bytes]:
        """A courier of ``lab.slices``: the nodes take turns."""
        node = EXECUTION[(number - 1) % len(EXECUTION)]
        return self.submit(node, payload, f"--private-data-dir={worker} --delete", "--signwork")

    def submit(self, node: str, payload: int | IO[bytes], parameters: str, *options: str) -> subprocess.Popen[bytes]:
        """Gives work to a node; standard output is what comes back."""
        work = ["work", "submit", WORK, "--node", node, "--tls-client", "mesh-client", "--follow", *options]
        return subprocess.Popen(
            [*self._control(CONTROLLER), *work, "--payload", "-", "--param", f"params={parameters}"],
            env=environment(),
            stdin=payload,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def _start(self) -> None:
        self._write_keys()
        certificates = MeshCertificates(self._folder)
        (listening,) = free_ports(1)
        for node in (CONTROLLER, *EXECUTION):
            (self._folder / node).mkdir()
            certificates.issue(node)
            backend: Section = (
                {"tcp-listener": {"bindaddr": "127.0.0.1", "port": listening, "tls": "mesh-server"}}
                if node == CONTROLLER
                else {"tcp-peer": {"address": f"127.0.0.1:{listening}", "tls": "mesh-client"}}
            )
            sections = [*certificates.sections(node), backend, *self._sections(node)]
            config = self._folder / f"{node}.yml"
            config.write_text(json.dumps(sections), encoding="utf-8")  # JSON is YAML
            self._run(node, config)
        self._wait_until_known()

    def _sections(self, node: str) -> list[Section]:
        folder = self._folder
        control = {"service": "control", "filename": str(folder / f"{node}.sock"), "tls": "mesh-server"}
        common: list[Section] = [
            {"node": {"id": node, "datadir": str(folder / node)}},
            {"log-level": {"level": "warning"}},
            {"control-service": control},
        ]
        if node == CONTROLLER:
            return [*common, {"work-signing": {"privatekey": str(folder / "work.key"), "tokenexpiration": "1m"}}]
        work = {"worktype": WORK, "command": str(RUNNER), "params": "worker"}
        return [
            *common,
            {"work-verification": {"publickey": str(folder / "work.pub")}},
            {"work-command": {**work, "allowruntimeparams": True, "verifysignature": True}},
        ]

    def _run(self, node: str, config: Path) -> None:
        log = self._running.enter_context((self._folder / f"{node}.log").open("w", encoding="utf-8"))
        process = subprocess.Popen(
            [str(receptor()), "--config", str(config)],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        self._nodes[node], self.pids[node] = Measured(process), process.pid

    def _end(self) -> None:
        for measured in self._nodes.values():
            measured.process.terminate()
        self.used = {node: measured.ended() for node, measured in self._nodes.items()}
        self._running.close()

    def _wait_until_known(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT
        while not self._knows_all():
            if time.monotonic() > deadline:
                logs = [log.read_text(encoding="utf-8") for log in sorted(self._folder.glob("*.log"))]
                raise RuntimeError(f"The mesh has not come together in {READY_TIMEOUT:.0f} s:\n" + "\n".join(logs))
            time.sleep(0.2)

    def _knows_all(self) -> bool:
        if not (self._folder / f"{CONTROLLER}.sock").exists():
            return False
        asked = subprocess.run(
            [*self._control(CONTROLLER), "status", "--json"],
            env=environment(),
            capture_output=True,
            check=False,
        )
        if asked.returncode:
            return False
        status: Mapping[str, Any] = json.loads(asked.stdout)
        # What a node can do, it may tell a minute later; a route is enough to give it work.
        return set(EXECUTION) <= set(status["RoutingTable"] or ())

    def _control(self, node: str) -> list[str]:
        return ["receptorctl", "--socket", str(self._folder / f"{node}.sock")]

    def _write_keys(self) -> None:
        """Whoever has the private one may give work to the execution nodes."""
        key = rsa.generate_private_key(65537, 3072)
        path = self._folder / "work.key"
        path.touch(mode=0o600)
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (self._folder / "work.pub").write_bytes(public)
