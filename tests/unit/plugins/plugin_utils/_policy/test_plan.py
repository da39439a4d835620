# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a plan: it never retires before it proves, and what is not selected stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import Certificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import StoreCertificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.plan import (
    ChainStep,
    ConnectStep,
    DesiredCertificate,
    ImportStep,
    NameStep,
    Plan,
    Prove,
    ProveStep,
    RemoveStep,
    RetireStep,
    plan_absent,
    plan_present,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.superseding import Removal, RemovalMethod
from unit.plugins.plugin_utils.fakes import YEAR, certificate, stored, view

LEAF = certificate(left=3 * YEAR)
OLD = stored(certificate())
ROOT = replace(certificate("Root"), subject="CN=Root", issuer="CN=Root")
ISSUING = replace(certificate("Issuing"), subject="CN=Issuing", issuer="CN=Root")


def wanted(
    name: str | None = None, prove: Prove = Prove.ON_CHANGE, chain: tuple[Certificate, ...] = ()
) -> DesiredCertificate:
    return DesiredCertificate(LEAF, chain, name, prove)


ASKING = replace(wanted("SISERI"), portal="https://portal.example/")
DELETE, ARCHIVE = RemovalMethod.DELETE, RemovalMethod.ARCHIVE


@pytest.mark.parametrize(
    ("want", "there", "old", "steps"),
    [
        # It imports, proves, names and only then retires. A root never travels.
        (wanted("A", chain=(ISSUING, ROOT)), [OLD], DELETE, [ChainStep, ImportStep, ProveStep, NameStep, RetireStep]),
        # One that is installed has to prove itself before others go.
        (wanted(), [stored(LEAF), OLD], ARCHIVE, [ProveStep, RetireStep]),
        # A portal is asked before anything is retired, also when nothing is; and never when there is nothing to do.
        (ASKING, [OLD], DELETE, [ImportStep, ProveStep, NameStep, ConnectStep, RetireStep]),
        (ASKING, [], None, [ImportStep, ProveStep, NameStep, ConnectStep]),
        (ASKING, [stored(LEAF), OLD], DELETE, [ProveStep, NameStep, ConnectStep, RetireStep]),
        (ASKING, [stored(LEAF, friendly_name="SISERI")], None, []),
        # A name is set only where it differs, and left alone without one.
        (wanted("\u00c9lodie  Roy"), [stored(LEAF, friendly_name="E\u0301lodie Roy ")], None, []),
        (wanted(""), [stored(LEAF)], None, []),
        (wanted("new"), [stored(LEAF, friendly_name="old")], None, [NameStep]),
        (wanted(None), [stored(LEAF, friendly_name="old")], None, []),
        (wanted(prove=Prove.ALWAYS), [stored(LEAF)], None, [ProveStep]),
        # One that cannot be used as it is comes again.
        (wanted(), [stored(LEAF, None)], None, [ImportStep, ProveStep]),
        (wanted(), [stored(LEAF, archived=True)], None, [ImportStep, ProveStep]),
        (wanted(), [replace(stored(LEAF), key_works=False)], None, [ImportStep, ProveStep]),
    ],
)
def test_the_holder_has_a_certificate_that_works_before_another_goes(
    want: DesiredCertificate, there: list[StoreCertificate], old: RemovalMethod | None, steps: list[type]
) -> None:
    plan = plan_present(want, view(*there), [Removal(OLD, old)] if old else [])
    assert [type(step) for step in plan.steps] == steps
    assert [step.thumbprint for step in plan.steps if isinstance(step, ChainStep)] in ([], [ISSUING.thumbprint])
    assert plan.removals == ({OLD.thumbprint: old} if old else {})
    assert plan.changes == bool(set(steps) - {ProveStep, ConnectStep})
    assert (plan.imports, plan.proves) == (ImportStep in steps, ProveStep in steps)
    assert not Plan((ConnectStep(LEAF.thumbprint, "https://portal.example/"),)).changes


def test_a_removal_removes_and_archives_as_chosen() -> None:
    second = stored(certificate("Second"))
    plan = plan_absent([Removal(OLD, RemovalMethod.DELETE), Removal(second, RemovalMethod.ARCHIVE)])
    assert plan.steps == (RemoveStep(OLD.thumbprint), RetireStep(second.thumbprint, RemovalMethod.ARCHIVE))
    assert plan.removals == {OLD.thumbprint: RemovalMethod.DELETE, second.thumbprint: RemovalMethod.ARCHIVE}
