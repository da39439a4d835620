# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an option of a task is for: a task without it, the same task with it, and what differs. A row of a table for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import ObjectIdentifier

from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL
from unit.plugins.plugin_utils.fakes import CLIENT_AUTH, EMAIL, PASSPHRASE, YEAR, issue
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

DAY = timedelta(days=1)
NAME = "Jeanne Dupont - T123456"
EAST = "Pacific/Kiritimati"
"""Fourteen hours ahead: its day is another one already."""


@cache
def authority() -> Authority:
    """One authority for all rows."""
    return Authority.create()


@cache
def bundle(subject: str = NAME, left: timedelta = 3 * YEAR, eku: Sequence[str] = (CLIENT_AUTH,)) -> IssuedBundle:
    """The same bundle each time that it is asked for."""
    return issue(authority(), subject, left, eku=tuple(map(ObjectIdentifier, eku)))


OLD, MIDDLE, NEW = (bundle(left=left) for left in (20 * DAY, YEAR, 3 * YEAR))
TONIGHT = bundle(left=YEAR - DAY / 2 + DAY / 24)
"""It ends on another day in the east."""
FOR_MAIL = bundle(left=9 * DAY, eku=(CLIENT_AUTH, EMAIL))


@dataclass
class Scene:
    """A workstation where Jeanne and Paul are logged on, and an empty folder on the controller."""

    folder: Path
    workstation: FakeWorkstation = field(default_factory=FakeWorkstation)
    result: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for holder in (JEANNE, PAUL):
            self.workstation.person(holder["user"])

    @property
    def steps(self) -> list[Any]:
        """All steps that were sent."""
        return [step for *_who, request in self.workstation.exchanges for step in request.steps]

    def plant(self, *issued: IssuedBundle, user: str = JEANNE["user"], **details: Any) -> None:
        """Installs certificates beforehand."""
        for each in issued:
            self.workstation.plant(user, each, **details)

    def put(self, issued: IssuedBundle, name: str = "") -> None:
        """Puts a bundle into the folder."""
        (self.folder / (name or issued.file_name)).write_bytes(issued.data)


def _nothing(_scene: Scene) -> None:
    """The scene as it is."""


@dataclass(frozen=True)
class Effect:
    """``see`` is ``usual`` without the option (or with that of ``given``) and ``changed`` with this ``value`` of it.

    ``scene`` sets the scene. ``given``: further arguments of both tasks. A text may have the folder as ``{folder}``. An option
    ``holders.name`` is a suboption: ``entry`` is the holder. Where ``given`` has a mapping for the option, it is one of that.
    """

    option: str
    value: Any
    see: Callable[[Scene], Any]
    usual: Any
    changed: Any
    given: Mapping[str, Any] = field(default_factory=dict)
    scene: Callable[[Scene], None] = _nothing
    variables: Mapping[str, Any] = field(default_factory=dict)
    entry: Mapping[str, Any] = field(default_factory=lambda: JEANNE)


def placed(value: Any, folder: Path) -> Any:
    """A value with the folder in it."""
    if isinstance(value, dict):
        return {key: placed(each, folder) for key, each in value.items()}
    if isinstance(value, list):
        return [placed(each, folder) for each in value]
    return value.replace("{folder}", str(folder)) if isinstance(value, str) else value


def seen(action: str, effect: Effect, arguments: Mapping[str, Any], folder: Path) -> Any:
    """What is seen of one task."""
    folder.mkdir()
    scene = Scene(folder)
    effect.scene(scene)
    given = placed({**arguments, **effect.given}, folder)
    scene.result = run_action(action, given, scene.workstation, variables=effect.variables)
    assert "exception" not in scene.result, scene.result["exception"]
    return effect.see(scene)


def check(action: str, base: Mapping[str, Any], effect: Effect, folder: Path) -> None:
    """Runs the task without the option and with it."""
    assert effect.usual != effect.changed
    usual = seen(action, effect, base, folder / "without")
    assert usual == effect.usual, f"without {effect.option}: {usual}"
    option, _dot, part = effect.option.partition(".")
    value = effect.value
    if part:
        whole = effect.given.get(option)
        value = {**whole, part: value} if isinstance(whole, dict) else [{**effect.entry, part: value}]
    given = {**effect.given, option: value}
    changed = seen(action, Effect(**{**vars(effect), "given": given}), base, folder / "with")
    assert changed == effect.changed, f"with {effect.option}: {changed}"


def table(
    action: str, base: Mapping[str, Any], rows: Sequence[Effect], name: Callable[[Effect], str] = lambda row: row.option
) -> Callable[..., None]:
    """The test of a table. ``base``: what all tasks of it have; ``name``: how a row is called."""

    @pytest.mark.parametrize("effect", rows, ids=name)
    def test(effect: Effect, tmp_path: Path) -> None:
        check(action, base, effect, tmp_path)

    return test


def code(scene: Scene) -> str | None:
    """The code of the only holder, or of the task."""
    rows = scene.result.get("holders") or [scene.result]
    error = scene.result.get("error") or rows[0].get("error")
    return error and error["code"]


def row(scene: Scene) -> dict[str, Any]:
    """The result of the only holder."""
    found: dict[str, Any] = (scene.result.get("holders") or [scene.result])[0]
    return found


def outcome(scene: Scene) -> str:
    """The outcome of the only holder."""
    return str(row(scene)["outcome"])


def days_of_access(scene: Scene) -> int:
    """How long the only holder has access."""
    return int(row(scene)["access_days_left"])


def taken(scene: Scene) -> str | None:
    """The certificate of the only holder."""
    certificate = row(scene)["certificate"]
    return certificate and certificate["thumbprint"]


def accounts(scene: Scene) -> list[str]:
    """Whose stores were written."""
    return [account for account, *_rest in scene.workstation.exchanges]


def passwords(scene: Scene) -> list[str | None]:
    """The Windows passwords that were tried. With one, an import takes two exchanges."""
    return list(dict.fromkeys(run_as.password for _account, run_as, _request in scene.workstation.exchanges))


def computers(scene: Scene) -> list[str | None]:
    """The only computer that may carry each exchange out."""
    return [request.computer for *_who, request in scene.workstation.exchanges]


def warned(scene: Scene) -> int:
    """How many warnings the task has."""
    return len(scene.result.get("warnings", ()))


def renamed(scene: Scene) -> None:
    """The inventory has another name for the host."""
    scene.workstation.found = replace(scene.workstation.found, computer="PC-7", dns_names=("pc-7", "pc-7.chu.example"))


def methods(scene: Scene) -> list[str]:
    """How certificates went."""
    return [each["method"] for each in (*row(scene)["superseded"], *row(scene)["removed"])]


def kinds(scene: Scene) -> list[str]:
    """Which kinds of steps were sent."""
    return [step.type for step in scene.steps]


def exportable(scene: Scene) -> list[bool]:
    """What the imports were told of the key."""
    return [step.arguments["exportable"] for step in scene.steps if step.type == "import"]


def lines(scene: Scene) -> int:
    """How many exchanges are on record."""
    path = scene.folder / "evidence.jsonl"
    return path.read_text(encoding="utf-8").count("\n") if path.exists() else 0


def facts(scene: Scene) -> dict[str, Any]:
    """``ansible_facts.pkcs12``."""
    found: dict[str, Any] = scene.result["ansible_facts"]["pkcs12"]
    return found


def listed(scene: Scene) -> list[str]:
    """Common names of the certificates that the facts list."""
    return sorted(each["subject_cn"] for each in facts(scene)["certificates"])


# Scenes that several tables have


def turned_round(scene: Scene) -> None:
    """The folder has her bundle, with her names the other way round."""
    scene.put(bundle("DUPONT Jeanne - T123456"))


def other_name(scene: Scene) -> None:
    """The folder has a bundle of her number and another name."""
    scene.put(bundle("Paul Martin - T123456"))


def two_stored(scene: Scene) -> None:
    """She has two certificates."""
    scene.plant(OLD, MIDDLE)


def with_passphrase_file(scene: Scene) -> None:
    """The passphrase of her bundle is in a file."""
    scene.put(NEW)
    (scene.folder / "secrets").mkdir()
    (scene.folder / "secrets" / "Jeanne T123456.txt").write_text(PASSPHRASE, encoding="utf-8")


def logging_scripts(scene: Scene) -> None:
    """PowerShell logs what it runs there."""
    found = scene.workstation.found
    scene.workstation.found = replace(found, logging=replace(found.logging, script_block=True))
