# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of registration authorities that a withdrawal meets: usual ones, and those that are hostile or broken, with what each ends in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab import registration_pages as pages
from lab.registration_authority import Variant
from lab.registration_pages import Reply

FIELD = '<label>Code de retrait 1 <input name="code_retrait"></label><button>Envoyer</button>'


@dataclass(frozen=True)
class Case:
    """``code`` is that of the error, None for a withdrawal. ``typed``: whether the page gets the withdrawal code. ``given``: options.

    ``variant`` is made with the address of the server and the withdrawal code. ``bundle``: whose file it hands out.
    """

    name: str
    code: str | None
    state: str
    variant: Callable[[str, str], Variant]
    typed: bool = False
    downloads: int = 0
    bundle: str = "holder"
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def instead(self) -> Reply | None:
        """What comes instead of the usual page or the bundle; it is the same for every address and code but for their texts."""
        return self.variant("", "").instead


def usual(name: str, given: Mapping[str, Any] | None = None, **variant: Any) -> Case:
    """Pages that lead to the bundle."""
    return Case(name, None, "collected", lambda _host, _code: Variant(**variant), True, 1, given=given or {})


def form(name: str, code: str, state: str, body: Callable[[str, str], str], status: int = 200) -> Case:
    """A first page that must not get the code."""
    return Case(
        name, code, state, lambda host, secret: Variant(instead=pages.page(body(host, secret), status)), typed=False
    )


def second(name: str, code: str, state: str, body: Callable[[str, str], str], status: int = 200) -> Case:
    """A page that comes after the code."""
    return Case(
        name,
        code,
        state,
        lambda host, secret: Variant(instead=pages.page(body(host, secret), status), at="code"),
        typed=True,
    )


def file(name: str, code: str, state: str, reply: Callable[[str], Reply], bundle: str = "holder") -> Case:
    """Something else than the bundle as the download."""
    return Case(name, code, state, lambda _host, secret: Variant(instead=reply(secret), at="file"), True, 1, bundle)


def redirecting(name: str, code: str, state: str, target: Callable[[str], str]) -> Case:
    """A redirect instead of the first page."""
    return Case(name, code, state, lambda host, _code: Variant(redirect_to=target(host)))


USUAL = [
    usual("link"),
    usual("button", download_button=True, relative_action=True),
    usual("hidden fields and cookies", hidden_fields=True, cookies=True),
    usual("redirects", redirects=3),
    usual("slow, without a length", seconds=0.4, without_length=True),
]

REFUSED = [
    form("maintenance", "maintenance", "failed", lambda *_: "Le site est en maintenance.", 503),
    form("unknown link", "link_used", "link_used", lambda *_: "Page introuvable", 404),
    form("used link", "link_used", "link_used", lambda *_: "Ce lien a déjà été utilisé."),
    second("wrong code", "code_wrong", "code_wrong", lambda *_: "Le code saisi est incorrect"),
]

HOSTILE = [
    form(
        "form to another host",
        "redirect_elsewhere",
        "refused",
        lambda *_: f'<form method=post action="https://evil.example/x">{FIELD}</form>',
    ),
    redirecting("redirect to another host", "redirect_elsewhere", "refused", lambda _: "https://evil.example/"),
    redirecting("redirect without TLS", "redirect_elsewhere", "refused", lambda host: f"http://{host}/"),
    Case("captcha", "captcha", "failed", lambda *_: Variant(instead=pages.captcha())),
    form("30 MB", "too_large", "failed", lambda *_: "<p>a" * 7_500_000),
    form("thousands of unclosed tags", "unexpected_page", "failed", lambda *_: "<div><a><table><form><b>" * 20_000),
    form("escape sequences", "unexpected_page", "failed", lambda *_: "\x1b[2J\x07 Bonjour"),
    second(
        "page that repeats the code", "unexpected_page", "failed", lambda _, secret: f"Bonjour {pages.escaped(secret)}"
    ),
    second(
        "download from another host",
        "redirect_elsewhere",
        "refused",
        lambda *_: '<a href="https://evil.example/a.p12">Télécharger</a>',
    ),
    file(
        "page that repeats the code as the file",
        "html_instead",
        "failed",
        lambda secret: pages.page(f"Bonjour {pages.escaped(secret)}"),
    ),
    file("error page as the file", "server_error", "failed", lambda _: pages.page("Erreur technique", 500)),
    file("empty file", "wrong_content", "failed", lambda _: Reply(200, b"", "application/x-pkcs12")),
    Case("bundle of another person", "wrong_person", "refused", lambda *_: Variant(), True, 1, "other"),
    Case("bundle with another passphrase", "wrong_passphrase", "collected", lambda *_: Variant(), True, 1, "letter"),
    Case("bundle with a weak key", "weak_key", "failed", lambda *_: Variant(), True, 1, "weak"),
]
