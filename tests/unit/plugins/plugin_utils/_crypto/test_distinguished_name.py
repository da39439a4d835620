# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of a name come back out of its string form, whatever the values hold."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import name_text
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.distinguished_name import attribute_values

VALUES = (
    "a\\",
    "a\\,serialNumber=T9",
    "x+serialNumber=T9",
    '#1 "quoted" <b>;',
    " in spaces ",
    "d\u2019H\u00e9rouville",
    "two\nlines",
)


@pytest.mark.parametrize("value", VALUES)
def test_a_value_comes_back_as_it_was(value: str) -> None:
    name = name_text(
        x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
                x509.NameAttribute(NameOID.COMMON_NAME, value),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, "T123456"),
            ]
        )
    )
    assert attribute_values(name, "CN") == (value,)
    assert attribute_values(name, "serialNumber") == ("T123456",)
    assert attribute_values(name, "SN") == ()


def test_an_attribute_may_be_there_twice_and_several_may_stand_together() -> None:
    name = "CN=Jeanne Dupont+serialNumber=T1,serialNumber=T2,O=CHU"
    assert attribute_values(name, "serialNumber") == ("T1", "T2")
    assert attribute_values(name, "CN") == ("Jeanne Dupont",)


@pytest.mark.parametrize(("name", "value"), [("CN=Lef\\C3\\A8vre", "Lef\u00e8vre"), ("CN=a\\00b", "a\0b"), ("CN=", "")])
def test_hexadecimal_pairs_are_bytes_of_utf_8(name: str, value: str) -> None:
    assert attribute_values(name, "CN") == (value,)


def test_what_is_no_name_has_no_attributes() -> None:
    assert attribute_values("", "CN") == attribute_values("Jeanne Dupont", "CN") == ()
