# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the definition of the execution environment promises: facts that AWX reads, Kerberos with its tickets, and time zones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consistency.awx import Data

FORM = "ENV ANSIBLE_CACHE_JSONFILE_PERSIST_METADATA=False"
"""Facts in the form that AWX reads. ansible-core knows it from 2.22 on; 2.18 has no other form."""
CORES = {("ansible-core>=2.18,<2.19", "python3.12"), ("ansible-core>=2.22,<2.23", "python3.13")}
"""Those between have another form, and 2.22 needs Python 3.13."""
PACKAGE = re.compile(r"(?P<name>[\w.-]+) \[platform:rpm(?P<compile> compile)?\]")


def problems(definition: Data) -> Iterator[str]:
    """What is wrong with it, in sentences."""
    depends = definition["dependencies"]
    core, python = depends["ansible_core"]["package_pip"], depends["python_interpreter"]["package_system"]
    if (core, python) not in CORES:
        yield f"AWX finds no facts of {core} with {python}, or they do not fit"
    if depends["python_interpreter"]["python_path"] != f"/usr/bin/{python}":
        yield f"the path is not that of {python}"
    if FORM not in definition.get("additional_build_steps", {}).get("append_final", ()):
        yield f"the image does not have {FORM}"
    packages = {
        found["name"]: bool(found["compile"]) for each in depends["system"] if (found := PACKAGE.fullmatch(each))
    }
    for name, is_compiled in {
        "krb5-workstation": False,
        "gcc": True,
        "krb5-devel": True,
        f"{python}-devel": True,
    }.items():
        if packages.get(name) is not is_compiled:
            yield f"{name} is not {'where Kerberos is compiled' if is_compiled else 'in the image itself'}"
    names = {re.split(r"[>=<]", each)[0] for each in depends["python"]}
    for name in sorted({"pywinrm[kerberos]", "tzdata"} - names):
        yield f"the image does not have {name}"
