# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What all actions share. Beside the transport of ``_delivery``, the only package that uses Ansible."""

from __future__ import annotations
