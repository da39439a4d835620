# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of failed connections in the guide on connecting, from the catalogue. ``python -m consistency.connection_texts`` writes it."""

from __future__ import annotations

import re

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import sentences
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import PATTERNS
from consistency.tree import ROOT

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_connecting.rst"
BEGIN = ".. connection causes: made from the code, python -m consistency.connection_texts\n"
END = ".. end of the connection causes\n"
BY_MORE_THAN_A_TEXT = ("certificate_over_tls13", "connection_failed", "connection_ended")
CAUSES = tuple(dict.fromkeys([*(code for code, _pattern in PATTERNS), *BY_MORE_THAN_A_TEXT]))


def table() -> str:
    """The table in reStructuredText: code, cause, cure."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 18 41 41", ""]
    lines += ["   * - Code", "     - What the task says", "     - What to do"]
    for code in CAUSES:
        said = sentences("en")[code]
        lines += [f"   * - ``{code}``", f"     - {_escaped(said['cause'])}", f"     - {_escaped(said['next_step'])}"]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """A text with its values in angle brackets, as reStructuredText shows it."""
    return re.sub(r"([\\*`|_])", r"\\\1", re.sub(r"\{(\w+)\}", r"<\1>", text))


def page() -> str:
    """The guide with the table as it should be."""
    before, _begin, rest = GUIDE.read_text(encoding="utf-8").partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    GUIDE.write_text(page(), encoding="utf-8")
    print(f"{GUIDE.relative_to(ROOT)}: {len(CAUSES)} causes")
