# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes that are planted in the product, in its data or in the lab: a suite that would not see one is red."""
