# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small hospital on the loopback interface: workstations that answer WinRM, and an authority that issues bundles."""
