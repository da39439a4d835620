# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A registration authority that issues personal certificates as PKCS#12 files, in the dialects that issuers write."""

from __future__ import annotations

from lab.authority.authority import Authority, IssuedBundle, KeyKind
from lab.authority.dialect import Dialect, PrivateKey, write_bundle

__all__ = ["Authority", "Dialect", "IssuedBundle", "KeyKind", "PrivateKey", "write_bundle"]
