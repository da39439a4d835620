# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The base of all actions, and the only file that uses Ansible's ActionBase: it validates arguments, runs drivers, makes errors results."""

from __future__ import annotations

import contextlib
import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from importlib import metadata
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.become.runas import BecomeModule as RunasBecome

from .._crypto.passphrases import check_variables, is_masked, texts_in
from .._errors import (
    ConnectionLost,
    Outside,
    Pkcs12Error,
    Problem,
    defect_result,
    failed_result,
    with_names,
)
from .._messages.words import Words
from .._workstation.computer import ExpectedComputer, connection_address, expected_name
from .._workstation.encryption import ClearConnection, in_the_clear
from .._workstation.failures import LOCK_QUESTION, become_error, is_constrained
from .._workstation.findings import constrained
from .._workstation.lost_connection import UNTRIED, Origin, logon_unanswered, lost_connection, unreachable_result
from .._workstation.protocol import Context, ExchangeAnswer, ExchangeRequest, Inventory, RunAs
from .._workstation.wire import AnswerError, exchange_arguments, inventory_arguments, parse_exchange, parse_inventory
from .arguments import Arguments, ArgumentSpec, validated
from .host_variables import LANGUAGE, readable_variable, untag
from .known_settings import variable_of
from .masking import WHOLE, masked
from .once import once
from .settings import SiteSettings
from .validation import check_arguments

try:
    from ansible.module_utils.secrets import register_secrets
except ImportError:  # before ansible-core 2.22

    def register_secrets(values: Iterable[str], /) -> None:
        """Nothing: that line hides what ``no_log`` says and no more."""


__all__ = ["ArgumentSpec", "Pkcs12Action", "TaskContext", "installed", "now"]

JOB_VARIABLES = ("awx_job_id", "tower_job_id")  # in which AWX and Automation Controller have the number of the job
Answer = TypeVar("Answer")
WINDOWS_SHELLS = ("powershell", "cmd")  # families of the shell plugins for Windows


@dataclass(frozen=True, slots=True)
class TaskContext:
    """What ``run_task`` gets: the validated options, how the task runs, and ``ansible_facts.pkcs12`` from before the task."""

    options: Mapping[str, Any] = field(repr=False)
    check_mode: bool
    diff: bool
    host: str
    job: str | None
    facts: Any = None
    no_log: bool = False


class HolderBecome(RunasBecome):
    """The become plugin runas for one holder. It ignores the site's become options, so that no other password is tried on his account."""

    def __init__(self, run_as: RunAs) -> None:
        super().__init__()
        self._load_name = "runas"
        # A null password means the token of the holder's own logon session (Ansible.Become, GetUserTokens).
        self._holder = {"become_user": run_as.account, "become_pass": run_as.password, "become_flags": ""}

    def get_option(self, option: str, hostvars: Any = None, playcontext: Any = None) -> Any:
        return self._holder.get(option)


class Pkcs12Action(SiteSettings, ActionBase):
    """Base of every action. A subclass defines ``SPEC`` and ``run_task``. This class turns their errors into results."""

    TRANSFERS_FILES = False
    SECRET_KEYS: ClassVar[Mapping[str, Set[str]]] = {}
    """Options in which only the values of these keys are secrets."""
    _secrets: Set[str] = frozenset()
    _arguments = Arguments({}, {})
    _shown: Mapping[str, Any] | None = None
    """The arguments of a task that is refused, and no secret at a wrong place in them; None where none is refused."""
    _computer: str | None = None
    _doubt: Problem | None = None
    _task_vars: Mapping[str, Any] = MappingProxyType({})

    def check_given(self, given: Mapping[str, Any]) -> None:
        """Refuses arguments before Ansible's validation does, in better words. Raises ``Pkcs12Error``."""

    def run_task(self, task: TaskContext) -> dict[str, Any]:
        """Does the work and returns the result. Raises ``Pkcs12Error``."""
        raise NotImplementedError

    def finish(self, result: dict[str, Any], task: TaskContext) -> dict[str, Any]:
        """The result as the task returns it, also that of a failure or of a workstation that does not answer."""
        return result

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        self._task_vars = task_vars or {}
        self._arguments = self.arguments_of_task()  # what is known of a task whose settings cannot be read
        task = self._task_context({})
        try:
            self._arguments = arguments = self.merged_arguments()
            validation = validated(self.SPEC, arguments)
            self._secrets = self._register_secrets(validation.options)
            task = replace(task, options=validation.options)
            given = self._shown = self._mask(arguments.values)
            for name in self.SECRETS_BY_KEY:
                check_variables(arguments.values.get(name))
            self.check_given(given)
            self._computer = expected_name(given.get("computer"))  # before others, because its own words say more
            check_arguments(self.SPEC, arguments, self._task.action, self._mask)
            if validation.said:
                said = {"said": Outside(self._mask(validation.said)), "action": self._task.action}
                raise Pkcs12Error(Problem("bad_arguments.by_ansible", said))
            self._shown = None
            result = self.run_task(task)
        except Pkcs12Error as refusal:
            result = failed_result(refusal)
        except ConnectionLost as problem:
            result = unreachable_result(problem)
        except AnsibleError:  # Ansible itself reports errors of its connections, variables and plugins
            raise
        except Exception as defect:  # noqa: BLE001
            text, trace = self._mask_defect(str(defect)), self._mask_defect(traceback.format_exc())
            result = defect_result(self._task.action, type(defect).__name__, text, trace)
        if not task.options:  # its settings cannot be read
            task = replace(task, options=validated(self.SPEC, self._arguments).options)
        result = self.finish(result, task)
        result.setdefault("changed", False)
        doubts = [self._doubt] if self._doubt else []
        if warnings := [*result.get("warnings", ()), *doubts, *self._doubts]:
            result["warnings"] = warnings
        told: dict[str, Any] = in_names(self.words.told(result), self.called)
        return told | {"invocation": {"module_args": self._invocation()}}

    @property
    def words(self) -> Words:
        """The words in which this task tells problems: in the language of the site, with the names that its user has set."""
        written = self._task_vars.get(LANGUAGE)
        try:
            language = str(self.variable(LANGUAGE)) if written else ""
        except (AnsibleError, Pkcs12Error):  # a task that reads this setting refuses it
            language = ""
        return Words(language, self.called)

    def called(self, option: str) -> str:
        """What the user calls an option. One of another task, in a problem that it has found, is told by its variable."""
        return self._arguments.name(option) if option in self.SPEC.options else variable_of(option)

    def _mask(self, text: Answer) -> Answer:
        """Text from a connection, a driver or the task's arguments, without the secrets of this task.

        A secret of a few letters is left: it is part of ordinary words, and the gaps would show it. Everything else in a result is
        built from values that cannot hold a secret.
        """
        shown: Answer = masked(text, filter(is_masked, self._secrets))
        return shown

    def _mask_defect(self, text: str) -> str | None:
        """The text of an exception, which may hold any secret of this task; None if that is a short one."""
        if any(secret in text for secret in self._secrets if not is_masked(secret)):
            return None
        return self._mask(text)

    def of_all_hosts(self, name: str, make: Callable[[Iterator[tuple[str, Any]]], Answer], what: str = "") -> Answer:
        """What ``make`` makes of a variable of all hosts in the inventory, by host. It is made once in a run; ``what`` tells two apart."""
        hosts = sorted(self._task_vars.get("groups", {}).get("all", ()))
        key = hashlib.sha256("\n".join([what, name, *hosts]).encode()).hexdigest()
        made: Answer = once(key, lambda: make(readable_variable(self._task_vars, name)))
        return made

    @property
    def is_windows(self) -> bool:
        """Whether the shell of the connection is one of Windows."""
        return getattr(self._connection._shell, "SHELL_FAMILY", None) in WINDOWS_SHELLS

    def no_workstation(self) -> dict[str, Any]:
        """The result on a host that is no workstation: it is not Windows, and the inventory has no holders for it."""
        return {"no_workstation": True, "msg": Problem("done.no_workstation", {"host": self.host})}

    def check_windows(self) -> None:
        """Refuses a connection that is not one to Windows, or that nobody has tried: ``not_windows``, ``untried_connection``."""
        values = {"host": self.host, "transport": self._connection.transport}
        if not self.is_windows:
            raise Pkcs12Error(Problem("not_windows", values))
        if self._connection.transport in UNTRIED:
            raise Pkcs12Error(Problem("untried_connection", values))

    def inventory(self, holders: Sequence[str]) -> Inventory:
        """Runs ``store_inventory``. Raises ``Pkcs12Error``, also for another computer than the option ``computer`` names."""
        found = self.read_inventory(holders)
        self.check_computer(found.names)
        return found

    def read_inventory(self, holders: Sequence[str]) -> Inventory:
        """Runs ``store_inventory`` on whatever computer answers. Raises ``Pkcs12Error``."""
        found = self.ask("store_inventory", inventory_arguments(holders), parse_inventory)
        return replace(found, clear_connection=self._in_the_clear())

    def _in_the_clear(self) -> ClearConnection | None:
        """How the connection carries what anybody on the way can read; None when it encrypts. It has been used, so it has chosen."""
        transports = getattr(self._connection, "_winrm_transport", None) or ()
        used = getattr(getattr(self._connection, "protocol", None), "transport", None)
        sealed = used is None or getattr(used, "encryption", used) is not None
        return in_the_clear(self._connection.get_option, transports, sealed)

    def check_computer(self, names: Sequence[str]) -> None:
        """Refuses another computer (``wrong_computer``). Without the option, the result warns of a name that the inventory lacks."""
        (expected := self.expected_computer()).refuse_other(names)
        self._doubt = expected.doubt(names)

    def expected_computer(self) -> ExpectedComputer:
        """Which computer the host is: by the option ``computer``, and by what the inventory and the connection call it."""
        return ExpectedComputer(self._computer, (self.host, connection_address(self._connection.get_option)))

    def ask(self, driver: str, arguments: dict[str, Any], parse: Callable[[Mapping[str, Any]], Answer]) -> Answer:
        """Runs a driver as the connection's user, even if the task sets become. Raises ``Pkcs12Error``."""
        self.check_windows()
        with self._become(None):
            answer = self._driver(driver, arguments)
        if answer.get("protocol") is None or answer.get("failed"):
            if is_constrained(answer):
                raise self._constrained(None)
            raise self._no_answer(driver, self._mask(str(answer.get("msg") or "")))
        return self._parsed(driver, parse, answer)

    def exchange(self, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        """Runs an exchange on the computer that the option ``computer`` names, and on no other."""
        return self.run_exchange(replace(request, computer=self._computer), run_as)

    def run_exchange(self, request: ExchangeRequest, run_as: RunAs) -> ExchangeAnswer:
        """Runs ``store_exchange`` as the holder, or ``profile_exchange`` as the connection's user."""
        driver = "profile_exchange" if run_as.context is Context.OFFLINE else "store_exchange"
        self._check_kept_files()
        plugin = HolderBecome(run_as) if run_as.context is Context.BECOME else None
        with self._become(plugin):
            answer = self._driver(driver, exchange_arguments(request))
        if answer.get("protocol") is None:
            if is_constrained(answer):
                raise self._constrained(run_as.account)
            text = f"{answer.get('msg', '')} {answer.get('module_stderr', '')}".strip()
            shown = self._mask(text)
            raise become_error(run_as, text, shown) if plugin else self._no_answer(driver, shown)
        return self._parsed(driver, parse_exchange, answer)

    @staticmethod
    def _no_answer(driver: str, shown: str) -> AnswerError:
        return AnswerError(driver, "unusable", reason=Outside(shown)) if shown else AnswerError(driver, "none")

    def _constrained(self, account: str | None) -> Pkcs12Error:
        """The refusal where no driver starts as ``account``; None: that of the connection. One more command asks which lock it is."""
        with self._become(None):
            try:
                asked = self._low_level_execute_command(LOCK_QUESTION, sudoable=False)
            except Exception:  # noqa: BLE001  what is known without an answer is said all the same
                asked = {}
        return constrained(self.host, str(asked.get("stdout") or "").split(), "ConstrainedLanguage", account)

    def _parsed(self, driver: str, parse: Callable[[Mapping[str, Any]], Answer], answer: Mapping[str, Any]) -> Answer:
        try:
            return parse(answer)
        except AnswerError as problem:
            raise problem.of(driver, self._mask) from None

    def _driver(self, name: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = self._execute_module(
                module_name=f"hospital_it.pkcs12.{name}", module_args=arguments, task_vars=self._task_vars
            )
        except Exception as problem:
            if (lost := self._lost(problem)) is None:
                raise
            raise lost from problem
        return answer

    def _lost(self, problem: Exception) -> ConnectionLost | None:
        """What became of the connection; None for a problem that is none of the connection's."""
        failed, ansible = isinstance(problem, AnsibleConnectionFailure), isinstance(problem, AnsibleError)
        origin = Origin.PLUGIN if failed else Origin.ANSIBLE if ansible else Origin.LIBRARY
        unanswered = logon_unanswered(self._connection)
        return lost_connection(
            problem, self._mask(str(problem)), origin, self.host, self._connection.get_option, unanswered
        )

    def _check_kept_files(self) -> None:
        """Raises ``Pkcs12Error`` (``kept_files``) if Ansible would write the driver and its arguments to a file on the workstation."""
        if not self._is_pipelining_enabled("new"):
            raise Pkcs12Error(Problem("kept_files"))

    @contextlib.contextmanager
    def _become(self, plugin: RunasBecome | None) -> Iterator[None]:
        """Replaces the task's become plugin with this one, or with none, and restores it at the end."""
        own = self._connection.become
        self._connection.set_become_plugin(plugin)
        try:
            yield
        finally:
            self._connection.set_become_plugin(own)

    def _task_context(self, options: Mapping[str, Any]) -> TaskContext:
        variables = self._task_vars
        job = next((str(variables[name]) for name in JOB_VARIABLES if variables.get(name)), None)
        known = variables.get("ansible_facts", {})
        # Up to ansible-core 2.18, facts of an earlier item of the same loop are one level deeper. They are newer.
        facts = untag(known.get("ansible_facts", known).get("pkcs12", known.get("pkcs12")))
        check_mode, diff, no_log = bool(self._task.check_mode), bool(self._task.diff), bool(self._task.no_log)
        return TaskContext(options, check_mode, diff, self.host, job, facts, no_log)

    def _register_secrets(self, validated: Mapping[str, Any]) -> frozenset[str]:
        """The secrets among the arguments. ansible-core hides those that are long enough, where it can."""
        names = [name for name, option in self.SPEC.options.items() if option.get("no_log")]
        values = [(name, given.get(name)) for given in (self._arguments.values, validated) for name in names]
        texts = {text for name, value in values for text in texts_in(untag(value), self.SECRET_KEYS.get(name))}
        secrets = self._written_secrets | texts
        register_secrets(filter(is_masked, secrets))
        return secrets

    def _invocation(self) -> dict[str, Any]:
        """The arguments without secrets. Values of unknown options are hidden too, because one may be a misspelt ``passphrase``."""
        shown = {name for name, option in self.SPEC.options.items() if not option.get("no_log")}
        values = self._arguments.values if self._shown is None else self._shown
        return {name: value if name in shown else WHOLE for name, value in values.items()}


def in_names(value: Any, call: Callable[[str], str]) -> Any:
    """A result in which each sentence names an option as its user does."""
    if isinstance(value, str):
        return with_names(value, call)
    if isinstance(value, Mapping):
        return {key: in_names(each, call) for key, each in value.items()}
    return [in_names(each, call) for each in value] if isinstance(value, (list, tuple)) else value


def installed(package: str) -> str | None:
    """The version of a Python package of the controller; None if it has none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def now() -> datetime:
    """The controller's clock, aware, in UTC."""
    return datetime.now(timezone.utc)
