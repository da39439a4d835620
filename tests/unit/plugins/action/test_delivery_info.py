# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``delivery_info`` reaches what it is for."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lab import mails
from lab.mail_forms import FORWARDER
from lab.people import ELODIE, JEANNE, PAUL, Person
from unit.plugins.action.effects import Effect, Scene, check, code
from unit.plugins.plugin_utils._delivery.fake_imap import Mailbox
from unit.plugins.plugin_utils.fakes import now

URL = "https://retrait.issuer.example/w?id=1"
CODE = "AB12-CD34"
YESTERDAY = now() - timedelta(days=1)

BASE = {
    "source": "maildir",
    "path": "{folder}/box",
    "sender": [mails.SENDER],
    "subject_pattern": "^Délivrance du certificat",
    "allowed_hosts": ["retrait.issuer.example"],
    "authenticate": "none",
    "include_codes": False,
}
IMAP = {"source": "imap", "path": None, "host": "imap.example", "username": "u", "password": "right"}
CHECKED = {"authenticate": "authentication_results", "authserv_id": mails.MAIL_SERVER}


def box(*people: Person, days: int = 1, form: str = "plain", place: str = "box") -> Any:
    """A Maildir with both mails of these people."""

    def fill(scene: Scene) -> None:
        for person in people:
            mails.deliver(scene.folder / place, person, URL, CODE, date=now() - timedelta(days=days), form=form)

    return fill


def written(text: str) -> Any:
    """A Maildir with a mail of this text."""

    def fill(scene: Scene) -> None:
        mail = mails.delivery_mail(JEANNE, URL, CODE, YESTERDAY).data
        head = mail.partition(b"\r\n\r\n")[0]
        mails.put(scene.folder / "box", head + b"\r\n\r\n" + text.encode())

    return fill


LABELLED = f"Madame Jeanne Dupont,\nautorisation n° T100001\n{URL}\nCode de retrait : {CODE}\n"


def everything(scene: Scene) -> None:
    """A Maildir, a folder of files, an mbox and two addresses of an issuer."""
    box(JEANNE)(scene)
    (scene.folder / "box" / "one.eml").write_bytes(mails.delivery_mail(ELODIE, URL, CODE, YESTERDAY).data)
    mails.write_mbox(scene.folder / "mbox", [mails.delivery_mail(PAUL, URL, CODE, YESTERDAY).data])
    box(PAUL, place="other")(scene)


def two_ages(scene: Scene) -> None:
    box(JEANNE)(scene)
    box(PAUL, days=40)(scene)


def numbers(scene: Scene) -> list[str]:
    return sorted(row["authorisation"] for row in scene.result.get("deliveries", ()))


def fact(name: str) -> Any:
    return lambda scene: scene.result["deliveries"][0][name]


def access_mails(scene: Scene) -> int:
    return len(scene.result["access_mails"])


def refusals(scene: Scene) -> list[str]:
    """The codes of all rows and problems."""
    errors = [row["error"] for row in scene.result["deliveries"] if row["error"]]
    return [error["code"] for error in (*errors, *scene.result["problems"])]


def left_mails(scene: Scene) -> bool:
    """Which of two mails of one moment is read is not said."""
    return "too_many_mails" in refusals(scene)


def method(scene: Scene) -> str:
    return str(fact("authenticity")(scene)["method"])


def moved(scene: Scene) -> int:
    return len(scene.result["moved"])


def places(scene: Scene) -> list[str]:
    """The Maildir's folders."""
    return sorted(path.name for path in (scene.folder / "box").iterdir() if path.name.startswith("."))


MAILBOXES: list[Mailbox] = []


@pytest.fixture(autouse=True)
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    """An IMAP server with a mail of Jeanne's in one folder and of Paul's in another."""

    class Library:
        def __getattr__(self, name: str) -> Any:
            if name == "IMAPClient":
                MAILBOXES.append(Mailbox())
                kept = {"INBOX": JEANNE, "Registry": PAUL}
                MAILBOXES[-1].mails = {
                    folder: {7: (mails.delivery_mail(person, URL, CODE, YESTERDAY).data, YESTERDAY)}
                    for folder, person in kept.items()
                }
            return getattr(MAILBOXES[-1].library() if MAILBOXES else Mailbox().library(), name)

    monkeypatch.setitem(sys.modules, "imapclient", Library())  # type: ignore[arg-type]


def received(name: str) -> Any:
    return lambda _scene: MAILBOXES[-1].received.get(name)


EFFECTS = [
    Effect("source", "eml", numbers, [], ["T100002"], {"path": "{folder}/box/one.eml"}, everything),
    Effect("source", "maildir", numbers, [], ["T100001"], {"source": "eml"}, everything),
    Effect("source", "mbox", numbers, [], ["T100004"], {"path": "{folder}/mbox"}, everything),
    Effect("source", "imap", numbers, [], ["T100001"], {**IMAP, "source": "maildir"}),
    Effect("path", "{folder}/other", numbers, ["T100001"], ["T100004"], scene=everything),
    Effect("host", "other.example", received("server"), ("imap.example", 993), ("other.example", 993), IMAP),
    Effect("port", 1993, received("server"), ("imap.example", 993), ("imap.example", 1993), IMAP),
    Effect("security", "starttls", received("server"), ("imap.example", 993), ("imap.example", 143), IMAP),
    Effect("security", "starttls", received("starttls"), None, True, IMAP),
    Effect("ca_path", "{folder}/missing.pem", code, None, "mail_tls", IMAP),
    Effect("username", "v", received("logon"), ("u", "right"), ("v", "right"), IMAP),
    Effect("password", "wrong", code, None, "mail_login", IMAP),
    Effect("folder", "Registry", numbers, ["T100001"], ["T100004"], IMAP),
    Effect("timeout", 5, received("timeout"), 30, 5, IMAP),
    Effect("since", 30, numbers, ["T100001", "T100004"], ["T100001"], scene=two_ages),
    Effect("max_bytes", 100, refusals, [], ["mail_too_large"] * 2, scene=box(JEANNE)),
    Effect("max_mails", 1, left_mails, False, True, scene=box(JEANNE)),
    Effect("sender", ["other@issuer.example"], numbers, ["T100001"], [], scene=box(JEANNE)),
    Effect("subject_pattern", "^Other", numbers, ["T100001"], [], scene=box(JEANNE)),
    Effect("access_subject_pattern", "^CONFIDENTIEL", access_mails, 0, 1, scene=box(JEANNE)),
    Effect("url_pattern", "link: (.*)", fact("url"), "https://retrait.issuer.example/...", None, scene=box(JEANNE)),
    Effect("code_pattern", "key: (.*)", refusals, [], ["no_withdrawal_code"], scene=box(JEANNE)),
    Effect("name_pattern", r"pour (\w+)", fact("name"), "Jeanne Dupont", None, scene=written(LABELLED)),
    Effect("authorisation_pattern", r"no\. (\d+)", refusals, [], ["no_number"], scene=box(JEANNE)),
    Effect("allowed_hosts", ["other.example"], refusals, [], ["url_host_not_allowed"], scene=box(JEANNE)),
    Effect("authenticate", "authentication_results", method, "none", "authentication_results", {"authserv_id": "x"}, box(JEANNE)),
    Effect("authenticate", "none", refusals, ["authentication_missing"], [], {**CHECKED, "authserv_id": "x"}, box(JEANNE)),
    Effect("authserv_id", "mx.other.example", refusals, [], ["authentication_missing"], CHECKED, box(JEANNE)),
    Effect("forwarders", [FORWARDER], refusals, ["forwarder_not_trusted"], [], CHECKED, box(JEANNE, form="attached")),
    Effect("inline_forwards", True, numbers, [], ["T100001"], scene=box(JEANNE, form="inline")),
    Effect("include_codes", False, code, "no_log_required", None, {"include_codes": None}, box(JEANNE)),
    Effect("authorisations", ["t100004"], numbers, ["T100001", "T100004"], ["t100004"], scene=box(JEANNE, PAUL)),
    Effect("move_message_ids", [], moved, 1, 0, scene=box(JEANNE), given={"move_to": "Done"}),
    Effect("move_to", "Done", places, [], [".Done"], scene=box(JEANNE)),
]  # fmt: skip


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.option)
def test_an_option_reaches_what_it_is_for(effect: Effect, tmp_path: Path) -> None:
    check("delivery_info", BASE, effect, tmp_path)
