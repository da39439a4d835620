# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates the issuer's mails deliver. See ansible-doc hospital_it.pkcs12.delivery_info."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.delivery_options import (
    delivery_rules,
    mail_source,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.delivery_run import (
    delivery_result,
    read_deliveries,
)


class ActionModule(Pkcs12Action):
    """The argument spec and the call."""

    SPEC = ArgumentSpec(
        options={
            "mail_source": {
                "type": "str",
                "required": True,
                "choices": ["eml", "mbox", "maildir", "imap"],
                "site": True,
            },
            "mail_path": {"type": "path", "site": True},
            "imap_host": {"type": "str", "site": True},
            "imap_port": {"type": "int", "default": 0, "site": True},
            "imap_security": {"type": "str", "default": "tls", "choices": ["tls", "starttls"], "site": True},
            "ca_path": {"type": "path", "site": True},
            "imap_username": {"type": "str", "site": True},
            "imap_password": {"type": "str", "no_log": True, "site": True},
            "imap_folder": {"type": "str", "default": "INBOX", "site": True},
            "server_timeout": {"type": "int", "default": 30, "site": True},
            "since_days": {"type": "int", "site": True},
            "max_mail_bytes": {"type": "int", "default": 2_000_000},
            "max_mails": {"type": "int", "default": 1000},
            "issuer_senders": {"type": "list", "elements": "str", "required": True, "site": True},
            "mail_subject_pattern": {"type": "str", "required": True, "site": True},
            "access_subject_pattern": {"type": "str", "site": True},
            "url_pattern": {"type": "str", "default": r"""(?i)(https?://[^\s<>"']+)""", "site": True},
            "code_pattern": {"type": "str", "default": r"(?i)code de retrait(?:\s*\d+)?\s*:\s*(\S+)", "site": True},
            "name_pattern": {
                "type": "str",
                "default": r"(?m)^(?:Madame|Monsieur|Mme|M\.)\s+([^\n,;:]+?)\s*,?\s*$",
                "site": True,
            },
            "mail_authorisation_pattern": {
                "type": "str",
                "site": True,
                "default": r"(?i)autorisation\s*(?:n\s*[°o]\.?)?\s*:?\s*([A-Z]{0,5}-?\d[A-Z0-9-]{3,20})",
            },
            "allowed_hosts": {"type": "list", "elements": "str", "required": True, "site": True},
            "authenticate": {
                "type": "str",
                "required": True,
                "choices": ["none", "authentication_results"],
                "site": True,
            },
            "authserv_id": {"type": "str", "site": True},
            "forwarders": {"type": "list", "elements": "str", "default": [], "site": True},
            "inline_forwards": {"type": "bool", "default": False, "site": True},
            "include_codes": {"type": "bool", "default": True},
            "collect_authorisations": {"type": "list", "elements": "str", "site": "run"},
            "known_authorisations": {"type": "list", "elements": "str"},
            "move_to": {"type": "str", "site": True},
            "move_message_ids": {"type": "list", "elements": "str"},
        },
        required_if=[
            ["mail_source", "eml", ["mail_path"]],
            ["mail_source", "mbox", ["mail_path"]],
            ["mail_source", "maildir", ["mail_path"]],
            ["mail_source", "imap", ["imap_host", "imap_username", "imap_password"]],
            ["authenticate", "authentication_results", ["authserv_id"]],
        ],
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        started = now()
        rules = delivery_rules(task.options, started, no_log=task.no_log)
        moves = rules.moves and not task.check_mode
        source = mail_source(task.options, rules, moves=moves)
        reading = read_deliveries(source, rules, started, check_mode=task.check_mode)
        return delivery_result(reading, rules)
