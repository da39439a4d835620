# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real ansible against a listener."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from unit.lab.winrm.clients import PASSWORD, USER

PROBE = """#!powershell
#AnsibleRequires -Wrapper
@{ changed = $false; answer = $complex_args.question; edition = $PSVersionTable.Platform } | ConvertTo-Json -Compress
"""


class Controller:
    """One task at a time, with a module ``probe`` in a library of its own, and nothing of the user's configuration."""

    def __init__(self, folder: Path, port: int, transport: str, password: str = PASSWORD) -> None:
        (folder / "library").mkdir(exist_ok=True)
        (folder / "library" / "probe.ps1").write_text(PROBE)
        (folder / "ansible.cfg").touch()
        self._environment = {
            **os.environ,
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_LIBRARY": str(folder / "library"),
            "ANSIBLE_NOCOLOR": "1",
        }
        self._variables = {
            "ansible_connection": "winrm",
            "ansible_host": "127.0.0.1",
            "ansible_port": port,
            "ansible_winrm_scheme": "http",
            "ansible_winrm_transport": transport,
            "ansible_winrm_message_encryption": "always" if transport == "ntlm" else "never",
            "ansible_user": USER,
            "ansible_password": password,
            # Ansible asks once more after 20 s, and the tests count what it asks; PowerShell may take longer to start on a busy machine.
            "ansible_winrm_operation_timeout_sec": 60,
            "ansible_winrm_read_timeout_sec": 70,
        }

    def task(self, module: str, arguments: str = "", *options: str) -> str:
        """Runs one task; gives all that ansible prints."""
        command = [sys.executable, "-m", "ansible", "adhoc", "ws", "-i", "ws,", "-m", module, "-a", arguments]
        variables = ["-e", json.dumps(self._variables), *options]
        done = subprocess.run(
            [*command, *variables], env=self._environment, capture_output=True, text=True, timeout=120, check=False
        )
        return done.stdout + done.stderr
