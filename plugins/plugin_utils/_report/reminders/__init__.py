# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Reminders by mail: who is reminded of what, what was sent already, and the mails."""

from __future__ import annotations
