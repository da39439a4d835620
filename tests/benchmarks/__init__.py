# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m benchmarks``: what the collection costs on the wire, counted; and on Windows PowerShell, compared."""
