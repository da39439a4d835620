# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The places to which a report is sent: what is refused before anything is written, and what each gets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._errors import Pkcs12Error, Problem, Value

NEEDED = {"folder": ("path",), "host": ("host", "path"), "https": ("url",), "mail": ("to",)}
"""The kinds of places, and what each needs."""

ALLOWED = {**NEEDED, "https": ("url", "credential"), "mail": ("to", "mail_subject")}
OF_KINDS = {key for keys in ALLOWED.values() for key in keys}

MAIL_FORMATS = ("html", "csv")
"""The text of a mail has the summary, so a mail has only the files that people open."""

_ABSOLUTE = re.compile(r"[/~]")
_HTTPS = re.compile(r"https://[^/\s]", re.IGNORECASE)


def check_settings(options: Mapping[str, Any], kept_files: bool) -> None:
    """Refuses settings of a report in a folder that do not fit together. Raises ``Pkcs12Error``: ``bad_arguments``.

    ``kept_files``: Ansible keeps the files of its modules, and the one that puts files on a server has the password.
    """
    if not options["report_folder"]:
        raise _refusal("report_folder", "report_folder")
    if not options["report_formats"]:
        raise _refusal("report_formats", "report_formats")
    if options["compare_reports"] and "json" not in options["report_formats"]:
        raise _refusal("compare_without_json", "compare_reports")
    if options["compare_reports"] and options["report_query"]:
        raise _refusal("compare_with_query", "compare_reports")
    for number, place in enumerate(options["report_destinations"], start=1):
        for variant, values in _wrong_with(place, options, kept_files):
            raise _refusal(f"destination_{variant}", "report_destinations", number=number, **values)


def places_of(options: Mapping[str, Any], files: Mapping[str, Sequence[str]], subject: str) -> list[dict[str, Any]]:
    """What each place gets: its options and the paths of its files. No account is in it.

    ``subject``: of a mail that has no own.
    """
    return [_destination(place, options, files, subject) for place in options["report_destinations"]]


def _destination(
    place: Mapping[str, Any], options: Mapping[str, Any], files: Mapping[str, Sequence[str]], subject: str
) -> dict[str, Any]:
    given = {key: value for key, value in place.items() if value and key != "formats"}
    if place["kind"] == "https":
        given["url"] = f"{place['url'].rstrip('/')}/"
    if place["kind"] == "mail":
        given.setdefault("mail_subject", subject)
    return {**given, "files": [path for name in _formats(place, options) for path in files.get(name, ())]}


def _formats(place: Mapping[str, Any], options: Mapping[str, Any]) -> Sequence[str]:
    """The formats of a place, in the order of those that are made."""
    wanted = place.get("formats") or (MAIL_FORMATS if place["kind"] == "mail" else options["report_formats"])
    return [name for name in dict.fromkeys(options["report_formats"]) if name in wanted]


def _wrong_with(
    place: Mapping[str, Any], options: Mapping[str, Any], kept_files: bool
) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """What is wrong with a place: the end of a code, and its values."""
    kind = place["kind"]
    if missing := [key for key in NEEDED[kind] if not _is_given(place.get(key))]:
        yield "lacks", {"kind": kind, "missing": tuple(missing), "needed": NEEDED[kind]}
    if foreign := sorted(key for key in OF_KINDS - {*ALLOWED[kind]} if place.get(key)):
        yield "foreign", {"kind": kind, "foreign": tuple(foreign), "allowed": ALLOWED[kind]}
    if "path" in NEEDED[kind] and not _ABSOLUTE.match(place["path"]):
        yield "path", {"path": place["path"]}
    if unmade := [name for name in place.get("formats") or () if name not in options["report_formats"]]:
        yield "format", {"formats": tuple(unmade)}
    if kind == "https":
        yield from _wrong_with_server(place, options, kept_files)
    if kind == "mail":
        yield from ((name, {}) for name in ("mail_host", "mail_sender") if not options[name])


def _wrong_with_server(
    place: Mapping[str, Any], options: Mapping[str, Any], kept_files: bool
) -> Iterator[tuple[str, Mapping[str, Value]]]:
    name = place.get("credential")
    if not _HTTPS.match(place["url"]):
        yield "url", {"url": place["url"]}
    if name and name not in options["credentials"]:
        yield "unknown_credential", {"name": name}
    elif name and not _is_account(options["credentials"][name]):
        yield "half_credential", {"name": name}
    if kept_files:
        yield "kept_files", {}


def _is_account(account: Any) -> bool:
    return isinstance(account, Mapping) and all(_is_given(account.get(key)) for key in ("username", "password"))


def _is_given(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _refusal(variant: str, setting: str, **values: Value) -> Pkcs12Error:
    return Pkcs12Error(Problem(f"bad_arguments.{variant}", values, setting))
