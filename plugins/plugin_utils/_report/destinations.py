# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The places to which a report is sent: what is refused before anything is written, and what each gets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._errors import Pkcs12Error, named

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
        raise _refusal(
            "report_folder",
            f"{named('report_folder')} is not set, so no file would be written.",
            "Set it to the path of one folder. It is a setting of localhost, for example in group_vars/all.yml.",
        )
    if not options["report_formats"]:
        raise _refusal(
            "report_formats",
            f"{named('report_formats')} is empty, so no file would be written.",
            "Leave it out for all formats, or name some.",
        )
    if options["compare_reports"]:
        _check_comparison(options)
    for number, place in enumerate(options["report_destinations"], start=1):
        for cause, next_step in _wrong_with(place, options, kept_files):
            where = f"Entry {number} of {named('report_destinations')}"
            raise _refusal("report_destinations", f"{where} {cause}.", next_step)


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


def _check_comparison(options: Mapping[str, Any]) -> None:
    if "json" not in options["report_formats"]:
        raise _refusal(
            "compare_reports",
            f"The next report compares with the JSON of this one, and {named('report_formats')} has no json.",
            f"Add json, or leave out {named('compare_reports')}.",
        )
    if options["report_query"]:
        raise _refusal(
            "compare_reports",
            f"A report with {named('report_query')} does not show which holders are new or gone, so it cannot be compared.",
            f"Leave out {named('compare_reports')} or {named('report_query')}.",
        )


def _wrong_with(place: Mapping[str, Any], options: Mapping[str, Any], kept_files: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with a place, after its number, and what to do."""
    kind = place["kind"]
    if missing := [key for key in NEEDED[kind] if not _is_given(place.get(key))]:
        yield f"({kind}) lacks {', '.join(missing)}", f"A place of kind {kind} needs {', '.join(NEEDED[kind])}."
    if foreign := sorted(key for key in OF_KINDS - {*ALLOWED[kind]} if place.get(key)):
        yield f"({kind}) has {', '.join(foreign)}", f"A place of kind {kind} takes {', '.join(ALLOWED[kind])}."
    if "path" in NEEDED[kind] and not _ABSOLUTE.match(place["path"]):
        yield (
            f"has the path {place['path']!r}, which is not absolute",
            "Write it from the root on, for example /srv/reports.",
        )
    if unmade := [name for name in place.get("formats") or () if name not in options["report_formats"]]:
        yield f"asks for {', '.join(unmade)}, which is not made", f"Add the format to {named('report_formats')}."
    if kind == "https":
        yield from _wrong_with_server(place, options, kept_files)
    if kind == "mail":
        missing = [named(name) for name in ("mail_host", "mail_sender") if not options[name]]
        if missing:
            yield (
                f"is a mail, and {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
                "Set what is missing.",
            )


def _wrong_with_server(
    place: Mapping[str, Any], options: Mapping[str, Any], kept_files: bool
) -> Iterator[tuple[str, str]]:
    if not _HTTPS.match(place["url"]):
        yield f"has the url {place['url']!r}", "The report names people. Every url has to begin with https://."
    account = options["credentials"].get(place["credential"]) if place.get("credential") else None
    if place.get("credential") and place["credential"] not in options["credentials"]:
        yield (
            f"names the credential {place['credential']!r}, which {named('credentials')} does not have",
            "Correct the name, or add the credential.",
        )
    elif place.get("credential") and not _is_account(account):
        yield (
            f"names the credential {place['credential']!r}, which has no username or no password",
            f"Give it both in {named('credentials')}.",
        )
    if kept_files:
        yield (
            "is a server, and Ansible is set to keep the files of its modules, so one of them would contain the password",
            "Turn ANSIBLE_KEEP_REMOTE_FILES off.",
        )


def _is_account(account: Any) -> bool:
    return isinstance(account, Mapping) and all(_is_given(account.get(key)) for key in ("username", "password"))


def _is_given(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _refusal(setting: str, cause: str, next_step: str) -> Pkcs12Error:
    return Pkcs12Error(code="bad_arguments", cause=cause, next_step=next_step, setting=setting)
