# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The issuer's delivery mails in, from files and from IMAP, and the mails of reports and reminders out."""

from __future__ import annotations
