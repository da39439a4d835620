# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``portal_info`` reaches what it is for. From the controller it is real TLS."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io import tls_client
from lab.portal import Portal
from lab.tls import trust
from unit.plugins.action.effects import (
    MIDDLE,
    NEW,
    OLD,
    Effect,
    Scene,
    accounts,
    authority,
    bundle,
    code,
    computers,
    kinds,
    passwords,
    table,
)
from unit.plugins.plugin_utils.enrolment import JEANNE, PAUL
from unit.plugins.plugin_utils.fakes import CARD, EMAIL, PASSPHRASE
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action

PORTAL = Portal(authority()).__enter__()
"""It runs until the tests end. It says 404 to every path but its first page."""
CONTROLLER = {
    "from": "controller",
    "url": PORTAL.url,
    "path": "{folder}/new.p12",
    "passphrase": PASSPHRASE,
    "ca_path": "{folder}/authority.pem",
    "use_proxy": False,
}
WORKSTATION = {"from": "workstation", "url": PORTAL.url, "holder": JEANNE["user"], "authorisation": "T123456"}
HERE = {**dict.fromkeys(CONTROLLER), **WORKSTATION}


def new(scene: Scene) -> None:
    scene.put(NEW, "new.p12")
    scene.put(MIDDLE, "middle.p12")
    trust(authority(), scene.folder)


def installed(scene: Scene) -> None:
    new(scene)
    scene.plant(OLD, NEW)
    scene.plant(bundle("Paul Martin - T123456"), user=PAUL["user"])


def refused(scene: Scene) -> None:
    installed(scene)
    scene.workstation.person(JEANNE["user"]).portal |= {"sent": False, "http_status": 403, "code": "none_sent"}


def result(key: str) -> Any:
    return lambda scene: scene.result.get(key)


def argument(name: str) -> Any:
    return lambda scene: [step.arguments[name] for step in scene.steps]


def shown(scene: Scene) -> list[str]:
    return [step.thumbprint for step in scene.steps]


ANOTHER = {**HERE, "authorisation": None}
EFFECTS = [
    Effect("from", "workstation", kinds, [], ["connect"], {"holder": JEANNE["user"], "authorisation": "T123456"}, installed),
    Effect("from", "controller", kinds, ["connect"], [], {**CONTROLLER, **WORKSTATION}, installed),
    Effect("url", f"{PORTAL.url}elsewhere", result("code"), None, "http_refused", scene=new),
    Effect("url", "https://portal.example/x", argument("url"), [PORTAL.url], ["https://portal.example/x"], HERE, installed),
    Effect("url", PORTAL.url.replace("https", "http"), code, None, "bad_url", scene=new),
    Effect("path", "{folder}/middle.p12", result("thumbprint"), NEW.thumbprint, MIDDLE.thumbprint, scene=new),
    Effect("content", base64.b64encode(NEW.data).decode(), code, "bad_arguments", None, {"path": None}, new),
    Effect("passphrase", PASSPHRASE, code, "no_passphrase", None, {"passphrase": None}, new),
    Effect("passphrase", ["old", PASSPHRASE], code, "no_passphrase", None, {"passphrase": None}, new),
    Effect("ca_path", "{folder}/authority.pem", result("code"), "untrusted_server", None, {"ca_path": None}, new),
    Effect("ca_path", "{folder}/new.p12", code, None, "ca_file", scene=new),
    Effect("holder", PAUL["user"], accounts, [JEANNE["user"]], [PAUL["user"]], HERE, installed),
    Effect("holder_password", "hers", passwords, [None], ["hers"], HERE, installed),
    Effect("authorisation", "T9", code, None, "no_usable_certificate", HERE, installed),
    Effect("authorisation", None, code, None, "bad_arguments", HERE, installed),
    Effect("authorisation_pattern", "- (X[0-9]+)$", code, None, "no_usable_certificate", HERE, installed),
    Effect("thumbprint", OLD.thumbprint.lower(), shown, [NEW.thumbprint], [OLD.thumbprint], HERE, installed),
    Effect("thumbprint", "0" * 40, code, "bad_arguments", "no_usable_certificate", ANOTHER, installed),
    Effect("thumbprint", "x", code, "bad_arguments", "bad_thumbprint", ANOTHER, installed),
    Effect("computer", "ws-1", computers, [None], ["ws-1"], HERE, installed),
    Effect("computer", "WS-2", code, None, "wrong_computer", HERE, installed),
    Effect("proxy", "http://127.0.0.1:1", result("code"), None, "proxy", {"use_proxy": True}, new),
    Effect("proxy", "http://a:b@127.0.0.1:1", code, None, "bad_proxy", {"use_proxy": True}, new),
    Effect("proxy", "http://127.0.0.1:1", argument("proxy"), ["system"], ["http://127.0.0.1:1"], HERE, installed),
    Effect("use_proxy", False, result("code"), "proxy", None, {"use_proxy": True, "proxy": "http://127.0.0.1:1"}, new),
    Effect("use_proxy", False, argument("proxy"), ["system"], [""], HERE, installed),
    Effect("server_timeout", 0, code, None, "bad_arguments", scene=new),
    Effect("server_timeout", 7, argument("timeout"), [30], [7], HERE, installed),
    Effect("expected_status", [404], result("code"), "http_refused", None, {"url": f"{PORTAL.url}elsewhere"}, new),
    Effect("expected_status", [99], code, None, "bad_arguments", scene=new),
    Effect("expected_status", [404], argument("expected_status"), [()], [(404,)], HERE, installed),
    Effect("fail_when_refused", False, result("failed"), True, False, {"url": f"{PORTAL.url}elsewhere"}, new),
    Effect("fail_when_refused", False, result("failed"), True, False, HERE, refused),
]  # fmt: skip


test_an_option_reaches_what_it_is_for = table("portal_info", CONTROLLER, EFFECTS)


def run(scene: Scene, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    given = {name: value for name, value in {**HERE, **arguments}.items() if value is not None}
    return run_action("portal_info", given, scene.workstation, check_mode=check_mode)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path, FakeWorkstation())
    installed(scene)
    return scene


def test_the_same_keys_whatever_happened(scene: Scene) -> None:
    """Accepted, refused, in check mode, deferred; the facts of the step are the result."""
    accepted, checked = run(scene), run(scene, check_mode=True)
    scene.workstation.away = {JEANNE["user"]}
    deferred = run(scene)
    scene.workstation.away = set()
    refused(scene)
    bad = run(scene)
    assert set(accepted) == set(checked) == set(deferred) == set(bad) - {"failed", "error"}
    assert [each["accepted"] for each in (accepted, checked, deferred, bad)] == [True, None, None, False]
    assert [each["deferred"] for each in (accepted, checked, deferred, bad)] == [False, False, True, False]
    assert (bad["code"], bad["http_status"], bad["error"]["code"]) == ("none_sent", 403, "connect_failed")
    assert (accepted["tls_version"], accepted["issuers"], accepted["asked"]) == ("TLSv1.3", ["CN=AC Personnes"], True)
    assert (checked["asked"], deferred["sent"], accepted["changed"]) == (None, None, False)


def test_another_failure_of_the_exchange_is_no_answer_of_the_portal(scene: Scene) -> None:
    scene.workstation.person(JEANNE["user"]).fails = ("connect", "unexpected")
    failed = run(scene)
    assert (failed["error"]["code"], "accepted" in failed) == ("unexpected", False)


def test_a_journal_without_the_facts_is_not_believed(scene: Scene) -> None:
    for lie in ({"asked": False}, {"sent": False}, {"http_status": 500}, {"http_status": None}):
        scene.workstation.person(JEANNE["user"]).portal |= {"asked": True, "sent": True, "http_status": 200} | lie
        assert run(scene)["error"]["code"] == "not_verified"


def test_a_certificate_for_another_use_is_shown_to_no_portal(scene: Scene, tmp_path: Path) -> None:
    for_mail, person = bundle(eku=(EMAIL,)), scene.workstation.person(JEANNE["user"])
    person.elements.clear()
    person.plant(for_mail)
    assert run(scene)["error"]["code"] == "no_usable_certificate"
    assert run(scene, authorisation=None, thumbprint=for_mail.thumbprint)["error"]["code"] == "wrong_eku"
    (tmp_path / "mail.p12").write_bytes(for_mail.data)
    file = {"from": "controller", "url": PORTAL.url, "path": str(tmp_path / "mail.p12"), "passphrase": PASSPHRASE}
    assert run_action("portal_info", file, scene.workstation)["error"]["code"] == "wrong_eku"


def test_a_card_is_never_asked_for_its_pin(scene: Scene) -> None:
    scene.workstation.person(JEANNE["user"]).elements.clear()
    scene.workstation.person(JEANNE["user"]).plant(NEW)
    card = scene.workstation.person(JEANNE["user"]).elements[NEW.thumbprint]
    card[2] = card[2].replace(
        "Microsoft Software Key Storage Provider".encode("utf-16-le"), CARD[:39].ljust(39).encode("utf-16-le")
    )
    assert run(scene)["error"]["code"] == "not_software"
    assert scene.workstation.exchanges == []


def test_without_pyopenssl_the_library_is_named(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tls_client, "SSL")
    given = {**CONTROLLER, "path": str(scene.folder / "new.p12"), "ca_path": str(scene.folder / "authority.pem")}
    assert run_action("portal_info", given, scene.workstation)["error"]["code"] == "missing_library"
    assert run(scene)["accepted"], "a workstation does not need it"


def test_in_check_mode_the_controller_does_not_connect(scene: Scene) -> None:
    given = {**CONTROLLER, "path": str(scene.folder / "new.p12"), "ca_path": str(scene.folder / "authority.pem")}
    before = len(PORTAL.visitors)
    assert run_action("portal_info", given, scene.workstation, check_mode=True)["accepted"] is None
    assert len(PORTAL.visitors) == before
    found = run_action("portal_info", given, scene.workstation)
    assert found["server_certificate"]["subject"].startswith("CN=127.0.0.1,")
    assert set(found["server_certificate"]) == {"subject", "issuer", "not_after"}
