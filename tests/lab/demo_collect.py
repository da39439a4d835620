# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The beginning of the demo: the issuer's mails arrive, and each bundle is withdrawn once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.demo_table import table
from lab.issuer import Issuer
from lab.playbook import fact_cache, play

COLLECT = "hospital_it.pkcs12.collect"


@dataclass(frozen=True, slots=True)
class Collected:
    """A run of collect: how many bundles were given, how many requests came, and whether it ended well."""

    downloads: int
    requests: int
    succeeded: bool


def collect(issuer: Issuer, title: str) -> Collected:
    """Runs the playbook and prints what became of each delivery."""
    _say(f"\n{title}")
    registration, hospital = issuer.registration, issuer.hospital
    downloads, requests = registration.downloads, len(registration.requests)
    options = ("-e", f"@{issuer.variables()}", *issuer.vault_options)
    run = play(hospital, COLLECT, *options, environment=fact_cache(hospital))
    if run.exit_code:
        _say(run.stdout + run.stderr)
    rows: list[Sequence[str]] = [("delivery", "state", "file", "opened with", "requests")]
    for row in run.of("bundle_pickup"):
        done = row.result
        name = str(done.get("dest")).rpartition("/")[2]
        rows.append((done["item"], done["state"], name, str(done.get("opened_with")), str(done["requests"])))
    for line in table([rows[0], *sorted(rows[1:], key=lambda row: row[0])]):
        _say(line)
    made = Collected(registration.downloads - downloads, len(registration.requests) - requests, not run.exit_code)
    _say(f"{made.requests} requests to the registration authority, which gave {made.downloads} bundles.")
    return made


def _say(text: str) -> None:
    print(text, flush=True)
