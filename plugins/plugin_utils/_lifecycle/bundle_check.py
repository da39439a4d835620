# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether each holder's bundle is there, opens, is the holder's and is valid. No workstation is needed."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from .._crypto.instants import format_instant
from .._crypto.pkcs12 import Bundle, check_dates
from .._crypto.pkcs12_files import BundleFolder, find_bundles, read_bundle, read_bundle_folder
from .._errors import CollectionError
from .._facts.holders import HolderEntry
from .._policy.subject import check_subject
from .holder_options import check_duplicates, check_placeholders, passphrases_of
from .options import fill

READY, FAILED = "ready", "failed"
NOTHING = {"file": None, "issued_to": None, "valid_until": None}


def check_bundles(options: Mapping[str, Any], entries: Sequence[HolderEntry], now: datetime) -> dict[str, Any]:
    """The documented result of ``holder_bundles``. Raises ``CollectionError`` for a holder who is listed twice."""
    check_duplicates(entries)
    rows = [_checked(options, entry, now) for entry in entries]
    failed = [row for row in rows if row["failed"]]
    names = [f"{row['name'] or row['authorisation'] or row['user']} ({row['user']})" for row in failed]
    needy: dict[str, list[str]] = {}
    for name, row in zip(names, failed, strict=True):
        needy.setdefault(row["msg"], []).append(name)
    sentences = [f"{', '.join(who)}: {sentence}" for sentence, who in needy.items()]
    return {
        "changed": False,
        "failed": bool(failed),
        "msg": " ".join([f"{len(rows) - len(failed)} of {len(rows)} bundles can be installed.", *sentences]),
        "holders": rows,
        "failed_holders": names,
    }


def _checked(options: Mapping[str, Any], entry: HolderEntry, now: datetime) -> dict[str, Any]:
    person = entry.person
    row = {"user": entry.user, "name": person.name, "authorisation": person.authorisation}
    found: dict[str, Any] = {"bundle": NOTHING, "unopened": []}
    try:
        check_placeholders(options["bundle_pattern"], entry)
        place, pattern = Path(options["bundle_folder"]), fill(options["bundle_pattern"], entry, escape=glob.escape)
        folder = read_bundle_folder(place, pattern, passphrases_of(options["passphrases"], entry))
        found["unopened"] = [{"path": str(each.path), "code": each.refusal.code} for each in folder.unopened]
        newest = folder.newest
        if newest is None:
            raise folder.refusal()
        found["bundle"] = _found(folder, newest)
        check_subject(newest.leaf, person)
        check_dates(newest, now)
    except CollectionError as refusal:
        error = {"code": refusal.code, "next_step": refusal.next_step}
        return row | found | {"outcome": FAILED, "failed": True, "msg": str(refusal), "error": error}
    said = f"{found['bundle']['file']} opens; valid until {newest.leaf.not_after:%Y-%m-%d}."
    if folder.unopened:
        names = ", ".join(f"{each.path.name} ({each.refusal.code})" for each in folder.unopened)
        said += f" Not opened: {names}."
    return row | found | {"outcome": READY, "failed": False, "msg": said, "error": None}


def _found(folder: BundleFolder, bundle: Bundle) -> dict[str, Any]:
    files = find_bundles(folder.folder, folder.pattern)
    name = next((file.name for file in files if hashlib.sha256(read_bundle(file)).hexdigest() == bundle.sha256), None)
    issued_to = bundle.leaf.subject_cn or bundle.leaf.subject
    return {"file": name, "issued_to": issued_to, "valid_until": format_instant(bundle.leaf.not_after)}
