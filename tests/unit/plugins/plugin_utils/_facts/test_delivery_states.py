# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each error leaves a delivery in a state, and what was collected stays so."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_states import (
    DeliveryState,
    state_after,
)

STATES = {
    "locked": "new",
    "link_used": "link_used",
    "code_wrong": "code_wrong",
    "redirect_elsewhere": "refused",
    "wrong_passphrase": "collected",
    "maintenance": "failed",
}


@pytest.mark.parametrize(("code", "state"), STATES.items())
def test_an_error_leaves_a_state(code: str, state: str) -> None:
    assert state_after(code, collected=False) is DeliveryState(state)
    assert state_after(code, collected=False, asked=True) is DeliveryState("failed" if state == "new" else state)
    assert state_after(code, collected=True) is DeliveryState.COLLECTED
