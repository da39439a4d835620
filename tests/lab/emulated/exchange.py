# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""store_exchange, emulated: guards, snapshot, steps, rollback. The rules are those of docs/developers/driver_protocol.md."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import store_hash
from lab.emulated.computer import Computer
from lab.emulated.errors import DriverError, HResult
from lab.emulated.handle import TRANSPORT_KEY, Observer, StoreHandle
from lab.emulated.logon import Session
from lab.emulated.profile import read_profile
from lab.emulated.request import PROTOCOL, wrong_with
from lab.emulated.steps import STEP_TYPES, Step, Work

Json = dict[str, Any]


def exchange(
    computer: Computer, session: Session, request: Mapping[str, Any], check_mode: bool, observe: Observer
) -> Json:
    """Answers a request of store_exchange."""
    answer = _Exchange(computer, session, request, observe).run(check_mode)
    error = answer["error"]
    if error:
        answer |= {"failed": True, "msg": f"store_exchange stopped at {error['step']}: {error['code']}"}
    return answer


class _Exchange:
    def __init__(self, computer: Computer, session: Session, request: Mapping[str, Any], observe: Observer) -> None:
        self._computer, self._session, self._request = computer, session, request
        self._profile = computer.profiles[session.user.sid]
        self._store = StoreHandle(self._profile.store, observe)
        self._journal: list[Json] = []
        self._answer: Json = {
            "changed": False,
            "protocol": PROTOCOL,
            "owner_sid": session.user.sid,
            "utc": computer.utc(),
            "before": [],
            "after": [],
            "journal": self._journal,
            "error": None,
        }

    def run(self, check_mode: bool) -> Json:
        try:
            self._check_request()
            self._check_computer()
            self._check_owner()
            with self._alone():
                self._transact(check_mode)
        except DriverError as refusal:
            self._answer["error"] = {"step": "guard", "code": refusal.code, "hresult": refusal.hresult}
        if not check_mode:
            self._clear_transport_keys()
        return self._answer

    def _clear_transport_keys(self) -> None:
        """Those of a request that ended before it used them up. One that stays is deleted by the next run."""
        if self._session.user.sid != self._request.get("owner_sid"):
            return
        for step in self._request["steps"]:
            name = step.get("container", "")
            if TRANSPORT_KEY.fullmatch(name):
                with suppress(DriverError):
                    self._store.delete_container(name)

    def _check_request(self) -> None:
        if wrong_with(self._request, ("protocol", "owner_sid", "observed", "steps")):
            raise DriverError("bad_request")
        for step in self._request["steps"]:
            step_type = STEP_TYPES.get(step.get("step", ""))
            if step_type is None:
                raise DriverError("unknown_step")
            if set(step) != {"id", "step", *step_type.keys}:
                raise DriverError("bad_request")
            if "container" in step and not TRANSPORT_KEY.fullmatch(step["container"]):
                raise DriverError("bad_request")

    def _check_computer(self) -> None:
        names = [step["name"] for step in self._request["steps"] if step["step"] == "computer"]
        if not all(map(self._computer.is_called, names)):
            raise DriverError("wrong_computer")

    def _check_owner(self) -> None:
        if self._session.user.sid != self._request["owner_sid"]:
            raise DriverError("wrong_owner")
        if self._profile.temporary:
            raise DriverError("temporary_profile")
        if self._computer.force_key_protection:
            raise DriverError("force_key_protection")
        if not self._session.dpapi:
            raise DriverError("no_dpapi", HResult.SEC_E_DELEGATION_REQUIRED)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The mutex. A process that died inside has let go of it, as Windows does with an abandoned one."""
        if self._session.user.sid in self._computer.squatted_mutexes:
            raise DriverError("busy", HResult.COR_E_WAITHANDLECANNOTBEOPENED)
        mutex = self._computer.mutex(self._session.user.sid)
        if not mutex.acquire(timeout=self._computer.mutex_wait):
            raise DriverError("busy")
        try:
            yield
        finally:
            mutex.release()

    def _transact(self, check_mode: bool) -> None:
        self._answer["before"] = self._answer["after"] = before = self._elements()
        if _hash(before) != self._request["observed"]:
            raise DriverError("stale_store")
        if check_mode:
            return
        self._run_steps()
        self._answer["after"] = after = self._elements()
        self._answer["changed"] = _hash(after) != _hash(before)

    def _elements(self) -> list[Json]:
        """The whole store. A list that is not complete would say that a certificate is gone."""
        found = read_profile(self._profile, self._session.user, self._computer.files)
        for each in found["unread"]:
            raise DriverError("unexpected", each["hresult"])
        elements: list[Json] = found["elements"]
        return elements

    def _run_steps(self) -> None:
        done: list[tuple[Step, Work]] = []
        for step in self._request["steps"]:
            computer = self._computer
            work = Work(
                self._store,
                computer.os_build,
                computer.authorities,
                computer.trusted_roots,
                computer_name=computer.computer_name,
            )
            done.append((step, work))
            step_type = STEP_TYPES[step["step"]]
            try:
                facts = step_type.run(work, step)
            except DriverError as error:
                self._answer["error"] = {
                    "step": step["id"],
                    "code": error.code or step_type.code,
                    "hresult": error.hresult,
                }
                self._enter(step, "failed", **error.facts)
                # Once a predecessor was touched, what replaces it stays: the owner is never left without a certificate.
                if not any(STEP_TYPES[begun["step"]].final for begun, _work in done):
                    self._roll_back(done)
                return
            self._enter(step, "done", **facts)

    def _roll_back(self, done: list[tuple[Step, Work]]) -> None:
        for step, work in reversed(done):
            if not work.undo:
                continue
            try:
                for undo in reversed(work.undo):
                    undo()
            except DriverError as error:
                self._enter(step, "undo_failed", hresult=error.hresult)
            else:
                self._enter(step, "undone")

    def _enter(self, step: Step, outcome: str, **facts: Any) -> None:
        entry = {"id": step["id"], "step": step["step"], "outcome": outcome, "at": self._computer.utc()}
        self._journal.append(entry | {"thumbprint": step.get("thumbprint")} | facts)


def _hash(elements: list[Json]) -> str:
    return store_hash([base64.b64decode(element["data"]) for element in elements])
