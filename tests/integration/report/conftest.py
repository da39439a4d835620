# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.reminder_office import Office
from lab.mail_server import MailServer


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A controller that sends reminders through a mail server, which the parameters of a test make odd."""
    with MailServer(None, "none", **getattr(request, "param", {})) as server:
        (tmp_path / "own").mkdir()
        yield Office(server, tmp_path)
