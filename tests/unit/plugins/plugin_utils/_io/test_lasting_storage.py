# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which folders outlive a job, by the tables of mounts of containers and of ordinary machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.lasting_storage import (
    check_lasting,
    mount_of,
    parse_mounts,
)
from unit.plugins.plugin_utils.problems import error_of

ROOT_EXT4 = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw"
ROOT_OVERLAY = "600 500 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/a,upperdir=/b"
TMP = "30 27 0:24 / {folder} rw,nosuid shared:5 - tmpfs tmpfs rw"
BIND = "31 27 254:0 /srv/bundles {folder} rw,relatime master:1 - xfs /dev/vdb rw"
OVERLAY_BIND = "32 27 0:60 / {folder} rw - overlay overlay rw,lowerdir=/srv/bundles"
NFS = "33 27 0:70 / {folder} rw - nfs4 nas:/bundles rw"
EMPTY_DIR = "34 27 254:0 /lib/kubelet/pods/4f/volumes/kubernetes.io~empty-dir/x {folder} rw - ext4 /dev/vda rw"
BROKEN = "a line\n\n1 2 3 - x"

TABLES = {
    "disk": ([ROOT_EXT4], None),
    "layer of a container": ([ROOT_OVERLAY], "overlay"),
    "memory": ([ROOT_EXT4, TMP], "tmpfs"),
    "folder of the host": ([ROOT_OVERLAY, BIND], None),
    "share": ([ROOT_OVERLAY, NFS], None),
    "folder that AWX exposes with O": ([ROOT_OVERLAY, OVERLAY_BIND], "overlay"),
    "emptyDir": ([ROOT_OVERLAY, EMPTY_DIR], "not_lasting.empty_dir"),
    "disk below memory": ([ROOT_EXT4, TMP, BIND], None),
    "memory above a disk": ([ROOT_EXT4, BIND, TMP], "tmpfs"),
    "lines that cannot be read": ([BROKEN, ROOT_EXT4], None),
}


def table(folder: Path, lines: list[str]) -> Path:
    path = folder / "mountinfo"
    path.write_text("\n".join(lines).replace("{folder}", str(folder).replace(" ", "\\040")) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("lines", "reason"), TABLES.values(), ids=TABLES)
def test_a_folder_is_judged_by_the_mount_on_which_it_lies(tmp_path: Path, lines: list[str], reason: str | None) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    mounts = table(folder, lines)
    if reason is None:
        assert check_lasting(folder, {}, mounts) is True
        return
    why = error_of(lambda: check_lasting(folder, {}, mounts)).problem
    assert reason == (why.values["kind"] if why.code == "not_lasting.kind" else why.code)


def test_a_link_is_judged_by_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "link").symlink_to("memory")
    mounts = table(tmp_path / "memory", [ROOT_EXT4, TMP])
    with pytest.raises(Pkcs12Error):
        check_lasting(tmp_path / "link", {}, mounts)


def test_a_name_that_begins_alike_is_another_folder() -> None:
    mounts = parse_mounts(f"{ROOT_EXT4}\n{TMP.replace('{folder}', '/srv/a')}")
    assert [getattr(mount_of(Path(path), mounts), "kind", None) for path in ("/srv/a/b", "/srv/ab")] == [
        "tmpfs",
        "ext4",
    ]


def test_a_system_without_the_table_cannot_tell(tmp_path: Path) -> None:
    assert check_lasting(tmp_path, {}, tmp_path / "missing") is None


RUNNERS = {
    "AWX": {"AWX_PRIVATE_DATA_DIR": "{private}"},
    "ansible-runner": {"AWX_ISOLATED_DATA_DIR": "{private}/artifacts/4711"},
}


@pytest.mark.parametrize("environment", RUNNERS.values(), ids=RUNNERS)
def test_the_private_folder_of_a_runner_is_refused(tmp_path: Path, environment: dict[str, str]) -> None:
    project = tmp_path / "project" / "bundles"
    project.mkdir(parents=True)
    known = {name: value.replace("{private}", str(tmp_path)) for name, value in environment.items()}
    for folder in (tmp_path, project):
        with pytest.raises(Pkcs12Error) as refusal:
            check_lasting(folder, known, table(tmp_path, [ROOT_EXT4]))
        assert refusal.value.problem == Problem("not_lasting.runner", {"folder": str(folder), "point": str(tmp_path)})
    assert check_lasting(tmp_path.parent, known, tmp_path / "mountinfo") is True


def test_a_mount_of_the_site_below_the_private_folder_lasts(tmp_path: Path) -> None:
    """Not those that the runner makes itself."""
    known = {"AWX_PRIVATE_DATA_DIR": str(tmp_path)}
    for name, lasts in (("bundles", True), ("artifacts", False), ("project", False)):
        (tmp_path / name).mkdir()
        mounts = table(tmp_path / name, [ROOT_EXT4, BIND])
        if lasts:
            assert check_lasting(tmp_path / name, known, mounts) is True
            continue
        with pytest.raises(Pkcs12Error):
            check_lasting(tmp_path / name, known, mounts)
