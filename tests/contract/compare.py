# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m contract.compare results.json``: holds a run of the kit on real Windows against the recordings of Windows PowerShell.

Prints a table of agreed, differs, Windows only (what the test bed cannot show: held against what the case expects), not run. Ends with
0 without a difference, 1 with one, 2 for a file that says nothing about these drivers and cases.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import is_unfit
from contract import recording
from contract.case import Case, load
from contract.case_runner import Outcome, complaints
from contract.kit import SEEN_FIRST, driver_hashes
from contract.kit_portals import portal_of, silent
from contract.normal import FalseProofError
from contract.results import CaseResult, Results, ResultsError, read
from lab.workstation_interface import Kind

FRESH = dict(
    zip(
        SEEN_FIRST,
        ("inventory_of_an_empty_store", "browsers_of_a_fresh_workstation", "bundles_of_a_fresh_workstation"),
        strict=True,
    )
)
"""The case in which a driver says what a workstation is like that nobody has prepared."""
OF_THE_MACHINE = {
    *(
        "os_build",
        "language_mode",
        "secondary_logon",
        "force_key_protection",
        "administrator",
        "debug_privilege",
        "logging",
    ),
    *("programs", "auto_select", "firefox", "policies_file"),
}
"""Keys of answers whose values are a machine's own, unless a case sets them."""
NOT_RECORDED = "held against what the case expects: there is no recording of this driver and this question"
MISSING = "nothing"
"""What stands for a key that one of them does not have."""

Json = dict[str, Any]
Keys = tuple[str | int, ...]


class Verdict(str, Enum):
    """What a case on real Windows says."""

    AGREED = "agreed"
    DIFFERS = "differs"
    WINDOWS_ONLY = "Windows only"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. ``details``: the differences, or why it did not run."""

    name: str
    verdict: Verdict
    details: tuple[str, ...] = ()


def rows(results: Results) -> Iterator[Row]:
    """One for each case of the file, and one for each case of the repository that the file does not have."""
    cases = dict(_cases())
    for result in results.cases:
        case = cases.pop(result.name, None)
        if case is None or recording.case_hash(case) != result.case_sha256:
            yield Row(result.name, Verdict.NOT_RUN, ("the kit asked another question: build a new one",))
        elif result.reason is not None:
            yield _not_run(result.name, result.reason, result.left_behind)
        else:
            yield _row(case, result, results)
    yield from (Row(name, Verdict.NOT_RUN, ("the kit did not have it",)) for name in cases)


def _not_run(name: str, reason: str, left_behind: Iterable[str]) -> Row:
    """What did not run may have left something, too: its preparation."""
    left = _left(left_behind)
    return Row(name, Verdict.DIFFERS if left else Verdict.NOT_RUN, (reason, *left))


def _left(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"left behind: {kind}" for kind in kinds)


@cache
def _cases() -> Mapping[str, Case]:
    return {case.name: case for case in load()}


@cache
def _recorded(name: str) -> Json:
    return recording.read(_cases()[name])


def _row(case: Case, result: CaseResult, results: Results) -> Row:
    left = _left(result.left_behind)
    try:
        outcome = results.outcome(case, result)
    except FalseProofError as error:
        return Row(case.name, Verdict.DIFFERS, (str(error), *left))
    if portal_of(case):
        case, outcome = replace(case, answer=silent(case.answer)), replace(outcome, answer=silent(outcome.answer))
    left = (*left, *_claimed(outcome, results))
    alike = Verdict.AGREED if case.runs_on(Kind.WINDOWS_POWERSHELL) else Verdict.WINDOWS_ONLY
    if alike is Verdict.AGREED and recording.is_of(case, results.drivers[case.driver]):
        found, note = (*_from_recording(case, outcome, results), *left), None
    else:
        found = (*complaints(case, _ordered(case, outcome)), *left)
        note = NOT_RECORDED if alike is Verdict.AGREED else None
    return Row(case.name, Verdict.DIFFERS if found else alike, (*found, note) if note else found)


def _claimed(outcome: Outcome, results: Results) -> tuple[str, ...]:
    """Rights that a driver says it has although the kit was not started as an administrator."""
    if results.machine["administrator"]:
        return ()
    identity = outcome.answer.get("identity") or {}
    claimed = (name for name in ("administrator", "debug_privilege") if identity.get(name))
    return tuple(f"answer.identity.{name} is true for a user who is no administrator" for name in claimed)


def _ordered(case: Case, outcome: Outcome) -> Outcome:
    """An outcome with its profiles as a case expects them, the owner's first where the case names no owners."""
    named = [each.get("owner_sid") for each in case.answer.get("profiles", ())]

    def place(profile: Json) -> tuple[int, str]:
        owner = str(profile["owner_sid"])
        return named.index(owner) if owner in named else 0, owner

    answer = outcome.answer
    if "profiles" in answer:
        answer = {**answer, "profiles": sorted(answer["profiles"], key=place)}
    return replace(outcome, answer=answer)


def _from_recording(case: Case, outcome: Outcome, results: Results) -> tuple[str, ...]:
    recorded = _recorded(case.name)
    found = asdict(outcome)
    counted = {what: recorded["afterwards"][what] for what in found["afterwards"]}
    # The exit code is that of Ansible's wrapper, which the kit does without.
    answer = silent(recorded["answer"]) if portal_of(case) else recorded["answer"]
    wanted = {"answer": answer, "exit_code": outcome.exit_code, "afterwards": counted}
    return tuple(
        f"{'.'.join(map(str, path))} is {there!r}, recorded {expected!r}"
        for path, expected, there in differences(wanted, found)
        if not _of_the_machine(case, path, expected, there)
        and not (
            path[-1] == "store"
            and (expected, there) == ("LocalMachine", "CurrentUser")
            and not results.machine["administrator"]
        )
    )


def differences(expected: Any, found: Any, path: Keys = ()) -> Iterator[tuple[Keys, Any, Any]]:
    """Each place where two values are not the same."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}):
            if key not in expected or key not in found:
                yield (*path, key), expected.get(key, MISSING), found.get(key, MISSING)
            else:
                yield from differences(expected[key], found[key], (*path, key))
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, pair in enumerate(zip(_by_owner(expected), _by_owner(found), strict=True)):
            yield from differences(*pair, (*path, index))
    elif type(expected) is not type(found) or expected != found:
        yield path, expected, found


def _by_owner(value: list[Any]) -> list[Any]:
    """Profiles stand in the order of SIDs, and the owner's is another on each machine."""
    if all(isinstance(inner, dict) and "owner_sid" in inner for inner in value):
        return sorted(value, key=lambda inner: str(inner["owner_sid"]))
    return value


def _of_the_machine(case: Case, path: Keys, expected: Any, there: Any) -> bool:
    """Whether the recorded value is that of a workstation that nobody has prepared, so that each machine may have its own."""
    fresh = FRESH.get(case.driver)
    if MISSING in (expected, there) or not (expected is None or there is None or type(expected) is type(there)):
        return False
    if fresh is None or not OF_THE_MACHINE.intersection(map(str, path)):
        return False
    value: Any = {"answer": _recorded(fresh)["answer"]}
    for step in path:
        known = (isinstance(value, dict) and step in value) or (isinstance(value, list) and int(step) < len(value))
        value = value[step] if known else MISSING
    return bool(value == expected)


def probe_row(probe: dict[str, Any]) -> Row:
    """A probe agrees with what the drivers are ready for, or differs; without such an expectation it is for the reader."""
    name, left = f"probe {probe['id']}", _left(probe.get("left_behind", ()))
    if probe["reason"]:
        return _not_run(name, probe["reason"], probe.get("left_behind", ()))
    verdict = Verdict.DIFFERS if probe["as_expected"] is False or left else Verdict.AGREED
    expected = f" (expected: {' or '.join(probe['expected'])})" if probe["expected"] else ""
    return Row(name, verdict, (f"{probe['answer']}{expected}", *left))


def user_row(finding: dict[str, Any]) -> Row:
    """What came of a standard user: as a probe, and each of its commands must have done its work or have refused the token by name."""
    row = probe_row(finding)
    picks = Counter(_fault(pick) for pick in finding["picks"])
    faults = tuple(f"{count} times: {fault}" for fault, count in picks.items() if fault is not None)
    verdict = Verdict.DIFFERS if faults else row.verdict
    return Row(f"user {finding['id']}", verdict, (*row.details, *faults))


def _fault(pick: dict[str, Any]) -> str | None:
    """What is wrong with what came of a command of Ansible; None when nothing is."""
    outcome = str(pick["outcome"])
    if outcome == "done" or outcome.partition(" ")[0] == "unfit_token" or is_unfit(pick["failure"] or {}):
        return None
    said = " ".join(text.strip().partition("\n")[0] for text in (pick["failure"] or {}).values() if text)
    return f"{outcome}, exit code {pick['exit_code']}" + (f", {said[:300]}" if said else "")


def main(argv: list[str]) -> int:
    """Prints the table; see the module's text for the result."""
    try:
        results = read(Path(argv[0]))
    except (IndexError, OSError, ResultsError) as error:
        print(f"contract.compare needs a results file: {error}", file=sys.stderr)
        return 2
    if dict(results.drivers) != driver_hashes():
        print("These results are of other drivers than the repository's: build a new kit and run it.", file=sys.stderr)
        return 2
    table = [*rows(results), *map(probe_row, results.probes), *map(user_row, results.user)]
    width = max(len(row.name) for row in table)
    print(results.windows)
    for row in table:
        print(f"{row.name:<{width}}  {row.verdict.value:<12}  {row.details[0] if row.details else ''}".rstrip())
        for detail in row.details[1:]:
            print(" " * (width + 16) + detail)
    counted = Counter(row.verdict for row in table)
    print(", ".join(f"{verdict.value} {counted[verdict]}" for verdict in Verdict))
    if not results.clean:
        print("The kit could not take everything back: certificates or keys are not as they were before.")
    if results.stopped:
        print(f"The part with a user of its own did not come to its end: {results.stopped}")
    return 1 if counted[Verdict.DIFFERS] or results.stopped or not results.clean else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
