# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Variables that look like those of the collection and are none: a misspelt one has no effect, and Ansible does not say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from difflib import get_close_matches
from functools import cache
from pathlib import Path

OWN = "pkcs12_"
"""The prefix of variables for several playbooks. Nothing else has it."""
OF_ROLES = ("audit_", "collect_", "enrol_", "remind_", "renew_", "report_", "retire_")
"""Prefixes that a site may have, too. Of these only what is nearly the name of a variable is told."""
LIKE, VERY_LIKE = 0.6, 0.9
ROOT = Path(__file__).parents[3]
PLACES = ("playbooks/**/*.yml", "roles/*/*/*.yml", "extensions/molecule/**/*.yml")
NAME = re.compile(rf"\b(?:{'|'.join((OWN, *OF_ROLES))})\w+")


@cache
def known_variables() -> frozenset[str]:
    """All such names in the roles, playbooks and Molecule scenarios of the collection."""
    files = [path for place in PLACES for path in ROOT.glob(place)]
    return frozenset(name for path in files for name in NAME.findall(path.read_text(encoding="utf-8")))


def misspelt_variables(names: Iterable[str]) -> list[str]:
    """A sentence for each of these names that is none of the collection, with the nearest that is one."""
    return [said for name in sorted(set(names)) if (said := _doubt(name, known_variables()))]


def _doubt(name: str, known: Set[str]) -> str:
    if name in known or not name.startswith((OWN, *OF_ROLES)):
        return ""
    is_own = name.startswith(OWN)
    near = get_close_matches(name, sorted(known), 1, LIKE if is_own else VERY_LIKE)
    if not near and not is_own:
        return ""
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"warning: The variable {name} has no effect here.{meant} If it is one of your own, give it another prefix."
