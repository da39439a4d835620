# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Decides whether a mail is the issuer's, by what a mail server of the site found out about it (RFC 8601). Pure.

What is trusted: the topmost ``Authentication-Results`` field whose authserv-id is the one that the site names, and nothing else. A server
writes its field above everything that came with the mail. So a field below it may be the sender's: RFC 8601, section 5, has the server
remove those, and this does not count on it. If the server wrote no field at all, a forged one is the topmost. So the site must name a
server that checks every mail from outside and removes forged fields.

A pass counts for the domain that it is about. DMARC (RFC 7489) checks the domain of ``From`` itself. DKIM (RFC 6376) counts when the domain
that signed is that of ``From`` or lies below it. SPF alone does not count, because it is not about ``From``.

The server did not check a mail that is attached to another one: there the fields are what the forwarder attached. So each mail around it
has to be one of a forwarder whom the site names, and has to pass in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._errors import Pkcs12Error, named
from .authentication_results import AuthenticationResults, MethodResult, parse_results


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail as a server saw it: the one address in ``From``, and its ``Authentication-Results`` fields from the top."""

    sender: str | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuthenticationRules:
    """``authserv_id`` is None where the site says that no server checks its mails.

    ``forwarders``: addresses in lower case, or domains as ``@chu.example``.
    """

    authserv_id: str | None
    forwarders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``result``: ``pass``, ``fail`` or ``not_checked``. ``checked_by``: ``dmarc`` or ``dkim``. ``domain``: for which domain it passed."""

    result: str
    checked_by: str | None = None
    domain: str | None = None
    error: Pkcs12Error | None = None


def judged(original: Envelope, around: Sequence[Envelope], quoted: bool, rules: AuthenticationRules) -> Verdict:
    """Whether the original is its sender's. ``around``: the mails that it is attached to. ``quoted``: it is only text in another mail."""
    if rules.authserv_id is None:
        return Verdict("not_checked")
    try:
        for envelope in around:
            _check_forwarder(envelope, rules.authserv_id, rules.forwarders)
        if quoted:
            raise Pkcs12Error(
                code="forwarded_inline",
                cause="The mail is quoted in another one, so nothing shows that its text is the issuer's.",
                next_step="Forward it as an attachment, or redirect it.",
            )
        found = _passed(original, rules.authserv_id)
    except Pkcs12Error as refusal:
        return Verdict("fail", error=refusal)
    return Verdict("pass", found.method, _domain(original.sender))


def _check_forwarder(envelope: Envelope, authserv_id: str, forwarders: Sequence[str]) -> None:
    if envelope.sender is None or {envelope.sender, f"@{_domain(envelope.sender)}"}.isdisjoint(forwarders):
        raise Pkcs12Error(
            code="forwarder_not_trusted",
            cause=f"The mail is attached to one of {envelope.sender or 'an unclear sender'}, who is not in {named('forwarders')}.",
            next_step=f"Add the address to {named('forwarders')} if it is a colleague's. Anybody can attach a mail that was never sent.",
        )
    _passed(envelope, authserv_id, is_forwarder=True)


def _passed(envelope: Envelope, authserv_id: str, *, is_forwarder: bool = False) -> MethodResult:
    """The result that shows that the mail is of the domain in ``From``."""
    field = _trusted(envelope.fields, authserv_id)
    who = "forwarder" if is_forwarder else "sender"
    if field is None:
        raise Pkcs12Error(
            code="authentication_missing",
            cause=f"No Authentication-Results of {authserv_id} says whether the mail is from {envelope.sender or f'its {who}'}.",
            next_step=f"Check {named('authserv_id')}, and that this server checks all mails of this mailbox.",
        )
    domain = _domain(envelope.sender)
    for result in field.results:
        if domain and result.result == "pass" and _is_about(result, domain, is_forwarder):
            return result
    seen = ", ".join(f"{each.method}={each.result}" for each in field.results) or "nothing"
    raise Pkcs12Error(
        code="authentication_failed",
        cause=f"{authserv_id} does not confirm that the mail is from {envelope.sender or f'its {who}'}: it found {seen[:200]}.",
        next_step="Do not open its link. Ask the issuer, by another way than mail, whether the mail is theirs.",
    )


def _trusted(fields: Sequence[str], authserv_id: str) -> AuthenticationResults | None:
    known = (parse_results(field) for field in fields)
    return next((field for field in known if field and field.authserv_id == authserv_id.lower()), None)


def _is_about(result: MethodResult, domain: str, is_forwarder: bool) -> bool:
    """Whether a result is about this domain. A forwarder may also have logged on to the server (``auth``)."""
    properties = result.properties
    if result.method == "dmarc":
        return _plain(properties.get("header.from", "")) == domain
    if result.method == "dkim":
        signed = _plain(properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2])
        return signed == domain or signed.endswith(f".{domain}")
    if result.method == "auth" and is_forwarder:
        return _domain(properties.get("smtp.mailfrom") or properties.get("smtp.auth")) == domain
    return False


def _domain(address: str | None) -> str:
    return _plain((address or "").rpartition("@")[2])


def _plain(domain: str) -> str:
    return domain.lower().rstrip(".")
