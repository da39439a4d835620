# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Stores of passphrases that answer over HTTP: a secret of HashiCorp Vault, and a credential of AWX. A field has all passphrases, in YAML.

No problem repeats what a store has said, because that can be a secret.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from .._errors import Pkcs12Error, Problem
from .http_client import Form, HttpClient, HttpOptions
from .vault_file import by_number, with_newest

OK, NO_CONTENT, NOT_FOUND = 200, 204, 404


@dataclass(frozen=True, slots=True)
class StoreServer:
    """``url``: the site's own. ``headers``: with the token. A redirect is not followed, because it would take the token elsewhere."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    http: HttpOptions


@dataclass(frozen=True, slots=True)
class HashicorpVault:
    """``secret``: its path in the API of a key/value store of version 2, such as ``secret/data/pkcs12``.

    ``field_name``: the one that has the passphrases.
    """

    server: StoreServer
    secret: str
    field_name: str

    def check(self) -> None:
        """Checks that a passphrase could be added. Raises ``Pkcs12Error``."""
        status, _version, fields = self._read()
        _known(fields, self.field_name)
        _status, asked = self._ask("sys/capabilities-self", {"paths": [self.secret]})
        # A token without the policy default may not ask this. Then only the writing shows what it may do.
        may = asked.get("capabilities") or ["root"]
        if not {"root", "update" if status == OK else "create"}.intersection(may):
            raise Pkcs12Error(Problem("store_unusable.vault_no_right"))

    def add(self, number: str, passphrase: str) -> bool:
        """Adds a passphrase, unless somebody else has just written the secret. Returns whether it was missing. Raises ``Pkcs12Error``."""
        _status, version, fields = self._read()
        newer = with_newest(_known(fields, self.field_name), number, passphrase)
        if newer is None:
            return False
        written = {"options": {"cas": version}, "data": {**fields, self.field_name: _as_yaml(newer)}}
        status, _answer = self._ask(self.secret, written)
        _check_status("vault", status, OK, NO_CONTENT)
        return True

    def _read(self) -> tuple[int, int, Mapping[str, Any]]:
        """The status, the version to be replaced, and the fields. A secret that was deleted keeps its versions."""
        status, answer = self._ask(self.secret)
        _check_status("vault", status, OK, NOT_FOUND)
        data = answer.get("data") or {}
        return status, int((data.get("metadata") or {}).get("version") or 0), data.get("data") or {}

    def _ask(self, path: str, data: Any = None) -> tuple[int, Mapping[str, Any]]:
        return _asked("vault", self.server, f"/v1/{path}", data)


@dataclass(frozen=True, slots=True)
class AwxCredential:
    """AWX gives no secret back. ``known``: all that the job has; the credential is written as a whole."""

    server: StoreServer
    credential: int
    field_name: str
    known: Mapping[str, Any] = field(repr=False)

    def check(self) -> None:
        """Checks that the passphrases could be written, and that none is lost. Raises ``Pkcs12Error``."""
        status, shown = _asked("awx", self.server, self._path)
        _check_status("awx", status, OK)
        may = ((shown.get("summary_fields") or {}).get("user_capabilities") or {}).get("edit", True)
        if not may:
            raise Pkcs12Error(Problem("store_unusable.awx_no_right"))
        # AWX shows that a field has something, and not what.
        if (shown.get("inputs") or {}).get(self.field_name) and not self.known:
            raise Pkcs12Error(Problem("store_unusable.awx_would_lose", {"field": self.field_name}))

    def add(self, number: str, passphrase: str) -> bool:
        """Writes this passphrase and all others. Returns whether it was missing. Raises ``Pkcs12Error``."""
        self.check()
        newer = with_newest(self.known, number, passphrase)
        if newer is None:
            return False
        status, _answer = _asked(
            "awx", self.server, self._path, {"inputs": {self.field_name: _as_yaml(newer)}}, "PATCH"
        )
        _check_status("awx", status, OK)
        return True

    @property
    def _path(self) -> str:
        return f"/api/v2/credentials/{self.credential}/"


def _asked(
    store: str, server: StoreServer, path: str, data: Any = None, method: str = "POST"
) -> tuple[int, Mapping[str, Any]]:
    """The status of an answer and its JSON, as far as it is a mapping. ``store``: how the codes of its problems begin."""
    client = HttpClient(server.http, (), server.headers)
    client.check_authorities()
    form = None if data is None else Form(json.dumps(data).encode("utf-8"), "application/json", method)
    try:
        answer = client.request_once(server.url.rstrip("/") + path, form)
        text = answer.body()
    except Pkcs12Error as lost:
        kind = "untrusted" if lost.code == "tls" else "no_answer"
        raise Pkcs12Error(Problem(f"store_unusable.{store}_{kind}", causes=lost.problem.causes)) from None
    answer.close()
    try:
        said = json.loads(text or b"{}")
    except ValueError:
        said = {}
    return answer.status, said if isinstance(said, Mapping) else {}


def _check_status(store: str, status: int, *good: int) -> None:
    if status not in good:
        raise Pkcs12Error(Problem(f"store_unusable.{store}_status", {"status": status}))


def _known(fields: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The passphrases in a field. Raises ``Pkcs12Error`` if it has something else."""
    try:
        found = yaml.safe_load(fields.get(field) or "{}")
    except (yaml.YAMLError, AttributeError):  # a field may have a number
        found = None
    if not isinstance(found, dict):
        raise Pkcs12Error(Problem("store_unusable.vault_no_mapping", {"field": field}))
    return by_number(found)


def _as_yaml(passphrases: Mapping[str, Any]) -> str:
    # Older lines of ansible-core have types of their own for texts, which YAML does not write.
    plain = json.loads(json.dumps(passphrases))
    text: str = yaml.safe_dump(plain, allow_unicode=True, default_flow_style=False)
    return text
