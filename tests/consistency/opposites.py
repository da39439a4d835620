# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that say the opposite of each other, in both languages, and all that people are told and read in both."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from babel.messages.pofile import read_po

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import sentences
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats import csv_tables
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.reminder_texts import TEMPLATES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language import page_vocabulary, vocabulary
from consistency.tree import ROOT


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair: its whole words in English, and how its words begin in French. Both are regular expressions."""

    english: str
    french: str

    def is_in(self, english: str) -> bool:
        return re.search(rf"(?<!\w)(?:{self.english})(?!\w)", english, re.IGNORECASE) is not None

    def is_said(self, french: str) -> bool:
        return re.search(rf"(?<!\w)(?:{self.french})", french, re.IGNORECASE) is not None


PAIRS: Mapping[str, tuple[Side, Side]] = {
    "removed and installed": (Side("removed|removal", "suppr|retir|enlev"), Side("installed", "install")),
    "expired and revoked": (Side("expired", "expir|échu|périm|hors délai"), Side("revoked|revocation", "révo")),
    "fast and slow": (Side("(?<!how )fast", "avance"), Side("slow", "retard")),
    "yes and no": (Side("^yes$|true", "oui|vrai|true"), Side("^no$|false", "non$|faux|false")),
    "ready and not ready": (
        Side("(?<!not )ready", "(?<!pas )prêt|(?<!non )prêt"),
        Side("not ready", "pas prêt|non prêt|à préparer"),
    ),
    "logged on and not": (
        Side("is logged on", "a ouvert|est ouverte|est connect|session ouverte|ouvre"),
        Side(
            "is not logged on",
            "n'a pas ouvert|n'a pas de session|n'est pas connect|n'est pas ouverte|sans session|aucune session",
        ),
    ),
    "before and after": (
        Side("before|earlier", "avant|déjà|veille|précèd|précéd|ancien|antérieur|plus tôt"),
        Side(
            "afterwards|later|newer|after(?! is)",
            "après|ensuite|ultérieur|plus tard|tardi|plus récent|nouve|périm|puis|suivant",
        ),
    ),
    "archived and deleted": (Side("archived", "archiv"), Side("deleted", "supprim|effac")),
    "linked and unusable": (Side("linked", "associ|li[ée]"), Side("unusable", "inutilisable")),
    "first and last": (Side("first", "premi|d'abord|dès"), Side("last", "derni|tardi|plus tard|récent|enfin|puis")),
    "known and unknown": (
        Side("(?<!not )known", "conn|désign"),
        Side("unknown|not known", "inconnu|pas conn|ne sait|aucune \\w+ conn|n'existe"),
    ),
    "allowed and refused": (
        Side("allows|allowed", "autoris|perme|permi|accept|tol[èé]r|doit pouvoir"),
        Side("refuses|refused", "refus"),
    ),
    "on and off": (Side("switched on|switch on", "activ|allum"), Side("switched off|switch off", "désactiv|éteint")),
    "sent and not sent": (
        Side("(?<!not )(?<!not be )sent", "envo|remis|parti|arriv|automatique"),
        Side("not sent", "non remis|non envoy|pas envoy|pas été envoy"),
    ),
    "missing and there": (Side("missing", "absen|manqu|sans|n'a pas|n'ont pas"), Side("there already", "déjà")),
    "no longer and not yet": (Side("no longer", "plus|cess"), Side("not yet", "pas encore")),
    "the day itself and the day after": (
        Side("that day|same day", "ce jour|même jour|jour même"),
        Side("next day|day after", "lendemain|jour suivant|jour d'après"),
    ),
    "encryption and signature": (Side("encryption", "chiffrement"), Side("signature", "signature")),
}

VALUE = re.compile(r"\{[^{}]*\}")
LITERAL = re.compile(r"``.*?``")
TRANSLATED = ROOT / "docs" / "developers" / "site" / "locale" / "fr" / "LC_MESSAGES"
BETWEEN = re.compile(r"\{[%#].*?[%#]\}", re.DOTALL)
"""What is between two texts of a template. Both languages have the same parts, in the same order."""


def told() -> Iterator[tuple[str, str, str]]:
    """Everything that is told: its key, in English and in French, without the names of values."""
    english, french = sentences("en"), sentences("fr")
    for code in english:
        yield code, _plain(english[code]), _plain(french[code])
    for words in (vocabulary.VOCABULARY, page_vocabulary.PAGE, csv_tables.CATALOGUE):
        for key, (first, second) in words.items():
            yield key, _plain(first), _plain(second)

    for path in sorted(TEMPLATES.glob("*.en.*.j2")):
        both = (path, path.with_name(path.name.replace(".en.", ".fr.")))
        parts = [BETWEEN.split(each.read_text(encoding="utf-8")) for each in both]
        for place, (first, second) in enumerate(zip(*parts, strict=True)):
            yield f"{path.name}, part {place}", _plain(first), _plain(second)

    for path in sorted(TRANSLATED.rglob("*.po")):
        for message in read_po(io.BytesIO(path.read_bytes())):
            if message.id and message.string:
                first, second = (LITERAL.sub("{}", str(text)) for text in (message.id, message.string))
                yield f"{path.name}, line {message.lineno}", _plain(first), _plain(second)


def _plain(entry: Any) -> str:
    parts = [_plain(each) for name, each in entry.items() if name != "by"] if isinstance(entry, Mapping) else [entry]
    return VALUE.sub("{}", " ".join(parts)).replace("\u2019", "'")


def is_side(english: str, this: Side, other: Side) -> bool:
    """Whether an English text says this side, and not the other one."""
    return this.is_in(english) and not other.is_in(english)
