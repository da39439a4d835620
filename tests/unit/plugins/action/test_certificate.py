# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``certificate`` reaches what it is for."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from lab.authority import IssuedBundle
from unit.plugins.action.effects import (
    DAY,
    EAST,
    MIDDLE,
    NAME,
    NEW,
    OLD,
    TONIGHT,
    Effect,
    Scene,
    accounts,
    authority,
    bundle,
    code,
    computers,
    days_of_access,
    lines,
    logging_scripts,
    other_name,
    outcome,
    passwords,
    renamed,
    row,
    table,
    taken,
    turned_round,
    two_stored,
    warned,
)
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL
from unit.plugins.plugin_utils.fakes import PASSPHRASE, YEAR, issue
from unit.plugins.plugin_utils.in_process import run_action

BASE = {"holder": JEANNE["user"], "path": "{folder}/new.p12", "passphrase": PASSPHRASE}
ANYBODY = {"path": None, "bundle_pattern": "*.p12"}
FOLDER = ANYBODY | {"bundle_folder": "{folder}"}
OF_THE_ROLES = {"path": None, "bundle_folder": "{folder}"}
HERS = FOLDER | {"authorisation": "T123456"}
ABSENT = {"state": "absent", "path": None}
MARRIED = bundle("Jeanne Durand - T123456", 20 * DAY)
OF_ROOT = issue(replace(authority(), issuing=authority().root), NAME, YEAR)


PROFILE = {"name": "people", "issuer": "CN=AC Personnes"}


def with_root(scene: Scene) -> None:
    """A new bundle, and a file of authorities that has only the root."""
    new(scene)
    (scene.folder / "root.pem").write_bytes(authority().root.public_bytes(Encoding.PEM))


def new(scene: Scene, *installed: IssuedBundle) -> None:
    scene.put(NEW, "new.p12")
    scene.plant(*installed)


def hers_and_pauls(scene: Scene) -> None:
    """His ends later, and has the same passphrase."""
    scene.put(NEW)
    scene.put(bundle("Paul Martin - T654321", 4 * YEAR))


def two_files(scene: Scene, *installed: IssuedBundle) -> None:
    new(scene, *installed)
    scene.put(MIDDLE, "middle.p12")


def renewal(scene: Scene) -> None:
    new(scene, OLD)


def early(scene: Scene) -> None:
    new(scene, MIDDLE)


def two_expired(scene: Scene) -> None:
    scene.plant(bundle(left=-DAY), bundle(left=-2 * DAY))


def at_midnight_in_paris(scene: Scene) -> None:
    scene.plant(bundle(left=-13 * DAY / 24))


def logged_with_old(scene: Scene) -> None:
    logged(scene)
    scene.plant(OLD)


def logged(scene: Scene) -> None:
    new(scene)
    logging_scripts(scene)


def gone(scene: Scene) -> int:
    return len(row(scene)["superseded"]) + len(row(scene)["removed"])


NAMED = {"name": "Jeanne Dupont", "authorisation": "T123456"}


def left(scene: Scene) -> None:
    """She is not logged on."""
    scene.plant(OLD)
    scene.workstation.away.add(JEANNE["user"])


BOTH = [OLD.thumbprint, OF_ROOT.thumbprint]


def her_status(scene: Scene) -> Any:
    return scene.result["ansible_facts"]["pkcs12"]["holders"][0]["status"]


def known() -> dict[str, Any]:
    """The facts of a task that read the inventory: there, her authorisation ends in 20 days."""
    holder = {**JEANNE, "authorisation_anniversary": "2026-12-15"}
    return {
        "ansible_facts": run_action("certificate_facts", {"holders": [holder]}, Scene(Path()).workstation)[
            "ansible_facts"
        ]
    }


KNOWN = known()

EFFECTS = [
    Effect("state", "absent", outcome, "renewed", "removed", {"thumbprints": [OLD.thumbprint]}, renewal),
    Effect("holder", PAUL["user"], accounts, [JEANNE["user"]], [PAUL["user"]], scene=new),
    Effect("holder", "CHU\x1blefevre", code, None, "bad_arguments", scene=new),
    Effect("holder_password", "hers", passwords, [None], ["hers"], scene=new),
    Effect("path", "{folder}/middle.p12", taken, NEW.thumbprint, MIDDLE.thumbprint, scene=two_files),
    Effect("content", base64.b64encode(NEW.data).decode(), code, "bad_arguments", None, {"path": None}),
    Effect("bundle_folder", "{folder}", code, "bad_arguments", None, ANYBODY, new),
    Effect("bundle_pattern", "*.p12", code, "bad_arguments", None, OF_THE_ROLES | {"authorisation": "T123456"}, new),
    Effect("bundle_pattern", "*.p12", code, None, "wrong_person", OF_THE_ROLES | NAMED, hers_and_pauls),
    Effect("bundle_pattern", "mid*", taken, NEW.thumbprint, MIDDLE.thumbprint, FOLDER, two_files),
    Effect("passphrase", PASSPHRASE, code, "no_passphrase", None, {"passphrase": None}, new),
    Effect("passphrase", ["old", PASSPHRASE], code, "no_passphrase", None, {"passphrase": None}, new),
    Effect("passphrase", ["old", PASSPHRASE], code, "no_passphrase", None, FOLDER | {"passphrase": None}, new),
    Effect("passphrase", ["old", "older"], code, None, "wrong_passphrase", scene=new),
    Effect("passphrase", {"T1": PASSPHRASE}, code, None, "bad_arguments", scene=new),
    Effect("name", "Paul Martin", code, None, "wrong_person", scene=new),
    Effect("name", "Paul Martin", code, None, "wrong_person", FOLDER, new),
    Effect("former_name", "Paul Martin", code, "wrong_person", None, FOLDER | NAMED, other_name),
    Effect("name_check", "strict", code, None, "wrong_person", FOLDER | NAMED, turned_round),
    Effect("name_check", "off", code, "wrong_person", None, FOLDER | NAMED, other_name),
    Effect("name", "Paul Martin", gone, 1, 0, ABSENT | {"issuer": "."}, lambda scene: scene.plant(OLD)),
    Effect("authorisation", "T9", code, None, "wrong_person", scene=new),
    Effect("authorisation", "T123456", code, "no_bundle", None, FOLDER, lambda scene: scene.plant(OLD)),
    Effect("authorisation", "T9", gone, 1, 0, ABSENT | {"thumbprints": [OLD.thumbprint]}, two_stored),
    Effect("authorisation_pattern", "- (T[0-9]+)$", outcome, "installed", "renewed", scene=lambda scene: new(scene, MARRIED)),
    Effect("authorisation_pattern", "- (X[0-9]+)$", code, None, "no_authorisation", scene=new),
    Effect("friendly_name", "SISERI", lambda scene: row(scene)["certificate"]["friendly_name"], None, "SISERI", scene=new),
    Effect("allow_downgrade", True, code, "downgrade", None, {"path": "{folder}/middle.p12"}, lambda scene: two_files(scene, NEW)),
    Effect("thumbprints", [OLD.thumbprint], gone, 2, 1, ABSENT | {"issuer": "."}, two_stored),
    Effect("thumbprints", [], gone, 2, 0, ABSENT | {"issuer": "."}, two_stored),
    Effect("issuer", "CN=AC Racine", gone, 2, 1, ABSENT | {"thumbprints": BOTH}, lambda scene: scene.plant(OLD, OF_ROOT)),
    Effect("issuer", "CN=Nobody", code, None, "wrong_issuer", scene=new),
    Effect("issuers", [{"name": "people", "issuer": "CN=Nobody"}], code, None, "wrong_issuer", scene=new),
    Effect("issuers.name", " ", code, None, "bad_arguments", scene=new, entry=PROFILE),
    Effect("issuers.issuer", "CN=Nobody", code, None, "wrong_issuer", scene=new, entry=PROFILE),
    Effect("issuers.authority", "{folder}/root.pem", code, None, "wrong_issuer", scene=with_root, entry=PROFILE),
    Effect("expired_for_days", 2, gone, 2, 1, ABSENT | {"issuer": "."}, two_expired),
    Effect("offline", True, outcome, "deferred", "removed", ABSENT | {"issuer": "."}, left),
    Effect("install", "due", outcome, "renewed", "not_due", HERS, early),
    Effect("authorisation_due_within_days", 10, her_status, "renewal_due", "valid", scene=new, variables=KNOWN),
    Effect("renew_before_days", 365, outcome, "not_due", "renewed", HERS | {"install": "due"}, early),
    Effect("renew_before_days", 2000, lambda scene: row(scene)["certificate"]["status"], "valid", "renewal_due", scene=new),
    Effect("time_zone", EAST, days_of_access, 365, 364, scene=lambda scene: scene.put(TONIGHT, "new.p12")),
    Effect("time_zone", "Europe/Nowhere", code, None, "bad_time_zone", scene=new),
    Effect("time_zone", "Europe/Paris", gone, 1, 0, ABSENT | {"issuer": ".", "expired_for_days": 1}, at_midnight_in_paris),
    Effect("computer", "ws-1", computers, [None], ["ws-1"], scene=new),
    Effect("computer", "WS-2", code, None, "wrong_computer", scene=new),
    Effect("computer", "WS-2", computers, [None], [], scene=new),
    Effect("computer", "10.0.0.7", code, None, "bad_arguments", scene=new),
    Effect("computer", "pc-7.chu.example", computers, [None], ["pc-7.chu.example"], scene=lambda scene: (new(scene), renamed(scene))[1]),
    Effect("computer", "pc-7.chu.example.", warned, 1, 0, scene=lambda scene: (new(scene), renamed(scene))[1]),
    Effect("computer", "WS-1", computers, [None], ["WS-1"], ABSENT | {"issuer": "."}, lambda scene: scene.plant(OLD)),
    Effect("holder_password", "hers", code, None, "logged_password", scene=logged),
    Effect("holder_password", "hers", code, None, "logged_password", ABSENT | {"thumbprints": [OLD.thumbprint]}, logged_with_old),
    Effect("evidence_path", "{folder}/evidence.jsonl", lines, 0, 1, scene=new),
]  # fmt: skip


test_an_option_reaches_what_it_is_for = table("certificate", BASE, EFFECTS)


def test_the_end_of_access_knows_the_authorisation_that_the_facts_keep(tmp_path: Path) -> None:
    """The module has no option for it: a task that read the inventory has left it in the facts."""
    scene = Scene(tmp_path)
    new(scene, OLD)
    holder = {"user": JEANNE["user"], "name": "Jeanne Dupont", "authorisation": "T123456"}
    holder |= {"authorisation_anniversary": "2026-12-01"}
    known = run_action("certificate_facts", {"holders": [holder]}, scene.workstation)["ansible_facts"]
    given = {key: str(value).replace("{folder}", str(tmp_path)) for key, value in BASE.items()}
    found = run_action("certificate", given, scene.workstation, variables={"ansible_facts": known})
    assert (found["access_until"], found["access_ends_on"]) == ("2026-11-30T23:59:59Z", "2026-12-01")
    assert run_action("certificate", given, scene.workstation)["access_until"] > "2029"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"from_site": {}}, "bad_arguments"),
        ({"from_site": {"issuer": "."}}, "bad_arguments"),
        ({"from_site": {}, "issuer": "."}, None),
        ({"from_site": {}, "thumbprints": [OLD.thumbprint]}, None),
        ({"from_site": {}, "thumbprints": []}, None),
        ({"issuer": "."}, None),
    ],
    ids=["the site's", "the role's", "the task's", "thumbprints", "no thumbprint", "without from_site"],
)
def test_the_issuer_of_a_site_alone_removes_nothing(tmp_path: Path, given: dict[str, Any], problem: str | None) -> None:
    scene = Scene(tmp_path)
    scene.plant(OLD)
    arguments = {"state": "absent", "holder": JEANNE["user"]} | given
    scene.result = run_action("certificate", arguments, scene.workstation, variables={"pkcs12_issuer": "."})
    assert code(scene) == problem
    if problem:
        assert scene.result["error"]["problem"]["code"] == "bad_arguments.site_issuer_selects"
        assert scene.workstation.calls == []
