# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word that Ansible takes for yes is one for the roles, also where they read it themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from integration.workstations.test_role_wiring import HOLDERS, PORTAL, overlay, recorded

__all__ = ["overlay"]

WORDS: dict[Any, bool] = {"Y": True, " On ": True, "t": True, 1: True, "N": False, "off": False, "f": False, 0: False}


def test_all_words_have_one_meaning(overlay: Path) -> None:
    site = {"pkcs12_portal_url": PORTAL, "pkcs12_holders": HOLDERS}
    plays = [
        play
        for word in WORDS
        for play in (
            ("renew", site | {"renew_now": word, "pkcs12_require_portal": word}),
            ("enrol", site | {"pkcs12_require_portal": word}),
        )
    ]
    given = iter(recorded(overlay, *plays))
    for word, meaning in WORDS.items():
        renew, enrol = (options for _role, options in (next(given), next(given)))
        assert renew["install"] == ("newest" if meaning else "due"), word
        assert ["portal_url" in options for options in (renew, enrol)] == [meaning, meaning], word
