# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Statuses, numbers, days and changes as text for the page and the Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from enum import Enum
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from ..._facts.evaluation import is_clock_right
from ..._facts.schema import CertificateRecord
from ..._messages.words import SHARED_WORDS, Words
from ..._policy.revocation import Revocation
from ..._policy.status import Status
from ..acceptance import is_accepted
from ..crl_row import CrlRow
from ..deliveries import is_past
from ..exceptions import Acceptable, Accepted
from ..model import CertificateRow, HolderRow, HolderWorkstation, NextStep, ReportParameters
from .page_vocabulary import NARROW_NO_BREAK, PAGE
from .vocabulary import SiteWords, Translator

SEVERITY = tuple(Status)
"""The statuses in the order of the page: first those without access."""


def rank(status: Status) -> int:
    """The index of a status in ``SEVERITY``. The page sorts by it."""
    return SEVERITY.index(status)


def urgency(row: HolderRow) -> tuple[int, bool, float]:
    """To sort by: the worst status first, then the earliest end of access. What is accepted comes with what is valid."""
    ends = row.access_until.timestamp() if row.access_until else 0.0
    status = Status.VALID if is_accepted(row) else row.status
    return rank(status), row.access_until is None, ends


def site_words(parameters: ReportParameters) -> SiteWords:
    """The words that the site has given to the report."""
    return SiteWords(
        parameters.authorisation_word,
        parameters.issuer_mail_sender,
        parameters.issuer_mail_subject,
        parameters.issuer_contact,
        parameters.service,
        parameters.authorisation_document,
        parameters.establishment,
    )


class Wording:
    """The texts of the page in the report's language. ``told`` tells problems in it, with the site's names of options."""

    def __init__(self, parameters: ReportParameters) -> None:
        zone = ZoneInfo(parameters.time_zone)
        self.words = Translator(parameters.language, zone, PAGE, site_words(parameters))
        self.told = Words(parameters.language, lambda option: f"pkcs12_{SHARED_WORDS.get(option, option)}")
        self.french = parameters.language == "fr"
        self.today = parameters.report_date.astimezone(zone).date()
        self.of = lru_cache(maxsize=None, typed=True)(
            self.words.of
        )  # members of two enumerations may be equal as texts
        self.day = cache(self.words.day)
        self.instant = cache(self.words.instant)

    def __call__(self, key: str, **values: object) -> str:
        """The words under a key, with its placeholders filled."""
        return self.words(key, **values)

    def step(self, row: HolderRow | HolderWorkstation | CertificateRow) -> str:
        """The next step. What mends the failure of the last run, the problem says."""
        if row.next_step is not NextStep.MEND_FAILURE:
            return self.of(row.next_step)
        places = row.places if isinstance(row, HolderRow) else (row,)
        problems = [each.problem for each in places if each.next_step is row.next_step and each.actor is row.actor]
        steps = dict.fromkeys(self.told.next_step(each) for each in problems if each)
        return " ".join(filter(None, steps)) or self.of(row.next_step)

    def number(self, value: int) -> str:
        """A whole number with separated thousands: ``20,000``, in French with narrow spaces."""
        return f"{value:,}".replace(",", NARROW_NO_BREAK) if self.french else f"{value:,}"

    def counted(self, key: str, value: int, **values: object) -> str:
        """The words under ``key.one`` or ``key.many``. French uses the singular also for 0."""
        one = abs(value) <= 1 if self.french else abs(value) == 1
        return self.words(f"{key}.{'one' if one else 'many'}", n=self.number(value), **values)

    def distance(self, days: int | None) -> str:
        """The distance of a day from the report's day: ``in 9 days``, ``9 days ago``, ``today``; empty for None."""
        if days is None:
            return ""
        if days == 0:
            return self.words("days.today")
        return self.counted("days.in" if days > 0 else "days.ago", abs(days))

    def no_end(self, row: HolderRow) -> str:
        """What stands in the place of the end of access: there is none, or nobody knows."""
        return self.of(row.gives_access)

    def clock(self, seconds: int | None) -> str:
        """The state of a workstation's clock: right but for what is tolerated, or how many minutes it is fast or slow; empty for None."""
        if seconds is None:
            return ""
        if is_clock_right(seconds):
            return self.words("clock.right")
        return self.words("clock.fast" if seconds > 0 else "clock.slow", n=self.number(round(abs(seconds) / 60)))

    def clock_sort_key(self, seconds: int | None) -> str:
        """The key to sort the states of clocks by: seconds, and the same for all that are right; empty for None."""
        if seconds is None:
            return ""
        return "0" if is_clock_right(seconds) else str(seconds)

    def key(self, record: CertificateRecord) -> str:
        """Type and size of a key. The name of a curve has its size already, as in ``EC secp256r1``."""
        named = not record.key_size or str(record.key_size) in record.key_type
        return record.key_type if named else f"{record.key_type} {record.key_size}"

    def delivery(self, row: HolderRow) -> str:
        """What is known of the issuer's last mail, while it matters."""
        found = row.delivery
        if found is None:
            return ""
        text = self.words("delivery.of", state=self.words.of(found.state), day=self.day(found.mail_at) or "?")
        is_quiet = row.next_step is NextStep.NOTHING and not found.needs_somebody
        return "" if is_past(found, row, row.places) or is_quiet else text

    def accepted(self, shown: Status | Acceptable, accepted: Iterable[Accepted]) -> list[str]:
        """What the site has accepted (``shown`` is said beside it already), until when and why; each once, for all workstations."""
        texts = []
        for each in accepted:
            what, status = self.words.of(each.what), self.words.of(shown)
            text = self.words("accepted", day=self.day(each.until), reason=each.reason)
            texts.append(text if what == status else f"{what}, {text}")
        return list(dict.fromkeys(texts))

    def revocation(self, row: HolderRow) -> list[str]:
        """When and why the holder's certificates were revoked; each once."""
        found = (place.revocation for place in row.places if place.revocation)
        return list(dict.fromkeys(map(self.revoked, found)))

    def revoked(self, found: Revocation) -> str:
        """When and why a certificate was revoked."""
        return self.words("revoked", day=self.day(found.at), reason=self.words.of(found.reason))

    def crl_problem(self, row: CrlRow) -> str:
        """Where a revocation list is from, and why it is amiss, in a sentence."""
        return self.words("text.fact", label=row.source, value=self.check(row))

    def check(self, row: CrlRow) -> str:
        """What became of a revocation list."""
        if row.problem is None:
            return self.words("revocation_lists.good")
        key = "crl_problem" if row.detail else "crl_problem.plain"
        return self.words(key, problem=self.words.of(row.problem), detail=self.told.reason(row.detail))

    def side(self, value: str | None) -> str | Status:
        """A value of a change: a status as an enumeration, a date as text of the language, a thumbprint unchanged; empty for None."""
        if value is None:
            return ""
        with suppress(ValueError):
            return Status(value)
        with suppress(ValueError):
            return self.day(date.fromisoformat(value))
        with suppress(ValueError):
            moment = datetime.fromisoformat(value)
            return self.day(moment) if moment.tzinfo else value
        return value

    def sort_key(self, value: datetime | date | Enum | None) -> str:
        """The key to sort a column by: an instant's seconds, a date's ordinal, a status' rank; empty for None."""
        if value is None:
            return ""
        if isinstance(value, datetime):
            return str(int(value.timestamp()))
        if isinstance(value, date):
            return str(value.toordinal())
        return str(rank(Status(value.value)))
