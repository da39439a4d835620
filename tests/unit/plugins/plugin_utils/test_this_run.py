# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that an action reads itself: what counts for one run only, and what is said of one that cannot be read."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import this_run
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.this_run import OwnVariables
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Problem
from unit.plugins.plugin_utils.problems import error_of


def action(variables: dict[str, Any], extra: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> OwnVariables:
    monkeypatch.setattr(this_run, "load_extra_vars", lambda _loader: extra)
    made = OwnVariables()
    made._task_vars = {"inventory_hostname": "ws-1", **variables, **extra}
    made._templar, made._loader = SimpleNamespace(template=template), None
    return made


def template(value: Any) -> Any:
    if value == "{{ nope }}":
        raise AnsibleError("'nope' is\nundefined.")
    return value


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("  ", None),
        (None, None),
        (" ~/b ", Path.home() / "b"),
        ("$HOME/b", Path.home() / "b"),
    ],
)
def test_a_folder_is_read_as_ansible_reads_a_path(
    value: Any, found: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert action({"x": value}, {}, monkeypatch).folder("x") == found
    assert action({}, {}, monkeypatch).folder("x") is None


def test_a_folder_that_is_none_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = error_of(lambda: action({"x": True}, {}, monkeypatch).folder("x")).problem
    assert problem == Problem("bad_arguments.not_one_text", {"option": "x", "found": "yes_or_no"})


def test_a_variable_that_ansible_cannot_read_is_told_in_its_words_without_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = action({"x": "{{ nope }}"}, {}, monkeypatch)
    site._secrets = frozenset({"undefined"})
    values = {"variable": "x", "said": Outside("'nope' is\n********.")}
    assert error_of(lambda: site.variable("x")).problem == Problem("bad_arguments.unreadable_variable", values)


@pytest.mark.parametrize("value", [[], "", None, False])
def test_an_empty_value_of_an_inventory_is_none(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site = action({"x": value, "hostvars": {"ws-1": {"x": value}}}, {}, monkeypatch)
    assert not site.of_this_run("x")
    assert not site.is_confirmed("x")
    site.refuse_in_inventory("x")


def test_only_the_command_line_is_this_run(monkeypatch: pytest.MonkeyPatch) -> None:
    assert action({}, {"x": "T1"}, monkeypatch).of_this_run("x") == "T1"
    for_every_run = Problem("bad_arguments.set_for_every_run", {"variable": "x"})
    site = action({"x": "T1"}, {"y": "T1"}, monkeypatch)
    assert error_of(lambda: site.of_this_run("x")).problem == for_every_run
    assert error_of(lambda: action({"x": "yes"}, {}, monkeypatch).is_confirmed("x")).problem == for_every_run
    assert not action({"x": "no"}, {}, monkeypatch).is_confirmed("x")


@pytest.mark.parametrize(("word", "meaning"), [(" On ", True), (True, True), ("off", False), (0, False)])
def test_all_words_have_one_meaning(word: Any, meaning: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert action({}, {"x": word}, monkeypatch).is_confirmed("x") is meaning
    refusal = error_of(lambda: action({}, {"x": "oui"}, monkeypatch).is_confirmed("x"))
    assert refusal.problem == Problem("bad_arguments.not_yes_or_no", {"option": "x", "given": "oui"})
