# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Decisions: whose a certificate is, how long it is valid, which ones are removed, and the steps of an exchange. Pure."""

from __future__ import annotations
