# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of the contract can fail: each of these wrong workstations, drivers and recordings is caught."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contract.captured_commands import Sent
from contract.case import Case, load
from contract.case_runner import complaints
from contract.kinds import on_a_fresh_one
from contract.normal import FalseProofError
from contract.recording import document, driver_hash, read
from lab.emulated import exchange, removal, steps
from lab.emulated.computer import Computer
from lab.emulated.handle import StoreHandle
from lab.manifest import changed, parse
from lab.workstation_interface import Kind

CASES = {case.name: case for case in load()}
SENT = Mapping[tuple[str, bool], Sent]

Json = dict[str, Any]


def nothing(*_arguments: object, **_named: object) -> None:
    """Does nothing."""


def _without(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(exchange._StoreExchange, name, nothing)


def _no_sweep(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(StoreHandle, "leftovers", lambda _store, _spki: [])


def _takes_what_is_young(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("lab.emulated.handle.HOUR", 0)


def _takes_what_is_linked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(StoreHandle, "_unlinked", lambda handle: list(handle._store.containers.values()))


def _shared_container(patch: pytest.MonkeyPatch) -> None:
    class Fixed:
        def uuid4(self) -> str:
            return "8ff11459-bc45-41ad-9ab0-523c9905bc25"

    patch.setattr("lab.emulated.store.uuid", Fixed())


def _check_mode_ignored(patch: pytest.MonkeyPatch) -> None:
    transact = exchange._StoreExchange._transact
    patch.setattr(exchange._StoreExchange, "_transact", lambda self, _check_mode: transact(self, check_mode=False))


def _patient(patch: pytest.MonkeyPatch) -> None:
    class Free:
        def acquire(self, timeout: float = 0) -> bool:
            return timeout >= 0

        def release(self) -> None:
            """Holds nothing."""

    patch.setattr(Computer, "mutex", lambda _computer, _sid: Free())


def _keeps_no_key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(removal, "_reason_to_keep", nothing)


def _takes_all_back_after_a_retire(patch: pytest.MonkeyPatch) -> None:
    wrong = dataclasses.replace(steps.STEP_TYPES["retire"], final=False)
    patch.setitem(steps.STEP_TYPES, "retire", wrong)


MUTANTS = {
    "knows_no_owner_guard": (_without("_check_owner"), "guard_another_owner"),
    "lets_a_temporary_profile_pass": (_without("_check_owner"), "guard_a_temporary_profile"),
    "needs_no_dpapi": (_without("_check_owner"), "guard_a_logon_without_dpapi"),
    "lets_who_is_logged_on_wait": (_without("_check_owner"), "guard_a_session_whose_dpapi_fails"),
    "rolls_nothing_back": (_without("_roll_back"), "failed_prove_takes_the_import_back"),
    "sweeps_nothing": (_no_sweep, "import_sweeps_a_leftover_container"),
    "takes_the_transport_key_of_a_run_under_way": (_takes_what_is_young, "leftovers_go_with_a_proof"),
    "takes_a_key_that_has_a_certificate": (_takes_what_is_linked, "leftovers_are_no_keys_that_a_certificate_links_to"),
    "uses_one_container_for_all": (_shared_container, "renewal_leaves_the_first_key_working"),
    "writes_in_check_mode": (_check_mode_ignored, "check_mode_writes_nothing"),
    "deletes_a_key_that_another_needs": (_keeps_no_key, "remove_keeps_a_container_that_another_certificate_links_to"),
    "empties_the_store": (_takes_all_back_after_a_retire, "failure_after_a_retire_keeps_what_was_brought_in"),
    "waits_for_nobody": (_patient, "guard_another_exchange"),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_wrong_workstation_fails_its_case(mutant: str, sent: SENT, monkeypatch: pytest.MonkeyPatch) -> None:
    """It passes when it is right, and no longer when it is made wrong."""
    make_wrong, name = MUTANTS[mutant]
    assert complaints(CASES[name], on_a_fresh_one(CASES[name], Kind.EMULATED, sent)) == []
    make_wrong(monkeypatch)
    try:
        found = complaints(CASES[name], on_a_fresh_one(CASES[name], Kind.EMULATED, sent))
    except FalseProofError as false_proof:
        found = [str(false_proof)]
    assert found


@pytest.mark.parametrize("signature", ["", "AAAA", base64.b64encode(bytes(256)).decode()])
def test_a_driver_that_proves_nothing_is_caught(signature: str, sent: SENT, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers that it signed, which the journal alone would not tell from the truth."""
    proved = {"algorithm": "RSASSA-PKCS1-v1_5-SHA256", "signature": signature}
    liar = dataclasses.replace(steps.STEP_TYPES["prove"], run=lambda _work, _step: proved)
    monkeypatch.setitem(steps.STEP_TYPES, "prove", liar)
    with pytest.raises(FalseProofError):
        on_a_fresh_one(CASES["enrol_into_an_empty_store"], Kind.EMULATED, sent)


def test_a_proof_over_another_nonce_is_caught(sent: SENT, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old signature, played again."""
    honest = steps.STEP_TYPES["prove"]
    other = {"nonce": base64.b64encode(b"another nonce of thirty-two byte").decode()}
    replay = dataclasses.replace(honest, run=lambda work, step: honest.run(work, {**step, **other}))
    monkeypatch.setitem(steps.STEP_TYPES, "prove", replay)
    with pytest.raises(FalseProofError):
        on_a_fresh_one(CASES["enrol_into_an_empty_store"], Kind.EMULATED, sent)


def _scripts(sent: Sent) -> list[str]:
    manifest = parse(sent.stdin)
    assert manifest is not None
    return [name for name in manifest.scripts if "hospital_it.pkcs12" in name]


def _with_another_byte(sent: Sent, name: str) -> Sent:
    def change(manifest: Json) -> Json:
        script = base64.b64decode(manifest["scripts"][name]["script"])
        manifest["scripts"][name]["script"] = base64.b64encode(script + b"\n").decode()
        return manifest

    return dataclasses.replace(sent, stdin=changed(sent.stdin, change))


def test_a_driver_changed_by_one_byte_is_refused(sent: SENT) -> None:
    """Each script of each driver: the emulation vouches for the repository's bytes and for no others."""
    asked = {
        "store_inventory": CASES["inventory_of_an_empty_store"],
        "store_exchange": CASES["import_again_changes_nothing"],
        "browser_info": CASES["browsers_of_a_fresh_workstation"],
        "profile_exchange": CASES["leaver_loses_certificate_and_cng_key"],
        "bundle_files": CASES["bundles_of_a_fresh_workstation"],
        "bundle_removal": CASES["removal_takes_the_file_with_the_hash_and_no_other"],
    }
    for driver, case in asked.items():
        names = _scripts(sent[driver, False])
        assert len(names) > 1
        for name in names:
            changed = {(driver, False): _with_another_byte(sent[driver, False], name)}
            answer = on_a_fresh_one(case, Kind.EMULATED, changed).answer
            assert answer["failed"] is True
            assert f"{name.rpartition('.plugins.')[2].partition('.')[2]} differs" in answer["msg"]


def _recorded(name: str, sent: SENT) -> tuple[Case, Sent]:
    case = CASES[name]
    return case, sent[case.driver, False]


def test_an_answer_that_is_not_the_recorded_one_is_caught(sent: SENT, monkeypatch: pytest.MonkeyPatch) -> None:
    """A detail that the case does not name, but Windows PowerShell answered."""
    case, wire = _recorded("enrol_an_exportable_key", sent)
    assert document(case, wire, on_a_fresh_one(case, Kind.EMULATED, sent)) == read(case)
    monkeypatch.setattr("lab.emulated.store.CNG_PROVIDER", "Microsoft Platform Crypto Provider")
    outcome = on_a_fresh_one(case, Kind.EMULATED, sent)
    assert complaints(case, outcome) == []
    assert document(case, wire, outcome) != read(case)


def test_a_recording_of_another_driver_or_another_question_is_stale(sent: SENT) -> None:
    """Whatever it answers."""
    case, wire = _recorded("enrol_into_an_empty_store", sent)
    changed = _with_another_byte(wire, _scripts(wire)[0])
    assert driver_hash(changed) != driver_hash(wire)
    outcome = on_a_fresh_one(case, Kind.EMULATED, sent)
    assert document(case, changed, outcome) != read(case)
    assert document(dataclasses.replace(case, check_mode=True), wire, outcome) != read(case)
