# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWX for tests, from environment variables, and the configuration as that AWX can use it."""

from __future__ import annotations

import copy
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from awx.api import Account, Awx
from consistency.awx import Data, configuration

PREFIX = "PKCS12_AWX_"
VARIABLES = {
    "URL": "address of an AWX for tests, for example https://awx.test.example; everything else needs it",
    "TOKEN": "token of an administrator, or USERNAME and PASSWORD",
    "USERNAME": "administrator",
    "PASSWORD": "its password",
    "CA": "file with the authority of the certificate of AWX, in PEM",
    "PROJECT": "git URL, without a logon, of a project like docs/awx/project; AWX fetches it",
    "IMAGE": "image of the execution environment",
    "VARIANT": "kubernetes or execution_nodes, for its instance groups; without it the tests use the group default",
    "REGISTER": "the spreadsheet that the updates read, as a file that this machine may write",
    "CREDENTIALS": "JSON file, credential name -> inputs, with which jobs reach the workstations of the project",
}


@dataclass(frozen=True, slots=True)
class Site:
    """What the environment names. ``inputs``: those of credentials; empty when no workstation can be reached.

    ``register``: the spreadsheet; None where no test may write it.
    """

    api: Awx
    project: str
    image: str
    variant: str
    register: Path | None
    inputs: Mapping[str, Mapping[str, str]] = field(repr=False)


def address(environment: Mapping[str, str] | None = None) -> str:
    """The address of the AWX, or an empty text without one. ``environment``: that of the process unless it is given."""
    return (os.environ if environment is None else environment).get(f"{PREFIX}URL", "")


def site(environment: Mapping[str, str] | None = None) -> Site:
    """Raises ``KeyError`` for a variable that is missing, ``OSError`` or ``ValueError`` for a file that cannot be read."""
    __tracebackhide__ = True  # pytest would show its variables
    known = os.environ if environment is None else environment
    given = {name: known.get(PREFIX + name, "") for name in VARIABLES}
    needed = ["URL", "PROJECT", "IMAGE"] + ([] if given["TOKEN"] else ["USERNAME", "PASSWORD"])
    for name in needed:
        if not given[name]:
            raise KeyError(f"{PREFIX}{name} is not set: {VARIABLES[name]}")
    account = Account(given["TOKEN"], given["USERNAME"], given["PASSWORD"])
    inputs: Mapping[str, Mapping[str, str]] = {}
    if given["CREDENTIALS"]:
        with open(given["CREDENTIALS"], encoding="utf-8") as file:  # noqa: PTH123 - a path as the tester typed it
            inputs = json.load(file)
    return Site(
        Awx(given["URL"], account, given["CA"] or None),
        given["PROJECT"],
        given["IMAGE"],
        given["VARIANT"],
        Path(given["REGISTER"]) if given["REGISTER"] else None,
        inputs,
    )


class Hidden(dict[str, Any]):
    """A configuration with secrets, of which a failed test shows nothing."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self)})"


def adapted(site: Site) -> Data:
    """The configuration with the project and the image of the site. Nothing in it reaches a server of the example."""
    __tracebackhide__ = True
    data: Data = copy.deepcopy(configuration(site.variant or "kubernetes"))
    for image in data["controller_execution_environments"]:
        image["image"] = site.image
    for project in data["controller_projects"]:
        # Without the key an AWX in use would keep its own credential, whose deploy key is in a vault.
        project |= {"scm_url": site.project, "scm_branch": "", "credential": None}
    for credential in data["controller_credentials"]:
        credential["inputs"] = {**credential.get("inputs", {}), **site.inputs.get(credential["name"], {})}
        for name, value in credential["inputs"].items():
            if "{{" in value:
                credential["inputs"][name] = secrets.token_urlsafe(16)
    # With the secrets given, no vault is asked for them.
    data["controller_credential_input_sources"] = [
        source
        for source in data["controller_credential_input_sources"]
        if not any(word in site.inputs.get(source["target_credential"], {}) for word in [source["input_field_name"]])
        and not site.inputs
    ]
    if not site.variant:
        _use_the_default_group(data)
    return Hidden({variable: entries for variable, entries in data.items() if entries})


def _use_the_default_group(data: dict[str, Any]) -> None:
    """Jobs run where the AWX for tests runs its other jobs."""
    del data["controller_instance_groups"]
    for each in (*data["controller_templates"], *data["controller_inventories"]):
        if each.get("instance_groups"):
            each["instance_groups"] = ["default"]
