# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of a real AWX, run against the small one: new, in use, and with faults that they have to tell without a secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from awx import scenarios
from awx.applied import Applied
from awx.fake import FakeAwx
from awx.fake_jobs import ADMIN
from awx.fake_store import SECRETS, Store
from awx.site import PREFIX, Site, adapted
from awx.test_awx import AUDIT
from awx.test_logic import DUE, SETTLED, found, hosts
from consistency.tree import ROOT


@dataclass(frozen=True)
class ByTester:
    """The environment of somebody who has an AWX for tests."""

    variables: dict[str, str]

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        """The tests of a real AWX. What the environment of this process has of another AWX is left out."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        tests = str(Path(__file__).with_name("test_awx.py"))
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, tests],
            env={**own, **{f"{PREFIX}{name}": value for name, value in self.variables.items()}},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


PASSWORD = "of-the-lab-7316"


@pytest.fixture
def tester(fake: FakeAwx, tmp_path: Path) -> ByTester:
    """The workstations of this AWX want a password."""
    fake.store.hosts, fake.store.wanted = hosts(), PASSWORD
    inputs = tmp_path / "inputs.json"
    inputs.write_text(json.dumps({"Workstations (WinRM)": {"password": PASSWORD}}), encoding="utf-8")
    given = {"URL": fake.url, "TOKEN": ADMIN, "PROJECT": "https://git.test/p", "IMAGE": "ee:1"}
    return ByTester({**given, "CREDENTIALS": str(inputs)})


def test_the_tests_of_a_real_awx_pass_with_a_fresh_small_one(fake: FakeAwx, tester: ByTester) -> None:
    """They are left out where there is no AWX, and would otherwise never have run."""
    tests = tester.run()
    assert (tests.returncode, "7 passed" in tests.stdout) == (0, True), tests.stdout
    assert fake.store.objects["users"] == []  # the tests remove the users that they made


def test_the_tests_of_a_real_awx_pass_with_one_in_use(fake: FakeAwx, there: Site, tester: ByTester) -> None:
    """Somebody has brought the configuration of the example to it, enabled schedules and run jobs, and a run of the tests was killed."""
    full = adapted(Site(there.api, "https://git.test/old", "ee:0", "kubernetes", {}))
    assert Applied(there.api, change=True).run(full)
    assert fake.store.objects["credential_input_sources"], "the vault of the example has the passwords"
    fake.store.hosts["ws-gone"] = {"facts": {}, "due": True}
    fake.store.wanted = None
    scenarios.run(there.api, "PKCS12 audit", **AUDIT)
    assert set(scenarios.with_facts(there.api, "Workstations")) == {DUE, SETTLED, "ws-gone"}
    fake.store.wanted = PASSWORD
    del fake.store.hosts["ws-gone"]
    found(fake, "schedules", "PKCS12 audit every day")["enabled"] = True
    scenarios.member(there.api, "PKCS12 operators", "pkcs12-test-officer", "of an earlier run")
    support = fake.store.add("teams", {"name": "Support"})
    campaign = found(fake, "workflow_job_templates", "PKCS12 renewal with approval")
    role = campaign["summary_fields"]["object_roles"]["approval_role"]["id"]
    there.api.post(f"roles/{role}/teams/", {"id": support["id"]})
    tests = tester.run()
    assert (tests.returncode, "7 passed" in tests.stdout) == (0, True), tests.stdout
    assert fake.store.objects["users"] == []


@pytest.mark.parametrize("fault", ["refuses", "silent", "other"])
def test_a_failed_test_shows_no_secret(
    fake: FakeAwx, tester: ByTester, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWX refuses what is sent, or does not answer, or something is not as a test expects it."""

    def enabled(store: Store, endpoint: str, fields: dict[str, Any]) -> dict[str, Any]:
        return add(store, endpoint, {**fields, **({"enabled": True} if endpoint == "schedules" else {})})

    add = Store.add
    if fault == "refuses":
        fake.store.playbooks = set()
    elif fault == "silent":
        tester.variables["URL"] = "http://127.0.0.1:1"
    else:
        monkeypatch.setattr(Store, "add", enabled)
        fake.store.wanted = "another password"
    tests = tester.run("--showlocals", "-vvv", "--tb=long")
    assert tests.returncode == 1, tests.stdout
    made = [each["inputs"] for each in fake.store.objects.get("credentials", ())]
    secrets = {ADMIN, PASSWORD} | {inputs[name] for inputs in made for name in SECRETS & set(inputs)}
    assert [secret for secret in secrets if secret in tests.stdout + tests.stderr] == []
