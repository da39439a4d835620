# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``ansible_facts.pkcs12``: its schema, how it is built from an inventory, and how earlier facts are read back. Pure."""

from __future__ import annotations
