# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is wrong with a passphrase, a withdrawal code or a link: the result of the task, with the values of its problem, has none of it.

A short secret is not masked anywhere, so it may not come into a value at all. Of one with several lines, a library may say one line.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from unit.plugins.action.effects import NEW, Scene, placed
from unit.plugins.plugin_utils.enrolment import JEANNE
from unit.plugins.plugin_utils.fakes import PASSPHRASE
from unit.plugins.plugin_utils.in_process import run_action
from unit.plugins.plugin_utils.registration import HOST, URL, Registration

SHORT = "ß§9¤"
LONG = f'é"\\&% {secrets.token_urlsafe(18)}'
LINES = f"{secrets.token_urlsafe(12)}\n{secrets.token_urlsafe(12)}\\n"
SECRETS = {"short": SHORT, "long": LONG, "lines": LINES}
REGISTRATION = Registration()

FILE = {"path": "{folder}/" + NEW.file_name}
OF_PEOPLE = {"holders": [JEANNE], "bundle_folder": "{folder}"}
PORTAL = {"from": "controller", "url": "https://127.0.0.1:9/"}
STORE = {"store": "awx_credential", "awx_url": "https://127.0.0.1:9", "awx_credential": 7}
LINK: dict[str, Any] = {"url": URL, "code": PASSPHRASE, "dest": "{folder}/jeanne.p12", "authorisation": "T123456"}
LINK |= {"allowed_hosts": [HOST]}


def wrong(secret: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Tasks with a secret where it does not belong, or that is not the right one."""
    shapes: tuple[Any, ...] = (secret, [secret, secret], {"code": secret}, [[secret]], {secret: secret})
    for shape in shapes:
        yield "bundle_info", FILE | {"passphrase": shape}
        yield "certificate", FILE | {"passphrase": shape, "holder": JEANNE["user"]}
        yield "portal_info", PORTAL | FILE | {"passphrase": shape}
        yield "holder_bundles", OF_PEOPLE | {"passphrases": {"T123456": shape}}
        yield "holder_certificates", OF_PEOPLE | {"passphrases": {"T123456": shape}}
        yield "holder_certificates", OF_PEOPLE | {"passphrases": shape}
        yield "bundle_pickup", LINK | {"passphrase": shape, "code": secret}
        yield "bundle_pickup", LINK | {"passphrases": {"T123456": shape}, "code": secret}
        yield "passphrase_store", STORE | {"awx_token": secret, "known_passphrases": {"T123456": shape}}
        yield "passphrase_store", STORE | {"awx_token": shape, "authorisation": "T123456", "passphrase": shape}
        yield "bundle_pickup", LINK | {"code": shape}
        yield "bundle_pickup", LINK | {"url": shape}
        yield "bundle_pickup", LINK | {"new_passphrase": shape, "code": "4711-code"}
    yield "bundle_info", FILE | {"pasphrase": secret}
    yield "bundle_info", {"content": secret, "passphrase": PASSPHRASE}
    hosts = (
        f"ftp://{HOST}/",
        f"https://{HOST}:0/",
        "https://elsewhere.example/",
        f"https://{HOST}/",
        f"https://[{HOST}/",
    )
    for link in hosts:
        yield "bundle_pickup", LINK | {"url": link + secret}


def texts(value: Any) -> Iterator[str]:
    """Every text of a result, also the keys."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from texts(key)
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_no_result_of_a_failed_task_has_the_secret(
    secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    REGISTRATION.install(monkeypatch)
    parts = [part for part in secret.replace("\\n", "\n").splitlines() if part]
    codes = set()
    for number, (action, arguments) in enumerate(wrong(secret)):
        folder = tmp_path / str(number)
        folder.mkdir()
        scene = Scene(folder)
        scene.put(NEW)
        REGISTRATION.deliver(NEW, PASSPHRASE)
        result = json.loads(json.dumps(run_action(action, placed(arguments, folder), scene.workstation)))
        errors = [each["error"] for each in (result, *result.get("holders", ())) if each.get("error")]
        assert errors, (action, arguments, result)
        codes |= {error["problem"]["code"].partition(".")[0] for error in errors}
        assert [text for text in texts(result) if any(part in text for part in parts)] == [], (action, arguments)
    assert codes >= {"wrong_passphrase", "bad_arguments", "content_not_base64", "code_wrong"}
