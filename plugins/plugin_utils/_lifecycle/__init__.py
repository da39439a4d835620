# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The work on one holder's certificates: present, absent, proof of keys; one transaction, verified and written down as evidence."""

from __future__ import annotations
