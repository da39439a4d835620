# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of error codes has every code that a task can end with, in the words of the code."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.connection_causes import CAUSES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import FINDINGS
from consistency.error_texts import PAGE, ErrorText, by_area, page, texts
from consistency.reachable_codes import codes
from consistency.tree import ACTIONS

SAMPLE = """
ASK = "Ask the issuer."
FINDINGS = {"busy": Explanation("Another exchange for {name!r} runs on {computer}", "Wait. " + ASK)}
def check(path, error):
    raise Pkcs12Error(code="unread", cause=f"The file {path.name} has {len(data)} bytes.", next_step=ASK if error else "Look.")
def put_together(problem, again):
    cause, step = "It is gone", ASK if again else "Look."
    if again:
        cause += ", and not for the first time"
    raise Pkcs12Error(code="gone", cause=f"{cause}{problem}.", next_step=step)
put_together(" (here)", True)
put_together(problem=f" ({place})", again=False)
def from_a_table(kind):
    causes = {1: ("is shut", "Open it."), 2: ("is locked", "Unlock it.")}
    cause, step = causes.get(kind, (f"cannot be read ({kind})", "Look."))
    raise Pkcs12Error(code="door", cause=f"The door {cause}.", next_step=step)
def passed_on(error):
    raise Pkcs12Error(code=error.code, cause=error.cause, next_step=ASK)
"""


def test_the_page_is_that_of_this_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m consistency.error_texts writes it again"


def test_it_has_every_code_that_an_action_can_end_with_or_give_as_a_finding_or_cause() -> None:
    listed = {error.code for errors in by_area().values() for error in errors}
    ends = set().union(*(codes(action) for action in ACTIONS))
    assert (ends - listed, listed - ends - set(FINDINGS) - set(CAUSES)) == (set(), set())


def test_texts_are_read_with_names_for_what_only_a_run_knows(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text(SAMPLE, encoding="utf-8")
    assert list(texts(sample)) == [
        ErrorText("unread", "The file <name> has <data> bytes.", "Ask the issuer. / Look."),
        ErrorText(
            "gone",
            "It is gone / It is gone, and not for the first time (here) /  (<place>).",
            "Ask the issuer. / Look.",
        ),
        ErrorText(
            "door",
            "The door is shut / is locked / cannot be read (<kind>).",
            "Open it. / Unlock it. / Look.",
        ),
        ErrorText("busy", "Another exchange for <name> runs on <computer>.", "Wait. Ask the issuer."),
    ]
