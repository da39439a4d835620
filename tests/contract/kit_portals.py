# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The portals that the kit starts on the machine: their certificates, which are made with the kit, and what they ask for.

One for each way in which a case wants one, beside each other. Windows' server says no authorities to a visitor, and refuses a certificate
by closing the connection, so a case whose portal refuses is none of the kit's.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, load_pem_private_key, pkcs12
from cryptography.x509.oid import NameOID

from contract.case import Case
from contract.fixture_certificates import PASSPHRASE, fixture_certificate
from contract.portals import ADDRESS
from lab.authority import Authority

NEWEST = "TLS 1.3 alone"
"""A portal that no case has."""
REFUSES = "the kit's portal takes every certificate or one, and refuses none as a portal does"

Json = dict[str, Any]


def portal_of(case: Case) -> str | None:
    """What the case wants of its portal, in words that are the same for the same portal; None without one."""
    wanted = next((each["portal"] for each in case.workstation if "portal" in each), None)
    return None if wanted is None else json.dumps(wanted, sort_keys=True)


def has_server(case: Case) -> bool:
    """Whether something has to be started for it."""
    return any(word in each for each in case.workstation for word in ("portal", "proxy"))


def refuses(case: Case) -> bool:
    """Whether its portal takes no certificate although it asks for one."""
    for each in case.workstation:
        wanted = each.get("portal")
        if wanted is not None and wanted.get("demand", "required") == "required" and "takes" not in wanted:
            return True
    return False


def portals(cases: Iterable[Case]) -> Json:
    """What the kit needs to start them: the root that the computer has to trust, and each portal."""
    root, other = authority(), authority()
    wanted = {key: json.loads(key) for key in filter(None, map(portal_of, cases))}
    servers = [server(key, terms, root if terms.get("trusted", True) else other) for key, terms in wanted.items()]
    newest = {**server(NEWEST, {"demand": "nothing"}, root), "tls": "1.3"}
    der = root.root.public_bytes(Encoding.DER)
    return {"root": base64.b64encode(der).decode(), "passphrase": PASSPHRASE, "servers": [*servers, newest]}


def server(key: str, terms: Mapping[str, Any], signed_by: Authority) -> Json:
    """One portal, in the words of the kit."""
    takes = terms.get("takes")
    return {
        "key": key,
        "asks": terms.get("demand", "required") != "nothing",
        "requires": terms.get("demand", "required") == "required",
        "takes": fixture_certificate(takes).thumbprint if takes else None,
        "status": terms.get("status", 200),
        "tls": "1.2",
        "bundle": _bundle(signed_by.certify_server(terms.get("signs_for") or ADDRESS)),
    }


def _bundle(pem: bytes) -> str:
    """Key and certificate of a server for every Windows."""
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2000)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())  # noqa: S303
        .build(PASSPHRASE.encode())
    )
    key, own = load_pem_private_key(pem, None), x509.load_pem_x509_certificate(pem)
    data = pkcs12.serialize_key_and_certificates(None, key, own, None, encryption)  # type: ignore[arg-type]
    return base64.b64encode(data).decode()


def authority() -> Authority:
    """A root that signs servers itself: Windows sends no certificate between that its stores do not have."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hospital_it.pkcs12: a test, to be removed")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=365))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    root = builder.sign(key, hashes.SHA256())
    return Authority(root, root, key)


def silent(value: Any) -> Any:
    """An answer without what Windows' server does not say to a visitor."""
    if isinstance(value, Mapping):
        return {key: silent(inner) for key, inner in value.items() if key != "issuers"}
    if isinstance(value, list):
        return [silent(inner) for inner in value]
    return value
