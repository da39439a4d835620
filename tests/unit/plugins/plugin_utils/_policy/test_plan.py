# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a plan: it never retires before it proves, and what is not selected stays."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.certificate import Certificate
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import CertificateStore, StoreCertificate
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


def kinds(plan: Plan) -> list[type]:
    return [type(step) for step in plan.steps]


def test_a_renewal_imports_proves_names_and_only_then_retires() -> None:
    plan = plan_present(wanted("SISERI", chain=(ISSUING, ROOT)), view(OLD), [Removal(OLD, RemovalMethod.DELETE)])
    assert kinds(plan) == [ChainStep, ImportStep, ProveStep, NameStep, RetireStep]
    assert plan.steps[0].thumbprint == ISSUING.thumbprint  # a root never travels
    assert plan.removals == {OLD.thumbprint: RemovalMethod.DELETE}


def test_a_portal_is_asked_before_anything_is_retired() -> None:
    """Also when nothing is; and never when there is nothing to do."""
    old = [Removal(OLD, RemovalMethod.DELETE)]
    asking = replace(wanted("SISERI"), portal="https://portal.example/")
    assert kinds(plan_present(asking, view(OLD), old)) == [ImportStep, ProveStep, NameStep, ConnectStep, RetireStep]
    assert kinds(plan_present(asking, view(), [])) == [ImportStep, ProveStep, NameStep, ConnectStep]
    assert kinds(plan_present(asking, view(stored(LEAF), OLD), old))[-2:] == [ConnectStep, RetireStep]
    assert kinds(plan_present(asking, view(stored(LEAF, friendly_name="SISERI")), [])) == []
    assert not Plan((ConnectStep(LEAF.thumbprint, "https://portal.example/"),)).changes


@pytest.mark.parametrize(
    ("name", "installed"), [("SISERI", "SISERI"), ("\u00c9lodie  Roy", "E\u0301lodie Roy "), ("", None)]
)
def test_nothing_is_done_when_nothing_is_missing(name: str, installed: str | None) -> None:
    plan = plan_present(wanted(name), view(stored(LEAF, friendly_name=installed)), [])
    assert plan == Plan(())
    assert not plan.changes


def test_a_proof_alone_is_no_change() -> None:
    plan = plan_present(wanted(prove=Prove.ALWAYS), view(stored(LEAF)), [])
    assert kinds(plan) == [ProveStep]
    assert (plan.changes, plan.imports, plan.proves) == (False, False, True)


@pytest.mark.parametrize(
    "found",
    [stored(LEAF, None), stored(LEAF, archived=True), replace(stored(LEAF), key_works=False)],
    ids=["no_key", "archived", "dead_key"],
)
def test_one_that_cannot_be_used_as_it_is_comes_again(found: StoreCertificate) -> None:
    assert kinds(plan_present(wanted(), view(found), [])) == [ImportStep, ProveStep]


def test_one_that_is_installed_has_to_prove_itself_before_others_go() -> None:
    plan = plan_present(wanted(), view(stored(LEAF), OLD), [Removal(OLD, RemovalMethod.DELETE)])
    assert kinds(plan) == [ProveStep, RetireStep]


def test_a_name_is_set_only_where_it_differs_and_left_alone_without_one() -> None:
    named = view(stored(LEAF, friendly_name="old"))
    assert kinds(plan_present(wanted("new"), named, [])) == [NameStep]
    assert kinds(plan_present(wanted(None), named, [])) == []


def unusable_moment(plan: Plan, before: CertificateStore) -> object | None:
    """The first step after which the holder has no certificate that is known to work; None when he always has one.

    A leaf that the plan proves counts from then on, not before.
    """
    unproven = {LEAF.thumbprint} if plan.proves else set()
    works = {found.thumbprint for found in before.certificates if found.key and not found.archived} - unproven
    if not works:
        return None
    for step in plan.steps:
        if isinstance(step, ProveStep):
            works.add(step.thumbprint)
        elif isinstance(step, (RetireStep, RemoveStep)):
            works.discard(step.thumbprint)
        if not works:
            return step
    return None


def worlds() -> list[tuple[DesiredCertificate, CertificateStore, list[Removal]]]:
    """All combinations of what can be there and what can be asked for."""
    leaves = [None, stored(LEAF), stored(LEAF, None), stored(LEAF, archived=True)]
    olds = [[], [OLD], [OLD, stored(certificate("Second"))]]
    asked = product(
        leaves, olds, (RemovalMethod.DELETE, RemovalMethod.ARCHIVE), (None, "SISERI"), Prove, ((), (ISSUING,))
    )
    return [
        (wanted(name, prove, chain), view(*old, *filter(None, [leaf])), [Removal(each, method) for each in old])
        for leaf, old, method, name, prove, chain in asked
    ]


def test_whatever_is_there_the_holder_always_has_a_certificate_that_works_and_only_what_was_chosen_leaves() -> None:
    for want, before, old in worlds():
        plan = plan_present(want, before, old)
        assert unusable_moment(plan, before) is None
        assert set(plan.removals) == {each.stored.thumbprint for each in old}


def test_a_removal_removes_and_archives_as_chosen() -> None:
    second = stored(certificate("Second"))
    plan = plan_absent([Removal(OLD, RemovalMethod.DELETE), Removal(second, RemovalMethod.ARCHIVE)])
    assert plan.steps == (RemoveStep(OLD.thumbprint), RetireStep(second.thumbprint, RemovalMethod.ARCHIVE))
    assert plan.removals == {OLD.thumbprint: RemovalMethod.DELETE, second.thumbprint: RemovalMethod.ARCHIVE}
