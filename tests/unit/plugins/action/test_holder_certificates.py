# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``holder_certificates`` reaches what it is for."""

from __future__ import annotations

from typing import Any

from lab.authority import IssuedBundle
from unit.plugins.action.effects import (
    DAY,
    EAST,
    FOR_MAIL,
    MIDDLE,
    NEW,
    OLD,
    TONIGHT,
    Effect,
    Scene,
    accounts,
    bundle,
    code,
    computers,
    days_of_access,
    exportable,
    facts,
    kinds,
    lines,
    logging_scripts,
    methods,
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
    with_passphrase_file,
)
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL
from unit.plugins.plugin_utils.fakes import PASSPHRASE, YEAR

BASE = {
    "holders": [JEANNE],
    "bundle_folder": "{folder}",
    "passphrases": {"T123456": PASSPHRASE, "T654321": PASSPHRASE},
}
ABSENT = {"state": "absent", "retire_authorisations": ["T123456"], "issuer": "."}
MARRIED = bundle("Jeanne Durand - T123456", -DAY)
NEWER = bundle(left=4 * YEAR)
PAULS = bundle("Paul Martin - T654321")
ANYBODY = {"bundle_pattern": "*.p12"}


def new(scene: Scene, *installed: IssuedBundle) -> None:
    scene.put(NEW)
    scene.plant(*installed)


def both(scene: Scene) -> None:
    new(scene)
    scene.put(PAULS)


def two_files(scene: Scene) -> None:
    new(scene)
    scene.put(MIDDLE, "middle.p12")


def early(scene: Scene) -> None:
    new(scene, MIDDLE)


def renewal(scene: Scene) -> None:
    new(scene, OLD)


def away(scene: Scene) -> None:
    """She is not logged on, and access ends in 20 days."""
    new(scene, OLD)
    scene.workstation.away = {JEANNE["user"]}


def nearly_late(scene: Scene) -> None:
    """She is not logged on, and access ends in 7 days."""
    new(scene, bundle(left=7 * DAY))
    scene.workstation.away = {JEANNE["user"]}


def logged(scene: Scene) -> None:
    new(scene)
    logging_scripts(scene)


def gone(scene: Scene) -> int:
    return sum(len(each["superseded"]) + len(each["removed"]) for each in scene.result["holders"])


def failed(scene: Scene) -> bool:
    return bool(scene.result["failed"])


def notes(scene: Scene) -> list[str]:
    return sorted(path.name for path in scene.folder.glob("*.json"))


def friendly_name(scene: Scene) -> Any:
    return row(scene)["certificate"]["friendly_name"]


def anniversary(scene: Scene) -> Any:
    return facts(scene)["holders"][0]["authorisation_anniversary"]


NEW_STEPS = ["chain", "import", "prove", "name", "retire"]


def refused(scene: Scene) -> None:
    """The portal does not know the authority."""
    renewal(scene)
    portal = scene.workstation.person(JEANNE["user"]).portal
    portal |= {"http_status": None, "code": "unknown_authority"}


def stays(scene: Scene) -> str | None:
    """The old certificate, if it alone is there."""
    (thumbprint,) = scene.workstation.thumbprints(JEANNE["user"])
    return thumbprint if thumbprint == OLD.thumbprint else None


AWAITED = {**JEANNE, "awaiting": "bundle"}
ON_LEAVE = {**JEANNE, "absent_until": "2026-12-24"}


def her_status(scene: Scene) -> Any:
    return facts(scene)["holders"][0]["status"]


EFFECTS = [
    Effect("state", "absent", outcome, "renewed", "removed", {"retire_authorisations": ["T123456"], "issuer": "."}, renewal),
    Effect("holders", [PAUL], accounts, [JEANNE["user"]], [PAUL["user"]], scene=both),
    Effect("holders.user", PAUL["user"], accounts, [JEANNE["user"]], [PAUL["user"]], scene=new),
    Effect("holders.name", "Paul Martin", code, None, "no_bundle", scene=new),
    Effect("holders.name", "Paul Martin", code, None, "wrong_person", ANYBODY, new),
    Effect("holders.authorisation", "T654321", code, None, "wrong_person", ANYBODY, new),
    Effect("holders.authorisation", "T0", code, None, "no_passphrase", ANYBODY, new),
    Effect("holders.authorisation_anniversary", "2027-03-01", anniversary, None, "2027-03-01", scene=new),
    Effect("authorisation_anniversary", "2027-03-01", anniversary, None, "2027-03-01", scene=new),
    Effect("authorisation_anniversary", "tomorrow", code, None, "bad_arguments", scene=new),
    Effect("holders.absent_until", "2026-12-24", failed, True, False, scene=nearly_late),
    Effect("holders.absent_from", "2026-12-01", failed, False, True, {"holders": [ON_LEAVE]}, nearly_late, entry=ON_LEAVE),
    Effect("holders.leaves_on", "2020-02-29", lambda scene: len(scene.result["holders"]), 1, 0, scene=new),
    Effect("holders.leaves_on", "2020-02-29", code, "bad_arguments", None, ABSENT | {"retire_authorisations": []}, renewal),
    Effect("holders.awaiting", "bundle", failed, True, False),
    Effect("holders.expected_from", "2026-11-25", failed, False, True, {"holders": [AWAITED]}),
    Effect("holder_passwords", {JEANNE["user"]: "hers"}, passwords, [None], ["hers"], scene=new),
    Effect("bundle_folder", "{folder}/..", code, None, "no_bundle", scene=new),
    Effect("bundle_pattern", "mid*", taken, NEW.thumbprint, MIDDLE.thumbprint, scene=two_files),
    Effect("bundle_pattern", "{authorisation} {name}.p12", code, None, "no_bundle", scene=new),
    Effect("passphrases", {"T123456": "x"}, code, None, "wrong_passphrase", scene=new),
    Effect("passphrases", {"T123456": ["x", PASSPHRASE]}, code, "no_passphrase", None, {"passphrases": {}}, new),
    Effect("passphrase_folder", "{folder}/secrets", code, "no_passphrase", None, {"passphrases": {}}, with_passphrase_file),
    Effect("install", "due", outcome, "renewed", "not_due", scene=early),
    Effect("install", "missing", outcome, "renewed", "unchanged", scene=renewal),
    Effect("leavers", ["T123456"], code, "bad_arguments", None, ABSENT | {"retire_authorisations": []}, renewal),
    Effect("leavers", ["t123456"], lambda scene: len(scene.result["holders"]), 1, 0, scene=new),
    Effect("retire_everyone", True, code, None, "bad_arguments", ABSENT, renewal),
    Effect("leave_note", False, notes, ["T123456.retired.json"], [], ABSENT, renewal),
    Effect("retire_authorisations", ["T123456"], gone, 0, 2, ABSENT | {"retire_authorisations": ["T654321"]}, two_stored),
    Effect("authorisation_pattern", "Dupont - (T[0-9]+)$", outcome, "renewed", "installed", scene=lambda scene: new(scene, MARRIED)),
    Effect("holders.former_name", "Paul Martin", code, "wrong_person", None, ANYBODY, other_name),
    Effect("name_check", "strict", code, None, "wrong_person", ANYBODY, turned_round),
    Effect("name_check", "off", code, "wrong_person", None, ANYBODY, other_name),
    Effect("authorisation_pattern", "Dupont - (T[0-9]+)$", gone, 1, 0, ABSENT, lambda scene: scene.plant(MARRIED)),
    Effect("friendly_name", "SISERI {authorisation}", friendly_name, "Jeanne Dupont - T123456", "SISERI T123456", scene=new),
    Effect("exportable", True, exportable, [False], [True], scene=new),
    Effect("chain", False, lambda scene: kinds(scene).count("chain"), 1, 0, scene=new),
    Effect("prove", "always", kinds, ["name"], ["prove", "name"], scene=lambda scene: new(scene, NEW)),
    Effect("superseded", "archive", methods, ["delete"], ["archive"], scene=renewal),
    Effect("superseded", "none", methods, ["delete"], [], scene=renewal),
    Effect("removal", "archive", kinds, ["remove"], ["retire"], ABSENT, lambda scene: scene.plant(OLD)),
    Effect("delete_encryption_keys", True, methods, ["archive"], ["delete"], scene=lambda scene: new(scene, FOR_MAIL)),
    Effect("max_certificates", 0, code, None, "too_many", scene=renewal),
    Effect("max_certificates", 1, code, None, "too_many", ABSENT, two_stored),
    Effect("allow_downgrade", True, code, "downgrade", None, scene=lambda scene: new(scene, NEWER)),
    Effect("issuer", "CN=Nobody", code, None, "other_issuer", ABSENT, two_stored),
    Effect("issuer", "CN=Nobody", lambda scene: facts(scene)["strangers"], "not_searched", "no_match", scene=new),
    Effect("expired_for_days", 2, gone, 2, 1, ABSENT, lambda scene: scene.plant(bundle(left=-DAY), bundle(left=-2 * DAY))),
    Effect("offline", True, outcome, "deferred", "removed", ABSENT, away),
    Effect("authorisation_due_within_days", 10, her_status, "renewal_due", "valid", {"authorisation_anniversary": "2026-12-15"}, new),
    Effect("renew_before_days", 365, outcome, "not_due", "renewed", {"install": "due"}, early),
    Effect("renew_before_days", 2000, her_status, "valid", "renewal_due", scene=new),
    Effect("time_zone", EAST, days_of_access, 365, 364, scene=lambda scene: scene.put(TONIGHT)),
    Effect("fail_when_deferred", False, failed, True, False, scene=nearly_late),
    Effect("fail_when_deferred", False, failed, True, False, ABSENT, away),
    Effect("deferred_fails_within_days", 20, failed, False, True, scene=away),
    Effect("deferred_fails_within_days", 6, failed, True, False, scene=nearly_late),
    Effect("computer", "ws-1", computers, [None], ["ws-1"], scene=new),
    Effect("computer", "WS-2", code, None, "wrong_computer", scene=new),
    Effect("computer", "WS-2", computers, [None], [], scene=new),
    Effect("computer", "10.0.0.7", code, None, "bad_arguments", scene=new),
    Effect("computer", "pc-7.chu.example.", warned, 1, 0, scene=lambda scene: (new(scene), renamed(scene))[1]),
    Effect("computer", "WS-1", computers, [None], ["WS-1"], ABSENT, lambda scene: scene.plant(OLD)),
    Effect("holder_passwords", {JEANNE["user"]: "hers"}, code, None, "logged_password", scene=logged),
    Effect("portal_url", "https://portal.example/", kinds, NEW_STEPS, [*NEW_STEPS[:-1], "connect", NEW_STEPS[-1]], scene=renewal),
    Effect("portal_url", "https://portal.example/", code, None, "connect_failed", scene=refused),
    Effect("portal_url", "https://portal.example/", stays, None, OLD.thumbprint, scene=refused),
    Effect("portal_url", "http://portal.example/", code, None, "bad_url", scene=new),
    Effect("portal_url", " ", code, None, "bad_url", scene=new),
    Effect("require_portal", True, code, None, "bad_url", scene=new),
    Effect("require_portal", False, code, "connect_failed", None, {"portal_url": "https://portal.example/"}, refused),
    Effect("require_portal", False, code, "bad_url", None, {"portal_url": ""}, new),
    Effect("evidence_path", "{folder}/evidence.jsonl", lines, 0, 1, scene=new),
]  # fmt: skip


test_an_option_reaches_what_it_is_for = table("holder_certificates", BASE, EFFECTS)
