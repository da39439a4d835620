# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Which codes the drivers have for what is wrong at a workstation, and the problems that several places make of them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .._errors import Pkcs12Error, Problem

APP_CONTROL = "app_control"
LOCKS = ("applocker", "applocker_mdm", APP_CONTROL)
"""What may keep PowerShell from FullLanguage mode: codes of ``store_inventory``, and words of the catalogue."""


def present_locks(codes: Collection[str]) -> tuple[str, ...]:
    """Those of ``LOCKS``, in their order."""
    return tuple(code for code in LOCKS if code in codes)


def constrained(computer: str, locks: Collection[str], mode: str, name: str | None) -> Pkcs12Error:
    """The refusal where PowerShell runs in another mode than FullLanguage for the account ``name``; None: that of the connection."""
    present = present_locks(locks)
    causes = (Problem("locks", {"locks": present}),) if present else ()
    if name is None:
        code = "constrained_language.connection"
        return Pkcs12Error(Problem(code, {"computer": computer, "mode": mode}, causes=causes))
    values = {"computer": computer, "mode": mode, "name": name}
    return Pkcs12Error(Problem("constrained_language", values, causes=causes))


NO_ERROR = 0x80070000
"""HRESULT of the Win32 error 0."""


def with_number(hresult: int | None) -> Sequence[Problem]:
    """The number of Windows' error as a cause; nothing without one, or where Windows has set none (``NO_ERROR``)."""
    return (Problem("hresult", {"number": f"0x{hresult:08X}"}),) if hresult not in (None, 0, NO_ERROR) else ()


STORE_ERRORS = frozenset({
    "bad_request", "unknown_step", "wrong_owner", "wrong_computer", "temporary_profile", "busy", "stale_store", "import_failed",
    "transport_key_failed", "transport_key_left", "unseal_failed", "thumbprint_mismatch", "no_certificate", "no_key", "sign_failed",
    "name_failed", "chain_failed", "root_certificate", "force_key_protection", "dpapi_broken", "connect_failed", "retire_failed",
    "remove_failed", "after_unread", "unexpected",
    "key_asks",  # not one of the protocol: sign_failed with an HRESULT of CONSENT_ERRORS
})  # fmt: skip
"""The codes of ``store_exchange`` (docs/developers/driver_protocol.md). With its others, ``no_dpapi`` and ``unfit_token``, one waits."""

OFFLINE_ERRORS = frozenset({
    "profile_loaded", "profile_unread", "unread_key", "ambiguous_key", "remove_key_failed", "remove_certificate_failed",
})  # fmt: skip
"""The codes of ``profile_exchange`` that ``store_exchange`` does not have."""

AFTER_UNREAD = "after_unread"
"""Code of a store that was read before an exchange, and could not be read after it."""

TEMPORARY = "temporary"
"""Code of a store that is read, and does not last: Windows discards the profile at logoff."""

UNREAD_REASONS = (
    TEMPORARY, "redirected", "another_owner", "access_denied", "no_appdata", "no_store", "link", "unknown_name", "too_large", "limit",
    "timed_out", "unreadable", "element", AFTER_UNREAD,
)  # fmt: skip
"""Why a store was not read: codes of ``store_inventory``, and ``unread.*`` of the catalogue."""


def unread_problem(code: str, detail: str) -> Problem:
    """Why a store was not read, by a code of ``UNREAD_REASONS``. ``detail``: the place that it is about."""
    if code in UNREAD_REASONS:
        return Problem(f"unread.{code}", {"detail": detail})
    return Problem("unread.other", {"reason": code, "detail": detail})


def unread_store(name: str, computer: str, code: str, detail: str) -> Pkcs12Error:
    """The refusal of an account whose personal store was not read completely."""
    cause = unread_problem(code, detail)
    return Pkcs12Error(Problem("store_unread", {"name": name, "computer": computer}, causes=(cause,)))
