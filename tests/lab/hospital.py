# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small hospital, running: a listener before each workstation, and the files that Ansible needs to reach them."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml
from cryptography.hazmat.primitives.serialization import Encoding

from lab.authority import Authority, Dialect, IssuedBundle
from lab.emulated.accounts import User
from lab.emulated.workstation import EmulatedWorkstation
from lab.people import DESKS, DOMAIN, DOMAIN_SID, Desk, Person, Seat
from lab.transports import NAME, tls
from lab.wine import WineWorkstation, bed
from lab.winrm import Intercept, Ledger, Listener, Tls, closed_port
from lab.workstation_interface import AuthMethod, Workstation

CONNECTION_ACCOUNT = f"{DOMAIN}\\svc-ansible"
CONNECTION_UPN = "svc-ansible@chu.example"
ISSUER = "CN=AC Personnes"
THREE_YEARS = 3 * 365
USAGES = (("digital_signature", "key_encipherment"), ("digital_signature",))
"""What issuers allow the RSA key of a certificate for authentication: both, as most do, or signatures alone."""

DIALECTS: tuple[Dialect, ...] = ("modern", "3des", "rc2-40")


class Hospital:
    """Starts on ``with``; ``folder`` then holds inventory, passphrases, bundles and requests.

    ``days``: how long the first bundle of a person is valid, three years unless said. ``delivered``: whether the first bundles are
    there. ``verified``: whether the site names its authority, as a new one does, or the pattern of its name alone. Every password and
    passphrase is random and lives as long as the hospital. The connection account owns nothing, except on Windows PowerShell, where there
    is one user: there the connection user is the holder.
    """

    def __init__(
        self,
        folder: Path,
        desks: Sequence[Desk] = DESKS,
        auth: AuthMethod = AuthMethod.NTLM,
        intercept: Intercept | None = None,
        days: Mapping[Person, int] | None = None,
        delivered: bool = True,
        verified: bool = False,
    ) -> None:
        self.folder, self.desks, self.auth, self._intercept = folder, tuple(desks), auth, intercept
        self._verified = verified
        self.authority = Authority.create()
        self.workstations: dict[str, Workstation] = {}
        self._days, self._delivered = days or {}, delivered
        self.bundles: dict[str, IssuedBundle] = {}
        self.connection_password = secrets.token_urlsafe(24)
        self.passwords = {seat.person.sid: secrets.token_urlsafe(24) for desk in self.desks for seat in desk.seats}
        self._listeners: dict[str, Listener] = {}
        self._running = ExitStack()

    @property
    def inventory(self) -> Path:
        """Ansible's inventory of the hospital; it holds the connection's password and no other secret."""
        return self.folder / "inventory.yml"

    @property
    def passphrases(self) -> Path:
        """Extra variables with the bundles' passphrases: what a vault would hold."""
        return self.folder / "passphrases.yml"

    @property
    def bundle_folder(self) -> Path:
        """Where the authority's files lie, named as it names them."""
        return self.folder / "bundles"

    @property
    def evidence(self) -> Path:
        """Where the playbooks write down what they change."""
        return self.folder / "evidence.jsonl"

    @property
    def people(self) -> tuple[Person, ...]:
        """Every holder once."""
        return tuple(dict.fromkeys(seat.person for desk in self.desks for seat in desk.seats))

    def __enter__(self) -> Hospital:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ledger = Ledger(self.folder / "requests.jsonl")
        self._running.callback(self.ledger.close)
        for desk in self.desks:
            workstation = self.workstations[desk.name] = self._make(desk)
            self._running.callback(workstation.close)
            listener = self._running.enter_context(
                Listener(
                    workstation, self.ledger, auth=(self.auth,), intercept=self._intercept, tls=self.tls_of(self.auth)
                )
            )
            self._listeners[desk.name] = listener
        self.bundle_folder.mkdir(exist_ok=True)
        self._write_passphrases()
        for person in self.people if self._delivered else ():
            self.deliver(person, self._days.get(person, THREE_YEARS))
        self._write(self.inventory, self._inventory())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def emulated(self, name: str) -> EmulatedWorkstation:
        """A workstation whose stores a test looks into. Raises ``TypeError`` for one that is not emulated."""
        workstation = self.workstations[name]
        if not isinstance(workstation, EmulatedWorkstation):
            raise TypeError(f"{name} is {workstation.kind.value}")
        return workstation

    def tls_of(self, auth: AuthMethod) -> Tls | None:
        """TLS of a listener for this logon; None for NTLM, which encrypts by itself. A bundle goes over nothing that does not encrypt."""
        return None if auth is AuthMethod.NTLM else tls(self.authority)

    def over(self, auth: AuthMethod) -> dict[str, str]:
        """The variables of a connection to such a listener, but for its port."""
        logon = {"ansible_winrm_transport": auth.value}
        if auth is AuthMethod.NTLM:
            clear = {"ansible_host": "127.0.0.1", "ansible_winrm_scheme": "http"}
            return logon | clear | {"ansible_winrm_message_encryption": "always"}
        trust = self.folder / "authority.pem"
        trust.write_bytes(self.authority.root.public_bytes(Encoding.PEM))
        secure = {"ansible_host": NAME, "ansible_winrm_scheme": "https", "ansible_winrm_ca_trust_path": str(trust)}
        return logon | secure | {"ansible_winrm_message_encryption": "never"}

    def switch_off(self, *names: str) -> None:
        """Nobody listens there any more, and no other process gets the port."""
        for name in names:
            port = self._listeners[name].port
            self._listeners[name].close()
            self._running.enter_context(closed_port(port))

    def _make(self, desk: Desk) -> Workstation:
        if desk.windows and bed():
            return WineWorkstation.create(desk.name, {_unix_user(): self.connection_password})
        workstation = EmulatedWorkstation(desk.name.upper(), desk.os_build)
        sid, password = f"{DOMAIN_SID}-1103", self.connection_password
        service = User(CONNECTION_ACCOUNT, sid, password, administrator=True, upn=CONNECTION_UPN)
        workstation.add_user(service)
        for seat in desk.seats:
            person = seat.person
            user = User(person.account, person.sid, self.passwords[person.sid], upn=person.upn)
            workstation.add_user(user, logged_on=seat.logged_on)
        if desk.prepare:
            desk.prepare(workstation)
        return workstation

    def issue(self, person: Person, days: int) -> IssuedBundle:
        """The authority issues a bundle with a passphrase of its own, valid from now for so many days.

        With 0 days or less it was valid for three years before, and has ended.
        """
        now = datetime.now(timezone.utc)
        ends = now + timedelta(days=days)
        starts = now - timedelta(minutes=5)
        place = self.people.index(person)
        return self.authority.issue(
            person.name,
            person.authorisation,
            passphrase=secrets.token_urlsafe(12),
            dialect=DIALECTS[place % len(DIALECTS)],
            key_usage=USAGES[place % len(USAGES)],
            not_before=starts if starts < ends else ends - timedelta(days=THREE_YEARS),
            not_after=ends,
        )

    def deliver(self, person: Person, days: int, suffix: str = "") -> IssuedBundle:
        """A new bundle is in the folder, and the vault has its passphrase."""
        issued = self.bundles[person.authorisation] = self.issue(person, days)
        (self.bundle_folder / issued.file_name.replace(".p12", f"{suffix}.p12")).write_bytes(issued.data)
        self._write_passphrases()
        return issued

    @contextmanager
    def with_delivery(self, person: Person, days: int, suffix: str) -> Iterator[IssuedBundle]:
        """A new bundle, until the end of the block. Then folder and vault are as before."""
        before, files = self.bundles[person.authorisation], set(self.bundle_folder.iterdir())
        try:
            yield self.deliver(person, days, suffix)
        finally:
            for path in set(self.bundle_folder.iterdir()) - files:
                path.unlink()
            self.bundles[person.authorisation] = before
            self._write_passphrases()

    def _write_passphrases(self) -> None:
        secret = {number: bundle.passphrase for number, bundle in self.bundles.items()}
        self._write(self.passphrases, {"pkcs12_passphrases": secret})

    def _inventory(self) -> dict[str, Any]:
        shared = {
            "ansible_connection": "winrm",
            **self.over(self.auth),
            "ansible_password": self.connection_password,
            "pkcs12_bundle_folder": str(self.bundle_folder),
            "pkcs12_evidence_path": str(self.evidence),
            **self._issuer_settings(),
        }
        hosts = {desk.name: self._host(desk) for desk in self.desks}
        return {"all": {"children": {"workstations": {"hosts": hosts}}, "vars": shared}}

    def _issuer_settings(self) -> dict[str, Any]:
        if not self._verified:
            return {"pkcs12_issuer": ISSUER}
        path = self.folder / "people.pem"
        path.write_bytes(self.authority.issuing.public_bytes(Encoding.PEM))
        return {"pkcs12_issuers": [{"name": "people", "authority": str(path), "issuer": ISSUER}]}

    def _host(self, desk: Desk) -> dict[str, Any]:
        windows = isinstance(self.workstations[desk.name], WineWorkstation)
        # Under Wine it is called like this machine, and not like the desk.
        name = {"pkcs12_computer": socket.gethostname()} if windows else {}
        # NTLM over http proves no workstation. The hospital says so for each, as a site does that takes the risk.
        named = {"pkcs12_unverified_workstations": [desk.name]} if self.tls_of(self.auth) is None else {}
        return (
            name
            | named
            | {
                "ansible_port": self._listeners[desk.name].port,
                "ansible_user": _unix_user() if windows else CONNECTION_ACCOUNT,
                "pkcs12_holders": [_holder(seat, _unix_user() if windows else None) for seat in desk.seats],
            }
        )

    @staticmethod
    def _write(path: Path, content: Mapping[str, Any]) -> None:
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _holder(seat: Seat, account: str | None) -> dict[str, str]:
    person = seat.person
    return {
        "name": person.name,
        "authorisation": person.authorisation,
        "user": account or str(getattr(person, seat.asked)),
        "authorisation_anniversary": str(datetime.now(timezone.utc).date() + timedelta(days=person.authorised_days)),
    }


def _unix_user() -> str:
    """The one user of a workstation under Wine has the name of the Unix user."""
    return Path.home().owner()
