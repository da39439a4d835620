# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults to inject into an emulated workstation or before it, and the invariant that has to hold all the while."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    ElementError,
    parse_element,
)
from lab.emulated import Change, DriverError, EmulatedWorkstation, Operation, ProcessKilled
from lab.emulated.store import Store, spki
from lab.manifest import parse
from lab.winrm import Cut, Intercept, Moment, Request
from lab.workstation_interface import Logon, Output, Process

DISK_FULL, WRITE_PROTECT = 0x80070070, 0x80070013
"""HRESULTs of ERROR_DISK_FULL and ERROR_WRITE_PROTECT (winerror.h)."""


def usable(store: Store, at: datetime) -> frozenset[str]:
    """The thumbprints that a browser could log on with: in date, not archived, and the container it links to holds its key."""
    return frozenset(name for name in (_usable(store, raw, at) for raw in store.elements.values()) if name)


def _usable(store: Store, raw: bytes, at: datetime) -> str | None:
    try:
        element = parse_element(raw)
    except ElementError:
        return None
    certificate = x509.load_der_x509_certificate(element.der)
    holder = store.containers.get(element.key.container) if element.key else None
    works = holder is not None and holder.spki == spki(certificate.public_key())
    in_date = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    return element.thumbprint if works and in_date and not element.archived else None


def linked(store: Store) -> frozenset[str]:
    """The containers that a certificate of the store links to; any other one is an orphan."""
    found = set()
    for raw in store.elements.values():
        with suppress(ElementError):
            link = parse_element(raw).key
            found |= {link.container} if link else set()
    return frozenset(found)


Act = Callable[["Watch", Operation], None]
"""What happens after an operation on a store, which is the last one that the watch has seen."""


def nothing(_watch: Watch, _operation: Operation) -> None:
    """No fault."""


@dataclass(slots=True)
class Watch:
    """Checks after each operation on one store that its owner, once he could log on, still can; then lets the fault happen.

    Also after a power loss: what was there in the beginning is on the disk, and so is what the driver has saved. Of what comes after that,
    a power loss may take any part and leave another, so what counts works with it and without it.
    """

    store: Store
    act: Act = nothing
    operations: list[Operation] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    could: bool = False
    lasted: bool = False

    def __post_init__(self) -> None:
        self.store.save()
        self.could = self.lasted = bool(self._usable())

    @classmethod
    def over(cls, workstation: EmulatedWorkstation, owner: str, act: Act = nothing) -> Watch:
        """Watches the owner's store from now on, in the place of whoever did."""
        watch = cls(workstation.store_of(owner), act)
        workstation.observe = watch
        return watch

    def __call__(self, operation: Operation) -> None:
        if operation.owner != self.store.owner:
            return
        self.operations.append(operation)
        can = bool(self._usable())
        if self.could and not can:
            self.violations.append(f"after {operation.change.value} {operation.subject}")
        self.could = self.could or can
        lasts = bool(self._usable() & self._usable(self.store.on_disk))
        if self.lasted and not lasts:
            self.violations.append(f"after {operation.change.value} {operation.subject} and a power loss")
        self.lasted = self.lasted or lasts
        self.act(self, operation)

    def _usable(self, store: Store | None = None) -> frozenset[str]:
        return usable(store or self.store, datetime.now(UTC))


def killed(*after: int) -> Act:
    """The driver's process dies after these operations."""

    def act(watch: Watch, _operation: Operation) -> None:
        if len(watch.operations) in after:
            raise ProcessKilled

    return act


def failing(*after: int, hresult: int = DISK_FULL) -> Act:
    """Windows reports a failure of the call that made these operations."""

    def act(watch: Watch, _operation: Operation) -> None:
        if len(watch.operations) in after:
            raise DriverError(None, hresult)

    return act


def together(*acts: Act) -> Act:
    """One after the other."""

    def act(watch: Watch, operation: Operation) -> None:
        for each in acts:
            each(watch, operation)

    return act


def loses_the_first_key(watch: Watch, operation: Operation) -> None:
    """The first certificate that is written has lost its key by the time it is there."""
    written = [seen for seen in watch.operations if seen.change is Change.CERTIFICATE_WRITTEN]
    if operation.change is not Change.CERTIFICATE_WRITTEN or len(written) > 1:
        return
    link = parse_element(watch.store.elements[operation.subject]).key
    if link:
        del watch.store.containers[link.container]


class Refusing(dict[str, Any]):
    """What a store keeps, on a disk that takes nothing new. What is there can be read and deleted."""

    def __init__(self, kept: Mapping[str, Any], hresult: int) -> None:
        super().__init__(kept)
        self.hresult = hresult

    def __setitem__(self, name: str, value: Any) -> None:
        raise DriverError(None, self.hresult)


def cut_at(number: int, moment: Moment) -> Intercept:
    """The connection ends at the n-th request of its workstation: before it is carried out, or with its answer missing."""

    def intercept(request: Request) -> None:
        if request.number == number and request.moment is moment:
            raise Cut

    return intercept


def delayed_at(number: int, seconds: float) -> Intercept:
    """The n-th request waits before it is carried out."""

    def intercept(request: Request) -> None:
        if request.number == number and request.moment is Moment.BEFORE:
            time.sleep(seconds)

    return intercept


def on_each(intercepts: Mapping[str, Intercept]) -> Intercept:
    """One intercept for many listeners, by the name of the workstation in lower case."""

    def intercept(request: Request) -> None:
        found = intercepts.get(request.workstation.lower())
        if found:
            found(request)

    return intercept


Start = Callable[[Logon, str, bool], Process]


def garbled(start: Start, driver: str, answer: bytes) -> Start:
    """A workstation's ``start`` with which this driver does its work, and other bytes come back."""
    return lambda logon, command_line, console: _Garbled(start(logon, command_line, console), driver, answer)


class _Garbled:
    def __init__(self, process: Process, driver: str, answer: bytes) -> None:
        self._process, self._driver, self._answer = process, driver, answer
        self._stdin, self._garbles = b"", False

    def send(self, data: bytes, end: bool) -> None:
        self._stdin += data
        manifest = parse(self._stdin) if end else None
        self._garbles = manifest is not None and manifest.module.endswith(self._driver)
        self._process.send(data, end)

    def receive(self, timeout: float, limit: int) -> Output | None:
        output = self._process.receive(timeout, limit)
        if output is None or not self._garbles:
            return output
        return Output(self._answer if output.exit_code is not None else b"", b"", output.exit_code)

    def kill(self) -> None:
        self._process.kill()
