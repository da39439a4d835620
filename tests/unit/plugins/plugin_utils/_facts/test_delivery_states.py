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
    "ephemeral_dest": "new",
    "dest_taken": "new",
    "dest_folder": "new",
    "evidence": "new",
    "bad_arguments": "new",
    "bad_pattern": "new",
    "link_used": "link_used",
    "code_wrong": "code_wrong",
    "url_not_https": "refused",
    "url_invalid": "refused",
    "url_host_not_allowed": "refused",
    "redirect_elsewhere": "refused",
    "wrong_person": "refused",
    "no_authorisation": "refused",
    "wrong_passphrase": "collected",
    "maintenance": "failed",
    "server_error": "failed",
    "captcha": "failed",
    "tls": "failed",
    "unreachable": "failed",
    "proxy": "failed",
    "download_cut": "failed",
    "html_instead": "failed",
    "wrong_content": "failed",
    "disk_full": "failed",
    "too_large": "failed",
    "weak_key": "failed",
    "unexpected_page": "failed",
}


@pytest.mark.parametrize(("code", "state"), STATES.items())
def test_an_error_leaves_a_state(code: str, state: str) -> None:
    assert state_after(code, collected=False) is DeliveryState(state)
    assert state_after(code, collected=False, asked=True) is DeliveryState("failed" if state == "new" else state)
    assert state_after(code, collected=True) is DeliveryState.COLLECTED
