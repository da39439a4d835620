# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The base of all actions, and the only file that uses Ansible's ActionBase: it validates arguments and makes errors results."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cached_property
from importlib import metadata
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from .._crypto.passphrases import check_variables, is_masked, texts_in
from .._errors import (
    ConnectionLost,
    Outside,
    Pkcs12Error,
    Problem,
    defect_result,
    failed_result,
)
from .._messages.words import Words
from .._workstation.computer import expected_name
from .._workstation.lost_connection import unreachable_result
from .._workstation.receiver import UNVERIFIED, exact_names
from .arguments import Arguments, ArgumentSpec, validated
from .driver_client import DriverClient
from .host_variables import LANGUAGE, check_register, readable_variable, untag
from .known_settings import variable_of
from .masking import WHOLE
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


class Pkcs12Action(SiteSettings, ActionBase):
    """Base of every action. A subclass defines ``SPEC`` and ``run_task``. This class turns their errors into results."""

    TRANSFERS_FILES = False
    SECRET_KEYS: ClassVar[Mapping[str, Set[str]]] = {}
    """Options in which only the values of these keys are secrets."""
    _arguments = Arguments({}, {})
    _shown: Mapping[str, Any] | None = None
    """The arguments of a task that is refused, and no secret at a wrong place in them; None where none is refused."""
    _computer: str | None = None
    _unverified: tuple[str, ...] | None = None
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
            self.check_shared()
            self._unverified = self._unverified_workstations()
            self._arguments = arguments = self.merged_arguments()
            check_register(self._task_vars)
            validation = validated(self.SPEC, arguments)
            self._register_secrets(validation.options)
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
        except AnsibleError as problem:
            lost = self.drivers.lost(problem) if isinstance(problem, AnsibleConnectionFailure) else None
            if lost is None:  # Ansible itself reports errors of its variables and plugins
                raise
            result = unreachable_result(lost)
        except Exception as defect:  # noqa: BLE001
            text, trace = self._mask_defect(str(defect)), self._mask_defect(traceback.format_exc())
            result = defect_result(self._task.action, type(defect).__name__, text, trace)
        if not task.options:  # its settings cannot be read
            task = replace(task, options=validated(self.SPEC, self._arguments).options)
        result = self.finish(result, task)
        result.setdefault("changed", False)
        doubts = [self.drivers.doubt] if self.drivers.doubt else []
        if warnings := [*result.get("warnings", ()), *doubts, *self._doubts]:
            result["warnings"] = warnings
        told: dict[str, Any] = self.words.told(result)
        return told | {"invocation": {"module_args": self._invocation()}}

    @property
    def words(self) -> Words:
        """The words in which this task tells problems: in the language of the site, with the names that its user has set."""
        try:
            language = str(self.variable(LANGUAGE))
        except Pkcs12Error:  # the task is refused for it
            language = ""
        return Words(language, self.called)

    def called(self, option: str) -> str:
        """What the user calls an option. One of another task, in a problem that it has found, is told by its variable."""
        return self._arguments.name(option) if option in self._arguments.names else variable_of(option)

    def _unverified_workstations(self) -> tuple[str, ...] | None:
        """The workstations that the site names; None where it has no such setting. One that is there and empty names none."""
        name = variable_of(UNVERIFIED)
        return exact_names(self.variable(name)) if name in self._task_vars else None

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

    @cached_property
    def drivers(self) -> DriverClient:
        """The drivers on the host of this task."""
        return DriverClient(
            self._connection,
            self._run_driver,
            self._run_command,
            self._keeps_nothing,
            self._mask,
            self.host,
            self._computer,
            self._unverified,
        )

    def _run_driver(self, name: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        module = f"hospital_it.pkcs12.{name}"
        answer: Mapping[str, Any] = self._execute_module(
            module_name=module, module_args=arguments, task_vars=self._task_vars
        )
        return answer

    def _run_command(self, command: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._low_level_execute_command(command, sudoable=False)
        return answer

    def _keeps_nothing(self) -> bool:
        kept: bool = self._is_pipelining_enabled("new")
        return kept

    def no_workstation(self) -> dict[str, Any]:
        """The result on a host that is no workstation: it is not Windows, and the inventory has no holders for it."""
        return {"no_workstation": True, "msg": Problem("done.no_workstation", {"host": self.host})}

    def _task_context(self, options: Mapping[str, Any]) -> TaskContext:
        variables = self._task_vars
        job = next((str(variables[name]) for name in JOB_VARIABLES if variables.get(name)), None)
        known = variables.get("ansible_facts", {})
        # Up to ansible-core 2.18, facts of an earlier item of the same loop are one level deeper. They are newer.
        facts = untag(known.get("ansible_facts", known).get("pkcs12", known.get("pkcs12")))
        check_mode, diff, no_log = bool(self._task.check_mode), bool(self._task.diff), bool(self._task.no_log)
        return TaskContext(options, check_mode, diff, self.host, job, facts, no_log)

    def _register_secrets(self, validated: Mapping[str, Any]) -> None:
        """Notes the secrets among the arguments."""
        names = [name for name, option in self.SPEC.options.items() if option.get("no_log")]
        values = [(name, given.get(name)) for given in (self._arguments.values, validated) for name in names]
        self.keep_secret(
            {text for name, value in values for text in texts_in(untag(value), self.SECRET_KEYS.get(name))}
        )

    def keep_secret(self, secrets: Set[str]) -> None:
        """Hides these texts where text from outside is shown. ansible-core hides those that are long enough, where it can."""
        self._secrets |= secrets
        register_secrets(filter(is_masked, self._secrets))

    def _invocation(self) -> dict[str, Any]:
        """The arguments without secrets. Values of unknown options are hidden too, because one may be a misspelt ``passphrase``."""
        shown = {name for name, option in self.SPEC.options.items() if not option.get("no_log")}
        values = self._arguments.values if self._shown is None else self._shown
        return {name: value if name in shown else WHOLE for name, value in values.items()}


def installed(package: str) -> str | None:
    """The version of a Python package of the controller; None if it has none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def now() -> datetime:
    """The controller's clock, aware, in UTC."""
    return datetime.now(timezone.utc)
