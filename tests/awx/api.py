# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The REST API of AWX, as far as these tests need it.

What pytest shows of a failed test are the variables of its frames. So those frames that hold a secret are hidden from it here.
"""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin

Json = dict[str, Any]
FINISHED = {"successful", "failed", "error", "canceled"}


class RefusedError(Exception):
    """AWX refused a request. ``status``: of HTTP. ``body``: what AWX said, which names fields and no secrets."""

    def __init__(self, method: str, path: str, status: int, body: str) -> None:
        super().__init__(f"{method} {path}: {status} {body}")
        self.status, self.body = status, body


@dataclass(frozen=True, slots=True)
class Account:
    """Either a token or a name with a password."""

    token: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)

    def header(self) -> str:
        """What HTTP sends as ``Authorization``."""
        if self.token:
            return f"Bearer {self.token}"
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Awx:
    """``url``: the address of AWX, without ``/api``. ``ca_path``: the authority of its certificate, or the machine's own."""

    url: str
    account: Account
    ca_path: str | None = None
    timeout: float = 60

    def get(self, path: str, **query: Any) -> Json:
        """One object, or one page of a list."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        """The object that was made; empty for an answer without content. Raises ``RefusedError``."""
        __tracebackhide__ = True
        return self._call("POST", path, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        """The object after the change. Raises ``RefusedError``."""
        __tracebackhide__ = True
        return self._call("PATCH", path, body)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def all(self, path: str, **query: Any) -> list[Json]:
        """Every object of a list, from all of its pages."""
        page = self.get(path, page_size=200, **query)
        found = list(page["results"])
        while page.get("next"):
            page = self._call("GET", page["next"])
            found += page["results"]
        return found

    def find(self, path: str, **query: Any) -> Json | None:
        """The one object with these fields, or None. Raises ``LookupError`` for several."""
        found = self.all(path, **query)
        if len(found) > 1:
            raise LookupError(f"{len(found)} objects of {path} have {query}")
        return found[0] if found else None

    def wait(self, path: str, patience: float = 600) -> Json:
        """An update or a job after its end. Raises ``TimeoutError``."""
        end = time.monotonic() + patience
        while (found := self.get(path))["status"] not in FINISHED:
            if time.monotonic() > end:
                raise TimeoutError(f"{path} is {found['status']} after {patience:.0f} s")
            time.sleep(min(2.0, patience / 20))
        return found

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        __tracebackhide__ = True
        address = urljoin(self.url.rstrip("/") + "/", path if path.startswith("/") else f"api/v2/{path}")
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": self.account.header(), "Content-Type": "application/json"}
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - the tester gives the address
        trust = ssl.create_default_context(cafile=self.ca_path) if address.startswith("https:") else None
        try:
            with urllib.request.urlopen(request, timeout=self.timeout, context=trust) as answer:  # noqa: S310
                text = answer.read().decode()
        except urllib.error.HTTPError as refusal:
            raise RefusedError(method, path, refusal.code, refusal.read().decode(errors="replace")[:2000]) from None
        except OSError as problem:  # the frames of urllib hold the header of the account
            raise ConnectionError(f"{method} {path}: {problem}") from None
        answered: Json = json.loads(text) if text else {}
        return answered
