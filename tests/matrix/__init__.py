# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every supported line of ansible-core: which there are, what is tried with each, and the table that says what came of it."""
