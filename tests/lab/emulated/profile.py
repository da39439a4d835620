# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's profile on a workstation, and what a driver can read of it."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from lab.emulated.accounts import User
from lab.emulated.errors import HResult
from lab.emulated.files import Files, PlacedFile
from lab.emulated.store import Store
from lab.emulated.store_folder import CERTIFICATES, LOCAL_PATH, StoreFolder, reason

Json = dict[str, Any]

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
    """Where AppData is instead, in the words of the hive. Windows tells only while the hive is loaded."""
    has_store: bool = True
    """The folder ``SystemCertificates\\My`` is there, which Windows makes at the first logon."""
    denied: bool = False
    """Even an administrator is kept out."""
    locked: bool = False
    """Another program has the store's files open, and shares them with nobody."""
    dpapi_broken: bool = False
    """Windows cannot protect data for its owner, whatever the logon is."""
    picks: deque[str] = field(default_factory=deque)
    """Which of its owner's tokens become takes without a password, one after the other, by their names in ``logon.TOKENS``."""
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


def nobody_elses(_folder: str) -> bool:
    """For a reader who reads the own store only."""
    return False


def read_profile(
    profile: Profile, reader: User, files: Files, is_anothers: Callable[[str], bool] = nobody_elses
) -> Json:
    """What a process of ``reader`` sees of the profile's My store: ``elements`` and ``unread``. ``is_anothers``: see ``StoreFolder``."""
    unread = []
    owner = profile.store.owner
    insider = reader.administrator or reader.sid == owner
    if profile.loaded and not insider:
        unread.append(reason("access_denied", rf"HKEY_USERS\{owner}\Software\{CERTIFICATES}", HResult.COR_E_SECURITY))
        unread.append(reason("access_denied", rf"HKEY_USERS\{owner}", HResult.COR_E_SECURITY))
    found = list(_in_files(profile, insider, files, is_anothers))
    return {
        "elements": [each for each in found if "source" in each],
        "unread": [*unread, *(each for each in found if "code" in each)],
    }


def _in_files(profile: Profile, insider: bool, files: Files, is_anothers: Callable[[str], bool]) -> Iterable[Json]:
    usual = rf"{profile.path}\AppData\Roaming"
    known = profile.loaded and insider
    app_data = (known and profile.redirected_to) or usual
    app_data = app_data.replace("%USERPROFILE%", profile.path, 1)
    if LOCAL_PATH.fullmatch(app_data):
        if profile.denied or not insider:
            return [reason("access_denied", app_data, HResult.ACCESS_DENIED)]
        if not profile.exists:
            return [reason("no_appdata", app_data, HResult.PATH_NOT_FOUND)]
    # Who redirects the folder lets Windows move what is in it, and the empty folder stays (KF_REDIRECT_DEL_SOURCE_CONTENTS).
    is_here = app_data == usual and not profile.redirected_to
    store = profile.store.elements if is_here else {}
    planted = [
        PlacedFile(rf"{app_data}\{CERTIFICATES}\{name}", data, locked=profile.locked) for name, data in store.items()
    ]
    folder = StoreFolder(files, profile.path, app_data, known, is_here and profile.has_store, is_anothers)
    return folder.read(planted)
