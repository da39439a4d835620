# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Disk and network for the other packages: durable files, locks, the vault file, requests and TLS."""

from __future__ import annotations
