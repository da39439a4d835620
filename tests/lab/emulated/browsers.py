# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""browser_info, emulated: the rules of docs/developers/driver_protocol.md over the registry and the files of a computer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from lab.emulated.computer import Computer
from lab.emulated.element import pack, properties
from lab.emulated.errors import HResult
from lab.emulated.logon import Session
from lab.emulated.request import refused, wrong_with

AUTHORITY_STORES = [
    rf"{place}\{store}"
    for place, stores in (
        (r"Microsoft\SystemCertificates", ("CA", "Root", "AuthRoot")),
        (r"Microsoft\EnterpriseCertificates", ("CA", "Root")),
        (r"Policies\Microsoft\SystemCertificates", ("CA", "Root")),
    )
    for store in stores
]
PROGRAMS = {"edge": "msedge.exe", "chrome": "chrome.exe", "firefox": "firefox.exe"}
POLICIES = {"edge": r"Policies\Microsoft\Edge", "chrome": r"Policies\Google\Chrome"}
FIREFOX = r"Policies\Mozilla\Firefox"
AUTOLOAD = "security.osclientcerts.autoload"
MOST_ELEMENTS, MOST_VALUES, LARGEST_FILE = 20, 200, 1 << 20

Json = dict[str, Any]


def browser_info(computer: Computer, session: Session, request: Mapping[str, Any]) -> Json:
    """Answers a request of browser_info."""
    wrong = wrong_with(request, ("protocol", "issuers"))
    if wrong:
        return refused("browser_info", wrong)
    names = [base64.b64decode(name) for name in request["issuers"]]
    own = _place(computer, None, names)
    file = _policies_file(computer, own["programs"]["firefox"])
    if file and "code" in file:
        own["unread"].append(file)
        file = None
    people = [sid for sid in sorted(computer.profiles) if computer.profiles[sid].loaded]
    insider = session.user.administrator
    users = [_place(computer, sid, names) if insider or sid == session.user.sid else _closed(sid) for sid in people]
    return {
        "changed": False,
        "protocol": 1,
        "computer": computer.computer_name,
        "policies_file": file,
        "places": [own, *users],
    }


def _place(computer: Computer, of: str | None, names: list[bytes]) -> Json:
    registry = computer.registry
    return {
        "owner_sid": of,
        "elements": [
            {"source": "hive", "data": base64.b64encode(element).decode()}
            for element in _authorities(computer, of)
            if any(name in element for name in names)
        ][:MOST_ELEMENTS],
        "unread": [],
        "programs": {
            browser: registry.value(of, rf"Microsoft\Windows\CurrentVersion\App Paths\{file}", "")
            for browser, file in PROGRAMS.items()
        },
        "auto_select": {
            browser: list((registry.values(of, rf"{key}\AutoSelectCertificateForUrls") or {}).values())[:MOST_VALUES]
            for browser, key in POLICIES.items()
        },
        "firefox": _firefox(computer, of),
    }


def _closed(sid: str) -> Json:
    """What a user who is no administrator sees of another one."""
    places = [rf"HKEY_USERS\{sid}\Software\{store}\Certificates" for store in AUTHORITY_STORES]
    unread = [
        {"code": "access_denied", "detail": place, "hresult": HResult.COR_E_SECURITY}
        for place in (*places, rf"HKEY_USERS\{sid}\Software")
    ]
    nothing = dict.fromkeys(PROGRAMS)
    return {
        "owner_sid": sid,
        "elements": [],
        "unread": unread,
        "programs": nothing,
        "auto_select": {"edge": [], "chrome": []},
        "firefox": None,
    }


def _authorities(computer: Computer, of: str | None) -> Iterator[bytes]:
    for store in AUTHORITY_STORES:
        for values in computer.registry.below(of, rf"{store}\Certificates"):
            blob = values.get("Blob")
            yield blob if isinstance(blob, bytes) else b""
    if of is None:
        yield from (pack(properties(der)) for der in computer.authorities.values())


def _firefox(computer: Computer, of: str | None) -> Json:
    registry = computer.registry
    lines = registry.value(of, FIREFOX, "Preferences")
    text = "\n".join(lines) if isinstance(lines, list) else str(lines or "")
    said = _autoload(_parsed(text))
    each = _truth(registry.value(of, rf"{FIREFOX}\Preferences", AUTOLOAD))
    return {
        "import_enterprise_roots": _truth(registry.value(of, rf"{FIREFOX}\Certificates", "ImportEnterpriseRoots")),
        "load_windows_certificates": each if said is None else said,
    }


def _policies_file(computer: Computer, program: Any) -> Json | None:
    if not program:
        return None
    path = str(program).strip('"').rpartition("\\")[0] + r"\distribution\policies.json"
    file = computer.files.find(path)
    if file is None:
        return None
    if len(file.data) > LARGEST_FILE:
        return {"code": "too_large", "detail": path, "hresult": None}
    policies = _parsed(file.data.decode())
    if policies is None:
        return {"code": "unreadable", "detail": path, "hresult": 0x80131501}
    policies = policies.get("policies", {})
    roots = policies.get("Certificates", {}).get("ImportEnterpriseRoots")
    return {
        "import_enterprise_roots": roots if isinstance(roots, bool) else None,
        "load_windows_certificates": _autoload(policies.get("Preferences")),
    }


def _autoload(preferences: Any) -> bool | None:
    found = preferences.get(AUTOLOAD) if isinstance(preferences, dict) else None
    found = found.get("Value") if isinstance(found, dict) else found
    return found if isinstance(found, bool) else None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _truth(value: Any) -> bool | None:
    return value != 0 if isinstance(value, int) else None
