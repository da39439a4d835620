# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What something cheaper shows, too: each contract case and each target by itself on Windows PowerShell."""
