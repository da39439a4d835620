# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The request and the answer of the driver ``browser_info``. The protocol is docs/developers/driver_protocol.md."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._crypto.store import StoreContents
from .wire import PROTOCOL, AnswerError, parse_store_contents, unusable

DRIVER = "browser_info"
BROWSERS = ("edge", "chrome", "firefox")


@dataclass(frozen=True, slots=True)
class FirefoxPolicy:
    """What policies of Firefox say about certificates; None where they say nothing.

    ``load_windows_certificates`` is the preference ``security.osclientcerts.autoload``.
    """

    import_enterprise_roots: bool | None = None
    load_windows_certificates: bool | None = None


@dataclass(frozen=True, slots=True)
class BrowserPlace:
    """What the computer says (``owner_sid`` is None), or a user who is logged on.

    ``authorities``: elements of its stores of authorities that hold the name of an issuer. ``programs``: paths by browser.
    ``auto_select``: values of AutoSelectCertificateForUrls by browser.
    """

    owner_sid: str | None
    authorities: StoreContents
    programs: Mapping[str, str | None]
    auto_select: Mapping[str, tuple[str, ...]]
    firefox: FirefoxPolicy


@dataclass(frozen=True, slots=True)
class BrowserInfo:
    """Answer of ``browser_info``. ``policies_file``: what policies.json beside firefox.exe says, None without one."""

    places: tuple[BrowserPlace, ...]
    policies_file: FirefoxPolicy | None = None

    @property
    def computer(self) -> BrowserPlace:
        """What the computer says."""
        return next(place for place in self.places if place.owner_sid is None)

    def user(self, sid: str | None) -> BrowserPlace | None:
        """What a user says; None for one who is not logged on."""
        return next((place for place in self.places if sid is not None and place.owner_sid == sid), None)


def browser_arguments(issuers: Sequence[bytes]) -> dict[str, Any]:
    """The arguments of ``browser_info``. ``issuers``: names as DER."""
    return {"protocol": PROTOCOL, "issuers": [base64.b64encode(name).decode("ascii") for name in issuers]}


def parse_browser_info(answer: Mapping[str, Any]) -> BrowserInfo:
    """Reads an answer of ``browser_info``; raises ``AnswerError``."""
    try:
        said = answer["policies_file"]
        info = BrowserInfo(tuple(map(_place, answer["places"])), None if said is None else _firefox(said))
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise unusable(DRIVER, problem) from problem
    if all(place.owner_sid is not None for place in info.places):
        raise AnswerError(DRIVER, "missing", key="places.owner_sid: null")
    return info


def _place(raw: Mapping[str, Any]) -> BrowserPlace:
    return BrowserPlace(
        owner_sid=raw["owner_sid"],
        authorities=parse_store_contents(raw),
        programs={name: raw["programs"][name] or None for name in BROWSERS},
        auto_select={name: tuple(map(str, raw["auto_select"][name])) for name in ("edge", "chrome")},
        firefox=_firefox(raw["firefox"] or {"import_enterprise_roots": None, "load_windows_certificates": None}),
    )


def _firefox(raw: Mapping[str, Any]) -> FirefoxPolicy:
    return FirefoxPolicy(raw["import_enterprise_roots"], raw["load_windows_certificates"])
