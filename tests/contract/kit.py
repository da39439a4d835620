# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m contract.kit FOLDER``: builds the kit that tries the drivers on a real Windows, as a folder and as a zip.

The drivers are in it byte for byte, the cases as JSON, certificates whose keys are made now and used for nothing else, and some commands as
Ansible sends them, for the part with a user of its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import tempfile
import uuid
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ansible
import yaml

from contract.captured_commands import Sent, capture
from contract.case import MINIMAL, fill, load
from contract.case_runner import resolver
from contract.fixture_certificates import PASSPHRASE, all_certificates, bundle, certificates_of
from contract.kit_case import ON_THE_MACHINE, csp_blob, document
from contract.kit_portals import portals
from contract.throwaway_certificates import make

ROOT = Path(__file__).resolve().parents[2]
HARNESS = Path(__file__).with_name("windows_kit")
NAME = "pkcs12-kit"
FORMAT = 2
"""Of the results file. ``contract.results`` reads it."""
REQUIRED = re.compile(r"^#AnsibleRequires -(?:PowerShell|CSharpUtil) \.\.module_utils\.(\w+)", re.MULTILINE)
USED = re.compile(r"^using ansible_collections\.hospital_it\.pkcs12\.plugins\.module_utils\.(\w+);", re.MULTILINE)
SEEN_FIRST = ("store_inventory", "browser_info", "bundle_files")
"""The drivers that read: what they see before the first case is not the kit's, and stays out of the results."""
PROBED = "jeanne-2026"
"""The certificate of the probes."""
NAMED = f"hospital_it.pkcs12.key.{0:032x}"
"""The friendly name of its key in the bundle that has one."""

BECOME_USER = "${become_user}"
PROVE = {"id": "p", "step": "prove", "thumbprint": f"${{thumbprint:{PROBED}}}", "nonce": "${nonce}"}
SEALED = {
    "id": "i",
    "step": "import_sealed",
    "bundle": f"${{bundle:{PROBED}}}",
    "sealed_passphrase": "${sealed_passphrase}",
    "container": "${container}",
    "thumbprint": f"${{thumbprint:{PROBED}}}",
    "exportable": False,
}
CONNECT = {
    "id": "c",
    "step": "connect",
    "thumbprint": f"${{thumbprint:{PROBED}}}",
    "url": "${portal}",
    "proxy": "",
    "timeout": 20,
    "expected_status": [],
}
INVENTORY, EXCHANGE = "store_inventory", "store_exchange"
WIRE: Mapping[str, tuple[str, bool, list[Mapping[str, Any]]]] = {
    "inventory": (INVENTORY, False, []),
    "prove": (EXCHANGE, False, [PROVE]),
    "prove_as": (EXCHANGE, True, [PROVE]),
    "transport_key_as": (EXCHANGE, True, [{**PROVE, "step": "transport_key"}]),
    "import_sealed_as": (EXCHANGE, True, [SEALED, PROVE]),
    "connect": (EXCHANGE, False, [CONNECT]),
}
"""Commands as Ansible sends them: the driver, whether by become, and the steps of an exchange."""

FOLDERS = (str(ROOT), str(Path(ansible.__file__).parents[1]))
"""Of this machine, which Ansible names beside each script."""

Json = dict[str, Any]


def build(folder: Path, sent: Mapping[tuple[str, bool], Sent]) -> Path:
    """Makes ``pkcs12-kit`` and ``pkcs12-kit.zip`` in the folder; gives the zip's path. ``sent``: what Ansible sends."""
    kit = folder / NAME
    (kit / "wire").mkdir(parents=True)
    (kit / "drivers").mkdir()
    (kit / "cases").mkdir()
    for path in _drivers():
        (kit / "drivers" / path.name).write_bytes(path.read_bytes())
    for path in HARNESS.iterdir():
        (kit / path.name).write_bytes(path.read_text(encoding="utf-8").replace("\n", "\r\n").encode())
    with tempfile.TemporaryDirectory() as made:
        make(Path(made))
        with certificates_of(Path(made)):
            for case in load():
                _write(kit / "cases" / f"{case.name}.json", document(case))
            for name in WIRE:
                (kit / "wire" / f"{name}.txt").write_bytes(_wire(name, sent))
            lines = {name: sent[driver, become].command_line for name, (driver, become, _steps) in WIRE.items()}
            facts = {**_facts(), "wire": lines, "core": version("ansible-core"), "portals": portals(load())}
            _write(kit / "kit.json", facts)
    return _zip(kit)


def driver_hashes() -> dict[str, str]:
    """SHA-256 of each driver as a recording has it: its script, then what it imports, in the order of names."""
    found = {}
    for path in sorted((ROOT / "plugins" / "modules").glob("*.ps1")):
        script = path.read_bytes()
        ours = [util.read_bytes() for util in sorted(_utils(script.decode()), key=lambda util: util.name)]
        found[path.stem] = hashlib.sha256(b"\0".join([script, *ours])).hexdigest()
    return found


def _utils(source: str) -> set[Path]:
    """What a source imports from this collection, and what that imports."""
    names = {*REQUIRED.findall(source), *USED.findall(source)}
    direct = {path for name in names for path in (ROOT / "plugins" / "module_utils").glob(f"{name}.*")}
    return direct.union(*(_utils(path.read_text(encoding="utf-8")) for path in direct))


def _drivers() -> list[Path]:
    plugins = ROOT / "plugins"
    return [*plugins.glob("modules/*.ps1"), *plugins.glob("module_utils/*.psm1"), *plugins.glob("module_utils/*.cs")]


def _facts() -> Json:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    certificates = [
        {"name": one.name, "thumbprint": one.thumbprint, "data": base64.b64encode(one.der).decode()}
        for one in all_certificates()
    ]
    (probed,) = [one for one in all_certificates() if one.name == PROBED]
    return {
        "format": FORMAT,
        "kit": str(uuid.uuid4()),
        "version": galaxy["version"],
        "drivers": driver_hashes(),
        "certificates": certificates,
        "seen_first": [{"driver": name, "request": MINIMAL[name]} for name in SEEN_FIRST],
        "probe": {
            "thumbprint": probed.thumbprint,
            "bundle": base64.b64encode(bundle(PROBED, "3des")).decode(),
            "named": NAMED,
            "named_bundle": base64.b64encode(bundle(PROBED, "3des", NAMED.encode())).decode(),
            "passphrase": PASSPHRASE,
            "blob": csp_blob(probed).hex(),
        },
    }


def _wire(name: str, sent: Mapping[tuple[str, bool], Sent]) -> bytes:
    """The standard input of a command. What is known on the machine only stands in it as a placeholder."""
    driver, become, steps = WIRE[name]
    known = resolver(ON_THE_MACHINE, ())

    def resolve(word: str) -> str:
        return f"${{{word}}}" if word in ("observed", "container", "sealed_passphrase", "portal") else known(word)

    request = fill(dict(MINIMAL[driver]) | ({"steps": steps} if steps else {}), resolve)
    found = sent[driver, become].asking(request, check_mode=False, run_as=BECOME_USER if become else None)
    for folder in FOLDERS:
        found = found.replace(folder.encode(), b"")
    return found


def _write(path: Path, value: Json) -> None:
    path.write_text(json.dumps(value, indent=1), encoding="ascii")


def _zip(kit: Path) -> Path:
    path = kit.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(kit.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(kit.parent))
    return path


def main() -> int:
    """Builds anew and says where."""
    folder = Path(sys.argv[1])
    for path in sorted((folder / NAME).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if (folder / NAME).exists():
        (folder / NAME).rmdir()
    path = build(folder, capture())
    print(f"{path}: unpack it on a Windows machine and read README.txt in it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
