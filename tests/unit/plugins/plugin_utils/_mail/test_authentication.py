# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What shows that a mail is the issuer's: the topmost result of the site's own server, for the sender's own domain."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._mail.authentication import (
    AuthenticationRules,
    Envelope,
    judged,
    parse_results,
)

ID = "mx.chu.example"
RULES = AuthenticationRules(ID, ("sec@chu.example", "@lab.example"))
PASS = f"{ID}; dmarc=pass header.from=issuer.example"


def envelope(*fields: str, sender: str | None = "a@issuer.example") -> Envelope:
    return Envelope(sender, fields)


@pytest.mark.parametrize(
    ("fields", "checked_by"),
    [
        ([PASS], "dmarc"),
        ([f"{ID.upper()}; dmarc=pass header.from=Issuer.Example."], "dmarc"),
        ([f"{ID}; dkim=pass header.d=issuer.example"], "dkim"),
        ([f"{ID}; dkim=pass header.d=mail.issuer.example"], "dkim"),
        ([f"{ID}; dkim=fail header.d=x; dkim=pass header.d=issuer.example"], "dkim"),
        ([f"{ID}; spf=fail smtp.mailfrom=x; dmarc=pass header.from=issuer.example"], "dmarc"),
        (["mx.other.example; dmarc=fail header.from=issuer.example", PASS], "dmarc"),
        (["nonsense=", PASS], "dmarc"),
        ([PASS, f"{ID}; dmarc=fail header.from=issuer.example"], "dmarc"),
    ],
)
def test_the_sites_server_confirms_the_sender(fields: list[str], checked_by: str) -> None:
    verdict = judged(envelope(*fields), (), False, RULES)
    assert (verdict.result, verdict.checked_by, verdict.domain, verdict.problem) == (
        "pass",
        checked_by,
        "issuer.example",
        None,
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ([], "authentication_missing"),
        ([f"x{ID}; dmarc=pass header.from=issuer.example"], "authentication_missing"),
        ([f"{ID}.evil.example; dmarc=pass header.from=issuer.example"], "authentication_missing"),
        ([f"{ID}; none"], "authentication_failed"),
        ([f"{ID}; none", PASS], "authentication_failed"),
        ([f"{ID}; dmarc=fail header.from=issuer.example"], "authentication_failed"),
        ([f"{ID}; dmarc=pass header.from=evil.example"], "authentication_failed"),
        ([f"{ID}; dmarc=pass header.from=mail.issuer.example"], "authentication_failed"),
        ([f"{ID}; dkim=pass header.d=example"], "authentication_failed"),
        ([f"{ID}; dkim=pass header.d=notissuer.example"], "authentication_failed"),
        ([f"{ID}; dmarc=pass"], "authentication_failed"),
        ([f"{ID}; dkim=pass"], "authentication_failed"),
        ([f"{ID}; dkim=neutral header.d=issuer.example"], "authentication_failed"),
        ([f"{ID}; spf=pass smtp.mailfrom=issuer.example"], "authentication_failed"),
        ([f"{ID}; auth=pass smtp.mailfrom=a@issuer.example"], "authentication_failed"),
    ],
)
def test_nothing_else_confirms_the_sender(fields: list[str], code: str) -> None:
    verdict = judged(envelope(*fields), (), False, RULES)
    assert verdict.problem is not None
    assert (verdict.result, verdict.problem.kind, verdict.checked_by) == ("fail", code, None)


def forwarded(sender: str | None, result: str = "dmarc=pass header.from={domain}") -> Envelope:
    domain = (sender or "").rpartition("@")[2]
    return envelope(f"{ID}; {result.format(domain=domain)}", sender=sender)


@pytest.mark.parametrize(
    ("around", "code"),
    [
        ([forwarded("sec@chu.example")], None),
        ([forwarded("anybody@lab.example")], None),
        ([forwarded("sec@chu.example"), forwarded("x@lab.example")], None),
        ([forwarded("sec@chu.example", "auth=pass smtp.mailfrom=sec@chu.example")], None),
        ([forwarded("sec@chu.example", "auth=pass smtp.auth=sec@chu.example")], None),
        ([forwarded("other@chu.example")], "forwarder_not_trusted"),
        ([forwarded("x@sub.lab.example")], "forwarder_not_trusted"),
        ([forwarded(None)], "forwarder_not_trusted"),
        ([forwarded("sec@chu.example"), forwarded("x@evil.example")], "forwarder_not_trusted"),
        ([forwarded("x@evil.example"), forwarded("sec@chu.example")], "forwarder_not_trusted"),
        ([forwarded("sec@chu.example", "dmarc=fail header.from={domain}")], "authentication_failed"),
        ([forwarded("sec@chu.example", "auth=pass smtp.auth=sec")], "authentication_failed"),
        ([envelope(sender="sec@chu.example")], "authentication_missing"),
    ],
)
def test_an_attached_mail_needs_a_forwarder_that_is_confirmed_too(around: list[Envelope], code: str | None) -> None:
    verdict = judged(envelope(PASS), around, False, RULES)
    assert (verdict.problem and verdict.problem.kind) == code


def test_an_attached_mail_needs_its_own_result_and_a_quoted_one_is_never_confirmed() -> None:
    given = ((envelope(), False), (envelope(PASS), True))
    found = [judged(mail, [forwarded("sec@chu.example")], quoted, RULES).problem for mail, quoted in given]
    assert [each and each.kind for each in found] == ["authentication_missing", "forwarded_inline"]


def test_a_site_without_such_a_server_says_so() -> None:
    verdict = judged(envelope(), [forwarded("x@evil.example", "none")], True, AuthenticationRules(None))
    assert (verdict.result, verdict.problem) == ("not_checked", None)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("mx.example; none", []),
        ("mx.example", []),
        ("mx.example; spf=pass smtp.mailfrom=a.example", [("spf", "pass", {"smtp.mailfrom": "a.example"})]),
        ("MX.example; DKIM=Pass header.D=A.example", [("dkim", "pass", {"header.d": "a.example"})]),
        ("mx.example; dkim/1 = pass (ok) header.d = a.example", [("dkim/1"[:4], "pass", {"header.d": "a.example"})]),
        (
            'mx.example; dkim=fail reason="a;b=\\"c" header.d=x',
            [("dkim", "fail", {"reason": 'a;b="c', "header.d": "x"})],
        ),
        ("(x) mx.example (y (z\\) ;) ) ;dmarc=pass(p=none)header.from=a", [("dmarc", "pass", {"header.from": "a"})]),
        ('mx.example; a=pass x.y="(z"; c=fail', [("a", "pass", {"x.y": "(z"}), ("c", "fail", {})]),
        ("mx.example; a=pass (;b=pass); c=fail", [("a", "pass", {}), ("c", "fail", {})]),
        ("mx.example; dkim=pass header.d=a header.d=b", [("dkim", "pass", {})]),
        ("mx.example; dkim=; =pass; dkim; a dkim=pass; a b c", []),
        ("mx.example; a=b (never closed; dmarc=pass header.from=x", [("a", "b", {})]),
    ],
)
def test_a_field_is_read(value: str, found: list[object]) -> None:
    parsed = parse_results(value)
    assert parsed is not None
    assert parsed.authserv_id == "mx.example"
    assert [(each.method, each.result, dict(each.properties)) for each in parsed.results] == found


@pytest.mark.parametrize("value", ["", ";", "dkim=pass header.d=a", "; dkim=pass", "(mx.example); dkim=pass"])
def test_a_field_without_a_server_is_nobodys(value: str) -> None:
    assert parse_results(value) is None
