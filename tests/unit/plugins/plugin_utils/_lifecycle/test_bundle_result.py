# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a bundle, as users see it: by the calendar of the site, without the key."""

from __future__ import annotations

import json

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.bundle_result import bundle_result
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from lab.authority import Authority
from unit.plugins.plugin_utils.fakes import NOW, PASSPHRASE, issue, opened


def test_a_bundle_is_shown_without_its_key(authority: Authority) -> None:
    found = bundle_result(opened(issue(authority)), NOW, Calendar())
    assert (found["certificate"]["key_state"], len(found["chain"])) == ("in_bundle", 2)
    assert PASSPHRASE not in json.dumps(found)
