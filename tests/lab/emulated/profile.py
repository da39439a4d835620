# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's profile on a workstation, and what a driver can read of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from lab.emulated.accounts import User
from lab.emulated.errors import HResult
from lab.emulated.store import Store

Json = dict[str, Any]

CERTIFICATES = r"Microsoft\SystemCertificates\My\Certificates"
SHELL_FOLDERS = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"


@dataclass(slots=True)
class Profile:
    """An entry of ``ProfileList`` and the folder behind it. Tests change the fields while the workstation runs."""

    path: str
    store: Store
    logged_on: bool = False
    temporary: bool = False
    exists: bool = True
    redirected_to: str | None = None
    """The share that AppData is on. Windows tells only while the hive is loaded."""
    denied: bool = False
    """Even an administrator is kept out."""
    locked: bool = False
    """Another program has the store's files open, and shares them with nobody."""
    processes: int = 0

    @property
    def loaded(self) -> bool:
        """The hive is under ``HKEY_USERS``: its owner is logged on, or runs something."""
        return self.logged_on or self.processes > 0


def elements(store: Store, source: str) -> list[Json]:
    """A store's elements as the protocol sends them, in the order of their names."""
    return [
        {"source": source, "data": base64.b64encode(store.elements[name]).decode()} for name in sorted(store.elements)
    ]


def read_profile(profile: Profile, reader: User) -> Json:
    """What a process of ``reader`` sees of the profile's My store: ``elements`` and ``unread``."""
    unread = []
    owner = profile.store.owner
    insider = reader.administrator or reader.sid == owner
    if profile.loaded and not insider:
        unread.append(_reason("access_denied", rf"HKEY_USERS\{owner}\Software\{CERTIFICATES}", HResult.COR_E_SECURITY))
        unread.append(_reason("access_denied", rf"HKEY_USERS\{owner}", HResult.COR_E_SECURITY))
    problem = _folder_problem(profile, insider)
    if problem is None:
        return {"elements": elements(profile.store, "file"), "unread": unread}
    return {"elements": [], "unread": [*unread, problem]}


def _folder_problem(profile: Profile, insider: bool) -> Json | None:
    app_data = rf"{profile.path}\AppData\Roaming"
    if profile.redirected_to and profile.loaded and insider:
        return _reason("redirected", profile.redirected_to, None)
    if profile.denied or not insider:
        return _reason("access_denied", app_data, HResult.ACCESS_DENIED)
    if not profile.exists:
        return _reason("no_appdata", app_data, HResult.PATH_NOT_FOUND)
    if profile.redirected_to:
        return _reason("no_appdata", app_data, HResult.FILE_NOT_FOUND)
    if profile.locked:
        return _reason("unreadable", rf"{app_data}\{CERTIFICATES}", HResult.SHARING_VIOLATION)
    return None


def _reason(code: str, detail: str, hresult: int | None) -> Json:
    return {"code": code, "detail": detail, "hresult": hresult}
