# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The right computer: which names are right, what is refused, and when a task warns."""

from __future__ import annotations

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error, Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.computer import (
    ExpectedComputer,
    connection_address,
    expected_name,
    own_names,
)

NAMES = ("WORKSTATION-RAY", "workstation-rayons-12", "workstation-rayons-12.chu.example")


@pytest.mark.parametrize(
    "name",
    [*NAMES, "workstation-ray", "WORKSTATION-RAYONS-12", "Workstation-Rayons-12.CHU.example"],
)
def test_each_own_name_is_right_in_any_case(name: str) -> None:
    ExpectedComputer(name).refuse_other(NAMES)


@pytest.mark.parametrize(
    "name",
    ["workstation-rayons", "workstation-rayons-1", "workstation-rayons-12.", "chu.example", "", "workstation-ray.chu.example",
     "workstation-rayons-12.autre.example"],
)  # fmt: skip
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        ExpectedComputer(name).refuse_other(NAMES)
    assert refusal.value.problem == Problem("wrong_computer", {"expected": name}, causes=own_names(NAMES))


@pytest.mark.parametrize(
    ("host_names", "warns"),
    [
        (("workstation-rayons-12", "workstation-rayons-12"), False),
        (("WORKSTATION-RAY", ""), False),
        (("workstation-rayons-12.mgmt.example", ""), False),
        (("reception", "workstation-rayons-12.chu.example"), False),
        (("workstation-rayons-12", "gateway.chu.example"), False),
        (("workstation-rayons-12", "10.1.2.3"), False),
        (("10.1.2.3", "10.1.2.3"), False),
        (("fe80::1%3", "[2001:db8::7]"), False),
        (("10.1.2.3", "localhost"), False),
        (("", ""), False),
        (("pc-comptabilite", "pc-comptabilite"), True),
        (("reception", "10.1.2.3"), True),
        (("reception", "LOCALHOST"), True),
        (("workstation-rayons-1", "workstation"), True),
    ],
)
def test_it_warns_when_no_name_of_the_inventory_fits(host_names: tuple[str, ...], warns: bool) -> None:
    doubt = ExpectedComputer(None, host_names).doubt(NAMES)
    assert (doubt is not None) == warns
    assert ExpectedComputer("pc-comptabilite", host_names).doubt(NAMES) is None


def test_the_warning_names_both_sides_and_no_address() -> None:
    doubt = ExpectedComputer(None, ("reception", "10.1.2.3")).doubt(NAMES)
    assert doubt == Problem("other_name", {"hosts": ("reception",)}, causes=own_names(NAMES))


@pytest.mark.parametrize(
    "given", ["", "  ", ".", "10.1.2.3", "::1", "localhost", True, "PC-7, PC-8", "['PC-7']", "PC 7", r"CHU\PC-7"]
)
def test_what_is_no_name_is_refused(given: object) -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        expected_name(given)
    known = Problem("bad_arguments.computer_is_no_name", {"given": str(given)}, "computer")
    assert refusal.value.problem == (
        known if given != "" else Problem("bad_arguments.computer_is_empty", {}, "computer")
    )


@pytest.mark.parametrize(("given", "kind"), [(["PC-7"], "list"), ([], "list"), ({"name": "PC-7"}, "mapping")])
def test_several_names_are_refused_with_what_they_are(given: object, kind: str) -> None:
    with pytest.raises(Pkcs12Error) as refusal:
        expected_name(given)
    assert refusal.value.problem == Problem(f"bad_arguments.computer_is_a_{kind}", {}, "computer")


def test_a_name_is_taken_without_what_does_not_belong_to_it() -> None:
    assert [expected_name(given) for given in (None, " PC-7 ", "pc-7.chu.example.", 4711, "pc_7")] == [
        None,
        "PC-7",
        "pc-7.chu.example",
        "4711",
        "pc_7",
    ]


@pytest.mark.parametrize(
    ("options", "address"), [({"remote_addr": "pc-7"}, "pc-7"), ({"host": "pc-8"}, "pc-8"), ({}, "")]
)
def test_the_address_is_the_one_that_the_connection_uses(options: dict[str, str], address: str) -> None:
    assert connection_address(options.__getitem__) == address


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("PC-7",), {"PC-7": "netbios"}),
        (("PC-7", "pc-7", "pc-7"), {"PC-7": "netbios_host"}),
        (("PC-7", "pc-7", "pc-7.x"), {"PC-7": "netbios_host", "pc-7.x": "full"}),
        ((), {}),
        (NAMES, dict(zip(NAMES, ("netbios", "host", "full"), strict=True))),
    ],
)
def test_names_are_told_once_with_what_they_are(names: tuple[str, ...], told: dict[str, str]) -> None:
    assert own_names(names) == tuple(Problem(f"computer_name.{kind}", {"name": name}) for name, kind in told.items())
