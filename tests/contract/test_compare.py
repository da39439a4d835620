# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of the kit are held against the recordings. Here the emulated workstation answers with the certificates of a kit."""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract.captured_commands import Sent
from contract.case import Case, load
from contract.case_runner import ask
from contract.compare import NOT_RECORDED, Row, Verdict, main, rows
from contract.emulated_subject import EmulatedSubject
from contract.fixture_certificates import all_certificates, certificates_of
from contract.kit import FORMAT, build
from contract.kit_case import document
from contract.portals import portals
from contract.recording import case_hash
from contract.results import ResultsError, read
from contract.throwaway_certificates import make
from contract.tried import CASES, NOT_YET, NOTHING_WRITTEN, PAGE, column, written
from lab.workstation_interface import Kind

Json = dict[str, Any]
WORKFLOW = Path(__file__).parents[2] / ".github" / "workflows" / "windows.yml"
BRINGABLE = [case for case in load() if case.runs_on(Kind.EMULATED) and not document(case)["never"]]
MACHINE = {"product": "Windows 11 Pro", "release": "24H2", "build": "26100.1", "wine": None, "administrator": True}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, sent: Mapping[tuple[str, bool], Sent]) -> Json:
    """What the kit would write on a machine that answers as the emulated one does."""
    folder = tmp_path_factory.mktemp("kit")
    kit = json.loads((build(folder, sent).with_suffix("") / "kit.json").read_text())
    made = tmp_path_factory.mktemp("certificates")
    make(made)
    with certificates_of(made):
        cases = [_result(case, sent) for case in BRINGABLE]
        kit["certificates"] = [
            {"name": one.name, "data": base64.b64encode(one.der).decode()} for one in all_certificates()
        ]
    return {
        **{key: kit[key] for key in ("drivers", "certificates")},
        "format": FORMAT,
        "machine": MACHINE,
        "cases": cases,
        "probes": [],
        "clean_up": {"equal": True},
    }


def _result(case: Case, sent: Mapping[tuple[str, bool], Sent]) -> Json:
    subject = EmulatedSubject()
    try:
        with portals(case.workstation) as addresses:
            answer, _request, exit_code = ask(case, subject, sent, addresses)
        text = json.dumps(answer)
        for word, stands in subject.place.words():
            text = text.replace(json.dumps(word)[1:-1], stands)
        afterwards = {what: subject.count(what) for what in case.afterwards}
    finally:
        subject.close()
    known = {"name": case.name, "case_sha256": case_hash(case), "ran": True, "reason": None, "left_behind": []}
    return {**known, "answer": json.loads(text), "exit_code": exit_code, "afterwards": afterwards}


def table(results: Json, folder: Path, change: Callable[[Json], None] = lambda _results: None) -> dict[str, Row]:
    changed = copy.deepcopy(results)
    change(changed)
    path = folder / "results.json"
    path.write_text(json.dumps(changed))
    return {row.name: row for row in rows(read(path))}


def case_of(results: Json, name: str) -> Json:
    found: Json = next(case for case in results["cases"] if case["name"] == name)
    return found


def test_a_machine_that_answers_as_recorded_agrees(results: Json, tmp_path: Path) -> None:
    """The kit's certificates are others than those of the recordings, and the order of thumbprints is another."""
    found = table(results, tmp_path)
    assert {name: row for name, row in found.items() if row.verdict is Verdict.DIFFERS} == {}
    assert len([row for row in found.values() if row.verdict is not Verdict.NOT_RUN]) == len(BRINGABLE)
    assert found["retire_by_archiving"].verdict is Verdict.WINDOWS_ONLY
    assert found["enrol_into_an_empty_store"].verdict is Verdict.AGREED


def _another_code(results: Json) -> None:
    case_of(results, "guard_another_owner")["answer"]["error"]["code"] = "busy"


def _an_hresult(results: Json) -> None:
    case_of(results, "wrong_passphrase_leaves_nothing")["answer"]["error"]["hresult"] = 1


def _more_than_recorded(results: Json) -> None:
    case_of(results, "enrol_into_an_empty_store")["answer"]["extra"] = True


def _false_proof(results: Json) -> None:
    for entry in case_of(results, "enrol_into_an_empty_store")["answer"]["journal"]:
        if "signature" in entry:
            entry["signature"] = "AAAA"


def _a_key_that_stays(results: Json) -> None:
    case_of(results, "remove_takes_the_key_too")["afterwards"]["containers"] = 2


def _something_left(results: Json) -> None:
    case_of(results, "guard_another_owner")["left_behind"] = ["keys"]


DIFFERENT = {
    "guard_another_owner": [_another_code, _something_left],
    "wrong_passphrase_leaves_nothing": [_an_hresult],
    "enrol_into_an_empty_store": [_more_than_recorded, _false_proof],
    "remove_takes_the_key_too": [_a_key_that_stays],
}


def test_without_a_recording_it_is_held_against_the_case(
    results: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drivers may have changed since they were recorded."""
    monkeypatch.setattr("contract.recording.is_of", lambda _case, _sha256: False)
    found = table(results, tmp_path)
    assert {name: row for name, row in found.items() if row.verdict is Verdict.DIFFERS} == {}
    assert NOT_RECORDED in found["enrol_into_an_empty_store"].details


@pytest.mark.parametrize(
    ("name", "change"),
    [(name, change) for name, changes in DIFFERENT.items() for change in changes],
    ids=lambda it: getattr(it, "__name__", it),
)
def test_a_difference_is_seen_in_its_case_only(
    name: str, change: Callable[[Json], None], results: Json, tmp_path: Path
) -> None:
    found = table(results, tmp_path, change)
    assert [row.name for row in found.values() if row.verdict is Verdict.DIFFERS] == [name]
    assert found[name].details
    assert main([str(tmp_path / "results.json")]) == 1


def _another_machine(results: Json) -> None:
    for case in results["cases"]:
        answer = case["answer"]
        if "os_build" in answer:
            answer["os_build"] = 26100
            answer["secondary_logon"] = 3
            answer["identity"] |= {"administrator": False, "debug_privilege": False}
        for place in answer.get("places", []):
            if place["owner_sid"] is None and place["programs"]["edge"] is None:
                place["programs"]["edge"] = r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe"


def test_who_is_no_administrator_has_no_right_of_one(results: Json, tmp_path: Path) -> None:
    def change(changed: Json) -> None:
        _another_machine(changed)
        changed["machine"]["administrator"] = False
        case_of(changed, "inventory_of_an_empty_store")["answer"]["identity"]["debug_privilege"] = True

    found = table(results, tmp_path, change)
    assert [row.name for row in found.values() if row.verdict is Verdict.DIFFERS] == ["inventory_of_an_empty_store"]


def test_a_machine_may_have_its_own_build_programs_and_rights(results: Json, tmp_path: Path) -> None:
    found = table(results, tmp_path, _another_machine)
    assert {name: row for name, row in found.items() if row.verdict is Verdict.DIFFERS} == {}
    assert main([str(tmp_path / "results.json")]) == 0


def _another_question(results: Json) -> None:
    case_of(results, "guard_another_owner")["case_sha256"] = "0"


def _not_run(results: Json) -> None:
    case_of(results, "guard_another_owner").update(ran=False, reason="this account may not prepare it")


@pytest.mark.parametrize("change", [_another_question, _not_run])
def test_what_did_not_run_is_no_difference_and_has_a_reason(
    change: Callable[[Json], None], results: Json, tmp_path: Path
) -> None:
    row = table(results, tmp_path, change)["guard_another_owner"]
    assert row.verdict is Verdict.NOT_RUN
    assert row.details
    assert main([str(tmp_path / "results.json")]) == 0


def _probe(answer: bool | None) -> Callable[[Json], None]:
    probe = {"id": "transport_key", "answer": "text", "expected": ["opened"], "as_expected": answer, "reason": None}
    return lambda results: results["probes"].append(probe)


@pytest.mark.parametrize(("as_expected", "code"), [(True, 0), (None, 0), (False, 1)])
def test_a_probe_that_the_drivers_are_not_ready_for_is_a_difference(
    as_expected: bool | None, code: int, results: Json, tmp_path: Path
) -> None:
    table(results, tmp_path, _probe(as_expected))
    assert main([str(tmp_path / "results.json")]) == code


DONE, UNFIT = (
    {"outcome": "done", "exit_code": 0, "failure": None},
    {"outcome": "unfit_token (integrity)", "exit_code": 1, "failure": None},
)
ANOTHER_CODE, TEXT = (
    {**UNFIT, "outcome": "busy"},
    {"outcome": "text", "exit_code": 1, "failure": {"msg": "csc ended\nat a line", "module_stdout": ""}},
)
REFUSED = {
    **TEXT,
    "failure": {"msg": "CreateProcessWithTokenW() failed (Access denied, Win32ErrorCode 5 - 0x00000005)"},
}
NOT_STARTED = {"outcome": "not started: Win32Exception 5", "exit_code": None, "failure": None}


def _of_a_user(*picks: Json, as_expected: bool | None = None) -> Callable[[Json], None]:
    finding: Json = {"id": "picks", "answer": "counted", "expected": [], "as_expected": as_expected, "reason": None}
    return lambda results: results.update(user=[{**finding, "picks": list(picks)}], stopped=None)


@pytest.mark.parametrize(
    ("picks", "code"),
    [([], 0), ([DONE, UNFIT], 0), ([REFUSED], 0), ([DONE, ANOTHER_CODE], 1), ([TEXT], 1), ([NOT_STARTED], 1)],
    ids=["none", "done or unfit", "Windows did not start it", "another code", "a text", "not started"],
)
def test_a_command_for_a_standard_user_works_or_refuses_the_token(
    picks: list[Json], code: int, results: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table(results, tmp_path, _of_a_user(*picks))
    assert main([str(tmp_path / "results.json")]) == code
    said = capsys.readouterr().out
    assert "user picks" in said
    assert ("1 times: " in said) == bool(code)
    assert ("csc ended" in said) == (TEXT in picks)


def test_an_answer_for_a_standard_user_that_is_not_expected_is_a_difference(results: Json, tmp_path: Path) -> None:
    table(results, tmp_path, _of_a_user(DONE, as_expected=False))
    assert main([str(tmp_path / "results.json")]) == 1


def test_a_part_that_stopped_early_is_no_success(
    results: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table(results, tmp_path, lambda changed: changed.update(user=[], stopped="no session"))
    assert main([str(tmp_path / "results.json")]) == 1
    assert "no session" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text", ["", "{}", '{"format": 99}', "no JSON"], ids=["empty", "no keys", "another format", "no JSON"]
)
def test_a_file_that_is_none_of_the_kit_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text(text)
    assert main([str(tmp_path / "results.json")]) == 2


def test_results_of_other_drivers_say_nothing(results: Json, tmp_path: Path) -> None:
    def change(changed: Json) -> None:
        changed["drivers"]["store_exchange"] = "0"

    table(results, tmp_path, change)
    assert main([str(tmp_path / "results.json")]) == 2


def test_the_page_says_what_the_results_say() -> None:
    """`python -m contract.tried` writes it."""
    page = PAGE.read_text(encoding="utf-8")
    assert written(page, column()) == page


def test_the_column_counts_what_agrees_on_which_windows(results: Json, tmp_path: Path) -> None:
    assert set(column(tmp_path).values()) == {NOT_YET, NOTHING_WRITTEN}
    table(results, tmp_path, _an_hresult)
    cells = column(tmp_path)
    assert cells.keys() == CASES.keys()
    ran = len(BRINGABLE)
    assert cells["Windows PowerShell 5.1"] == f"{ran - 1} of {ran} cases agree on Windows 11 Pro 24H2 (26100.1)"
    assert cells["P-384 and P-521"] == NOTHING_WRITTEN
    assert cells["WinRM by NTLM"] == cells["become"] == NOT_YET
    table(results, tmp_path, _of_a_user(DONE))
    cells = column(tmp_path)
    assert cells["become"] == cells["Ansible's exec wrapper"] == "1 of 1 cases agree on Windows 11 Pro 24H2 (26100.1)"
    changed = written(PAGE.read_text(encoding="utf-8"), cells)
    assert cells["hiding a certificate"] in changed


def test_every_case_of_the_column_exists() -> None:
    """Else a row would say that something is written which is not."""
    names = {case.name for case in load()}
    patterns = {pattern for of_a_row in CASES.values() for pattern in of_a_row or () if " " not in pattern}
    assert [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in names)] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda changed: changed["machine"].update(wine="10.0"), "Wine"),
        (lambda changed: changed.update(stopped="no session"), "stopped"),
        (lambda changed: changed["clean_up"].update(equal=False), "left something"),
    ],
    ids=["of Wine", "stopped", "not clean"],
)
def test_the_column_takes_whole_runs_of_windows_only(
    change: Callable[[Json], None], said: str, results: Json, tmp_path: Path
) -> None:
    table(results, tmp_path, change)
    with pytest.raises(ResultsError, match=said):
        column(tmp_path)


@pytest.mark.parametrize(("left", "code"), [([], 0), (["keys"], 1)])
def test_what_did_not_run_may_have_left_something(left: list[str], code: int, results: Json, tmp_path: Path) -> None:
    probe = {"id": "oplock", "answer": None, "expected": [], "as_expected": None, "reason": "no", "left_behind": left}
    table(results, tmp_path, lambda changed: changed["probes"].append(probe))
    assert main([str(tmp_path / "results.json")]) == code

    def not_run(changed: Json) -> None:
        case_of(changed, "enrol_into_an_empty_store").update(reason="no", left_behind=left)

    assert (table(results, tmp_path, not_run)["enrol_into_an_empty_store"].verdict is Verdict.DIFFERS) == bool(left)


def test_the_workflow_compares_what_each_part_of_the_kit_wrote() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    ran, compared = ("\n".join(step.get("run", "") for step in jobs[job]["steps"]) for job in ("run", "compare"))
    parts = {path.name for path in (Path(__file__).parent / "windows_kit").glob("Test-*.ps1")}
    assert set(re.findall(r"-Filter (Test-\S+\.ps1)", ran)) == parts
    results = re.findall(r'-Results "\$env:GITHUB_WORKSPACE\\(\S+)"', ran)
    assert len(set(results)) == len(parts)
    assert re.findall(r"-m contract\.compare (\S+)", compared) == results
    assert {step["shell"] for step in jobs["run"]["steps"] if "run" in step} == {"powershell"}, "another than 5.1"
