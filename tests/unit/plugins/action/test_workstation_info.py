# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``workstation_info`` reaches what it is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from unit.plugins.action.effects import EAST, OLD, Effect, Scene, bundle, code, logging_scripts, renamed, table
from unit.plugins.action.test_stray_bundles import FILE, FOUND, one_file
from unit.plugins.plugin_utils._lifecycle.test_number_look import inventory
from unit.plugins.plugin_utils.enrolment import ANNE, JEANNE, PAUL
from unit.plugins.plugin_utils.in_process import run_action, sid_of


def of(subject: str, fact: str) -> Any:
    return lambda scene: [each[fact] for each in scene.result["findings"] if each["subject"] == subject]


NOTHING = {"edge": None, "chrome": None, "firefox": None}
PLACE = {"owner_sid": None, "elements": [], "unread": [], "auto_select": {"edge": [], "chrome": []}, "firefox": None}
BROWSERS = ["issuing_authority", "edge", "chrome", "firefox"]


def with_browsers(scene: Scene) -> None:
    scene.plant(OLD)
    answer = {"places": [PLACE | {"programs": NOTHING | {"edge": "edge.exe"}}], "policies_file": None}
    scene.workstation.answers["browser_info"] = answer


def about_browsers(scene: Scene) -> list[str]:
    return [each["subject"] for each in scene.result["findings"] if each["subject"] in BROWSERS]


def asked_issuers(scene: Scene) -> list[int]:
    return [len(arguments["issuers"]) for _driver, arguments in scene.workstation.asked]


def kept(scene: Scene) -> Any:
    return scene.result.get("ansible_facts", {}).get("pkcs12_fact_browsers", {}).get("problems")


ASKING: dict[str, Any] = {"browsers": True, "holders": [JEANNE]}
PORTAL = "https://portal.example"
TOLD = ["issuing_authority", "firefox"]


def alone(scene: Scene) -> bool:
    return [each["subject"] for each in scene.result["findings"]] == ["computer"]


ALONE: dict[str, Any] = {"holders": [JEANNE]}
HERS = {"holder_passwords": {JEANNE["authorisation"]: "of Jeanne at the ward"}}
BARE = JEANNE | {"user": ""}
ON_ONE_ACCOUNT = [JEANNE, PAUL | {"user": JEANNE["user"].upper()}, ANNE | {"user": sid_of(JEANNE["user"])}]


def named(scene: Scene) -> str:
    """Whose account is said to be empty."""
    return str(scene.result["error"]["problem"]["values"]["whose"])


def told_of_bundles(scene: Scene) -> list[str]:
    """The lines after those of the findings."""
    return list(scene.result["lines"][1 + len(scene.result["findings"]) :])


def installed(scene: Scene) -> bool:
    """Whether the last line says so, in words or by its code."""
    told = told_of_bundles(scene)[-1]
    return "not known to be installed" not in told and "play.bundle_not_installed" not in told


TOMORROW = {"authorisation_anniversary": "2026-11-26"}
"""In UTC."""


def with_another_number(scene: Scene) -> None:
    scene.plant(bundle("Jeanne Dupont - T123465"))


def differences(scene: Scene) -> list[str]:
    return [each["kind"] for each in scene.result["comparison"]]


FOREIGN = {"holders": [JEANNE], "issuer": "."}
STRAY = {"check_stray_bundles": True}

EFFECTS = [
    Effect("browsers", True, about_browsers, [], TOLD, {"holders": [JEANNE]}, with_browsers),
    Effect("browsers", False, about_browsers, BROWSERS, [], {"holders": [JEANNE], "portal_url": PORTAL}, with_browsers),
    Effect("browsers", True, kept, None, ["issuing_authority"], {"holders": [JEANNE]}, with_browsers),
    Effect("portal_url", PORTAL, about_browsers, TOLD, BROWSERS, ASKING, with_browsers),
    Effect("portal_url", PORTAL, about_browsers, [], BROWSERS, {"holders": [JEANNE]}, with_browsers),
    Effect("portal_url", PORTAL, kept, ["issuing_authority"], ["issuing_authority", "edge"], ASKING, with_browsers),
    Effect("portal_url", "http://portal.example", code, None, "bad_portal_url", ASKING, with_browsers),
    Effect("issuer", "CN=Another CA", asked_issuers, [1], [0], ASKING, with_browsers),
    Effect("issuer", "(", code, None, "bad_pattern", ASKING, with_browsers),
    Effect(
        "authorisation_pattern", "(X[0-9])", differences, ["other_number"], ["no_row"], FOREIGN, with_another_number
    ),
    Effect("authorisation_pattern", "X[0-9]", code, None, "bad_pattern"),
    Effect("authorisation_anniversary", "2026-11-25", of("authorisation_past", "severity"), [], ["warning"], ALONE),
    Effect("authorisation_anniversary", "2028-01-01", of("authorisation_far", "severity"), [], ["warning"], ALONE),
    Effect(
        "time_zone", "Pacific/Kiritimati", of("authorisation_past", "severity"), [], ["warning"], {**ALONE, **TOMORROW}
    ),
    Effect("time_zone", "Europe/Nowhere", code, None, "bad_time_zone"),
    Effect(
        "time_zone", EAST, of("holder", "severity"), ["ok"], [], {"holders": [JEANNE | {"leaves_on": "2026-11-25"}]}
    ),
    Effect("authorisation_anniversary", "tomorrow", code, None, "bad_arguments"),
    Effect(
        "holders.authorisation_anniversary", "2028-01-01", of("authorisation_far", "severity"), [], ["warning"], ALONE
    ),
    Effect("holders.leaves_on", "2026-10-01", of("leaves_past", "severity"), [], ["warning"], ALONE),
    Effect("holders.leaves_on", "2031-12-31", of("leaves_far", "severity"), [], ["warning"], ALONE),
    Effect("holders.leaves_on", "2026-11-24", of("holder", "severity"), ["ok"], [], ALONE),
    Effect("holders.absent_until", "2029-12-31", of("absence_far", "severity"), [], ["warning"], ALONE),
    Effect("holders.user", "CHU\\nobody", of("holder", "severity"), ["ok"], ["error"], ALONE),
    Effect("holders.name", "Zoé Roy", named, "Jeanne Dupont", "Zoé Roy", {"holders": [BARE]}, entry=BARE),
    Effect(
        "holders.authorisation", "T1", of("holder", "severity"), ["error"], ["ok"], {**ALONE, **HERS}, logging_scripts
    ),
    Effect("holders", [JEANNE], of("holder", "account"), [], [JEANNE["user"]]),
    Effect("holders", ON_ONE_ACCOUNT, of("holder", "account"), [], [JEANNE["user"]]),
    Effect(
        "holder_passwords",
        {JEANNE["user"].upper(): "x1"},
        of("holder", "severity"),
        ["ok"],
        ["error"],
        ALONE,
        logging_scripts,
    ),
    Effect(
        "holder_passwords",
        {JEANNE["authorisation"]: "x1"},
        of("holder", "severity"),
        ["ok"],
        ["error"],
        ALONE,
        logging_scripts,
    ),
    Effect(
        "holder_passwords", {JEANNE["user"]: True}, of("holder", "severity"), ["ok"], ["error"], ALONE, logging_scripts
    ),
    Effect("check_stray_bundles", True, lambda scene: len(told_of_bundles(scene)), 0, 2, scene=one_file),
    Effect("evidence_path", "{folder}/evidence.jsonl", installed, False, True, STRAY, one_file),
    Effect("computer", "WS-2", alone, False, True),
    Effect("computer", "WS-2", of("computer", "severity"), ["ok"], ["error"]),
    Effect("computer", "PC-7", of("computer", "severity"), ["warning"], ["ok"], scene=renamed),
    Effect("computer", "WS-2", kept, ["issuing_authority"], None, {**ASKING}, with_browsers),
]

PAULS = {key: value for key, value in PAUL.items() if key != "user"}


@pytest.mark.parametrize(
    ("variables", "kinds"),
    [
        ({}, ["no_row"]),
        (inventory(ws_2=[PAUL]), []),
        ({"pkcs12_register_holders": [PAULS]}, []),
        ({"pkcs12_register_holders": "T654321"}, ["no_row"]),
    ],
    ids=["nowhere", "at another workstation", "without a workstation", "no list"],
)
def test_a_certificate_of_somebody_else_in_the_inventory_is_no_stranger_s(
    variables: dict[str, Any], kinds: list[str], tmp_path: Path
) -> None:
    scene = Scene(tmp_path)
    scene.plant(bundle(f"Paul Martin - {PAUL['authorisation']}"))
    scene.result = run_action("workstation_info", FOREIGN, scene.workstation, variables=variables)
    assert differences(scene) == kinds


REFUSING: dict[str, dict[str, str]] = {"workstation_info": {}, "holder_certificates": {"bundle_folder": "/nowhere"}}


test_an_option_reaches_what_it_is_for = table("workstation_info", {}, EFFECTS)


@pytest.mark.parametrize("given", [[JEANNE, JEANNE], JEANNE, ["CHU\\jdupont"], [JEANNE | {"usr": "CHU\\a"}]])
def test_what_an_installation_would_refuse_is_refused_before_the_workstation_is_asked(
    given: object, tmp_path: Path
) -> None:
    scene = Scene(tmp_path)
    refused = [run_action(name, {"holders": given, **more}, scene.workstation) for name, more in REFUSING.items()]
    assert [each["error"]["code"] for each in refused] == ["bad_arguments"] * 2
    assert refused[0]["error"]["problem"] == refused[1]["error"]["problem"]
    assert scene.workstation.asked == []


@pytest.mark.parametrize("password", ["", None, "another's"])
def test_an_empty_password_or_another_account_s_is_none(password: object, tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    logging_scripts(scene)
    whose = PAUL["user"] if password == "another's" else JEANNE["user"]
    scene.result = run_action(
        "workstation_info", {"holders": [JEANNE], "holder_passwords": {whose: password}}, scene.workstation
    )
    assert of("holder", "severity")(scene) == ["ok"]


def test_no_password_leaves_the_controller(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    logging_scripts(scene)
    known = {"pkcs12_holders": [JEANNE], "pkcs12_holder_passwords_ward": {JEANNE["user"]: "canary-of-the-ward"}}
    scene.result = run_action("workstation_info", {"from_site": {}}, scene.workstation, variables=known)
    assert of("holder", "severity")(scene) == ["error"]
    assert "canary-of-the-ward" not in repr((scene.result, scene.workstation.asked, scene.workstation.exchanges))


def test_a_cure_names_the_variable_of_the_site(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.result = run_action(
        "workstation_info", {"from_site": {}}, scene.workstation, variables={"pkcs12_issuer": " "}
    )
    (cure,) = of("issuer", "cure")(scene)
    assert "pkcs12_issuer" in cure


def looked(scene: Scene, variables: dict[str, Any], **given: Any) -> dict[str, Any]:
    scene.result = run_action("workstation_info", {"from_site": {}} | given, scene.workstation, variables=variables)
    return scene.result


@pytest.mark.words  # compares sentences
def test_the_lines_are_the_result_and_each_finding_with_what_to_do_about_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    renamed(scene)
    found = looked(scene, {"pkcs12_holders": [JEANNE, JEANNE | {"user": "CHU\\nobody", "authorisation": "T9"}]})
    assert found["lines"][0] == found["msg"]
    assert len(found["lines"]) == 1 + len(found["findings"])
    for finding, line in zip(found["findings"], found["lines"][1:], strict=True):
        assert finding["sentence"] in line and finding["cure"] in line
    assert {"ok", "warning", "error"} <= {finding["severity"] for finding in found["findings"]}


@pytest.mark.parametrize(
    ("variables", "given", "told"),
    [
        ({}, {"from_site": {}}, ["warning"]),
        ({"pkcs12_holders": None}, {"from_site": {}}, ["warning"]),
        ({"pkcs12_holders": []}, {"from_site": {}}, []),
        ({"pkcs12_holders": [JEANNE]}, {"from_site": {}}, []),
        ({}, {}, []),
    ],
)
def test_a_host_of_which_the_inventory_says_nothing_gets_a_warning_and_is_ready(
    variables: dict[str, Any], given: dict[str, Any], told: list[str], tmp_path: Path
) -> None:
    scene = Scene(tmp_path)
    scene.result = run_action("workstation_info", given, scene.workstation, variables=variables)
    assert (of("no_holders", "severity")(scene), scene.result["ready"]) == (told, True)
    renamed(scene)
    scene.result = run_action(
        "workstation_info", given, scene.workstation, variables=variables | {"pkcs12_computer": "X"}
    )
    assert of("no_holders", "severity")(scene) == told


def test_bundles_keep_no_workstation_from_being_ready_and_nothing_is_removed(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    one_file(scene)
    unread = {"code": "access_denied", "detail": r"C:\Users\x", "hresult": None}
    more = FOUND | {"files": [FILE, FILE | {"sha256": None, "code": "too_large"}], "unread": [unread]}
    scene.workstation.answers["bundle_files"]["profiles"] = [more]
    found = looked(scene, {"pkcs12_check_stray_bundles": True, "pkcs12_holders": [JEANNE]})
    assert (found["ready"], found["changed"], scene.workstation.calls) == (True, False, ["inventory", "bundle_files"])
    assert "C:\\Users\\x" in told_of_bundles(scene)[-1]
    assert len(told_of_bundles(scene)) == 4


def test_where_nobody_could_look_for_bundles_a_line_says_why(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    one_file(scene)
    given = {"pkcs12_check_stray_bundles": True, "pkcs12_evidence_path": str(tmp_path)}
    found = looked(scene, given)
    assert found["ready"] and len(told_of_bundles(scene)) == 1
    assert scene.workstation.calls == ["inventory"]


def test_another_computer_is_told_once(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    one_file(scene)
    found = looked(scene, {"pkcs12_check_stray_bundles": True, "pkcs12_computer": "WS-9"})
    assert (found["ready"], len(found["lines"])) == (False, 1 + len(found["findings"]))


def test_a_date_that_may_be_a_slip_is_told_once_for_all_whose_it_is(tmp_path: Path) -> None:
    """It keeps no workstation from being ready. A usual date, the site's or one's own, is no finding."""
    given = {"holders": [JEANNE, PAUL, ANNE | {"authorisation_anniversary": "2027-11-25"}]}
    scene = Scene(tmp_path)
    scene.workstation.person(ANNE["user"])
    result = run_action("workstation_info", given | {"authorisation_anniversary": "2026-11-25"}, scene.workstation)
    (found,) = [each for each in result["findings"] if each["subject"].startswith("authorisation")]
    assert found["problem"]["values"] == {"names": ["Jeanne Dupont", "Paul Martin"], "day": "2026-11-25"}
    assert result["ready"]
