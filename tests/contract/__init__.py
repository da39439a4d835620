# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract of the two drivers: cases as data, run on every kind of workstation through the bytes that Ansible really sends."""
