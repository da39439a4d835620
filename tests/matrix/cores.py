# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of ansible-core that are supported, and the environment of each."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "tests" / "requirements"
ENVIRONMENTS = ROOT / ".build" / "venvs"
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 14)
"""Of the tests."""


@dataclass(frozen=True, slots=True)
class Core:
    """``line``: 2.16, for example. ``pythons``: the newest first. ``pins``: instead of those in ``pins.txt``."""

    line: str
    pythons: tuple[str, ...]
    pins: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Of its virtual environment. ``make_environment`` makes it."""
        return without_a_space(ENVIRONMENTS) / f"core-{self.line}"

    @property
    def version(self) -> str:
        """Of ansible-core, as it is pinned."""
        (version,) = (pin.partition("==")[2] for pin in self.pins if pin.startswith("ansible-core=="))
        return version


def cores() -> tuple[Core, ...]:
    """All, the oldest first."""
    content = yaml.safe_load((REQUIREMENTS / "matrix.yml").read_text(encoding="utf-8"))["cores"]
    found = (Core(line, _newest_first(each["pythons"]), tuple(each["pins"])) for line, each in content.items())
    return tuple(sorted(found, key=lambda core: _numbers(core.line)))


def usable(core: Core) -> tuple[str, ...]:
    """The Pythons of a core that the tests support and that are on this machine, the newest first."""
    supported = (each for each in core.pythons if OLDEST_PYTHON <= _numbers(each) <= NEWEST_PYTHON)
    return tuple(each for each in supported if _can_make_environments(f"python{each}"))


def pins(core: Core) -> str:
    """``pins.txt`` for this core."""
    own = {pin.partition("==")[0] for pin in core.pins}
    lines = (REQUIREMENTS / "pins.txt").read_text(encoding="utf-8").splitlines()
    return "\n".join([line for line in lines if line.partition("==")[0] not in own] + [*core.pins, ""])


def make_environment(core: Core) -> None:
    """Makes the virtual environment, unless one with the same pins is there. Raises ``subprocess.CalledProcessError``."""
    wanted = pins(core)
    _link(core.folder.parent, ENVIRONMENTS)
    stamp = core.folder / "stamp"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    folder = ROOT / ".build" / "matrix" / f"core-{core.line}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pins.txt").write_text(wanted, encoding="utf-8")
    shutil.copy(REQUIREMENTS / "test.txt", folder / "test.txt")
    command = [str(ROOT / "tools" / "venv"), str(core.folder), str(folder / "test.txt"), *usable(core)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=sys.stdout)
    stamp.write_text(wanted, encoding="utf-8")


def without_a_space(folder: Path) -> Path:
    """The folder, or the place of a link to it: ansible-core 2.16 does not quote the Python with which it runs a module."""
    if " " not in str(folder):
        return folder
    return Path(tempfile.gettempdir()) / f"pkcs12-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"


def _link(link: Path, folder: Path) -> None:
    """Makes it, unless it is there and leads there. Raises ``OSError`` when somebody else has put another one there."""
    folder.mkdir(parents=True, exist_ok=True)
    if link == folder or (link.is_symlink() and link.readlink() == folder):
        return
    link.unlink(missing_ok=True)
    link.symlink_to(folder)


def _can_make_environments(program: str) -> bool:
    """A program on PATH may be a shim without an interpreter."""
    try:
        return subprocess.run([program, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _newest_first(pythons: list[str]) -> tuple[str, ...]:
    return tuple(sorted(pythons, key=_numbers, reverse=True))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
