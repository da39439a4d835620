# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments that a task must not take are refused by the name that the user has set, before anything is done."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from ansible.module_utils.parsing.convert_bool import BOOLEANS

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import validation
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.arguments import (
    Arguments,
    ArgumentSpec,
    validated,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.validation import (
    check_arguments,
    check_boolean,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from consistency.tree import ROOT
from unit.plugins.plugin_utils.in_process import FakeWorkstation, run_action
from unit.plugins.plugin_utils.problems import error_of

SECRET = "Nachtigall-4711"
HOLDER = {"user": "CHU\\b", "name": "B", "authorisation": "T1"}
ACTION = "hospital_it.pkcs12.x"
SPEC = ArgumentSpec(
    options={
        "dest": {"type": "path"},
        "issuer": {"type": "str"},
        "sender": {"type": "list", "elements": "str"},
        "passphrase": {"type": "raw", "no_log": True},
        "passphrases": {"type": "dict", "no_log": True},
        "days": {"type": "int"},
        "most": {"type": "float"},
        "steps": {"type": "list", "elements": "int"},
        "check": {"type": "str", "choices": ["strict", "off"], "default": "strict"},
        "kinds": {"type": "list", "elements": "str", "choices": ["a", "b"]},
        "chain": {"type": "bool"},
        "places": {
            "type": "list",
            "elements": "dict",
            "options": {
                "path": {"type": "path", "required": True},
                "to": {"type": "list", "elements": "str"},
                "kind": {"type": "str", "choices": ["html", "csv"]},
            },
        },
    },
)


def refused(given: dict[str, Any], spec: ArgumentSpec = SPEC, **names: str) -> Problem | None:
    """What is wrong with these arguments. ``names``: the variables that the user has set."""
    try:
        check_arguments(spec, Arguments(given, names), ACTION, str)
    except Pkcs12Error as refusal:
        return refusal.problem
    return None


def wrong(code: str, setting: str | None = None, *causes: Problem, **values: Any) -> Problem:
    return Problem(f"bad_arguments.{code}", values, setting, causes)


def in_entry(name: str, entry: int, inner: Problem, setting: str | None = None) -> Problem:
    return wrong("in_entry", setting, inner, option=name, entry=entry)


def of_entry(place: str, entry: int, code: str, *causes: Problem, **values: Any) -> Problem:
    return in_entry(place, entry, wrong(code, None, *causes, **values), place)


LACKS = wrong("entry_lacks", "places", option="places", entry=2, keys=("path",), needed=("path",))
TO = in_entry("to", 1, wrong("not_one_text", option="to", found="a_mapping"))
MEANT = wrong("meant", given="kinds", near="kind")
KEYS: dict[str, Any] = {"option": "places", "entry": 1, "keys": ("kinds",), "known": ("path", "to", "kind")}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"dest": ["a"]}, wrong("not_one_text", "dest", option="dest", found="a_list")),
        ({"dest": 7}, wrong("not_one_text", "dest", option="dest", found="a_number")),
        ({"issuer": {"a": "b"}}, wrong("not_one_text", "issuer", option="issuer", found="a_mapping")),
        ({"issuer": True}, wrong("yes_or_no_as_text", "issuer", option="issuer")),
        ({"sender": ["a", ["b"]]}, of_entry("sender", 2, "not_one_text", option="sender", found="a_list")),
        ({"sender": True}, wrong("yes_or_no_as_text", "sender", option="sender")),
        ({"sender": {"a": 1}}, wrong("no_list", "sender", option="sender", found="a_mapping")),
        ({"days": True}, wrong("not_a_number", "days", option="days", found="yes_or_no")),
        ({"days": ["1"]}, wrong("not_a_number", "days", option="days", found="a_list")),
        ({"days": "forty"}, wrong("no_whole_number", "days", option="days", given="forty")),
        ({"days": 1.5}, wrong("no_whole_number", "days", option="days", given="1.5")),
        ({"days": "inf"}, wrong("no_whole_number", "days", option="days", given="inf")),
        ({"most": "a tenth"}, wrong("no_number", "most", option="most", given="a tenth")),
        ({"steps": [7, False]}, of_entry("steps", 2, "not_a_number", option="steps", found="yes_or_no")),
        ({"steps": "7,x"}, wrong("no_whole_number", "steps", option="steps", given="x")),
        ({"chain": "jes"}, wrong("not_yes_or_no", "chain", option="chain", given="jes")),
        ({"passphrases": "1234"}, wrong("no_mapping", "passphrases", option="passphrases", found="a_text")),
        ({"check": "lax"}, wrong("no_choice", "check", option="check", given="lax", choices=("strict", "off"))),
        ({"check": True}, wrong("no_choice", "check", option="check", given="True", choices=("strict", "off"))),
        ({"kinds": ["a", "c"]}, of_entry("kinds", 2, "no_choice", option="kinds", given="c", choices=("a", "b"))),
        (
            {"places": [{"path": "/a"}, {"path": ["b"]}]},
            of_entry("places", 2, "not_one_text", option="path", found="a_list"),
        ),
        ({"places": [{"path": "/a", "to": [{}]}]}, in_entry("places", 1, TO, "places")),
        ({"places": [{"path": "/a"}, {}]}, LACKS),
        ({"places": [{"path": "/a"}, {"path": None}]}, LACKS),
        ({"places": [None]}, of_entry("places", 1, "no_mapping", option="places", found="nothing")),
        ({"places": [{"path": "/a", "kinds": "csv"}]}, wrong("unknown_keys", "places", MEANT, **KEYS)),
    ],
    ids=lambda each: str(each) if isinstance(each, dict) else "",
)
def test_a_value_that_does_not_fit_is_refused_by_its_name(given: Any, problem: Problem) -> None:
    assert refused(given) == problem


@pytest.mark.parametrize(
    "given",
    [
        {"sender": "a,b", "passphrase": ["a"], "passphrases": {"T1": ["a"]}, "dest": None, "issuer": 7},
        {"sender": [], "steps": 7, "places": []},
        {"places": [{"path": "/a", "to": ["b"], "kind": "csv"}, {"path": "/b", "to": "c"}]},
        {"check": False, "chain": True, "days": 1, "passphrase": True},
        {"check": "off", "days": " 40 ", "most": "0.5", "steps": "7, 14", "chain": "Yes"},
        {"passphrases": '{"T1": "a"}', "kinds": "a,b"},
        {"passphrases": "T1=a"},
    ],
    ids=str,
)
def test_what_ansible_makes_fit_passes(given: dict[str, Any]) -> None:
    assert refused(given) is None
    assert validated(SPEC, Arguments(given, {})).said is None


def test_an_option_that_is_none_is_told_with_the_nearest() -> None:
    problem = refused({"issuers": "a", "qqqqqqqq": "b", "senders": "c"})
    near = [wrong("meant", given=given, near=near) for given, near in (("issuers", "issuer"), ("senders", "sender"))]
    assert problem == wrong("unknown_options", None, *near, options=("issuers", "qqqqqqqq", "senders"), action=ACTION)


def test_the_name_is_the_one_that_the_user_has_set() -> None:
    problem = refused({"days": "x"}, days="pkcs12_days")
    assert problem == wrong("no_whole_number", "days", option="pkcs12_days", given="x")


NEEDS = ArgumentSpec(
    options={
        "a": {"type": "str", "required": True},
        "b": {"type": "str"},
        "c": {"type": "str"},
        "d": {"type": "str", "default": "one"},
    },
    mutually_exclusive=[["b", "c"]],
    required_together=[["b", "d"]],
)


@pytest.mark.parametrize(
    ("spec", "given", "problem"),
    [
        (NEEDS, {"a": None}, wrong("missing_options", "a", options=("pkcs12_a",), action=ACTION)),
        (NEEDS, {"a": "1", "b": "2"}, None),
        (NEEDS, {"a": "1", "b": "2", "c": "3"}, wrong("exclude_each_other", "b", options=("b", "c"))),
        (
            ArgumentSpec(NEEDS.options, required_together=[["a", "b"]]),
            {"a": "1"},
            wrong("needed_together", "b", options=("pkcs12_a", "b"), missing=("b",)),
        ),
        (
            ArgumentSpec(NEEDS.options, required_one_of=[["b", "c"]]),
            {"a": "1"},
            wrong("one_needed", "b", options=("b", "c")),
        ),
        (ArgumentSpec(NEEDS.options, required_one_of=[["b", "c"]]), {"a": "1", "c": ""}, None),
        (
            ArgumentSpec(NEEDS.options, required_if=[["d", "one", ["b", "c"]]]),
            {"a": "1", "c": "2"},
            wrong("needed_where", "b", option="d", given="one", missing=("b",)),
        ),
        (
            ArgumentSpec(NEEDS.options, required_if=[["d", "one", ["b", "c"], True]]),
            {"a": "1"},
            wrong("one_needed_where", "b", option="d", given="one", missing=("b", "c")),
        ),
        (ArgumentSpec(NEEDS.options, required_if=[["d", "one", ["b", "c"], True]]), {"a": "1", "c": "2"}, None),
        (ArgumentSpec(NEEDS.options, required_if=[["d", "two", ["b"]]]), {"a": "1"}, None),
    ],
)
def test_what_is_missing_or_does_not_go_together_is_refused_as_ansible_refuses_it(
    spec: ArgumentSpec, given: dict[str, Any], problem: Problem | None
) -> None:
    assert refused(given, spec, a="pkcs12_a") == problem
    assert (validated(spec, Arguments(given, {})).said is None) == (problem is None)


def test_whatever_ansible_takes_for_a_yes_or_no_is_one() -> None:
    for value in (*BOOLEANS, "Yes", " OFF ", True, False):
        check_boolean("x", value)


@pytest.mark.parametrize("value", ["", "2", 2, [], ["yes"], {"yes": 1}])
def test_anything_else_is_refused(value: Any) -> None:
    problem = error_of(lambda: check_boolean("prove", value)).problem
    assert problem == wrong("not_yes_or_no", option="prove", given=str(value))


def test_a_python_without_cryptography_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation.importlib.util, "find_spec", lambda _name: None)
    assert error_of(lambda: check_arguments(SPEC, Arguments({}, {}), ACTION, str)).code == "missing_library"


def test_neither_a_secret_in_the_wrong_place_nor_its_beginning_is_shown() -> None:
    """Only the beginning of a long value is shown, and it may end inside of a secret."""
    given = {"holders": [HOLDER], "bundle_folder": "/", "passphrases": {"T1": SECRET}}
    result = run_action("holder_certificates", {**given, "exportable": "x" * 55 + SECRET}, FakeWorkstation())
    assert result["error"]["problem"]["values"]["given"] == "x" * 55 + "*****"


def specs() -> Iterator[tuple[str, ArgumentSpec]]:
    for path in sorted((ROOT / "plugins" / "action").glob("*.py")):
        module = importlib.import_module(f"ansible_collections.hospital_it.pkcs12.plugins.action.{path.stem}")
        yield path.stem, module.ActionModule.SPEC


@pytest.mark.parametrize(("name", "spec"), [*specs()])
def test_every_default_of_the_collection_fits_its_own_spec(name: str, spec: ArgumentSpec) -> None:
    defaults = {option: said["default"] for option, said in spec.options.items() if said.get("default") is not None}
    optional = ArgumentSpec({option: {**said, "required": False} for option, said in spec.options.items()})
    assert refused(defaults, optional) is None, name
