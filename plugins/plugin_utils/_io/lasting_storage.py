# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether a folder outlives the job: not the layer of a container, not memory, not the private folder of a runner.

In an execution environment, ansible-runner mounts the job's private folder at ``/runner``; AWX deletes it at the end of the job. In a pod
of AWX, ``/runner`` is the container's own layer. Folders of the host that AWX exposes with the option ``O`` are overlays: what a job writes
there is lost too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .._errors import Pkcs12Error, Problem

MOUNT_TABLE = Path("/proc/self/mountinfo")
"""proc_pid_mountinfo(5). Linux only."""

EPHEMERAL_TYPES = {"overlay", "aufs", "tmpfs", "ramfs", "devtmpfs"}
EMPTY_DIR = "kubernetes.io~empty-dir"
"""The part of a path that the kubelet gives to volumes which end with their pod."""

RUNNER = Path("/runner")
RUNNER_FOLDERS = ("artifacts", "cp", "env", "inventory", "profiling_data", "project")
"""Folders of the private folder, which ansible-runner may mount one by one."""

_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """A line of the table of mounts. ``root`` is the folder of the file system that is mounted at ``point``."""

    root: str
    point: Path
    kind: str


def check_lasting(folder: Path, environment: Mapping[str, str] | None = None, table: Path = MOUNT_TABLE) -> bool | None:
    """Refuses a folder that does not outlive the job. Returns None where the system has no table of mounts, for example on macOS.

    ``folder`` exists. Raises ``Pkcs12Error``: ``not_lasting``.
    """
    real = folder.resolve()
    try:
        mounts = parse_mounts(table.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        mounts = []
    mount = mount_of(real, mounts)
    if mount is not None and mount.kind in EPHEMERAL_TYPES:
        raise _ephemeral("kind", folder, mount.point, {"kind": mount.kind})
    if mount is not None and EMPTY_DIR in mount.root:
        raise _ephemeral("empty_dir", folder, mount.point)
    for private in private_folders(os.environ if environment is None else environment):
        if real.is_relative_to(private) and not _is_own_mount(mount, private):
            raise _ephemeral("runner", folder, private)
    return None if mount is None else True


def parse_mounts(text: str) -> list[Mount]:
    """The mounts in a text of the form of proc_pid_mountinfo(5). Lines that cannot be read are left out."""
    found = []
    for line in text.splitlines():
        before, _separator, after = line.partition(" - ")
        fields, details = before.split(" "), after.split(" ")
        if len(fields) > 4 and details[0]:
            found.append(Mount(_unescaped(fields[3]), Path(_unescaped(fields[4])), details[0]))
    return found


def mount_of(folder: Path, mounts: list[Mount]) -> Mount | None:
    """The mount on which a folder (an absolute path without links) lies. Of several at one point, the last hides the others."""
    above = [mount for mount in mounts if folder.is_relative_to(mount.point)]
    deepest = max((len(mount.point.parts) for mount in above), default=0)
    return next((mount for mount in reversed(above) if len(mount.point.parts) == deepest), None)


def private_folders(environment: Mapping[str, str]) -> list[Path]:
    """The private folder of the runner that started this job, by its variables. In an execution environment it is ``/runner``."""
    found = [Path(environment[name]) for name in ("AWX_PRIVATE_DATA_DIR",) if environment.get(name)]
    artifacts = environment.get("AWX_ISOLATED_DATA_DIR")  # <private folder>/artifacts/<run>
    if artifacts and Path(artifacts).parent.name == "artifacts":
        found.append(Path(artifacts).parent.parent)
    return [*(folder.resolve() for folder in found if folder.is_absolute()), RUNNER]


def _is_own_mount(mount: Mount | None, private: Path) -> bool:
    """Whether the site has mounted a folder of its own below the runner's."""
    if mount is None or mount.point == private or not mount.point.is_relative_to(private):
        return False
    return mount.point.relative_to(private).parts[0] not in RUNNER_FOLDERS


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), text)


def _ephemeral(why: str, folder: Path, point: Path, more: Mapping[str, str] | None = None) -> Pkcs12Error:
    return Pkcs12Error(Problem(f"not_lasting.{why}", {"folder": str(folder), "point": str(point), **(more or {})}))
