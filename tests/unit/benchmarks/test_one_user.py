# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workstation with one user drops become from Ansible's manifest, and nothing else."""

from __future__ import annotations

import json

import pytest

from benchmarks.one_user import without_become

SINCE_2_19 = [{"name": "become_wrapper.ps1", "params": {"BecomeUser": "CHU\\a"}}, {"name": "module_wrapper.ps1"}]
BEFORE_2_19 = ["become_wrapper", "module_powershell_wrapper"]


def stdin(actions: object) -> bytes:
    return (
        b"exec\n\0\0\0\0\n" + json.dumps({"actions": actions, "module_args": {"a": "b"}}).encode() + b"\n\0\0\0\0\nrest"
    )


@pytest.mark.parametrize("actions", [SINCE_2_19, BEFORE_2_19], ids=["since 2.19", "before 2.19"])
def test_become_is_dropped_and_the_lines_stay(actions: list[object]) -> None:
    assert without_become(stdin(actions)) == stdin(actions[1:])


@pytest.mark.parametrize(
    "data",
    [
        stdin(SINCE_2_19[1:]),
        stdin(BEFORE_2_19[1:]),
        b"",
        b"a file in base64\n",
        b"exec\0\0\0\0not json",
        b"exec\0\0\0\0[1]",
    ],
)
def test_everything_else_stays_as_it_is(data: bytes) -> None:
    assert without_become(data) == data
