# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lab.authority import Authority, Dialect

PASSPHRASE = "Ve\u0301rifié-4711"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create()


@pytest.mark.openssl
@pytest.mark.parametrize(
    ("dialect", "cipher", "mac", "options"),
    [
        ("modern", "AES-256-CBC", "MAC: sha256", []),
        ("3des", "pbeWithSHA1And3-KeyTripleDES-CBC", "MAC: sha1", []),
        ("rc2-40", "pbeWithSHA1And40BitRC2-CBC", "MAC: sha1", ["-legacy"]),
    ],
)
def test_openssl_sees_the_dialect(
    authority: Authority, tmp_path: Path, dialect: Dialect, cipher: str, mac: str, options: list[str]
) -> None:
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=PASSPHRASE, dialect=dialect, friendly_name="SISERI")
    file = tmp_path / issued.file_name
    file.write_bytes(issued.data)
    command = ["openssl", "pkcs12", "-info", "-nokeys", *options, "-in", str(file), "-passin", "stdin"]
    done = subprocess.run(command, input=PASSPHRASE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(cipher) == 2
    assert mac in done.stderr
    assert done.stdout.count("BEGIN CERTIFICATE") == 3
    assert "friendlyName: SISERI" in done.stdout
