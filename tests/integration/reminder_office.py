# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that sends reminders through a mail server, in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration.plays import Json
from lab.mail_server import Mail, MailServer
from lab.tls import LOOPBACK
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.reminder_inputs import (
    TODAY,
    Variables,
    hospital,
    task_variables,
)

JEANNE, ANNE, HEAD, IT = "dupont@chu.example", "roux@chu.example", "head@chu.example", "it@chu.example"
IN_3_DAYS, IN_9_DAYS = "2026-11-28T12:00:00Z", "2026-12-04T12:00:00Z"
SECRET = "canary of the reminders 7Zq&e"


@dataclass
class Office:
    """A controller that sends reminders through a mail server."""

    server: MailServer
    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "sent.json"

    def remind(self, variables: Variables | None = None, *, check_mode: bool = False, **changes: Any) -> Json:
        """The result of one run."""
        usual: Json = {
            "state_path": str(self.state),
            "allow_ephemeral": True,
            "report_date": TODAY,
            "facts_max_age_days": 100,
            "it_to": [IT],
            "employer_to": [HEAD],
            "mail_host": LOOPBACK,
            "mail_port": self.server.port,
            "mail_security": "none",
            "mail_sender": "Certificats <certificats@chu.example>",
            "server_timeout": 5,
        }
        given = {name: value for name, value in (usual | changes).items() if value is not None}
        inputs = hospital() if variables is None else variables
        result = run_action(
            "reminder_mails", given, FakeWorkstation(), variables=task_variables(inputs), check_mode=check_mode
        )
        assert "exception" not in result, result["exception"]
        return json.loads(json.dumps(result))  # type: ignore[no-any-return]

    def arrived(self) -> list[str]:
        """Whose mails have come since the last call."""
        found = sorted(mail.recipients[0] for mail in self.server.mails)
        self.server.mails.clear()
        return found

    def to(self, address: str) -> Mail:
        """The one mail to an address."""
        (found,) = [mail for mail in self.server.mails if mail.recipients == (address,)]
        return found


def text(mail: Mail) -> str:
    body = mail.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def error(result: Json) -> str | None:
    return (result.get("error") or {}).get("code")


def problem(result: Json) -> Json:
    """Why a run failed, as a value."""
    found: Json = result["error"]["problem"]
    return found
