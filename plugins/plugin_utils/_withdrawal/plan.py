# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a run will withdraw, and into which files; and what ends it before a link is used, because the issuer gives one download."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .._errors import ErrorRow, Pkcs12Error, Problem, Sentences
from .._facts.delivery_records import records_of
from .._facts.delivery_states import DeliveryState
from .._io.urls import url_hash
from .summary import CollectionRun, Row, as_problem, collection_summary

OWN_STORES = ("store_ansible_vault.yml", "store_hashicorp_vault.yml", "store_awx_credential.yml")
"""The role's own files. Without a passphrase each checks its store."""
PLACEHOLDERS = ("{authorisation}", "{link}")
"""What makes a name that no other holder, and no other delivery of this holder, has."""
LINK_DIGITS = 8
MAIL_DATE = re.compile(r"^(.{10})T(..):(..).*$")


@dataclass(frozen=True, slots=True)
class Places:
    """Where bundles and passphrases go. ``file_name``: of the file of one delivery. ``store_tasks``: the file that hands a passphrase over.

    ``keeps_files``: Ansible is set to keep the files of its modules.
    """

    bundle_folder: str | None
    file_name: str
    store_tasks: str | None
    keeps_files: bool = False

    @property
    def has_own_store(self) -> bool:
        """Whether the store is one that the role knows."""
        return self.store_tasks in OWN_STORES

    def check(self) -> None:
        """Raises ``Pkcs12Error``: ``bad_arguments``."""
        if self.bundle_folder is None:
            raise Pkcs12Error(Problem("bad_arguments.collect_folder", setting="bundle_folder"))
        if not all(each in self.file_name for each in PLACEHOLDERS) or "/" in self.file_name:
            needed = {"placeholders": PLACEHOLDERS}
            raise Pkcs12Error(Problem("bad_arguments.collect_file_name", needed, setting="file_name"))
        if self.store_tasks is None:
            return
        if not self.has_own_store and not Path(self.store_tasks).is_file():
            raise Pkcs12Error(Problem("bad_arguments.collect_store_tasks", {"own": OWN_STORES}, setting="store_tasks"))
        if self.keeps_files:
            raise Pkcs12Error(Problem("bad_arguments.collect_kept_files"))

    def file_of(self, holder: Row, delivery: Row) -> str:
        """The path of the file of a delivery. It has the hash of the link: two mails may have one date, and one mail may come twice."""
        values = {
            "{name}": str(holder.get("name") or ""),
            "{authorisation}": str(delivery["authorisation"]),
            "{date}": MAIL_DATE.sub(r"\1 \2\3", delivery.get("date") or ""),
            "{link}": url_hash(str(delivery.get("url")))[:LINK_DIGITS],
        }
        name = self.file_name
        for placeholder, value in values.items():
            name = name.replace(placeholder, value)
        return f"{self.bundle_folder}/{name.replace('/', '-')}"


def withdrawal_plan(run: CollectionRun, holders: Sequence[Row], places: Places, now: datetime) -> dict[str, Any]:
    """The documented result of ``delivery_summary`` where nothing is withdrawn yet. It has no code of a bundle, and fails only for all."""
    try:
        places.check()
        summed = collection_summary(replace(run, check_mode=True), now)
    except Pkcs12Error as refusal:
        why = (refusal.problem, Problem("delivery.nothing_withdrawn"), *map(as_problem, run.holder_problems))
        return {"failed": True, "msg": Sentences(why), "error": ErrorRow(refusal.problem)}
    new = {str(row.get("authorisation")): row for row in run.deliveries if row["state"] == DeliveryState.NEW.value}
    rows = {number: new[number] for number in summed["to_withdraw"]}
    people = {str(holder.get("authorisation")): holder for holder in holders}
    before = {each.message_id for each in records_of(run.known).values() if each.state is DeliveryState.COLLECTED}
    return {
        **summed,
        "failed": False,
        "pickups": {
            number: {
                "dest": places.file_of(people[number], row),
                "name": people[number].get("name"),
                "former_name": people[number].get("former_name"),
                "message_id": row.get("message_id"),
            }
            for number, row in rows.items()
        },
        "store_tasks": places.store_tasks,
        # Where all is known to be stored, a store that is away ends nothing.
        "check_store": places.has_own_store and any(row.get("message_id") not in before for row in rows.values()),
    }
