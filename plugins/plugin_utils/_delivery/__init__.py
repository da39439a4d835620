# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What leads to a bundle and what it leads to: delivery mails, the registration authority's pages, the portal, and durable files."""

from __future__ import annotations
