# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation with people, and what Ansible would send to it, made by hand so that these tests need no Ansible."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import store_hash
from contract.fixture_certificates import PASSPHRASE, FixtureCertificate, bundle, fixture_certificate
from lab.emulated import EmulatedWorkstation, User
from lab.emulated.drivers import PLUGINS, UTILITIES
from lab.workstation_interface import AuthMethod, Logon, Output, Process

DOMAIN = "S-1-5-21-1004336348-1177238915-682003330"
SERVICE = User(r"CHU\svc_ansible", f"{DOMAIN}-1001", "service password", administrator=True)
JEANNE = User(r"CHU\jdupont", f"{DOMAIN}-1104", "jeanne password", upn="jeanne.dupont@chu.example")
MARC = User(r"CHU\mdurand", f"{DOMAIN}-1105", "marc password")
ADMINISTRATOR = Logon(SERVICE.account, AuthMethod.NTLM)
NEW = fixture_certificate("jeanne-2026")
COMMAND = "powershell -NoProfile -EncodedCommand ZQA="
SCRIPTS = {
    "store_inventory": ("_Store.psm1",),
    "store_exchange": ("_Store.psm1", "_Element.psm1", "_PrivateKey.psm1", "_KeyStore.cs"),
}

Json = dict[str, Any]


def workstation() -> EmulatedWorkstation:
    """Two holders, Jeanne at the desk and Marc not, and an administrator who owns nothing and connects."""
    made = EmulatedWorkstation("PC-017")
    made.add_user(SERVICE, profile=False)
    made.add_user(JEANNE, logged_on=True)
    made.add_user(MARC)
    return made


def stdin(driver: str, arguments: Mapping[str, Any], become: User | str | None = None, **options: Any) -> bytes:
    """A manifest. ``options``: ``password`` of the become user, ``logon_type``, ``check_mode``, ``scripts`` laid over."""
    script = f"{driver}.ps1"
    utilities = {UTILITIES + name: (PLUGINS / "module_utils" / name).read_bytes() for name in SCRIPTS.get(driver, ())}
    scripts = {script: _module(driver), **utilities, **options.get("scripts", {})}
    private = {
        "_ansible_module_name": f"hospital_it.pkcs12.{driver}",
        "_ansible_check_mode": options.get("check_mode", False),
    }
    run = {
        "Script": script,
        "ForModule": True,
        "Variables": [{"Name": "complex_args", "Value": {**arguments, **private}, "Scope": "Global"}],
        "PowerShellModules": list(utilities),
        "CSharpModules": [],
    }
    actions: list[Json] = [{"name": "module_wrapper.ps1", "params": run, "secure_params": {}}]
    if become is not None:
        params = {"BecomeUser": become if isinstance(become, str) else become.account}
        if "logon_type" in options:
            params["LogonType"] = options["logon_type"]
        secret = {"BecomePassword": options["password"]} if "password" in options else {}
        actions.insert(0, {"name": "become_wrapper.ps1", "params": params, "secure_params": secret})
    coded = {name: {"path": name, "script": base64.b64encode(code).decode()} for name, code in scripts.items()}
    manifest = {"scripts": coded, "actions": actions, "signed_hashlist": []}
    return b"{}\n\0\0\0\0\n" + json.dumps(manifest).encode()


def _module(driver: str) -> bytes:
    path = PLUGINS / "modules" / f"{driver}.ps1"
    return path.read_bytes() if path.is_file() else b"# not one of ours"


def end_of(process: Process) -> Output:
    """Everything a process wrote, when it has ended."""
    stdout = b""
    while True:
        output = process.receive(5.0, 1 << 20)
        assert output is not None
        stdout += output.stdout
        if output.exit_code is not None:
            return Output(stdout, output.stderr, output.exit_code)


def answer(target: EmulatedWorkstation, logon: Logon, data: bytes) -> Json:
    """What a manifest comes back with."""
    process = target.start(logon, COMMAND, console=False)
    process.send(data, end=True)
    found: Json = json.loads(end_of(process).stdout)
    return found


def inventory(target: EmulatedWorkstation, logon: Logon = ADMINISTRATOR, holders: tuple[str, ...] = ()) -> Json:
    """store_inventory."""
    return answer(target, logon, stdin("store_inventory", {"protocol": 1, "holders": list(holders)}))


def request(target: EmulatedWorkstation, owner: User, *steps: Json) -> Json:
    """A request of store_exchange on the store as it is."""
    observed = store_hash(target.store_of(owner.sid).elements.values())
    return {"protocol": 1, "owner_sid": owner.sid, "observed": observed, "steps": list(steps)}


def importing(what: FixtureCertificate, dialect: str = "aes") -> Json:
    """The step that brings a certificate in."""
    data = base64.b64encode(bundle(what.name, dialect)).decode()
    return {
        "id": "i",
        "step": "import",
        "bundle": data,
        "passphrase": PASSPHRASE,
        "thumbprint": what.thumbprint,
        "exportable": False,
    }
