# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts a workstation knows, in every spelling Windows accepts, and how often a wrong password was tried on each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class User:
    r"""A domain account: ``account`` as ``DOMAIN\user``, ``upn`` as ``user@dns.name`` when it has one."""

    account: str
    sid: str
    password: str = field(repr=False)
    administrator: bool = False
    upn: str | None = None

    @property
    def name(self) -> str:
        """The name without the domain."""
        return self.account.rpartition("\\")[2]

    @property
    def spellings(self) -> tuple[str, ...]:
        r"""What a logon or a name lookup may call it. Windows also looks a bare name up in the domain, and takes ``.\user``."""
        return (self.account, self.name, ".\\" + self.name, *([self.upn] if self.upn else []))


class Accounts:
    """Users by name and by SID. Names compare without case, as on Windows."""

    def __init__(self) -> None:
        self._users: dict[str, User] = {}
        self.bad_passwords: Counter[str] = Counter()

    def add(self, user: User) -> None:
        """Makes an account known, or replaces the one with its SID."""
        self._users[user.sid] = user

    def __iter__(self) -> Iterator[User]:
        """All of them."""
        return iter(tuple(self._users.values()))

    def by_sid(self, sid: str) -> User | None:
        """The account with this SID."""
        return self._users.get(sid)

    def by_name(self, name: str) -> User | None:
        """The account with this name, in any spelling but the SID."""
        wanted = name.casefold()
        return next((user for user in self._users.values() if wanted in map(str.casefold, user.spellings)), None)

    def accepts(self, user: User, password: str) -> bool:
        """Tries a password. A wrong one counts, as a domain controller counts it before it locks the account."""
        right = user.password == password
        if not right:
            self.bad_passwords[user.sid] += 1
        return right

    @property
    def passwords(self) -> Mapping[str, str]:
        """Every accepted spelling with its password."""
        return {name: user.password for user in self._users.values() for name in user.spellings}
