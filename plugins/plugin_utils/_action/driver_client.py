# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The drivers on the workstation of one task: each is run as who it has to be, and its answer is read and believed as little as needed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.become.runas import BecomeModule as RunasBecome

from .._errors import ConnectionLost, Outside, Pkcs12Error, Problem
from .._workstation.computer import ExpectedComputer, connection_address
from .._workstation.failures import LOCK_QUESTION, become_error, is_constrained, is_unfit, unfit_token
from .._workstation.findings import constrained
from .._workstation.lost_connection import UNTRIED, Origin, logon_unanswered, lost_connection
from .._workstation.protocol import Context, ExchangeAnswer, ExchangeRequest, Inventory, RunAs
from .._workstation.receiver import Receiver, connection_of
from .._workstation.wire import AnswerError, exchange_arguments, inventory_arguments, parse_exchange, parse_inventory

Answer = TypeVar("Answer")
WINDOWS_SHELLS = ("powershell", "cmd")  # families of the shell plugins for Windows


class HolderBecome(RunasBecome):
    """The become plugin runas for one holder. It ignores the site's become options, so that no other password is tried on his account."""

    def __init__(self, run_as: RunAs) -> None:
        super().__init__()
        self._load_name = "runas"
        # A null password means the token of the holder's own logon session (Ansible.Become, GetUserTokens).
        self._holder = {"become_user": run_as.account, "become_pass": run_as.password, "become_flags": ""}

    def get_option(self, option: str, hostvars: Any = None, playcontext: Any = None) -> Any:
        return self._holder.get(option)


class DriverClient:
    """Asks the drivers of one host. ``doubt``: what is to be told of the computer that has answered.

    ``run_driver``, ``run_command``: Ansible's ways to run a module and a command. ``keeps_nothing``: whether Ansible writes no file there.
    ``mask``: a text without the secrets of the task. ``computer``: the only one that may be changed; None: any.
    ``unverified``: the workstations that the site names as such; None where it has no such setting.
    """

    doubt: Problem | None = None

    def __init__(
        self,
        connection: Any,
        run_driver: Callable[[str, dict[str, Any]], Mapping[str, Any]],
        run_command: Callable[[str], Mapping[str, Any]],
        keeps_nothing: Callable[[], bool],
        mask: Callable[[str], str],
        host: str,
        computer: str | None,
        unverified: tuple[str, ...] | None = None,
    ) -> None:
        self._connection, self._run_driver, self._run_command = connection, run_driver, run_command
        self._keeps_nothing, self._mask, self._host, self._computer = keeps_nothing, mask, host, computer
        self._unverified = unverified

    @property
    def is_windows(self) -> bool:
        """Whether the shell of the connection is one of Windows."""
        return getattr(self._connection._shell, "SHELL_FAMILY", None) in WINDOWS_SHELLS

    def check_windows(self) -> None:
        """Refuses a connection that is not one to Windows, or that nobody has tried: ``not_windows``, ``untried_connection``."""
        values = {"host": self._host, "transport": self._connection.transport}
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
        return replace(found, receiver=self._receiver())

    def _receiver(self) -> Receiver:
        """What the connection proves of the machine that has answered. It has been used, so it has chosen its logon."""
        transports = getattr(self._connection, "_winrm_transport", None) or ()
        used = getattr(getattr(self._connection, "protocol", None), "transport", None)
        sealed = used is None or getattr(used, "encryption", used) is not None
        connection = connection_of(self._connection.get_option, transports, sealed)
        return Receiver(connection, self._host, self._unverified)

    def check_computer(self, names: Sequence[str]) -> None:
        """Refuses another computer (``wrong_computer``). Without the option, the result warns of a name that the inventory lacks."""
        (expected := self.expected_computer()).refuse_other(names)
        self.doubt = expected.doubt(names)

    def expected_computer(self) -> ExpectedComputer:
        """Which computer the host is: by the option ``computer``, and by what the inventory and the connection call it."""
        return ExpectedComputer(self._computer, (self._host, connection_address(self._connection.get_option)))

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
        """Runs ``store_exchange`` as the holder, or ``profile_exchange`` as the connection's user.

        Without a password become takes the token of any process of the holder. One that is not fit was refused before anything was done,
        so the same request goes once more. The connection's account has no other token.
        """
        driver = "profile_exchange" if run_as.context is Context.OFFLINE else "store_exchange"
        self._check_kept_files()
        plugin = HolderBecome(run_as) if run_as.context is Context.BECOME else None
        unasked = plugin is not None and run_as.password is None
        with self._become(plugin):
            answer = self._driver(driver, exchange_arguments(request))
            if unasked and not run_as.own and is_unfit(answer):
                answer = self._driver(driver, exchange_arguments(request))
        if answer.get("protocol") is None:
            if is_constrained(answer):
                raise self._constrained(run_as.account)
            if unasked and is_unfit(answer):
                raise unfit_token(run_as, self._host)
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
                asked = self._run_command(LOCK_QUESTION)
            except Exception:  # noqa: BLE001  what is known without an answer is said all the same
                asked = {}
        return constrained(self._host, str(asked.get("stdout") or "").split(), "ConstrainedLanguage", account)

    def _parsed(self, driver: str, parse: Callable[[Mapping[str, Any]], Answer], answer: Mapping[str, Any]) -> Answer:
        try:
            return parse(answer)
        except AnswerError as problem:
            raise problem.of(driver, self._mask) from None

    def _driver(self, name: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
        try:
            return self._run_driver(name, arguments)
        except Exception as problem:
            if (lost := self.lost(problem)) is None:
                raise
            raise lost from problem

    def lost(self, problem: Exception) -> ConnectionLost | None:
        """What became of the connection; None for a problem that is none of the connection's."""
        failed, ansible = isinstance(problem, AnsibleConnectionFailure), isinstance(problem, AnsibleError)
        origin = Origin.PLUGIN if failed else Origin.ANSIBLE if ansible else Origin.LIBRARY
        unanswered = logon_unanswered(self._connection)
        return lost_connection(
            problem, self._mask(str(problem)), origin, self._host, self._connection.get_option, unanswered
        )

    def _check_kept_files(self) -> None:
        """Raises ``Pkcs12Error`` (``kept_files``) if Ansible would write the driver and its arguments to a file on the workstation."""
        if not self._keeps_nothing():
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
