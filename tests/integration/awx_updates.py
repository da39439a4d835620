# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The updates of AWX's inventories: which AWX makes before a job, what ansible-inventory makes of a source, what a job gets of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consistency.awx import PROJECT, Data
from lab.playbook import ROOT
from lab.spreadsheet import save

OWN = Path(sys.executable).with_name("ansible-inventory")
SHEET = [
    ("Nom", "Prénom", "Autorisation", "Compte", "Poste", "Départ"),
    ("Dupont", "Jeanne", "T123456", "CHU\\jdupont", "ws-rad-01.chu.example", None),
    (
        "Lefèvre",
        "Élodie",
        "0234567",
        "elefevre@chu.example",
        "ws-rad-01.chu.example; ws-rad-02.chu.example",
        "31/12/2026",
    ),
]
"""A register without a wrong row."""


def update(*sources: Path, program: Path = OWN, host: str | None = None) -> subprocess.CompletedProcess[str]:
    """ansible-inventory as AWX starts it for an update; or for the variables of a host."""
    told = ["--host", host] if host else ["--list", "--export"]
    command = [str(program), *told, *(word for source in sources for word in ("-i", str(source)))]
    collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
    environment = {**os.environ, **collections, "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def listed(*sources: Path, program: Path = OWN, host: str | None = None) -> Any:
    """What such an update gives. A host has templates filled in, which AWX does not ask for."""
    ended = update(*sources, program=program, host=host)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def kept(folder: Path, name: str, inventory: Any) -> Path:
    """An inventory as AWX gives it to a job or to an update: a script that prints what its database has."""
    (folder / f"{name}.json").write_text(json.dumps(inventory), encoding="utf-8")
    script = folder / name
    script.write_text(f"#!/bin/sh\nexec cat '{folder}/{name}.json'\n", encoding="utf-8")
    script.chmod(0o700)
    return script


def project(folder: Path) -> tuple[Path, Path]:
    """The two sources of the project, with a spreadsheet where jobs see it: that of the controller, and the register."""
    copied = Path(shutil.copytree(PROJECT / "inventory", folder / "inventory"))
    register = copied / "people.pkcs12_register.yml"
    text = register.read_text(encoding="utf-8").replace("/srv/pkcs12/register", str(folder))
    register.write_text(text, encoding="utf-8")
    save(folder / "people.xlsx", SHEET)
    return copied / "hosts.yml", register


@dataclass(frozen=True, slots=True)
class Updates:
    """What AWX has of its inventories. ``places``: the sources, by their paths in the project. ``last``: their last good updates."""

    data: Data
    folder: Path
    places: Mapping[str, Path]
    last: dict[str, Path] = field(default_factory=dict)

    def before(self, template: Data) -> Path | None:
        """The inventory of a job, as AWX gives it. First AWX updates the sources of the job's own inventory, and no others: so does AWX
        24.6.1 (``DependencyManager``). None when an update failed: then the job ends with "Previous Task Failed", without a start."""
        own = [each for each in self.data["controller_inventory_sources"] if each["inventory"] == template["inventory"]]
        for source in (each for each in own if each["update_on_launch"]):
            path = self.places[source["source_path"]]
            ended = update(path)
            if ended.returncode:
                return None
            self.last[source["name"]] = kept(self.folder, path.stem, json.loads(ended.stdout))
        return kept(self.folder, "job", listed(*(self.last[each["name"]] for each in own)))
