# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The batches of a play. See ansible-doc -t filter hospital_it.pkcs12.batches."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import Words

BATCH = re.compile(r"0*[1-9]\d*%?", re.ASCII)
EVERYBODY = "100%"


def batches(given: Any, language: Any = "") -> list[Any]:
    """The sizes as Ansible's ``serial`` takes them. Ansible reads it before the first task, and would end with a traceback."""
    if given is None or (isinstance(given, str) and not given.strip()):
        return [EVERYBODY]
    every = given if isinstance(given, (list, tuple)) else [given]
    sizes = [
        each.strip() if isinstance(each, str) else each for each in every
    ]  # Ansible takes no space after a percent sign
    if sizes and all(BATCH.fullmatch(str(size)) for size in sizes):
        return sizes
    raise AnsibleFilterError(Words(str(language)).of(Problem("bad_arguments.serial", {"given": str(given)})))


class FilterModule:
    """The filter, by its name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"batches": batches}
