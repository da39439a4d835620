# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bundle_files and bundle_removal, emulated: the rules of docs/developers/driver_protocol.md over the files of a computer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lab.emulated.computer import Computer
from lab.emulated.errors import HResult
from lab.emulated.files import PlacedFile
from lab.emulated.logon import Session
from lab.emulated.profile import SHELL_FOLDERS
from lab.emulated.request import refused, wrong_with
from lab.emulated.store_folder import LOCAL_PATH, first_link, reason, timed_out

FOLDERS = {
    "Desktop": "Desktop",
    "Personal": "Documents",
    "{374DE290-123F-4565-9164-39C4925E467B}": "Downloads",
}
"""Values of User Shell Folders, and the usual folders."""
DEEPEST, LARGEST_FILE = 5, 1 << 20
BUNDLE = re.compile(r".*\.(p12|pfx)", re.IGNORECASE | re.DOTALL)

Json = dict[str, Any]


def bundle_files(computer: Computer, session: Session, request: Mapping[str, Any]) -> Json:
    """Answers a request of bundle_files."""
    wrong = wrong_with(request, ("protocol",))
    if wrong:
        return refused("bundle_files", wrong)
    return {
        "changed": False,
        "protocol": 1,
        "computer": computer.computer_name,
        "dns_names": computer.dns_names,
        "utc": computer.utc(),
        "profiles": [_profile(computer, session, sid) for sid in computer.people],
    }


def bundle_removal(computer: Computer, session: Session, request: Mapping[str, Any], check_mode: bool) -> Json:
    """Answers a request of bundle_removal."""
    wrong = wrong_with(request, ("protocol", "computer", "files"))
    if wrong:
        return refused("bundle_removal", wrong)
    right = request["computer"] == "" or computer.is_called(request["computer"])
    journal = [_remove(computer, session, file, check_mode, right) for file in request["files"]]
    removed = any(entry["outcome"] == "removed" for entry in journal)
    return {"changed": removed, "protocol": 1, "computer": computer.computer_name, "journal": journal}


def _profile(computer: Computer, session: Session, sid: str) -> Json:
    profile = computer.profiles[sid]
    found: list[Json] = []
    bundles: list[PlacedFile] = []
    if not LOCAL_PATH.fullmatch(profile.path):
        found.append(reason("redirected", profile.path))
    elif profile.denied or not (session.user.administrator or session.user.sid == sid):
        found.append(reason("access_denied", profile.path, HResult.ACCESS_DENIED))
    else:
        for name, usual in FOLDERS.items():
            found += _folder(computer, sid, profile.path, name, usual, bundles)
    found += (_bundle(file, late) for file, late in timed_out(bundles))
    return {
        "owner_sid": sid,
        "path": profile.path,
        "loaded": profile.loaded,
        "files": sorted((each for each in found if "path" in each), key=lambda each: str(each["path"])),
        "unread": [each for each in found if "detail" in each],
    }


def _folder(
    computer: Computer, sid: str, profile: str, name: str, usual: str, bundles: list[PlacedFile]
) -> Iterator[Json]:
    """What was not searched. ``bundles``: gets what was found."""
    said = None
    if computer.profiles[sid].loaded:
        said = computer.registry.value(sid, SHELL_FOLDERS.removeprefix("Software\\"), name)
    folder = str(said).replace("%USERPROFILE%", profile, 1) if said else rf"{profile}\{usual}"
    if not folder.casefold().startswith(profile.casefold() + "\\") or not LOCAL_PATH.fullmatch(folder):
        yield reason("redirected", folder)
        return
    link = first_link(computer.files, profile, folder)
    if link:
        yield reason("link", link)
        return
    complete = True
    for file in computer.files.below(folder):
        if file.path.casefold().removeprefix(folder.casefold()).count("\\") > DEEPEST + 1:
            complete = False
        elif file.is_link:
            yield reason("link", file.path)
        elif BUNDLE.fullmatch(file.path):
            bundles.append(file)
    if not complete:
        yield reason("limit", folder)


def _bundle(file: PlacedFile, late: bool) -> Json:
    facts: Json = {"sha256": None, "code": None, "hresult": None}
    refusal = ("timed_out", HResult.COR_E_TIMEOUT) if late else file.refusal
    if refusal:
        facts["code"], facts["hresult"] = refusal
    elif file.size > LARGEST_FILE:
        facts["code"] = "too_large"
    else:
        facts["sha256"] = hashlib.sha256(file.data).hexdigest()
    modified = file.modified.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"path": file.path, "size": file.size, "modified": modified, **facts}


def _remove(
    computer: Computer, session: Session, asked: Mapping[str, str], check_mode: bool, right_computer: bool
) -> Json:
    other = ("left", "wrong_computer", None)
    outcome, code, hresult = _removed(computer, session, asked, check_mode) if right_computer else other
    kept = {key: asked[key] for key in ("owner_sid", "path", "sha256")}
    return {**kept, "outcome": outcome, "code": code, "hresult": hresult, "at": computer.utc()}


def _removed(
    computer: Computer, session: Session, asked: Mapping[str, str], check_mode: bool
) -> tuple[str, str | None, int | None]:
    path, profile = asked["path"], computer.profiles.get(asked["owner_sid"])
    below = profile is not None and path.casefold().startswith(profile.path.casefold() + "\\")
    odd = not LOCAL_PATH.fullmatch(path) or not BUNDLE.fullmatch(path)
    if profile is None or not below or odd or not re.fullmatch(r"[0-9a-f]{64}", asked["sha256"]):
        return "left", "refused", None
    if check_mode:
        return "left", "check_mode", None
    if profile.denied or not (session.user.administrator or session.user.sid == asked["owner_sid"]):
        return "left", "access_denied", HResult.ACCESS_DENIED
    file = computer.files.find(path)
    if file is None:
        return "left", "unreadable", HResult.FILE_NOT_FOUND
    code, hresult = _why_left(file, asked["sha256"])
    if code:
        return "left", code, hresult
    computer.files.remove(path)
    return "removed", None, None


def _why_left(file: PlacedFile, sha256: str) -> tuple[str | None, int | None]:
    if file.refusal:
        return file.refusal
    if file.is_link:
        return "link", None
    if file.size > LARGEST_FILE:
        return "too_large", None
    return (None if hashlib.sha256(file.data).hexdigest() == sha256 else "changed"), None
