# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people copy from the pages: files, passphrases, commands."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path

import pytest
import yaml

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.lost_connection import (
    HTTP_PORT,
    HTTPS_PORT,
)
from consistency.tree import ROOT, name

FOLDER = ROOT / "docs" / "docsite" / "rst"
GUIDES = sorted(FOLDER.glob("*.rst"))
MARKDOWN = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
ON_THE_CONTROLLER = ("collect_", "report_", "remind_", "pkcs12_leavers", "pkcs12_bundle_folder", "pkcs12_evidence_path")
WITHOUT_KEPT_FACTS = {"guide_when_wrong.rst"}
"""There audit and report are one command, because the report has no facts of an earlier one."""
PLAYBOOKS = {path.stem for path in (ROOT / "playbooks").glob("[a-z]*.yml")}
FENCE = re.compile(r"^( *)\.\. code-block:: (\w+)\n\n((?:\1   .*\n|\n)+)", re.MULTILINE)
CONNECTION = ("port", "(?:winrm_scheme|psrp_protocol)")


class Loader(yaml.SafeLoader):  # type: ignore[misc] # yaml has no types
    """YAML as Ansible reads it: with ``!unsafe`` and ``!vault``."""


for tag in ("!unsafe", "!vault"):
    Loader.add_constructor(tag, lambda loader, node: str(loader.construct_scalar(node)))


def examples(guide: Path, *languages: str) -> list[str]:
    """The code blocks of a guide in these languages, without their indents."""
    return [
        textwrap.dedent(block).strip("\n") + "\n"
        for _indent, language, block in FENCE.findall(guide.read_text(encoding="utf-8"))
        if language in languages
    ]


def lines(page: Path) -> list[str]:
    """The commands that a page shows, each in one line."""
    if page.suffix == ".md":
        shown = re.findall(r"^(?:    |\$ )(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    else:
        text = "".join(examples(page, "console")).replace("\\\n", " ")
        shown = re.findall(r"^\$ (.+)$", text, re.MULTILINE)
    return [line for line in shown if "ansible-playbook" in line or line.startswith("make ")]


def simple_commands(line: str) -> list[list[str]]:
    """The commands of one line of a shell."""
    words = shlex.shlex(line, posix=True, punctuation_chars=";&|")
    words.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in words:
        if set(word) <= set(";&|"):
            commands.append([])
        else:
            commands[-1].append(word)
    return commands


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_examples_are_yaml_and_every_passphrase_is_in_quotes(guide: Path) -> None:
    for block in examples(guide, "yaml", "YAML+Jinja"):
        for document in block.split("\n\n   # "):
            yaml.load(document, Loader)  # noqa: S506 - a safe loader with two more tags
        mapping = re.search(r"^pkcs12_passphrases:\n((?:  .*\n)+)", block, re.MULTILINE)
        for row in mapping[1].splitlines() if mapping else []:
            assert re.fullmatch(r"""  "\w+": (?:\[?(?:!unsafe )?'(?:[^']|'')*'(?:, )?)+\]?""", row), row


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_what_the_controller_needs_is_in_the_group_all(guide: Path) -> None:
    for block in examples(guide, "yaml"):
        found = re.match(r"# (\S*(?:group_vars|hosts)\S*)", block)
        if not found:
            continue
        shown = re.findall(r"^ *(\w+):", block, re.MULTILINE)
        theirs = [word for word in shown if word.startswith(ON_THE_CONTROLLER)]
        assert found[1] == "inventory/group_vars/all.yml" or not theirs, (found[1], theirs)


@pytest.mark.parametrize("guide", GUIDES, ids=name)
def test_a_printed_connection_has_the_port_of_its_scheme(guide: Path) -> None:
    """The lab listens elsewhere, so no play tries the ports."""
    for block in examples(guide, "yaml"):
        ports, schemes = (re.findall(rf"^ *ansible_{word}: (\w+)$", block, re.MULTILINE) for word in CONNECTION)
        assert ports == [str({"http": HTTP_PORT, "https": HTTPS_PORT}[scheme]) for scheme in schemes], block


@pytest.mark.parametrize("page", [*GUIDES, *MARKDOWN], ids=name)
def test_commands_of_a_page_name_one_playbook_each_and_targets_that_exist(page: Path) -> None:
    targets = set(re.findall(r"^([\w-]+(?: [\w-]+)*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    known = {target for row in targets for target in row.split()}
    for command in (command for line in lines(page) for command in simple_commands(line)):
        if command[:1] == ["make"]:
            assert {word for word in command[1:2] if "=" not in word} <= known, command
        else:
            named = [word for word in command if word.startswith("hospital_it.pkcs12.")]
            one_look = page.name in WITHOUT_KEPT_FACTS and [word.rpartition(".")[2] for word in named] == [
                "audit",
                "report",
            ]
            assert one_look or len(named) <= 1, (
                f"after a red playbook the next of the same command is not started: {command}"
            )
            assert {word.rpartition(".")[2] for word in named} <= PLAYBOOKS, command


@pytest.mark.parametrize("page", [*GUIDES, *MARKDOWN], ids=name)
def test_targets_of_make_that_a_page_names_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8")))
    assert (
        sorted(target for target in named if not re.search(rf"^(?:.* )?{target}(?: .*)?:", makefile, re.MULTILINE))
        == []
    )
