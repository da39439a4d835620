# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller and the drivers each say in their own language is the same."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import PROOF_PREFIX
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import SOFTWARE_PROVIDERS

MODULE_UTILS = Path(__file__).resolve().parents[2] / "plugins" / "module_utils"
ELEMENT, PRIVATE_KEY = (
    (MODULE_UTILS / name).read_text(encoding="utf-8") for name in ("_Element.psm1", "_PrivateKey.psm1")
)


def test_both_know_the_same_software_providers() -> None:
    constants = dict(re.findall(r"^\$(\w+) = '([^']+)'", ELEMENT, re.MULTILINE))
    block = re.search(r"^\$softwareProviders = (.*?)\n\n", ELEMENT, re.DOTALL | re.MULTILINE)
    assert block
    named = [re.sub(r"\$(\w+)", lambda found: constants[found[1]], part) for part in re.split(r",\s*", block[1])]
    assert sorted(part.strip("'\"") for part in named) == sorted(SOFTWARE_PROVIDERS)


def test_both_put_the_same_prefix_before_a_nonce() -> None:
    written = re.search(r'ASCII.GetBytes\("([^"]+)"\)', PRIVATE_KEY)
    assert written
    assert written[1].replace("`0", "\0").encode("ascii") == PROOF_PREFIX
