# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the portal asks for a client certificate, and which certificates it takes."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL, crypto

from lab.authority import Authority
from lab.tls import LOOPBACK

MOMENT = 0.02
"""Seconds."""
X509_V_ERR_CERT_HAS_EXPIRED = 10


class Demand(Enum):
    """When a visitor has to show a certificate."""

    REQUIRED = "required"
    """In the first handshake, and nobody gets in without one."""
    OPTIONAL = "optional"
    """In the first handshake, and the page says no to who has none."""
    NOTHING = "nothing"
    """Never."""
    AFTER_THE_REQUEST = "after the request"
    """By a renegotiation, as IIS does by default."""


@dataclass(frozen=True, slots=True)
class Terms:
    """``announces``: the authorities that it says it takes, None for those that it takes. ``accepts``: whose certificates it takes, None
    for the authority's own. ``revoked``: certificates on the list of revoked ones. ``signs_for``: the address in its certificate.
    ``served_by``: the authority of its own certificate, None for the same one.
    """

    demand: Demand = Demand.REQUIRED
    address: str = LOOPBACK
    tls_1_2_only: bool = False
    tls_1_3_only: bool = False
    takes_expired: bool = False
    announces: Sequence[x509.Certificate] | None = None
    accepts: Authority | None = None
    revoked: Sequence[x509.Certificate] = ()
    signs_for: str | None = None
    served_by: Authority | None = None


def server_context(authority: Authority, terms: Terms) -> SSL.Context:
    """TLS for the portal."""
    context = SSL.Context(SSL.TLS_METHOD)
    _certify(context, terms.served_by or authority, terms.signs_for or terms.address)
    if terms.tls_1_2_only or terms.demand is Demand.AFTER_THE_REQUEST:
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
    if terms.tls_1_3_only:
        context.set_min_proto_version(SSL.TLS1_3_VERSION)
    trusted = terms.accepts or authority
    store = context.get_cert_store() or crypto.X509Store()
    for each in (trusted.root, trusted.issuing):
        store.add_cert(crypto.X509.from_cryptography(each))
    if terms.revoked:
        store.add_crl(revocation_list(trusted, terms.revoked))
        store.set_flags(crypto.X509StoreFlags.CRL_CHECK)
    announced = [trusted.issuing] if terms.announces is None else terms.announces
    for each in announced:
        context.add_client_ca(each)
    if terms.demand is Demand.AFTER_THE_REQUEST:  # a renegotiation that resumes a session asks for no certificate
        context.set_options(SSL.OP_NO_TICKET)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    mode = {Demand.REQUIRED: SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, Demand.OPTIONAL: SSL.VERIFY_PEER}
    context.set_verify(mode.get(terms.demand, SSL.VERIFY_NONE), _judge(terms.takes_expired))
    return context


def ask_again(tls: SSL.Connection, visitor: socket.socket) -> None:
    """Asks for a certificate on a connection of TLS 1.2 that did not ask before."""
    tls.set_verify(SSL.VERIFY_PEER, _judge(takes_expired=False))
    tls.renegotiate()
    tls.do_handshake()
    visitor.setblocking(False)
    while tls.renegotiate_pending():  # OpenSSL says so once more after the end
        with suppress(SSL.WantReadError, SSL.WantWriteError):
            tls.recv(1)
        select.select([visitor], [], [], MOMENT)
    visitor.setblocking(True)


def revocation_list(authority: Authority, revoked: Sequence[x509.Certificate]) -> x509.CertificateRevocationList:
    """The authority's list of revoked certificates, of now."""
    now = datetime.now(timezone.utc)
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.issuing.subject)
    builder = builder.last_update(now - timedelta(hours=1)).next_update(now + timedelta(days=1))
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.serial_number).revocation_date(now)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(authority.issuing_key, SHA256())


def _certify(context: SSL.Context, authority: Authority, address: str) -> None:
    pem = authority.certify_server(address)
    own, *above = x509.load_pem_x509_certificates(pem)
    key = load_pem_private_key(pem, None)
    context.use_privatekey(key)  # type: ignore[arg-type]
    context.use_certificate(own)
    for each in above:
        context.add_extra_chain_cert(each)


def _judge(takes_expired: bool) -> Callable[[SSL.Connection, crypto.X509, int, int, int], bool]:
    def judge(_tls: SSL.Connection, _certificate: crypto.X509, error: int, _depth: int, good: int) -> bool:
        return bool(good) or (takes_expired and error == X509_V_ERR_CERT_HAS_EXPIRED)

    return judge
