# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether each holder's bundle is there, opens, is the holder's and is valid. No workstation is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from .._crypto.certificate import Certificate
from .._crypto.instants import format_instant
from .._crypto.pkcs12 import check_dates
from .._errors import ErrorRow, Pkcs12Error, Problem, Sentences
from .._facts.holders import HolderEntry
from .._facts.issuer_advice import Seen, of_certificates
from .._facts.retired import NO_NOTES, Notes
from .._facts.shared_numbers import Shared
from .._policy.bundles import BundleFolder
from .._policy.issuers import Issuers
from .._policy.subject import ExpectedSubject, check_subject
from .._policy.use import Use
from .._policy.validity import Calendar, calendar_of
from .issuer_check import check_issuer
from .number_look import check_own_number
from .options import admit_bundle, check_duplicates, folders_of, passphrases_of
from .outcomes import AWAITED, FAILED, READY, grouped
from .result import awaited, labels, not_opened

NOTHING = {"file": None, "use": None, "issued_to": None, "valid_until": None, "ends_on": None}
UNREAD: Mapping[str, Any] = {"bundle": NOTHING, "other_uses": [], "unopened": [], "near": False, "own": None}
"""Of a holder whose files were not read."""


def check_bundles(
    options: Mapping[str, Any],
    entries: Sequence[HolderEntry],
    now: datetime,
    shared: Shared = MappingProxyType({}),
    notes: Notes = NO_NOTES,
    site: Issuers = Issuers(),  # noqa: B008
) -> dict[str, Any]:
    """The documented result of ``holder_bundles``. Raises ``Pkcs12Error`` for a holder who is listed twice.

    ``shared``: numbers that the inventory has for two people. ``notes``: of those who are retired. ``site``: its issuers.
    """
    check_duplicates(entries, shared)
    calendar = calendar_of(options["time_zone"], 0)
    today = calendar.day(now)
    rows = [
        _awaited(row, entry, today)
        for entry in entries
        for row in _checked(options, entry, now, calendar, shared, notes, site)
    ]
    seen = [Seen(own.leaf, own.chain) for row in rows if (own := row.pop("own"))]
    failed = [row for row in rows if row["failed"]]
    ready = sum(row["outcome"] == READY for row in rows)
    awaited = sum(row["outcome"] == AWAITED for row in rows)
    names = [label for row, label in zip(rows, labels(rows), strict=True) if row["failed"]]
    said = [Problem("done.bundles", {"ready": ready, "count": len(rows)})]
    said += grouped(zip(names, (row["msg"] for row in failed), strict=True))
    said += [Problem("done.bundles_awaited", {"count": awaited})] if awaited else []
    return {
        "changed": False,
        "failed": bool(failed),
        "msg": Sentences(tuple(said)),
        "holders": rows,
        "failed_holders": names,
        "issuers": of_certificates(site, seen),
    }


def _checked(
    options: Mapping[str, Any],
    entry: HolderEntry,
    now: datetime,
    calendar: Calendar,
    shared: Shared,
    notes: Notes,
    site: Issuers,
) -> list[dict[str, Any]]:
    """A row for each issuer of the site of which the holder has a bundle, or one where there is none."""
    person = entry.person
    row: dict[str, Any] = {"user": entry.user, "name": person.name, "authorisation": person.authorisation}
    row["issuer_setting"] = ""
    try:
        check_own_number(entry, shared)
        notes.admit(person.authorisation)
        secrets = passphrases_of(options["passphrases"], entry)
        folders = folders_of({**options, "passphrase": secrets}, entry, site)
    except Pkcs12Error as refusal:
        return [{**row, **UNREAD, **_failed(refusal)}]
    having = [each for each in folders if each[2].last] or folders[:1]
    return [
        row | {"issuer_setting": setting} | _of_folder(folder, person, now, calendar, notes, alone)
        for alone, setting, folder in having
    ]


def _failed(refusal: Pkcs12Error) -> dict[str, Any]:
    return {"outcome": FAILED, "failed": True, "msg": refusal.problem, "error": ErrorRow(refusal.problem)}


def _of_folder(
    folder: BundleFolder, person: ExpectedSubject, now: datetime, calendar: Calendar, notes: Notes, site: Issuers
) -> dict[str, Any]:
    """What the folder has of one issuer. ``site``: this one alone. ``own``: the bundle, where it is the person's."""
    found: dict[str, Any] = {
        "bundle": NOTHING,
        "other_uses": [_listed(each.file, each.use, each.leaf, calendar) for each in folder.others],
        "unopened": [{"path": str(each.path), "code": each.refusal.code} for each in folder.unopened],
        "near": bool(folder.near),
        "own": None,
    }
    try:
        last = folder.last
        if last is None:
            raise folder.refusal()
        leaf = last.bundle.leaf
        found["bundle"] = _listed(last.path.name, Use.AUTHENTICATION, leaf, calendar)
        if later := folder.later_refusal():
            raise later
        admit_bundle(notes, person, last.bundle, site)
        folder.check_ends_last(lambda bundle: check_subject(bundle.leaf, person))
        found["own"] = last.bundle
        folder.check_ends_last(lambda bundle: check_issuer(site, bundle))
        folder.check_ends_last(lambda bundle: check_dates(bundle, now, calendar.zone))
    except Pkcs12Error as refusal:
        return found | _failed(refusal)
    said = Problem(
        "done.bundle_opens",
        {"file": last.path.name, "ends_on": calendar.ends_on(leaf.not_after)},
        causes=not_opened(folder.unopened),
    )
    return found | {"outcome": READY, "failed": False, "msg": said, "error": None}


def _listed(file: str, use: Use, leaf: Certificate, calendar: Calendar) -> dict[str, Any]:
    """A file that opens."""
    return {
        "file": file,
        "use": use.value,
        "issued_to": leaf.subject_cn or leaf.subject,
        "valid_until": format_instant(leaf.not_after),
        "ends_on": calendar.ends_on(leaf.not_after).isoformat(),
    }


def _awaited(row: dict[str, Any], entry: HolderEntry, today: date) -> dict[str, Any]:
    """The row of a newcomer whose first bundle nobody expects yet is no failure. A file of nearly the right name is one."""
    near = row.pop("near")
    if not row["error"] or row["error"].problem.kind != "no_bundle" or near or not entry.is_awaited(today):
        return row
    said = awaited(entry, row["error"].problem.causes)
    return row | {"outcome": AWAITED, "failed": False, "msg": said, "error": None}
