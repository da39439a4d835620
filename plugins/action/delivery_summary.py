# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each holder's delivery, for people and as facts. See ansible-doc hospital_it.pkcs12.delivery_summary."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, ClassVar

from ansible import constants

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import (
    ArgumentSpec,
    Pkcs12Action,
    TaskContext,
    now,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import (
    untag,
    variables_of,
    wrong_rows,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import SecretKind
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.delivery_records import FACT
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holder_entries import VARIABLE, of_inventory
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.leavers import gone, leavers_in
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._lifecycle.leaving import (
    KnowsRetired,
    nobody_taken_back,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSPHRASE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import UTC, calendar_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.plan import Places, withdrawal_plan
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal.summary import (
    CollectionRun,
    collection_summary,
    two_names,
)

TIME_ZONE = "pkcs12_time_zone"


class ActionModule(KnowsRetired, Pkcs12Action):
    """The argument spec and the call."""

    # What else a delivery has are names, dates and states, which must stay readable.
    SECRETS_BY_KEY: ClassVar[Mapping[str, SecretKind]] = {"passphrases": PASSPHRASE, "new_passphrases": PASSPHRASE}
    SECRET_KEYS: ClassVar[Mapping[str, Set[str]]] = {"mails": frozenset({"deliveries", "url", "code"})}
    SPEC = ArgumentSpec(
        options={
            "mails": {"type": "dict", "required": True, "no_log": True},
            "withdrawals": {"type": "list", "elements": "dict"},
            "unstored": {"type": "dict", "default": {}},
            "holders": {"type": "list", "elements": "dict"},
            "holder_problems": {"type": "list", "elements": "raw", "default": []},
            "acknowledged": {"type": "list", "elements": "str", "default": [], "site": True},
            "leavers": {"type": "raw", "default": [], "site": True},
            "retry": {"type": "list", "elements": "str", "default": [], "site": "run"},
            "known": {"type": "dict"},
            "bundle_folder": {"type": "path", "site": True},
            "file_name": {"type": "str", "default": "{name} - {authorisation} {date} {link}.p12", "site": True},
            "store_tasks": {"type": "str", "site": True},
            "passphrases": {"type": "dict", "no_log": True, "default": {}, "site": True},
            "new_passphrases": {"type": "dict", "no_log": True, "default": {}},
        },
    )

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        options = task.options
        mails, holders, problems = options["mails"], options["holders"], options["holder_problems"]
        if holders is None:
            found = dict(variables_of(self._task_vars, None, (VARIABLE,), self._mask))
            holders, unread = of_inventory({host: each[VARIABLE] for host, each in found.items() if each})
            problems = [*problems, *unread]
        problems = [*problems, *wrong_rows(self._task_vars)]
        today = calendar_of(str(self.variable(TIME_ZONE) or UTC), 0).day(now())
        leavers = leavers_in(options["leavers"]) | gone(holders, today)
        run = CollectionRun(
            deliveries=mails.get("deliveries") or [],
            problems=mails.get("problems") or [],
            withdrawals={str(done["item"]): done for done in options["withdrawals"] or () if "item" in done},
            unstored={str(number): why for number, why in options["unstored"].items()},
            holders={
                str(holder["authorisation"]): str(holder.get("name") or "")
                for holder in holders
                if holder.get("authorisation")
            },
            holder_problems=problems,
            acknowledged=frozenset(options["acknowledged"]),
            leavers=leavers,
            retry=options["retry"],
            known=self._known(options["known"]),
            check_mode=task.check_mode,
            reading={"msg": mails.get("told"), "ignored": mails.get("ignored") or {}},
            unread=None if "deliveries" in mails else _why(mails),
            remarks=[
                *two_names(holders),
                *nobody_taken_back(
                    self.not_taken_back(str(each.get("authorisation") or "") for each in holders), leavers
                ),
            ],
        )
        if options["withdrawals"] is not None:
            return collection_summary(run, now())
        kept = constants.DEFAULT_KEEP_REMOTE_FILES
        places = Places(options["bundle_folder"], options["file_name"], options["store_tasks"], keeps_files=kept)
        return withdrawal_plan(run, holders, places, now())

    def _known(self, given: Any) -> Any:
        """The records from before: given, or those of this host."""
        return untag(self._task_vars.get("ansible_facts", {}).get(FACT)) if given is None else given


def _why(mails: Mapping[str, Any]) -> Any:
    """Why the mails could not be read."""
    return (mails.get("error") or {}).get("problem") or mails.get("msg") or "?"
