# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of error codes, made from the catalogue: who acts on each, and one of its sentences in each language.

``python -m consistency.error_texts`` writes the page again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES, sentences
from consistency.tree import ROOT

PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_error_codes.rst"
PLACE = re.compile(r"\{@?(\w+)(?:\|[^{}]*)?\}")
ACTORS = {
    Actor.NOBODY: "nobody",
    Actor.IT: "IT",
    Actor.HOLDER: "holder",
    Actor.EMPLOYER: "employer",
    Actor.ISSUER: "issuer",
}

HEAD = """..
  SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
  SPDX-License-Identifier: GPL-3.0-or-later

  This page is made from the catalogue: python -m consistency.error_texts

.. _ansible_collections.hospital_it.pkcs12.docsite.guide_error_codes:

Error codes
===========

A task that fails has ``error.code`` in its result, and sentences in ``msg``: what is wrong, and what to do, in ``pkcs12_language``. The
code stays the same in all releases of one major version, so playbooks and other programs can use it. ``error.problem`` has the code
with the variant of the sentence behind a dot, and the values that the sentence names. A task for several holders has them in
``holders[].error``. A few codes do not make a task fail: they are reasons to wait, such as ``not_logged_on``, or findings of ``check``.

This page names for each code who can mend it, and one of its sentences. A word in angle brackets stands for a value of the run.

.. list-table::
   :header-rows: 1
   :widths: 18 8 37 37

   * - Code
     - Who acts
     - English
     - Français
"""


def kinds() -> dict[str, list[str]]:
    """The codes that users match, each with its variants. What only tells of work that is done is none."""
    found: dict[str, list[str]] = {}
    for code, row in CODES.items():
        if row.actor is not Actor.NOBODY:
            found.setdefault(code.partition(".")[0], []).append(code)
    return found


def shown(code: str, language: str) -> str:
    """The cause of a code, with names for values."""
    written = sentences(language)[code].get("cause", "")
    text = written if isinstance(written, str) else written["many"]
    return re.sub(r"([\\*`|_])", r"\\\1", PLACE.sub(r"<\1>", text))


def rows() -> Iterator[str]:
    """The table."""
    for kind, codes in sorted(kinds().items()):
        code = min(codes, key=lambda each: (each != kind, len(shown(each, "en")), each))
        yield f"   * - ``{kind}``"
        yield f"     - {ACTORS[CODES[code].actor]}"
        yield from (f"     - {shown(code, language)}" for language in LANGUAGES)


def page() -> str:
    """The page in reStructuredText."""
    return HEAD + "\n".join(rows()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(kinds())} codes")
