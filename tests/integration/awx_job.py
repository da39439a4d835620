# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job of a template in ``docs/awx``, prepared for ansible-runner as AWX prepares it, with credentials brought in as their types say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from consistency.awx import PROJECT, Data, load, named
from lab.hospital import CONNECTION_ACCOUNT, Hospital
from lab.playbook import ROOT

MOUNTED = "/srv/pkcs12"
ISSUER = "CN=Registry Users CA"
"""The issuer in the configuration, which each site replaces by its own."""
PASSWORD_PROMPT = r"SSH password:\s*?$"
JINJA = ImmutableSandboxedEnvironment()


class _Dumper(yaml.SafeDumper):  # type: ignore[misc] # yaml has no types
    """Writes text that is no template, whatever is in it: what people typed, and what credentials hold."""


_Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("!unsafe", text))


@dataclass(frozen=True, slots=True)
class Job:
    """``secrets``: the inputs of each credential, by its name. ``answers``: to the survey. ``number``: what AWX calls the job.

    ``facts``: what AWX has kept, as the fact cache of an earlier job. ``hosts``: the script that is the inventory of the job in AWX;
    without one the job has that of the hospital.
    """

    template: Data
    secrets: Mapping[str, Mapping[str, str]] = field(repr=False)
    answers: Mapping[str, Any] = field(default_factory=dict)
    number: int = 42
    facts: Path | None = None
    hosts: Path | None = None

    def prepare(self, data: Data, hospital: Hospital, controller: Path, worker: Path) -> None:
        """Fills ``controller``, from where the job is sent; ``worker`` is where it is going to be unpacked."""
        env = controller / "env"
        env.mkdir(parents=True, mode=0o700)
        shutil.copytree(PROJECT, controller / "project")
        (controller / "inventory").mkdir()
        if self.hosts:
            shutil.copy(self.hosts, controller / "inventory" / "hosts")
        else:
            _write(controller / "inventory" / "hosts.yml", json.dumps(inventory(hospital), ensure_ascii=False))
        if self.facts:
            shutil.copytree(self.facts, controller / "artifacts" / str(self.number) / "fact_cache")
        account, arguments = ["-u", "root"], ["--diff"]
        for number, credential in enumerate(self.template["credentials"]):
            kind = named(data, "controller_credentials", credential)["credential_type"]
            inputs = self.secrets[credential]
            if kind == "Machine":
                account = ["-u", CONNECTION_ACCOUNT, "--ask-pass"]
                _write(env / "passwords", json.dumps({PASSWORD_PROMPT: inputs["password"]}))
                continue
            injectors = named(data, "controller_credential_types", kind)["injectors"]
            _write(env / f"extra{number}", _inject(injectors, inputs, env, worker / "env"))
            arguments += ["-e", f"@{worker}/env/extra{number}"]
        _write(env / "extravars", self._extra_vars(hospital))
        _write(env / "cmdline", " ".join(f"'{argument}'" for argument in account + arguments))
        _write(env / "envvars", json.dumps(_environment(worker)))

    def _extra_vars(self, hospital: Hospital) -> str:
        """Only what the template itself has may be a template. The folders that AWX mounts are the hospital's."""
        given = json.dumps(self.template.get("extra_vars", {}))
        own = json.loads(given.replace(MOUNTED, str(hospital.folder)).replace(ISSUER, "CN=AC Personnes"))
        for folder in own.get("pkcs12_required_folders", ()):
            Path(folder).mkdir(exist_ok=True)
        survey = self.template.get("survey_spec", {"spec": []})["spec"]
        asked = {question["variable"]: question["default"] for question in survey if "default" in question}
        unsafe = {**asked, **self.answers, "awx_job_id": self.number}
        return f"{yaml.safe_dump(own) if own else ''}{_dump(unsafe)}"


def inputs_of(hospital: Hospital, passphrases: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """What credentials of the configuration hold, by their names: the password, and the passphrases as people type them."""
    return {
        "Workstations (WinRM)": {"password": hospital.connection_password},
        "Passphrases of the bundles": {"passphrases": json.dumps(passphrases, ensure_ascii=False)},
    }


def _inject(injectors: Data, inputs: Mapping[str, str], here: Path, there: Path) -> str:
    """Writes the files of a custom credential type and returns its extra variables, which may name the files."""
    names: dict[str, str] = {}
    for label, template in injectors.get("file", {}).items():
        name = label.partition(".")[2]
        names[name] = str(there / f"file_{name}")
        _write(here / f"file_{name}", JINJA.from_string(template).render(inputs))
    known = {**inputs, "tower": {"filename": names}}
    return _dump(_filled_in(injectors.get("extra_vars", {}), known))


def _filled_in(part: Any, known: Mapping[str, Any]) -> Any:
    """Each text in a part of an injector, as a template of its own."""
    if isinstance(part, dict):
        return {key: _filled_in(value, known) for key, value in part.items()}
    return JINJA.from_string(part).render(known)


def inventory(hospital: Hospital) -> Data:
    """The hospital's without account and password, which the credential has, but with the project's controller."""
    known: Data = yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))
    del known["all"]["vars"]["ansible_password"]
    known["all"]["hosts"] = load(PROJECT / "inventory" / "hosts.yml")["all"]["hosts"]
    for host in known["all"]["children"]["workstations"]["hosts"].values():
        del host["ansible_user"]
    return known


def _environment(worker: Path) -> Mapping[str, str]:
    """What the execution environment brings: the collection. And nothing outside of the worker's folder is written to."""
    home = worker / "home"
    places = {"ANSIBLE_HOME": str(home), "ANSIBLE_LOCAL_TEMP": str(home / "tmp")}
    return {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"), "LC_ALL": "C.UTF-8", **places}


def _dump(values: Mapping[str, Any]) -> str:
    return str(yaml.dump(dict(values), Dumper=_Dumper))


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
