# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A contract case as the kit for real Windows carries it: what is left to fill in is known on the machine only.

What a case would do to somebody's real machine decides where it may run: ``never`` (the reason), with ``administrator`` (the reason),
in the part with a ``user`` of its own (the reason), or as any user. ``wine`` is the reason why the test bed cannot show it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from contract.case import PLACEHOLDER, Case, fill
from contract.case_runner import leavers_store, resolver
from contract.fixture_certificates import FixtureCertificate
from contract.kit_portals import REFUSES, has_server, portal_of, refuses
from contract.normal import Place
from contract.orders import (
    Condition,
    Order,
    PutElement,
    PutKey,
    PutLogging,
    PutNamedKey,
    PutRegistry,
    Setting,
    TrustRoot,
    name_of,
)
from contract.placed import PutFile, PutPerson
from contract.recording import case_hash
from contract.situation import orders
from contract.wine_subject import order_document
from lab.workstation_interface import Kind

ON_THE_MACHINE = Place("${owner_sid}", "${account}", "${computer}", "${profile}")
FILLED_IN = {"owner_sid", "account", "computer", "profile", "observed", "portal", "proxy"}
"""The placeholders that the harness resolves."""
SEALED = re.compile(r"sealed:\d+(:[^}]*)?")
"""One more: a passphrase that the harness seals to a transport key which it has made."""
KNOWN = {
    *("ForceKeyProtection", "HoldMutex", "PutElement", "PutFile", "PutKey", "PutLogging", "PutPerson", "PutRegistry"),
    "PutNamedKey",
    *(
        "SecondaryLogon",
        "SquatMutex",
        "TemporaryProfile",
        "TrustRoot",
        "CloseStore",
        "BreakDpapi",
        "DnsName",
        "Scanner",
    ),
}
"""The preparations that the harness can make, or that have a reason here why it does not."""
NEVER = {
    "TemporaryProfile": "it would make Windows take the user's profile for a temporary one, and remove it",
    "SecondaryLogon": "it would change the start of a service of Windows",
    "DnsName": "it would give the computer another name",
    "CloseStore": "it would close one of the user's stores to him",
    "Scanner": "it needs a program that opens the user's store at the right moment",
    "BreakDpapi": "it would damage what protects all keys of the user",
}
"""The preparations that the kit makes on nobody's machine, with the reason."""
LARGE = 1 << 16
LONGEST_NAME = 1000
MOST_FILES, LARGEST_FILE = 100, 1 << 26
"""What the kit puts on a machine."""

Json = dict[str, Any]


def document(case: Case) -> Json:
    """What the harness reads. It never fails for a case that is new: that one gets a reason."""
    try:
        request = fill(dict(case.request), _resolve(leavers_store(case)))
        wanted = list(orders(case.workstation))
        unknown = next(
            (f"the kit does not know the preparation {name}" for name in map(name_of, wanted) if name not in KNOWN),
            None,
        )
    except (KeyError, TypeError, ValueError) as error:
        request, wanted, unknown = {}, [], f"the kit does not know this preparation: {error}"
    never = unknown or next(_never(case, request, wanted), None)
    return {
        "name": case.name,
        "driver": case.driver,
        "check_mode": case.check_mode,
        "request": request,
        # The root is trusted once for all portals.
        "orders": [] if never else [_order(order) for order in wanted if not isinstance(order, TrustRoot)],
        "portal": portal_of(case),
        "afterwards": sorted(case.afterwards),
        "case_sha256": case_hash(case),
        "never": never,
        "administrator": next(_administrator(wanted), None),
        "user": "it makes the computer trust a root authority" if has_server(case) else None,
        "wine": case.not_on.get(Kind.WINDOWS_POWERSHELL) or next(_seals(request), None),
    }


def runs_under_wine(case: Case) -> bool:
    """Whether the kit runs it on the test bed, where PowerShell makes no links."""
    linked = any(isinstance(order, PutFile) and order.link for order in orders(case.workstation))
    placed = document(case)
    return not (linked or placed["never"] or placed["user"] or placed["wine"])


def csp_blob(wanted: FixtureCertificate) -> bytes:
    """The private key as PRIVATEKEYBLOB, for RSACryptoServiceProvider (https://learn.microsoft.com/windows/win32/seccrypto/rsa-schannel-key-blobs).

    Raises ``TypeError`` for another kind of key."""
    if not isinstance(wanted.key, rsa.RSAPrivateKey):
        raise TypeError(f"CAPI holds no key like that of {wanted.name}")
    numbers, size = wanted.key.private_numbers(), wanted.key.key_size // 8
    half = size // 2
    head = struct.pack("<BBHIIII", 7, 2, 0, 0xA400, 0x32415352, size * 8, numbers.public_numbers.e)
    parts = [(numbers.public_numbers.n, size), (numbers.p, half), (numbers.q, half), (numbers.dmp1, half)]
    parts += [(numbers.dmq1, half), (numbers.iqmp, half), (numbers.d, size)]
    return head + b"".join(number.to_bytes(length, "little") for number, length in parts)


def _resolve(of_a_leaver: list[bytes]) -> Callable[[str], str]:
    known = resolver(ON_THE_MACHINE, (), of_a_leaver=of_a_leaver)

    def resolve(placeholder: str) -> str:
        if placeholder in FILLED_IN:
            return f"${{{placeholder}}}"
        try:
            return known(placeholder)
        except (KeyError, TypeError, ValueError):
            return f"${{{placeholder}}}"

    return resolve


def _order(order: Order) -> Json:
    if order in (Condition.MUTEX_HELD, Condition.MUTEX_SQUATTED):
        return {"do": name_of(order)}
    if isinstance(order, PutKey) and order.legacy:
        return {
            "do": "PutLegacyKey",
            "alias": order.alias,
            "blob": csp_blob(order.of).hex(),
            "computer": order.computer,
            "exportable": order.exportable,
        }
    if isinstance(order, PutFile):
        size = max(order.sparse, len(order.data))
        facts = {"data": order.data.hex().upper()} if order.data.strip(b"\0") or size <= LARGE else {"size": size}
        return {"do": "PutFile", **facts, "paths": list(order.paths), "locked": order.locked, "link": order.link}
    return order_document(order)


def _never(case: Case, request: Any, wanted: list[Order]) -> Iterator[str]:
    """Why nobody's machine can run it with the kit alone."""
    if case.run_as is not None:
        yield "it runs through Ansible's become"
    if case.logon != "basic":
        yield "it needs a network logon"
    if refuses(case):
        yield REFUSES
    if has_server(case) and Kind.EMULATED in case.not_on:
        yield "only Wine sends no certificate"
    if any(len(step.get("friendly_name", "")) > LONGEST_NAME for step in request.get("steps", ())):
        yield "it would leave a certificate in the user's store that is too large to be read"
    yield from (f"it needs ${{{word}}}, which the kit does not bring" for word in _unresolved(request))
    yield from _never_prepared(wanted)


def _never_prepared(wanted: list[Order]) -> Iterator[str]:
    """Which preparations the kit does not make, and why."""
    for order in wanted:
        if name_of(order) in NEVER:
            yield NEVER[name_of(order)]
        match order:
            case PutPerson(logged_on=True) | PutLogging(of=str()):
                yield "it needs another person who is logged on"
            case PutRegistry(of=str() as of) if of != "own":
                yield "it needs another person who is logged on"
            case PutRegistry(of="own", values=values) if "AppData" in values:
                yield "it would move the user's AppData"
            case (
                PutPerson(local=True)
                | PutPerson(store=False)
                | PutPerson(path=str())
                | PutPerson(state=1 | 5 | 128 | 260 | 2048)
            ):
                yield "the kit makes ordinary profiles only"
            case PutFile() as file if file.copies > 1 or file.sparse > len(file.data):
                yield "the kit makes neither thousands of files nor one of gigabytes"
            case PutFile(shared=True) | PutFile(read_only=True):
                yield "the kit opens no file for other programs, and makes none read-only"
            case PutKey(undeletable=True) | PutNamedKey(undeletable=True):
                yield "it needs a key that Windows does not delete"
            case PutPerson(denied=True):
                yield "it needs a profile that is closed even to administrators"
            case PutKey(exportable=True, legacy=False):
                yield "the kit makes no keys of CNG that can be exported"
            case PutFile(sparse=size, copies=copies) if size > LARGEST_FILE or copies > MOST_FILES:
                yield "it needs more files, or a larger one, than the kit puts on a machine"


def _administrator(wanted: list[Order]) -> Iterator[str]:
    """Why it needs the switch ``-Administrator``."""
    for order in wanted:
        match order:
            case PutPerson():
                yield "it puts the profile of an invented person beside the real ones"
            case PutLogging() | Setting("ForceKeyProtection"):
                yield "it sets a policy of the computer for some seconds"
            case PutRegistry(of=None):
                yield "it sets values in the computer's registry for some seconds"
            case PutElement(computer=True) | PutKey(computer=True):
                yield "it changes the computer's own store"
            case PutFile(path=path) if not path.startswith("<profile>\\"):
                yield "it puts a file outside of the user's profile"


def _seals(request: Json) -> Iterator[str]:
    """Why the test bed cannot run it."""
    if any(str(step.get("sealed_passphrase", "")).startswith("${") for step in request.get("steps", ())):
        yield "Wine does not encrypt with OAEP"


def _unresolved(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (word for word in PLACEHOLDER.findall(value) if word not in FILLED_IN and not SEALED.fullmatch(word))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _unresolved(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _unresolved(inner)
