# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of codes, statuses and next steps, made from the catalogue, the words of the report and what ``meanings`` says of each.

``python -m consistency.error_texts`` writes the page again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import cast
from zoneinfo import ZoneInfo

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_states import DeliveryState
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.codes import CODES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES, sentences
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import WORST_FIRST, Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._portal.causes import CAUSES as PORTAL
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import Translator
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import PATTERNS
from consistency.meanings import DELIVERIES, STATUSES, STEPS
from consistency.reachable_codes import codes
from consistency.tree import ACTIONS, ROOT
from unit.plugins.plugin_utils._report.reports import hospital

PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_error_codes.rst"
LABEL = "ansible_collections.hospital_it.pkcs12.docsite.guide_error_codes"
PLACE = re.compile(r"\{@?(\w+)(?:\|[^{}]*)?\}")
ACTORS = {
    Actor.NOBODY: "nobody",
    Actor.IT: "IT",
    Actor.HOLDER: "holder",
    Actor.EMPLOYER: "employer",
    Actor.ISSUER: "issuer",
}
BY_MORE_THAN_A_TEXT = ("certificate_over_tls13", "connection_failed", "connection_ended")
CONNECTION = tuple(dict.fromkeys([*(code for code, _pattern in PATTERNS), *BY_MORE_THAN_A_TEXT]))
WORDS = tuple(Translator(language, ZoneInfo("UTC")) for language in LANGUAGES)

HEAD = f"""..
  SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
  SPDX-License-Identifier: GPL-3.0-or-later

  This page is made from the code: python -m consistency.error_texts

.. _{LABEL}:

Codes, statuses and next steps
==============================

A code means the same in both languages and in all releases of one major version, so programs can use it.
A word in angle brackets stands for a value of the run.

.. contents::
   :local:
   :depth: 1
"""
OF_ERRORS = """A task that fails has ``error.code``, a task for several holders ``holders[].error``.
``msg`` says what is wrong and what to do, in ``pkcs12_language``.
``error.problem`` has the code with its variant behind a dot, and the values in the sentence.
The table has one sentence of each code."""
OF_STATUSES = f"""The report shows the words; facts and files have the code. *Access* is what the certificate gives.

A certificate can match several. The first counts: ``archived``, ``self_signed``, ``unknown_issuer``, ``unknown``, ``wrong_holder``,
``revoked`` (with revocation lists), ``superseded``, ``key_missing``, ``expired``, ``not_yet_valid``, ``renewal_due``, ``weak``, ``valid``.
At one workstation, the status of a holder is that of the certificate that a browser would offer longest.
A holder with several workstations has access while one of them gives it, and the worst status:
{", ".join(f"``{each.value}``" for each in WORST_FIRST)}."""
OF_STEPS = "Each row of the report has one next step, and says who acts."
OF_CONNECTIONS = """``connection_error.code`` of a task that did not reach its workstation, or lost it.
Never switch a check off: another machine could take the workstation's place."""
OF_PORTALS = """``code`` of :ansplugin:`hospital_it.pkcs12.portal_info#module`, and the cause of ``connect_failed``. *It* is the portal.
Where a proxy opens TLS connections, no client certificate works: exempt the portal.
A portal of TLS 1.3 alone is ``handshake`` from a Windows before 11 and Server 2022, although browsers there reach it."""
OF_DELIVERIES = "What became of a mail of the issuer: ``collect`` says it, and the report shows it."
OF_METRICS = """The textfile collector of node_exporter reads ``pkcs12-compliance.prom``.
Labels have numbers, workstations, SIDs and thumbprints, and no names. What has ``authorisation`` has ``issuer``, too."""


def kinds() -> dict[str, list[str]]:
    """What a task can end with, each with its variants."""
    ending = set().union(*map(codes, ACTIONS))
    return {kind: [code for code in CODES if code.partition(".")[0] == kind] for kind in ending}


def escaped(text: str) -> str:
    """A text with its values in angle brackets and straight quotes, as reStructuredText of Ansible shows it."""
    return re.sub(r"([\\*`|_])", r"\\\1", PLACE.sub(r"<\1>", text)).replace("\u2019", "'")


def shown(code: str, language: str) -> str:
    """The first sentence of a code."""
    written = sentences(language)[code].get("cause", "")
    text = written if isinstance(written, str) else written["many"]
    return escaped(re.split(r"(?<=\.) ", text.removeprefix("{causes} "))[0])


def errors() -> Iterator[tuple[str, ...]]:
    """Each code, who acts, and one of its sentences."""
    for kind, variants in sorted(kinds().items()):
        whole = [each for each in variants if sentences("en")[each].get("next_step")] or variants
        code = min(
            whole, key=lambda each: ("<causes>" in shown(each, "en"), each != kind, len(shown(each, "en")), each)
        )
        acting = {CODES[each].actor for each in whole}
        actors = ", ".join(name for actor, name in ACTORS.items() if actor in acting)
        yield (f"``{kind}``", actors, *(shown(code, language) for language in LANGUAGES))


def members(kind: type[Enum], *meanings: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Each member with its words, and what is said of it."""
    said = {value: rest for table in meanings for value, *rest in table}
    for member in cast("Iterable[Enum]", kind):
        yield (f"``{member.value}``", *(escaped(words.of(member)) for words in WORDS), *said.pop(member.value))
    assert not said, said


def statuses() -> Iterator[tuple[str, ...]]:
    """Each status: words, when a certificate or a holder has it, and whether it gives access."""
    for row, status in zip(members(Status, STATUSES), Status, strict=True):
        yield (*row, status.gives_access.value)


def of_cause(prefix: str, causes: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Causes of the catalogue: what is said, and the cure."""
    for cause in causes:
        said = sentences("en")[f"{prefix}{cause}"]
        yield (f"``{cause}``", escaped(cast(str, said["cause"])), escaped(cast(str, said["next_step"])))


def metrics() -> Iterator[tuple[str, ...]]:
    """Each metric, and its help."""
    for name, text in re.findall(r"^# HELP (\w+) (.*)$", textfile(hospital(20)), re.MULTILINE):
        yield f"``{name}``", escaped(text)


def section(title: str, label: str, text: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A title with its anchor, a text and a table."""
    yield from ("", f".. _{LABEL}.{label}:", "", title, "-" * len(title), "", text, "")
    yield from (".. list-table::", "   :header-rows: 1", "")
    for row in (head, *rows):
        for index, cell in enumerate(row):
            yield f"   {' ' if index else '*'} - {cell}"


def page() -> str:
    """The page in reStructuredText."""
    both = ("English", "Français")
    parts = (
        section("Error codes", "errors", OF_ERRORS, ("Code", "Who acts", *both), errors()),
        section("Statuses", "statuses", OF_STATUSES, ("Status", *both, "When", "Access"), statuses()),
        section("Next steps", "next_steps", OF_STEPS, ("Step", *both, "When", "Who acts"), members(NextStep, STEPS)),
        section(
            "When a connection fails",
            "connection",
            OF_CONNECTIONS,
            ("Code", "What the task says", "What to do"),
            of_cause("", CONNECTION),
        ),
        section(
            "When a portal refuses",
            "portal",
            OF_PORTALS,
            ("Cause", "What the task says", "What to do"),
            of_cause("portal.", PORTAL),
        ),
        section(
            "Deliveries",
            "deliveries",
            OF_DELIVERIES,
            ("State", *both, "What to do"),
            members(DeliveryState, DELIVERIES),
        ),
        section("Metrics", "metrics", OF_METRICS, ("Metric", "What it is"), metrics()),
    )
    return HEAD + "\n".join(line for part in parts for line in part) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(kinds())} codes")
