# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection promises, a file for each promise: what a workstation holds after a playbook, and what the report then says."""
