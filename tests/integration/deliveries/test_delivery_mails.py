# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""delivery_info on a Maildir and on a real IMAP server: what is found, what is left as it was, and that no code is left anywhere."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.canary import Scanner, Secret, text_secret
from integration.canary_run import CanaryRun
from integration.plays import Json, tasks
from lab import mails
from lab.authority import Authority
from lab.hospital import Hospital
from lab.imap_server import ImapServer
from lab.people import ANNE, ELODIE, JEANNE, KARIM, LOUIS, PAUL, Person
from lab.tls import LOOPBACK, trust

HOST = "retrait.issuer.example"
PASSWORD = 'canary of the mailbox "é\\{}%'
WRONG = "canary that is wrong 7Kp$"
NOW = datetime.now(UTC)
BOX = {
    "issuer_senders": [mails.SENDER],
    "mail_subject_pattern": "^Délivrance du certificat",
    "access_subject_pattern": "^CONFIDENTIEL",
    "allowed_hosts": [HOST],
    "authenticate": "authentication_results",
    "authserv_id": mails.MAIL_SERVER,
    "forwarders": ["@chu.example"],
}


@dataclass
class Filled:
    """A mailbox: the code of each person's newest delivery, and all codes that are in it."""

    maildir: Path
    codes: dict[Person, str] = field(default_factory=dict)
    all_codes: list[str] = field(default_factory=list)

    def deliver(self, person: Person, days: int, form: str = "plain") -> str:
        """Both mails of the issuer, with a canary for a code. Returns the Message-ID."""
        code = f'é"\\&%{secrets.token_urlsafe(18)}'
        self.codes[person] = code
        self.all_codes.append(code)
        url = f"https://{HOST}/w?id={person.rid}&n={len(self.all_codes)}"
        return mails.deliver(self.maildir, person, url, code, date=NOW - timedelta(days=days), form=form)


def filled(maildir: Path) -> Filled:
    """Six people: each came in another way, Jeanne's twice, and the second one in two copies."""
    box = Filled(maildir)
    box.deliver(JEANNE, 9)
    url, when = f"https://{HOST}/w?id=new", NOW - timedelta(days=3)
    box.codes[JEANNE] = f"N{secrets.token_urlsafe(18)}"
    box.all_codes.append(box.codes[JEANNE])
    for form, hours in (("html", 0), ("attached", 2)):
        mails.deliver(maildir, JEANNE, url, box.codes[JEANNE], date=when + timedelta(hours=hours), form=form)
    for person, form in ((ELODIE, "redirected"), (PAUL, "nested"), (ANNE, "alternative"), (KARIM, "inline")):
        box.deliver(person, 2, form)
    box.deliver(LOUIS, 100, "latin1")
    return box


def summary(result: Json) -> set[tuple[str, str, str]]:
    return {(row["authorisation"], row["forwarded"], row["state"]) for row in result["deliveries"]}


EXPECTED = {
    (JEANNE.authorisation, "none", "superseded"),
    (JEANNE.authorisation, "none", "new"),
    (JEANNE.authorisation, "attached", "duplicate"),
    (ELODIE.authorisation, "redirected", "new"),
    (PAUL.authorisation, "attached", "new"),
    (ANNE.authorisation, "none", "new"),
    (KARIM.authorisation, "inline", "not_authentic"),
}
LOUIS_TOO = {(LOUIS.authorisation, "none", "new")}


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    with Hospital(tmp_path, []) as hospital:
        hospital.passphrases.write_text("{}", encoding="utf-8")
        yield hospital


def local(run: CanaryRun, calls: list[Json], known: Json) -> list[Json]:
    """The results of tasks on the controller, with these variables."""
    (run.hospital.folder / "secrets.json").write_text(json.dumps(known), encoding="utf-8")
    done = run.play(hosts="localhost", connection="local", tasks=calls)
    assert done.exit_code == 0, done.stdout + done.stderr
    return [dict(row.result) for row in done.rows]


def test_codes_reach_the_next_task_and_nothing_else(hospital: Hospital) -> None:
    """The result with codes is one that Ansible neither shows nor keeps; a template of the next task reads it."""
    box = filled(hospital.folder / "bundles" / "box")
    run = CanaryRun(hospital)
    run.secrets += code_secrets(box)
    refused, overview, _hidden, *failed = local(run, tasks_with_codes(box), {"stray": box.all_codes[0]})
    codes = [row["error"]["code"] for row in (refused, *failed)]
    assert codes == ["no_log_required", "no_log_required", "bad_arguments"]
    assert summary(overview) == EXPECTED
    assert [row for row in overview["deliveries"] if "code" in row] == []
    assert overview["ignored"]["too_old"] == len(("Louis's delivery", "and access mail"))
    newest = json.loads((box.maildir.parent / "newest.json").read_text(encoding="utf-8"))
    people = {each.authorisation: each for each in (JEANNE, ELODIE, PAUL, ANNE)}
    assert {number: row["code"] for number, row in newest.items()} == {
        number: box.codes[person] for number, person in people.items()
    }
    assert {number: row["name"] for number, row in newest.items()} == {
        number: person.name for number, person in people.items()
    }
    assert Scanner(run.secrets).search(run.pieces()) == []
    assert {Path(place).name for place, _data in run.pieces()} >= {"ansible.log", "events.jsonl"}


def code_secrets(box: Filled) -> list[Secret]:
    """What no log may have: every withdrawal code, and an access code with the words before it."""
    codes = [text_secret(f"code {number}", code) for number, code in enumerate(box.all_codes)]
    return [*codes, text_secret("an access code", f"est le {mails.access_code(JEANNE)}")]


def tasks_with_codes(box: Filled) -> list[Json]:
    """Tasks that have codes, that must not, and that fail; and one that uses them, as a role does."""
    read = {"mail_source": "maildir", "mail_path": str(box.maildir), **BOX, "inline_forwards": True, "since_days": 30}
    kept = {"content": "{{ mails.newest | to_json }}", "dest": str(box.maildir.parent / "newest.json")}
    first, second, *failing = tasks(
        {"delivery_info": read},
        {"delivery_info": read | {"include_codes": False}},
        {"delivery_info": read | {"code_pattern": "("}},
        {"delivery_info": read | {"codes": "{{ stray }}"}},
    )
    with_codes = [
        {"hospital_it.pkcs12.delivery_info": read, "no_log": True, "register": "mails"},
        {"ansible.builtin.copy": kept, "no_log": True, "diff": False},
    ]
    return [first, second, *with_codes, *failing]


@pytest.fixture(scope="module")
def lab_authority() -> Authority:
    return Authority.create()


@pytest.mark.imap
def test_an_imap_server_is_read_and_left_as_it_was(hospital: Hospital, lab_authority: Authority) -> None:
    with ImapServer(lab_authority, PASSWORD) as server:
        box = filled(server.maildir)
        run = CanaryRun(hospital)
        run.secrets += [text_secret("the password", PASSWORD), text_secret("a wrong password", WRONG)]
        run.secrets += code_secrets(box)
        read = imap(server, trust(lab_authority, hospital.folder))
        calls = tasks(*({"delivery_info": read | change} for change in imap_changes(server, hospital)))
        with_codes = {"hospital_it.pkcs12.delivery_info": read | {"include_codes": True}, "no_log": True}
        tls, starttls, since, few, *refused, _hidden = local(
            run, [*calls, with_codes], {"right": PASSWORD, "wrong": WRONG}
        )
        assert unread(server) == server_mails(box)
    inline = {(KARIM.authorisation, "inline", "not_authentic")}
    assert summary(tls) == summary(starttls) == (EXPECTED - inline) | LOUIS_TOO
    assert summary(tls) - summary(since) == LOUIS_TOO
    # Which three mails are the newest is the server's choice: they arrived within one second. Karim's may be one of them.
    assert {problem["error"]["code"] for problem in few["problems"]} - {"sender_differs"} == {"too_many_mails"}
    codes = ["mail_login", "mail_tls", "mail_tls", "mail_unreachable", "mail_source", "mail_unreachable"]
    assert [row["error"]["code"] for row in refused] == codes
    assert Scanner(run.secrets).search(run.pieces()) == []


def imap_changes(server: ImapServer, hospital: Hospital) -> list[Json]:
    """What is different in each of several tasks: four that work, and six that do not."""
    (hospital.folder / "other").mkdir()
    other = trust(Authority.create(), hospital.folder / "other")
    return [
        {},
        {"imap_security": "starttls", "imap_port": server.starttls_port},
        {"since_days": 30},
        {"max_mails": 3},
        {"imap_password": "{{ wrong }}"},
        {"ca_path": str(other)},
        {"ca_path": None},
        {"imap_port": 9, "server_timeout": 3},
        {"imap_folder": "Nowhere"},
        {"imap_host": "no-such-host.invalid"},
    ]


def imap(server: ImapServer, ca_path: Path) -> Json:
    """The options that read this server, without codes."""
    return {
        "mail_source": "imap",
        "imap_host": LOOPBACK,
        "imap_port": server.tls_port,
        "ca_path": str(ca_path),
        "imap_username": server.username,
        "imap_password": "{{ right }}",
        **BOX,
        "include_codes": False,
    }


def unread(server: ImapServer) -> int:
    """Mails without the flag Seen. A server may take them from ``new`` to ``cur``."""
    inbox = [*(server.maildir / "new").iterdir(), *(server.maildir / "cur").iterdir()]
    return len([path for path in inbox if "S" not in path.name.partition(":2,")[2]])


def server_mails(box: Filled) -> int:
    """Two mails for each delivery; Jeanne's second one came twice."""
    return 2 * (len(box.all_codes) + 1)
