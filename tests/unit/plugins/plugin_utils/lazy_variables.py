# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of a host that Ansible may not be able to render."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Lazy(Mapping[str, Any]):
    """The variables of a host: Ansible renders each when it is asked for."""

    def __init__(self, **values: Any) -> None:
        self.values_of = values

    def __getitem__(self, name: str) -> Any:
        if isinstance(value := self.values_of[name], Exception):
            raise value
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_of)

    def __len__(self) -> int:
        return len(self.values_of)

    def __contains__(self, name: object) -> bool:
        return name in self.values_of
