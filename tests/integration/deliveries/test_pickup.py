# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bundle_pickup by ansible-playbook, on pages of every sort: what each ends in, what is kept, and where no secret is."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from integration.canary import Scanner, binary_secret, text_secret
from integration.canary_run import CanaryRun, canary, secrets_of
from integration.plays import Json, run_play, tasks
from lab import registration_pages as pages
from lab.authority import Authority, IssuedBundle
from lab.hospital import Hospital
from lab.playbook import Run
from lab.registration_authority import Delivery, RegistrationAuthority, Variant
from lab.registration_pages import Reply
from lab.tls import server_context, trust

FIELD = '<label>Code de retrait 1 <input name="code_retrait"></label><button>Envoyer</button>'


@dataclass(frozen=True)
class Case:
    """``code`` is that of the error, None for a withdrawal. ``typed``: whether the page gets the withdrawal code. ``given``: options.

    ``variant`` is made with the address of the server and the withdrawal code. ``bundle``: whose file it hands out.
    """

    name: str
    code: str | None
    state: str
    variant: Callable[[str, str], Variant]
    typed: bool = False
    downloads: int = 0
    bundle: str = "holder"
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def instead(self) -> Reply | None:
        """What comes instead of the usual page or the bundle; it is the same for every address and code but for their texts."""
        return self.variant("", "").instead


def usual(name: str, given: Mapping[str, Any] | None = None, **variant: Any) -> Case:
    """Pages that lead to the bundle."""
    return Case(name, None, "collected", lambda _host, _code: Variant(**variant), True, 1, given=given or {})


def form(name: str, code: str, state: str, body: Callable[[str, str], str], status: int = 200) -> Case:
    """A first page that must not get the code."""
    return Case(
        name, code, state, lambda host, secret: Variant(instead=pages.page(body(host, secret), status)), typed=False
    )


def second(name: str, code: str, state: str, body: Callable[[str, str], str], status: int = 200) -> Case:
    """A page that comes after the code."""
    return Case(
        name,
        code,
        state,
        lambda host, secret: Variant(instead=pages.page(body(host, secret), status), at="code"),
        typed=True,
    )


def file(name: str, code: str, state: str, reply: Callable[[str], Reply], bundle: str = "holder") -> Case:
    """Something else than the bundle as the download."""
    return Case(name, code, state, lambda _host, secret: Variant(instead=reply(secret), at="file"), True, 1, bundle)


def redirecting(name: str, code: str, state: str, target: Callable[[str], str]) -> Case:
    """A redirect instead of the first page."""
    return Case(name, code, state, lambda host, _code: Variant(redirect_to=target(host)))


USUAL = [
    usual("link"),
    usual("button", download_button=True, relative_action=True),
    usual("a button to cancel beside the one that sends", cancel_button=True),
    usual("hidden fields and cookies", hidden_fields=True, cookies=True),
    usual("redirects", redirects=3),
    usual("slow, without a length", seconds=0.4, without_length=True),
]

REFUSED = [
    form("maintenance", "maintenance", "failed", lambda *_: "Le site est en maintenance.", 503),
    form("unknown link", "link_used", "link_used", lambda *_: "Page introuvable", 404),
    form("used link", "link_used", "link_used", lambda *_: "Ce lien a déjà été utilisé."),
    second("wrong code", "code_wrong", "code_wrong", lambda *_: "Le code saisi est incorrect"),
]

HOSTILE = [
    form(
        "form to another host",
        "redirect_elsewhere",
        "refused",
        lambda *_: f'<form method=post action="https://evil.example/x">{FIELD}</form>',
    ),
    redirecting("redirect to another host", "redirect_elsewhere", "refused", lambda _: "https://evil.example/"),
    redirecting("redirect without TLS", "redirect_elsewhere", "refused", lambda host: f"http://{host}/"),
    Case("captcha", "captcha", "failed", lambda *_: Variant(instead=pages.captcha())),
    form("30 MB", "too_large", "failed", lambda *_: "<p>a" * 7_500_000),
    form("thousands of unclosed tags", "unexpected_page", "failed", lambda *_: "<div><a><table><form><b>" * 20_000),
    form("escape sequences", "unexpected_page", "failed", lambda *_: "\x1b[2J\x07 Bonjour"),
    second(
        "page that repeats the code", "unexpected_page", "failed", lambda _, secret: f"Bonjour {pages.escaped(secret)}"
    ),
    second(
        "download from another host",
        "redirect_elsewhere",
        "refused",
        lambda *_: '<a href="https://evil.example/a.p12">Télécharger</a>',
    ),
    file(
        "page that repeats the code as the file",
        "html_instead",
        "failed",
        lambda secret: pages.page(f"Bonjour {pages.escaped(secret)}"),
    ),
    file("error page as the file", "server_error", "failed", lambda _: pages.page("Erreur technique", 500)),
    file("empty file", "wrong_content", "failed", lambda _: Reply(200, b"", "application/x-pkcs12")),
    Case("bundle of another person", "wrong_person", "refused", lambda *_: Variant(), True, 1, "other"),
    Case("bundle with another passphrase", "wrong_passphrase", "collected", lambda *_: Variant(), True, 1, "letter"),
    Case("bundle with a weak key", "weak_key", "failed", lambda *_: Variant(), True, 1, "weak"),
]


CASES = [*USUAL, *REFUSED, *HOSTILE]
"""Tasks that send nothing."""


@dataclass(frozen=True)
class Kept:
    """What was in the folder of a case; ``data`` is empty for a folder."""

    path: Path
    data: bytes
    mode: int

    @classmethod
    def of(cls, path: Path) -> Kept:
        return cls(path, path.read_bytes() if path.is_file() else b"", path.stat().st_mode & 0o777)

    @property
    def hidden(self) -> bool:
        return self.path.name.startswith(".")


@dataclass
class Withdrawals:
    """All cases, each with a link of its own, and the plays that withdraw them."""

    run: CanaryRun
    server: RegistrationAuthority
    ca_path: Path
    bundles: Mapping[str, IssuedBundle]
    codes: Mapping[str, str]
    links: dict[str, Delivery] = field(default_factory=dict)
    variables: Json = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.run.hospital.bundle_folder

    def dest(self, case: Case) -> Path:
        return self.folder / case.name / "Jeanne Dupont - T123456.p12"

    def issue(self, case: Case) -> None:
        """A link for the case. Its URL and its code are variables of the play."""
        code = self.codes[case.bundle]
        url = self.server.issue(self.bundles[case.bundle], code, case.variant(self.server.host, code))
        self.links[case.name] = self.server.deliveries[url.rpartition("/")[2]]
        self.variables[f"url_{CASES.index(case)}"] = url
        self.run.secrets.append(text_secret(f"the link of {case.name}", url.rpartition("/")[2]))
        self.dest(case).parent.mkdir()

    def arguments(self, case: Case, **changes: Any) -> Json:
        return {
            "url": f"{{{{ url_{CASES.index(case)} }}}}",
            "code": f"{{{{ code_{case.bundle} }}}}",
            "dest": str(self.dest(case)),
            "name": "Jeanne Dupont",
            "authorisation": "T123456",
            "allowed_hosts": [self.server.host],
            "ca_path": str(self.ca_path),
            "evidence_path": str(self.run.hospital.folder / "evidence.jsonl"),
            "message_id": f"<{CASES.index(case)}@issuer>",
            **case.given,
            **changes,
        }

    def play(self, cases: list[Json]) -> list[Json]:
        """The results of tasks at -vvv."""
        (self.run.hospital.folder / "secrets.json").write_text(json.dumps(self.variables), encoding="utf-8")
        calls = [{"bundle_pickup": case} for case in cases]
        return results(self.run.play(hosts="localhost", connection="local", tasks=tasks(*calls)), len(cases))


def results(run: Run, count: int) -> list[Json]:
    assert len(run.rows) == count, run.stdout + run.stderr
    return [dict(row.result) for row in run.rows]


@pytest.fixture(scope="module")
def withdrawals(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Withdrawals]:
    codes = {name: canary() for name in ("holder", "other", "letter", "weak")}
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505
    bundles = {
        "holder": authority.issue("Jeanne Dupont", "T123456", passphrase=codes["holder"]),
        "other": authority.issue("Paul Martin", "T654321", passphrase=codes["other"]),
        "letter": authority.issue("Jeanne Dupont", "T123456", passphrase=canary()),
        "weak": authority.issue("Jeanne Dupont", "T123456", passphrase=codes["weak"], key=weak),
    }
    with (
        Hospital(tmp_path_factory.mktemp("pickup"), []) as hospital,
        RegistrationAuthority(server_context(authority)) as server,
    ):
        hospital.passphrases.write_text("{}", encoding="utf-8")  # nobody has a bundle here
        found = Withdrawals(CanaryRun(hospital), server, trust(authority, hospital.folder), bundles, codes)
        for name, bundle in bundles.items():
            found.run.secrets += [*secrets_of(bundle, name), text_secret(f"the code of {name}", codes[name])]
        new, stray = canary(), canary()
        found.run.secrets += [text_secret("the new passphrase", new), text_secret("stray", stray)]
        token = secrets.token_urlsafe(24)
        found.run.secrets.append(text_secret("the token of a wrong URL", token))
        found.variables |= {f"code_{name}": code for name, code in codes.items()}
        found.variables |= {"new": new, "stray": stray, "letter": bundles["letter"].passphrase}
        found.variables |= {
            "plain_url": f"http://{server.host}/{token}",
            "user_url": f"https://a@{server.host}/{token}",
            "tls_dest": str(hospital.bundle_folder / "elsewhere.p12"),
        }
        for case in CASES:
            found.issue(case)
        yield found


@pytest.fixture(scope="module")
def checked(withdrawals: Withdrawals) -> list[Json]:
    """Check mode, before anything is withdrawn."""
    (withdrawals.run.hospital.folder / "secrets.json").write_text(json.dumps(withdrawals.variables), encoding="utf-8")
    calls = [{"bundle_pickup": withdrawals.arguments(case)} for case in CASES]
    extra = f"--extra-vars=@{withdrawals.run.hospital.folder}/secrets.json"
    run = run_play(
        withdrawals.run.hospital, "--check", extra, hosts="localhost", connection="local", tasks=tasks(*calls)
    )
    told = results(run, len(CASES))
    assert withdrawals.server.requests == []
    assert [path for path in withdrawals.folder.rglob("*") if path.is_file()] == []
    assert not (withdrawals.run.hospital.folder / "evidence.jsonl").exists()
    return told


@pytest.fixture(scope="module")
def first(withdrawals: Withdrawals, checked: list[Json]) -> dict[str, Json]:
    """The first run."""
    assert len(checked) == len(CASES)
    told = withdrawals.play([withdrawals.arguments(case) for case in CASES])
    return {case.name: result for case, result in zip(CASES, told, strict=True)}


@pytest.fixture(scope="module")
def downloads(withdrawals: Withdrawals, first: dict[str, Json]) -> dict[str, int]:
    """How often each link gave its bundle in the first run."""
    return {name: link.downloads for name, link in withdrawals.links.items() if name in first}


@pytest.fixture(scope="module")
def kept(withdrawals: Withdrawals, first: dict[str, Json]) -> dict[str, list[Kept]]:
    """What the first run left in the folder of each case."""
    return {case.name: [*map(Kept.of, withdrawals.dest(case).parent.iterdir())] for case in CASES if case.name in first}


AGAIN = [case for case in CASES if case.downloads and case.name != "empty file"]


@pytest.fixture(scope="module")
def again(withdrawals: Withdrawals, downloads: dict[str, int], kept: dict[str, list[Kept]]) -> list[Json]:
    """A second run."""
    assert downloads.keys() == kept.keys()
    return withdrawals.play([withdrawals.arguments(case) for case in AGAIN])


@pytest.fixture(scope="module")
def corrected(withdrawals: Withdrawals, again: list[Json]) -> list[Json]:
    """A third one, with other options for what was kept."""
    assert len(again) == len(AGAIN)
    letter, other, link = (
        next(case for case in CASES if case.name == name)
        for name in ("bundle with another passphrase", "bundle of another person", "link")
    )
    given = [
        withdrawals.arguments(letter, passphrase="{{ letter }}"),
        withdrawals.arguments(other, name="Paul Martin", authorisation="T654321"),
        withdrawals.arguments(link, new_passphrase="{{ new }}"),
        withdrawals.arguments(link, new_passphrase="{{ new }}"),
    ]
    told = withdrawals.play(given)
    thumbprint = bytes.fromhex(withdrawals.bundles["holder"].thumbprint)
    withdrawals.run.secrets.append(binary_secret("the copy", withdrawals.dest(link).read_bytes(), public=thumbprint))
    return told


def test_check_mode_says_that_each_would_be_withdrawn(checked: list[Json]) -> None:
    assert {(result["changed"], result["state"], result["requests"]) for result in checked} == {(True, "new", 0)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_page_ends_in_its_cause_and_its_state(
    case: Case, withdrawals: Withdrawals, first: dict[str, Json], downloads: dict[str, int]
) -> None:
    result, link = first[case.name], withdrawals.links[case.name]
    assert (result.get("error", {}).get("code"), result["state"]) == (case.code, case.state), result["msg"]
    assert "Traceback" not in str(result.get("exception"))
    assert (set(link.codes), downloads[case.name]) == ({link.code} if case.typed else set(), case.downloads)
    assert result["msg"].isprintable()


@pytest.mark.parametrize("case", USUAL, ids=lambda case: case.name)
def test_what_is_withdrawn_is_what_was_issued(
    case: Case, withdrawals: Withdrawals, first: dict[str, Json], kept: dict[str, list[Kept]]
) -> None:
    dest, result, data = withdrawals.dest(case), first[case.name], withdrawals.bundles["holder"].data
    assert Kept(dest, data, 0o600) in kept[case.name]
    assert (result["dest"], result["original"]) == (str(dest), str(dest))
    assert (result["changed"], result["opened_with"]) == (True, "code")
    assert result["sha256"] == hashlib.sha256(data).hexdigest()
    assert result["issued_to"] == "Jeanne Dupont - T123456"


@pytest.mark.parametrize("case", [case for case in HOSTILE if case.downloads], ids=lambda case: case.name)
def test_a_file_that_is_not_used_is_kept_where_no_bundle_is_looked_for(
    case: Case, withdrawals: Withdrawals, kept: dict[str, list[Kept]]
) -> None:
    shown = [each for each in kept[case.name] if not each.hidden]
    bundle = withdrawals.bundles[case.bundle].data
    if case.code == "wrong_passphrase":
        assert [each.data for each in shown] == [bundle]
        return
    assert [each for each in kept[case.name] if each.path.match("*T123456*.p12")] == []
    assert [each.path.suffix for each in shown] == ([] if case.name == "empty file" else [".rejected"])
    if case.instead is None:
        assert [each.data for each in shown] == [bundle]


INSTEAD = [
    case
    for case in (*REFUSED, *HOSTILE)
    if (reply := case.instead) and reply.body and case.code != "redirect_elsewhere"
]


@pytest.mark.parametrize("case", INSTEAD, ids=lambda case: case.name)
def test_whatever_came_instead_is_kept(
    case: Case, withdrawals: Withdrawals, first: dict[str, Json], kept: dict[str, list[Kept]]
) -> None:
    """Under one name before the code was sent, under a new name after it, because the link may be used by then."""
    (page,) = (each for each in kept[case.name] if not each.hidden)
    assert page.path.suffix == (".rejected" if case.typed else ".page")
    assert page.mode == 0o600
    delivery = withdrawals.links[case.name]
    sent = case.variant(withdrawals.server.host, delivery.code).instead
    assert sent is not None
    assert sent.body.startswith(page.data) if case.code == "too_large" else page.data == sent.body
    problem = first[case.name]["error"]["problem"]
    assert {"path": str(page.path)} in [each["values"] for each in problem["causes"]], problem


def test_a_second_run_withdraws_nothing(
    withdrawals: Withdrawals, first: dict[str, Json], downloads: dict[str, int], again: list[Json]
) -> None:
    assert {name: link.downloads for name, link in withdrawals.links.items()} == downloads
    for case, result in zip(AGAIN, again, strict=True):
        assert result["changed"] is False, case.name
        if case.code is None:
            assert (result["requests"], result["sha256"]) == (0, first[case.name]["sha256"])
        elif case.code in ("html_instead", "wrong_content", "server_error", "maintenance", "unexpected_page"):
            assert result["error"]["code"] == "link_used"
        else:
            assert (result["requests"], result["error"]["code"], result["state"]) == (0, case.code, case.state)


def test_what_was_kept_is_used_when_the_options_are_corrected(withdrawals: Withdrawals, corrected: list[Json]) -> None:
    """A wrong passphrase and a wrong name cost nothing; a copy for the site does not need the page either."""
    assert [(result["state"], result["requests"]) for result in corrected] == [("collected", 0)] * 4
    assert [result["opened_with"] for result in corrected] == ["passphrase", "code", "code", "new_passphrase"]
    copy, again = corrected[2:]
    assert (copy["changed"], again["changed"]) == (True, False)
    original = Path(copy["original"])
    assert original.read_bytes() == withdrawals.bundles["holder"].data
    assert (original.parent.stat().st_mode & 0o777, again["original"]) == (0o700, str(original))
    assert copy["sha256"] == again["sha256"] == hashlib.sha256(original.read_bytes()).hexdigest()


@pytest.mark.usefixtures("corrected")
def test_each_withdrawal_is_on_record_once(withdrawals: Withdrawals) -> None:
    path = withdrawals.run.hospital.folder / "evidence.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    ids = [line["message_id"] for line in lines]
    assert len(ids) == len(set(ids))
    assert {f"<{CASES.index(case)}@issuer>" for case in USUAL} <= set(ids)
    assert {line["event"] for line in lines} == {"withdrawn"}


@pytest.mark.usefixtures("corrected")
def test_no_secret_is_left_by_any_of_it(withdrawals: Withdrawals) -> None:
    """After all plays. The folder of the bundles is where the site wants its files."""
    assert withdrawals.run.runs
    hits = Scanner(withdrawals.run.secrets).search(withdrawals.run.pieces())
    assert hits == []
    beside = [path for path in withdrawals.folder.rglob("*") if path.is_file() and path.suffix == ".json"]
    assert beside
    pieces = [(str(path), path.read_bytes()) for path in beside]
    assert Scanner(withdrawals.run.secrets).search(pieces) == []
