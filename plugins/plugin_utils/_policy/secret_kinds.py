# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The two kinds of secrets that an inventory has in mappings, and how their keys are compared. Pure."""

from __future__ import annotations

from .._crypto.passphrases import SecretKind
from .accounts import account_key
from .names import number_key

PASSPHRASE = SecretKind(number_key, "bad_arguments.passphrase_is_no_text")
PASSWORD = SecretKind(account_key, "bad_arguments.password_is_no_text")
