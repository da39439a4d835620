# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of ``workstation_info`` reaches what it is for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import Logging
from unit.plugins.action.effects import Effect, Scene, check
from unit.plugins.plugin_utils.enrolment import JEANNE


def logged(scene: Scene) -> None:
    found = scene.workstation.found
    scene.workstation.found = replace(found, logging=Logging(script_block=True, module=False, transcription=False))


def of(subject: str, fact: str) -> Any:
    return lambda scene: [each[fact] for each in scene.result["findings"] if each["subject"] == subject]


EFFECTS = [
    Effect("holders", [JEANNE["user"]], of("holder", "account"), [], [JEANNE["user"]]),
    Effect("allow_logged_secrets", True, of("logging", "severity"), ["error"], ["warning"], scene=logged),
]


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.option)
def test_an_option_reaches_what_it_is_for(effect: Effect, tmp_path: Path) -> None:
    check("workstation_info", {}, effect, tmp_path)
