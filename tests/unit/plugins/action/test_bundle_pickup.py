# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``bundle_pickup`` reaches what it is for, with the lab's registration authority but no network."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import open_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from lab import registration_pages as pages
from unit.plugins.action.effects import NEW, Effect, Scene, code, placed, table
from unit.plugins.plugin_utils.fakes import PASSPHRASE
from unit.plugins.plugin_utils.in_process import run_action
from unit.plugins.plugin_utils.registration import HOST, URL, Registration

CODE = "4711-code"
BASE: dict[str, Any] = {"url": URL, "code": PASSPHRASE, "dest": "{folder}/jeanne.p12", "authorisation": "T123456"}
BASE |= {"allowed_hosts": [HOST]}
REGISTRATION = Registration()


@pytest.fixture(autouse=True)
def registration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWX_PRIVATE_DATA_DIR", "")  # and what a scene makes of it is undone
    REGISTRATION.install(monkeypatch)


def pages_of(with_code: str = PASSPHRASE, **variant: Any) -> Callable[[Scene], None]:
    return lambda _scene: REGISTRATION.deliver(NEW, with_code, **variant)


def saying(text: str) -> Callable[[Scene], None]:
    return pages_of(instead=pages.page(f"<p>{text}</p>"))


def in_a_private_folder(scene: Scene) -> None:
    pages_of()(scene)
    os.environ["AWX_PRIVATE_DATA_DIR"] = str(scene.folder)


def after_a_wrong_code(scene: Scene) -> None:
    pages_of(CODE)(scene)
    assert run_action("bundle_pickup", placed(BASE, scene.folder), scene.workstation)["state"] == "code_wrong"
    pages_of()(scene)


def files(scene: Scene) -> list[str]:
    return sorted(str(path.relative_to(scene.folder)) for path in scene.folder.rglob("*.p12") if path.is_file())


def opens_with(passphrase: str) -> Callable[[Scene], bool]:
    def see(scene: Scene) -> bool:
        try:
            open_bundle((scene.folder / "jeanne.p12").read_bytes(), passphrase)
        except Pkcs12Error:
            return False
        return True

    return see


def setting(name: str) -> Callable[[Scene], Any]:
    return lambda _scene: REGISTRATION.settings[name]


def evidence(scene: Scene) -> list[str | None]:
    path = scene.folder / "evidence.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line)["message_id"] for line in lines]


COPY = {"new_passphrase": "of the site"}
EVIDENCE = {"evidence_path": "{folder}/evidence.jsonl"}

ORIGINAL = ["jeanne.p12", "originals/jeanne.p12"]
ROWS = [
    Effect("url", f"https://{HOST}/retrait/other", code, None, "link_used"),
    Effect("code", "wrong", code, None, "code_wrong"),
    Effect("passphrase", PASSPHRASE, code, "wrong_passphrase", None, {"code": CODE}, pages_of(CODE)),
    Effect("passphrase", ["old", PASSPHRASE], code, "wrong_passphrase", None, {"code": CODE}, pages_of(CODE)),
    Effect("passphrases", {"t123456 ": [PASSPHRASE]}, code, "wrong_passphrase", None, {"code": CODE}, pages_of(CODE)),
    Effect("passphrases", {"T9": True, "T123456": True}, code, None, "bad_arguments"),
    Effect("new_passphrase", "of the site", opens_with("of the site"), False, True),
    Effect("dest", "{folder}/other.p12", files, ["jeanne.p12"], ["other.p12"]),
    Effect("name", "Paul Martin", code, None, "wrong_person"),
    Effect("authorisation", "T999999", code, None, "wrong_person"),
    Effect("authorisation_pattern", r"- (X[0-9]+)$", code, None, "no_authorisation"),
    Effect("former_name", "Jeanne Dupont", code, "wrong_person", None, {"name": "Paul Martin"}),
    Effect("name_check", "strict", code, None, "wrong_person", {"name": "Dupont Jeanne"}),
    Effect("name_check", "off", code, "wrong_person", None, {"name": "Paul Martin"}),
    Effect("allowed_hosts", ["other.example"], code, None, "url_host_not_allowed"),
    Effect("code_field", "Sésame", code, "no_code_field", None, scene=pages_of(label="Sesame n° 1")),
    Effect("submit_label", "Valider", code, None, "no_code_field"),
    Effect("download_label", "Obtenir", code, "no_download", None, scene=pages_of(download_label="Obtenir le fichier")),
    Effect("used_pattern", "trop tard", code, "unexpected_page", "link_used", scene=saying("Trop tard")),
    Effect("wrong_code_pattern", "rate", code, "unexpected_page", "code_wrong", scene=saying("C'est raté")),
    Effect("maintenance_pattern", "pause", code, "unexpected_page", "maintenance", scene=saying("Pause café")),
    Effect("ca_path", "{folder}/missing.pem", code, None, "tls"),
    Effect("use_proxy", False, setting("use_proxy"), True, False),
    Effect("http_agent", "Firefox", setting("http_agent"), "ansible-httpget", "Firefox"),
    Effect("server_timeout", 7, setting("timeout"), 30, 7),
    Effect("max_bundle_bytes", 100, code, None, "too_large"),
    Effect("original_folder", "{folder}/kept", files, ORIGINAL, ["jeanne.p12", "kept/jeanne.p12"], COPY),
    Effect("keep_original", False, files, ORIGINAL, ["jeanne.p12"], COPY),
    Effect("allow_ephemeral", True, code, "ephemeral_dest", None, scene=in_a_private_folder),
    Effect("evidence_path", "{folder}/evidence.jsonl", evidence, [], [None]),
    Effect("message_id", "<1@issuer>", evidence, [None], ["<1@issuer>"], EVIDENCE),
    Effect("retry", ["t123456 "], code, "code_wrong", None, scene=after_a_wrong_code),
]
EFFECTS = [
    Effect(**{**vars(row), "scene": pages_of()}) if row.scene is Effect.__dataclass_fields__["scene"].default else row
    for row in ROWS
]


test_an_option_reaches_what_it_is_for = table(
    "bundle_pickup", BASE, EFFECTS, lambda effect: f"{effect.option} {effect.value}"
)


@pytest.mark.parametrize(
    ("given", "is_new"),
    [
        ({}, True),
        ({"passphrases": {"T123456": ["older", PASSPHRASE]}}, False),
        ({"passphrases": {"T123456": "older", "T9": PASSPHRASE}}, True),
        ({"passphrase": PASSPHRASE, "code": CODE}, False),
        (COPY, True),
        (COPY | {"passphrases": {"T123456": PASSPHRASE}}, True),
        (COPY | {"passphrases": {"T123456": "of the site"}}, False),
    ],
)
def test_a_store_has_to_get_what_opens_the_bundle_and_is_not_known(
    tmp_path: Path, given: dict[str, Any], is_new: bool
) -> None:
    """Also where an earlier run has withdrawn the bundle, and in check mode never."""
    scene = Scene(tmp_path)
    pages_of(given.get("code", PASSPHRASE))(scene)
    tasks = placed({**BASE, **given}, tmp_path)
    runs = [
        run_action("bundle_pickup", tasks, scene.workstation, check_mode=mode) for mode in (True, False, False, True)
    ]
    assert [each["to_store"] for each in runs] == [False, is_new, is_new, False]
