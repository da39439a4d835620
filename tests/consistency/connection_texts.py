# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of failed connections in the guide on connecting, made from the code. ``python -m consistency.connection_texts`` writes it."""

from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import CAUSES
from consistency.error_texts import PLACEHOLDER, escaped
from consistency.tree import ROOT

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_connecting.rst"
BEGIN = ".. connection causes: made from the code, python -m consistency.connection_texts\n"
END = ".. end of the connection causes\n"


def table() -> str:
    """The table in reStructuredText: code, cause, cure."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 18 41 41", ""]
    lines += ["   * - Code", "     - What the task says", "     - What to do"]
    for code, found in CAUSES.items():
        cause = PLACEHOLDER.sub(r"<\1>", found.cause) + "."
        lines += [f"   * - ``{code}``", f"     - {escaped(cause)}", f"     - {escaped(found.next_step)}"]
    return "\n".join(lines) + "\n"


def page() -> str:
    """The guide with the table as it should be."""
    before, _begin, rest = GUIDE.read_text(encoding="utf-8").partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    GUIDE.write_text(page(), encoding="utf-8")
    print(f"{GUIDE.relative_to(ROOT)}: {len(CAUSES)} causes")
