# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12: what each attribute means, for the sidecars of its modules.

from __future__ import annotations


class ModuleDocFragment:
    """Attribute texts. A sidecar names the pieces it has and adds ``support`` and, where it helps, ``details``."""

    DOCUMENTATION = """
options: {}
attributes:
  check_mode:
    description: In check mode, tells what would change and changes nothing.
  diff_mode:
    description: In diff mode, shows the certificates before and after.
  idempotent:
    description:
      - When run again with the same arguments, on a workstation that nobody touched in between, it changes nothing.
      - Certificates grow old. A second run on another day may find one that is due.
"""

    ACTION = """
options: {}
attributes:
  action:
    description: Runs on the controller, where files and secrets stay, and calls the workstation only as far as needed.
  async:
    description: Works with the C(async) keyword.
  bypass_host_loop:
    description: Runs once for all hosts of the play and not once for each.
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
    description: What runs on the target. This one never calls it, so any target will do.
    support: full
    platforms: posix, windows
"""

    DRIVER = """
options: {}
attributes:
  action:
    description: Low level. Runs on the workstation as it is; the documented actions of this collection call it.
    support: none
"""

    INFO = """
options: {}
attributes:
  check_mode:
    description: In check mode, does what it always does, as it only reads.
    support: full
  diff_mode:
    description: In diff mode, has nothing to show, as it only reads.
    support: N/A
  idempotent:
    description: It only reads, so it never reports a change.
    support: full
"""
