# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expiry facts of a workstation, for all its users. See ansible-doc hospital_it.pkcs12.certificate_facts."""

from __future__ import annotations

from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import PkcsAction, Spec, Task, now
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.build import Scope
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.history import dead_keys
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import (
    remembered,
    seat_of,
    seated,
    seats_of_facts,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.selection import selection_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.key_proof import Gathered, proven_record
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import calendar_of

HOLDER = {
    "user": {"type": "str", "required": True},
    "name": {"type": "str"},
    "authorisation": {"type": "str"},
    "authorisation_anniversary": {"type": "str"},
}


class ActionModule(PkcsAction):
    """The spec and one story."""

    SPEC = Spec(
        options={
            "holders": {"type": "list", "elements": "dict", "options": HOLDER, "default": []},
            "only_holders": {"type": "bool", "default": False},
            "issuer": {"type": "str"},
            "subject": {"type": "str"},
            "authorisation_pattern": {"type": "str"},
            "eku": {"type": "list", "elements": "str", "default": []},
            "include_unrelated": {"type": "bool", "default": False},
            "include_archived": {"type": "bool", "default": False},
            "renew_before_days": {"type": "int", "default": 40},
            "time_zone": {"type": "str", "default": "UTC"},
            "prove": {"type": "bool", "default": False},
        },
    )

    def story(self, task: Task) -> dict[str, Any]:
        options = task.options
        calendar = calendar_of(options["time_zone"], options["renew_before_days"])
        asked = [seat_of(entry) for entry in options["holders"]]
        selection_of(options, asked)  # refused before anything is asked of the workstation
        inventory = self.inventory([seat.user for seat in asked])
        seats = seated(remembered(asked, seats_of_facts(task.facts)), inventory)
        scope = Scope(selection_of(options, seats), seats, calendar, dead_keys(task.facts))
        gathered = Gathered(inventory, scope, now())
        record = proven_record(gathered, self, task.check_mode) if options["prove"] else gathered.record({})
        return {"ansible_facts": {"pkcs12": to_map(record)}}
