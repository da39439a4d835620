# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The options of a report, which are those of reminders too but for what is about files and results. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._facts.holders import HOLDER_OPTIONS
from .._facts.leavers import LEAVERS
from .._facts.site_issuers import ISSUER_OPTIONS
from .._mail.smtp import SERVER_OPTIONS
from .._messages.words import LANGUAGES
from .destinations import NEEDED
from .exceptions import ACCEPTABLE, FAIL_ON
from .formats.file_formats import FILE_FORMATS, USUAL
from .sources import ANNIVERSARY, RENEW_BEFORE_DAYS

HOLDER = {
    key: {**option, "required": key in ("name", "authorisation")}
    for key, option in HOLDER_OPTIONS.items()
    if key != "user"
}
"""Somebody without a workstation."""
EXCEPTION = {
    "authorisation": {"type": "raw", "required": True},
    "workstation": {"type": "str"},
    "what": {"type": "str", "choices": list(ACCEPTABLE), "required": True},
    "reason": {"type": "str", "required": True},
    "until": {"type": "str", "required": True},
}
PLACE = {
    "kind": {"type": "str", "required": True, "choices": list(NEEDED)},
    "formats": {"type": "list", "elements": "str", "choices": list(FILE_FORMATS)},
    "path": {"type": "str"},
    "mode": {"type": "str", "default": "0640"},
    "host": {"type": "str"},
    "url": {"type": "str"},
    "credential": {"type": "str"},
    "to": {"type": "list", "elements": "str"},
    "mail_subject": {"type": "str"},
}
SERVICE = {"name": {"type": "str", "required": True}, "link": {"type": "str"}}
DOCUMENT = {"name": {"type": "str"}, "registry": {"type": "str"}, "link": {"type": "str"}}
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "report_hosts": {"type": "list", "elements": "str"},
    "register_holders": {"type": "list", "elements": "dict", "options": HOLDER, "default": [], "site": True},
    "deliveries": {"type": "dict", "default": {}},
    "leavers": {"type": "raw", "default": [], "site": True},
    "exceptions": {"type": "list", "elements": "dict", "options": EXCEPTION, "default": [], "site": True},
    "crl": {"type": "list", "elements": "str", "default": [], "site": True},
    "crl_issuer_files": {"type": "list", "elements": "path", "default": [], "site": True},
    "crl_hosts": {"type": "list", "elements": "str", "default": [], "site": True},
    "merge_reports": {"type": "list", "elements": "path", "default": [], "site": True},
    "previous_report": {"type": "path", "site": True},
    "compare_reports": {"type": "bool", "default": False, "site": True},
    "report_folder": {"type": "path", "site": True},
    "report_name": {"type": "str", "default": "pkcs12-compliance", "site": True},
    "report_formats": {
        "type": "list",
        "elements": "str",
        "choices": list(FILE_FORMATS),
        "default": USUAL,
        "site": True,
    },
    "report_title": {"type": "str"},
    "report_destinations": {"type": "list", "elements": "dict", "options": PLACE, "default": [], "site": True},
    "mail_host": SERVER_OPTIONS["mail_host"],
    "mail_sender": SERVER_OPTIONS["mail_sender"],
    "credentials": {"type": "dict", "no_log": True, "default": {}, "site": True},
    "establishment": {"type": "str", "site": True},
    "service": {"type": "dict", "options": SERVICE, "site": True},
    "language": {"type": "str", "choices": list(LANGUAGES), "default": "en", "site": True},
    "time_zone": {"type": "str", "default": "UTC", "site": True},
    "report_date": {"type": "str", "site": "run"},
    "renew_before_days": {"type": "int", "default": 40, "site": True},
    "authorisation_anniversary": {"type": "str", "site": True},
    "authorisation_word": {"type": "str", "site": True},
    "authorisation_document": {"type": "dict", "options": DOCUMENT, "site": True},
    "authorisation_due_within_days": {"type": "int", "default": 40, "site": True},
    "facts_max_age_days": {"type": "int", "default": 3, "site": True},
    **ISSUER_OPTIONS,
    "issuer_overdue_days": {"type": "int", "site": True},
    "issuer_contact": {"type": "str", "site": True},
    "issuer_mail_sender": {"type": "str", "site": True},
    "issuer_mail_subject": {"type": "str", "site": True},
    "authorisation_pattern": {"type": "str", "site": True},
    "name_check": {"type": "str", "choices": ["strict", "words", "off"], "default": "words", "site": True},
    "report_query": {"type": "str", "site": True},
    "fail_on": {"type": "list", "elements": "str", "choices": list(FAIL_ON), "default": [], "site": True},
    "settings_only": {"type": "bool", "default": False},
}
"""The options of ``compliance_report``."""

OF_FILES = (
    "report_folder",
    "report_name",
    "report_formats",
    "report_title",
    "report_destinations",
    "mail_host",
    "mail_sender",
    "credentials",
    "compare_reports",
    "name_check",
    "fail_on",
    "settings_only",
)
"""Those about files, remarks and the result, which reminders do not have."""

VARIABLES = ("ansible_facts", "pkcs12_holders", LEAVERS, ANNIVERSARY, RENEW_BEFORE_DAYS)
"""The variables of hosts from which both are made."""
