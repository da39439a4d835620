# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of hosts as plain values, whatever Ansible makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import host_variables
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import (
    REGISTER_PROBLEMS,
    check_inventory,
    check_register,
    hosts_matching,
    register_problems,
    untag,
    variables_of,
    words_of,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Outside, Pkcs12Error, Problem
from unit.plugins.plugin_utils.lazy_variables import Lazy
from unit.plugins.plugin_utils.problems import error_of
from unit.plugins.plugin_utils.workbooks import saved, workbook


class Tagged(str):
    """A string with an origin, as core 2.19 hands it over."""

    __slots__ = ()


class TaggedNumber(int):
    """The same for a number."""


class Vaulted(Sequence[str]):
    """A text of a vault as core 2.18 and older hand it over: no str, and decrypted only when somebody makes text of it."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def __getitem__(self, place: Any) -> Any:
        return str(self)[place]

    def __len__(self) -> int:
        return len(str(self))

    def __str__(self) -> str:
        if self.text is None:
            raise AnsibleError("Decryption failed\n(no vault secrets were found).")
        return self.text


def test_tags_do_not_travel_on() -> None:
    given = {Tagged("a"): [Tagged("b"), TaggedNumber(1), True, None, 1.5, (Tagged("c"),)]}
    found = untag(given)
    assert found == {"a": ["b", 1, True, None, 1.5, ["c"]]}
    assert found["a"][2] is True  # and no 1, which is equal
    ((key, values),) = found.items()
    assert {type(key), *map(type, values[:2]), type(values[5][0])} == {str, int}
    found = untag([Vaulted("T1"), b"\x00"])  # of a vault, and of a file
    assert (found, type(found[0])) == (["T1", b"\x00"], str)


def given(**hosts: Lazy) -> dict[str, Any]:
    return {"hostvars": hosts, "groups": {"all": ["b", "a"]}}


def test_what_ansible_says_of_a_variable_is_told_without_the_secrets_of_the_task() -> None:
    hosts = given(a=Lazy(pkcs12_holders=AnsibleError("no file s3cret-word")))
    ((_host, found),) = variables_of(hosts, ["a"], ("pkcs12_holders",), lambda text: text.replace("s3cret-word", "***"))
    assert found["pkcs12_holders"].problem.values["said"] == "no file ***"


@pytest.mark.parametrize(
    "unreadable",
    [
        AnsibleError("Decryption failed\n(no vault secrets were found)."),
        [{"authorisation": Vaulted(None)}],
        "{{ nobody }}",
        [{"user": "x", "name": "{{ nobody }}"}],
    ],
    ids=["at once", "later", "template", "template inside"],
)
def test_variable_that_cannot_be_rendered_says_so_and_the_others_stay(
    unreadable: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_variables, "KEEPS_TEMPLATES", True)
    hosts = given(
        a=Lazy(pkcs12_holders=unreadable, zone="UTC", ansible_facts={"cn": "{{ x }}"}),
        b=Lazy(pkcs12_holders=[Tagged("x")], other=1),
    )
    (first, mine), (second, others) = variables_of(hosts, None, ("pkcs12_holders", "zone", "ansible_facts"))
    assert (first, second) == ("a", "b")
    refusal = mine["pkcs12_holders"]
    assert isinstance(refusal, Pkcs12Error)
    whose = {"variable": "pkcs12_holders"}
    if "{{" in str(unreadable):
        assert refusal.problem == Problem("bad_arguments.template_left", {**whose, "template": "{{ nobody }}"})
    else:
        assert refusal.problem.code == "bad_arguments.unreadable_variable"
        assert isinstance(refusal.problem.values["said"], Outside)
    assert (mine["zone"], mine["ansible_facts"]) == ("UTC", {"cn": "{{ x }}"})
    assert others == {"pkcs12_holders": ["x"]}


def test_braces_are_text_where_ansible_refuses_what_is_undefined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_variables, "KEEPS_TEMPLATES", False)
    ((_host, found),) = variables_of(given(a=Lazy(pkcs12_holders="{{ x }}")), ["a"], ("pkcs12_holders",))
    assert found == {"pkcs12_holders": "{{ x }}"}


def test_host_that_the_inventory_lacks_is_refused() -> None:
    with pytest.raises(Pkcs12Error) as refused:
        list(variables_of(given(a=Lazy()), ["a", "c"], ()))
    assert refused.value.problem == Problem("unknown_host", {"host": "c"}, "report_hosts")


def test_a_whole_inventory_without_hosts_is_refused() -> None:
    with pytest.raises(Pkcs12Error) as refused:
        list(variables_of({"hostvars": {}, "groups": {"all": []}}, None, ()))
    assert refused.value.problem == Problem("inventory_unread.no_host")


def read(folder: Path) -> dict[str, Any]:
    """The variables of a task whose inventory is a folder."""
    return {"hostvars": SimpleNamespace(_inventory=InventoryManager(DataLoader(), [str(folder)]))}


def test_a_spreadsheet_in_the_folder_of_the_inventory_is_named(tmp_path: Path) -> None:
    """Ansible takes each line of one for a host, or says of the other that it cannot be read."""
    (tmp_path / "hosts.yml").write_text("all: {hosts: {ws1: {}}}", encoding="utf-8")
    check_inventory(read(tmp_path))
    (tmp_path / "people.csv").write_text("Dupont;Jeanne;T1;CHUjd;ws1\n", encoding="utf-8")
    (tmp_path / "People.XLSX").write_bytes(saved(workbook([["Jeanne Dupont"]])))
    files = tuple(str(tmp_path / name) for name in ("People.XLSX", "people.csv"))
    problem = error_of(lambda: check_inventory(read(tmp_path))).problem
    assert problem == Problem("inventory_unread.spreadsheet", {"files": files})


ROW = Problem("register_row", {"file": "people.csv", "line": 3, "whose": "Jeanne Dupont"})
UNREAD = Problem("register_unread.missing", {"file": "people.csv"})


def test_a_register_that_was_not_read_stops_a_task_and_a_wrong_row_does_not() -> None:
    both = {REGISTER_PROBLEMS: [ROW.to_map(), UNREAD.to_map()]}
    assert register_problems(both) == (ROW, UNREAD)
    refusal = error_of(lambda: check_register(both)).problem
    assert (refusal.code, refusal.causes) == ("register_unread", (UNREAD,))
    for known in ({}, {REGISTER_PROBLEMS: []}, {REGISTER_PROBLEMS: [ROW.to_map()]}, {REGISTER_PROBLEMS: "text"}):
        check_register(known)


@pytest.mark.parametrize(
    ("hosts", "language"),
    [
        ({"localhost": {"pkcs12_language": "fr"}, "ws": {"pkcs12_language": "en"}}, "fr"),
        ({"localhost": {}, "ws": {"pkcs12_language": "fr"}}, "fr"),
        ({"ws": {}, "other": {"pkcs12_language": "fr"}}, "en"),
        ({"ws": Lazy(pkcs12_language=AnsibleError("closed"))}, "en"),
    ],
)
def test_a_filter_speaks_the_language_of_localhost_or_of_the_first_host(hosts: dict[str, Any], language: str) -> None:
    assert words_of(hosts, ["ws", "other"]).language == language


class HostVars(dict[str, Any]):
    """``hostvars``: as written, and rendered. A host whose file cannot be read raises."""

    def __init__(self, written: dict[str, Any], rendered: dict[str, Any] | None = None) -> None:
        super().__init__(rendered or written)
        self._written = written

    def raw_get(self, host: str) -> Any:
        if isinstance(found := self._written.get(host, {}), AnsibleError):
            raise found
        return found


@pytest.fixture
def hidden(tmp_path: Path) -> Callable[..., list[tuple[str, Any, bool]]]:
    """What of these hosts is hidden. ``secrets``: the names that are."""
    (tmp_path / "vault.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n61", encoding="utf-8")
    (tmp_path / "plain.yml").write_text("days: 3", encoding="utf-8")

    def found(
        *secrets: str, rendered: dict[str, Any] | None = None, **hosts: Mapping[str, Any] | AnsibleError
    ) -> list[tuple[str, Any, bool]]:
        def from_file(value: Any) -> Any:
            if isinstance(value, tuple):
                value, name = value
                if isinstance(value, dict):
                    value = {key: from_file((each, name)) for key, each in value.items()}
                if isinstance(value, bool):
                    return value
                return host_variables.Origin(path=str(tmp_path / name)).tag(value)
            return value

        written: dict[str, Any] = {
            host: given if isinstance(given, AnsibleError) else {name: from_file(each) for name, each in given.items()}
            for host, given in hosts.items()
        }
        variables = {"hostvars": HostVars(written, rendered), "groups": {"all": sorted(hosts.keys() - {"localhost"})}}
        return list(host_variables.hidden_variables(variables, lambda name, _of_vault: name in secrets))

    return found


@pytest.mark.origins
@pytest.mark.parametrize(
    ("written", "is_hidden"),
    [
        ((3, "vault.yml"), True),
        (("x", "vault.yml"), True),
        (({"a": {"b": 1.5}}, "vault.yml"), True),
        (({"a": True}, "vault.yml"), False),
        (("", "vault.yml"), False),
        (({"a": "x"}, "plain.yml"), False),
        ((3, "gone.yml"), False),
        (3, False),
    ],
)
def test_a_value_of_a_vault_file_is_hidden(written: Any, is_hidden: bool, hidden: Any) -> None:
    assert hidden(a={"site": written}) == ([("site", None, True)] if is_hidden else [])


@pytest.mark.origins
def test_one_value_that_is_encrypted_in_another_file_is_hidden_and_not_opened(hidden: Any) -> None:
    encrypted = host_variables.EncryptedString(ciphertext="$ANSIBLE_VAULT;1.1;AES256\n61")
    found = hidden(a={"days": encrypted, "site": ({"days": encrypted}, "plain.yml")})
    assert found == [("days", None, True), ("site", None, True)]


@pytest.mark.origins
def test_secrets_come_rendered_each_once_of_all_hosts_and_of_localhost(hidden: Any) -> None:
    host = {"password": ("admin", "plain.yml"), "pin": ("1234", "vault.yml")}
    found = hidden("password", "pin", localhost={"pin": ("5678", "vault.yml")}, a=host, b=host)
    assert found == [("password", "admin", False), ("pin", "1234", True), ("pin", "5678", True)]


@pytest.mark.origins
def test_a_template_is_rendered_for_each_host_unless_it_asks_somebody_else(hidden: Any) -> None:
    written = {"pin": ("{{ pin_of_site }}", "plain.yml"), "password": ("{{ lookup('x', 'y') }}", "plain.yml")}
    rendered = {host: {"pin": f"{host}-1", "password": f"{host}-2"} for host in "ab"}
    assert hidden("password", "pin", rendered=rendered, a=written, b=written) == [
        ("pin", "a-1", False),
        ("password", "a-2", False),
        ("pin", "b-1", False),
    ]


@pytest.mark.origins
def test_what_cannot_be_read_is_left_out(hidden: Any) -> None:
    broken = {"a": Lazy(pin=AnsibleError("no vault secrets"), password="x"), "c": {"pin": "z"}}
    written = {"pin": ("{{ x }}", "plain.yml"), "password": ("y", "plain.yml")}
    assert hidden(
        "pin", "password", rendered=broken, a=written, b=AnsibleError("another vault"), c={"pin": ("z", "plain.yml")}
    ) == [("password", "x", False), ("pin", "z", False)]


def test_without_hosts_nothing_is_hidden() -> None:
    assert list(host_variables.hidden_variables({}, lambda *_given: True)) == []
    assert host_variables.texts_written({}, lambda _name: True) == frozenset()


@pytest.mark.origins
def test_texts_are_those_of_all_hosts_with_these_names_and_not_those_of_a_vault(tmp_path: Path) -> None:
    (tmp_path / "vault.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n61", encoding="utf-8")
    of_vault = host_variables.Origin(path=str(tmp_path / "vault.yml")).tag("hidden")
    written = {
        "a": {"user": "svc", "port": 5986, "days": {"deep": ["x", 3]}},
        "b": {"user": of_vault, "days": True},
        "c": AnsibleError("another vault"),
    }
    variables = {"hostvars": HostVars(written), "groups": {"all": ["a", "b", "c"]}}
    assert host_variables.texts_written(variables, lambda name: name != "port") == {"svc", "x", "3"}


@pytest.mark.parametrize(
    ("pattern", "hosts"),
    [
        ("ward", ["a", "b"]),
        ("all:!ward", ["c"]),
        ("c,a", ["c", "a"]),
        (["ward", "!a"], ["b"]),
        (7, []),
        ("~(", []),
    ],
    ids=str,
)
def test_pattern_names_hosts_of_the_inventory(pattern: Any, hosts: list[str]) -> None:
    assert hosts_matching({"groups": {"all": ["a", "b", "c"], "ward": ["a", "b"]}}, pattern) == hosts
