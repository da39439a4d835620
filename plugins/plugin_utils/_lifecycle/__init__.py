# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the tasks do: install and remove certificates, prove keys; each change is one verified transaction with a line of evidence."""

from __future__ import annotations
