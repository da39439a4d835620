# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a certificate is for. The usual combinations are on the page tests/promises/uses.md; here are the odd ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.use import (
    Use,
    check_use,
    opens_old_data,
    use_of,
)
from unit.plugins.plugin_utils.fakes import CLIENT_AUTH, EMAIL, certificate
from unit.plugins.plugin_utils.problems import error_of

ANY, SERVER = "2.5.29.37.0", "1.3.6.1.5.5.7.3.1"
AUTHENTICATION, ENCRYPTION, SIGNATURE, OTHER = Use


@pytest.mark.parametrize(
    ("eku", "key_usage", "use", "refused"),
    [
        # Without an extension nothing is restricted. An empty extendedKeyUsage, which RFC 5280 forbids, names nothing either.
        ((), None, AUTHENTICATION, None),
        ((ANY, SERVER), ("digital_signature",), AUTHENTICATION, None),
        # A keyUsage that names nothing allows nothing.
        (None, (), OTHER, "wrong_key_usage"),
        (None, ("key_cert_sign", "crl_sign"), OTHER, "wrong_key_usage"),
        (None, ("data_encipherment",), ENCRYPTION, "wrong_key_usage"),
        ((CLIENT_AUTH,), ("content_commitment", "key_encipherment"), ENCRYPTION, "wrong_key_usage"),
        ((SERVER,), None, OTHER, "wrong_eku"),
        ((SERVER,), ("digital_signature", "key_agreement"), ENCRYPTION, "wrong_eku"),
        ((EMAIL,), ("digital_signature", "content_commitment"), SIGNATURE, "wrong_eku"),
    ],
)
def test_odd_combinations(
    eku: tuple[str, ...] | None, key_usage: tuple[str, ...] | None, use: Use, refused: str | None
) -> None:
    found = replace(certificate(eku=eku), key_usage=key_usage)
    assert use_of(found) is use
    assert opens_old_data(found) is (use is ENCRYPTION or EMAIL in (eku or ()))
    if refused is None:
        check_use(found)
    else:
        assert error_of(lambda: check_use(found)).code == refused
