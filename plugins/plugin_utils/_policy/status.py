# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The table of statuses: a row each, the worst first. Which rule gives a status is in _facts/evaluation.py and in _report. Pure.

What enumerates statuses derives from these rows: choices of options, schemas (``make settings`` writes them), the page's styles, metrics.
Alerts, the dashboard, the data for AWX and the guide are compared with them. The words of a status are in _report/language/vocabulary.py.
"""

from __future__ import annotations

from enum import Enum, Flag, auto


class Subject(Flag):
    """What can have a status."""

    CERTIFICATE = auto()
    HOLDER = auto()
    AUTHORISATION = auto()


class Source(Enum):
    """Where a status is decided: in the facts of a workstation, or only in the report, by the inventory or the issuer's CRL."""

    FACTS = auto()
    REPORT = auto()


class GivesAccess(str, Enum):
    """Whether a holder with this status has access to the portal, as far as the certificate is concerned."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Trait(Flag):
    """``ACCEPTABLE``: a site may accept it for a time, and ``fail_on`` may name it. ``DUE``: ``renew_due`` calls its workstation.

    ``NO_END``: the certificate gives no access now although its end has not come, so that its end is no end of access.
    """

    NOTHING = 0
    ACCEPTABLE = auto()
    DUE = auto()
    NO_END = auto()


class Tone(str, Enum):
    """The colour of a status on the page: ``--<tone>`` and ``--<tone>-wash`` of page.css."""

    GOOD = "good"
    WARNING = "warn"
    BAD = "bad"
    NEUTRAL = "still"
    UNSURE = "unsure"


CERTIFICATE, HOLDER = Subject.CERTIFICATE, Subject.HOLDER
EVERYTHING = CERTIFICATE | HOLDER | Subject.AUTHORISATION
NOTHING, ACCEPTABLE, DUE, NO_END = Trait.NOTHING, Trait.ACCEPTABLE, Trait.DUE, Trait.NO_END


class Status(str, Enum):
    """The status of a certificate, a holder or an authorisation. Of several statuses of a holder, the first counts.

    A row: value, of what, where it is decided, access, traits, tone, and the icon as a CSS ``path`` in a square of 16 pixels.
    """

    of: Subject
    source: Source
    gives_access: GivesAccess
    traits: Trait
    tone: Tone
    icon: str

    def __new__(
        cls,
        value: str,
        of: Subject = EVERYTHING,
        source: Source = Source.FACTS,
        gives_access: GivesAccess = GivesAccess.UNKNOWN,
        traits: Trait = NOTHING,
        tone: Tone = Tone.NEUTRAL,
        icon: str = "",
    ) -> Status:
        row = str.__new__(cls, value)
        row._value_ = value
        row.of, row.source, row.gives_access, row.traits, row.tone, row.icon = (
            of,
            source,
            gives_access,
            traits,
            tone,
            icon,
        )
        return row

    REVOKED = (
        "revoked",
        CERTIFICATE | HOLDER,
        Source.REPORT,
        GivesAccess.NO,
        ACCEPTABLE | DUE,
        Tone.BAD,
        'path(evenodd, "M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM3 6.600v2.800h10V6.600z")',
    )
    MISSING = (
        "missing",
        HOLDER,
        Source.FACTS,
        GivesAccess.NO,
        ACCEPTABLE | DUE,
        Tone.BAD,
        (
            'path(evenodd, "M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM4.4 10 10 4.'
            '4 11.6 6 6 11.6z")'
        ),
    )
    EXPIRED = (
        "expired",
        EVERYTHING,
        Source.FACTS,
        GivesAccess.NO,
        ACCEPTABLE | DUE,
        Tone.BAD,
        (
            'path(evenodd, "M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM5.5 4 4 5.5 6.5 8 4 10.5 5.5 12 8 9.5l2.5 2.5 1.5-1.5L9.5 8 '
            '12 5.5 10.5 4 8 6.5z")'
        ),
    )
    KEY_MISSING = (
        "key_missing",
        CERTIFICATE | HOLDER,
        Source.FACTS,
        GivesAccess.NO,
        ACCEPTABLE | DUE | NO_END,
        Tone.BAD,
        (
            'path(evenodd, "M4.4 3.6a4.4 4.4 0 0 1 4.2 3.2H16v2.6h-1.4V12h-2.4V9.4H8.6A4.4 4.4 0 1 1 4.4 3.6zM4.4 6a2 2 0 1'
            ' 0 0 4 2 2 0 0 0 0-4z")'
        ),
    )
    WRONG_HOLDER = (
        "wrong_holder",
        CERTIFICATE | HOLDER,
        Source.FACTS,
        GivesAccess.NO,
        ACCEPTABLE | DUE,
        Tone.BAD,
        'path("M8 .6a3.6 3.6 0 1 1 0 7.2A3.6 3.6 0 0 1 8 .6zM1 15.6C1 11.4 4 8.9 8 8.9s7 2.5 7 6.7z")',
    )
    NOT_YET_VALID = (
        "not_yet_valid",
        CERTIFICATE | HOLDER,
        Source.FACTS,
        GivesAccess.NO,
        ACCEPTABLE | DUE | NO_END,
        Tone.WARNING,
        'path(evenodd, "M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM7.1 3.2v5.4l3.7 2.2 1-1.6-2.8-1.7V3.2z")',
    )
    NEVER_SEEN = (
        "never_seen",
        HOLDER,
        Source.REPORT,
        GivesAccess.UNKNOWN,
        ACCEPTABLE | DUE,
        Tone.UNSURE,
        (
            'path(evenodd, "M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM8 1.800a6.2 6.2 0 1 0 0 12.400A6.2 6.2 0 0 0 8 1.800zM5 6.20'
            "0h1.900a1.1 1.1 0 1 1 1.8 1C7.6 7.9 7 8.4 7 9.800h1.900c0-.7.3-1 1-1.500A3 3 0 1 0 5 6.200zM7 10.900v1.900h1.9"
            '00v-1.900z")'
        ),
    )
    UNKNOWN = (
        "unknown",
        CERTIFICATE | HOLDER,
        Source.FACTS,
        GivesAccess.UNKNOWN,
        ACCEPTABLE | NO_END,
        Tone.UNSURE,
        (
            'path(evenodd, "M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM5 6.2h1.9a1.1 1.1 0 1 1 1.8 1C7.6 7.9 7 8.4 7 9.800h1.900c0-'
            '.7.3-1 1-1.500A3 3 0 1 0 5 6.200zM7 10.900v1.900h1.900v-1.900z")'
        ),
    )
    UNKNOWN_ISSUER = (
        "unknown_issuer",
        CERTIFICATE | HOLDER,
        Source.FACTS,
        GivesAccess.UNKNOWN,
        ACCEPTABLE | DUE | NO_END,
        Tone.UNSURE,
        'path(evenodd, "M0 1h16v10h-4v4.600l-2-1.400-2 1.400V11H0zM2.400 3.600v1.800h11.200V3.600zM2.400 7v1.800h4V7z")',
    )
    RENEWAL_DUE = (
        "renewal_due",
        EVERYTHING,
        Source.FACTS,
        GivesAccess.YES,
        ACCEPTABLE | DUE,
        Tone.WARNING,
        'path(evenodd, "M8 .8 16 15H0zM7 5.4v5h2v-5zM7 11.4v2h2v-2z")',
    )
    DUPLICATE = (
        "duplicate",
        HOLDER,
        Source.FACTS,
        GivesAccess.YES,
        ACCEPTABLE | DUE,
        Tone.WARNING,
        'path("M0 0h11v3.4H9V2H2v7h1.4v2H0zM5 5h11v11H5z")',
    )
    WEAK = (
        "weak",
        CERTIFICATE | HOLDER,
        Source.FACTS,
        GivesAccess.YES,
        ACCEPTABLE,
        Tone.WARNING,
        'path(evenodd, "M8 0 15 2.4v5.2c0 4-2.8 6.9-7 8.4-4.2-1.5-7-4.4-7-8.4V2.4zM4 6.8v2.2h8V6.8z")',
    )
    AWAITED = (
        "awaited",
        HOLDER,
        Source.REPORT,
        GivesAccess.NO,
        ACCEPTABLE | DUE,
        Tone.NEUTRAL,
        'path("M2.500 0h11v2.200L9.400 8l4.100 5.800V16h-11v-2.200L6.600 8 2.500 2.200z")',
    )
    ON_LEAVE = (
        "on_leave",
        HOLDER,
        Source.REPORT,
        GivesAccess.UNKNOWN,
        ACCEPTABLE | DUE,
        Tone.NEUTRAL,
        'path(evenodd, "M0 2h16v14H0zM2 6.200v7.800h12V6.200zM3.600 0h2.200v3H3.600zM10.200 0h2.200v3h-2.200z")',
    )
    VALID = (
        "valid",
        EVERYTHING,
        Source.FACTS,
        GivesAccess.YES,
        NOTHING,
        Tone.GOOD,
        'path(evenodd, "M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM3.4 8.3 7 11.9l5.7-5.8-1.5-1.5L7 8.8 4.9 6.8z")',
    )
    SELF_SIGNED = (
        "self_signed",
        CERTIFICATE,
        Source.FACTS,
        GivesAccess.NO,
        NOTHING,
        Tone.WARNING,
        'path(evenodd, "M11.600 0 16 4.400 5.400 15H1v-4.400zM11.600 3.200 3 11.800V13h1.200l8.600-8.600zM8 13h8v2H8z")',
    )
    SUPERSEDED = (
        "superseded",
        CERTIFICATE,
        Source.FACTS,
        GivesAccess.NO,
        NOTHING,
        Tone.NEUTRAL,
        'path(evenodd, "M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM3.6 7v2H8v2.600L12.6 8 8 4.400V7z")',
    )
    ARCHIVED = (
        "archived",
        CERTIFICATE,
        Source.FACTS,
        GivesAccess.NO,
        NOTHING,
        Tone.NEUTRAL,
        'path(evenodd, "M0 1h16v4.400H0zM1 6.600h14V15H1zM5.4 8.400v1.900h5.200V8.400z")',
    )


WORST_FIRST = tuple(each for each in Status if HOLDER in each.of)
"""Of several statuses of a holder, the first of these counts: without access, unknown, with access that ends soon, and the rest."""

ACCESS_STATUSES = tuple(each for each in Status if each.gives_access is GivesAccess.YES)
"""Statuses of a holder who has a certificate that a browser offers."""
