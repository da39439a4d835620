# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import is_constrained

UTILS = (
    "failure during exec_wrapper: Cannot run untrusted PowerShell script 'hospital_it.pkcs12.store_inventory.ps1' "
    "in ConstrainedLanguage mode with module util imports."
)
LOCKED = {
    "a signed wrapper": {"failed": True, "msg": UTILS},
    "a signed driver with an unsigned utility": {
        "failed": True,
        "msg": "PowerShell module util 'ansible_collections.x._Store' is not trusted and cannot be loaded.",
    },
    "a driver that the site's list names": {"msg": "Provided script for 'x.ps1' is marked as unsupported in CLM mode."},
    "Windows PowerShell, localised": {
        "msg": "MODULE FAILURE",
        "module_stderr": "L'appel est refusé.\r\n+ FullyQualifiedErrorId : MethodInvocationNotSupportedInConstrainedLanguage",
    },
    "PowerShell 7": {
        "msg": "Module result deserialization failed: No start of json char found",
        "module_stderr": "     | Cannot invoke method. Method invocation is supported only on core types in this\r\n"
        "     | language mode.",
    },
    "a process of become, in CLIXML": {
        "msg": "MODULE FAILURE",
        "module_stderr": '#< CLIXML\r\n<Objs Version="1.1.0.1"><S S="Error">    + FullyQualifiedErrorId : MethodInvocationNotSupported'
        'InConstrained_x000D__x000A_</S><S S="Error">   Language_x000D__x000A_</S></Objs>',
    },
    "broken at the width of a console": {"module_stdout": "MethodInvocationNotSupportedInConstrained\r\n    Language"},
}
OTHERS = {
    "a driver's own refusal": {"failed": True, "protocol": 1, "msg": "store_inventory refuses the request: protocol"},
    "nothing": {},
    "another failure of the wrapper": {
        "failed": True,
        "msg": "failure during exec_wrapper: Access is denied",
        "module_stderr": None,
    },
}


@pytest.mark.parametrize("answer", LOCKED.values(), ids=LOCKED)
def test_restricted_powershell_is_known_in_every_form(answer: dict[str, object]) -> None:
    assert is_constrained(answer)


@pytest.mark.parametrize("answer", OTHERS.values(), ids=OTHERS)
def test_other_failures_are_not_taken_for_it(answer: dict[str, object]) -> None:
    assert not is_constrained(answer)
