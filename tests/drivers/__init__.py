# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only Windows PowerShell shows: the real drivers, by Ansible and by the kit, under Wine."""
