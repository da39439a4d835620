# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the quick start and other guides tell people to type, and what they say of the answers."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12_files import read_bundle_folder
from lab.authority import Authority, Dialect
from lab.playbook import ROOT
from lab.tls import LOOPBACK, server_context, trust

BIN = Path(sys.executable).parent
GUIDES = ROOT / "docs" / "docsite" / "rst"
TOOL = re.compile(r"^ *\$ (ansible-galaxy collection (?:install --offline|list).*)$", re.MULTILINE)


def run(command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(folder), "ANSIBLE_NOCOLOR": "1", **more}
    program = [str(BIN / command[0]), *command[1:]]
    return subprocess.run(
        program, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_commands_install_the_file_of_the_collection_and_check_it(tmp_path: Path) -> None:
    commands = TOOL.findall((GUIDES / "guide_quick_start.rst").read_text(encoding="utf-8"))
    assert len(commands) == 2
    staged = tmp_path / "src"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    for name in filter(None, map(os.fsdecode, tracked)):
        if (ROOT / name).exists():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).write_bytes((ROOT / name).read_bytes())
    downloaded = tmp_path / "collections"  # where `ansible-galaxy collection download` writes
    built = run(["ansible-galaxy", "collection", "build", str(staged), "--output-path", str(downloaded)], tmp_path)
    assert built.returncode == 0, built.stderr
    places = {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "installed")}
    for command in commands:
        done = run(command.split(), tmp_path, **places)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        assert "hospital_it.pkcs12" in done.stdout


class Refusing(BaseHTTPRequestHandler):
    """A listener that refuses every account."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Basic")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        pass


@contextmanager
def listener(authority: Authority, address: str = LOOPBACK) -> Iterator[int]:
    """A port that speaks TLS with a certificate for an address."""
    server = ThreadingHTTPServer((LOOPBACK, 0), Refusing)
    server.socket = server_context(authority, address).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def said(folder: Path, port: int, *variables: str, **environment: str) -> str:
    """What the connection says. The account is wrong in any case, so the best answer is about the account."""
    known = [
        "ansible_connection=winrm",
        f"ansible_port={port}",
        "ansible_winrm_scheme=https",
        "ansible_winrm_transport=basic",
    ]
    known += ["ansible_user=nobody", "ansible_password=wrong", *variables]
    extra = [word for variable in known for word in ("-e", variable)]
    command = ["ansible", LOOPBACK, "-i", f"{LOOPBACK},", "-m", "ansible.builtin.raw", "-a", "hostname", *extra]
    done = run(command, folder, **environment)
    assert "UNREACHABLE" in done.stdout, done.stdout + done.stderr
    return " ".join((done.stdout + done.stderr).split())


def test_the_controller_trusts_an_internal_authority(tmp_path: Path, authority: Authority) -> None:
    guide = (GUIDES / "guide_connecting.rst").read_text(encoding="utf-8")
    ours = trust(authority, tmp_path)
    path = f"ansible_winrm_ca_trust_path={ours}"
    with listener(authority) as port:
        answers = {
            "unable to get local issuer certificate": said(tmp_path, port),
            "the specified credentials were rejected by the server": said(tmp_path, port, path),
        }
        by_environment = said(tmp_path, port, REQUESTS_CA_BUNDLE=str(ours))
    with listener(authority, "127.0.0.9") as port:
        answers["IP address mismatch"] = said(tmp_path, port, path)
    with socket.create_server((LOOPBACK, 0)) as closed:
        port = closed.getsockname()[1]
    answers["Connection refused"] = said(tmp_path, port, path)
    assert [sentence for sentence, answer in answers.items() if sentence not in answer] == []
    assert "credentials were rejected" in by_environment
    assert "ansible_winrm_ca_trust_path" in guide and "REQUESTS_CA_BUNDLE" in guide


@pytest.mark.openssl
@pytest.mark.parametrize("dialect", ["modern", "3des", "rc2-40"])
def test_the_commands_give_a_bundle_another_passphrase(dialect: Dialect, tmp_path: Path, authority: Authority) -> None:
    guide = (GUIDES / "guide_enrolling.rst").read_text(encoding="utf-8")
    _before, _title, section = guide.partition("\nAnother passphrase\n")
    commands = re.findall(r"^   \$ (.+)$", section.partition("\nFirst run\n")[0], re.MULTILINE)
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase="1234", dialect=dialect)
    bundle = tmp_path / "Jeanne Dupont - T123456.p12"
    bundle.write_bytes(issued.data)
    (tmp_path / "commands").write_text("\n".join(["set -e", *commands]), encoding="utf-8")
    typed = "1234\nL'été-29 & 7 sapins\n"
    subprocess.run(["bash", "commands"], cwd=tmp_path, input=typed, text=True, capture_output=True, check=True)
    (opened,) = read_bundle_folder(tmp_path, bundle.name, ["L'été-29 & 7 sapins"], "T123456").opened
    assert opened.bundle.leaf.thumbprint == issued.certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303
    assert len(opened.bundle.chain) == 2
    assert {path.name for path in tmp_path.iterdir()} == {bundle.name, "commands"}
    assert bundle.stat().st_mode & 0o777 == 0o600
