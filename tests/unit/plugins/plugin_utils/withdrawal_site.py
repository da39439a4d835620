# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder for a bundle and the registration authority that gives it, and a withdrawal in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.registration import HOST, URL, Registration

CODE = "withdrawal-4711"
Result = dict[str, Any]


class Site:
    """A folder for a bundle, and the registration authority that gives it."""

    def __init__(self, folder: Path, registration: Registration, issued: IssuedBundle) -> None:
        self.folder, self.registration, self.issued = folder, registration, issued
        self.dest = folder / "Jeanne Dupont - T123456.p12"

    def run(self, *, check_mode: bool = False, variables: Any = None, **changes: Any) -> Result:
        usual = {"url": URL, "code": CODE, "dest": str(self.dest), "authorisation": "T123456", "allowed_hosts": [HOST]}
        result = run_action(
            "bundle_pickup", usual | changes, FakeWorkstation(), check_mode=check_mode, variables=variables
        )
        assert "exception" not in result, result["exception"]
        return result

    def names(self) -> list[str]:
        """Of all files but the record."""
        return sorted(path.name for path in self.folder.iterdir() if not path.name.endswith(".json"))

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            (self.folder / f".{self.dest.name}.withdrawal.json").read_text(encoding="utf-8")
        )
        return found


def end_of(result: Result) -> tuple[Any, ...]:
    """Code, state, change and requests."""
    return result.get("error", {}).get("code"), result["state"], result["changed"], result["requests"]


def told(result: Result) -> dict[str, dict[str, Any]]:
    """The codes of the problem of a failed result, and of all that led to it, with their values."""
    found, left = {}, [result["error"]["problem"]]
    while left:
        each = left.pop()
        found[each["code"]] = each["values"]
        left += each.get("causes", [])
    return found
