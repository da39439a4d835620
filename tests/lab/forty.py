# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hospital of 40 holders at 31 emulated workstations. All names are invented.

Most need nothing. The others are the cases that a radiation-protection officer meets in a year. Each state has a cause: certificates are
issued, mails come, playbooks run, and then something goes wrong at a workstation. No row of a report is written here.
"""

from __future__ import annotations

import json
import re
import secrets
import socket
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from cryptography.hazmat.primitives.asymmetric import rsa

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import parse
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from lab import mails
from lab.authority import IssuedBundle
from lab.authority.authority import LIFETIME
from lab.emulated.accounts import User
from lab.emulated.computer import utc_now
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.mail_server import Mail, MailServer
from lab.people import Desk, Person, Seat
from lab.playbook import FACT_CACHE, Run, play
from lab.tls import LOOPBACK

Json = dict[str, Any]

PARIS = ZoneInfo("Europe/Paris")
LAST_SECOND, MORNING = time(23, 59, 59), time(10)
HEADROOM = timedelta(minutes=30)
"""The report is of so much later than the first certificate, so that no midnight comes between them."""
SITE_DAYS = 158
"""Days until the anniversary of the authorisation of the whole site."""
NEW = 1090
"""Days left of a certificate that has just been issued."""


@dataclass(frozen=True)
class Holder:
    """A holder. ``days``: until the day on which the certificate ends, at ``at``; None without one. ``authorised``: days until the own
    anniversary, None for that of the site. ``back`` and ``expected``: days until the holder is back, and until a first bundle is expected.
    """

    name: str
    workstations: tuple[str, ...]
    days: int | None = None
    at: time = LAST_SECOND
    authorised: int | None = None
    back: int | None = None
    expected: int | None = None
    entry: Mapping[str, str] = field(default_factory=dict)
    weak: bool = False
    logged_on: bool = True


ADVISER = {"function": "conseillère en radioprotection"}
CORRESPONDENT = {"function": "correspondante SISERI de l'employeur (CSE)"}
PHYSICIAN = {"function": "médecin du travail"}

KARIM, PAUL = Holder("Karim Benali", ("ws-bloc-1",), -3), Holder("Paul Martin", ("ws-bloc-2",), 4)
JEANNE = Holder("Jeanne Dupont", ("ws-cardio-1", "ws-nucleaire-1"), 9, logged_on=False)
HUGO = Holder("Hugo Fournier", ("ws-cardio-2",), 30, MORNING, logged_on=False)
CLAIRE = Holder("Claire Petit", ("ws-pharmacie",), 12, back=40, logged_on=False)
SAMI = Holder("Sami Haddad", ("ws-labo-1",), 26)
ANNE = Holder("Anne Roux", ("ws-radio-2",), 690, weak=True)
LUCIE = Holder("Lucie Chevalier", ("ws-nucleaire-2",), 900)
ALAIN, NADIA = Holder("Alain Robert", ("ws-bloc-3",), 555), Holder("Nadia Simon", ("ws-bloc-3",), 640)
GERARD, SOPHIE = Holder("Gérard Masson", ("ws-urgences-1",), 300), Holder("Sophie Laurent", ("ws-urgences-2",), 231)
REMI, YASMINE = Holder("Rémi Blanchard", ("ws-archives",), 512), Holder("Yasmine Faure", ("ws-neuf",))
EMMA, ROSE = Holder("Emma André", ("ws-radio-3",)), Holder("Rose Lemoine", ("ws-biomedical",))
ODILE = Holder("Odile Perret", ("ws-dosimetrie",), 412)
PIERRE = Holder("Pierre Aubert", ("ws-qualite",), 310, logged_on=False)
BRUNO = Holder("Bruno Weber", ("ws-cardio-1",), 222, logged_on=False)
"""He has left, and is in no inventory any more."""

HOLDERS = (
    Holder("Élise Lefèvre", ("ws-travail-1",), 806, authorised=-12, entry=PHYSICIAN),
    Holder("Marc Delorme", ("ws-travail-2",), 431, authorised=0, entry=PHYSICIAN),
    Holder("Inès Moreau", ("ws-radio-1",), 590, authorised=21, entry=ADVISER),
    KARIM,
    PAUL,
    JEANNE,
    HUGO,
    CLAIRE,
    SAMI,
    Holder("Louise Garnier", ("ws-labo-2",), entry=CORRESPONDENT | {"awaiting": "document"}),
    Holder("Noé Lambert", ("ws-scanner-1",), expected=20, entry={"awaiting": "bundle"}),
    Holder("Thomas Nguyen", ("ws-dosimetrie",), 77, weak=True),
    ANNE,
    LUCIE,
    ALAIN,
    NADIA,
    GERARD,
    SOPHIE,
    REMI,
    YASMINE,
    EMMA,
    ROSE,
    ODILE,
    PIERRE,
    Holder("Théo Marchal", ("ws-dialyse",), 34, authorised=35),
    Holder("Simon Charles", ("ws-direction",), 226, authorised=560, entry=CORRESPONDENT),
    Holder("Paul Martin", ("ws-soins",), 640, entry=PHYSICIAN),
    Holder("Adèle Renaud", ("ws-irm-1",), 60),
    Holder("Bruno Perrin", ("ws-irm-2",), 143),
    Holder("Camille Morel", ("ws-scanner-1",), 226),
    Holder("David Girard", ("ws-scanner-2",), 309),
    Holder("Farid Amrani", ("ws-radio-4",), 475),
    Holder("Gaëlle Mercier", ("ws-radio-5",), 558),
    Holder("Henri Colin", ("ws-cardio-1",), 641),
    Holder("Irène Vidal", ("ws-cardio-2",), 724),
    Holder("Jules Caron", ("ws-bloc-1",), 807),
    Holder("Katia Roche", ("ws-bloc-2",), 890),
    Holder("Luc Picard", ("ws-labo-1",), 973),
    Holder("Maëlle Gautier", ("ws-labo-2",), 56),
    Holder("Nicolas Barbier", ("ws-pharmacie",), 139),
)

OFF = {"ws-urgences-1": 2, "ws-urgences-2": 14}
"""Workstations that are switched off: how many days ago they last answered."""
REFUSING = {"ws-archives": 5}
"""The same of the one that refuses the logon."""
CLOCK = ("ws-bloc-2", timedelta(seconds=913))
OLDER_OF_LUCIE = 90
PATIENCE = {"ansible_winrm_operation_timeout_sec": 1, "ansible_winrm_read_timeout_sec": 2}
"""With what is switched off: nobody has to wait for the usual half minute here."""
GATHERED = r'(gathered_at\\*": \\*")[^"\\]*'
"""In a file of the fact cache, which may have its facts as text."""

IT, HEAD, SENDER = "informatique@bellevue.example", "direction@bellevue.example", "certificats@bellevue.example"
WORDS = {
    "en": ("Annex 1", "Your SISERI certificate", "new request under way"),
    "fr": ("annexe 1", "Votre certificat SISERI", "nouvelle demande en cours"),
}
"""In each language: the yearly document, the subject of the issuer's mails, and why Anne's weak key is accepted."""


def person_of(holder: Holder) -> Person:
    """The holder as the lab knows people. Two people of one name have two numbers and two accounts."""
    number = len(HOLDERS) if holder is BRUNO else HOLDERS.index(holder)
    plain = unicodedata.normalize("NFKD", holder.name.lower()).encode("ascii", "ignore").decode()
    first, last = plain.replace("-", "").split()
    same = sum(each.name == holder.name for each in HOLDERS[:number])
    return Person(
        holder.name, f"T1000{number + 1:02}", f"{first[0]}{last}{same + 1 if same else ''}", 1201 + number, SITE_DAYS
    )


def desks() -> list[Desk]:
    """The workstations with those who work there."""
    seats: dict[str, list[Seat]] = {}
    for holder in HOLDERS:
        for workstation in holder.workstations:
            seats.setdefault(workstation, []).append(Seat(person_of(holder), holder.logged_on))
    return [Desk(name, tuple(there)) for name, there in sorted(seats.items())]


def mail_of(holder: Holder) -> str:
    """The holder's mail address."""
    return f"{person_of(holder).login}@bellevue.example"


@dataclass(frozen=True)
class Told:
    """What the chain came to, by language: the folder with the report's files, and the mails, as the mail server got them."""

    reports: Mapping[str, Path]
    mails: Mapping[str, Sequence[Mail]]

    def report(self, language: str) -> Report:
        """The report that the playbook wrote."""
        return parse((self.reports[language] / "pkcs12-compliance.json").read_text(encoding="utf-8"))

    def page(self, language: str) -> Path:
        """Its page."""
        return self.reports[language] / "pkcs12-compliance.html"

    def mail(self, language: str, address: str) -> Mail:
        """The one mail to an address."""
        (found,) = [mail for mail in self.mails[language] if mail.recipients == (address,)]
        return found


def rows(report: Report) -> str:
    """What the report says of each holder, as JSON. Days are counted from the day of the report, so that it is true on any day."""
    today = report.parameters.report_date.astimezone(PARIS).date()

    def days(end: date | None) -> int | None:
        return (end - today).days if end else None

    found = [
        {
            "name": row.name,
            "authorisation": row.authorisation,
            "shown_status": row.shown_status.value,
            "next_step": row.next_step.value,
            "actor": row.actor.value,
            "days_to_end_of_access": days(row.ends_on),
            "days_to_end_of_certificate": days(row.certificate_ends_on),
            "days_to_end_of_authorisation": days(row.authorisation_until),
        }
        for row in sorted(report.holders, key=lambda row: row.authorisation)
    ]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def told(folder: Path) -> Told:
    """Runs the whole chain: collect, enrol, renew, audit, report and remind. Raises ``RuntimeError`` where a playbook fails."""
    with ExitStack() as running:
        hospital = running.enter_context(Hospital(folder, desks(), delivered=False))
        issuer = running.enter_context(Issuer(hospital))
        server = running.enter_context(MailServer(None, "none"))
        mute = running.enter_context(socket.create_server((LOOPBACK, 0)))
        return _Chain(hospital, issuer, server, mute.getsockname()[1]).told()


class _Chain:
    """``mute``: a port on which nobody answers, as the network has it for what is switched off."""

    def __init__(self, hospital: Hospital, issuer: Issuer, server: MailServer, mute: int) -> None:
        self._hospital, self._issuer, self._server, self._mute = hospital, issuer, server, mute
        self._at = (utc_now() + HEADROOM).replace(microsecond=0)
        self._today = self._at.astimezone(PARIS).date()

    def told(self) -> Told:
        """What the chain comes to."""
        self._write_variables()
        self._switch_off(*YASMINE.workstations)
        self._before()
        self._announce(EMMA, ROSE, JEANNE, HUGO, CLAIRE)
        self._collect()
        self._play("enrol", "--limit", ",".join(each.workstations[0] for each in (EMMA, ROSE, PAUL)))
        self._play("renew", red=True)  # there are people without access, and a workstation that is off
        self._announce(SAMI)
        self._collect()
        self._accidents()
        self._play("audit")
        self._grow_old()
        self._play("audit", "--limit", ",".join((*OFF, *REFUSING)), red=True)  # none of these answers
        return Told(
            {language: self._report(language) for language in LANGUAGES},
            {language: self._remind(language) for language in LANGUAGES},
        )

    def _before(self) -> None:
        """What was there before: somebody has imported it by hand, and only Paul's is still to be withdrawn."""
        gone = person_of(BRUNO)
        user = User(gone.account, gone.sid, secrets.token_urlsafe(9), upn=gone.upn)
        self._hospital.emulated(BRUNO.workstations[0]).add_user(user)
        for holder in (*HOLDERS, BRUNO):
            if holder.days is None:
                continue
            issued = self._issued(holder, holder.days)
            if holder is PAUL:
                self._send(holder, issued, issued.certificate.not_valid_before_utc + timedelta(days=1))
            for workstation in () if holder is PAUL else holder.workstations:
                self._plant(workstation, NADIA if holder is ALAIN else holder, issued)

    def _accidents(self) -> None:
        """What happens at workstations in a year."""
        self._plant(LUCIE.workstations[0], LUCIE, self._issued(LUCIE, OLDER_OF_LUCIE))
        self._import_without_key(ODILE)
        self._hospital.emulated(PIERRE.workstations[0]).profiles[person_of(PIERRE).sid].denied = True
        name, fast = CLOCK
        self._hospital.emulated(name).clock = lambda: utc_now() + fast

    def _import_without_key(self, holder: Holder) -> None:
        """Somebody has cleared the store, and imported a file that has the certificate alone."""
        store = self._hospital.emulated(holder.workstations[0]).store_of(person_of(holder).sid)
        assert holder.days is not None
        store.elements.clear()
        store.containers.clear()
        store.plant(self._issued(holder, holder.days).certificate)

    def _grow_old(self) -> None:
        """Some workstations do not answer any more. When they last did is the only number that is moved by hand."""
        for name, days in (OFF | REFUSING).items():
            (path,) = (self._hospital.folder / "facts").glob(f"*{name}")
            then = f"{utc_now() - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
            known = path.read_text(encoding="utf-8")
            path.write_text(re.sub(GATHERED, rf"\g<1>{then}", known, count=1), encoding="utf-8")
        self._switch_off(*OFF)
        for name in REFUSING:
            self._write_host(name, ansible_password=secrets.token_urlsafe(9))

    def _switch_off(self, *workstations: str) -> None:
        for name in workstations:
            self._write_host(name, ansible_port=self._mute, **PATIENCE)

    def _report(self, language: str) -> Path:
        folder = self._hospital.folder / f"report-{language}"
        self._play("report", variables=self._in(language) | {"pkcs12_report_folder": str(folder)})
        return folder

    def _remind(self, language: str) -> Sequence[Mail]:
        self._server.mails.clear()
        state = self._hospital.folder / f"sent-{language}.json"
        self._play("remind", variables=self._in(language) | {"pkcs12_state_path": str(state)})
        return tuple(self._server.mails)

    def _issued(self, holder: Holder, days: int) -> IssuedBundle:
        person = person_of(holder)
        end = datetime.combine(self._today + timedelta(days=days), holder.at, PARIS).astimezone(UTC)
        weak = rsa.generate_private_key(65537, 1024) if holder.weak else None  # noqa: S505  the report has to say so
        return self._hospital.authority.issue(
            person.name,
            person.authorisation,
            passphrase=secrets.token_urlsafe(12),
            key=weak or "ec-p256",
            not_before=end - LIFETIME,
            not_after=end,
        )

    def _plant(self, workstation: str, owner: Holder, issued: IssuedBundle) -> None:
        self._hospital.emulated(workstation).store_of(person_of(owner).sid).plant(
            issued.certificate, issued.private_key
        )

    def _announce(self, *holders: Holder) -> None:
        for holder in holders:
            self._send(holder, self._issued(holder, NEW), self._at - timedelta(days=1))

    def _send(self, holder: Holder, issued: IssuedBundle, date: datetime) -> None:
        url = self._issuer.registration.issue(issued, issued.passphrase)
        mails.deliver(self._issuer.maildir, person_of(holder), url, issued.passphrase, date=date)

    def _collect(self) -> None:
        # The mail about Paul's first certificate is nearly as old as that.
        settings = self._issuer.variables(pkcs12_since_days=LIFETIME.days)
        self._play("collect", "-e", f"@{settings}")

    def _play(self, playbook: str, *options: str, variables: Json | None = None, red: bool = False) -> Run:
        given = (*self._issuer.vault_options, "-f", "10", *options, "-e", json.dumps(variables or {}))
        environment = {**FACT_CACHE, "no_proxy": LOOPBACK}
        run = play(self._hospital, f"hospital_it.pkcs12.{playbook}", *given, environment=environment)
        if run.exit_code and not red:
            raise RuntimeError(f"{playbook} ended with {run.exit_code}:\n{run.stdout[-3000:]}{run.stderr}")
        return run

    def _in(self, language: str) -> Json:
        """What is said in a language, and the instant of the report."""
        document, subject, reason = WORDS[language]
        accepted = {"authorisation": person_of(ANNE).authorisation, "what": "weak", "reason": reason}
        return {
            "pkcs12_language": language,
            "pkcs12_report_date": f"{self._at:%Y-%m-%dT%H:%M:%SZ}",
            "pkcs12_authorisation_document": {"name": document, "registry": "SISERI"},
            "pkcs12_issuer_mail_subject": subject,
            "pkcs12_exceptions": [accepted | {"until": self._day(67)}],
        }

    def _write_variables(self) -> None:
        """The variables of a site, where a site has them."""
        site = {
            "establishment": "Centre hospitalier de Bellevue",
            "service": {"name": "SISERI", "link": "https://siseri.asnr.example/"},
            "time_zone": PARIS.key,
            "authorisation_anniversary": self._day(SITE_DAYS),
            "issuer_overdue_days": 20,
            "issuer_contact": "01 02 03 04 05",
            "issuer_mail_sender": "siseri@asnr.example",
            "leavers": [person_of(BRUNO).authorisation],
            "it_to": [IT],
            "employer_to": [HEAD],
            "contact": f"poste 1234, {IT}",
            "mail_host": LOOPBACK,
            "mail_port": self._server.port,
            "mail_security": "none",
            "mail_sender": SENDER,
            "allow_ephemeral": True,
        }
        self._write("group_vars/all.yml", {f"pkcs12_{name}": value for name, value in site.items()})
        for name in self._hospital.workstations:
            self._write_host(name)

    def _write_host(self, workstation: str, **more: Any) -> None:
        there = [self._entry(each) for each in HOLDERS if workstation in each.workstations]
        self._write(f"host_vars/{workstation}.yml", {"pkcs12_holders": there} | more)

    def _entry(self, holder: Holder) -> Json:
        person = person_of(holder)
        days = {
            "authorisation_anniversary": holder.authorised,
            "absent_until": holder.back,
            "expected_from": holder.expected,
        }
        known = {name: self._day(given) for name, given in days.items() if given is not None}
        named = {"user": person.account, "name": person.name, "authorisation": person.authorisation}
        return {**named, "mail": mail_of(holder), **known, **holder.entry}

    def _day(self, days: int) -> str:
        return (self._today + timedelta(days=days)).isoformat()

    def _write(self, name: str, content: Json) -> None:
        path = self._hospital.folder / name
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
