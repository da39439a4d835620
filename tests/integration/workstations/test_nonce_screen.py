# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""In the nonce language, nothing on the screen of a playbook is a text of the product: each sentence comes from the catalogue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.page_vocabulary import PAGE
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.vocabulary import VOCABULARY
from integration.plays import NONCE, told_codes
from lab.hospital import Hospital
from lab.issuer import Issuer
from lab.people import ANNE, ELODIE, JEANNE, KARIM, LOUIS, PAUL, Desk, Seat
from lab.playbook import FACT_CACHE, ROOT, Run, play

TELLING = {"debug", "fail", "assert"}
"""Modules of Ansible that print a text of ours, as ``msg``."""
OURS = "hospital_it.pkcs12."

# Keys of our results that hold text of others, or a page: of the workstation, the connection, Ansible, the report, a mail.
NOT_TOLD = {
    *("false_condition", "skip_reason", "failed_when_suppressed_exception", "skipped_reason"),
    *("invocation", "diff", "exception", "problem", "ansible_facts", "module_stderr", "module_stdout", "detail", "said"),
    *("markdown", "rows", "mails", "summary", "documents", "deliveries", "mail_subject", "subject", "issuer", "friendly_name"),
}  # fmt: skip
TOLD = {
    *(
        "msg",
        "lines",
        "warnings",
        "needs_help",
        "progress",
        "sentence",
        "cure",
        "next_step",
        "ends_failed",
        "why_red",
    ),
    "shared_numbers",
}
"""Keys of our results in which every word has to be the catalogue's or a value."""
PAGES = {"Say what matters", "Show what would be sent"}
"""Tasks that show a page or a mail, which have their own words."""
WITH_A_PAGE = {f"{OURS}{name}" for name in ("compliance_report", "report_mail", "reminder_mails")}
ROLES_WITH_A_PAGE = ("roles/report/", "roles/remind/")
"""Modules and roles whose results and tasks name what the page names, in its words."""

# What Ansible itself says.
HEADING = re.compile(r"^(PLAY|TASK|RUNNING HANDLER|PLAY RECAP|HANDLER) ?\[?(?:([\w.]+) : )?(.*?)\]? \*+$")
RESULT = re.compile(
    r"^(?:ok|changed|skipping|failed|fatal|included|skipped|rescued): \[([^\]]+)\](?:: (?:FAILED|UNREACHABLE)!)?(?: =>)?"
    r"(?: \(item=(.*?)\))?(?: =>)? ?(?=\{|$)"
)
BY_ANSIBLE = (
    re.compile(r"Task failed: (?:(?:Action|Module) failed: )?|Action failed: |Module failed: "),
    re.compile(r"All assertions passed|One or more items failed|All items completed|All items skipped"),
    re.compile(
        r"Failed to template (?:hosts|serial)[^«]*|Error processing keyword '\w+': |The filter plugin '[\w.]+' failed: "
    ),
    re.compile(r"\[(?:WARNING|ERROR)\]: ?"),
    re.compile(
        r"\(censored due to no_log\)|the output has been hidden due to the fact that 'no_log: true' was specified for this result"
    ),
)
LINES_OF_ANSIBLE = re.compile(
    r"\.\.\.ignoring|NO MORE HOSTS LEFT.*|<<< caused by >>>|Origin: .*|included: .*|skipping: no hosts matched|\S+ +: ok=\d+ .*"
    r"|No config file found; using defaults|Using .* as config file|running playbook inside collection \S+|Read vars_file .*"
    r"|\d+( .*)?| *\^ column \d+| *\^ here"
)
BLOCK_END = re.compile(r"\n(?=\n|Origin: |(?:ok|fatal|failed|changed|skipping): |TASK |PLAY )")
OTHER_WARNINGS = re.compile(
    r"\[(?:DEPRECATION )?WARNING\]: (?:Found both group and host|Deprecation|Could not match|Ansible is being run)"
)

TEXT = re.compile(r"[^\W\d_]{2,}")
PROSE = re.compile(r"[^\W\d_]{2,}[,;:]? [a-zà-ÿ]{2,}\b")
VALUE = re.compile(r"\S*[/\\@=\d_.]\S*[^\s.,:;]|\S*[/\\@=\d_]\S*|\S+:\S+")
"""A path, an account, an address, a number, a code, a file: with a character that no word has."""


@dataclass(frozen=True)
class Finding:
    """A text on the screen that is nothing of the above. ``where``: the play, or the task and its file."""

    text: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


@dataclass(frozen=True)
class Task:
    """``module``: its last name, or the whole one of ours. ``file``: where the task stands."""

    name: str
    module: str
    file: str

    @property
    def may_name_a_page(self) -> bool:
        """Whether words of the page may stand in it."""
        return self.module in WITH_A_PAGE or self.file.startswith(ROLES_WITH_A_PAGE)


UNKNOWN = Task("", "debug", "")
"""Of a test, or before the first task."""


@cache
def tasks() -> Mapping[tuple[str, str], Task]:
    """All tasks of roles and playbooks, by role and name; for a playbook the role is empty."""
    found: dict[tuple[str, str], Task] = {}
    for path in sorted([*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("playbooks/**/*.yml")]):
        file = path.relative_to(ROOT).as_posix()
        role = f"{OURS}{path.parts[-3]}" if file.startswith("roles/") else ""
        for task in _tasks_in(yaml.safe_load(path.read_text(encoding="utf-8"))):
            module = next((key for key in task if "." in key), "")
            short = module if module.startswith(OURS) else module.rpartition(".")[2]
            name = str(task.get("name", "")).partition(" # ")[0]
            if name and module:
                first = found.setdefault((role, name), Task(name, short, file))
                if first.file != file:
                    found[role, name] = replace(first, file="playbooks/*.yml")
    return found


def _tasks_in(content: Any) -> Iterator[Mapping[str, Any]]:
    for each in content if isinstance(content, list) else ():
        if isinstance(each, dict):
            yield each
            for part in ("tasks", "pre_tasks", "post_tasks", "block", "rescue", "always"):
                yield from _tasks_in(each.get(part))


def without_told(text: str) -> str:
    """A text without what the catalogue has told in it."""
    kept, depth = [], 0
    for character in text:
        depth += character == "«"
        if not depth:
            kept.append(character)
        depth -= character == "»" and depth > 0
    return "".join(kept)


def findings(screen: str, values: Set[str] = frozenset(), page: Set[str] = frozenset()) -> list[Finding]:
    """What is wrong with a screen. ``values``: words of the site, such as names of people and hosts; ``page``: those of the report.
    All in small letters."""
    found: list[Finding] = []
    task, at = UNKNOWN, 0
    where = "before the first play"
    while at < len(screen):
        start, end = at, screen.find("\n", at)
        line = screen[start : end if end >= 0 else len(screen)]
        at += len(line) + 1
        heading, result = HEADING.match(line), RESULT.match(line)
        known = values | page if task.may_name_a_page else values
        if heading:
            task = tasks().get((heading[2] or "", heading[3]), UNKNOWN)
            where = f"{task.name} ({task.file})" if task.name else f"{heading[1]} {heading[3]}"
        elif result:
            found += [Finding(text, where) for text in _odd(result[2] or "", known)]
            if line[result.end() :].startswith("{"):
                content, length = json.JSONDecoder().raw_decode(screen[start + result.end() :])
                at = start + result.end() + length + 1
                found += [Finding(text, where) for text in _in_result(content, task, known)]
        elif line.startswith(("[WARNING]", "[ERROR]")):
            block = BLOCK_END.split(screen[start:], maxsplit=1)[0]
            at = start + len(block) + 1
            said = " ".join(block.split())
            if not OTHER_WARNINGS.match(said) and not (line.startswith("[ERROR]") and not _tells(task)):
                found += [Finding(text, where) for text in _odd(said, known)]
        elif not LINES_OF_ANSIBLE.fullmatch(line):
            found += [Finding(text, where) for text in _odd(line, known)]
    return found


def _tells(task: Task) -> bool:
    """Whether what a task says is ours."""
    return task.module in TELLING or task.module.startswith(OURS)


def _in_result(result: Mapping[str, Any], task: Task, values: Set[str]) -> Iterator[str]:
    if task.name in PAGES:
        return
    if task.module in TELLING:
        yield from _in_told(result.get("msg"), values)
    elif task.module.startswith(OURS):
        yield from _in_ours(result, values)


def _in_ours(content: Any, values: Set[str], key: str = "") -> Iterator[str]:
    if key in TOLD:
        yield from _in_told(content, values)
    elif isinstance(content, dict):
        for each, inner in content.items():
            if each not in NOT_TOLD:
                yield from _in_ours(inner, values, each)
    elif isinstance(content, list):
        for inner in content:
            yield from _in_ours(inner, values, key)
    elif isinstance(content, str) and PROSE.search(_by_nobody(content)):
        rest = " ".join(
            word for word in _by_nobody(content).split() if word.strip(".,:;()'\"").casefold() not in values
        )
        if PROSE.search(rest):
            yield f"{key}: {content}"


def _in_told(content: Any, values: Set[str]) -> Iterator[str]:
    if isinstance(content, dict):
        for inner in content.values():
            yield from _in_told(inner, values)
    elif isinstance(content, list):
        for inner in content:
            yield from _in_told(inner, values)
    elif isinstance(content, str):
        yield from _odd(content, values)


def _odd(text: str, values: Set[str]) -> Iterator[str]:
    """The text if it has a word that is neither told nor a value."""
    rest = VALUE.sub(" ", _by_nobody(text))
    if any(word.casefold() not in values for word in TEXT.findall(rest)):
        yield text.strip()


def _by_nobody(text: str) -> str:
    """What is left without sentences of the catalogue and of Ansible."""
    rest = without_told(text)
    for pattern in BY_ANSIBLE:
        rest = pattern.sub(" ", rest)
    return rest


CARDIO, RADIO, NUCLEAR, PHARMACY, OFF, BARE = "ws-cardio", "ws-radio", "ws-nuclear", "ws-pharmacy", "ws-off", "ws-bare"
SITE = (
    Desk(CARDIO, (Seat(JEANNE), Seat(ELODIE, asked="upn"))),
    Desk(RADIO, (Seat(JEANNE, asked="sid"), Seat(KARIM))),
    Desk(NUCLEAR, (Seat(PAUL),)),
    Desk(PHARMACY, (Seat(ANNE, logged_on=False),)),
    Desk(OFF, (Seat(LOUIS),)),
    Desk(BARE, ()),
)
WORDS_OF_RESULTS = {
    *("true", "false", "null", "localhost"),
    *(part for status in Status for part in status.value.split("_")),
}


def words_of(*texts: str) -> frozenset[str]:
    """The words of these texts, in small letters."""
    return frozenset(word.casefold() for text in texts for word in TEXT.findall(text))


OTHER_ISSUER = "CN=Rosalind"
"""A pattern of which nobody has a certificate."""


def values_of(hospital: Hospital) -> frozenset[str]:
    """The words of a site: what its inventory says of its hosts, and its people."""
    people = [f"{person.name} {person.login}" for person in hospital.people]
    return (
        words_of(OTHER_ISSUER, *people, *texts_in(yaml.safe_load(hospital.inventory.read_text(encoding="utf-8"))))
        | WORDS_OF_RESULTS
    )


def texts_in(content: Any) -> Iterator[str]:
    """The values, and the names of hosts."""
    if isinstance(content, dict):
        for key, inner in content.items():
            yield from texts_in(inner)
            yield from inner or () if key == "hosts" else ()
    elif isinstance(content, list):
        for inner in content:
            yield from texts_in(inner)
    else:
        yield str(content)


PAGE_WORDS = words_of(*(text for both in (*VOCABULARY.values(), *PAGE.values()) for text in both))


def run(hospital: Hospital, book: str, *options: str, **variables: Any) -> Run:
    given = ("-e", json.dumps({f"pkcs12_{name}": value for name, value in variables.items()}))
    environment = {**FACT_CACHE, **NONCE, "no_proxy": "127.0.0.1"}
    return play(hospital, f"hospital_it.pkcs12.{book}", *given, *options, environment=environment)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    """One workstation is off, one has no holders, one person has no bundle, one is not logged on, one number is wrong."""
    with Hospital(tmp_path_factory.mktemp("nonce"), SITE, days={ELODIE: 20}) as hospital:
        hospital.switch_off(OFF)
        for bundle in hospital.bundle_folder.glob(f"*{KARIM.authorisation}*"):
            bundle.unlink()
        yield hospital


@pytest.fixture(scope="module")
def runs(hospital: Hospital) -> Mapping[str, Run]:
    """Each playbook, most of them with failures."""
    report = {"report_folder": str(hospital.folder / "report"), "fail_on": ["missing"]}
    nowhere = [{"kind": "folder", "path": "/nowhere"}, {"kind": "https", "url": "https://127.0.0.1:9/reports"}]
    reminders = {"it_to": ["it@chu.example"], "state_path": str(hospital.folder / "sent.json"), "dry_run": True}
    leavers = {"leavers": [PAUL.authorisation, "T999999"], "bundle_folder": str(hospital.bundle_folder)}
    return {
        "check": run(hospital, "check", "-v", portal_url="https://portal.example/", check_stray_bundles=True),
        "check_bundles": run(hospital, "check_bundles", "-v", serail=1, required_folders="/nowhere"),
        "check_bundles of all": run(hospital, "check_bundles", "-v"),
        "enrol": run(hospital, "enrol", serial=2),
        "enrol again": run(hospital, "enrol", "-v", "--diff", install="always", take_back=["T999999"]),
        "renew": run(hospital, "renew", "-v", require_portal=True),
        "renew, refused": run(hospital, "renew", max_fail_percentage="many"),
        "audit": run(hospital, "audit", "-v", issuer=OTHER_ISSUER, prove_keys=True),
        "renew_due": run(hospital, "renew_due", "-v"),
        "renew_due, refused": run(hospital, "renew_due", "-v", due_statuses=["mising"]),
        "daily, refused": run(hospital, "daily", "--limit", CARDIO),
        "report": run(hospital, "report", "-v", report_destinations=nowhere, **report),
        "remind": run(hospital, "remind", "-v", **reminders),
        "retire": run(hospital, "retire", "-v", **leavers),
        "nobody": run(hospital, "enrol", hosts="nowhere"),
        "odd batches": run(hospital, "enrol", serial="0"),
    }


def test_nothing_but_the_catalogue_tells_anything(hospital: Hospital, runs: Mapping[str, Run]) -> None:
    values = values_of(hospital)
    found = {
        f"{book}: {each}"
        for book, run in runs.items()
        for each in findings(run.stdout + "\n" + run.stderr, values, PAGE_WORDS)
    }
    assert sorted(found) == []
    assert [book for book, run in runs.items() if not told_codes(run.stdout + run.stderr)] == []


def test_collect_tells_nothing_else(tmp_path: Path) -> None:
    with Hospital(tmp_path, SITE[:1], delivered=False) as hospital, Issuer(hospital) as issuer:
        issuer.announce(JEANNE, 900)
        issuer.announce(ELODIE, 900)
        failing = tmp_path / "failing.yml"
        failing.write_text("[{name: Tell the store, ansible.builtin.fail: {msg: No store.}}]", "utf-8")
        for more in (
            {"pkcs12_store_tasks": str(failing)},
            {"pkcs12_store_tasks": "nowhere.yml"},
            {"pkcs12_mail_path": "/nowhere"},
            {},
        ):
            options = ("-e", f"@{issuer.variables(**more)}", *issuer.vault_options, "-v")
            run = play(hospital, "hospital_it.pkcs12.collect", *options, environment={**FACT_CACHE, **NONCE})
            values = values_of(hospital) | words_of("Tell the store: No store.")
            assert sorted(map(str, findings(run.stdout + "\n" + run.stderr, values))) == []
            assert told_codes(run.stdout)


SCREEN = """
PLAY [Enrol personal certificates on workstations] ***

TASK [Say what became of each holder] ***
ok: [ws-1] => {
    "msg": [
        "«summary.headline:0a1b2c3d count=2»",
        "  ws-1: Jeanne Dupont: «installed:0a1b2c3d day=2027-01-01»"
    ]
}

TASK [End failed when somebody needs help] ***
[ERROR]: Task failed: Action failed: «ends_failed:0a1b2c3d codes=a,b»
Origin: /x/playbooks/tasks/end.yml:7:7

5 - name: End
6   block:
7     - name: End failed when somebody needs help
        ^ column 7

fatal: [ws-1]: FAILED! => {"changed": false, "msg": "«ends_failed:0a1b2c3d codes=a,b»"}

PLAY RECAP ***
ws-1    : ok=1    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0
"""
SITE_WORDS = words_of("Jeanne Dupont")


def test_a_screen_of_the_catalogue_alone_is_right() -> None:
    assert findings(SCREEN, SITE_WORDS) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("«summary.headline:0a1b2c3d count=2»", "2 workstations: 1 failed."),
        ("«installed:0a1b2c3d day=2027-01-01»", "installed until 2027-01-01"),
        ("Action failed: «ends_failed:0a1b2c3d codes=a,b»", "Action failed: Somebody needs help."),
        ('"«ends_failed:0a1b2c3d codes=a,b»"}', '"«ends_failed:0a1b2c3d codes=a,b» Read the summary."}'),
        ("fatal: [ws-1]", "[WARNING]: The pattern matches\\nnothing.\\n\\nfatal: [ws-1]"),
    ],
)
def test_a_planted_text_is_found(old: str, new: str) -> None:
    assert old in SCREEN
    assert findings(SCREEN.replace(old, new.replace("\\n", "\n")), SITE_WORDS) != []


def test_what_is_told_is_taken_out_with_what_led_to_it() -> None:
    assert without_told("a «b:1 «c:2 x=y» » d «e:3»") == "a  d "
    assert re.sub(r"\s", "", without_told("«unclosed")) == ""
