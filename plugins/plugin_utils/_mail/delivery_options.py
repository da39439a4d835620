# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The options of ``delivery_info`` as values, checked before any mail is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .._errors import Pkcs12Error, Problem
from .._io.urls import check_hosts
from .._policy.names import number_key
from .authentication import AuthenticationRules
from .delivery_content import ContentRules
from .imap_source import ImapMails, ImapServer
from .letters import MailFilter
from .mail_source import EmlFiles, Limits, Maildir, MailSource, Mbox
from .patterns import compiled

FILES = {"eml": EmlFiles, "mbox": Mbox, "maildir": Maildir}


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """What a run looks for. ``since``: mails that arrived earlier are not looked at; ``days`` ago.

    ``move_ids``: the Message-IDs of the mails that may be moved; None for all usable ones.
    """

    mail_filter: MailFilter
    content: ContentRules
    authentication: AuthenticationRules
    limits: Limits
    since: datetime | None
    days: int | None
    include_codes: bool
    move_to: str | None
    move_ids: frozenset[str] | None

    @property
    def moves(self) -> bool:
        """Whether there may be mails to move."""
        return self.move_to is not None and self.move_ids != frozenset()


def delivery_rules(options: Mapping[str, Any], now: datetime, *, no_log: bool) -> DeliveryRules:
    """Raises ``Pkcs12Error``: ``no_log_required``, ``bad_pattern``, ``mail_address``, ``bad_arguments``."""
    if options["include_codes"] and not no_log:
        raise Pkcs12Error(Problem("no_log_required.codes"))
    days = options["since_days"]
    _check_values(options)
    check_hosts(options["allowed_hosts"])
    known = options["known_authorisations"]
    content = ContentRules(
        **{part: compiled(name, options[name], groups=1) for part, name in FOUND.items()},
        allowed_hosts=tuple(options["allowed_hosts"]),
        authorisations=_asked(options["collect_authorisations"], known),
        known=tuple(known or ()),
    )
    is_checked = options["authenticate"] == "authentication_results"
    authentication = AuthenticationRules(
        options["authserv_id"] if is_checked else None, _addresses("forwarders", options["forwarders"])
    )
    return DeliveryRules(
        mail_filter=_mail_filter(options),
        content=content,
        authentication=authentication,
        limits=Limits(options["max_mails"], options["max_mail_bytes"]),
        since=None if days is None else now - timedelta(days=days),
        days=days,
        include_codes=options["include_codes"],
        move_to=options["move_to"],
        move_ids=None if options["move_message_ids"] is None else frozenset(options["move_message_ids"]),
    )


def _check_values(options: Mapping[str, Any]) -> None:
    for name, most in MOST.items():
        if options[name] is not None and not 0 < options[name] <= most:
            raise Pkcs12Error(Problem("bad_arguments.mail_limit", {"most": most}, name))
    for name in ("issuer_senders", "allowed_hosts"):
        if not options[name]:
            raise Pkcs12Error(Problem("bad_arguments.no_mail_usable", setting=name))


def _asked(given: list[str] | None, known: list[str] | None) -> tuple[str, ...] | None:
    """The numbers to look at, as the holders' are written; None for all."""
    if given is None:
        return None
    asked = [number.strip() for number in given if number.strip()]
    if not asked:
        raise Pkcs12Error(Problem("bad_arguments.no_numbers", setting="collect_authorisations"))
    numbers = {number_key(number): number for number in (asked if known is None else known)}
    if nobodys := tuple(number for number in asked if number_key(number) not in numbers):
        raise Pkcs12Error(Problem("bad_arguments.numbers_of_nobody", {"numbers": nobodys}, "collect_authorisations"))
    return tuple(numbers[number_key(number)] for number in asked)


MOST = {"max_mails": 1_000_000, "max_mail_bytes": 1_000_000_000, "since_days": 36_500}
"""The largest value of each limit."""

FOUND = {
    "url": "url_pattern",
    "code": "code_pattern",
    "name": "name_pattern",
    "authorisation": "mail_authorisation_pattern",
}
"""What is looked for in a mail, and the option with its pattern."""


def _mail_filter(options: Mapping[str, Any]) -> MailFilter:
    access = options["access_subject_pattern"]
    return MailFilter(
        senders=frozenset(_addresses("issuer_senders", options["issuer_senders"])),
        delivery=compiled("mail_subject_pattern", options["mail_subject_pattern"]),
        access=None if access is None else compiled("access_subject_pattern", access),
        inline=options["inline_forwards"],
    )


def _addresses(option: str, entries: list[str]) -> tuple[str, ...]:
    """Bare addresses in lower case. ``forwarders`` may have domains, as ``@chu.example``."""
    for entry in entries:
        user, at, domain = entry.strip().rpartition("@")
        if not at or not domain or any(each in entry for each in "<>, ") or not (user or option == "forwarders"):
            raise Pkcs12Error(Problem("mail_address.bare", {"given": entry}, option))
    return tuple(entry.strip().lower() for entry in entries)


def mail_source(options: Mapping[str, Any], rules: DeliveryRules, *, moves: bool) -> MailSource:
    """The place that the options name. ``moves``: whether mails will be moved."""
    kind = options["mail_source"]
    if kind != "imap":
        if rules.move_to is not None and kind != "maildir":
            raise Pkcs12Error(Problem("bad_arguments.source_without_folders", {"source": kind}, "move_to"))
        source: MailSource = FILES[kind](Path(options["mail_path"]))
        return source
    server = ImapServer(**{part: options[name] for part, name in IMAP.items()})
    # A server counts days in its own time zone.
    since = None if rules.since is None else (rules.since - timedelta(days=1)).date()
    return ImapMails(server, since, is_read_only=not moves)


IMAP = {
    "host": "imap_host",
    "port": "imap_port",
    "security": "imap_security",
    "ca_path": "ca_path",
    "timeout": "server_timeout",
    "username": "imap_username",
    "password": "imap_password",
    "folder": "imap_folder",
}
"""What an ``ImapServer`` has, and its option."""
