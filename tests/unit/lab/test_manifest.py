# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of a manifest, and what is not one."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from lab.manifest import Become, arguments_of, changed, parse, put_arguments, unpacked

SECRET = "hay-needle-hay"
HEAD = {"name": "exec_wrapper", "script": "begin {}", "params": {}}


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def arguments(**more: object) -> dict[str, object]:
    return {"passphrase": SECRET, "_ansible_module_name": "ns.name.driver", "_ansible_check_mode": False, **more}


def scripts_form(become: dict[str, Any] | None = None, password: dict[str, str] | None = None, **more: object) -> bytes:
    """As core 2.19 and later send it."""
    run = {
        "Script": "ansible_collections.ns.name.plugins.modules.driver.ps1",
        "Environment": {"LANG": "C"},
        "Variables": [{"Name": "complex_args", "Value": arguments(**more), "Scope": "Global"}],
        "CSharpModules": ["Key.cs"],
        "PowerShellModules": ["Store.psm1"],
        "ForModule": True,
    }
    actions: list[dict[str, Any]] = [{"name": "module_wrapper.ps1", "params": run, "secure_params": {}}]
    if become is not None:
        actions.insert(0, {"name": "become_wrapper.ps1", "params": become, "secure_params": password or {}})
    texts = {
        "module_wrapper.ps1": "wrap",
        "Key.cs": "key",
        "Store.psm1": "store",
        "Become.cs": "b",
        run["Script"]: "driver",
    }
    document = {
        "scripts": {name: {"path": f"/x/{name}", "script": b64(text)} for name, text in texts.items()},
        "actions": actions,
        "signed_hashlist": [],
    }
    return json.dumps(HEAD).encode() + b"\n\0\0\0\0\n" + json.dumps(document).encode()


def payload_form(become: dict[str, Any] | None = None, **more: object) -> bytes:
    """As core 2.16 to 2.18 send it."""
    document = {
        "module_entry": b64("driver"),
        "powershell_modules": {"Store": b64("store")},
        "csharp_utils": {"Key": b64("key"), "Become": b64("b")},
        "csharp_utils_module": ["Key"],
        "module_args": arguments(**more),
        "actions": ["become_wrapper"] * (become is not None) + ["module_powershell_wrapper"],
        "environment": {"LANG": "C"},
        "module_powershell_wrapper": b64("wrap"),
        **(become or {}),
    }
    return b"begin {\n}\n\n\0\0\0\0" + json.dumps(document).encode()


def of_2_16(password: str | None, flags: str | None) -> dict[str, Any]:
    return {"become_user": "a", "become_password": password, "become_flags": flags}


def json_form(become: dict[str, Any] | None = None, password: dict[str, str] | None = None, **more: object) -> bytes:
    """As core 2.22 sends it with ANSIBLE_ANSIBALLZ_PWSH_COMPRESSION off, or where compression saves nothing."""

    def change(document: dict[str, Any]) -> dict[str, Any]:
        run = document["actions"][-1]["params"]
        (variable,) = run.pop("Variables")
        run["ArgumentJSON"] = json.dumps(variable["Value"])
        return document

    return changed(scripts_form(become, password, **more), change)


def compressed_form(
    become: dict[str, Any] | None = None, password: dict[str, str] | None = None, **more: object
) -> bytes:
    """As core 2.22 sends it."""
    return compressed(json_form(become, password, **more).split(b"\n\0\0\0\0\n")[1])


def compressed(document: bytes, head: dict[str, Any] | None = None) -> bytes:
    head = head or {**HEAD, "params": {"DecompressInput": True}}
    return json.dumps(head).encode() + b"\n\0\0\0\0\n" + base64.b64encode(gzip.compress(document, mtime=0))


FORMS = pytest.mark.parametrize("form", [scripts_form, payload_form, json_form, compressed_form])


@FORMS
def test_a_module_run_is_read(form: Any) -> None:
    manifest = parse(form())
    assert manifest is not None
    assert (manifest.module, manifest.script) == ("ns.name.driver", b"driver")
    assert manifest.arguments == {"passphrase": SECRET}
    assert manifest.utilities == {"Key.cs": b"key", "Store.psm1": b"store"}
    assert manifest.scripts.keys() >= {"Key.cs", "Store.psm1", "Become.cs"}
    assert manifest.environment == {"LANG": "C"}
    assert manifest.become is None
    assert manifest.check_mode is False
    checked = parse(form(_ansible_check_mode=True))
    assert checked is not None
    assert checked.check_mode is True


@pytest.mark.parametrize(
    ("stdin", "expected"),
    [
        (scripts_form({"BecomeUser": "CHU\\a"}), Become("CHU\\a", None)),
        (scripts_form({"BecomeUser": "a"}, {"BecomePassword": SECRET}), Become("a", SECRET)),
        (compressed_form({"BecomeUser": "a"}, {"BecomePassword": SECRET}), Become("a", SECRET)),
        (
            scripts_form({"BecomeUser": "a", "LogonType": "NewCredentials", "LogonFlags": "WithProfile, X"}),
            Become("a", None, "newcredentials", ("withprofile", "x")),
        ),
        (payload_form(of_2_16(None, None)), Become("a", None)),
        (payload_form(of_2_16("", "")), Become("a", "")),
        (
            payload_form(of_2_16(SECRET, "logon_type=new_credentials logon_flags=none")),
            Become("a", SECRET, "newcredentials", ()),
        ),
    ],
)
def test_become_is_read(stdin: bytes, expected: Become) -> None:
    manifest = parse(stdin)
    assert manifest is not None
    assert manifest.become == expected
    assert len(manifest.actions) == 2


def test_what_is_unpacked_runs_like_what_was_sent() -> None:
    """The wrapper is not told to unpack it, and what stands behind the manifest stays."""
    sent = compressed_form() + b"\n\0\0\0\0\nmore"
    head, document, rest = unpacked(sent).split(b"\n\0\0\0\0\n")
    assert json.loads(head)["params"] == {"DecompressInput": False}
    assert (json.loads(document)["actions"][-1]["name"], rest) == ("module_wrapper.ps1", b"more")
    assert unpacked(unpacked(sent)) == unpacked(sent)


@pytest.mark.parametrize("form", [scripts_form, json_form, compressed_form])
def test_other_arguments_are_put_into_each_form(form: Any) -> None:
    def change(document: dict[str, Any]) -> dict[str, Any]:
        params = document["actions"][-1]["params"]
        put_arguments(params, {**arguments_of(params), "passphrase": "other"})
        return document

    manifest = parse(changed(form(), change))
    assert manifest is not None
    assert (manifest.module, manifest.arguments) == ("ns.name.driver", {"passphrase": "other"})
