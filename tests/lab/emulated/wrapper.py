# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the wrappers of ansible-core answer where no driver begins: their JSON has the message, and the error with its trace."""

from __future__ import annotations

from typing import Any

from lab.emulated.errors import BecomeError, NoDriverError
from lab.manifest import Manifest

Json = dict[str, Any]

UP_TO_2_18 = "module_powershell_wrapper.ps1"
"""A wrapper that ansible-core has not had since."""
EXIT_CODE = (
    'Cannot convert argument "exitCode", with value: "3221225794", for "SetShouldExit" to type "System.Int32": '
    '"Value was either too large or too small for an Int32."'
)
"""How PowerShell takes the exit code STATUS_DLL_INIT_FAILED, which Ansible.Process has as an unsigned number."""
NO_FOLDER = 'Exception calling "CompileAssemblyFromSource" with "2" argument(s): "Could not find a part of the path."'
"""``New-Item`` could not make the folder for the compiler. Its error ends nothing in a module of PowerShell."""


def become_failure(error: BecomeError) -> Json:
    """What exec_wrapper.ps1 writes when become_wrapper.ps1 throws."""
    said = f'Exception calling "CreateProcessAsUser" with "9" argument(s): "{error}"'
    return {"failed": True, "msg": f"failure during exec_wrapper: {said}", "exception": said}


def no_driver(error: NoDriverError, manifest: Manifest) -> Json:
    """What it writes when the process ended before the driver began."""
    old = any(action.name == UP_TO_2_18 for action in manifest.actions)
    if error.compiler:
        said, identifier, lead = (
            NO_FOLDER,
            "DirectoryNotFoundException",
            "failed to run exec_wrapper action module_powershell_wrapper",
        )
        scripts = ("<No file>", "<No file>") if old else ("Ansible.ModuleUtils.AddType.psm1", "module_wrapper.ps1")
        trace = f"at Add-CSharpType, {scripts[0]}: line 379\r\nat <ScriptBlock>, {scripts[1]}: line 199"
    else:
        said, identifier, lead = EXIT_CODE, "MethodArgumentConversionInvalidCastArgument", "failed to become user"
        trace = f"at <ScriptBlock>, {'<No file>' if old else 'become_wrapper.ps1'}: line 98"
    return {
        "failed": True,
        "msg": f"internal error: {lead}: {said}" if old else f"failure during exec_wrapper: {said}",
        "exception": f"{said}\r\n+ FullyQualifiedErrorId : {identifier}\r\n\r\nScriptStackTrace:\r\n{trace}",
    }
