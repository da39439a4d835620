# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""store_exchange, emulated: guards, snapshot, steps, rollback. The rules are those of docs/developers/driver_protocol.md."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from lab.emulated.computer import Computer
from lab.emulated.errors import DriverError, HResult
from lab.emulated.handle import TRANSPORT_KEY, Observer, StoreHandle
from lab.emulated.logon import Session
from lab.emulated.profile import read_profile
from lab.emulated.removal import remove_leftovers
from lab.emulated.steps import STEP_TYPES, Step, Work
from lab.emulated.transaction import Exchange

Json = dict[str, Any]


def exchange(
    computer: Computer, session: Session, request: Mapping[str, Any], check_mode: bool, observe: Observer
) -> Json:
    """Answers a request of store_exchange."""
    return _StoreExchange(computer, session, request, observe).run(check_mode)


class _StoreExchange(Exchange):
    driver: ClassVar[str] = "store_exchange"
    step_keys: ClassVar[Mapping[str, tuple[str, ...]]] = {name: each.keys for name, each in STEP_TYPES.items()}

    def __init__(self, computer: Computer, session: Session, request: Mapping[str, Any], observe: Observer) -> None:
        super().__init__(computer, session.user.sid, request)
        self._session, self._profile = session, computer.profiles[session.user.sid]
        self._store = StoreHandle(self._profile.store, observe, session.token.deletes_keys)
        self._now = int(computer.clock().timestamp())
        self._answer["swept"] = 0

    def run(self, check_mode: bool) -> Json:
        answer = super().run(check_mode)
        if not check_mode:
            self._clear_transport_keys()
        return answer

    def _clear_transport_keys(self) -> None:
        """Those of a request that ended before it used them up. One that stays is deleted by the next run."""
        refused = (self._answer["error"] or {}).get("code") == "unfit_token"
        if refused or self._session.user.sid != self._request.get("owner_sid"):
            return
        for step in self._request["steps"]:
            name = step.get("container", "")
            if TRANSPORT_KEY.fullmatch(name):
                with suppress(DriverError):
                    self._store.delete_container(name)

    def _error(self, step_id: str, error: DriverError, otherwise: str) -> Json:
        found = super()._error(step_id, error, otherwise)
        user = self._session.user
        second = {"second_account": self._computer.is_second_account(user.sid, user.name)}
        more: Mapping[str, Json] = {"wrong_owner": second, "unfit_token": {"token": self._session.token.fault}}
        return found | more.get(found["code"], {})

    def _check_request(self) -> None:
        super()._check_request()
        names = [step["container"] for step in self._request["steps"] if "container" in step]
        if not all(map(TRANSPORT_KEY.fullmatch, names)):
            raise DriverError("bad_request")

    def _check_owner(self) -> None:
        if self._session.user.sid != self._request["owner_sid"]:
            raise DriverError("wrong_owner")
        fault = self._session.token.fault
        if fault not in (None, "batch"):
            raise DriverError("unfit_token")
        if self._profile.temporary:
            raise DriverError("temporary_profile")
        if self._computer.force_key_protection:
            raise DriverError("force_key_protection")
        if self._profile.dpapi_broken and self._session.interactive:
            raise DriverError("dpapi_broken", HResult.NTE_BAD_KEY_STATE)
        if self._profile.dpapi_broken or not self._session.dpapi:
            raise DriverError("unfit_token" if fault else "no_dpapi", HResult.SEC_E_DELEGATION_REQUIRED)

    def _read_after(self) -> Json | None:
        unread = super()._read_after()
        if not unread:
            self._answer["changed"] = self._is_changed()
        return unread

    def _elements(self) -> list[Json]:
        found = read_profile(self._profile, self._session.user, self._computer.files)
        for each in found["unread"]:
            raise DriverError("unexpected", each["hresult"])
        elements: list[Json] = found["elements"]
        return elements

    def _run_steps(self) -> None:
        used = [step["container"] for step in self._request["steps"] if "container" in step]
        self._answer["swept"] = remove_leftovers(self._store, self._now, used)
        done: list[tuple[Step, Work]] = []
        for step in self._request["steps"]:
            computer = self._computer
            work = Work(
                self._store,
                computer.os_build,
                self._now,
                computer.authorities,
                computer.trusted_roots,
                computer_name=computer.computer_name,
            )
            done.append((step, work))
            step_type = STEP_TYPES[step["step"]]
            if step_type.final and not any(STEP_TYPES[begun["step"]].final for begun, _work in done[:-1]):
                self._save_import(done)
            try:
                facts = step_type.run(work, step)
            except DriverError as error:
                self._answer["error"] = self._error(step["id"], error, step_type.code)
                self._touch(bool(work.undo) or error.facts.get("key") in ("deleted", "gone"))
                self._enter(step, "failed", **error.facts)
                # Once a predecessor was touched, what replaces it stays: the owner is never left without a certificate.
                if not any(STEP_TYPES[begun["step"]].final for begun, _work in done):
                    self._roll_back(done)
                return
            self._touch(bool(work.undo) or step_type.final)
            self._enter(step, "done", **facts)

    def _save_import(self, done: list[tuple[Step, Work]]) -> None:
        """What was imported is on the disk before anything older goes."""
        if any(step["step"].startswith("import") for step, _work in done):
            self._store.save()

    def _touch(self, changed: bool) -> None:
        """What is known as long as nobody has read the store again."""
        self._answer["changed"] = self._answer["changed"] or changed

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
