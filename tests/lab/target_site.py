# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an integration target needs beside a workstation: bundles of a test authority, its pages, a mail server and a portal.

``python -m lab.target_site FOLDER`` starts one in the background, writes ``FOLDER/target.json`` with the variables of a target, and ends.
The site ends when ``FOLDER/stop`` appears, and takes the folder with it.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509.oid import NameOID

from lab import mails
from lab.authority import Authority, IssuedBundle
from lab.mail_server import MailServer
from lab.people import Person
from lab.portal import Portal
from lab.portal_tls import Demand, Terms
from lab.registration_authority import RegistrationAuthority
from lab.tls import server_context, trust

NAME = "Odile Roux-Prévost"
FIRST_NUMBER = 900001
"""Numbers that no registry gives."""
LONGEST = 1800.0
"""Seconds that a site in the background lives at most."""
STARTS_IN = 60.0

Json = dict[str, Any]


class TargetSite:
    """Starts on ``with``. ``folder`` is for files of the site and of its targets."""

    def __init__(self, folder: Path, authority: Authority | None = None) -> None:
        self.folder = folder
        self.authority = authority or Authority.create("Target Authority")
        self.registration = RegistrationAuthority(server_context(self.authority))
        self.mail_server = MailServer(security="none")
        self.portal = Portal(self.authority, terms=Terms(Demand.OPTIONAL))
        self._running = ExitStack()

    def __enter__(self) -> TargetSite:
        for each in (self.registration, self.mail_server, self.portal):
            self._running.enter_context(each)
        self._ca_path = trust(self.authority, self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def variables(self, number: int = FIRST_NUMBER) -> Json:
        """The variables of one target, with a person and files that no other target has seen."""
        person = Person(NAME, f"T{number}", f"target{number}", number)
        work = self.folder / person.authorisation
        for name in ("bundles", "later", "collected"):
            (work / name).mkdir(parents=True)
        passphrase = "le code d'une lettre"
        first, later, offered = (self._issue(person, passphrase, days) for days in (900, 1000, 1000))
        code = secrets.token_urlsafe(12)
        url = self.registration.issue(offered, code)
        message_id = mails.deliver(work / "mail", person, url, code)
        return {
            "target_name": person.name,
            "target_authorisation": person.authorisation,
            "target_work": str(work),
            "target_folder": str(work / "bundles"),
            "target_path": self._write(work / "bundles", first),
            "target_passphrase": passphrase,
            "target_thumbprint": first.thumbprint,
            "target_later_folder": str(work / "later"),
            "target_later_path": self._write(work / "later", later),
            "target_later_thumbprint": later.thumbprint,
            "target_issuer": "CN=" + self._common_name(),
            "target_ca_path": str(self._ca_path),
            "target_maildir": str(work / "mail"),
            "target_mail_sender": mails.SENDER,
            "target_mail_subject": mails.SUBJECT,
            "target_mail_server": mails.MAIL_SERVER,
            "target_message_id": message_id,
            "target_pickup_folder": str(work / "collected"),
            "target_pickup_url": url,
            "target_pickup_code": code,
            "target_pickup_host": self.registration.host,
            "target_pickup_thumbprint": offered.thumbprint,
            "target_smtp_port": self.mail_server.port,
            "target_portal_url": self.portal.url,
        }

    def _issue(self, person: Person, passphrase: str, days: int) -> IssuedBundle:
        now = datetime.now(timezone.utc)
        return self.authority.issue(
            person.name,
            person.authorisation,
            passphrase=passphrase,
            not_before=now - timedelta(minutes=5),
            not_after=now + timedelta(days=days),
        )

    def _common_name(self) -> str:
        (name,) = self.authority.issuing.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(name.value)

    @staticmethod
    def _write(folder: Path, issued: IssuedBundle) -> str:
        path = folder / issued.file_name
        path.write_bytes(issued.data)
        return str(path)


def serve(folder: Path) -> int:
    """Runs a site until it is told to stop, or for half an hour."""
    stop, ready = folder / "stop", folder / "target.json"
    with TargetSite(folder) as site:
        thumbprint = site.authority.issuing.fingerprint(SHA1()).hex().upper()  # noqa: S303  Windows names certificates so
        variables = {**site.variables(), "target_authority_thumbprint": thumbprint, "target_stop": str(stop)}
        prepared = folder / "target.new"
        prepared.touch(mode=0o600)
        prepared.write_text(json.dumps(variables), encoding="utf-8")
        prepared.rename(ready)  # whoever waits for the file finds it whole
        end = time.monotonic() + LONGEST
        while folder.exists() and not stop.exists() and time.monotonic() < end:
            time.sleep(0.2)
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def start(folder: Path) -> int:
    """Starts a site in the background; 0 when its variables are there."""
    with (folder / "log").open("w", encoding="utf-8") as log:
        command = [sys.executable, "-m", "lab.target_site", str(folder), "--serve"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    end = time.monotonic() + STARTS_IN
    while not (folder / "target.json").exists():
        if process.poll() is not None or time.monotonic() > end:
            print((folder / "log").read_text(encoding="utf-8"), file=sys.stderr)
            return 1
        time.sleep(0.05)
    return 0


def main(arguments: list[str]) -> int:
    """Starts or, with ``--serve``, is the site."""
    folder = Path(arguments[0])
    return serve(folder) if arguments[1:] == ["--serve"] else start(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
