# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renewals that are hit by a fault at every point where they can be, and what must hold all the same."""
