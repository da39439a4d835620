# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of one emulated computer: who is known, who is logged on, what lies in which store."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from lab.emulated.accounts import Accounts, User
from lab.emulated.files import Files
from lab.emulated.handle import Operation
from lab.emulated.profile import Profile
from lab.emulated.registry import Registry
from lab.emulated.store import Store

LOCAL_SID = "S-1-5-21-0-0-0"
"""Of the computer's own accounts, as under Wine."""
SYSTEM_POLICIES = r"Microsoft\Windows\CurrentVersion\Policies\System"
"""Policies of User Account Control, below the computer's key Software."""
SECOND = "ADMIN_"
"""How the name of the account begins that Windows keeps for an administrator under Administrator Protection."""
SCRIPT_RULES = r"Policies\Microsoft\Windows\SrpV2\Script"
"""Where AppLocker keeps its rules for scripts, below the computer's key Software."""
MDM_RULES = r"C:\Windows\System32\AppLocker\MDM"
"""Where it keeps those of a device management, a file for each node of its CSP."""
MUTEX_WAIT = 10.0
"""Seconds that an exchange waits for another one on the same owner's store (protocol)."""


@dataclass(frozen=True, slots=True)
class LoggingPolicy:
    """What of a PowerShell session the site keeps."""

    script_block: bool = False
    module: bool = False
    transcription: bool = False


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def _is_below(path: str, folder: str) -> bool:
    return path.casefold().startswith(folder.casefold() + "\\")


def ignore(_operation: Operation) -> None:
    """Observes nothing."""


class Computer:
    """``observe`` runs after every change a driver makes and may raise: the seam for invariants and for faults."""

    def __init__(self, name: str, os_build: int = 19045, clock: Callable[[], datetime] = utc_now) -> None:
        self.computer_name, self.os_build, self.clock = name, os_build, clock
        self.dns_host, self.dns_domain = name, ""
        """As GetNetworkParams has them: the host name may have the domain (FIXED_INFO)."""
        self.mutex_wait = MUTEX_WAIT
        self.logging = LoggingPolicy()
        self.force_key_protection = 0
        self.secondary_logon: int | None = 3
        self.authorities: dict[str, bytes] = {}
        self.trusted_roots: str | None = None
        """A file in PEM with the roots that a browser here trusts; None for those of this machine."""
        self.registry, self.files = Registry(), Files()
        self.accounts = Accounts()
        self.profiles: dict[str, Profile] = {}
        self.machine = Store("LocalMachine", machine=True)
        self.observe: Callable[[Operation], None] = ignore
        self.squatted_mutexes: set[str] = set()
        """Owners whose mutex has a name that something else has taken."""
        self.constrained: set[str] = set()
        """SIDs of accounts whose PowerShell runs in ConstrainedLanguage mode."""
        self.app_control = "None"
        """What App Control says of scripts (SystemEnforcementMode): ``None``, ``Audit``, ``Enforce``."""
        self.scans: defaultdict[str, int] = defaultdict(int)
        """By owner: how often a scanner keeps a driver from reading a store after its steps."""
        self._mutexes: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._loading = threading.Lock()

    def add_user(self, user: User, *, profile: bool = True, logged_on: bool = False) -> None:
        """Makes an account known here; ``profile``: the person has worked on this computer before."""
        self.accounts.add(user)
        if profile or logged_on:
            self._profile_of(user).logged_on = logged_on

    def store_of(self, sid: str) -> Store:
        """CurrentUser\\My of the owner. Raises ``KeyError`` for someone without a profile."""
        return self.profiles[sid].store

    def owner_of(self, folder: str) -> str | None:
        """The SID of the person whose folder this is; None: nobody's, such as Administrators'."""
        inside = next(self.files.below(folder), None)
        if inside:
            return inside.owner
        return next((sid for sid, profile in self.profiles.items() if _is_below(folder, profile.path)), None)

    @property
    def people(self) -> list[str]:
        """The SIDs of those whose profiles are here, in order, without second accounts."""
        owners = ((sid, self.profiles[sid].path.rpartition("\\")[2]) for sid in sorted(self.profiles))
        return [sid for sid, folder in owners if not self.is_second_account(sid, folder)]

    @property
    def dns_names(self) -> list[str]:
        """The DNS host name, and that with the domain where there is one."""
        label, _dot, domain = self.dns_host.partition(".")
        domain = domain or self.dns_domain
        return [label, f"{label}.{domain}"] if domain else [label]

    def is_called(self, name: str) -> bool:
        """Whether this is one of the computer's own names, in any case."""
        return name.lower() in {own.lower() for own in (self.computer_name, *self.dns_names)}

    @property
    def locks(self) -> list[str]:
        """The codes of what may keep PowerShell from FullLanguage mode."""
        managed = any(file.path.casefold().endswith(r"\script\policy") for file in self.files.below(MDM_RULES))
        known = {
            "applocker": any(True for _values in self.registry.below(None, SCRIPT_RULES)),
            "applocker_mdm": managed,
            "app_control": self.app_control == "Enforce",
        }
        return [code for code, is_there in known.items() if is_there]

    @property
    def administrator_protection(self) -> bool:
        """Whether an administrator's elevated token is that of a second account."""
        return self.registry.value(None, SYSTEM_POLICIES, "TypeOfAdminApprovalMode") == 2

    def second_account(self, user: User) -> User:
        """The local account that Windows keeps for an administrator. It is made when it is needed."""
        name = rf"{self.computer_name}\{SECOND}{user.name}"
        known = self.accounts.by_name(name)
        if known is None:
            known = User(name, f"{LOCAL_SID}-{user.sid.rpartition('-')[2]}", "nobody knows it", administrator=True)
            self.accounts.add(known)
        return known

    def is_second_account(self, sid: str, name: str) -> bool:
        """Whether this account, or the owner of a folder of this name, is one of those. One of a domain is a person."""
        if not (self.administrator_protection and name.upper().startswith(SECOND)):
            return False
        user = self.accounts.by_sid(sid)
        return user is not None and self.is_called(user.account.partition("\\")[0])

    def mutex(self, owner_sid: str) -> threading.Lock:
        """``Global\\hospital_it.pkcs12.<SID>``."""
        return self._mutexes[owner_sid]

    def utc(self) -> str:
        """The computer's clock as the protocol writes dates."""
        return self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")

    @contextmanager
    def process_of(self, user: User) -> Iterator[None]:
        """A process of this user runs: Windows loads his profile for it, and makes one on the first visit."""
        with self._loading:
            profile = self._profile_of(user)
            profile.processes += 1
        try:
            yield
        finally:
            with self._loading:
                profile.processes -= 1

    def _profile_of(self, user: User) -> Profile:
        if user.sid not in self.profiles:
            self.profiles[user.sid] = Profile(rf"C:\Users\{user.name}", Store(user.sid))
        return self.profiles[user.sid]
