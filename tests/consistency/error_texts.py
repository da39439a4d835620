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
from consistency.reachable_codes import codes
from consistency.tree import ACTIONS, ROOT

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

A task that fails has ``error.code`` in its result. ``msg`` says what is wrong and what to do, in the language that ``pkcs12_language``
chooses. The code is the same in both languages, and in all releases of one major version, so playbooks and other programs can use it.
``error.problem`` has the code with its variant behind a dot, and the values in the sentence. A task for several
holders has both in ``holders[].error``.

This page says for each code who can mend it, and how one of its sentences begins. A word in angle brackets stands for a value of the run.

.. list-table::
   :header-rows: 1
   :widths: 18 8 37 37

   * - Code
     - Who acts
     - English
     - Français
"""


def kinds() -> dict[str, list[str]]:
    """What a task can end with, each with its variants."""
    ending = set().union(*map(codes, ACTIONS))
    return {kind: [code for code in CODES if code.partition(".")[0] == kind] for kind in ending}


def shown(code: str, language: str) -> str:
    """The first sentence of a code, with names for values."""
    written = sentences(language)[code].get("cause", "")
    text = written if isinstance(written, str) else written["many"]
    first = re.split(r"(?<=\.) ", text.removeprefix("{causes} "))[0]
    return re.sub(r"([\\*`|_])", r"\\\1", PLACE.sub(r"<\1>", first))


def rows() -> Iterator[str]:
    """The table."""
    for kind, variants in sorted(kinds().items()):
        whole = [each for each in variants if sentences("en")[each].get("next_step")] or variants
        code = min(
            whole, key=lambda each: ("<causes>" in shown(each, "en"), each != kind, len(shown(each, "en")), each)
        )
        acting = {CODES[each].actor for each in whole}
        yield f"   * - ``{kind}``"
        yield f"     - {', '.join(name for actor, name in ACTORS.items() if actor in acting)}"
        yield from (f"     - {shown(code, language)}" for language in LANGUAGES)


def page() -> str:
    """The page in reStructuredText."""
    return HEAD + "\n".join(rows()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(kinds())} codes")
