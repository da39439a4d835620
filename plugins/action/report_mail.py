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
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.atomic_files import read_bytes
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.message import (
    Attachment,
    MailContent,
    compose,
    recipients,
    size_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.smtp import (
    SERVER_OPTIONS,
    send,
    server_of,
)


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            **SERVER_OPTIONS,
            "mail_host": {**SERVER_OPTIONS["mail_host"], "required": True},
            "mail_sender": {**SERVER_OPTIONS["mail_sender"], "required": True},
            "to": {"type": "list", "elements": "str", "required": True},
            "mail_subject": {"type": "str", "required": True},
            "body": {"type": "str", "required": True},
            "attachments": {"type": "list", "elements": "path", "default": []},
            "max_mail_bytes": {"type": "int", "default": 10_000_000},
        },
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        server = server_of(options)
        files = [Attachment(Path(path).name, read_bytes(Path(path))) for path in options["attachments"]]
        content = MailContent(
            options["mail_sender"], options["to"], options["mail_subject"], options["body"], files, kind="report"
        )
        message = compose(content, now())
        size = size_of(message, options["max_mail_bytes"])
        if not task.check_mode:
            send(message, server)
        people = recipients(message)
        return {
            "changed": True,
            "recipients": people,
            "size": size,
            "msg": Problem("done.report_mailed", {"size": size, "people": tuple(people)}),
        }
