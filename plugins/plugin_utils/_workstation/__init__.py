# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""A workstation as its two drivers show it: their protocol, the holder's account, what failures mean, and the preflight checks."""

from __future__ import annotations
