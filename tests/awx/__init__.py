# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the configuration in ``docs/awx`` to an AWX for tests, compares, and tries what the guide says of it."""
