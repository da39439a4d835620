# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""An import where PowerShell logs what it runs, or may: the workstation makes a transport key, and the passphrase travels sealed to it."""

from __future__ import annotations

import base64
import binascii
import contextlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .._crypto.pkcs12 import TransportBundle
from .._crypto.transport_key import TransportKey, read_transport_key, seal
from .._errors import Deferred, Pkcs12Error, Problem
from .._workstation.failures import exchange_error
from .._workstation.protocol import Context, Drivers, ExchangeAnswer, ExchangeRequest, Inventory, RunAs, StepRequest

MAKE = "transport_key"
SEALED_IMPORT = "import_sealed"
REMOVE = "remove_transport_key"
NONCE_BYTES = 32


def needs_sealing(inventory: Inventory, context: RunAs) -> bool:
    """Whether what PowerShell handles as the holder is kept in a log there, or nobody can tell.

    A logon with a password loads the holder's hive, and the inventory did not see the policies in it when he was not logged on.
    """
    return bool(inventory.logging.kinds) or context.password is not None


def obtain_transport_key(
    drivers: Drivers, inventory: Inventory, planned: ExchangeRequest, thumbprint: str, context: RunAs
) -> TransportKey:
    """Lets the workstation make the key, as the holder, by one command. The store stays as it is.

    ``planned``: the exchange that will use the key. ``thumbprint``: the certificate that it will import. Raises ``Pkcs12Error`` if
    the key cannot be made or is not proven, ``Deferred`` if the holder has to wait.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    request = ExchangeRequest(
        planned.owner_sid, planned.store_hash, (StepRequest("1", MAKE, thumbprint, {"nonce": nonce}),)
    )
    answer = drivers.exchange(request, context)
    if answer.error:
        raise exchange_error(answer, context, inventory.computer)
    computer = inventory.computer
    if answer.owner_sid != planned.owner_sid:
        values = {"computer": computer, "found": answer.owner_sid, "expected": planned.owner_sid}
        raise Pkcs12Error(Problem("not_verified.owner_of_transport_key", values))
    try:
        return _read(answer, nonce)
    except KeyError:
        raise Pkcs12Error(Problem("not_verified.no_transport_key", {"computer": computer})) from None
    except ValueError:
        raise Pkcs12Error(Problem("not_verified.transport_key", {"computer": computer})) from None


@contextlib.contextmanager
def no_key_left(drivers: Drivers, request: ExchangeRequest, name: str) -> Iterator[None]:
    """A request that Windows gave no fit token for leaves no transport key: the holder's token could not remove it, or had to keep it.

    ``name``: the holder's account. Raises the ``Deferred`` of the request, which says so if the key is still there.
    """
    try:
        yield
    except Deferred as reason:
        made = [step for step in request.steps if step.type == SEALED_IMPORT]
        if reason.problem.kind != "unfit_token" or not made or _is_removed(drivers, request, made[0], name):
            raise
        causes = (*reason.problem.causes, Problem("transport_key_left.unused"))
        raise Deferred(replace(reason.problem, causes=causes)) from reason


def _is_removed(drivers: Drivers, request: ExchangeRequest, step: StepRequest, name: str) -> bool:
    """Removes the file of a transport key as the connection's account."""
    removal = StepRequest("1", REMOVE, step.thumbprint, {"container": step.arguments["container"]})
    try:
        answer = drivers.exchange(replace(request, steps=(removal,)), RunAs(Context.OFFLINE, name))
    except Exception:  # noqa: BLE001  the request has ended already, whatever becomes of its key
        return False
    return any(entry.step == REMOVE and entry.facts.get("removed") is True for entry in answer.journal)


def sealed_arguments(bundle: TransportBundle, key: TransportKey) -> dict[str, Any]:
    """The keys of step ``import_sealed`` for a one-use bundle, without ``exportable``."""
    return {"bundle": bundle.data, "sealed_passphrase": seal(bundle.passphrase, key), "container": key.container}


def _read(answer: ExchangeAnswer, nonce: bytes) -> TransportKey:
    """Raises ``KeyError`` for an answer without a key, ``ValueError`` for a key that cannot be used."""
    made = (entry.facts for entry in answer.journal if (entry.step, entry.outcome) == (MAKE, "done"))
    facts: Mapping[str, Any] = next(made, {})
    try:
        blob, signature = (base64.b64decode(str(facts[name]), validate=True) for name in ("public_key", "signature"))
    except binascii.Error:
        raise KeyError(MAKE) from None
    return read_transport_key(str(facts["container"]), blob, signature, nonce)
