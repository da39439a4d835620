# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What a withdrawal is asked to do, from the validated options of ``bundle_pickup``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from .._crypto.passphrases import passphrases_in
from .._errors import Pkcs12Error, Problem
from .._facts.delivery_states import state_after
from .._io.http_client import HttpOptions
from .._io.urls import checked_url
from .._policy.names import NameCheck, number_key
from .._policy.subject import ExpectedSubject
from .bundle import Key
from .conversation import Conversation
from .page_choice import Labels
from .page_meaning import Meanings

POSITIVE = ("server_timeout", "max_bundle_bytes")
NOT_EMPTY = ("code", "code_field", "submit_label", "download_label", "new_passphrase")


@dataclass(frozen=True, slots=True)
class WithdrawalTask:
    """The options of ``bundle_pickup``. ``url`` has been checked. ``now`` is aware, ``job`` the number of an AWX job."""

    url: str = field(repr=False)
    code: str = field(repr=False)
    passphrases: tuple[str, ...] = field(repr=False)
    new_passphrase: str | None = field(repr=False)
    dest: Path
    person: ExpectedSubject
    conversation: Conversation
    http: HttpOptions
    allowed_hosts: tuple[str, ...]
    original_folder: Path | None
    keep_original: bool
    allow_ephemeral: bool
    evidence_path: Path | None
    message_id: str | None
    host: str
    job: str | None
    now: datetime
    retry: bool = False

    @property
    def keys(self) -> tuple[Key, ...]:
        """What may open the file, in the order in which it is tried."""
        given = [("new_passphrase", self.new_passphrase), ("code", self.code)]
        given += [("passphrase", each) for each in self.passphrases]
        return tuple(Key(option, secret) for option, secret in given if secret)


def withdrawal_task(options: Mapping[str, Any], host: str, job: str | None, now: datetime) -> WithdrawalTask:
    """The task. Raises ``Pkcs12Error``: ``bad_arguments``, ``bad_pattern``, and what ``checked_url`` raises."""
    try:
        return _task(options, host, job, now)
    except Pkcs12Error as refusal:
        refusal.details = {"state": state_after(refusal.code, collected=False).value, "requests": 0}
        raise


def _task(options: Mapping[str, Any], host: str, job: str | None, now: datetime) -> WithdrawalTask:
    _check_values(options)
    paths = {name: Path(options[name]) if options[name] else None for name in ("original_folder", "evidence_path")}
    allowed_hosts = tuple(options["allowed_hosts"])
    url = checked_url(options["url"].strip(), allowed_hosts)
    return WithdrawalTask(
        url=url,
        code=options["code"],
        passphrases=_passphrases(options),
        new_passphrase=options["new_passphrase"],
        dest=Path(options["dest"]).absolute(),
        person=ExpectedSubject(
            options["name"],
            options["authorisation"],
            options["authorisation_pattern"],
            NameCheck(options["name_check"]),
            options["former_name"] or None,
        ),
        conversation=_conversation(options, url),
        http=HttpOptions(
            options["ca_path"],
            options["use_proxy"],
            options["http_agent"],
            timeout=options["server_timeout"],
            max_bytes=options["max_bundle_bytes"],
        ),
        allowed_hosts=allowed_hosts,
        original_folder=paths["original_folder"],
        keep_original=options["keep_original"],
        allow_ephemeral=options["allow_ephemeral"],
        evidence_path=paths["evidence_path"],
        message_id=options["message_id"],
        host=host,
        job=job,
        now=now,
        retry=number_key(options["authorisation"]) in filter(None, map(number_key, options["retry"])),
    )


def _passphrases(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the task, else those of the number."""
    given = options["passphrase"]
    if given is None:
        given = options["passphrases"].get(number_key(options["authorisation"]))
    return tuple(each for each in passphrases_in(given) if each)


def _conversation(options: Mapping[str, Any], url: str) -> Conversation:
    patterns = {name: options[f"{name}_pattern"] for name in Meanings.__dataclass_fields__}
    secrets = (options["url"], url, options["code"], *_passphrases(options), options["new_passphrase"])
    return Conversation(
        Labels(options["code_field"], options["submit_label"], options["download_label"]),
        Meanings(**{name: pattern for name, pattern in patterns.items() if pattern is not None}),
        tuple(secret for secret in secrets if secret),
    )


def _check_values(options: Mapping[str, Any]) -> None:
    wrong = [Problem("bad_arguments.withdrawal_not_positive", setting=name) for name in POSITIVE if options[name] <= 0]
    wrong += [
        Problem("bad_arguments.withdrawal_empty", setting=name)
        for name in NOT_EMPTY
        if options[name] is not None and not options[name].strip()
    ]
    if options["name"] is None and options["authorisation"] is None:
        wrong.append(Problem("bad_arguments.withdrawal_whose"))
    if options["retry"] and options["authorisation"] is None:
        wrong.append(Problem("bad_arguments.withdrawal_retry"))
    if wrong:
        raise Pkcs12Error(Problem("bad_arguments.withdrawal_options", causes=tuple(wrong)))
