# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.summary import progress

HOSTS = [f"ws-{number:04}" for number in range(1000)]


def test_each_host_is_counted_once_over_all_batches() -> None:
    earlier = None
    for start in range(0, 300, 100):
        batch = HOSTS[start : start + 100]
        silent = batch[:1]
        found = {"needs_somebody": [*silent, *batch[1:3]], "unreachable_hosts": silent}
        earlier = progress(found, batch, HOSTS, earlier)
    assert earlier
    assert earlier["so_far"] == {"hosts": 300, "of": 1000, "need_help": 6, "did_not_answer": 3}
    assert earlier["progress"] == Problem(
        "progress",
        {"done": 300, "count": 1000},
        causes=(Problem("progress.need_help", {"count": 6}), Problem("progress.did_not_answer", {"count": 3})),
    )


def test_a_batch_that_lost_hosts_is_as_far_as_its_last_one() -> None:
    found = {"needs_somebody": [], "unreachable_hosts": []}
    assert progress(found, HOSTS[101:200], HOSTS, None)["so_far"]["hosts"] == 200
    assert progress(found, [], HOSTS, {"so_far": {"hosts": 200, "need_help": 1}})["so_far"]["hosts"] == 200
