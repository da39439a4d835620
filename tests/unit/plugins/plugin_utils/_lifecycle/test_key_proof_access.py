# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proof is about the key of a certificate, whatever the yearly authorisation says."""

from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import Proof
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from lab.authority import Authority
from unit.plugins.plugin_utils._lifecycle.test_key_proof import NOW, Workstation, one, prove
from unit.plugins.plugin_utils.fakes import issue


def test_a_key_is_proven_although_the_authorisation_has_ended() -> None:
    drivers = Workstation()
    drivers.plant(issue(Authority.create()))
    holder, certificate = one(prove(drivers, anniversary=NOW.date()))
    assert (holder.status, holder.certificate_status, holder.proof) == (Status.EXPIRED, Status.VALID, Proof.PROVEN)
    assert certificate.key_state == "proven"
