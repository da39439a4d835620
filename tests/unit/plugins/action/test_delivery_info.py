# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``delivery_info`` reaches what it is for."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import pytest

from lab import mails
from lab.mail_forms import FORWARDER
from lab.people import ELODIE, JEANNE, PAUL, Person
from unit.plugins.action.effects import Effect, Scene, code, table
from unit.plugins.plugin_utils._mail.fake_imap import Mailbox
from unit.plugins.plugin_utils.fakes import now

URL = "https://retrait.issuer.example/w?id=1"
CODE = "AB12-CD34"
YESTERDAY = now() - timedelta(days=1)

BASE = {
    "mail_source": "maildir",
    "mail_path": "{folder}/box",
    "issuer_senders": [mails.SENDER],
    "mail_subject_pattern": "^Délivrance du certificat",
    "allowed_hosts": ["retrait.issuer.example"],
    "authenticate": "none",
    "include_codes": False,
}
IMAP = {
    "mail_source": "imap",
    "mail_path": None,
    "imap_host": "imap.example",
    "imap_username": "u",
    "imap_password": "right",
}
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
    rows = (*scene.result["deliveries"], *scene.result["problems"])
    return [row["error"]["code"] for row in rows if row["error"]]


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
    Effect("mail_source", "eml", numbers, [], ["T100002"], {"mail_path": "{folder}/box/one.eml"}, everything),
    Effect("mail_source", "maildir", numbers, [], ["T100001"], {"mail_source": "eml"}, everything),
    Effect("mail_source", "mbox", numbers, [], ["T100004"], {"mail_path": "{folder}/mbox"}, everything),
    Effect("mail_source", "imap", numbers, [], ["T100001"], {**IMAP, "mail_source": "maildir"}),
    Effect("mail_path", "{folder}/other", numbers, ["T100001"], ["T100004"], scene=everything),
    Effect("imap_host", "other.example", received("server"), ("imap.example", 993), ("other.example", 993), IMAP),
    Effect("imap_port", 1993, received("server"), ("imap.example", 993), ("imap.example", 1993), IMAP),
    Effect("imap_security", "starttls", received("server"), ("imap.example", 993), ("imap.example", 143), IMAP),
    Effect("imap_security", "starttls", received("starttls"), None, True, IMAP),
    Effect("ca_path", "{folder}/missing.pem", code, None, "mail_tls", IMAP),
    Effect("imap_username", "v", received("logon"), ("u", "right"), ("v", "right"), IMAP),
    Effect("imap_password", "wrong", code, None, "mail_login", IMAP),
    Effect("imap_folder", "Registry", numbers, ["T100001"], ["T100004"], IMAP),
    Effect("server_timeout", 5, received("timeout"), 30, 5, IMAP),
    Effect("since_days", 30, numbers, ["T100001", "T100004"], ["T100001"], scene=two_ages),
    Effect("max_mail_bytes", 100, refusals, [], ["mail_too_large"] * 2, scene=box(JEANNE)),
    Effect("max_mails", 1, left_mails, False, True, scene=box(JEANNE)),
    Effect("issuer_senders", ["other@issuer.example"], numbers, ["T100001"], [], scene=box(JEANNE)),
    Effect("mail_subject_pattern", "^Other", numbers, ["T100001"], [], scene=box(JEANNE)),
    Effect("access_subject_pattern", "^CONFIDENTIEL", access_mails, 0, 1, scene=box(JEANNE)),
    Effect("url_pattern", "link: (.*)", fact("url"), "https://retrait.issuer.example/...", None, scene=box(JEANNE)),
    Effect("code_pattern", "key: (.*)", refusals, [], ["no_withdrawal_code"], scene=box(JEANNE)),
    Effect("name_pattern", r"pour (\w+)", fact("name"), "Jeanne Dupont", None, scene=written(LABELLED)),
    Effect("mail_authorisation_pattern", r"no\. (\d+)", refusals, [], ["no_number"], scene=box(JEANNE)),
    Effect("allowed_hosts", ["other.example"], refusals, [], ["url_host_not_allowed"], scene=box(JEANNE)),
    Effect("authenticate", "authentication_results", method, "none", "authentication_results", {"authserv_id": "x"}, box(JEANNE)),
    Effect("authenticate", "none", refusals, ["authentication_missing"], [], {**CHECKED, "authserv_id": "x"}, box(JEANNE)),
    Effect("authserv_id", "mx.other.example", refusals, [], ["authentication_missing"], CHECKED, box(JEANNE)),
    Effect("forwarders", [FORWARDER], refusals, ["forwarder_not_trusted"], [], CHECKED, box(JEANNE, form="attached")),
    Effect("inline_forwards", True, numbers, [], ["T100001"], scene=box(JEANNE, form="inline")),
    Effect("include_codes", False, code, "no_log_required", None, {"include_codes": None}, box(JEANNE)),
    Effect("collect_authorisations", ["t100004"], numbers, ["T100001", "T100004"], ["t100004"], scene=box(JEANNE, PAUL)),
    Effect("collect_authorisations", [" ", ""], code, None, "bad_arguments", scene=box(JEANNE)),
    Effect("known_authorisations", ["t100001"], numbers, ["T100001"], ["t100001"], scene=box(JEANNE)),
    Effect("known_authorisations", ["T1"], code, None, "bad_arguments", {"collect_authorisations": ["T100001"]}, box(JEANNE)),
    Effect("known_authorisations", [], code, None, "bad_arguments", {"collect_authorisations": ["T100001"]}, box(JEANNE)),
    Effect("move_message_ids", [], moved, 1, 0, scene=box(JEANNE), given={"move_to": "Done"}),
    Effect("move_to", "Done", places, [], [".Done"], scene=box(JEANNE)),
]  # fmt: skip


test_an_option_reaches_what_it_is_for = table("delivery_info", BASE, EFFECTS)
