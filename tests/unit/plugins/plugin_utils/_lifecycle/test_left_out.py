# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workstations where nobody is due: how many, and until when the holders of the first ten have access."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.left_out import SHOWN, left_out

ROW = {"name": "Jeanne", "status": "valid", "ends_on": "2027-03-01", "was_seen": True}


def looked_at(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"due": False, "revoked": False, "rows": list(rows), "without_holders": False, **more}


@pytest.mark.parametrize(
    ("row", "code", "more"),
    [
        ({}, "until", {"ends_on": date(2027, 3, 1)}),
        ({"was_seen": False, "status": "never_seen"}, "until", {"ends_on": date(2027, 3, 1)}),
        ({"ends_on": None, "was_seen": False, "status": "never_seen"}, "never_seen", {}),
        ({"ends_on": None, "status": "unknown"}, "end_unknown", {}),
        ({"ends_on": None, "status": "missing"}, "no_access", {}),
    ],
)
def test_what_is_told_of_a_holder(row: dict[str, Any], code: str, more: dict[str, Any]) -> None:
    (count, told) = left_out({"ws": looked_at(ROW | row)})
    assert count == Problem("play.left_out", {"count": 1})
    assert told == Problem(f"play.left_out_{code}", {"name": "Jeanne", "workstation": "ws", **more})


def test_the_holders_of_the_first_ten_are_told_and_how_many_more_there_are() -> None:
    hosts = {f"ws-{number:02d}": looked_at(ROW, ROW | {"name": "Paul"}) for number in reversed(range(SHOWN + 2))}
    (count, *told, more) = left_out(hosts)
    assert (count, more) == tuple(
        Problem(f"play.{code}", {"count": number}) for code, number in (("left_out", 12), ("left_out_more", 2))
    )
    assert [each.values["workstation"] for each in told[::2]] == sorted(hosts)[:SHOWN]
    assert [each.values["name"] for each in told[:2]] == ["Jeanne", "Paul"]
    assert left_out_codes({name: hosts[name] for name in sorted(hosts)[:SHOWN]})[-1] == "play.left_out_until"


def left_out_codes(results: dict[str, dict[str, Any]]) -> list[str]:
    return [each.code for each in left_out(results)]


def test_only_where_nobody_is_due_a_workstation_was_left_out() -> None:
    others = {
        "due": looked_at(ROW, due=True),
        "server": looked_at(),
        "not-evaluated": {"failed": True, "msg": "No."},
    }
    assert list(left_out(others)) == [Problem("play.left_out", {"count": 0})]


def test_workstations_without_holders_are_named_and_are_not_among_those_left_out() -> None:
    nobody = {name: looked_at(without_holders=True) for name in ("ws-2", "ws-1")}
    assert list(left_out(nobody)) == [
        Problem("play.left_out", {"count": 0}),
        Problem("play.without_holders", {"hosts": ("ws-1", "ws-2")}),
    ]
