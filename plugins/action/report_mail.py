# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the files of a report by mail, from the controller. See ansible-doc hospital_it.pkcs12.report_mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import counted
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.delivery.atomic_files import read_bytes
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.delivery.message import (
    Attachment,
    MailContent,
    compose,
    recipients,
    size_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.delivery.smtp import (
    PORTS,
    Server,
    check_plaintext,
    send,
)


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            "host": {"type": "str", "required": True},
            "port": {"type": "int"},
            "security": {"type": "str", "choices": list(PORTS), "default": "starttls"},
            "allow_plaintext": {"type": "bool", "default": False},
            "ca_path": {"type": "path"},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "sender": {"type": "str", "required": True},
            "to": {"type": "list", "elements": "str", "required": True},
            "subject": {"type": "str", "required": True},
            "body": {"type": "str", "required": True},
            "attachments": {"type": "list", "elements": "path", "default": []},
            "max_bytes": {"type": "int", "default": 10_000_000},
            "timeout": {"type": "int", "default": 30},
        },
        required_together=[["username", "password"]],
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        server = Server(
            options["host"],
            options["port"] or 0,
            options["security"],
            options["ca_path"],
            options["timeout"],
            options["username"],
            options["password"],
            options["allow_plaintext"],
        )
        check_plaintext(server)
        files = [Attachment(Path(path).name, read_bytes(Path(path))) for path in options["attachments"]]
        content = MailContent(options["sender"], options["to"], options["subject"], options["body"], files)
        message = compose(content, now())
        size = size_of(message, options["max_bytes"])
        if not task.check_mode:
            send(message, server)
        people = recipients(message)
        return {
            "changed": True,
            "recipients": people,
            "size": size,
            "msg": f"A mail of {counted(size, 'byte')} to {', '.join(people)}.",
        }
