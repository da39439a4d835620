# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A TLS handshake with a portal that shows a certificate, and what the portal made of it."""

from __future__ import annotations
