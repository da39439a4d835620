# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A target that is misspelt, missing or of the other command is refused before anything starts, with the names that there are."""

from __future__ import annotations

import argparse

import pytest

from contract.kit_remote import controller_targets, windows_targets
from lab.ansible_test import check_targets


@pytest.mark.parametrize(
    ("asked", "windows", "named"),
    [
        ([], True, windows_targets()),
        ([], False, controller_targets()),
        (["certificate", "certificat"], True, ["certificat", *windows_targets()]),
        (["certificate"], False, ["certificate", "windows-integration"]),
        (["bundle_info"], True, ["bundle_info", "make integration"]),
    ],
)
def test_what_is_no_target_is_refused(
    asked: list[str], windows: bool, named: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        check_targets(argparse.ArgumentParser(), asked, windows=windows)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert [name for name in named if name not in said] == []


def test_targets_that_are_there_are_taken() -> None:
    check_targets(argparse.ArgumentParser(), windows_targets(), windows=True)
    check_targets(argparse.ArgumentParser(), controller_targets(), windows=False)
