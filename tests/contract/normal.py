# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The normal form of an answer: equal on both kinds of workstation, and from one run to the next. What it changes, and why:

- owner SID, account, computer name, profile folder become ``<owner_sid>``...: they belong to the workstation, not to the driver;
- the DNS host name becomes ``<computer>`` where it is the computer's name, whose case and domain are the machine's own business;
- times become ``<time>`` and names of key containers ``<container 1>``...: new in every run;
- names of transport keys become ``<transport key 1>``..., and their public keys, which must have signed the nonce, ``<RSA, 3072 bits>``;
- a signature becomes ``<valid signature>``: ECDSA signs differently each time. It is verified first, here;
- an element becomes what the product reads in it, without its source: Windows keeps CurrentUser\\My in files, Wine in the registry,
  and other properties than those of the store hash are the system's own business. Elements are in the order of thumbprints. Of one
  that cannot be read and is long, only the length is kept.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.instants import parse_instant
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import (
    ElementError,
    parse_element,
    thumbprint_of,
)
from contract.fixture_certificates import by_thumbprint

PROOF_PREFIX = b"hospital_it.pkcs12 proof\0"
TRANSPORT_KEY = re.compile(r"hospital_it\.pkcs12\.transport\.[0-9a-f]{32}")
CONTAINER = re.compile(r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}|hospital_it\.pkcs12\.key\.[0-9a-f]{32}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

Json = dict[str, Any]


class FalseProofError(AssertionError):
    """A driver says that it proved a key, and did not."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is a workstation's own."""

    owner_sid: str
    account: str
    computer: str
    profile: str

    def words(self) -> list[tuple[str, str]]:
        """Text and what stands for it. The account before the computer, whose name may be a part of it."""
        return sorted(((text, f"<{name}>") for name, text in asdict(self).items()), key=lambda word: -len(word[0]))


NORMAL = Place("<owner_sid>", "<account>", "<computer>", "<profile>")
"""The workstation that stands for all."""


def normal(answer: Mapping[str, Any], request: Mapping[str, Any], place: Place) -> Json:
    """The normal form. ``request`` gives the nonces. Raises ``FalseProofError``."""
    verify_proofs(answer, request, lambda thumbprint: by_thumbprint(thumbprint).certificate)
    return plain(answer, place)


def plain(answer: Mapping[str, Any], place: Place) -> Json:
    """The normal form of an answer whose proofs were verified."""
    form: Json = _Plain(place).of(answer)
    return form


def verify_proofs(
    answer: Mapping[str, Any], request: Mapping[str, Any], certificate_of: Callable[[str], x509.Certificate]
) -> None:
    """Checks every proof of an answer. ``certificate_of``: by thumbprint. Raises ``FalseProofError``."""
    nonces = {step["id"]: step["nonce"] for step in request.get("steps", []) if "nonce" in step}
    for entry in answer.get("journal", []):
        if entry.get("step") == "prove" and entry["outcome"] == "done":
            _verify(entry, base64.b64decode(nonces[entry["id"]]), certificate_of(entry["thumbprint"]))
        if entry.get("step") == "transport_key" and entry["outcome"] == "done":
            verify_transport_key(entry, base64.b64decode(nonces[entry["id"]]))
            _verify_second(entry["container"], parse_instant(answer["utc"]))


def _verify(entry: Mapping[str, Any], nonce: bytes, certificate: x509.Certificate) -> None:
    public = certificate.public_key()
    message = PROOF_PREFIX + nonce
    try:
        signature = base64.b64decode(entry["signature"])
        if isinstance(public, ec.EllipticCurvePublicKey):
            half = len(signature) // 2
            r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
            public.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
        else:
            public.verify(signature, message, padding.PKCS1v15(), SHA256())  # type: ignore[union-attr, call-arg, arg-type]
    except (InvalidSignature, KeyError, ValueError) as error:
        raise FalseProofError(f"step {entry['id']} proves nothing: {type(error).__name__}") from error


def verify_transport_key(entry: Mapping[str, Any], nonce: bytes) -> None:
    """Checks that a transport key signed the nonce. Raises ``FalseProofError``."""
    try:
        public = public_key_of(entry["public_key"])
        message = b"hospital_it.pkcs12 transport key\0" + nonce
        public.verify(base64.b64decode(entry["signature"]), message, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, KeyError, ValueError) as error:
        raise FalseProofError(f"step {entry['id']} proves no transport key: {type(error).__name__}") from error


def _verify_second(container: str, at: datetime) -> None:
    second = int(container.rpartition(".")[2][:8], 16)
    if abs(second - at.timestamp()) > 600:
        raise FalseProofError(f"{container} is none of {at}, so another exchange would take it too soon")


def public_key_of(blob: str) -> rsa.RSAPublicKey:
    """Reads a BCRYPT_RSAKEY_BLOB in base64."""
    data = base64.b64decode(blob)
    size = int.from_bytes(data[8:12], "little")
    return rsa.RSAPublicNumbers(
        int.from_bytes(data[24 : 24 + size], "big"), int.from_bytes(data[24 + size :], "big")
    ).public_key()


class _Plain:
    """Numbers the containers in the order in which they appear, so that the same one is seen to be the same."""

    def __init__(self, place: Place) -> None:
        self._words, self._computer = place.words(), place.computer
        self._containers: dict[str, str] = {}
        self._transport_keys: dict[str, str] = {}

    def of(self, value: Any) -> Any:
        if isinstance(value, str):
            for text, word in self._words:
                value = value.replace(text, word)
            value = TRANSPORT_KEY.sub(partial(self._number, "transport key", self._transport_keys), value)
            return TIME.sub("<time>", CONTAINER.sub(partial(self._number, "container", self._containers), value))
        if isinstance(value, list):
            return [self.of(inner) for inner in _by_thumbprint(value)]
        if isinstance(value, dict):
            return {key: self._member(key, value[key]) for key in sorted(value)}
        return value

    def _member(self, key: str, value: Any) -> Any:
        if key == "dns_names":
            own = {name for name in value if name.partition(".")[0].upper() == self._computer.upper()}
            return ["<computer>"] if own else value
        if key == "signature":
            return "<valid signature>"
        return f"<RSA, {public_key_of(value).key_size} bits>" if key == "public_key" else self.of(value)

    @staticmethod
    def _number(kind: str, known: dict[str, str], name: re.Match[str]) -> str:
        return known.setdefault(name.group().upper(), f"<{kind} {len(known) + 1}>")


def _by_thumbprint(value: list[Any]) -> list[Any]:
    """Elements as what is in them, in order; any other list as it is."""
    if not all(isinstance(inner, dict) and inner.keys() == {"source", "data"} for inner in value):
        return value
    return sorted((_element(inner["data"]) for inner in value), key=lambda element: str(element["thumbprint"]))


def _element(data: str) -> Json:
    raw = base64.b64decode(data)
    try:
        facts = asdict(parse_element(raw))
    except ElementError:
        return {"thumbprint": thumbprint_of(raw), "unparsable": data if len(data) < 200 else f"{len(data)} characters"}
    del facts["der"]
    return facts
