# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of a role reaches its option of the module. The modules only record what they are given."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from consistency.test_role_specs import ROLES, spec
from consistency.tree import action_options
from lab.ansible_playbook import ansible_playbook
from lab.playbook import ROOT

Json = dict[str, Any]

STUB = """
from __future__ import annotations
import json, os
from pathlib import Path
from ansible.plugins.action import ActionBase

def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int)) else str(value)

class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    def run(self, tmp=None, task_vars=None):
        with Path(os.environ["RECORDED"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps([task_vars["role_name"], plain(self._task.args)]) + "\\n")
        facts = {"pkcs12": {"certificates": [], "unread": [], "holders": []}}
        return {"changed": False, "holders": [], "failed_holders": [], "ansible_facts": facts, "msg": "recorded"}
"""
HOLDERS = [{"name": "Jeanne Dupont", "authorisation": "T1", "user": "CHU\\jdupont", "absent_until": "2027-01-01"}]


def same(**options: Any) -> dict[str, tuple[Any, Json]]:
    """Variables whose options have their names, by the option."""
    return {option: (value, {option: value}) for option, value in options.items()}


SHARED = same(
    holders=HOLDERS,
    computer="WS-RAD-01",
    holder_passwords={"CHU\\jdupont": "windows"},
    time_zone="Europe/Paris",
    authorisation_anniversary="2027-03-01",
    evidence_path="/evidence",
    authorisation_pattern="- (T\\d+)$",
    issuer="CN=AC",
    max_certificates=5,
    delete_encryption_keys=True,
)
PRESENT = SHARED | same(
    passphrases={"T1": ["new", "old"]},
    bundle_folder="/bundles",
    bundle_pattern="{authorisation}.p12",
    friendly_name="{name}",
    name_check="strict",
    exportable=True,
    chain=False,
    prove="always",
    retire="archive",
    allow_downgrade=True,
    renew_before_days=50,
    deferred_fails_within_days=3,
)


def of_role(role: str, rows: Mapping[str, tuple[Any, Json]]) -> dict[str, tuple[Any, Json]]:
    return {f"{role}_{name}": row for name, row in rows.items()}


PORTAL = "https://portal.example/login"
WITH_PORTAL = {"require_portal": (True, {"portal_url": PORTAL})} | same(portal_url=PORTAL)
ENROL = of_role("enrol", PRESENT | WITH_PORTAL | same(fail_when_deferred=True))
RENEW = of_role(
    "renew", PRESENT | WITH_PORTAL | same(fail_when_deferred=False) | {"now": (True, {"install": "newest"})}
)
RENEW["renew_before_days"] = RENEW.pop("renew_renew_before_days")
RETIRE = of_role(
    "retire",
    SHARED
    | same(
        authorisations=["T1", "T2"], expired_for_days=9, offline=True, renew_before_days=50, fail_when_deferred=False
    )
    | same(everyone=True)
    | {"method": ("archive", {"retire": "archive"})},
)
RETIRE["delete_encryption_keys"] = RETIRE.pop("retire_retire_encryption_keys")
AUDIT = of_role(
    "audit",
    same(
        holders=HOLDERS,
        computer="WS-RAD-01",
        issuer="CN=AC",
        subject="Jeanne",
        authorisation_pattern="- (T\\d+)$",
        eku=["clientAuth"],
        include_archived=True,
        include_unrelated=True,
        only_holders=True,
        prove=True,
        renew_before_days=50,
        time_zone="Europe/Paris",
        authorisation_anniversary="2027-03-01",
        fail_on_unreachable=True,
    ),
)
TABLE: Mapping[str, Mapping[str, tuple[Any, Json]]] = {
    "enrol": ENROL,
    "renew": RENEW,
    "retire": RETIRE,
    "audit": AUDIT,
}
FIXED = {
    "enrol": {"install": "newest"},
    "renew": {"install": "newest"},
    "retire": {"state": "absent", "leavers": []},
    "audit": {"record_audit": True},
}
MODULE = {"audit": "certificate_facts"}
OF_A_REMOVAL = {"state", "authorisations", "leavers", "everyone", "leave_note", "expired_for_days", "offline"}
OF_AN_INSTALLATION = {"install", "deferred_fails_within_days", "portal_url", *PRESENT} - {
    *SHARED,
    "retire",
    "renew_before_days",
}
LEFT_OUT: Mapping[str, set[str]] = {
    "enrol": OF_A_REMOVAL,
    "renew": OF_A_REMOVAL,
    "retire": OF_AN_INSTALLATION | {"leave_note"},
    "audit": set(),
}
"""Options of the module that a role has no use for."""


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection with modules that only record."""
    folder = tmp_path_factory.mktemp("overlay")
    collection = folder / "ansible_collections" / "hospital_it" / "pkcs12"
    for part in ("meta", "roles", "plugins/filter", "plugins/lookup", "plugins/modules", "plugins/plugin_utils"):
        shutil.copytree(ROOT / part, collection / part)
    (collection / "plugins" / "action").mkdir()
    for module in ("holder_certificates", "certificate_facts"):
        (collection / "plugins" / "action" / f"{module}.py").write_text(STUB, encoding="utf-8")
    return folder


def recorded(overlay: Path, *plays: tuple[str, Json]) -> list[tuple[str, Json]]:
    """What the modules were given by these roles with these variables."""
    record, book = overlay / "recorded.jsonl", overlay / "book.yml"
    record.unlink(missing_ok=True)
    content = [
        {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "roles": [f"hospital_it.pkcs12.{role}"],
            "vars": variables,
        }
        for role, variables in plays
    ]
    book.write_text(json.dumps(content), encoding="utf-8")
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(overlay),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        "RECORDED": str(record),
    }
    done = ansible_playbook([str(book)], {**os.environ, **environment}, overlay)
    assert done.returncode == 0, done.stdout + done.stderr
    return [tuple(json.loads(line)) for line in record.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("role", TABLE)
def test_every_variable_of_the_role_has_a_row(role: str) -> None:
    (path,) = [path for path in ROLES if path.name == role]
    assert set(spec(path)) == set(TABLE[role])


@pytest.mark.parametrize("role", TABLE)
def test_every_option_of_the_module_is_wired_or_left_out_on_purpose(role: str) -> None:
    options = set(action_options(ROOT / "plugins" / "action" / f"{MODULE.get(role, 'holder_certificates')}.py"))
    wired = {option for _value, said in TABLE[role].values() for option in said} | set(FIXED[role])
    assert options - wired == LEFT_OUT[role]


@pytest.fixture(scope="module")
def given(overlay: Path) -> Mapping[str, Json]:
    """What each role hands to its module, with every variable set, in one run."""
    plays = [(role, {name: value for name, (value, _said) in rows.items()}) for role, rows in TABLE.items()]
    return dict(recorded(overlay, *plays))


@pytest.mark.parametrize(("role", "name"), [(role, name) for role, rows in TABLE.items() for name in rows])
def test_variable_reaches_its_option(given: Mapping[str, Json], role: str, name: str) -> None:
    _value, said = TABLE[role][name]
    assert {option: given[role].get(option) for option in said} == said


@pytest.mark.parametrize("role", TABLE)
def test_role_hands_on_nothing_else(given: Mapping[str, Json], role: str) -> None:
    said: Json = dict(FIXED[role])
    for _value, options in TABLE[role].values():
        said |= options
    assert given[role] == said


SITE = {
    "pkcs12_holders": (HOLDERS, "holders"),
    "pkcs12_passphrases": ({"T1": "one"}, "passphrases"),
    "pkcs12_holder_passwords": ({"T1": "windows"}, "holder_passwords"),
    "pkcs12_bundle_folder": ("/bundles", "bundle_folder"),
    "pkcs12_bundle_pattern": ("{authorisation}.p12", "bundle_pattern"),
    "pkcs12_friendly_name": ("{name}", "friendly_name"),
    "pkcs12_evidence_path": ("/evidence", "evidence_path"),
    "pkcs12_name_check": ("strict", "name_check"),
    "pkcs12_time_zone": ("Europe/Paris", "time_zone"),
    "pkcs12_authorisation_anniversary": ("2027-03-01", "authorisation_anniversary"),
    "pkcs12_renew_before_days": (50, "renew_before_days"),
}
"""Variables of the site, and the option that each role hands them to."""


def test_variables_of_the_site_are_the_defaults_of_every_role(overlay: Path) -> None:
    variables = {name: value for name, (value, _option) in SITE.items()}
    for role, options in recorded(overlay, *((role, variables) for role in TABLE)):
        taken = {option for _value, given in TABLE[role].values() for option in given}
        wanted = {option: value for value, option in SITE.values() if option in taken}
        assert {option: options.get(option) for option in wanted} == wanted, role


@pytest.mark.parametrize("role", ["enrol", "renew"])
@pytest.mark.parametrize(
    ("required", "url", "handed_over"),
    [(True, PORTAL, PORTAL), ("false", PORTAL, None), (False, PORTAL, None), ("true", None, "")],
)
def test_the_sites_portal_counts_where_it_is_required(
    overlay: Path, role: str, required: bool | str, url: str | None, handed_over: str | None
) -> None:
    """Required without an address, the module gets an empty one, and refuses it."""
    site = {} if url is None else {"pkcs12_portal_url": url}
    ((_role, options),) = recorded(
        overlay, (role, {**site, f"{role}_require_portal": required, f"{role}_holders": HOLDERS})
    )
    assert options.get("portal_url") == handed_over


@pytest.mark.parametrize("leavers", [["T1", " t3 "], "T1, t3"], ids=["list", "text of an extra variable"])
def test_who_has_left_gets_no_certificate(overlay: Path, leavers: object) -> None:
    """A leaver may stay in the inventory until the certificate is removed."""
    people = [{"name": "A", "authorisation": number, "user": f"CHU\\{number}"} for number in ("T1", "T2", "T3")]
    variables = {"pkcs12_holders": people, "pkcs12_leavers": leavers}
    given = dict(recorded(overlay, *((role, variables) for role in ("enrol", "renew", "retire"))))
    numbers = {role: [each["authorisation"] for each in options["holders"]] for role, options in given.items()}
    assert numbers == {"enrol": ["T2"], "renew": ["T2"], "retire": ["T1", "T2", "T3"]}


def test_defaults_are_safe(overlay: Path) -> None:
    plain = {"pkcs12_holders": HOLDERS}
    given = dict(recorded(overlay, *((role, plain) for role in ("enrol", "renew", "retire"))))
    unset = {"bundle_folder", "evidence_path", "authorisation_anniversary", "issuer", "authorisation_pattern"}
    assert not unset & set(given["enrol"])
    assert (given["enrol"]["install"], given["renew"]["install"]) == ("newest", "due")
    assert [given[role]["fail_when_deferred"] for role in given] == [False, True, True]
    assert [given[role]["exportable"] for role in ("enrol", "renew")] == [False, False]
    assert given["retire"]["authorisations"] == []


def test_a_removal_without_numbers_gets_the_leavers_of_the_site(overlay: Path) -> None:
    variables = {"pkcs12_holders": HOLDERS, "pkcs12_leavers": "T1, T2"}
    ((_role, options),) = recorded(overlay, ("retire", variables))
    assert (options["authorisations"], options["leavers"], options["everyone"]) == ([], "T1, T2", False)
