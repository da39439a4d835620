# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a case on a workstation and gives what came of it in normal form."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from reprlib import Repr
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import store_hash
from contract import leavers
from contract.captured_commands import Sent
from contract.case import Case, fill
from contract.fixture_certificates import PASSPHRASE, bundle, fixture_certificate
from contract.normal import NORMAL, Place, normal, public_key_of
from contract.placed import PutFile
from contract.portals import portals
from contract.situation import orders, transport_name
from contract.subject import Subject
from lab.workstation_interface import AuthMethod, Logon, Process

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 120


def mismatches(expected: Any, actual: Any, path: str = "answer") -> Iterator[str]:
    """One sentence for each place where they differ."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, inner in expected.items():
            if key in actual:
                yield from mismatches(inner, actual[key], f"{path}.{key}")
            else:
                yield f"{path}.{key} is missing"
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (inner, found) in enumerate(zip(_sorted(expected), actual, strict=True)):
            yield from mismatches(inner, found, f"{path}[{index}]")
    elif type(expected) is not type(actual) or expected != actual:
        yield f"{path} is {_SHORT.repr(actual)}, expected {_SHORT.repr(expected)}"


def _sorted(expected: list[Any]) -> list[Any]:
    """Elements stand in the order of thumbprints, which an author of cases does not know by heart."""
    if all(isinstance(inner, dict) and "thumbprint" in inner and "step" not in inner for inner in expected):
        return sorted(expected, key=lambda element: str(element["thumbprint"]))
    return expected


NONCE = base64.b64encode(bytes(range(32))).decode()
PATIENCE = 180.0
"""Seconds for one command, a start of PowerShell and the wait for a mutex in it, on a machine that has much else to do."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Ansible would get, in normal form, and what was counted afterwards."""

    answer: Json
    exit_code: int
    afterwards: dict[str, int]


def run(case: Case, subject: Subject, sent: Mapping[tuple[str, bool], Sent]) -> Outcome:
    """Prepares, sends, reads. Raises ``FalseProofError`` for a proof that is none."""
    with portals(case.workstation) as addresses:
        return _run(case, subject, sent, addresses)


def _run(case: Case, subject: Subject, sent: Mapping[tuple[str, bool], Sent], addresses: Mapping[str, str]) -> Outcome:
    answer, request, exit_code = ask(case, subject, sent, addresses)
    form = normal(answer, request, subject.place)
    return Outcome(form, exit_code, {what: subject.count(what) for what in case.afterwards})


def ask(
    case: Case, subject: Subject, sent: Mapping[tuple[str, bool], Sent], addresses: Mapping[str, str]
) -> tuple[Json, Json, int]:
    """Prepares and sends: the answer as it is, the request, and the exit code. ``addresses``: of what was started for the case."""
    elements = subject.prepare(orders(case.workstation))
    resolve = resolver(subject.place, elements, addresses, leavers_store(case), subject.transport_keys)
    request = fill(case.request, resolve)
    run_as = None if case.run_as is None else fill(case.run_as, resolve)
    template = sent[case.driver, run_as is not None]
    logon = Logon(subject.place.account, AuthMethod(case.logon))
    process = subject.start(logon, template.command_line)
    process.send(template.asking(request, case.check_mode, run_as), end=True)
    stdout, exit_code = _finish(process)
    return json.loads(stdout), request, exit_code


def leavers_store(case: Case) -> list[bytes]:
    """The elements of someone who has left, where a case has one."""
    files = [order for order in orders(case.workstation) if isinstance(order, PutFile)]
    return [file.data for file in files if file.path.startswith(leavers.MY)]


def complaints(case: Case, outcome: Outcome) -> list[str]:
    """Where an outcome is not what the case expects."""
    expected = fill(case.answer, resolver(NORMAL, ()))
    found = list(mismatches(expected, outcome.answer))
    return [*found, *mismatches(dict(case.afterwards), outcome.afterwards, "afterwards")]


def resolver(
    place: Place,
    elements: Iterable[bytes],
    addresses: Mapping[str, str] = MappingProxyType({}),
    of_a_leaver: Iterable[bytes] = (),
    transport_keys: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[str], str]:
    """What the placeholders of cases stand for. ``addresses``: of what was started for the case.

    ``of_a_leaver``: the elements of someone who has left. ``transport_keys``: that were prepared.
    """
    words = {
        "owner_sid": place.owner_sid,
        "leaver": leavers.SID,
        "observed:leaver": store_hash(of_a_leaver),
        "profile": place.profile,
        "account": place.account,
        "computer": place.computer,
        "observed": store_hash(elements),
        "passphrase": PASSPHRASE,
        "nonce": NONCE,
        **addresses,
    }

    made_of: Mapping[str, Callable[..., str]] = {
        "thumbprint": lambda name: fixture_certificate(name).thumbprint,
        "certificate": lambda name: _base64(fixture_certificate(name).der),
        "issuer": lambda name: _base64(fixture_certificate(name).certificate.issuer.public_bytes()),
        "bundle": lambda *names: _base64(bundle(*names)),
        "transport_key": transport_name,
        "long": lambda size: "x" * int(size),
        "sealed": lambda number, text=PASSPHRASE: sealed(transport_keys[transport_name(number)], text),
    }

    def resolve(placeholder: str) -> str:
        word, *names = placeholder.split(":")
        return made_of[word](*names) if word in made_of else words[placeholder]

    return resolve


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sealed(public_key: str, text: str) -> str:
    """A text that only the private key opens."""
    oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
    return _base64(public_key_of(public_key).encrypt(text.encode(), oaep))


def _finish(process: Process) -> tuple[bytes, int]:
    """Standard output and the exit code. Raises ``RuntimeError`` for a command that says nothing, ``TimeoutError``."""
    stdout, stderr, deadline = b"", b"", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        output = process.receive(1.0, 1 << 20)
        if output is None:
            continue
        stdout, stderr = stdout + output.stdout, stderr + output.stderr
        if output.exit_code is not None and not stdout:
            raise RuntimeError(stderr.decode(errors="replace"))
        if output.exit_code is not None:
            return stdout, output.exit_code
    process.kill()
    raise TimeoutError(f"no end within {PATIENCE} s: {stdout[:200]!r}")
