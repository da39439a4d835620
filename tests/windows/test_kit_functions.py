# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kit calculates, by running its own functions in PowerShell for Linux of the Windows test bed."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo
from contract.fixture_certificates import fixture_certificate
from contract.kit import HARNESS, ROOT
from lab.emulated.element import pack, properties
from lab.emulated.store import CAPI_PROVIDERS, CNG_PROVIDER
from lab.wine import bed

pytestmark = pytest.mark.windows

ALIAS = "{00000000-0000-0000-0000-000000000001}"
IMPORT = "Import-Module {paths} -DisableNameChecking\n"


def powershell(script: str, *modules: str) -> Any:
    """What a script says in JSON, with these modules of the kit."""
    where = bed()
    assert where is not None
    paths = [ROOT / "plugins" / "module_utils" / "_Element.psm1", *(HARNESS / f"{name}.psm1" for name in modules)]
    begin = "$ErrorActionPreference = 'Stop'\n" + IMPORT.format(paths=", ".join(f"'{path}'" for path in paths))
    command = [str(where / "bin" / "pwsh"), "-NoProfile", "-NonInteractive", "-Command", begin + script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def renamed(elements: list[bytes], container: str) -> list[bytes]:
    """The elements after the kit has put the real name of a container into them."""
    texts = ", ".join(f"'{element.hex()}'" for element in elements)
    found = powershell(
        f"$known = @{{ '{ALIAS}' = '{container}' }}\n"
        f"$done = foreach ($hex in {texts}) {{\n"
        "    [Convert]::ToHexString((Set-KitContainer -Element ([Convert]::FromHexString($hex)) -Container $known))\n"
        "}\nConvertTo-Json -Compress -InputObject @($done)",
        "KitElement",
    )
    return [bytes.fromhex(text) for text in found]


@pytest.mark.parametrize(
    "name", ["{F0E1D2C3-0000-1111-2222-333344445555}", "short", "hospital_it.pkcs12.key." + "0" * 60]
)
def test_an_element_gets_the_real_name_of_its_container_whatever_its_length(name: str) -> None:
    der = fixture_certificate("jeanne-2026").der
    cng = KeyProvInfo(ALIAS, CNG_PROVIDER, 0, 0, 0)
    capi = KeyProvInfo(ALIAS, CAPI_PROVIDERS[1], 1, 0x20, 1)
    other = pack(properties(der, KeyProvInfo(ALIAS.replace("1", "2"), CNG_PROVIDER, 0, 0, 0)))
    elements = [pack(properties(der, link, "Mes soins", True)) for link in (cng, capi)]
    expected = [pack(properties(der, replace(link, container=name), "Mes soins", True)) for link in (cng, capi)]
    untouched = [other, pack(properties(der)), b"no element"]
    assert renamed([*elements, *untouched], name) == [*expected, *untouched]
