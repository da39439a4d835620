# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replaces the script with which ansible-test installs pip into an empty environment, if the script's address is blocked.

ansible-test looks for it as ``~/.ansible/test/cache/get_pip_<version>.py`` before it downloads one, and calls it with
the wanted packages (``pip==25.2``) among options. The pip that Python carries fetches them from the usual index.
"""

from __future__ import annotations

import os
import subprocess
import sys


def main() -> None:
    """Installs the packages named on the command line into the running interpreter's environment."""
    wanted = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    # GET_PIP would make the pip called here start this script again.
    environment = {name: value for name, value in os.environ.items() if name != "GET_PIP"}
    for command in (["ensurepip"], ["pip", "install", "--quiet", "--disable-pip-version-check", *wanted]):
        subprocess.run([sys.executable, "-m", *command], check=True, env=environment, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
