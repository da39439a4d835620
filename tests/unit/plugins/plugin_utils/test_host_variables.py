# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of hosts as plain values, whatever Ansible makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import host_variables
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action.host_variables import untag, variables_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import CollectionError
from unit.plugins.plugin_utils.lazy_variables import Lazy


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


def test_text_of_a_vault_is_text() -> None:
    found = untag({"authorisation": Vaulted("T1"), "raw": b"\x00"})
    assert found == {"authorisation": "T1", "raw": b"\x00"}
    assert isinstance(found["authorisation"], str)


def given(**hosts: Lazy) -> dict[str, Any]:
    return {"hostvars": hosts, "groups": {"all": ["b", "a"]}}


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
    assert isinstance(refusal, CollectionError)
    why = "it stays {{ nobody }}" if "{{" in str(unreadable) else "Decryption failed (no vault secrets were found)"
    assert str(refusal) == (
        f"Ansible cannot read pkcs12_holders of a: {why}. Correct the variable, or give the password of its vault."
    )
    assert (mine["zone"], mine["ansible_facts"]) == ("UTC", {"cn": "{{ x }}"})
    assert others == {"pkcs12_holders": ["x"]}


def test_braces_are_text_where_ansible_refuses_what_is_undefined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_variables, "KEEPS_TEMPLATES", False)
    ((_host, found),) = variables_of(given(a=Lazy(pkcs12_holders="{{ x }}")), ["a"], ("pkcs12_holders",))
    assert found == {"pkcs12_holders": "{{ x }}"}


def test_host_that_the_inventory_lacks_is_refused() -> None:
    with pytest.raises(CollectionError, match="The inventory has no host c") as refused:
        list(variables_of(given(a=Lazy()), ["a", "c"], ()))
    assert refused.value.code == "unknown_host"
