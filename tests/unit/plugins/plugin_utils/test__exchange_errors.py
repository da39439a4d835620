# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils import _exchange_errors
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._become import Deferred
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import (
    Context,
    ExchangeError,
    JournalEntry,
    RunAs,
    Step,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import PkcsError
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._exchange_errors import SENTENCES, exchange_refusal
from unit.plugins.plugin_utils.fakes import answer

HOLDER = RunAs(Context.BECOME, "CHU\\jdupont")
CODE = re.compile(r"code = '(\w+)'")
STEP_TYPE = re.compile(r"^    (\w+) = @\{$.*?^    \}$", re.MULTILINE | re.DOTALL)
DRIVER = Path(_exchange_errors.__file__).parents[1] / "modules" / "store_exchange.ps1"


def refusal(code: str, hresult: int | None = None, *journal: JournalEntry, who: RunAs = HOLDER) -> Exception:
    return exchange_refusal(answer(journal=journal, error=ExchangeError("1", code, hresult)), who, "WS-CARDIO")


@pytest.mark.parametrize("code", SENTENCES)
def test_every_code_names_the_cause_and_what_to_do(code: str) -> None:
    refused = refusal(code, 0x80070070)
    assert isinstance(refused, PkcsError)
    assert refused.code == code
    assert "WS-CARDIO" in refused.cause
    assert refused.cause.endswith("(0x80070070).")
    assert refused.next_step.endswith(".")
    assert "{" not in str(refused)


def test_no_code_that_the_driver_may_answer_is_forgotten() -> None:
    """Its own, and those of the steps that are asked of it."""
    text = DRIVER.read_text(encoding="utf-8")
    blocks = {found[1]: found[0] for found in STEP_TYPE.finditer(text)}
    asked = {step.TYPE for step in get_args(Step)}
    assert asked <= blocks.keys()
    texts = [STEP_TYPE.sub("", text), *(blocks[name] for name in asked)]
    answered = {code for part in texts for code in CODE.findall(part)}
    assert {"stale_store", "import_failed"} <= answered
    assert answered - {"no_dpapi"} <= SENTENCES.keys()


def test_code_of_a_later_driver_is_shown_as_it_is() -> None:
    refused = refusal("brand_new")
    assert isinstance(refused, PkcsError)
    assert (refused.code, refused.cause.startswith("The exchange for")) == ("brand_new", True)


@pytest.mark.parametrize(("context", "cure"), [(Context.BECOME, "logged on"), (Context.CONNECTION, "Basic over HTTPS")])
def test_logon_without_dpapi_is_waited_for(context: Context, cure: str) -> None:
    waiting = refusal("no_dpapi", 0x80090345, who=RunAs(context, "CHU\\jdupont"))
    assert isinstance(waiting, Deferred)
    assert "(0x80090345)" in str(waiting)
    assert cure in str(waiting)


def test_what_could_not_be_taken_back_is_said() -> None:
    left = JournalEntry("1", "import", "undo_failed", "2026-11-25T12:00:00Z", {})
    assert "could not be taken out again" in str(refusal("sign_failed", None, left))
    assert "could not be taken out again" not in str(refusal("sign_failed"))
