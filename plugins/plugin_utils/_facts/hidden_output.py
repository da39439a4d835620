# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which values make output unreadable: ansible-core 2.22 hides each secret and each value of a vault wherever its letters stand. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from typing import Any

from .._crypto.passphrases import SHORTEST_MASKED, is_masked, texts_in
from .._errors import Problem
from .._policy.names import normalized_text, number_key
from .holder_entries import entries_in

PASSPHRASES = re.compile(r"(?:pkcs12|collect|enrol|renew)_(?:new_)?passphrases(?:_\w+)?")
"""Variables whose secrets are told by the people who have them."""
FROM_ANYWHERE = re.compile(
    rf"{PASSPHRASES.pattern}|(?:pkcs12|collect|enrol|remind|renew|report|retire)_\w*passwords?|ansible_(?:\w+_)?pass(?:word)?"
)
"""Variables whose secrets are hidden wherever they come from: the collection, or Ansible's connection and become, say so."""
MEANS_SECRET = re.compile(
    r"passw|passphrase|passcode|secrets?(?![a-z])|token|credential|mot_de_passe"
    r"|(?:^|_)(?:pass|pws?|pwds?|mdp|pins?|keys?|codes?|psk|community)\d*(?:_|$)",
    re.IGNORECASE,
)
IN_SENTENCES = re.compile(r"pkcs12_\w+|ansible_(?:\w+_)?(?:user|host)")
RANDOM = 16
"""So many letters in both cases are no word. Fewer may be one, such as PowerShell."""
WORD = re.compile(r"\w+")
OF_THE_COLLECTION = ("hospital_it.pkcs12",)
"""Names that the output of every run has."""


def is_secret(name: str, of_vault: bool) -> bool:
    """Whether the value of a variable is looked at: it is hidden, and it is a secret by its name."""
    return bool(FROM_ANYWHERE.fullmatch(name) or (of_vault and MEANS_SECRET.search(name)))


def is_in_sentences(name: str) -> bool:
    """Whether the value of a variable is part of sentences: an account, an address, the name of a computer, an issuer, a day."""
    return bool(IN_SENTENCES.fullmatch(name)) and not is_secret(name, of_vault=False)


def hidden_output(
    shown: Iterable[str], holders: Mapping[str, Any], variables: Iterable[tuple[str, Any, bool]]
) -> Problem | None:
    """The warning of an inventory, or None. It names people and variables, and never a value.

    ``shown``: the names of hosts, and other texts that are part of output. ``holders``: ``pkcs12_holders`` by host. ``variables``: name,
    value, and whether it is of a vault. The value of a variable that is no secret by ``is_secret`` is not looked at.
    """
    entries = [entry for given in holders.values() for entry in entries_in(given)]
    output = normalized_text("\n".join([*shown, *OF_THE_COLLECTION, *sorted(texts_in(entries))]))
    words = frozenset(WORD.findall(output))
    labels = {number_key(each["authorisation"]): _label(each) for each in entries if each.get("authorisation")}
    people: dict[str, str] = {}
    weak, no_secret = set[str](), set[str]()
    known: dict[str, bool] = {}
    for name, value, of_vault in variables:
        if not is_secret(name, of_vault):
            no_secret.add(name)
            continue
        for number, secret in _secrets(name, value):
            if secret not in known:
                known[secret] = _breaks_output(secret, output, words)
            if known[secret] and number is None:
                weak.add(name)
            elif known[secret]:
                people[number_key(number)] = labels.get(number_key(number), str(number).strip())
    return _warning([people[key] for key in sorted(people)], sorted(weak), sorted(no_secret))


def _secrets(name: str, value: Any) -> Iterator[tuple[str | None, str]]:
    """The secrets of a variable, each with the number of the person who has it, in a variable with passphrases."""
    if PASSPHRASES.fullmatch(name) and isinstance(value, str):  # -e name='{...}' is a text
        with suppress(ValueError):
            value = json.loads(value)
    if PASSPHRASES.fullmatch(name) and isinstance(value, Mapping):
        yield from ((key, secret) for key, each in value.items() for secret in texts_in(each))
    else:
        yield from ((None, secret) for secret in texts_in(value))


def _breaks_output(secret: str, output: str, words: Set[str]) -> bool:
    """Whether it is a word, or made of parts of the output, such as the name of a bundle: its gap then shows it to who knows the rest."""
    text = unicodedata.normalize("NFC", secret.strip())
    if not text or not is_masked(secret):
        return bool(text)
    usual = text in (text.lower(), text.capitalize(), text.upper()) or len(text) < RANDOM
    own = set(WORD.findall(normalized_text(text)))
    return (
        (text.isalpha() and usual) or text.isdigit() or normalized_text(text) in output or (bool(own) and own <= words)
    )


def _label(entry: Mapping[str, Any]) -> str:
    number, name = str(entry["authorisation"]).strip(), str(entry.get("name") or "").strip()
    return f"{name} ({number})" if name else number


def _warning(people: list[str], variables: list[str], no_secret: list[str]) -> Problem | None:
    parts = []
    if people or variables:
        parts.append(Problem("hidden_output.weak_secrets", {"shortest": SHORTEST_MASKED}))
    if people:
        parts.append(Problem("hidden_output.of_people", {"people": tuple(people)}))
    if variables:
        parts.append(Problem("hidden_output.in_variables", {"variables": tuple(variables)}))
    if no_secret:
        parts.append(Problem("hidden_output.no_secrets", {"variables": tuple(no_secret)}))
    return Problem("hidden_output.found", causes=tuple(parts)) if parts else None
