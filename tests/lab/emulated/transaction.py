# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What store_exchange and profile_exchange have in common, as _Exchange.psm1 has it for the real ones: the guards and the answer."""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import store_hash
from lab.emulated.computer import Computer
from lab.emulated.errors import DriverError, HResult
from lab.emulated.request import PROTOCOL, wrong_with

Json = dict[str, Any]

ATTEMPTS = 10
"""How often a driver reads the store after its steps."""


class Exchange(ABC):
    """One exchange on the store of an owner. ``step_keys``: of each type of step, beside ``id`` and ``step``."""

    driver: ClassVar[str]
    step_keys: ClassVar[Mapping[str, Collection[str]]]

    def __init__(self, computer: Computer, owner_sid: str, request: Mapping[str, Any]) -> None:
        self._computer, self._sid, self._request = computer, owner_sid, request
        self._journal: list[Json] = []
        self._answer: Json = {
            "changed": False,
            "protocol": PROTOCOL,
            "owner_sid": owner_sid,
            "utc": computer.utc(),
            "before": [],
            "after": [],
            "journal": self._journal,
            "error": None,
        }

    def run(self, check_mode: bool) -> Json:
        """The answer."""
        try:
            self._check_request()
            self._check_owner()
            with self._alone():
                self._transact(check_mode)
        except DriverError as refusal:
            self._answer["error"] = self._error("guard", refusal, "unexpected")
        error = self._answer["error"]
        if error:
            self._answer |= {"failed": True, "msg": f"{self.driver} stopped at {error['step']}: {error['code']}"}
        return self._answer

    def _check_request(self) -> None:
        if wrong_with(self._request, ("protocol", "owner_sid", "observed", "steps")):
            raise DriverError("bad_request")
        for step in self._request["steps"]:
            keys = self.step_keys.get(str(step.get("step")))
            if keys is None:
                raise DriverError("unknown_step")
            if set(step) != {"id", "step", *keys}:
                raise DriverError("bad_request")
            if step["step"] == "computer" and not self._computer.is_called(step["name"]):
                raise DriverError("wrong_computer")

    @abstractmethod
    def _check_owner(self) -> None:
        """Whether the owner's store may be written at all."""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The mutex. A process that died inside has let go of it, as Windows does with an abandoned one."""
        if self._sid in self._computer.squatted_mutexes:
            raise DriverError("busy", HResult.COR_E_WAITHANDLECANNOTBEOPENED)
        mutex = self._computer.mutex(self._sid)
        if not mutex.acquire(timeout=self._computer.mutex_wait):
            raise DriverError("busy")
        try:
            yield
        finally:
            mutex.release()

    def _transact(self, check_mode: bool) -> None:
        self._answer["before"] = self._answer["after"] = before = self._elements()
        if self._is_stale(before):
            raise DriverError("stale_store")
        if check_mode:
            return
        self._answer["after"] = None
        self._run_steps()
        unread = self._read_after()
        if unread and not self._answer["error"]:
            self._answer["error"] = unread

    def _is_stale(self, before: list[Json]) -> bool:
        stale: bool = _hash(before) != self._request["observed"]
        return stale

    def _read_after(self) -> Json | None:
        """The store after the steps, into the answer; the error for one that stays unread."""
        hresult = None
        for _attempt in range(ATTEMPTS):
            try:
                self._answer["after"] = self._elements_after()
            except DriverError as error:
                hresult = error.hresult
            else:
                return None
        return {"step": "after", "code": "after_unread", "hresult": hresult}

    def _elements_after(self) -> list[Json]:
        """The whole store, unless a scanner has what was written just now. Real drivers give it some seconds."""
        if self._computer.scans[self._sid]:
            self._computer.scans[self._sid] -= 1
            raise DriverError(None, HResult.SHARING_VIOLATION)
        return self._elements()

    @abstractmethod
    def _elements(self) -> list[Json]:
        """The whole store. A list that is not complete would say that a certificate is gone."""

    @abstractmethod
    def _run_steps(self) -> None:
        """Up to the first that fails."""

    def _error(self, step_id: str, error: DriverError, otherwise: str) -> Json:
        return {"step": step_id, "code": error.code or otherwise, "hresult": error.hresult}

    def _enter(self, step: Mapping[str, Any], outcome: str, **facts: Any) -> None:
        entry = {"id": step["id"], "step": step["step"], "outcome": outcome, "at": self._computer.utc()}
        self._journal.append(entry | {"thumbprint": step.get("thumbprint")} | facts)

    def _is_changed(self) -> bool:
        return _hash(self._answer["before"]) != _hash(self._answer["after"])


def _hash(elements: list[Json]) -> str:
    return store_hash([base64.b64decode(element["data"]) for element in elements])
