# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The issuer of the hospital's certificates: it announces bundles by mail, and gives each of them once on its pages."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from lab import mails
from lab.hospital import Hospital
from lab.people import Person
from lab.registration_authority import RegistrationAuthority
from lab.tls import server_context, trust


class Issuer:
    """Starts on ``with``, for a hospital that runs. ``registration``: its pages. ``maildir``: where its mails come to."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital
        self.maildir = hospital.folder / "mail"
        self.vault_file = hospital.folder / "vault.yml"
        self._vault_password = hospital.folder / "vault-password"
        self.registration = RegistrationAuthority(server_context(hospital.authority))
        self._running = ExitStack()

    def __enter__(self) -> Issuer:
        self._running.enter_context(self.registration)
        self.authority_file = trust(self.hospital.authority, self.hospital.folder)
        self._vault_password.touch(mode=0o600)
        self._vault_password.write_text(secrets.token_urlsafe(24), encoding="ascii")
        mails.make_maildir(self.maildir)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def announce(self, person: Person, days: int, *, date: datetime | None = None, form: str = "plain") -> str:
        """Issues a bundle that is valid for so many days, and sends both mails about it. Returns the Message-ID of the first."""
        bundle = self.hospital.issue(person, days)
        # The code of the mail is the passphrase of the bundle, as the registry does it.
        url = self.registration.issue(bundle, bundle.passphrase)
        return mails.deliver(self.maildir, person, url, bundle.passphrase, date=date, form=form)

    def variables(self, **more: Any) -> Path:
        """A file with extra variables for the playbook collect, as a site would set them."""
        path = self.hospital.folder / "collect.yml"
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump({**self._collect(), **more}), encoding="utf-8")
        return path

    @property
    def vault_options(self) -> tuple[str, ...]:
        """Options of ``ansible-playbook`` that read the passphrases from the vault file. None while there is no such file."""
        if not self.vault_file.exists():
            return ()
        return "-e", f"@{self.vault_file}", "--vault-password-file", str(self._vault_password)

    def _collect(self) -> Mapping[str, Any]:
        return {
            "pkcs12_mail_source": "maildir",
            "pkcs12_mail_path": str(self.maildir),
            "pkcs12_issuer_senders": [mails.SENDER],
            "pkcs12_mail_subject_pattern": mails.SUBJECT,
            "pkcs12_access_subject_pattern": mails.ACCESS_SUBJECT,
            "pkcs12_allowed_hosts": [self.registration.host],
            "pkcs12_authenticate": "authentication_results",
            "pkcs12_authserv_id": mails.MAIL_SERVER,
            "pkcs12_forwarders": ["@chu.example"],
            "pkcs12_ca_path": str(self.authority_file),
            # The folder of the lab may lie on a file system of a container. A site never sets this.
            "pkcs12_allow_ephemeral": True,
            "pkcs12_store_tasks": "store_ansible_vault.yml",
            "pkcs12_vault_file": str(self.vault_file),
            "pkcs12_vault_password": self._vault_password.read_text(encoding="ascii"),
        }
