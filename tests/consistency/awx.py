# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWX configuration in ``docs/awx`` as data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from consistency.tree import ROOT

FOLDER = ROOT / "docs" / "awx"
PROJECT = FOLDER / "project"
KUBERNETES, EXECUTION_NODES = "kubernetes", "execution_nodes"
VARIANTS = (KUBERNETES, EXECUTION_NODES)
"""Where jobs run: either folder goes with ``configuration``."""

Data = dict[str, Any]


class Unsafe(str):
    """Text with braces that is AWX's to fill in; Ansible, which brings the configuration to AWX, leaves it as it is."""

    __slots__ = ()


class _Loader(yaml.SafeLoader):  # type: ignore[misc] # yaml has no types
    """Knows Ansible's tag ``!unsafe``."""


_Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(loader.construct_scalar(node)))


def load(path: Path) -> Any:
    """What a file of the configuration says."""
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader with a tag for text


def configuration(variant: str) -> Data:
    """Everything that is brought to AWX, by the names of the variables. Raises ``ValueError`` for one that two files have."""
    data: Data = {}
    for path in sorted([*FOLDER.glob("configuration/*.yml"), *FOLDER.glob(f"{variant}/*.yml")]):
        for variable, entries in load(path).items():
            if variable in data:
                raise ValueError(f"{variable} is in two files, {path.name} among them")
            data[variable] = entries
    return data


def named(data: Data, variable: str, name: str) -> Data:
    """An entry by its name. Raises ``ValueError`` when it is not there once."""
    (found,) = [entry for entry in data[variable] if entry["name"] == name]
    entry: Data = found
    return entry


def texts(part: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a part of the configuration, with the place where it stands."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from texts(value, f"{place}.{key}")
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from texts(value, f"{place}[{number}]")
    elif isinstance(part, str):
        yield place, part
