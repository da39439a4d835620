# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The drivers' requests and answers to and from JSON. The protocol is docs/developers/driver_protocol.md."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from .._crypto.instants import parse_instant
from .._crypto.store import SerializedElement, StoreContents, UnreadSource
from .._errors import Outside, Pkcs12Error, Problem, Value
from .protocol import (
    Account,
    ExchangeAnswer,
    ExchangeError,
    ExchangeRequest,
    Identity,
    Inventory,
    JournalEntry,
    Logging,
    Profile,
    StepRequest,
)

PROTOCOL = 1


class AnswerError(Pkcs12Error):
    """An answer that is not one of this protocol: code ``driver_answer``."""

    def __init__(self, driver: str, variant: str, **values: Value) -> None:
        super().__init__(Problem(f"driver_answer.{variant}", {"driver": driver, **values}))

    def of(self, driver: str, mask: Callable[[str], str]) -> AnswerError:
        """The same for this driver, without the secrets of the task in what Python says."""
        said = {name: text for name, text in self.problem.values.items() if name != "driver"}
        shown = {name: Outside(mask(text)) if isinstance(text, Outside) else text for name, text in said.items()}
        return AnswerError(driver, self.problem.code.partition(".")[2], **shown)


def step_arguments(step: StepRequest) -> dict[str, Any]:
    """A step as the driver takes it: bytes are base64."""
    named = {"id": step.id, "step": step.type, "thumbprint": step.thumbprint}
    return named | {name: _json_value(value) for name, value in step.arguments.items()}


def exchange_arguments(request: ExchangeRequest) -> dict[str, Any]:
    """The arguments of ``store_exchange``."""
    return {
        "protocol": PROTOCOL,
        "owner_sid": request.owner_sid,
        "observed": request.store_hash,
        "steps": [*_computer_step(request.computer), *(step_arguments(step) for step in request.steps)],
    }


def _computer_step(name: str | None) -> list[dict[str, Any]]:
    """The step that every other computer refuses."""
    return [] if name is None else [{"id": "computer", "step": "computer", "name": name}]


def inventory_arguments(holders: Sequence[str]) -> dict[str, Any]:
    """The arguments of ``store_inventory``, without empty names, which the driver refuses."""
    return {"protocol": PROTOCOL, "holders": [holder for holder in holders if holder]}


def parse_inventory(answer: Mapping[str, Any]) -> Inventory:
    """Reads an answer of ``store_inventory``; raises ``AnswerError``."""
    try:
        return Inventory(
            identity=Identity(**answer["identity"]),
            computer=answer["computer"],
            os_build=int(answer["os_build"]),
            utc=parse_instant(answer["utc"]),
            language_mode=answer["language_mode"],
            logging=Logging(**answer["logging"]),
            force_key_protection=answer["force_key_protection"],
            secondary_logon=answer["secondary_logon"],
            accounts=tuple(Account(a["asked"], a["sid"], a["account"], a["hresult"]) for a in answer["holders"]),
            profiles=tuple(_profile(profile) for profile in answer["profiles"]),
            machine=parse_store_contents(answer["machine"]),
            locks=tuple(answer["locks"]),
            administrator_protection=answer["administrator_protection"],
            dns_names=tuple(answer["dns_names"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise unusable("store_inventory", problem) from problem


def parse_exchange(answer: Mapping[str, Any]) -> ExchangeAnswer:
    """Reads an answer of ``store_exchange`` or ``profile_exchange``; raises ``AnswerError``."""
    try:
        error, after = answer["error"], answer["after"]
        if after is None and not error:
            raise AnswerError("store_exchange", "no_after")
        return ExchangeAnswer(
            changed=bool(answer["changed"]),
            owner_sid=answer["owner_sid"],
            utc=parse_instant(answer["utc"]),
            before=_elements(answer["before"]),
            after=None if after is None else _elements(after),
            journal=tuple(_entry(entry) for entry in answer["journal"]),
            error=_error(error) if error else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise unusable("store_exchange", problem) from problem


def _json_value(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value.value if isinstance(value, Enum) else value


def _profile(raw: Mapping[str, Any]) -> Profile:
    return Profile(raw["owner_sid"], raw["path"], raw["loaded"], raw["temporary"], parse_store_contents(raw))


def parse_store_contents(raw: Mapping[str, Any]) -> StoreContents:
    """``elements`` and ``unread`` of a place. Raises ``ValueError``, ``KeyError`` or ``TypeError``."""
    return StoreContents(_elements(raw["elements"]), tuple(UnreadSource(**unread) for unread in raw["unread"]))


def _elements(raw: Sequence[Mapping[str, Any]]) -> tuple[SerializedElement, ...]:
    return tuple(SerializedElement(e["source"], base64.b64decode(e["data"], validate=True)) for e in raw)


def _error(raw: Mapping[str, Any]) -> ExchangeError:
    second_account = bool(raw.get("second_account"))
    return ExchangeError(raw["step"], raw["code"], raw["hresult"], raw.get("file"), second_account, raw.get("token"))


def _entry(raw: Mapping[str, Any]) -> JournalEntry:
    named = {key: raw[key] for key in ("id", "step", "outcome", "at")}
    return JournalEntry(**named, facts={key: value for key, value in raw.items() if key not in named})


def unusable(driver: str, problem: Exception) -> AnswerError:
    """Why an answer could not be read."""
    if isinstance(problem, KeyError):
        return AnswerError(driver, "missing", key=str(problem.args[0]))
    return AnswerError(driver, "unusable", reason=Outside(problem))
