# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The issuer's two mails about a certificate, and a Maildir that they come to. All texts and hosts are invented."""

from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from lab import mail_forms
from lab.people import Person

SENDER = "siseri@irsn.fr"
SUBJECT = "Délivrance du certificat SISERI"
ACCESS_SUBJECT = "CONFIDENTIEL : Accès à SISERI"
MAIL_SERVER = "mx.chu.example"
"""The authserv-id of the hospital's mail server."""

FORWARDS = ("redirected", "attached", "nested", "inline")
FORMS = (*mail_forms.BODIES, *FORWARDS)
"""Everything that ``form`` may be."""

TEXT = """\
Bonjour,

Madame {name},

Votre certificat est prêt. Votre autorisation n° {authorisation} a été enregistrée.

Adresse de retrait : {url}
Code de retrait 1 : {code}

Conservez ce message : le code de retrait protège aussi le fichier. Un seul téléchargement est possible.

Le bureau d'enregistrement
"""

ACCESS_TEXT = """\
Bonjour,

Le code d'accès que l'application vous demandera après le choix du certificat est le {access_code}.
Ne le communiquez à personne.
"""

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it lies in the mailbox."""

    message_id: str
    data: bytes


def access_code(person: Person) -> str:
    """The four digits that the portal asks this person for."""
    return f"{person.rid * 7919 % 10000:04d}"


def passed(domain: str = SENDER.rpartition("@")[2], server: str = MAIL_SERVER) -> str:
    """What a mail server writes above a mail that is of this domain."""
    return (
        f"{server}; dmarc=pass (p=none dis=none) header.from={domain};\r\n\tdkim=pass (2048-bit key) header.d={domain}"
    )


def stamped(mail: bytes, *results: str) -> bytes:
    """A mail after a server took it: with its trace fields on top."""
    fields = [f"Authentication-Results: {result}" for result in results]
    fields.append(f"Received: from out.issuer.example by {MAIL_SERVER} with ESMTPS; Mon, 2 Mar 2026 08:12:00 +0000")
    return "".join(f"{field}\r\n" for field in fields).encode() + mail


def delivery_mail(
    person: Person, url: str, code: str, date: datetime, form: str = "plain", results: Sequence[str] | None = None
) -> Mail:
    """The mail with URL and code. ``results``: the ``Authentication-Results`` on it, by default those of a mail that is genuine."""
    text = TEXT.format(name=person.name, authorisation=person.authorisation, url=url, code=code)
    return _in_form(person, SUBJECT, text, date, form, results)


def access_mail(person: Person, date: datetime, form: str = "plain", results: Sequence[str] | None = None) -> Mail:
    """The mail with the access code."""
    text = ACCESS_TEXT.format(access_code=access_code(person))
    return _in_form(person, ACCESS_SUBJECT, text, date, form, results)


def deliver(
    maildir: Path, person: Person, url: str, code: str, *, date: datetime | None = None, form: str = "plain"
) -> str:
    """Puts both mails of the issuer for this person into a Maildir. Returns the Message-ID of the one with URL and code."""
    when = date or datetime.now(UTC)
    delivery = delivery_mail(person, url, code, when, form)
    put(maildir, delivery.data, when)
    put(maildir, access_mail(person, when, form).data, when)
    return delivery.message_id


def make_maildir(folder: Path) -> None:
    """An empty Maildir."""
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True, exist_ok=True)


def put(maildir: Path, data: bytes, date: datetime | None = None) -> Path:
    """Puts a mail into a Maildir as a delivery program does: written elsewhere first, then renamed. ``date``: when it came."""
    make_maildir(maildir)
    when = date or datetime.now(UTC)
    name = f"{int(when.timestamp())}.{secrets.token_hex(4)}_{next(_numbers)}.lab"
    written = maildir / "tmp" / name
    written.write_bytes(data)
    os.utime(written, (when.timestamp(), when.timestamp()))
    return written.rename(maildir / "new" / name)


def write_mbox(path: Path, mails: Sequence[bytes]) -> None:
    """A file with these mails (RFC 4155)."""
    path.write_bytes(b"".join(_quoted_from(mail) for mail in mails))


def _quoted_from(mail: bytes) -> bytes:
    lines = mail.replace(b"\r\n", b"\n").split(b"\n")
    kept = b"\n".join(b">" + line if line.startswith(b"From ") else line for line in lines)
    return b"From lab@chu.example Mon Mar  2 09:12:00 2026\n" + kept + b"\n\n"


def _in_form(person: Person, subject: str, text: str, date: datetime, form: str, results: Sequence[str] | None) -> Mail:
    stamps = (passed(),) if results is None else results
    if form == "inline":
        data = mail_forms.inline(SENDER, person.upn, subject, text, date)
        return Mail(str(_field(data, "Message-ID")), stamped(data, passed("chu.example")))
    plain = _composed(person, subject, text, date, form if form in mail_forms.BODIES else "quoted_printable")
    data = stamped(plain.data, *stamps)
    for _level in range({"attached": 1, "nested": 2}.get(form, 0)):
        data = stamped(mail_forms.attached(data, date), passed("chu.example"))
    if form == "redirected":
        data = mail_forms.redirected(data, date)
    return Mail(plain.message_id, data)


def _composed(person: Person, subject: str, text: str, date: datetime, form: str) -> Mail:
    message = EmailMessage()
    message["From"] = f"SISERI <{SENDER}>"
    message["To"] = f"{person.name} <{person.upn}>"
    message["Subject"] = subject
    message["Date"] = format_datetime(date)
    message["Message-ID"] = mail_forms.message_id("irsn.fr")
    mail_forms.BODIES[form](message, text)
    return Mail(str(message["Message-ID"]), message.as_bytes(policy=mail_forms.POLICY))


def _field(data: bytes, name: str) -> str:
    return next(_values(data, name))


def _values(data: bytes, name: str) -> Iterator[str]:
    for line in data.partition(b"\r\n\r\n")[0].decode().split("\r\n"):
        if line.lower().startswith(f"{name.lower()}:"):
            yield line.partition(":")[2].strip()
