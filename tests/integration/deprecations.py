# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays in which nothing may use what the ansible-core that runs them will take away."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.ansible_playbook import AnsiblePlaybook, chosen_way

MARK = "[DEPRECATION WARNING]"
OF_THE_SITE = "could not be decoded as 'utf-8'"
"""A file that a test makes wrong on purpose."""


class DeprecatedError(AssertionError):
    """Ansible has said so; the text is what it said."""


def refusing() -> AnsiblePlaybook:
    """The way that is chosen now, which raises ``DeprecatedError`` for such a play."""
    way = chosen_way()

    def checked(
        arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        ended = way(arguments, {**environment, "ANSIBLE_DEPRECATION_WARNINGS": "1"}, folder)
        told = [part for part in (ended.stdout + ended.stderr).split(MARK)[1:] if OF_THE_SITE not in part]
        if told:
            raise DeprecatedError(MARK + MARK.join(told))
        return ended

    return checked
