# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of an emulated computer's registry that is kept as it is: keys below ``Software`` of the computer and of users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Value = str | int | list[str] | bytes
Values = Mapping[str, Value]


class Registry:
    """``of`` is the SID of a user, None for the computer. Names of keys and values are the same in small and capital letters."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str | None, str], dict[str, Value]] = {}

    def put(self, of: str | None, key: str, values: Values) -> None:
        """Makes a key and sets values."""
        self._keys.setdefault((of, key.casefold()), {}).update(values)

    def values(self, of: str | None, key: str) -> Values | None:
        """The values of a key; None when there is no such key."""
        wanted = key.casefold()
        if (of, wanted) in self._keys:
            return self._keys[of, wanted]
        above = wanted + "\\"
        return {} if any(owner == of and name.startswith(above) for owner, name in self._keys) else None

    def value(self, of: str | None, key: str, name: str) -> Value | None:
        """One value; None when it is not there."""
        values = self.values(of, key) or {}
        return next((value for each, value in values.items() if each.casefold() == name.casefold()), None)

    def below(self, of: str | None, key: str) -> Iterator[Values]:
        """The values of each key under a key."""
        above = key.casefold() + "\\"
        for (owner, name), values in self._keys.items():
            if owner == of and name.startswith(above) and "\\" not in name.removeprefix(above):
                yield values
