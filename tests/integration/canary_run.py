# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays that handle secrets of every sort, well and badly, with everything on that could write one down."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from integration.canary import Secret, binary_secret, key_secrets, text_secret
from integration.plays import Json, run_play, tasks
from integration.wiretap import tap
from integration.written_files import Piece, files
from lab.authority import Authority, IssuedBundle
from lab.emulated import Change, DriverError, EmulatedWorkstation, LoggingPolicy, Operation, PlacedFile
from lab.hospital import Hospital
from lab.manifest import Manifest
from lab.people import Person
from lab.playbook import ROOT, Run

INPUTS = {"inventory.yml", "passphrases.yml", "bundles", "secrets.json", "play.yml"}
"""What a site keeps in a vault or on a share, and the play itself, which only names variables."""


@dataclass(slots=True)
class CanaryRun:
    """``secrets`` grows with what the workstations are sent: one-use files and their passphrases exist nowhere else."""

    hospital: Hospital
    bundles: dict[Person, IssuedBundle] = field(default_factory=dict)
    secrets: list[Secret] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def hear(self, manifest: Manifest) -> None:
        """Takes the secrets out of a module run."""
        if manifest.become and manifest.become.password:
            self.secrets.append(text_secret("a become password that was sent", manifest.become.password))
        for step in manifest.arguments.get("steps", ()):
            if step["step"] in ("import", "import_sealed"):
                file = base64.b64decode(step["bundle"])
                self.secrets.append(binary_secret("a one-use file", file, public=bytes.fromhex(step["thumbprint"])))
            if step["step"] == "import":  # a sealed one is in test_logged_powershell: only the workstation opens it
                self.secrets.append(text_secret("a one-use passphrase", step["passphrase"]))

    def play(self, environment: Mapping[str, str] | None = None, **keywords: Any) -> Run:
        """Runs a play at -vvv with a log, events and a fact cache."""
        options = ("-vvv", "--diff", f"--extra-vars=@{self.hospital.folder}/secrets.json")
        everything = {**self._environment(), **(environment or {})}
        self.runs.append(run_play(self.hospital, *options, environment=everything, **keywords))
        return self.runs[-1]

    def pieces(self) -> Iterator[Piece]:
        """Everything that the controller wrote, and the lab."""
        for number, run in enumerate(self.runs, 1):
            yield f"stdout of play {number}", run.stdout.encode()
            yield f"stderr of play {number}", run.stderr.encode()
        for place, data in files(self.hospital.folder):
            if Path(place).relative_to(self.hospital.folder).parts[0] not in INPUTS:
                yield place, data

    def _environment(self) -> Mapping[str, str]:
        folder = self.hospital.folder
        callbacks = [str(ROOT / "tests" / place / "callback") for place in ("lab", "integration")]
        return {
            "ANSIBLE_CALLBACK_PLUGINS": ":".join(callbacks),
            "ANSIBLE_CALLBACKS_ENABLED": "lab_results,every_event",
            "EVERY_EVENT": str(folder / "events.jsonl"),
            "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
            "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "facts"),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_LOCAL_TEMP": str(folder / "home" / "tmp"),
        }


def prepare(hospital: Hospital, authority: Authority, patches: pytest.MonkeyPatch) -> CanaryRun:
    """Gives every holder a file whose passphrase is a canary, makes one file that no workstation takes, and listens."""
    run = CanaryRun(hospital)
    run.secrets.append(text_secret("the connection's password", hospital.connection_password))
    run.secrets += [text_secret("a holder's password", password) for password in hospital.passwords.values()]
    known: Json = {
        name: canary() for name in ("ansible_become_password", "wrong", "stray", "first_line", "second_line")
    }
    run.secrets += [text_secret(name, text) for name, text in known.items()]
    known["lines"] = "{first_line}\n{second_line}\\n".format(**known)
    for person in hospital.people:
        run.bundles[person] = authority.issue(person.name, person.authorisation, passphrase=canary())
        (hospital.bundle_folder / run.bundles[person].file_name).write_bytes(run.bundles[person].data)
    odd = authority.issue("Odd", "T999999", passphrase=canary(), key=ec.generate_private_key(ec.SECP384R1()))
    run.secrets += [
        secret for bundle in (*run.bundles.values(), odd) for secret in secrets_of(bundle, bundle.file_name)
    ]
    known["holder_passwords"] = {person.account: hospital.passwords[person.sid] for person in hospital.people}
    known["pkcs12_passphrases"] = {person.authorisation: bundle.passphrase for person, bundle in run.bundles.items()}
    known |= {"odd": base64.b64encode(odd.data).decode(), "odd_passphrase": odd.passphrase}
    (hospital.folder / "secrets.json").write_text(json.dumps(known), encoding="utf-8")
    for workstation in hospital.workstations.values():
        tap(patches, workstation, run.hear)
        if isinstance(workstation, EmulatedWorkstation):
            workstation.observe = refusing(odd)
    return run


def refusing(bundle: IssuedBundle) -> Callable[[Operation], None]:
    """Windows PowerShell under Wine does not import a P-384 key; an emulated workstation is made not to."""

    def observe(operation: Operation) -> None:
        if (operation.change, operation.subject) == (Change.CERTIFICATE_WRITTEN, bundle.thumbprint):
            raise DriverError(None, 0x80090029)

    return observe


def canary() -> str:
    """A secret text that the encodings write in different ways."""
    return f'é"\\&% {secrets.token_urlsafe(18)}'


def secrets_of(bundle: IssuedBundle, name: str) -> Iterator[Secret]:
    """A file, what opens it, and what is in it."""
    yield text_secret(f"passphrase of {name}", bundle.passphrase)
    yield binary_secret(name, bundle.data, public=bytes.fromhex(bundle.thumbprint))
    yield from key_secrets(f"the key in {name}", bundle.private_key)


BECOME: Mapping[str, Any] = {"become": True, "become_method": "ansible.builtin.runas", "become_user": "Administrator"}


def enrol(run: CanaryRun) -> Run:
    """Everybody, under a become of the site's."""
    return run.play(roles=["hospital_it.pkcs12.enrol"], **BECOME)


def renew(run: CanaryRun, authority: Authority) -> Run:
    """Everybody gets a newer file with the same passphrase; the older certificates go with their keys, and evidence is kept."""
    later = datetime.now(UTC) + timedelta(days=2000)
    for person, old in run.bundles.items():
        newer = authority.issue(person.name, person.authorisation, passphrase=old.passphrase, not_after=later)
        name = old.file_name.replace(".p12", " new.p12")
        (run.hospital.bundle_folder / name).write_bytes(newer.data)
        run.secrets += secrets_of(newer, name)
    return run.play(roles=["hospital_it.pkcs12.renew"], vars={"pkcs12_install": "always"}, **BECOME)


def look_around(run: CanaryRun) -> Run:
    """Everybody's bundle lies in a folder of the own profile; one is removed."""
    for desk in run.hospital.desks:
        workstation = run.hospital.workstations[desk.name]
        if isinstance(workstation, EmulatedWorkstation):
            for seat in desk.seats:
                folder, bundle = workstation.profiles[seat.person.sid].path, run.bundles[seat.person]
                workstation.files.put(PlacedFile(rf"{folder}\Downloads\{bundle.file_name}", bundle.data))
    hashes = [hashlib.sha256(bundle.data).hexdigest() for bundle in list(run.bundles.values())[:1]]
    evidence = str(run.hospital.evidence)
    call = {"stray_bundles": {"remove_sha256": hashes, "evidence_path": evidence}}
    browsers = {"browsers": True, "holders": "{{ pkcs12_holders }}"}
    return run.play(tasks=tasks({"workstation_info": browsers}, call), **BECOME)


def misuse(run: CanaryRun) -> Run:
    """What people do wrong with one holder: each task fails, with a secret in its arguments."""
    right = {
        "path": "{{ pkcs12_bundle_folder }}/{{ holder.name }} - {{ holder.authorisation }}.p12",
        "passphrase": "{{ pkcs12_passphrases[holder.authorisation] }}",
    }
    wrong: list[Json] = [
        {"passphrase": "{{ wrong }}"},
        {"passphrase": "{{ lines }}"},
        {"passphrase": ["{{ wrong }}", {"code": "{{ lines }}"}]},
        {"passphrase": {"code": "{{ stray }}"}},
        {"passphrase": ["{{ stray }}"]},
        {"content": "{{ odd }}"},
        {"path": "{{ omit }}", "content": "{{ stray }}"},
        {"pasphrase": "{{ stray }}"},
    ]
    calls = [{"bundle_info": right | change} for change in wrong]
    right["holder"] = "{{ holder.user }}"
    refused = {"path": "{{ omit }}", "content": "{{ odd }}", "passphrase": "{{ odd_passphrase }}"}
    logons: list[Json] = [refused | {"holder_password": password} for password in ("{{ wrong }}", ["{{ stray }}"])]
    calls += [{"certificate": right | change} for change in (*wrong, refused, *logons)]
    return run.play(tasks=tasks(*calls), vars={"holder": "{{ pkcs12_holders[0] }}"}, **BECOME)


def misuse_role(run: CanaryRun) -> list[Run]:
    """Secrets where the role expects something else."""
    wrong: list[Json] = [
        {"pkcs12_passphrases_stray": "{{ stray }}"},
        {"pkcs12_passphrases_stray": ["{{ stray }}"]},
        {"pkcs12_holder_passwords": "{{ stray }}"},
        {"pkcs12_holders": [{"name": "{{ stray }}"}], "pkcs12_passphrases_stray": {"T100001": ["{{ stray }}"]}},
    ]
    return [run.play(roles=["hospital_it.pkcs12.enrol"], vars=variables) for variables in wrong]


def use_passwords(run: CanaryRun, logging: LoggingPolicy) -> Run:
    """Every use of a holder's Windows password, on workstations that log what PowerShell runs, or do not: each task may fail."""
    for workstation in run.hospital.workstations.values():
        if isinstance(workstation, EmulatedWorkstation):
            workstation.logging = logging
    his = {"holder": "{{ holder.user }}", "holder_password": "{{ holder_passwords[holder.user] }}"}
    theirs = {"holder_passwords": "{{ holder_passwords }}", "holders": "{{ [holder] }}"}
    bundle = {
        "path": "{{ pkcs12_bundle_folder }}/{{ holder.name }} - {{ holder.authorisation }}.p12",
        "passphrase": "{{ pkcs12_passphrases[holder.authorisation] }}",
    }
    nobody = {"from": "workstation", "url": "https://127.0.0.1:9/", "authorisation": "{{ holder.authorisation }}"}
    calls: list[Json] = [
        {"certificate": {**his, **bundle, "prove": "always"}},
        {"portal_info": his | nobody},
        {"certificate": {**his, "state": "absent", "issuer": ".", "removal": "archive"}},
        {
            "holder_certificates": {
                **theirs,
                "state": "absent",
                "issuer": ".",
                "retire_authorisations": ["{{ holder.authorisation }}"],
            }
        },
    ]
    return run.play(tasks=tasks(*calls), vars={"holder": "{{ pkcs12_holders[0] }}"}, **BECOME)


def misuse_with_kept_files(run: CanaryRun) -> Run:
    """A debugging switch of Ansible's that leaves what it runs on the workstation's disk."""
    call = {"content": "{{ odd }}", "passphrase": "{{ odd_passphrase }}", "holder": "{{ pkcs12_holders[0].user }}"}
    return run.play({"ANSIBLE_KEEP_REMOTE_FILES": "1"}, tasks=tasks({"certificate": call}))
