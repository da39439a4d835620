# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""From bytes to values: X.509 certificates, PKCS#12 files, serialized certificate elements. The only package that uses ``cryptography``."""

from __future__ import annotations
