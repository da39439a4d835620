# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook prints in the nonce language, read for words that no sentence of the catalogue has made.

In this language each sentence of the product is «code:NONCE value=...». Whatever else is on the screen is Ansible's own, the name of a
play or a task, a value, a page's own words, or a text that stands outside the catalogue: that is a ``Finding``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from lab.playbook import ROOT

TELLING = {"debug", "fail", "assert"}
"""Modules of Ansible that print a text of ours, as ``msg``."""
OURS = "hospital_it.pkcs12."

# Keys of our results that hold text of others, or a page: of the workstation, the connection, Ansible, the report, a mail.
NOT_TOLD = {
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
        "none_answered",
        "why_red",
    ),
    "shared_numbers",
}
"""Keys of our results in which every word has to be the catalogue's or a value."""
PAGES = {"Say what matters", "Show what would be sent"}
"""Tasks that show a page or a mail, which have their own words."""

# What Ansible itself says.
HEADING = re.compile(r"^(PLAY|TASK|RUNNING HANDLER|PLAY RECAP|HANDLER) ?\[?(?:[\w.]+ : )?(.*?)\]? \*+$")
RESULT = re.compile(
    r"^(?:ok|changed|skipping|failed|fatal|included|skipped|rescued): (?:\[([^\]]+)\])?(?: \(item=(.*?)\))?"
    r"(?:: (?:FAILED|UNREACHABLE)!)?(?: => (?=[{(])(?:\(item=(.*?)\))?)?"
)
BY_ANSIBLE = (
    re.compile(r"Task failed: (?:(?:Action|Module) failed: )?|Action failed: |Module failed: "),
    re.compile(r"All assertions passed|One or more items failed|All items completed|All items skipped"),
    re.compile(r"Failed to template (?:hosts|serial)[^«]*|Error processing keyword '\w+': "),
    re.compile(r"\[(?:WARNING|ERROR)\]: ?"),
    re.compile(r"the output has been hidden due to the fact that 'no_log: true' was specified for this result"),
)
LINES_OF_ANSIBLE = re.compile(
    r"\.\.\.ignoring|NO MORE HOSTS LEFT.*|<<< caused by >>>|Origin: .*|included: .*|no config file found.*|Using .* as config file"
    r"|Read vars_file .*|\d+( .*)?| *\^ column \d+| *\^ here|\S+ +: ok=\d+ .*"
)
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

    module: str
    file: str


@cache
def tasks() -> Mapping[str, Task]:
    """All tasks of roles and playbooks, by name."""
    found: dict[str, Task] = {}
    for path in sorted([*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("playbooks/**/*.yml")]):
        for task in _tasks_in(yaml.safe_load(path.read_text(encoding="utf-8"))):
            module = next((key for key in task if "." in key), "")
            short = module if module.startswith(OURS) else module.rpartition(".")[2]
            if task.get("name") and module:
                found[task["name"]] = Task(short, path.relative_to(ROOT).as_posix())
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


def findings(screen: str, values: Set[str] = frozenset()) -> list[Finding]:
    """What is wrong with a screen. ``values``: words of the site, such as names of people and hosts, in small letters."""
    found: list[Finding] = []
    where, name, at = "before the first play", "", 0
    while at < len(screen):
        end = screen.find("\n", at)
        line = screen[at : end if end >= 0 else len(screen)]
        heading, result = HEADING.match(line), RESULT.match(line)
        at += len(line) + 1
        if heading:
            name = heading[2] if heading[1] != "PLAY" else ""
            task = tasks().get(name)
            where = f"{name} ({task.file})" if task else f"{heading[1].lower()} {heading[2]}"
        elif result and line[result.end() :].startswith("{"):
            start = at - len(line) - 1 + result.end()
            content, end = json.JSONDecoder().raw_decode(screen[start:])
            at = start + end + 1
            found += [Finding(text, where) for text in _in_result(content, name, values)]
            found += [Finding(text, where) for text in _odd(f"{result[2] or ''} {result[3] or ''}", values)]
        elif not LINES_OF_ANSIBLE.fullmatch(line) and not result:
            if line.startswith("[") and line.split("]")[0] in (
                "[WARNING",
                "[ERROR",
            ):  # it goes on to the next empty line
                block_end = screen.find("\n\n", at)
                block = screen[at - len(line) - 1 : block_end if block_end >= 0 else len(screen)]
                before_result = re.split(r"\n(?=Origin: |(?:ok|fatal|failed|changed|skipping): |TASK |PLAY )", block)[0]
                at += len(before_result) - len(line)
                line = " ".join(before_result.split())
            if not OTHER_WARNINGS.match(line):
                found += [Finding(text, where) for text in _odd(line, values)]
    return found


def _in_result(result: Mapping[str, Any], name: str, values: Set[str]) -> Iterator[str]:
    module = tasks()[name].module if name in tasks() else "debug"
    if name in PAGES:
        return
    if module in TELLING:
        yield from _in_told(result.get("msg"), values)
    elif module.startswith(OURS):
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
