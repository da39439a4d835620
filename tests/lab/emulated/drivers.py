# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which driver a manifest runs. Only the very bytes of this repository's drivers are known; everything else is refused."""

from __future__ import annotations

from pathlib import Path

from lab.manifest import Manifest

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
DRIVERS = ("store_inventory", "store_exchange", "browser_info", "bundle_files", "bundle_removal", "profile_exchange")
UTILITIES = "ansible_collections.hospital_it.pkcs12.plugins.module_utils."
WRAPPERS = {"become_wrapper.ps1", "module_wrapper.ps1", "module_powershell_wrapper.ps1"}
"""Of ansible-core; the last one up to 2.18."""


class UnknownDriverError(Exception):
    """The manifest asks for something that this emulation cannot vouch for; the text says what."""

    def __init__(self, what: str) -> None:
        super().__init__(f"This emulated workstation runs only the drivers of this collection; {what}.")


def driver_of(manifest: Manifest, plugins: Path = PLUGINS) -> str:
    """The driver's name. Raises ``UnknownDriverError`` unless each script is byte for byte the one under ``plugins``."""
    name = manifest.module.rpartition(".")[2]
    if name not in DRIVERS:
        raise UnknownDriverError(f"{manifest.module} is none of them")
    _compare(plugins / "modules" / f"{name}.ps1", manifest.script)
    for utility, script in manifest.utilities.items():
        if utility.startswith(UTILITIES):
            _compare(plugins / "module_utils" / utility.removeprefix(UTILITIES), script)
    for action in manifest.actions:
        if action.name not in WRAPPERS:
            raise UnknownDriverError(f"it has no {action.name}")
    return name


def _compare(path: Path, script: bytes) -> None:
    if not path.is_file() or path.read_bytes() != script:
        raise UnknownDriverError(f"{path.name} differs from the repository's")
