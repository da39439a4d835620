# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The issuer's mails arrive in a Maildir as a delivery program leaves them, in every form."""

from __future__ import annotations

import mailbox
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab import mails
from lab.people import ELODIE


@pytest.mark.parametrize("form", mails.FORMS)
def test_both_mails_arrive(tmp_path: Path, form: str) -> None:
    when = datetime(2026, 3, 2, 8, 12, tzinfo=UTC)
    message_id = mails.deliver(tmp_path / "box", ELODIE, "https://x.example/w", "C0DE", date=when, form=form)
    found = [message.as_bytes() for message in mailbox.Maildir(tmp_path / "box", create=False)]
    assert len(found) == 2
    assert [message_id.encode() in each for each in found].count(True) == 1
    assert list((tmp_path / "box" / "tmp").iterdir()) == []
    assert {path.stat().st_mtime for path in (tmp_path / "box" / "new").iterdir()} == {when.timestamp()}


def test_an_access_code_has_four_digits() -> None:
    assert mails.access_code(ELODIE).isdigit()
    assert len(mails.access_code(ELODIE)) == 4
