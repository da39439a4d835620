# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the page and the text say about accepted exceptions and revocation lists, in English and French. Pure."""

from __future__ import annotations

from .vocabulary import Catalogue

FINDINGS: Catalogue = {
    "accepted": ("{what}, accepted until {day}: {reason}", "{what}, accepté jusqu'au {day} : {reason}"),
    "tile.accepted": ("with accepted findings only", "avec exceptions acceptées seulement"),
    "exceptions": ("Accepted exceptions", "Exceptions acceptées"),
    "exceptions.about": (
        "What the site has accepted, until the end of the day that it names. The day after, it counts again.",
        "Ce que le site a accepté, jusqu'à la fin du jour indiqué. Dès le lendemain, cela compte de nouveau.",
    ),
    "exceptions.everywhere": ("all", "tous"),
    "column.finding": ("What is accepted", "Ce qui est accepté"),
    "column.reason": ("Reason", "Motif"),
    "column.last_day": ("Last day", "Dernier jour"),
    "column.state": ("State", "Situation"),
}
