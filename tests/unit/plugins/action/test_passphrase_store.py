# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``passphrase_store`` reaches what it is for, and what a store has stays. The lab's store is asked without a network."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io import passphrase_stores
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.http_client import Form, HttpOptions
from lab.secret_store import SecretStore
from unit.plugins.action.effects import Effect, Scene, code, table
from unit.plugins.plugin_utils.fake_drivers import FakeDrivers
from unit.plugins.plugin_utils.in_process import run_action

TOKEN = "the token of the store"
SECRET, CREDENTIAL = "/v1/secret/data/pkcs12", "/api/v2/credentials/7/"
BASE: dict[str, Any] = {
    "store": "hashicorp_vault",
    "hashicorp_vault_url": "https://vault.example/",
    "hashicorp_vault_token": TOKEN,
    "authorisation": "T1",
    "passphrase": "new",
}
AWX = {"store": "awx_credential", "awx_url": "https://awx.example", "awx_token": TOKEN, "awx_credential": 7}


class Asked:
    """The lab's store, and of which hosts it was asked with which options."""

    def __init__(self) -> None:
        self.store = SecretStore(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), TOKEN)
        self.hosts: set[str] = set()
        self.options = HttpOptions()
        self.writings: list[str] = []

    def client(self, options: HttpOptions, allowed_hosts: tuple[str, ...], headers: Mapping[str, str]) -> Any:
        """Instead of an ``HttpClient``."""
        assert allowed_hosts == ()
        self.options = options
        token = headers.get("X-Vault-Token") or headers["Authorization"].removeprefix("Bearer ")

        def ask(url: str, form: Form | None) -> Any:
            parts, method = urlsplit(url), form.method if form else "GET"
            self.hosts.add(parts.netloc)
            if form and not parts.path.startswith("/v1/sys/"):
                self.writings.append(parts.path)
            status, said = self.store.answer(method, parts.path, token, json.loads(form.body) if form else None)
            body = json.dumps(said).encode() if said is not None else b"no JSON"
            return SimpleNamespace(status=int(status), body=lambda: body, close=lambda: None)

        return SimpleNamespace(check_authorities=lambda: None, request_once=ask)


ASKED = Asked()


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    fresh(None)
    monkeypatch.setattr(passphrase_stores, "HttpClient", ASKED.client)
    return ASKED


def fresh(_scene: Scene | None) -> None:
    ASKED.__init__()  # type: ignore[misc]


def places(_scene: Scene) -> list[str]:
    return [*ASKED.store.secrets, *ASKED.store.inputs]


def fields(_scene: Scene) -> list[str]:
    return [name for each in (*ASKED.store.secrets.values(), *ASKED.store.inputs.values()) for name in each]


def content(_scene: Scene | None = None) -> Any:
    (written,) = (*ASKED.store.secrets.values(), *ASKED.store.inputs.values())
    return yaml.safe_load(written["passphrases"])


def hosts(_scene: Scene) -> Any:
    return ASKED.hosts


ROWS = [
    Effect("store", "awx_credential", places, [SECRET], [CREDENTIAL], {**AWX, "store": "hashicorp_vault"}),
    Effect("store", "hashicorp_vault", places, [CREDENTIAL], [SECRET], AWX),
    Effect("hashicorp_vault_url", "https://other.example", hosts, {"vault.example"}, {"other.example"}),
    Effect("hashicorp_vault_token", "another", code, None, "store_unusable"),
    Effect("hashicorp_vault_mount", "kv", places, [SECRET], ["/v1/kv/data/pkcs12"]),
    Effect("hashicorp_vault_path", "a/b", places, [SECRET], ["/v1/secret/data/a/b"]),
    Effect("awx_url", "https://other.example", hosts, {"awx.example"}, {"other.example"}, AWX),
    Effect("awx_token", "another", code, None, "store_unusable", AWX),
    Effect("awx_credential", 8, places, [CREDENTIAL], ["/api/v2/credentials/8/"], AWX),
    Effect("store_field", "codes", fields, ["passphrases"], ["codes"]),
    Effect("ca_path", "/etc/ca.pem", lambda _scene: ASKED.options.ca_path, None, "/etc/ca.pem"),
    Effect("known_passphrases", {"T9": "x"}, content, {"T1": ["new"]}, {"T9": "x", "T1": ["new"]}, AWX),
    Effect("written_passphrases", {"T9": "x"}, content, {"T1": ["new"]}, {"T9": "x", "T1": ["new"]}, AWX),
    Effect("authorisation", "T2", content, {"T1": ["new"]}, {"T2": ["new"]}),
    Effect("passphrase", "é\"'", content, {"T1": ["new"]}, {"T1": ["é\"'"]}),
]
EFFECTS = [Effect(**{**vars(row), "scene": fresh}) for row in ROWS]


test_an_option_reaches_what_it_is_for = table(
    "passphrase_store", BASE, EFFECTS, lambda effect: f"{effect.option} {effect.value}"
)


def kept(asked: Asked, version: int = 4, **fields: Any) -> None:
    asked.store.secrets[SECRET], asked.store.versions[SECRET] = fields, version


def run(given: Mapping[str, Any] | None = None, **keywords: Any) -> dict[str, Any]:
    return run_action("passphrase_store", given or BASE, FakeDrivers(), **keywords)


def why(given: Mapping[str, Any] | None = None) -> str:
    return str(run(given)["error"]["problem"]["code"])


WITHOUT = {name: value for name, value in BASE.items() if name not in ("authorisation", "passphrase")}
OF_AWX = BASE | AWX


def test_vault_keeps_what_it_has(asked: Asked) -> None:
    kept(asked, other="kept", passphrases='{"T1": "older", "T9": [theirs], 123: number}')
    assert [run()["changed"], run()["changed"]] == [True, False]
    assert asked.store.secrets[SECRET]["other"] == "kept"
    assert content() == {"T1": ["new", "older"], "T9": ["theirs"], "123": "number"}


def test_vault_refuses_a_change_of_what_somebody_else_has_just_written(asked: Asked) -> None:
    kept(asked, passphrases="")
    asked.store.broken = HTTPStatus.BAD_REQUEST
    result = run()
    assert result["error"]["problem"]["code"] == "store_unusable.vault_status"
    assert result["error"]["problem"]["values"] == {"status": 400}


def test_a_deleted_secret_of_vault_is_written_again(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, written = asked.store.answer, []

    def deleted(method: str, path: str, token: str, body: Any) -> Any:
        if path == SECRET and method == "GET":
            return HTTPStatus.NOT_FOUND, {"data": {"data": None, "metadata": {"version": 4}}}
        return answer(method, path, token, body) if path != SECRET else (HTTPStatus.OK, written.append(body))

    monkeypatch.setattr(asked.store, "answer", deleted)
    assert run()["changed"] is True
    assert [body["options"] for body in written] == [{"cas": 4}]


@pytest.mark.parametrize("found", ["no mapping", "[a]", "{", 7])
def test_a_field_of_vault_with_something_else_is_left(asked: Asked, found: Any) -> None:
    kept(asked, passphrases=found)
    assert [why(), why(WITHOUT)] == ["store_unusable.vault_no_mapping"] * 2
    assert asked.store.secrets[SECRET] == {"passphrases": found}


@pytest.mark.parametrize(
    ("rights", "is_there", "is_refused"),
    [
        (["root"], True, False),
        (["read", "update"], True, False),
        (["read", "create"], True, True),
        (["read", "create"], False, False),
        (["read", "update"], False, True),
        ([], False, False),  # a token that may not ask
    ],
)
def test_the_rights_of_a_token_of_vault_are_asked_beforehand(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, rights: list[str], is_there: bool, is_refused: bool
) -> None:
    answer = asked.store.answer

    def with_rights(method: str, path: str, token: str, body: Any) -> Any:
        if path.startswith("/v1/sys/"):
            assert body == {"paths": ["secret/data/pkcs12"]}
            return (HTTPStatus.OK, {"capabilities": rights}) if rights else (HTTPStatus.FORBIDDEN, {"errors": []})
        return answer(method, path, token, body)

    monkeypatch.setattr(asked.store, "answer", with_rights)
    if is_there:
        kept(asked, passphrases="")
    result = run(WITHOUT)
    assert (result.get("failed", False), asked.writings) == (is_refused, [])
    if is_refused:
        assert result["error"]["problem"]["code"] == "store_unusable.vault_no_right"


def test_the_passphrase_of_awx_is_that_of_the_number_however_it_is_written(asked: Asked) -> None:
    asked.store.inputs[CREDENTIAL] = {"passphrases": "known to the job"}
    given = {"known_passphrases": {" t1": "older", "T9": "theirs"}, "written_passphrases": {"T2": "just now"}}
    assert run(OF_AWX | given)["changed"] is True
    assert content() == {"T2": "just now", "t1": ["new", "older"], "T9": "theirs"}
    assert (run(OF_AWX | {"known_passphrases": {"T1": ["new"]}})["changed"], len(asked.writings)) == (False, 1)


def test_a_credential_of_awx_loses_nothing(asked: Asked) -> None:
    asked.store.inputs[CREDENTIAL] = {"passphrases": "of others", "other": ""}
    assert [why(OF_AWX), why(WITHOUT | AWX)] == ["store_unusable.awx_would_lose"] * 2
    refusal = Problem("bad_arguments.no_mapping_of_secrets", {"variable": "pkcs12_passphrases", "found": "a_text"})
    for known, refused in (
        ({"T1": "x", "T9": True}, "bad_arguments.passphrase_is_no_text"),
        ({"T9": "x", "pkcs12_passphrases": refusal.to_map()}, refusal.code),
    ):
        assert why(OF_AWX | {"known_passphrases": known}) == refused
    assert asked.writings == []
    asked.store.inputs[CREDENTIAL] = {"passphrases": ""}
    assert run(OF_AWX)["changed"] is True


def test_an_account_that_may_not_change_the_credential_is_told_beforehand(asked: Asked) -> None:
    asked.store.read_only = True
    assert why(WITHOUT | AWX) == "store_unusable.awx_no_right"


@pytest.mark.parametrize("given", [BASE, OF_AWX], ids=["vault", "awx"])
def test_an_answer_that_is_no_json_and_check_mode(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    checked = run(given, check_mode=True)
    assert (checked["changed"], checked.get("failed", False), asked.writings) == (False, False, [])
    monkeypatch.setattr(asked.store, "answer", lambda *_given: (HTTPStatus.BAD_GATEWAY, None))
    assert run(given)["error"]["problem"]["values"] == {"status": 502}


class Unsafe(str):
    """A text as older lines of ansible-core have it: also as a text it is of this type."""

    __slots__ = ()

    def __str__(self) -> Unsafe:  # pylint: disable=invalid-str-returned
        return self


@pytest.mark.parametrize("given", [BASE, OF_AWX], ids=["vault", "awx"])
def test_a_text_of_an_older_ansible_is_written_as_a_text(given: dict[str, Any]) -> None:
    texts = {"authorisation": Unsafe("T1"), "passphrase": Unsafe("é"), "known_passphrases": {Unsafe("T9"): Unsafe("x")}}
    assert run(given | texts)["changed"] is True
    assert content()["T1"] == ["é"]


@pytest.mark.parametrize("given", [{"hashicorp_vault_token": f"{TOKEN}\n"}, {**AWX, "awx_token": f"{TOKEN}\n"}])
def test_a_token_that_ends_with_a_line_break_is_that_token(given: dict[str, Any]) -> None:
    """As a block of YAML does. No header takes one."""
    result = run_action("passphrase_store", BASE | given, FakeDrivers())
    assert result["changed"], result


@pytest.mark.parametrize("address", ["http://vault.example", "vault.example:8200", "https://", "https:///v1"])
@pytest.mark.parametrize(("given", "setting"), [(BASE, "hashicorp_vault_url"), (AWX, "awx_url")])
def test_no_token_goes_out_in_clear_text(given: dict[str, Any], setting: str, address: str) -> None:
    error = run({**given, setting: address})["error"]
    assert (error["problem"]["code"], error["setting"]) == ("bad_arguments.store_url", setting)
