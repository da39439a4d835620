# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook report delivers to folders, hosts, servers and people, and says where it could not."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from integration.audited import DATE, FILES, Site, audited
from integration.canary import Scanner, text_secret
from integration.canary_run import CanaryRun
from integration.plays import Json, Told, messages, told
from lab.authority import Authority
from lab.mail_server import MailServer
from lab.people import DESKS
from lab.playbook import FACT_CACHE, Run
from lab.tls import LOOPBACK, TlsServer, server_context, trust


@dataclass(frozen=True, slots=True)
class Put:
    """A file that came: what its request said it is, and whether the request had an account."""

    path: str
    data: bytes
    content_type: str | None
    authorised: bool


@dataclass
class WebServer(TlsServer):
    """Starts on ``with``. ``account``: whom it takes files from, as ``name:password``; None for everybody. ``status``: what it answers
    then; None for 201 and, to a file that it has already, 204. ``takes``: how many files it takes before it answers ``status``."""

    context: ssl.SSLContext
    account: str | None = None
    status: HTTPStatus | None = None
    takes: int = 0
    puts: list[Put] = field(default_factory=list)

    @property
    def url(self) -> str:
        """A folder of the server."""
        return f"https://{LOOPBACK}:{self._server.server_address[1]}/reports"

    @property
    def files(self) -> dict[str, bytes]:
        """What the server has by now, by bare names."""
        return {put.path.rpartition("/")[2]: put.data for put in self.puts}

    def _answer(self, put: Put) -> HTTPStatus:
        if self.account is not None and not put.authorised:
            return HTTPStatus.UNAUTHORIZED
        there = put.path.rpartition("/")[2] in self.files
        refusal = self.status if len(self.puts) >= self.takes else None
        status = refusal or (HTTPStatus.NO_CONTENT if there else HTTPStatus.CREATED)
        if status < HTTPStatus.MULTIPLE_CHOICES:
            self.puts.append(put)
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                expected = "Basic " + base64.b64encode((server.account or "").encode()).decode()
                authorised = self.headers["Authorization"] == expected
                status = server._answer(Put(self.path, data, self.headers["Content-Type"], authorised))
                self.send_response(status)
                if status == HTTPStatus.TEMPORARY_REDIRECT:
                    self.send_header("Location", f"{server.url}/elsewhere/{self.path.rpartition('/')[2]}")
                self.send_header("Set-Cookie", "session=a-cookie-that-no-log-may-have")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
                """Says nothing: the test asks."""

        return Handler


PASSWORD, WRONG = "canary of the servers Zq8%e&", "canary that is wrong xW3$k="
CREDENTIALS = {"intranet": {"username": "svc", "password": PASSWORD}}
NAMES = {f"pkcs12-compliance{end}" for end in FILES}
TYPES = {
    "pkcs12-compliance.html": "text/html; charset=utf-8",
    "pkcs12-compliance.json": "application/json",
    "pkcs12-compliance-holders.csv": "text/csv; charset=utf-8",
    "pkcs12-compliance-certificates.csv": "text/csv; charset=utf-8",
    "pkcs12-compliance.prom": "text/plain; version=0.0.4; charset=utf-8",
    "pkcs12-compliance.md": "text/markdown; charset=utf-8",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with audited(tmp_path_factory.mktemp("delivery")) as running:
        yield running


@pytest.fixture
def ca_path(site: Site) -> str:
    return str(trust(site.hospital.authority, site.hospital.folder))


def web_server(site: Site) -> WebServer:
    return WebServer(server_context(site.hospital.authority), account=f"svc:{PASSWORD}")


@pytest.fixture
def web(site: Site) -> Iterator[WebServer]:
    with web_server(site) as running:
        yield running


@pytest.fixture
def post(site: Site) -> Iterator[MailServer]:
    with MailServer(server_context(site.hospital.authority), accounts={"svc": PASSWORD}) as running:
        yield running


def folder(path: Path) -> Json:
    return {"kind": "folder", "path": str(path)}


def host(path: Path, name: str = "web") -> Json:
    return {"kind": "host", "host": name, "path": str(path)}


def https(web: WebServer, **changes: Any) -> Json:
    return {"kind": "https", "url": web.url, "credential": "intranet", **changes}


def mail(**changes: Any) -> Json:
    return {"kind": "mail", "to": ["radioprotection@chu.example"], **changes}


def servers(ca_path: str, post: MailServer | None = None, **changes: Any) -> Json:
    """The settings of the site about its servers and accounts."""
    known = {
        "ca_path": ca_path,
        "credentials": CREDENTIALS,
        "mail_host": LOOPBACK,
        "mail_port": post.port if post else 9,
    }
    account = {"mail_username": "svc", "mail_password": PASSWORD, "mail_sender": "certificats@chu.example"}
    return {**known, **account, **changes}


def deliver(site: Site, *places: Json, **variables: Any) -> Run:
    return site.report(report_destinations=places, **variables)


def content(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.iterdir()}


def not_sent(run: Run) -> list[Told]:
    """What the last task says of the places that failed."""
    _before, _mark, last = run.stdout.rpartition("fatal: [localhost]: FAILED! => ")
    return [each for each in told(last) if each.code.startswith("not_sent.")]


@pytest.mark.words(reason="with a nonce in its sentences, a report is another each time")
def test_every_place_gets_the_same_bytes(
    site: Site, web: WebServer, post: MailServer, ca_path: str, tmp_path: Path
) -> None:
    share, server = tmp_path / "share", tmp_path / "server"
    share.mkdir()
    server.mkdir()
    run = deliver(site, folder(share), host(server), https(web), mail(), **servers(ca_path, post))
    assert run.exit_code == 0, run.stdout
    written = content(site.folder)
    assert written.keys() == NAMES
    assert content(share) == content(server) == web.files == written
    assert {put.path.rpartition("/")[2]: put.content_type for put in web.puts} == TYPES
    assert {put.path.rpartition("/")[0] for put in web.puts} == {"/reports"}
    assert {path.stat().st_mode & 0o777 for path in (*share.iterdir(), *server.iterdir())} == {0o640}
    (letter,) = post.mails
    attached = {part.get_filename(): part.get_payload(decode=True) for part in letter.message.iter_attachments()}
    assert attached == {name: written[name] for name in NAMES if name.endswith((".html", ".csv"))}
    body = letter.message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == written["pkcs12-compliance.md"].decode()
    names = [seat.person.name for desk in DESKS for seat in desk.seats]
    assert [name for name in names if name in letter.message["Subject"]] == []


def test_a_host_without_a_connection_of_its_own_gets_the_files_by_ssh(site: Site, tmp_path: Path) -> None:
    """What runs in the place of ssh has another home than the controller, as another machine would."""
    ssh = tmp_path / "ssh"
    ssh.write_text(f"#!/bin/sh\nfor command; do :; done\nHOME='{tmp_path}' exec sh -c \"$command\"\n", encoding="utf-8")
    ssh.chmod(0o755)
    (tmp_path / "only there").mkdir()
    by_ssh = {"ansible_ssh_executable": str(ssh), "ansible_ssh_transfer_method": "piped"}
    found = {"ansible_host": LOOPBACK, "ansible_python_interpreter": "{{ ansible_playbook_python }}", **by_ssh}
    added = tmp_path / "added.json"
    added.write_text(json.dumps({"all": {"hosts": {"usual": found}}}), encoding="utf-8")
    place = host(Path("~/only there"), "usual") | {"formats": ["prometheus"]}
    run = site.report("-i", str(added), report_destinations=[place], report_formats=["prometheus"])
    assert run.exit_code == 0, run.stdout
    assert content(tmp_path / "only there").keys() == {"pkcs12-compliance.prom"}


@pytest.mark.words(reason="with a nonce in its sentences, a report is another each time")
def test_same_day_nothing_changes_anywhere(site: Site, web: WebServer, ca_path: str, tmp_path: Path) -> None:
    places = folder(tmp_path), host(tmp_path), https(web)
    first = deliver(site, *places, report_date=DATE, **servers(ca_path))
    again = deliver(site, *places, report_date=DATE, **servers(ca_path))
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "changed=0" not in first.stdout
    assert "changed=0" in again.stdout
    assert len(web.puts) == 2 * len(NAMES)


def test_check_mode_sends_nothing(site: Site, web: WebServer, post: MailServer, ca_path: str, tmp_path: Path) -> None:
    places = [folder(tmp_path), host(tmp_path), https(web), mail()]
    checked = site.report("--check", report_destinations=places, **servers(ca_path, post))
    assert checked.exit_code == 0
    assert (list(tmp_path.iterdir()), web.puts, post.mails) == ([], [], [])


def test_forms_are_chosen_for_each_place(site: Site, post: MailServer, ca_path: str, tmp_path: Path) -> None:
    textfiles = folder(tmp_path) | {"formats": ["prometheus"], "mode": "0644"}
    places = textfiles, mail(formats=["json"], mail_subject="Monthly")
    deliver(site, *places, report_formats=["prometheus", "json"], **servers(ca_path, post))
    assert content(tmp_path).keys() == {"pkcs12-compliance.prom"}
    assert (tmp_path / "pkcs12-compliance.prom").stat().st_mode & 0o777 == 0o644
    assert [mail.message["Subject"] for mail in post.mails] == ["Monthly"]
    attached = [part.get_filename() for part in post.mails[0].message.iter_attachments()]
    assert attached == ["pkcs12-compliance.json"]


@pytest.mark.usefixtures("nonce_language")
def test_place_that_fails_is_named_and_the_others_are_served(
    site: Site, web: WebServer, post: MailServer, ca_path: str, tmp_path: Path
) -> None:
    missing, share = tmp_path / "not-mounted", tmp_path / "share"
    share.mkdir()
    wrong_url = web.url.replace("/reports", "/wrong")
    places = [
        folder(missing),
        host(missing, "gone"),
        host(missing, "web"),
        https(web, url=wrong_url, credential="of another"),
        folder(share),
        mail(),
    ]
    wrong = CREDENTIALS | {"of another": {"username": "svc", "password": WRONG}}
    run = deliver(site, *places, fail_on=["missing"], **servers(ca_path, post, credentials=wrong))
    assert run.exit_code == 2
    assert not missing.exists()
    assert content(share) == content(site.folder)
    assert (web.puts, len(post.mails)) == ([], 1)
    places = {"path": str(missing)}
    reasons = [
        ("not_sent.folder", places, "does not exist"),
        ("not_sent.host", {"host": "gone", **places}, "Connection refused"),
        ("not_sent.host", {"host": "web", **places}, "does not exist"),
        ("not_sent.https", {"url": f"{wrong_url}/"}, "401"),
    ]
    failed = not_sent(run)
    assert [(each.code, {**each.values, "said": ""}) for each in failed] == [
        (code, {**values, "said": ""}) for code, values, _said in reasons
    ]
    assert [
        said for each, (_code, _values, said) in zip(failed, reasons, strict=True) if said not in each.values["said"]
    ] == []
    assert "missing 1" in run.stdout


@pytest.mark.usefixtures("nonce_language")
def test_servers_of_another_authority_get_nothing_and_the_setting_is_named(
    site: Site, web: WebServer, post: MailServer, tmp_path: Path
) -> None:
    run = deliver(site, https(web), mail(), **servers(str(trust(Authority.create(), tmp_path)), post))
    assert (run.exit_code, web.puts, post.mails) == (2, [], [])
    server, letters = not_sent(run)
    assert (server.code, server.values["url"]) == ("not_sent.https", f"{web.url}/")
    assert "CERTIFICATE_VERIFY_FAILED" in server.values["said"]
    assert (letters.code, letters.values) == ("not_sent.mail_refused", {"to": "radioprotection@chu.example"})
    assert letters.causes != ()


@pytest.mark.usefixtures("nonce_language")
def test_answer_of_a_server_that_does_not_take_it_is_told(site: Site, ca_path: str) -> None:
    """A redirection is not followed: the password would go along. The disk of the second is full after the first file."""
    answers = [HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.INSUFFICIENT_STORAGE, HTTPStatus.FORBIDDEN]
    with ExitStack() as running:
        webs = [running.enter_context(web_server(site)) for _answer in answers]
        for web, answer in zip(webs, answers, strict=True):
            web.status = answer
        webs[1].takes = 1
        run = deliver(site, *map(https, webs), **servers(ca_path))
    assert (run.exit_code, [len(web.puts) for web in webs]) == (2, [0, 1, 0])
    said = {each.values["url"]: each.values["said"] for each in not_sent(run)}
    codes = {f"{web.url}/": f"Status code was {answer.value}" for web, answer in zip(webs, answers, strict=True)}
    assert said.keys() == codes.keys()
    assert [url for url, code in codes.items() if code not in said[url]] == []


@pytest.mark.usefixtures("nonce_language")
def test_where_the_report_went_is_said(site: Site, tmp_path: Path) -> None:
    run = deliver(site, folder(tmp_path))
    (said,) = messages(run, "Say where the report is").values()
    assert told(said) == [Told("sent.folder", {"path": str(tmp_path)})]


def test_passwords_are_nowhere(site: Site, web: WebServer, post: MailServer, ca_path: str, tmp_path: Path) -> None:
    run = CanaryRun(site.hospital)
    run.secrets += [text_secret("the password", PASSWORD), text_secret("a wrong password", WRONG)]
    run.secrets.append(text_secret("a cookie", "a-cookie-that-no-log-may-have"))
    for earlier in site.hospital.folder.glob("report-variables.json"):
        earlier.unlink()  # the passwords that other tests here give
    known = {"right": PASSWORD, "wrong": WRONG}
    (site.hospital.folder / "secrets.json").write_text(json.dumps(known), encoding="utf-8")
    places = [folder(tmp_path), https(web), https(web, credential="stale"), mail()]
    credentials = {
        "intranet": {"username": "svc", "password": "{{ right }}"},
        "stale": {"username": "svc", "password": "{{ wrong }}"},
    }
    known_to_it = servers(ca_path, post, credentials=credentials, mail_password="{{ right }}")
    known_to_it |= {"report_folder": str(site.folder), "report_destinations": places}
    variables = {f"pkcs12_{name}": value for name, value in known_to_it.items()}
    environment = {**FACT_CACHE, "no_proxy": LOOPBACK}
    role = ["hospital_it.pkcs12.report"]
    done = run.play(environment, hosts="localhost", connection="local", vars=variables, roles=role)
    assert done.exit_code == 2
    assert (len(web.puts), len(post.mails)) == (len(NAMES), 1)
    # With pipelining the program that carries the password is piped; that of a copied file is not.
    assert "AnsiballZ_uri" not in done.stdout
    assert "AnsiballZ_copy" in done.stdout
    assert Scanner(run.secrets).search(run.pieces()) == []
