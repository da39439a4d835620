# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The report as tables for a spreadsheet. Pure.

A double click in the Windows of the report's language opens them: UTF-8 with a byte order mark, which Excel needs to see that it
is UTF-8; the list separator and the date form of the country; CRLF.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from ..._errors import Problem
from ..._facts.register_columns import OF_THE_REPORT
from ..exceptions import FAILED, Accepted
from ..language.remarks import Remarks
from ..language.vocabulary import Catalogue, Translator
from ..language.wording import Wording, site_words
from ..model import CertificateRow, HolderRow, Report
from ..summary import names_by_number
from .csv_escaping import text_cell

SEPARATORS = {"en": ",", "fr": ";"}

CATALOGUE: Catalogue = {
    **{f"csv.{key}": (words["en"], words["fr"]) for key, words in OF_THE_REPORT.items()},
    "csv.name": ("name", "nom"),
    "csv.authorisation": ("authorisation", "autorisation"),
    "csv.function": ("function", "fonction"),
    "csv.absent_until": ("back on", "de retour le"),
    "csv.expected_from": ("expected from", "attendu à partir du"),
    "csv.valid_from": ("valid from", "valide du"),
    "csv.valid_until": ("valid until", "valide jusqu'au"),
    "csv.certificate_ends_on": ("certificate ends on", "certificat : échéance"),
    "csv.days_left": ("days left", "jours restants"),
    "csv.certificate_days_left": ("certificate days left", "jours restants du certificat"),
    "csv.authorisation_until": ("authorisation ends on", "autorisation : échéance"),
    "csv.authorisation_days_left": ("authorisation days left", "autorisation : jours restants"),
    "csv.authorisation_status": ("authorisation status", "autorisation : état"),
    "csv.delivery": ("delivery", "délivrance"),
    "csv.delivery_mail": ("issuer's mail", "message de l'émetteur"),
    "csv.revoked": ("revoked on", "révoqué le"),
    "csv.revocation_reason": ("reason of revocation", "motif de révocation"),
    "csv.accepted": ("accepted exceptions", "exceptions acceptées"),
    "csv.workstations": ("workstations", "postes"),
    "csv.by_workstation": ("status by workstation", "état par poste"),
    "csv.accounts": ("accounts", "comptes"),
    "csv.thumbprints": ("thumbprints", "empreintes"),
    "csv.failure": ("why the last run failed", "échec du dernier passage"),
    "csv.failure_code": ("code of the failure", "code de l'échec"),
    "csv.workstation": ("workstation", "poste"),
    "csv.facts_at": ("facts of", "relevé du"),
    "csv.owner": ("owner of the store", "propriétaire du magasin"),
    "csv.owner_sid": ("owner's SID", "SID du propriétaire"),
    "csv.store": ("store", "magasin"),
    "csv.thumbprint": ("thumbprint", "empreinte"),
    "csv.subject_cn": ("subject CN", "CN du sujet"),
    "csv.subject": ("subject", "sujet"),
    "csv.issuer_cn": ("issuer CN", "CN de l'émetteur"),
    "csv.issuer": ("issuer", "émetteur"),
    "csv.serial": ("serial number", "numéro de série"),
    "csv.eku": ("extended key usages", "usages étendus de la clé"),
    "csv.use": ("use", "usage"),
    "csv.key_type": ("key type", "type de clé"),
    "csv.key_size": ("key size (bits)", "taille de clé (bits)"),
    "csv.signature_hash": ("signature hash", "hachage de la signature"),
    "csv.friendly_name": ("friendly name", "nom convivial"),
    "csv.archived": ("archived", "archivé"),
    "csv.key_state": ("key", "clé"),
    "csv.key_exportable": ("key exportable", "clé exportable"),
    "csv.key_provider": ("key provider", "fournisseur de clés"),
    "csv.issuer_setting": ("issuer setting", "paramètre de l'émetteur"),
    "csv.related": ("selected", "sélectionné"),
    "key_state.missing": ("missing", "absente"),
    "key_state.linked": ("linked", "associée"),
    "key_state.proven": ("proven", "vérifiée"),
    "key_state.unusable": ("unusable", "inutilisable"),
    "use.authentication": ("authentication", "authentification"),
    "use.encryption": ("encryption", "chiffrement"),
    "use.signature": ("signature", "signature"),
    "use.other": ("other", "autre"),
    "truth.True": ("yes", "oui"),
    "truth.False": ("no", "non"),
    "truth.None": ("unknown", "inconnu"),
}

Columns = Mapping[str, Callable[[Any, Translator], Any]]
"""Key of the heading to what a row has there: text, a whole number, a date or an instant (which is shown as a day), or None."""

HOLDER_COLUMNS: Columns = {
    "name": lambda row, _words: row.name,
    "authorisation": lambda row, _words: row.authorisation,
    "function": lambda row, _words: row.function,
    "status": lambda row, words: words.of(row.shown_status),
    "next_step": lambda row, words: words.of(row.next_step),
    "actor": lambda row, words: words.of(row.actor),
    "ends_on": lambda row, _words: row.ends_on,
    "days_left": lambda row, _words: row.days_left,
    "valid_from": lambda row, _words: row.valid_from,
    "certificate_ends_on": lambda row, _words: row.certificate_ends_on,
    "certificate_days_left": lambda row, _words: row.certificate_days_left,
    "authorisation_until": lambda row, _words: row.authorisation_until,
    "authorisation_days_left": lambda row, _words: row.authorisation_days_left,
    "authorisation_status": lambda row, words: (
        words(f"auth.{row.authorisation_status.value}") if row.authorisation_status else None
    ),
    "delivery": lambda row, words: words.of(row.delivery.state) if row.delivery else None,
    "delivery_mail": lambda row, _words: row.delivery.mail_at if row.delivery else None,
    "absent_until": lambda row, _words: row.absent_until,
    "expected_from": lambda row, _words: row.expected_from,
    "revoked": lambda row, _words: min((p.revocation.at for p in row.places if p.revocation), default=None),
    "accepted": lambda row, words: _accepted(row.accepted, words),
    "workstations": lambda row, _words: _joined(place.workstation for place in row.places),
    "by_workstation": lambda row, words: _joined(
        f"{p.workstation}{words.colon} {words.of(p.status)}" for p in row.places
    ),
    "failure_code": lambda row, _words: _joined(each.kind for each in _failures(row)),
    "accounts": lambda row, _words: _joined(place.account for place in row.places),
    "thumbprints": lambda row, _words: _joined(place.thumbprint or "" for place in row.places),
    "issuer_setting": lambda row, _words: row.issuer_setting,
}
"""One row per holder; what differs by workstation is joined in one cell."""

CERTIFICATE_COLUMNS: Columns = {
    "workstation": lambda row, _words: row.workstation,
    "authorisation": lambda row, _words: row.holder,
    "status": lambda row, words: words.of(row.status),
    "valid_from": lambda row, _words: row.certificate.not_before,
    "valid_until": lambda row, _words: row.certificate.not_after,
    "ends_on": lambda row, _words: row.ends_on,
    "days_left": lambda row, _words: row.days_left,
    "owner": lambda row, _words: row.certificate.owner,
    "store": lambda row, _words: row.certificate.store,
    "key_state": lambda row, words: words.of(row.certificate.key_state),
    "key_exportable": lambda row, words: words(f"truth.{row.certificate.key_exportable}"),
    "archived": lambda row, words: words(f"truth.{row.certificate.archived}"),
    "thumbprint": lambda row, _words: row.certificate.thumbprint,
    "subject_cn": lambda row, _words: row.certificate.subject_cn,
    "issuer_cn": lambda row, _words: row.certificate.issuer_cn,
    "friendly_name": lambda row, _words: row.certificate.friendly_name,
    "serial": lambda row, _words: row.certificate.serial,
    "key_type": lambda row, _words: row.certificate.key_type,
    "key_size": lambda row, _words: row.certificate.key_size,
    "signature_hash": lambda row, _words: row.certificate.signature_hash,
    "eku": lambda row, _words: _joined(row.certificate.eku),
    "use": lambda row, words: words.of(row.certificate.use),
    "key_provider": lambda row, _words: row.certificate.key_provider,
    "related": lambda row, words: words(f"truth.{row.certificate.related}"),
    "next_step": lambda row, words: words.of(row.next_step),
    "actor": lambda row, words: words.of(row.actor),
    "accepted": lambda row, words: _accepted((row.accepted,) if row.accepted else (), words),
    "revoked": lambda row, _words: row.revocation.at if row.revocation else None,
    "revocation_reason": lambda row, words: words.of(row.revocation.reason) if row.revocation else None,
    "owner_sid": lambda row, _words: row.certificate.owner_sid,
    "subject": lambda row, _words: row.certificate.subject,
    "issuer": lambda row, _words: row.certificate.issuer,
    "facts_at": lambda row, _words: row.facts_at,
    "issuer_setting": lambda row, _words: row.certificate.issuer_setting,
}
"""A row per certificate and store; what was judged when the facts were gathered is in the JSON alone."""


def holders_csv(report: Report) -> bytes:
    """One row per holder; those without a workstation come last. The remarks need the whole report."""
    say = Wording(report.parameters)
    remarks = Remarks(report, say)
    own: Columns = {
        "next_step": lambda row, _words: say.step(row),
        "accounts": lambda row, _words: _joined(map(remarks.account, row.places)),
        "failure": lambda row, _words: _joined(map(say.told.cause, _failures(row))),
        "remarks": lambda row, _words: "; ".join((*remarks.of(row), *remarks.silent(row))),
    }
    return _table(report, {**HOLDER_COLUMNS, **own}, (*report.holders, *report.without_workstation))


def certificates_csv(report: Report) -> bytes:
    """One row per certificate in a store; those that belong to no holder come last if they are not among the others."""
    say = Wording(report.parameters)
    names = names_by_number((*report.holders, *report.without_workstation))
    first: Columns = {
        "workstation": CERTIFICATE_COLUMNS["workstation"],
        "name": lambda row, _words: names.get(row.holder) if row.holder else None,
    }
    own: Columns = {
        "next_step": lambda row, _words: say.step(row),
        "failure": lambda row, _words: say.told.cause(row.problem) if row.problem else None,
    }
    return _table(
        report, {**first, **CERTIFICATE_COLUMNS, **own}, dict.fromkeys((*report.certificates, *report.without_holder))
    )


def _table(report: Report, columns: Columns, rows: Iterable[HolderRow | CertificateRow]) -> bytes:
    parameters = report.parameters
    zone = ZoneInfo(parameters.time_zone)
    words = Translator(parameters.language, zone, CATALOGUE, site_words(parameters))
    text = io.StringIO()
    # Everything but numbers is quoted, so that no spreadsheet cuts a text at a separator of its own country.
    writer = csv.writer(text, delimiter=SEPARATORS[words.language], quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(words(f"csv.{key}") for key in columns)
    writer.writerows([_cell(value(row, words), words) for value in columns.values()] for row in rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _cell(value: str | int | date | None, words: Translator) -> str | int:
    if isinstance(value, date):
        return words.day(value)
    return text_cell(value or "") if value is None or isinstance(value, str) else value


def _failures(row: HolderRow) -> list[Problem]:
    return [place.problem for place in row.places if place.problem and place.outcome == FAILED]


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))


def _accepted(accepted: Iterable[Accepted], words: Translator) -> str:
    """What is accepted, its last day and the reason."""
    return _joined(f"{words.of(each.what)} ({words.day(each.until)}): {each.reason}" for each in accepted)
