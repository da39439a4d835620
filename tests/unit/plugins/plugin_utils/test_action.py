# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The boundary to Ansible: secrets masked on every exit, become put in place and brought back, failures as results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import arguments, base
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.arguments import (
    Arguments,
    ArgumentSpec,
    validated,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.base import TaskContext
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.driver_client import HolderBecome
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.passphrases import SecretKind
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import (
    ConnectionLost,
    Deferred,
    Outside,
    Pkcs12Error,
    Problem,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.secret_kinds import PASSPHRASE, PASSWORD
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.failures import LOCK_QUESTION
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Context,
    ExchangeRequest,
    RunAs,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.receiver import Connection, Receiver
from unit.plugins.plugin_utils import fakes
from unit.plugins.plugin_utils.fake_action import Action, FakeConnection
from unit.plugins.plugin_utils.problems import error_of

SECRET = "s3cret-passphrase"
HOLDER = RunAs(Context.BECOME, "CHU\\jdupont", "his own")
OF_CONNECTION = RunAs(Context.CONNECTION, "CHU\\jdupont")
REQUEST = ExchangeRequest("S-1", "hash", ())


class OfALibrary(Exception):
    """An error of a library below the connection plugins."""

    __module__ = "requests.exceptions"


@pytest.fixture(autouse=True)
def base_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base.ActionBase, "run", lambda *_given: {})


def run(
    args: Mapping[str, Any], told: Any = None, variables: dict[str, Any] | None = None, **task: Any
) -> dict[str, Any]:
    return Action({"holder": "a"} | dict(args), told, **task).run(None, variables)


def test_a_register_that_was_not_read_stops_every_task_also_one_without_settings_of_the_site() -> None:
    unread = {"code": "register_unread.missing", "values": {"file": "people.csv"}}
    result = run({}, AssertionError("It ran."), {"pkcs12_register_problems": [unread]})
    assert result["error"]["code"] == "register_unread"


def test_a_defect_may_echo_a_secret_so_its_text_is_masked() -> None:
    result = run({"passphrase": SECRET}, RuntimeError(f"it says {SECRET} here"))
    assert SECRET not in json.dumps(result)
    values = {"action": "hospital_it.pkcs12.x", "kind": "RuntimeError"}
    problem = Problem("defect.unexpected", {**values, "text": Outside("it says ******** here")})
    assert result["error"]["problem"] == problem.to_map()
    assert "****" in result["exception"]
    short = run({"passphrase": "12345 "}, RuntimeError("it says 12345 here"))
    assert "12345" not in json.dumps(short | {"invocation": None})
    assert short["error"]["problem"] == Problem("defect.hidden", values).to_map()


def test_a_defect_before_the_secrets_are_validated_is_masked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def validated(_spec: object, given: Arguments) -> None:
        raise RuntimeError(f"it says {given.values}")

    with monkeypatch.context() as patch:
        patch.setattr(base, "validated", validated)
        patch.setattr(
            Asking, "_task_context", lambda _self, _options: TaskContext({"a": 1}, False, False, "ws-1", None)
        )
        result = Asking({"passphrases": {"T100001": SECRET}}).run(None, {})
    assert result["error"]["code"] == "defect"
    assert SECRET not in json.dumps(result)


def lost(answer: Exception, **given: str) -> ConnectionLost:
    """What a task with these arguments tells of its connection."""
    action = Action({"holder": "a", **given}, answer=answer)
    action.run(None, {})
    with pytest.raises(ConnectionLost) as told:
        action.drivers.inventory([])
    return told.value


def test_a_short_passphrase_does_not_garble_what_a_connection_says() -> None:
    problem = lost(AnsibleConnectionFailure("no connection " * 40), passphrase="on").problem
    reason = str(problem.values["reason"])
    assert (problem.code, reason[:27]) == ("connection_failed", "no connection no connection")
    assert len(reason) < 300


def test_a_connection_never_says_its_own_password() -> None:
    secret = "a password of the connection"
    told = lost(AnsibleConnectionFailure(f"kinit: {secret}: Access is denied"))
    assert told.code == "access_denied"
    assert secret not in f"{told!r} {told.problem} {told.detail}"
    assert "kinit: ***" in told.detail


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (AnsibleError("the connection attempt timed out"), "connection_timeout"),
        (AnsibleConnectionFailure("winrm connection error: read timed out"), "connection_ended"),
        (OfALibrary("cut"), "connection_ended"),
    ],
)
def test_a_connection_that_failed_has_a_code_and_another_error_is_not_called_one(problem: Exception, code: str) -> None:
    assert lost(problem).code == code
    with pytest.raises(KeyError):
        Action({}, answer=KeyError("x")).drivers.inventory([])


def test_text_of_a_driver_is_masked_and_still_understood() -> None:
    text = f"Win32ErrorCode 1332 {SECRET}"
    action = Action({"holder": "a", "passphrase": "1332"}, answer={"failed": True, "msg": text})
    action.run(None, {})
    assert error_of(lambda: action.drivers.exchange(REQUEST, HOLDER)).code == "unknown_holder"
    action = Action({"holder": "a", "passphrase": SECRET}, answer={"failed": True, "msg": f"echo {SECRET}"})
    action.run(None, {})
    assert error_of(lambda: action.drivers.inventory([])).problem.values["reason"] == "echo ********"


class Asking(Action):
    """A task that has each kind of secret, and asks its workstation."""

    SECRETS_BY_KEY: ClassVar[Mapping[str, SecretKind]] = {"passphrases": PASSPHRASE, "holder_passwords": PASSWORD}
    SPEC = ArgumentSpec(
        options={
            "holder": {"type": "str"},
            "passphrases": {"type": "dict", "no_log": True},
            "holder_passwords": {"type": "dict", "no_log": True},
            "code": {"type": "str", "no_log": True},
        }
    )
    run_as: RunAs | None = None

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        return {"read": self.drivers.exchange(REQUEST, self.run_as) if self.run_as else self.drivers.inventory([])}


KINDS = {
    "passphrase": SECRET,
    "former passphrase": "back\\slash-4711",
    "password": "W1ndows 'password'",
    "code": 'C-0815-"é"',
    "lines": "two\nlines",
    "as short as one that is masked": "Ab3!xy",
}
STORE = {"protocol": 1, "changed": False, "owner_sid": "S-1", "before": [], "after": [], "journal": [], "error": None}


def echoes(secret: str) -> list[Any]:
    """What drivers, PowerShell, Ansible and libraries say when they repeat a secret, as it is or as Python and JSON write it."""
    return [
        {"failed": True, "msg": f"it says {secret}"},
        {"failed": True, "msg": f"it says {json.dumps(secret)}"},
        {"failed": True, "msg": "MODULE FAILURE", "module_stderr": f"At line 1: {secret}"},
        {"failed": True, "msg": f"CreateProcessAsUser {secret} (Win32ErrorCode 5)"},
        {**STORE, "utc": secret},
        {**STORE, "utc": "2026-11-25T04:34:43Z", "before": [{"source": secret, "data": secret}]},
        {"protocol": 1, "identity": {secret: secret}},
        {"protocol": 1, "identity": dict.fromkeys(("sid", "account"), secret), "os_build": secret},
        AnsibleConnectionFailure(f"kinit: {secret}: Access is denied"),
        AnsibleError(f"the connection attempt timed out {secret}"),
        OfALibrary(secret),
        RuntimeError(f"it says {secret}"),
        KeyError(secret),
    ]


@pytest.mark.parametrize("run_as", [None, HOLDER, OF_CONNECTION], ids=["read", "become", "connection"])
@pytest.mark.parametrize("secret", KINDS.values(), ids=KINDS)
def test_whatever_repeats_a_secret_no_result_has_it(secret: str, run_as: RunAs | None) -> None:
    passphrase, former, password, code, lines, short = KINDS.values()
    given = {
        "holder": "a",
        "passphrases": {"T100001": [passphrase, former, short], "T100002": lines},
        "holder_passwords": {"CHU\\jdupont": password},
        "code": code,
    }
    for answer in echoes(secret):
        action = Asking(given, answer=answer)
        action.run_as = run_as
        result = action.run(None, {})
        assert result["error"]["problem"]["code"]
        said = str(plain := json.loads(json.dumps(result))) + json.dumps(plain)
        forms = {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]}
        assert not [form for form in forms | {repr(each)[1:-1] for each in forms} if form in said], (answer, result)


def test_what_a_refusal_of_arguments_is_written_from_has_no_secret_however_deep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(Action, "check_given", lambda _self, given: seen.append(given))
    run({"passphrase": SECRET, "holder": [{"name": f"a {SECRET}"}]})
    assert (len(seen), SECRET in repr(seen), "a ****" in repr(seen)) == (1, False, True)


def receiver(options: dict[str, Any], site: dict[str, Any] | None = None, **members: Any) -> Receiver:
    """What a reading says of the connection that it used. ``members``: of the plugin."""
    action = Action({"holder": "a"}, answer={"protocol": 1})
    action._task_vars = {"inventory_hostname": "ws-1", **(site or {})}
    action._templar = SimpleNamespace(template=lambda value: value)
    action._unverified = action._unverified_workstations()
    for name, value in members.items():
        setattr(action._connection, name, value)
    known = action._connection.get_option
    action._connection.get_option = lambda name: options[name] if name in options else known(name)  # type: ignore[method-assign]
    action.drivers._parsed = lambda *_given: fakes.inventory()  # type: ignore[method-assign]
    return action.drivers.inventory([]).receiver


HTTP = {"scheme": "http", "transport": ["ntlm"], "_extras": {}, "remote_user": "a"}


def test_a_reading_tells_how_its_connection_went() -> None:
    used = {True: SimpleNamespace(encryption=object()), False: SimpleNamespace(encryption=None)}
    ntlm = Connection("winrm", "http", ("ntlm",), "auto")
    assert receiver(HTTP) == Receiver(ntlm, "ws-1", None)
    assert receiver(HTTP, _winrm_transport=["ntlm", "plaintext"]).connection.logons == ("ntlm", "plaintext")
    assert receiver(HTTP, _winrm_transport=None, protocol=None).connection == ntlm
    assert receiver(HTTP, protocol=SimpleNamespace(transport=used[True])).connection == ntlm
    assert receiver(HTTP, protocol=SimpleNamespace(transport=used[False])).connection == replace(ntlm, sealed=False)
    assert receiver(HTTP, protocol=SimpleNamespace(transport=SimpleNamespace())).connection == ntlm


@pytest.mark.parametrize(("given", "read"), [(["ws-1"], ("ws-1",)), ([], ()), (None, ()), ("", ())])
def test_the_setting_that_is_there_and_empty_names_nobody(given: Any, read: tuple[str, ...]) -> None:
    assert receiver(HTTP, {"pkcs12_unverified_workstations": given}).unverified == read


COMMON = (
    *("T300001", "2029", "asr", "Zoë", "a", "failed", "problem"),
    *("no_bundle.no_file", "values", "pattern", "journal"),
)
NO_FILE = Problem("no_bundle.no_file", {"folder": "/srv/bundle", "pattern": "{name}"}, "bundle_folder")
REFUSAL = Pkcs12Error(NO_FILE, journal=[{"id": "1"}], changed=True)
RESULT = {
    "msg": "Zoë Martin - T300001 is installed for CHU\\asr; valid until 2029-11-24.",
    "path": "/srv/bundles/Zoë Martin - T300001.p12",
    "ansible_facts": {"pkcs12": {"holders": [{"user": "CHU\\asr", "owner_sid": "S-1-5-21-2029"}]}},
}


@pytest.mark.parametrize("passphrase", COMMON)
@pytest.mark.parametrize("told", [RESULT, REFUSAL], ids=["result", "refusal"])
def test_a_passphrase_that_is_a_common_word_leaves_everything_else_as_it_is(
    monkeypatch: pytest.MonkeyPatch, passphrase: str, told: Any
) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda _bytes: "")  # the same nonce twice, where there is one
    usual, common = (run({"holder": "asr", "passphrase": each}, told) for each in (SECRET, passphrase))
    assert usual == common


@pytest.mark.parametrize("given", [{"passphrase": SECRET, "days": "x"}, {"passphrse": SECRET}])
def test_neither_a_misspelt_secret_nor_one_beside_a_wrong_argument_shows(given: dict[str, str]) -> None:
    result = run(given)
    assert (result["failed"], result["error"]["code"]) == (True, "bad_arguments")
    assert [*given][-1] in result["msg"]
    assert SECRET not in json.dumps(result)


def test_the_invocation_is_what_the_user_wrote_without_secrets() -> None:
    shown = run({"passphrase": SECRET, "days": "7"})["invocation"]["module_args"]
    assert shown == {"holder": "a", "passphrase": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "days": "7"}


def test_a_refusal_is_a_result_with_the_journal_and_whether_it_changed_something() -> None:
    result = run({}, REFUSAL)
    assert (result["error"]["code"], result["error"]["problem"]) == ("no_bundle", NO_FILE.to_map())
    assert (result["failed"], result["changed"], result["journal"]) == (True, True, [{"id": "1"}])


def test_a_defect_is_called_one_and_a_lost_connection_makes_the_host_unreachable() -> None:
    assert run({}, RuntimeError("x"))["error"]["code"] == "defect"
    problem = Problem("no_route", {"address": "ws-1"})
    result = run({}, ConnectionLost(problem, detail="said"))
    assert (result["unreachable"], result["changed"], "failed" in result) == (True, False, False)
    assert (result["error"]["code"], result["error"]["problem"]) == ("no_route", problem.to_map())
    assert (result["connection_error"]["code"], result["connection_error"]["detail"]) == ("no_route", "said")


@pytest.mark.words
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "'pkcs12_computer' is empty, so nobody can tell which workstation is meant. Set pkcs12_computer to "),
        ("fr", "« pkcs12_computer » est vide : impossible de savoir de quel poste il s'agit. Donner à pkcs12_"),
    ],
)
def test_a_result_tells_a_problem_in_the_language_of_the_site_and_by_the_names_of_its_user(
    monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    """Words are made here and nowhere below: the one place where a unit test can see them as a user does."""
    monkeypatch.setattr(Action, "variable", lambda _self, _name: language)
    refusal = Pkcs12Error(Problem("bad_arguments.computer_is_empty", setting="computer"))
    result = run({}, refusal, {"pkcs12_language": language})
    assert result["msg"].startswith(said)
    assert result["msg"].endswith(result["error"]["next_step"])


def test_a_connection_that_fails_outside_of_a_driver_has_its_cause_too() -> None:
    result = run({}, AnsibleConnectionFailure("[Errno 111] Connection refused"))
    assert (result["unreachable"], result["error"]["code"]) == (True, "connection_refused")


def test_what_ansible_says_itself_is_passed_through() -> None:
    with pytest.raises(AnsibleError, match="undefined"):
        run({}, AnsibleError("undefined"))
    with pytest.raises(AnsibleError, match="undefined"):
        Action({}, answer=AnsibleError("undefined")).drivers.inventory([])


@pytest.mark.parametrize(
    ("family", "transport", "code"),
    [("sh", "winrm", "not_windows"), ("powershell", "ssh", "untried_connection")],
)
def test_powershell_is_sent_to_windows_only_and_over_no_connection_that_nobody_has_tried(
    family: str, transport: str, code: str
) -> None:
    action = Action({}, answer={})
    action._connection = FakeConnection(None, family)
    action._connection.transport = transport
    refusal = error_of(lambda: action.drivers.inventory([]))
    assert (refusal.code, refusal.problem.values["transport"], action.seen) == (code, transport, [])


def test_a_controller_without_the_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert run({})["error"]["code"] == "missing_library"


def test_run_task_gets_the_validated_options_and_how_the_task_runs() -> None:
    action = Action({"holder": "a", "days": "7"}, check_mode=True, diff=True)
    action.run(None, {"inventory_hostname": "ws-1", "awx_job_id": 17})
    task = action.task
    assert (task.options["days"], task.check_mode, task.diff, task.host, task.job) == (7, True, True, "ws-1", "17")
    assert "holder" not in repr(task)


NEW, OLD = {"schema": 1}, {"schema": 0}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, None),
        ({"pkcs12": OLD}, OLD),
        ({"pkcs12": OLD, "ansible_facts": {"pkcs12": NEW}}, NEW),
        ({"pkcs12": OLD, "ansible_facts": {}}, OLD),
    ],
    ids=["none", "kept", "of_an_earlier_item_up_to_core_2_18", "an_earlier_item_had_none"],
)
def test_run_task_gets_the_newest_facts(facts: dict[str, Any], expected: Any) -> None:
    action = Action({"holder": "a"})
    action.run(None, {"ansible_facts": facts})
    assert action.task.facts == expected


@pytest.mark.parametrize(
    ("driver", "answer", "call"),
    [
        ("store_inventory", {}, lambda drivers: drivers.inventory([])),
        ("store_exchange", {"msg": "become failed"}, lambda drivers: drivers.exchange(REQUEST, OF_CONNECTION)),
    ],
)
def test_reading_and_the_connections_own_user_run_without_become_and_the_tasks_own_comes_back(
    driver: str, answer: dict[str, str], call: Any
) -> None:
    action = Action({}, answer=answer)
    assert error_of(lambda: call(action.drivers)).code == "driver_answer"
    assert (action.seen, action._connection.become) == ([(driver, None)], "the task's own")


def test_writing_runs_as_the_holder_with_his_password_or_none_whatever_the_site_says() -> None:
    for password in ("his own", None):
        action = Action({}, answer=OfALibrary("cut"))
        with pytest.raises(ConnectionLost) as lost:
            action.drivers.exchange(REQUEST, RunAs(Context.BECOME, "CHU\\jdupont", password))
        assert lost.value.problem == Problem("connection_ended", {"reason": Outside("cut")})
        ((name, become),) = action.seen
        assert name == "store_exchange"
        assert isinstance(become, HolderBecome)
        options = {option: become.get_option(option) for option in ("become_user", "become_pass", "become_flags")}
        assert options == {"become_user": "CHU\\jdupont", "become_pass": password, "become_flags": ""}
        assert action._connection.become == "the task's own"


def test_a_wrapper_that_got_no_token_is_waiting() -> None:
    action = Action({}, answer={"failed": True, "msg": "failure: CreateProcessAsUser (Win32ErrorCode 5)"})
    with pytest.raises(Deferred) as waiting:
        action.drivers.exchange(REQUEST, HOLDER)
    assert waiting.value.problem == Problem("not_run.windows_error", {"name": HOLDER.account, "number": 5})


NOT_FIT = {"failed": True, "protocol": 1, "error": {"code": "unfit_token"}}
NOT_STARTED = {"failed": True, "msg": "CreateProcessWithTokenW() failed (x, Win32ErrorCode 5 - 0x00000005)"}
BY_TOKEN = RunAs(Context.BECOME, "CHU\\jdupont")


@pytest.mark.parametrize(
    ("run_as", "answer", "tries"),
    [
        (BY_TOKEN, NOT_FIT, 2),
        (BY_TOKEN, NOT_STARTED, 2),
        (BY_TOKEN, {"failed": True, "msg": "failure: CreateProcessAsUser (Win32ErrorCode 1311)"}, 1),
        (replace(BY_TOKEN, own=True), NOT_STARTED, 1),
        (HOLDER, NOT_STARTED, 1),
        (OF_CONNECTION, NOT_FIT, 1),
    ],
    ids=["refused", "not started", "no token", "of the connection", "with a password", "no become"],
)
def test_become_without_a_password_has_a_second_try_for_another_token(
    run_as: RunAs, answer: dict[str, Any], tries: int
) -> None:
    action = Action({}, answer=answer)
    with pytest.raises((Deferred, Pkcs12Error)):
        action.drivers.exchange(REQUEST, run_as)
    assert [name for name, _become in action.seen] == ["store_exchange"] * tries
    assert action._connection.become == "the task's own"


def test_a_second_try_whose_answer_is_lost_may_have_run(monkeypatch: pytest.MonkeyPatch) -> None:
    action = Action({}, answer=NOT_FIT)
    honest = Action._execute_module

    def execute(this: Action, *given: Any, **named: Any) -> Any:
        answer = honest(this, *given, **named)
        this._answer = OfALibrary("cut")
        return answer

    monkeypatch.setattr(Action, "_execute_module", execute)
    with pytest.raises(ConnectionLost):
        action.drivers.exchange(REQUEST, BY_TOKEN)
    assert len(action.seen) == 2
    assert action._connection.become == "the task's own"


@pytest.mark.parametrize("own", [False, True])
def test_a_token_that_starts_nothing_is_waiting_only_without_a_password(own: bool) -> None:
    action = Action({}, answer=NOT_STARTED)
    action._task_vars = {"inventory_hostname": "ws-1"}
    with pytest.raises(Deferred) as waiting:
        action.drivers.exchange(REQUEST, replace(BY_TOKEN, own=own))
    assert waiting.value.problem == Problem("unfit_token", {"name": BY_TOKEN.account, "computer": "ws-1"})
    assert error_of(lambda: action.drivers.exchange(REQUEST, HOLDER)).code == "not_started"


CONSTRAINED = {"failed": True, "msg": "x is not trusted and cannot be loaded."}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("app_control\r\napplocker\r\n", ("applocker", "app_control")),
        ("welcome to ws-1\r\n", ()),
        (OSError("the connection was cut"), ()),
    ],
    ids=["two", "words of the site", "no answer"],
)
def test_where_no_driver_starts_the_connections_user_asks_which_lock_it_is(
    monkeypatch: pytest.MonkeyPatch, said: str | Exception, named: tuple[str, ...]
) -> None:
    action = Action({}, answer=CONSTRAINED)
    action._task_vars = {"inventory_hostname": "ws-1"}
    asked: list[object] = []

    def execute(_self: object, command: str, *, sudoable: bool) -> dict[str, Any]:
        asked.append((command, sudoable, action._connection.become))
        if isinstance(said, Exception):
            raise said
        return {"rc": 0, "stdout": said}

    monkeypatch.setattr(Action, "_low_level_execute_command", execute)
    values = {"computer": "ws-1", "mode": "ConstrainedLanguage"}
    causes = (Problem("locks", {"locks": named}),) if named else ()
    of_connection = Problem("constrained_language.connection", values, causes=causes)
    of_holder = Problem("constrained_language", {**values, "name": HOLDER.account}, causes=causes)
    for problem, call in (
        (of_connection, lambda: action.drivers.inventory([])),
        (of_holder, lambda: action.drivers.exchange(REQUEST, HOLDER)),
    ):
        assert error_of(call).problem == problem
        assert action._connection.become == "the task's own"
    assert asked == [(LOCK_QUESTION, False, None)] * 2


def test_a_key_is_never_left_in_a_file_of_ansibles() -> None:
    action = Action({}, answer={})
    action.keep = True
    assert error_of(lambda: action.drivers.exchange(REQUEST, HOLDER)).code == "kept_files"
    assert action.seen == []


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What ansible-core is told to hide in all output."""
    told: set[str] = set()
    monkeypatch.setattr(base, "register_secrets", told.update)
    return told


@pytest.mark.parametrize(("secret", "told"), [("  123456 ", True), ("12345", False), (" 12345\n", False), ("", False)])
def test_ansible_is_told_of_a_secret_that_is_long_enough(secret: str, told: bool, registered: set[str]) -> None:
    run({"passphrase": secret})
    assert registered == ({secret} if told else set())


def test_the_validator_hears_of_no_secret_because_it_would_tell_ansible(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Mapping[str, Any]] = []

    class Validator(ArgumentSpecValidator):
        def __init__(self, options: Mapping[str, Any], **rules: Any) -> None:
            told.append(options)
            super().__init__(options, **rules)

    monkeypatch.setattr(arguments, "ArgumentSpecValidator", Validator)
    given = {"holder": "a", "passphrase": SECRET, "days": "7"}
    validation = validated(Action.SPEC, Arguments(given, {}))
    assert (validation.options, validation.said) == (given | {"days": 7}, None)
    assert not any({"no_log", "site"} & option.keys() for (options,) in [told] for option in options.values())


def test_a_secret_is_found_however_deep_it_is_and_in_its_keys_alone(registered: set[str]) -> None:
    class Deep(Action):
        SPEC = base.ArgumentSpec(
            options={
                "holder": {"type": "str"},
                "passphrases": {"type": "dict", "no_log": True},
                "mails": {"type": "list", "elements": "dict", "no_log": True},
            }
        )
        SECRETS_BY_KEY: ClassVar[Mapping[str, SecretKind]] = {"passphrases": PASSPHRASE}
        SECRET_KEYS: ClassVar[Mapping[str, Set[str]]] = {"mails": frozenset({"code"})}

    refusal = Problem("bad_arguments.no_passphrases").to_map()
    passphrases = {"T100001": ["first-one", "2nd-one", 1234567], "T100002": refusal, "T100003": None, "T100004": True}
    passphrases["T100005"] = ["beside-a-date", date(2029, 1, 1)]
    Deep({"passphrases": passphrases, "mails": [{"name": "Jeanne Dupont", "code": "c0de-one"}]}).run(None, {})
    assert registered == {"first-one", "2nd-one", "1234567", "c0de-one", "beside-a-date"}
    registered.clear()
    Deep({"passphrases": '{"T100001": "in-a-text"}'}).run(None, {})
    assert "in-a-text" in registered
