# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which variable a misspelt name may mean. A suggestion that is far off misleads, so there is none when no name is near. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from difflib import get_close_matches
from functools import cache

OWN = "pkcs12_"
"""The prefix of variables for several playbooks. Nothing else has it."""
OF_ROLES = ("audit_", "collect_", "enrol_", "remind_", "renew_", "report_", "retire_")
"""Prefixes that a site may have, too. Of these only what is nearly the name of a variable is told."""

PASSPHRASES, PASSWORDS = "passphrases", "holder_passwords"
"""Two kinds of secret. A passphrase that Windows gets as a password may lock an account, so either is suggested with the other."""
OF_BOTH = (OWN, "enrol_", "renew_")
"""Prefixes of variables for both kinds."""
SECRET = re.compile(r"(?:^|_)(?:pass(?!port)\w*|pwds?|pws?|pins?|secrets?|codes?)(?:_|$)", re.IGNORECASE)
SECRET_WORDS = ("password", "passwords", "passphrase", "passphrases")

USUAL_WORDS = frozenset({"computer", "credentials", "hosts", "language", "serial", "time_zone"})
"""After the prefix of a role these may well be a variable of the site."""
OTHER_STANDARDS = frozenset({"pkcs1", "pkcs5", "pkcs7", "pkcs8", "pkcs9", "pkcs10", "pkcs11", "pkcs15"})
OTHER_WORDS = {"smtp": "mail", "proof": "prove"}
MORE_WORDS = {"users": "holders", "people": "holders", "path": "folder", "dir": "folder"}
"""After the prefix of a role these may be variables of the site."""
OF_CHECK = "check_"
"""These switch what the playbook check looks at. A name with one of their words rarely means that."""
VERY_LIKE = 0.9
MOST_MEANT = 4
"""A list of more names does not help."""


def meant_by(name: str, settings: Set[str]) -> tuple[str, ...] | None:
    """The variables that this name may mean, the likeliest first; none when none is near.

    None instead of a list: the name is not like those of the collection at all. ``settings``: what a site may set.
    """
    if name.startswith(OWN):
        return _of_collection(name.removeprefix(OWN), settings)
    if name.startswith("_"):
        return None
    same = _same_letters(name, settings)
    if same:
        return same
    role = next((prefix for prefix in OF_ROLES if name.startswith(prefix)), None)
    return (_of_role(role, name.removeprefix(role), settings) if role else _of_other_prefix(name, settings)) or None


def is_secret(names: Iterable[str]) -> bool:
    """Whether these are the two kinds of secret."""
    return [re.sub(r"^[^_]+_", "", name) for name in names] == [PASSPHRASES, PASSWORDS]


def _of_collection(rest: str, settings: Set[str]) -> tuple[str, ...]:
    """What a name with the prefix of the collection means. The first rule that finds something counts."""
    rests = _rests(OWN, settings)
    by_role = [role + rest for role in OF_ROLES if role + rest in settings]
    rules: tuple[Callable[[], Sequence[str]], ...] = (
        lambda: _same_letters(OWN + rest, settings),
        lambda: _same_letters(rest, settings),
        lambda: by_role if "_" in rest else (),
        lambda: _secrets(OWN, rest, settings),
        lambda: [OWN + each for each in _nearest(rest, rests, _few)],
        lambda: [OWN + each for each in rests if _has_words_of(rest, each)],
        lambda: [OWN + each for each in rests if _has_words_of(_singular(rest), _singular(each))],
        lambda: by_role,
        lambda: _nearest(rest, [name for name in settings if not name.startswith(OWN)], _very_few),
        lambda: _same_letters(OWN + _in_other_words(rest, OTHER_WORDS | MORE_WORDS), settings),
    )
    return _first(rules)


def _of_role(role: str, rest: str, settings: Set[str]) -> tuple[str, ...]:
    """What a name with the prefix of a role means."""
    rests = _rests(role, settings)
    words = rest.split("_")
    rules: tuple[Callable[[], Sequence[str]], ...] = (
        lambda: [rest] if rest in settings else [],
        lambda: _secrets(role, rest, settings) if rest == "passwords" or _nearest(rest, rests, _very_few) else [],
        lambda: [role + each for each in _nearest(rest, rests, _very_few)],
        lambda: get_close_matches(role + rest, [role + each for each in rests], 1, VERY_LIKE),
        lambda: [OWN + rest] if OWN + rest in settings and rest not in USUAL_WORDS else [],
        lambda: _only([role + each for each in rests if len(words) > 1 and _is_all_but_one(words, each.split("_"))]),
        lambda: _same_letters(role + _in_other_words(rest, OTHER_WORDS), settings),
    )
    return _first(rules)


def _of_other_prefix(name: str, settings: Set[str]) -> tuple[str, ...]:
    """What a name means whose prefix is misspelt. The rest of it has to be right, or nearly right after nearly the collection's prefix."""
    word, _sign, rest = name.partition("_")
    word = word.casefold()
    if not rest or word in OTHER_STANDARDS:
        return ()
    own = distance(word, OWN[:-1])
    if own <= 1:
        return _of_collection(rest.casefold(), settings)
    prefixes = [OWN] if own == 2 else [role for role in OF_ROLES if distance(word, role[:-1]) == 1]
    return tuple(prefix + rest for prefix in prefixes if prefix + rest in settings)


def _secrets(prefix: str, rest: str, settings: Set[str]) -> list[str]:
    """Both kinds of secret for a name that may mean either; the second alone only for a name that is nearly that."""
    if prefix not in OF_BOTH or prefix + rest in settings:
        return []
    if distance(rest, PASSWORDS) <= _few(rest):
        return [prefix + PASSWORDS]
    is_like_one = any(distance(word, secret) <= 2 for word in rest.split("_") for secret in SECRET_WORDS)
    return [prefix + PASSPHRASES, prefix + PASSWORDS] if is_like_one or SECRET.search(rest) else []


def _first(rules: Iterable[Callable[[], Sequence[str]]]) -> tuple[str, ...]:
    found = next((names for rule in rules if (names := rule())), ())
    return tuple(found) if len(found) <= MOST_MEANT else ()


def _only(names: Sequence[str]) -> Sequence[str]:
    return names if len(names) == 1 else ()


def _rests(prefix: str, settings: Set[str]) -> list[str]:
    return sorted(name.removeprefix(prefix) for name in settings if name.startswith(prefix))


def _same_letters(name: str, settings: Set[str]) -> tuple[str, ...]:
    """The setting that differs only in signs or in capitals."""
    return _by_letters(frozenset(settings)).get(_letters(name), ())


@cache
def _by_letters(settings: frozenset[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name in sorted(settings):
        found[_letters(name)] = (*found.get(_letters(name), ()), name)
    return found


def _letters(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")


def _in_other_words(rest: str, others: Mapping[str, str]) -> str:
    return "_".join(others.get(word, word) for word in rest.split("_"))


def _singular(rest: str) -> str:
    return "_".join(word.removesuffix("s") for word in rest.split("_"))


def _has_words_of(rest: str, other: str) -> bool:
    """Whether the other has all these words, and more."""
    return not other.startswith(OF_CHECK) and set(rest.split("_")) < set(other.split("_"))


def _is_all_but_one(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether these are the others, in their order, without one."""
    return any([*others[:at], *others[at + 1 :]] == list(words) for at in range(len(others)))


def _nearest(text: str, others: Iterable[str], allowed: Callable[[str], int]) -> list[str]:
    """Those with the fewest changes, if these are few enough for a text of this length. A plural counts before another letter."""
    changes = {other: distance(text, other) for other in sorted(others) if abs(len(other) - len(text)) <= allowed(text)}
    fewest = min(changes.values(), default=0)
    found = [other for other, number in changes.items() if number == fewest <= allowed(text)]
    return [other for other in found if _singular(other) == _singular(text)] or found


def _few(text: str) -> int:
    return 1 if len(text) < 8 else 2 if len(text) < 12 else 3


def _very_few(text: str) -> int:
    return 0 if len(text) < 4 else 1 if len(text) < 10 else 2


def distance(one: str, other: str) -> int:
    """How many letters are missing, too many, wrong, or exchanged with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, last, row = row, before, [at]
        for of, wanted in enumerate(other, 1):
            cost = min(before[of] + 1, row[of - 1] + 1, before[of - 1] + (letter != wanted))
            if at > 1 and of > 1 and letter == other[of - 2] and one[at - 2] == wanted:
                cost = min(cost, last[of - 2] + 1)
            row.append(cost)
    return row[-1]
