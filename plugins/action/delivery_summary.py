# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each holder's delivery, for people and as facts. See ansible-doc hospital_it.pkcs12.delivery_summary."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, ClassVar

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import leavers_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.leaving import (
    KnowsRetired,
    nobody_taken_back,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.summary import (
    CollectionRun,
    collection_summary,
    two_names,
)


class ActionModule(KnowsRetired, Pkcs12Action):
    """The argument spec and the call."""

    # What else a delivery has are names, dates and states, which must stay readable.
    SECRET_KEYS: ClassVar[Mapping[str, Set[str]]] = {"deliveries": frozenset({"url", "code"})}
    SPEC = ArgumentSpec(
        options={
            "deliveries": {"type": "list", "elements": "dict", "required": True, "no_log": True},
            "withdrawals": {"type": "list", "elements": "dict", "required": True},
            "problems": {"type": "list", "elements": "dict", "default": []},
            "unstored": {"type": "dict", "default": {}},
            "holders": {"type": "list", "elements": "dict", "required": True},
            "holder_problems": {"type": "list", "elements": "raw", "default": []},
            "acknowledged": {"type": "list", "elements": "str", "default": [], "site": True},
            "leavers": {"type": "raw", "default": [], "site": True},
            "retry": {"type": "list", "elements": "str", "default": [], "site": "run"},
            "known": {"type": "dict", "default": {}},
            "reading": {"type": "dict", "default": {}},
        },
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        run = CollectionRun(
            deliveries=options["deliveries"],
            problems=options["problems"],
            withdrawals={str(done["item"]): done for done in options["withdrawals"] if "item" in done},
            unstored={str(number): why for number, why in options["unstored"].items()},
            holders={
                str(holder["authorisation"]): str(holder.get("name") or "")
                for holder in options["holders"]
                if holder.get("authorisation")
            },
            holder_problems=options["holder_problems"],
            acknowledged=frozenset(options["acknowledged"]),
            leavers=leavers_in(options["leavers"]),
            retry=options["retry"],
            known=options["known"],
            check_mode=task.check_mode,
            reading=options["reading"],
            remarks=[
                *two_names(options["holders"]),
                *nobody_taken_back(
                    self.not_taken_back(str(each.get("authorisation") or "") for each in options["holders"]),
                    leavers_in(options["leavers"]),
                ),
            ],
        )
        return collection_summary(run, now())
