# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results file that the kit for real Windows writes, read and brought into the form of recordings.

The kit has certificates of its own. So an answer's proofs are verified with these, and then every certificate becomes the one of the
same name that recordings show.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    CERTIFICATE,
    ElementError,
    read_records,
    thumbprint_of,
)
from contract.case import Case, fill
from contract.case_runner import Outcome, resolver
from contract.fixture_certificates import fixture_certificate
from contract.kit import FORMAT
from contract.normal import NORMAL, plain, verify_proofs
from lab.emulated.element import pack

Json = dict[str, Any]


class ResultsError(ValueError):
    """A file that is no results file of this repository's kit; the text is the reason."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What the kit says of one case. ``reason``: why it did not run. ``document``: all of it."""

    name: str
    case_sha256: str
    reason: str | None
    left_behind: tuple[str, ...]
    document: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class Results:
    """One run of the kit on one machine."""

    machine: Json
    drivers: Mapping[str, str]
    cases: tuple[CaseResult, ...]
    probes: tuple[Json, ...]
    user: tuple[Json, ...]
    """What the part with a user of its own found, in the form of probes; ``picks``: what came of each command."""
    stopped: str | None
    """Why that part did not come to its end."""
    clean: bool
    certificates: Mapping[str, bytes]
    """Name to DER."""

    @property
    def windows(self) -> str:
        """The system in a few words."""
        words = [self.machine["product"], self.machine["release"], f"({self.machine['build']})"]
        wine = f" under Wine {self.machine['wine']}" if self.machine["wine"] else ""
        return " ".join(word for word in words if word) + wine

    def outcome(self, case: Case, result: CaseResult) -> Outcome:
        """What came of a case that ran, in normal form. Raises ``FalseProofError``."""
        document = result.document
        if not isinstance(document.get("answer"), dict):
            return Outcome({"no_answer": document.get("said")}, document["exit_code"], {})
        answer = document["answer"]
        own = {thumbprint_of(der): der for der in self.certificates.values()}
        # Of the request only what proofs are about: the rest may name what was made on the machine.
        asked = [
            {"id": step["id"], "nonce": step["nonce"]} for step in case.request.get("steps", ()) if "nonce" in step
        ]
        request = fill({"steps": asked}, resolver(NORMAL, ()))
        verify_proofs(answer, request, lambda thumbprint: x509.load_der_x509_certificate(own[thumbprint]))
        counted = {what: count for what, count in document["afterwards"].items() if count is not None}
        return Outcome(plain(self._as_recorded(answer), NORMAL), document["exit_code"], counted)

    def _as_recorded(self, value: Any) -> Any:
        if isinstance(value, str):
            for name, der in self.certificates.items():
                value = value.replace(thumbprint_of(der), fixture_certificate(name).thumbprint)
            return value
        if isinstance(value, list):
            return [self._as_recorded(inner) for inner in value]
        if isinstance(value, dict) and value.keys() == {"source", "data"}:
            return {**value, "data": self._element(value["data"])}
        if isinstance(value, dict):
            return {key: self._as_recorded(inner) for key, inner in value.items()}
        return value

    def _element(self, data: str) -> str:
        try:
            records = read_records(base64.b64decode(data))
        except ElementError:
            return data
        name = next((name for name, der in self.certificates.items() if der == records.get(CERTIFICATE)), None)
        if name is None:
            return data
        return base64.b64encode(pack({**records, CERTIFICATE: fixture_certificate(name).der})).decode()


def read(path: Path) -> Results:
    """Reads a results file. Raises ``ResultsError``, ``OSError``."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        if document["format"] != FORMAT:
            raise ResultsError(f"{path} has the format {document['format']}; this repository reads {FORMAT}")
        certificates = {one["name"]: base64.b64decode(one["data"]) for one in document["certificates"]}
        return Results(
            machine=document["machine"],
            drivers=document["drivers"],
            cases=tuple(map(_case, document["cases"])),
            probes=tuple(document["probes"]),
            user=tuple(document.get("user", ())),
            stopped=document.get("stopped"),
            clean=document["clean_up"]["equal"] is True,
            certificates=certificates,
        )
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ResultsError(f"{path} is no results file of the kit: {type(error).__name__} {error}") from error


def _case(document: Json) -> CaseResult:
    reason = None if document["ran"] else str(document["reason"])
    return CaseResult(
        document["name"], document["case_sha256"], reason, tuple(document.get("left_behind", ())), document
    )
