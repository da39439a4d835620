# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``stray_bundles`` reaches what it is for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from unit.plugins.action.effects import Effect, Scene, code, table
from unit.plugins.plugin_utils.enrolment import JEANNE
from unit.plugins.plugin_utils.fakes import SID
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

HASH = "a" * 64
FILE: dict[str, Any] = {"path": r"C:\Users\jdupont\Downloads\a.p12", "size": 3, "modified": "2026-11-20T12:00:00Z"}
FILE |= {"sha256": HASH, "code": None, "hresult": None}
FOUND = {"owner_sid": SID, "path": r"C:\Users\jdupont", "loaded": True, "files": [FILE], "unread": []}
GONE = {"owner_sid": SID, "path": FILE["path"], "sha256": HASH, "outcome": "removed", "code": None, "hresult": None}


def one_file(scene: Scene) -> None:
    found = {"computer": "WS-1", "dns_names": [], "utc": "2026-11-25T12:00:00Z", "profiles": [FOUND]}
    scene.workstation.answers["bundle_files"] = found
    scene.workstation.answers["bundle_removal"] = {"journal": [GONE | {"at": "2026-11-25T12:00:00Z"}]}
    line = {"host": "ws-1", "owner_sid": SID, "leaf": "AB", "utc": "2026-01-01T00:00:00Z", "bundle_sha256": HASH}
    (scene.folder / "evidence.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")


def calls(scene: Scene) -> list[str]:
    return scene.workstation.calls


def installed(scene: Scene) -> Any:
    found = scene.result["files"][0]["installed"]
    return found and found["thumbprint"]


def removal_on(scene: Scene) -> list[str]:
    return [arguments["computer"] for driver, arguments in scene.workstation.asked if driver == "bundle_removal"]


BOTH = ["bundle_files", "bundle_removal"]
EFFECTS = [
    Effect("remove_sha256", [HASH], calls, ["bundle_files"], BOTH, scene=one_file),
    Effect("remove_sha256", ["x"], code, None, "bad_sha256", scene=one_file),
    Effect("computer", "WS-1", removal_on, [""], ["WS-1"], {"remove_sha256": [HASH]}, one_file),
    Effect("computer", "WS-2", code, None, "wrong_computer", {"remove_sha256": [HASH]}, one_file),
    Effect("computer", "WS-2", calls, BOTH, ["bundle_files"], {"remove_sha256": [HASH]}, one_file),
    Effect("evidence_path", "{folder}/evidence.jsonl", installed, None, "AB", scene=one_file),
]


test_an_option_reaches_what_it_is_for = table("stray_bundles", {}, EFFECTS)


def test_another_computer_that_leaves_everything_is_named(tmp_path: Path) -> None:
    """Between the two commands, the name leads elsewhere."""
    scene = Scene(tmp_path)
    one_file(scene)
    left = GONE | {"outcome": "left", "code": "wrong_computer", "at": "2026-11-25T12:00:00Z"}
    scene.workstation.answers["bundle_removal"] = {"journal": [left]}
    result = run_action("stray_bundles", {"remove_sha256": [HASH], "computer": "WS-1"}, scene.workstation)
    assert (result["error"]["code"], result["changed"]) == ("wrong_computer", False)


def test_host_that_is_no_workstation_is_left_out() -> None:
    assert run_action("stray_bundles", {}, FakeWorkstation(), family="sh")["no_workstation"]
    known = {"pkcs12_holders": [JEANNE]}
    result = run_action("stray_bundles", {"remove_sha256": [HASH]}, FakeWorkstation(), family="sh", variables=known)
    assert result["error"]["code"] == "not_windows"
