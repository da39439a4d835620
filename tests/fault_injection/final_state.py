# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a workstation has to look when a renewal came to its end, whatever happened on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import parse_element
from fault_injection.renewal_in_process import HOLDER, Renewal
from lab.emulated import EmulatedWorkstation
from lab.faults import linked, usable


def wrong_in_the_end(
    workstation: EmulatedWorkstation, renewal: Renewal, others: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """What is wrong, each in a few words. ``others`` are certificates that were never ours to touch."""
    return tuple(_wrong(workstation, renewal, others))


def _wrong(workstation: EmulatedWorkstation, renewal: Renewal, others: frozenset[str]) -> Iterator[str]:
    store, new = workstation.store_of(HOLDER.sid), renewal.new.thumbprint
    found = usable(store, datetime.now(UTC)) - others
    if found != {new}:
        yield f"usable are {sorted(found)}, not {new}"
    elements = [parse_element(raw) for raw in store.elements.values()]
    if {element.thumbprint for element in elements if not element.archived} - others != {new}:
        yield "another certificate can be chosen"
    if sum(element.archived for element in elements) != renewal.kept:
        yield "another number of certificates is hidden"
    orphans = store.containers.keys() - linked(store)
    if len(orphans) != renewal.spare:
        yield f"no certificate links to {sorted(orphans)}"
    for gone in linked(store) - store.containers.keys():
        yield f"{gone} is linked to and gone"
    if len(workstation.authorities) != 1:
        yield "the intermediate authority is not there"
