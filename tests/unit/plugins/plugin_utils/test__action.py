# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import HIDDEN, PkcsAction, Spec, Task, plain
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._driver import Context, ExchangeRequest, RunAs
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import PkcsError
from unit.plugins.plugin_utils.test__driver_json import EXCHANGE, INVENTORY

SECRET = "withdrawal-4711"
HOLDER = RunAs(Context.BECOME, "CHU\\jdupont")
REQUEST = ExchangeRequest("S-1-5-21-2", "00", ())
WRAPPER = 'failure during exec_wrapper: Exception calling "CreateProcessAsUser": "Win32ErrorCode 5"'

Json = dict[str, Any]


def nothing(_driver: str) -> Json:
    return {}


class Connection:
    """As much of a connection as an action touches. ``become`` is what the site sets for all tasks."""

    def __init__(self) -> None:
        self.become: Any = "the site's"
        self._shell = MagicMock(tmpdir=None)

    def set_become_plugin(self, plugin: Any) -> None:
        self.become = plugin


class Action(PkcsAction):
    """An action whose story and whose workstation a test writes."""

    SPEC = Spec(
        options={"holder": {"type": "str", "required": True}, "passphrase": {"type": "str", "no_log": True}},
    )

    def __init__(
        self, story: Callable[[Action], Json], driver: Callable[[str], Json] = nothing, **arguments: Any
    ) -> None:
        task = MagicMock(args={"holder": "jdupont", "passphrase": SECRET} | arguments, check_mode=False, diff=False)
        task.action, task.async_val = "hospital_it.pkcs12.certificate", 0
        super().__init__(task, Connection(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
        self.write, self.driver, self.pipelining = story, driver, True
        self.ran: list[tuple[str, Any]] = []

    def story(self, task: Task) -> Json:
        return self.write(self)

    def _execute_module(self, module_name: str | None = None, **_arguments: Any) -> Json:
        self.ran.append((str(module_name), self._connection.become))
        return self.driver(str(module_name))

    def _is_pipelining_enabled(self, module_style: str, wrap_async: bool = False) -> bool:
        return self.pipelining


def read(action: Action) -> Json:
    return {"computer": action.inventory(["jdupont"]).computer}


def write(action: Action) -> Json:
    return {"changed": action.exchange(REQUEST, HOLDER).changed}


def code_of(result: Json) -> str:
    assert result["failed"] is True
    assert result["changed"] is False
    return str(result["error"]["code"])


def test_reading_has_no_become_and_leaves_the_sites_as_it_was() -> None:
    action = Action(read, lambda _name: INVENTORY)
    assert action.run()["computer"] == "WS"
    assert action.ran == [("hospital_it.pkcs12.store_inventory", None)]
    assert action._connection.become == "the site's"


def test_writing_is_the_holders_with_no_password_but_his_own() -> None:
    action = Action(write, lambda _name: EXCHANGE)
    action.run()
    ((name, become),) = action.ran
    assert name == "hospital_it.pkcs12.store_exchange"
    assert become.name == "runas"
    assert (become.get_option("become_user"), become.get_option("become_pass")) == ("CHU\\jdupont", None)
    assert become.get_option("become_pass", {"ansible_become_password": "the site's"}) is None
    assert action._connection.become == "the site's"


def test_connections_user_writes_without_become() -> None:
    own = RunAs(Context.CONNECTION, "CHU\\svc")
    action = Action(lambda action: {"changed": action.exchange(REQUEST, own).changed}, lambda _name: EXCHANGE)
    action.run()
    assert action.ran == [("hospital_it.pkcs12.store_exchange", None)]


def test_sites_become_comes_back_after_a_failure() -> None:
    def lost(_name: str) -> Json:
        raise AnsibleConnectionFailure("the connection is gone")

    action = Action(write, lost)
    with pytest.raises(AnsibleConnectionFailure):
        action.run()
    assert action._connection.become == "the site's"


def test_wrong_arguments_reach_no_workstation() -> None:
    for arguments, says in (({"holder": None}, "holder"), ({"pasphrase": SECRET}, "Unknown options: pasphrase.")):
        action = Action(read, lambda _name: INVENTORY, **arguments)
        result = action.run()
        assert code_of(result) == "bad_arguments"
        assert says in result["msg"]
        assert action.ran == []


def test_what_the_user_wrote_is_shown_without_secrets() -> None:
    result = Action(lambda _action: {}, pasphrase=SECRET).run()
    assert result["invocation"] == {"module_args": {"holder": "jdupont", "passphrase": HIDDEN, "pasphrase": HIDDEN}}


def test_secret_is_masked_wherever_it_turns_up() -> None:
    def refuse(_action: Action) -> Json:
        raise PkcsError(code="odd", cause=f"It says {SECRET}.", next_step="Nothing.")

    def break_down(_action: Action) -> Json:
        raise RuntimeError(f"a defect with {SECRET} in it")

    for story in (refuse, break_down, lambda _action: {"rows": [{"text": f"<{SECRET}>"}]}):
        assert SECRET not in str(Action(story).run())


def test_defect_is_one_failure_that_asks_to_be_reported() -> None:
    result = Action(lambda action: action.no_such_thing).run()
    assert (result["failed"], result["changed"]) == (True, False)
    assert "AttributeError" in result["msg"]
    assert "Please report it" in result["msg"]


@pytest.mark.parametrize(
    "answer", [{}, {"failed": True, "msg": "nothing"}, INVENTORY | {"failed": True}, INVENTORY | {"utc": 1}]
)
def test_answer_that_is_none_is_refused(answer: Json) -> None:
    assert code_of(Action(read, lambda _name: answer).run()) == "driver_answer"


def test_become_that_failed_is_told_from_a_driver_that_failed() -> None:
    refused = Action(write, lambda _name: {"failed": True, "msg": WRAPPER.replace("5", "1332")}).run()
    assert code_of(refused) == "unknown_holder"
    own = RunAs(Context.CONNECTION, "CHU\\svc")
    broken = Action(
        lambda action: {"x": action.exchange(REQUEST, own)}, lambda _name: {"module_stderr": "no such thing"}
    ).run()
    assert code_of(broken) == "driver_answer"
    assert "no such thing" in broken["msg"]


def test_nothing_secret_is_sent_where_it_would_be_kept() -> None:
    action = Action(write, lambda _name: EXCHANGE)
    action.pipelining = False
    assert code_of(action.run()) == "kept_files"
    assert action.ran == []


def test_ansibles_tags_are_taken_off() -> None:
    class Tagged(str):
        __slots__ = ()

    bare = plain({Tagged("key"): [Tagged("value"), True, None, 1.5, {"n": 7}]})
    assert bare == {"key": ["value", True, None, 1.5, {"n": 7}]}
    assert type(next(iter(bare))) is str
    assert type(bare["key"][0]) is str
