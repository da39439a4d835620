# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run will withdraw, and what ends it before a link is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.plan import (
    OWN_STORES,
    Places,
    withdrawal_plan,
)
from unit.plugins.plugin_utils._mail.deliveries import NOW, error_row, mail, record
from unit.plugins.plugin_utils._withdrawal.test_summary import collected
from unit.plugins.plugin_utils.problems import error_of

HOLDERS = [{"name": "Jeanne Dupont", "authorisation": "T1", "former_name": "Jeanne Durand"}]
PLACES = Places("/srv/bundles", "{authorisation} {name} {date} {link}.p12", None)
LINK = "https://issuer.example/1"
MARK = "4c25245d"  # of this link
NOT_READ = Problem("bad_arguments.holders_empty")


def planned(places: Places = PLACES, **changed: Any) -> Mapping[str, Any]:
    mails = [mail("T1", url=LINK), mail("T1", state="superseded", at="2026-01-01T00:00:00Z"), mail("T9")]
    run = collected(**({"deliveries": mails, "withdrawals": {}} | changed))
    return withdrawal_plan(run, HOLDERS, places, NOW)


def test_a_plan_has_what_a_withdrawal_needs_and_no_secret() -> None:
    plan = planned(deliveries=[mail("T1", code="the code", url=LINK)])
    assert plan["pickups"] == {
        "T1": {
            "dest": f"/srv/bundles/T1 Jeanne Dupont 2026-11-20 0800 {MARK}.p12",
            "name": "Jeanne Dupont",
            "former_name": "Jeanne Durand",
            "message_id": "<T1@issuer.example>",
        }
    }
    assert (plan["failed"], "ansible_facts" in plan) == (False, False)
    assert not any(secret in str(plan) for secret in ("the code", LINK))


@pytest.mark.parametrize(
    ("pattern", "name", "date", "file"),
    [
        (
            "{name} - {authorisation} {date} {link}.p12",
            "Jeanne Dupont",
            "2026-10-17T09:42:00Z",
            f"Jeanne Dupont - T1 2026-10-17 0942 {MARK}.p12",
        ),
        ("{authorisation} {date}{link}.p12", "Jeanne Dupont", None, f"T1 {MARK}.p12"),
        ("{name} {authorisation} {link}.p12", "Jeanne/../Dupont", None, f"Jeanne-..-Dupont T1 {MARK}.p12"),
    ],
)
def test_a_file_is_in_its_folder_whatever_the_name(pattern: str, name: str, date: str | None, file: str) -> None:
    places = replace(PLACES, file_name=pattern)
    assert places.file_of({"name": name}, mail("T1", at=date, url=LINK)) == f"/srv/bundles/{file}"


def test_two_links_of_one_person_never_share_a_file() -> None:
    """Mails of one moment do not either. A mail that came twice has one link, and so one file."""
    rows = [mail("T1", url=LINK), mail("T1", url=f"{LINK}2"), mail("T1", url=LINK, message_id="<forwarded>")]
    first, second, again = (PLACES.file_of(HOLDERS[0], row) for row in rows)
    assert (first == again, first == second) == (True, False)


@pytest.mark.parametrize(
    ("changed", "variant"),
    [
        ({"bundle_folder": None}, "folder"),
        ({"file_name": "{name} {link}.p12"}, "file_name"),
        ({"file_name": "{authorisation} {date}.p12"}, "file_name"),
        ({"file_name": "a/{authorisation} {link}.p12"}, "file_name"),
        ({"store_tasks": "/nowhere/store.yml"}, "store_tasks"),
        ({"store_tasks": OWN_STORES[0], "keeps_files": True}, "kept_files"),
        ({"store_tasks": None, "keeps_files": True}, None),
        *(({"store_tasks": own}, None) for own in OWN_STORES),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(changed: dict[str, Any], variant: str | None) -> None:
    places = replace(PLACES, **changed)
    if variant is None:
        places.check()
        return
    assert error_of(places.check).problem.code == f"bad_arguments.collect_{variant}"


def test_the_store_of_a_site_is_a_file_that_is_there(tmp_path: Path) -> None:
    tasks = tmp_path / "store.yml"
    tasks.write_text("[]", encoding="utf-8")
    plan = planned(replace(PLACES, store_tasks=str(tasks)))
    assert (plan["store_tasks"], plan["check_store"]) == (str(tasks), False)


@pytest.mark.parametrize(
    ("state", "message_id", "is_checked"),
    [
        ("collected", "<T1@issuer.example>", False),
        ("collected", "<an earlier mail>", True),
        ("passphrase_not_stored", "<T1@issuer.example>", True),
    ],
)
def test_a_store_is_checked_only_where_something_may_have_to_be_stored(
    state: str, message_id: str, is_checked: bool
) -> None:
    known = {"schema": 2, "deliveries": [record("T1", state) | {"message_id": message_id}]}
    places = replace(PLACES, store_tasks=OWN_STORES[0])
    assert planned(places, known=known)["check_store"] is is_checked
    assert planned(places, known=known, deliveries=[])["check_store"] is False


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (
            {"unread": error_row("mail_source.unreadable", path="/mail", reason="x")["problem"]},
            "mail_source.unreadable",
        ),
        ({"unread": "What Ansible said."}, "delivery.told"),
        ({"retry": ["T9"]}, "bad_arguments.retry_unknown"),
        ({"places": replace(PLACES, bundle_folder=None)}, "bad_arguments.collect_folder"),
    ],
)
def test_what_ends_a_run_says_that_nothing_was_withdrawn(changed: dict[str, Any], code: str) -> None:
    """And what is wrong with holders, because that may be why."""
    result = planned(**changed, holder_problems=[NOT_READ])
    assert (result["failed"], result["error"].problem.code) == (True, code)
    assert [each.code for each in result["msg"].problems] == [code, "delivery.nothing_withdrawn", NOT_READ.code]
