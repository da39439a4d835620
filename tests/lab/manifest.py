# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's exec wrapper gets on standard input to run one PowerShell module, read into frozen dataclasses.

Source: ``ansible/executor/powershell/module_manifest.py`` of ansible-core. Two forms exist, told apart by their keys:

- scripts (since core 2.19): ``{"scripts": {name: {"script": base64}}, "actions": [{name, params, secure_params}]}``;
- payload (before): ``{"module_entry": base64, "module_args": {}, "actions": [name], "become_user": ...}``.

In both, the exec wrapper itself comes first, ended by four NULs. Since core 2.22 its parameter ``DecompressInput`` says that what
follows is gzip in base64, and the module's arguments are JSON of their own.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SEPARATOR = b"\0\0\0\0"
MODULE_WRAPPER, BECOME_WRAPPER = "module_wrapper.ps1", "become_wrapper.ps1"
PRIVATE = "_ansible_"
ARGUMENTS = "ArgumentJSON"
DECOMPRESS = "DecompressInput"

Json = dict[str, Any]


class ManifestError(ValueError):
    """It has the keys of a manifest, but cannot be read as one."""


@dataclass(frozen=True, slots=True)
class Action:
    """One wrapper of the chain. Parameters may hold the module's arguments, so they are not in the repr."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    secure_params: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Become:
    """Runs as another user. No password: the token of a logged-on user, or S4U. An empty password is a password.

    ``logon_type`` and ``logon_flags`` are lower case without underscores: ``newcredentials``, ``withprofile``.
    """

    user: str
    password: str | None = field(repr=False)
    logon_type: str = "interactive"
    logon_flags: tuple[str, ...] = ("withprofile",)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One run of a module: ``module`` is its name in the task, ``script`` its text, ``utilities`` its imports."""

    module: str
    script: bytes = field(repr=False)
    arguments: Mapping[str, Any] = field(repr=False)
    check_mode: bool
    become: Become | None
    actions: tuple[Action, ...]
    utilities: Mapping[str, bytes] = field(repr=False)
    scripts: Mapping[str, bytes] = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)


def parse(stdin: bytes) -> Manifest | None:
    """Reads complete standard input. None when it is not a module run: a file transfer, a raw command, a cut stream.

    Raises ``ManifestError``.
    """
    document = _json(_parts(unpacked(stdin))[1])
    if document is None:
        return None
    try:
        if "module_entry" in document:
            return _from_payload(document)
        if "scripts" in document and "actions" in document:
            return _from_scripts(document)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ManifestError(f"{type(error).__name__}: {error}") from error
    return None


def unpacked(stdin: bytes) -> bytes:
    """The same standard input without compression; what is not compressed stays as it is. The copy runs like the original."""
    head, document, rest = _parts(stdin)
    if not _is_compressed(head):
        return stdin
    try:
        plain = gzip.decompress(base64.b64decode(document))
    except (ValueError, EOFError, OSError, zlib.error):
        return stdin
    wrapper = json.loads(head)
    wrapper["params"][DECOMPRESS] = False
    return SEPARATOR.join([json.dumps(wrapper).encode() + b"\n", b"\n" + plain + _end_of(document), *rest])


def changed(stdin: bytes, change: Callable[[Json], Json | None]) -> bytes:
    """The same standard input with another manifest, uncompressed. It stays as it is when it has none, or when ``change`` gives None."""
    head, document, rest = _parts(unpacked(stdin))
    found = _json(document)
    other = change(found) if found else None
    if other is None:
        return stdin
    # PowerShell reads line by line, so what stands around the document stays.
    before, after = document.split(document.strip(), 1)
    return SEPARATOR.join([head, before + json.dumps(other).encode() + after, *rest])


def arguments_of(params: Mapping[str, Any]) -> Json:
    """The module's arguments, and Ansible's own, in the parameters of the module wrapper."""
    if ARGUMENTS in params:
        return dict(json.loads(params[ARGUMENTS]))
    return dict(_variable(params)["Value"])


def put_arguments(params: Json, arguments: Json) -> None:
    """Replaces them."""
    if ARGUMENTS in params:
        params[ARGUMENTS] = json.dumps(arguments)
    else:
        _variable(params)["Value"] = arguments


def _variable(params: Mapping[str, Any]) -> Json:
    variables: dict[str, Json] = {variable["Name"]: variable for variable in params["Variables"]}
    return variables["complex_args"]


def _parts(stdin: bytes) -> tuple[bytes, bytes, list[bytes]]:
    head, *parts = stdin.split(SEPARATOR)
    return head, parts[0] if parts else b"", parts[1:]


def _is_compressed(head: bytes) -> bool:
    wrapper = _json(head)
    params = wrapper.get("params") if wrapper else None
    return isinstance(params, dict) and params.get(DECOMPRESS) is True


def _end_of(document: bytes) -> bytes:
    return document[len(document.rstrip()) :]


def _json(text: bytes) -> Json | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _from_scripts(document: Json) -> Manifest | None:
    scripts = {name: base64.b64decode(entry["script"]) for name, entry in document["scripts"].items()}
    actions = tuple(Action(a["name"], a.get("params") or {}, a.get("secure_params") or {}) for a in document["actions"])
    by_name = {action.name: action for action in actions}
    run = by_name.get(MODULE_WRAPPER)
    if run is None or not run.params.get("ForModule"):
        return None
    arguments = arguments_of(run.params)
    imported = [*run.params.get("CSharpModules", ()), *run.params.get("PowerShellModules", ())]
    become = by_name.get(BECOME_WRAPPER)
    return Manifest(
        module=arguments[PRIVATE + "module_name"],
        script=scripts[run.params["Script"]],
        arguments=_public(arguments),
        check_mode=bool(arguments.get(PRIVATE + "check_mode")),
        become=None if become is None else _become_of_action(become),
        actions=actions,
        utilities={name: scripts[name] for name in imported},
        scripts=scripts,
        environment=run.params.get("Environment") or {},
    )


def _become_of_action(action: Action) -> Become:
    return Become(
        user=action.params["BecomeUser"],
        password=action.secure_params.get("BecomePassword"),
        logon_type=_plain(action.params.get("LogonType", "Interactive")),
        logon_flags=_flags(action.params.get("LogonFlags", "WithProfile")),
    )


def _from_payload(document: Json) -> Manifest:
    names: list[str] = document["actions"]
    arguments = document["module_args"]
    wrappers = {name: base64.b64decode(document[name]) for name in names if name in document}
    csharp = {name + ".cs": base64.b64decode(code) for name, code in document["csharp_utils"].items()}
    own_csharp = {name + ".cs": csharp[name + ".cs"] for name in document["csharp_utils_module"]}
    powershell = {name + ".psm1": base64.b64decode(code) for name, code in document["powershell_modules"].items()}
    module = arguments[PRIVATE + "module_name"]
    script = base64.b64decode(document["module_entry"])
    return Manifest(
        module=module,
        script=script,
        arguments=_public(arguments),
        check_mode=bool(arguments.get(PRIVATE + "check_mode")),
        become=_become_of_payload(document) if "become_user" in document else None,
        actions=tuple(Action(name + ".ps1") for name in names),
        utilities={**own_csharp, **powershell},
        scripts={
            **{name + ".ps1": code for name, code in wrappers.items()},
            **csharp,
            **powershell,
            module + ".ps1": script,
        },
        environment=document.get("environment") or {},
    )


def _become_of_payload(document: Json) -> Become:
    flags = dict(word.split("=", 1) for word in (document.get("become_flags") or "").split() if "=" in word)
    return Become(
        user=document["become_user"],
        password=document.get("become_password"),
        logon_type=_plain(flags.get("logon_type", "interactive")),
        logon_flags=_flags(flags.get("logon_flags", "with_profile")),
    )


def _public(arguments: Json) -> Json:
    return {name: value for name, value in arguments.items() if not name.startswith(PRIVATE)}


def _plain(word: str) -> str:
    return word.strip().replace("_", "").lower()


def _flags(words: str) -> tuple[str, ...]:
    return tuple(flag for flag in map(_plain, words.split(",")) if flag not in ("", "none"))
