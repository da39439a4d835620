# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gets the collections that the benchmarks compare with, from Galaxy or else from PyPI. Nothing of them is ever committed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "tests" / "requirements" / "peer.yml"
FOLDER = ROOT / ".build" / "peer"
GALAXY_SECONDS = "20"


def wanted() -> dict[str, str]:
    """The version of each."""
    return {each["name"]: each["version"] for each in _requirements()["collections"]}


def found(folder: Path) -> dict[str, str]:
    """The version of each that is in a folder."""
    manifests = {name: _folder_of(folder, name) / "MANIFEST.json" for name in wanted()}
    return {name: _version(path) for name, path in manifests.items() if path.is_file()}


def install(folder: Path = FOLDER) -> None:
    """Gets what is missing. Raises ``RuntimeError`` when this machine gets them from neither place."""
    if found(folder) == wanted():
        return
    folder.mkdir(parents=True, exist_ok=True)
    ways = [_from_galaxy, _from_pypi]
    if not any(way(folder) for way in ways) or found(folder) != wanted():
        raise RuntimeError(f"Neither Galaxy nor PyPI gave {wanted()}; {folder} has {found(folder)}.")


def _from_galaxy(folder: Path) -> bool:
    program = str(Path(sys.executable).with_name("ansible-galaxy"))
    names = [f"{name}:=={version}" for name, version in wanted().items()]
    return _succeeds(
        [program, "collection", "install", "--force", "--timeout", GALAXY_SECONDS, "-p", str(folder), *names]
    )


def _from_pypi(folder: Path) -> bool:
    package = _requirements()["package"]
    # A wheel without code of its own suits every Python; pip would refuse it where its ansible-core does not run.
    any_python = ["--python-version", "3.14", "--only-binary", ":all:"]
    with tempfile.TemporaryDirectory() as downloads:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            *any_python,
            "--dest",
            downloads,
            package,
        ]
        if not _succeeds(command):
            return False
        (wheel,) = Path(downloads).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            places = tuple(f"{_folder_of(Path(), name).as_posix()}/" for name in wanted())
            archive.extractall(folder, [name for name in archive.namelist() if name.startswith(places)])
    return True


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def _requirements() -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(REQUIREMENTS.read_text(encoding="utf-8"))
    return content


def _folder_of(folder: Path, name: str) -> Path:
    return folder / "ansible_collections" / name.replace(".", "/")


def _version(manifest: Path) -> str:
    return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
