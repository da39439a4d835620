# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collections to compare with are there in the wanted versions, or the benchmark ends."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from benchmarks import peer_collections
from benchmarks.peer_collections import found, install, wanted


def put(folder: Path, versions: dict[str, str]) -> None:
    for name, version in versions.items():
        manifest = folder / "ansible_collections" / name.replace(".", "/") / "MANIFEST.json"
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_text(json.dumps({"collection_info": {"version": version}}), encoding="utf-8")


def test_what_is_there_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, wanted())
    monkeypatch.setattr(peer_collections, "_succeeds", pytest.fail)
    install(tmp_path)
    assert found(tmp_path) == wanted()


def test_pypi_has_what_galaxy_does_not_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    put(package, {**wanted(), "ansible.posix": "1.0.0"})

    def program(command: list[str]) -> bool:
        if "--dest" not in command:
            return False
        with zipfile.ZipFile(Path(command[command.index("--dest") + 1]) / "ansible-1-py3-none-any.whl", "w") as wheel:
            for path in package.rglob("*.json"):
                wheel.write(path, path.relative_to(package))
        return True

    monkeypatch.setattr(peer_collections, "_succeeds", program)
    install(tmp_path / "peer")
    assert found(tmp_path / "peer") == wanted()
    assert not (tmp_path / "peer" / "ansible_collections" / "ansible" / "posix").exists()


@pytest.mark.parametrize("galaxy", [True, False], ids=["another version", "unreachable"])
def test_another_version_or_none_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, galaxy: bool) -> None:
    put(tmp_path, dict.fromkeys(wanted(), "0.0.1"))
    monkeypatch.setattr(peer_collections, "_succeeds", lambda _command: galaxy)
    with pytest.raises(RuntimeError, match=r"0\.0\.1"):
        install(tmp_path)
