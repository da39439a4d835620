# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``bundle_info`` reaches what it is for."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from unit.plugins.action.effects import EAST, MIDDLE, NEW, TONIGHT, Effect, Scene, bundle, code, table, taken
from unit.plugins.plugin_utils.fakes import EMAIL, PASSPHRASE
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

BASE = {"path": "{folder}/new.p12", "passphrase": PASSPHRASE}
FOLDER = {"path": None, "bundle_folder": "{folder}"}


def new(scene: Scene) -> None:
    scene.put(NEW, "new.p12")


def two_files(scene: Scene) -> None:
    new(scene)
    scene.put(MIDDLE, "middle.p12")


def fact(name: str) -> Any:
    return lambda scene: scene.result["certificate"][name]


EFFECTS = [
    Effect("path", "{folder}/middle.p12", taken, NEW.thumbprint, MIDDLE.thumbprint, scene=two_files),
    Effect("content", base64.b64encode(NEW.data).decode(), code, "bad_arguments", None, {"path": None}),
    Effect("bundle_folder", "{folder}", code, "bad_arguments", None, {"path": None}, new),
    Effect("bundle_pattern", "mid*", code, "several_bundles", None, FOLDER, two_files),
    Effect("passphrase", PASSPHRASE, code, "no_passphrase", None, {"passphrase": None}, new),
    Effect("passphrase", ["old", PASSPHRASE], code, "no_passphrase", None, {"passphrase": None}, new),
    Effect("renew_before_days", 2000, fact("status"), "valid", "renewal_due", scene=new),
    Effect("time_zone", EAST, fact("days_left"), 365, 364, scene=lambda scene: scene.put(TONIGHT, "new.p12")),
]


test_an_option_reaches_what_it_is_for = table("bundle_info", BASE, EFFECTS)


def test_a_file_for_another_use_is_no_failure_and_its_use_is_told(tmp_path: Path) -> None:
    uses = {}
    for issued in (NEW, bundle(eku=(EMAIL,))):
        (tmp_path / "some.p12").write_bytes(issued.data)
        given = {"path": str(tmp_path / "some.p12"), "passphrase": PASSPHRASE}
        uses[issued.thumbprint] = run_action("bundle_info", given, FakeWorkstation())["certificate"]["use"]
    assert list(uses.values()) == ["authentication", "signature"]
