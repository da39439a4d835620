# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12: what each attribute means, for the documentation files (sidecars) of its modules.

from __future__ import annotations


class ModuleDocFragment:
    """Attribute texts. A sidecar names the pieces that it needs and adds ``support`` and, where it helps, ``details``."""

    DOCUMENTATION = """
options: {}
attributes:
  check_mode:
    description: In check mode, reports what would change, and changes nothing.
  diff_mode:
    description: In diff mode, shows the certificates before and after.
  idempotent:
    description:
      - A second run with the same arguments changes nothing, if the workstation was not changed in between.
      - Certificates expire. A second run on another day may find a certificate that is due.
"""

    ACTION = """
options: {}
attributes:
  action:
    description: Runs on the controller, where files and secrets stay, and calls the workstation only when needed.
  async:
    description: Works with the C(async) keyword.
  bypass_host_loop:
    description: Runs once for all hosts of the play, not once for each host.
"""

    ACTIONGROUP = """
options: {}
attributes:
  action_group:
    description: Takes its defaults from C(module_defaults) of the group named here.
    support: full
    membership:
      - hospital_it.pkcs12.pkcs12
"""

    WORKSTATION = """
options: {}
attributes:
  platform:
    description: What runs on the target.
    support: full
    platforms: windows
"""

    CONTROLLER = """
options: {}
attributes:
  platform:
    description: What runs on the target. This module never calls the target, so any target is possible.
    support: full
    platforms: posix, windows
"""

    DRIVER = """
options: {}
attributes:
  action:
    description: Low level. Runs on the workstation without an action plugin. The actions of this collection call it.
    support: none
"""

    INFO = """
options: {}
attributes:
  check_mode:
    description: In check mode, does the same as in a normal run, because it only reads.
    support: full
  diff_mode:
    description: In diff mode, has nothing to show, because it only reads.
    support: N/A
  idempotent:
    description: The module only reads, so it never reports a change.
    support: full
"""
