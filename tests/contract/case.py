# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A contract case: one request to one driver on a prepared workstation, and what must come of it.

Keys of a case in ``cases/*.yml``:

``name``, ``driver``
    What it shows, unique; the name of the driver.
``workstation``
    What was there before, in order (``contract.situation`` lists the words).
``logon``, ``run_as``
    How the connection was made (``basic`` unless said otherwise); whom Ansible's become asks for.
``request``
    Laid over a minimal right request; a key set to null is left out. Placeholders: ``${owner_sid}``, ``${account}``, ``${observed}``,
    ``${passphrase}``, ``${nonce}``, ``${thumbprint:NAME}``, ``${certificate:NAME}``, ``${bundle:NAME}``, ``${bundle:NAME:DIALECT}``,
    ``${long:NUMBER}`` (a text of so many letters), ``${issuer:NAME}``, ``${profile}``, ``${leaver}``, ``${observed:leaver}``,
    ``${computer}``. Addresses of what was started: ``${portal}``, ``${proxy}``. Of a transport key that was prepared:
    ``${transport_key:NUMBER}``, its container, and ``${sealed:NUMBER}``, the passphrase sealed to it (``${sealed:NUMBER:TEXT}``: another
    text).
``check_mode``
    Whether Ansible runs in check mode.
``answer``
    A part of the answer in its normal form (``contract.normal``): keys that are not named may be anything, lists are complete.
``afterwards``
    What is counted then, seen past the drivers: the owner's key ``containers`` and those that are ``exportable``, the computer's
    intermediate ``authorities``, the ``bundles`` that the case has put into the owner's folder, the ``key_files`` in all profiles.
``not_on``
    Kinds of workstation that cannot show it, each with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lab.workstation_interface import Kind

FOLDER = Path(__file__).parent / "cases"
MINIMAL: Mapping[str, Mapping[str, Any]] = {
    "store_inventory": {"protocol": 1, "holders": []},
    "browser_info": {"protocol": 1, "issuers": []},
    "bundle_files": {"protocol": 1},
    "bundle_removal": {"protocol": 1, "computer": "", "files": []},
    "profile_exchange": {"protocol": 1, "owner_sid": "${leaver}", "observed": "${observed:leaver}", "steps": []},
    "store_exchange": {"protocol": 1, "owner_sid": "${owner_sid}", "observed": "${observed}", "steps": []},
}
PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """See the module's text for the fields."""

    name: str
    driver: str
    answer: Mapping[str, Any]
    workstation: tuple[Json, ...] = ()
    logon: str = "basic"
    run_as: str | None = None
    request: Mapping[str, Any]
    check_mode: bool = False
    afterwards: Mapping[str, int] = field(default_factory=dict)
    not_on: Mapping[Kind, str]

    def runs_on(self, kind: Kind) -> bool:
        """Whether this kind of workstation can show it."""
        return kind not in self.not_on


def _case(document: Json) -> Case:
    request = {**MINIMAL[document["driver"]], **document.pop("request", {})}
    not_on = {Kind(kind): str(reason) for kind, reason in document.pop("not_on", {}).items()}
    if not all(not_on.values()):
        raise ValueError(f"{document['name']}: not_on needs a reason")
    workstation = tuple(document.pop("workstation", ()))
    right = {key: value for key, value in request.items() if value is not None}
    return Case(request=right, not_on=not_on, workstation=workstation, **document)


def load(folder: Path = FOLDER) -> list[Case]:
    """Every case, in the order of the files. Raises ``TypeError``, ``ValueError`` or ``KeyError`` for one that is not well formed."""
    documents = [
        document for path in sorted(folder.glob("*.yml")) for document in yaml.safe_load(path.read_text())["cases"]
    ]
    cases = [_case(document) for document in documents]
    names = [case.name for case in cases]
    if len(set(names)) != len(names):
        raise ValueError("two cases have the same name")
    return cases


def fill(value: Any, resolve: Callable[[str], str]) -> Any:
    """Replaces the placeholders in every string of a JSON value."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda found: resolve(found.group(1)), value)
    if isinstance(value, Mapping):
        return {fill(key, resolve): fill(inner, resolve) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, resolve) for inner in value]
    return value
