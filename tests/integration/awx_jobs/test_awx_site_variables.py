# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the project says once for the site reaches the controller of a job, through both inventories of AWX."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from consistency.awx import KUBERNETES, PROJECT, configuration, load, named

SOURCE = "Auto-created source for: Workstations by certificate"


def listed(*sources: Path, host: str | None = None) -> Any:
    """What ansible-inventory makes of sources, as AWX starts it for an update; or the variables of a host."""
    told = ["--host", host] if host else ["--list", "--export"]
    command = [Path(sys.executable).parent / "ansible-inventory", *told]
    for source in sources:
        command += ["-i", source]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(ended.stdout)


def kept(folder: Path, name: str, inventory: Any) -> Path:
    """An inventory as AWX gives it to a job or to an update: a script that prints what its database has."""
    (folder / f"{name}.json").write_text(json.dumps(inventory), encoding="utf-8")
    script = folder / name
    script.write_text(f"#!/bin/sh\nexec cat '{folder}/{name}.json'\n", encoding="utf-8")
    script.chmod(0o700)
    return script


def test_what_belongs_to_the_site_reaches_localhost(tmp_path: Path) -> None:
    project = kept(tmp_path, "project", listed(PROJECT / "inventory" / "hosts.yml"))
    constructed = tmp_path / "constructed.yml"
    source = named(configuration(KUBERNETES), "controller_inventory_sources", SOURCE)["source_vars"]
    constructed.write_text(json.dumps(source), encoding="utf-8")
    job = kept(tmp_path, "job", listed(project, constructed))
    here, there = listed(job, host="localhost"), listed(job, host="ws-rad-01.chu.example")
    site = load(PROJECT / "inventory" / "group_vars" / "all.yml")
    assert {name: here.get(name) for name in site} == {name: there.get(name) for name in site} == site
    assert (here["ansible_connection"], there["ansible_connection"]) == ("local", "winrm")
    groups = {group for group, each in listed(job).items() if "localhost" in each.get("hosts", ())}
    assert groups <= {"ungrouped"}
