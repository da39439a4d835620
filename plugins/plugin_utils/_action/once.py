# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the tasks of all hosts need and one of them makes. Ansible runs each task in a process of its own."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible import constants


def once(name: str, make: Callable[[], Any]) -> Any:
    """A value that JSON can hold: the first task of a run makes it, the others read it.

    It lies in the folder that Ansible makes for one run and removes at its end. ``name``: letters and digits. Outside of a process of
    Ansible's own, and where the folder cannot be used, each call makes it.
    """
    if multiprocessing.parent_process() is None:
        return make()
    try:
        with (Path(constants.DEFAULT_LOCAL_TMP) / f"pkcs12_{name}.json").open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # the others wait, and it ends with this process
            file.seek(0)
            if made := file.read():
                return json.loads(made)
            value = make()
            file.write(json.dumps(value))
            return value
    except (OSError, ValueError):
        return make()
