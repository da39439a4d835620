# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real IMAP server, Dovecot 2.4 of Debian, with one account whose mails are a Maildir of the lab."""

from __future__ import annotations

import base64
import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType

from lab.authority import Authority
from lab.tls import LOOPBACK

PLACES = ("/usr/sbin", "/usr/local/sbin")
"""Folders that are not on everybody's PATH."""

PATIENCE = 20.0  # seconds that the server may take to listen

ACCOUNT = "certificats@chu.example"

CONFIGURATION = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_login_user = {login_user}
default_internal_user = {mail_user}
default_internal_group = {mail_group}
{chroot}
first_valid_uid = 1
mail_driver = maildir
mail_path = {folder}/maildir
mail_uid = {mail_user}
mail_gid = {mail_group}
mail_home = {folder}/home
ssl = required
ssl_server_cert_file = {folder}/server.pem
ssl_server_key_file = {folder}/server.pem
auth_mechanisms = plain login
auth_failure_delay = 0
namespace inbox {{
  inbox = yes
  separator = .
}}
passdb passwd-file {{
  passwd_file_path = {folder}/passwd
}}
userdb static {{
}}
service imap-login {{
  inet_listener imap {{
    port = {starttls_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""


@cache
def dovecot() -> Path | None:
    """The program, or None where there is no Dovecot 2.4 that speaks IMAP. ``make imap-server`` installs Debian's."""
    found = shutil.which("dovecot", path=os.pathsep.join((os.environ.get("PATH", ""), *PLACES)))
    if found is None or not Path("/usr/lib/dovecot/imap").exists():
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return Path(found) if said.startswith("2.4.") else None  # its configuration is another one than that of 2.3


@dataclass
class ImapServer:
    """Starts on ``with``. ``maildir`` is the account's inbox; put mails there with ``lab.mails``, before or while it runs."""

    authority: Authority
    password: str = field(repr=False)
    username: str = ACCOUNT

    @property
    def maildir(self) -> Path:
        """The inbox. Its subfolders are folders with a dot before their names, as in Maildir++."""
        return self._folder / "maildir"

    @property
    def log(self) -> str:
        """What the server wrote down."""
        path = self._folder / "dovecot.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def __enter__(self) -> ImapServer:
        program = dovecot()
        assert program is not None, "there is no Dovecot; `make imap-server` installs it where it can"
        # A folder of pytest is closed to the account that Dovecot reads mails as when it is started by root.
        self._folder = Path(tempfile.mkdtemp(prefix="lab-imap-"))
        self._folder.chmod(0o755)
        self.tls_port, self.starttls_port = free_ports(2)
        self._write_files()
        self._process = subprocess.Popen(
            [str(program), "-F", "-c", str(self._folder / "dovecot.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _write_files(self) -> None:
        for name in ("run", "state", "home", "maildir", "maildir/cur", "maildir/new", "maildir/tmp"):
            path = self._folder / name
            path.mkdir()
            path.chmod(0o755 if name in {"run", "state"} else 0o777)
        mail_user, mail_group, login_user = accounts()
        text = CONFIGURATION.format(
            folder=self._folder,
            tls_port=self.tls_port,
            starttls_port=self.starttls_port,
            mail_user=mail_user,
            mail_group=mail_group,
            login_user=login_user,
            chroot="" if os.geteuid() == 0 else UNPRIVILEGED,
        )
        (self._folder / "dovecot.conf").write_text(text, encoding="utf-8")
        (self._folder / "server.pem").write_bytes(self.authority.certify_server(LOOPBACK))
        (self._folder / "server.pem").chmod(0o600)
        password = base64.b64encode(self.password.encode()).decode()  # a colon would end it
        (self._folder / "passwd").write_text(f"{self.username}:{{PLAIN.b64}}{password}::::::\n", encoding="utf-8")

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection((LOOPBACK, self.tls_port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        said = self._process.stderr.read().decode() if self._process.stderr and self._process.poll() else ""
        raise TimeoutError(f"Dovecot does not listen. {said}{self.log}")

    def _stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()
        shutil.rmtree(self._folder, ignore_errors=True)


UNPRIVILEGED = """\
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
service stats {
  chroot =
}
"""
"""Only root can lock a process into a folder."""


def accounts() -> tuple[str, str, str]:
    """User and group who read the mails, and the user who talks to strangers. Root is none of them: Dovecot refuses it."""
    if os.geteuid() != 0:
        own = getpass.getuser()
        return own, pwd.getpwnam(own).pw_name, own
    return "dovecot", "dovecot", "dovenull"


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface on which nothing listens now."""
    sockets = [socket.create_server((LOOPBACK, 0)) for _each in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
