# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exchange on a Windows that is as bad as it may be.

A store keeps old links, a key does not go, a store or a mutex is closed, a logon cannot keep keys.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import pytest

from drivers.drivers_on_linux import Case, Said, run_driver
from drivers.session import Session

pytestmark = pytest.mark.powershell
OWNER = "$registry::Profile('S-1-5-21-1', 'C:\\Users\\mdurand'); "
JEANNE = "jeanne"


def put(name: str = JEANNE, container: str = "old", more: str = "$false, $null", store: str = "My") -> str:
    """A certificate, with the key of its name in the container."""
    return f"$store::Put('{store}', '{name}', '{container}', {more}); $keys['{container}'] = '{name}'; "


def asked(*steps: Mapping[str, Any], before: str = "", owner: str = "S-1-5-21-1") -> Case:
    numbered = [{"id": str(number), **step} for number, step in enumerate(steps)]
    return Case({"protocol": 1, "owner_sid": owner, "observed": "now", "steps": numbered}, OWNER + before)


def step(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "step": kind,
        "thumbprint": hashlib.sha1(JEANNE.encode(), usedforsecurity=False).hexdigest().upper(),
        **more,
    }


def bundle() -> dict[str, Any]:
    """The step that imports a bundle."""
    data = base64.b64encode(JEANNE.encode()).decode()
    return step("import", bundle=data, passphrase="one", exportable=False)


def fails(*events: str) -> str:
    return f"$windows::Failing = {', '.join(map(repr, events))}; "


def closed(place: str) -> str:
    return f"$windows::Closed = , '{place}'; "


DELETE, ARCHIVE, REMOVE = step("retire", method="delete"), step("retire", method="archive"), step("remove")
NOTHING = step("prove", nonce="AAAA")
DEAD_KEY = f"$store::Put('My', '{JEANNE}', 'old', $false, 'Mes soins'); "
NO_KEY_YET = "$store::Put('My', 'jeanne', $null, $false, $null); "
NO_DPAPI = 0x80090345
PROFILES = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\S-1-5-21-1"
POLICIES = r"SOFTWARE\Policies\Microsoft\Cryptography"
NETWORK, INTERACTIVE, BATCH = "S-1-5-2", "S-1-5-4", "S-1-5-3"


def logon(
    fault: str = "", group: str = INTERACTIVE, *, temporary: bool = False, policy: int = 0, dpapi: bool = True
) -> str:
    """What ``GetFault`` says of its token, of which group it is, and what else is wrong."""
    return (
        f"$windows::Fault = '{fault}'; $windows::Groups = 'S-1-1-0', '{group}'; $windows::Dpapi = ${dpapi}; "
        f"[void] $registry::LocalMachine.Make('{PROFILES}').Set('State', {0x800 * temporary}); "
        f"[void] $registry::LocalMachine.Make('{POLICIES}').Set('ForceKeyProtection', {policy}); "
    )


LOGONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "fit": (logon(), {}),
    **{
        fault: (logon(fault, temporary=True, policy=2, dpapi=False), {"code": "unfit_token", "token": fault})
        for fault in ("app_container", "integrity", "restricted", "service")
    },
    "a batch logon of a temporary profile": (
        logon("batch", temporary=True, policy=2, dpapi=False),
        {"code": "temporary_profile"},
    ),
    "a batch logon under a policy": (logon("batch", policy=2, dpapi=False), {"code": "force_key_protection"}),
    "S4U": (logon("batch", BATCH, dpapi=False), {"code": "unfit_token", "hresult": NO_DPAPI, "token": "batch"}),
    "a task with a stored password": (logon("batch", BATCH), {}),
    "over the network": (logon(group=NETWORK, dpapi=False), {"code": "no_dpapi", "hresult": NO_DPAPI}),
    "at the desk": (logon(dpapi=False), {"code": "dpapi_broken", "hresult": NO_DPAPI}),
    "without a profile": (
        f"$registry::LocalMachine.OpenSubKey('{PROFILES[:-11]}').Remove('{PROFILES[-10:]}'); ",
        {"code": "temporary_profile"},
    ),
}
"""With what the driver says. Wine has one logon, whose token is fit."""
NO_APP_DATA = "$env:XDG_CONFIG_HOME = [IO.Directory]::CreateDirectory(\"$PWD/$('x' * 250)\").FullName; "
"""The store in it has a name that is too long for Linux. For the last case: it stays so."""

CASES = {
    "new": asked(bundle()),
    "dead key": asked(bundle(), before=DEAD_KEY),
    "dead key in a store that keeps links": asked(bundle(), before="$windows::KeepsOldLinks = $true; " + DEAD_KEY),
    "archived": asked(bundle(), before=put(more="$true, $null")),
    "archived, undone": asked(bundle(), {**NOTHING, "thumbprint": "0"}, before=put(more="$true, $null")),
    "deleted": asked(DELETE, before=put()),
    "removed": asked(REMOVE, before=put()),
    "key does not go": asked(DELETE, before=put() + fails("delete old")),
    "archived, and its key does not go": asked(REMOVE, before=put(more="$true, $null") + fails("delete old")),
    "other key does not go": asked(DELETE, before=put() + "$keys['other'] = 'jeanne'; " + fails("delete other")),
    "not to be hidden": asked(REMOVE, before=put() + fails("hide")),
    "certificate does not go": asked(REMOVE, before=put() + fails("remove")),
    "archive": asked(ARCHIVE, before=put()),
    "not to be archived": asked(ARCHIVE, before=put() + fails("hide")),
    "request of the same key": asked(DELETE, before=put() + put("jeanne again", "request", store="REQUEST")),
    "request in the container": asked(DELETE, before=put("louis", "old", store="REQUEST") + put()),
    "another store of the registry": asked(DELETE, before=put() + put("jeanne again", "again", store="Others")),
    "directory": asked(DELETE, before=put() + put("jeanne again", "again", store="UserDS") + closed("store UserDS")),
    "requests are closed, deleted": asked(DELETE, before=put() + closed("store REQUEST")),
    "requests are closed, lost key": asked(bundle(), before="$keys['lost'] = 'jeanne'; " + closed("store REQUEST")),
    "lost key": asked(bundle(), before="$keys['lost'] = 'jeanne'; $keys['louis'] = 'louis'; "),
    "hidden": asked(bundle(), before=put("jeanne again", "kept", "$true, $null")),
    "other letters": asked(
        bundle(), before="$keys['kept'] = 'jeanne'; $store::Put('My', 'jeanne again', 'KEPT', $false, $null); "
    ),
    "mutex of another account": asked(ARCHIVE, before=put() + closed("mutex of another account")),
    "no mutex": asked(ARCHIVE, before=put() + closed("no mutex")),
    "mutex in use": asked(ARCHIVE, before=put() + closed("mutex in use")),
    "left mutex": asked(ARCHIVE, before=put() + closed("left mutex")),
    "another owner": asked(ARCHIVE, owner="S-1-5-21-2", before=put() + logon("restricted", temporary=True)),
    **{name: asked(ARCHIVE, before=put() + before) for name, (before, _error) in LOGONS.items()},
    "own folder is not read": asked(ARCHIVE, before=put() + NO_APP_DATA),
}


@pytest.fixture(scope="module")
def said(shell: Session, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Said]:
    return run_driver(shell, "store_exchange", tmp_path_factory.mktemp("exchange"), CASES)


def left(found: Said) -> tuple[list[str], list[str], str | None]:
    """Certificates, containers, why it stopped."""
    return found.my, found.containers, found.code


def changes(found: Said) -> list[str]:
    """Without the mutex."""
    return [
        event
        for event in found.events
        if event.split()[0] not in ("enter", "release", "dispose") and "Global" not in event
    ]


def test_a_store_that_is_not_read_is_not_empty(said: Mapping[str, Said]) -> None:
    found = said["own folder is not read"]
    assert (found.my, found.code, found.answer["before"]) == (["jeanne old"], "unexpected", [])


def test_an_import_counts_on_no_merge_of_properties(said: Mapping[str, Said]) -> None:
    """Windows does not document whose key link counts. What people see keeps its name."""
    assert left(said["new"]) == (["jeanne new"], ["new"], None)
    assert left(said["dead key"]) == (["jeanne new Mes soins"], ["new"], None)
    refused = said["dead key in a store that keeps links"]
    assert left(refused) == (["jeanne old Mes soins"], [], "import_failed")
    assert refused.outcomes == ["import failed", "import undone"]


def test_an_import_shows_an_archived_certificate_and_hides_it_again_when_undone(said: Mapping[str, Said]) -> None:
    assert left(said["archived"]) == (["jeanne old"], ["old"], None)
    assert left(said["archived, undone"]) == (["jeanne old hidden"], ["old"], "no_certificate")


def test_a_certificate_is_hidden_before_its_key_goes(said: Mapping[str, Said]) -> None:
    for name in ("deleted", "removed"):
        assert left(said[name]) == ([], [], None)
        assert changes(said[name]) == ["hide jeanne", "delete old", "remove jeanne"]
    assert left(said["not to be hidden"]) == ([], [], None)
    assert left(said["certificate does not go"])[:2] == (["jeanne old hidden"], [])


def test_it_is_shown_again_only_with_its_key(said: Mapping[str, Said]) -> None:
    assert left(said["key does not go"])[:2] == (["jeanne old"], ["old"])
    assert left(said["archived, and its key does not go"])[:2] == (["jeanne old hidden"], ["old"])
    assert left(said["other key does not go"])[:2] == (["jeanne old hidden"], ["other"])


def test_archiving_is_done_or_fails(said: Mapping[str, Said]) -> None:
    assert left(said["archive"]) == (["jeanne old hidden"], ["old"], None)
    assert left(said["not to be archived"]) == (["jeanne old"], ["old"], "retire_failed")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("request of the same key", "shared_public_key"),
        ("request in the container", "shared_container"),
        ("another store of the registry", "shared_public_key"),
        ("directory", None),
    ],
)
def test_a_key_that_another_certificate_needs_stays(said: Mapping[str, Said], name: str, reason: str | None) -> None:
    """In whichever store, but for the directory, which nobody asks."""
    (entry,) = said[name].answer["journal"]
    assert entry["kept_because"] == reason
    assert ("old" in said[name].containers) == (reason is not None)


def test_while_a_store_does_not_open_no_key_goes(said: Mapping[str, Said]) -> None:
    assert left(said["requests are closed, deleted"]) == (["jeanne old"], ["old"], "retire_failed")
    assert left(said["requests are closed, lost key"]) == (["jeanne new"], ["lost", "new"], None)
    assert left(said["lost key"]) == (["jeanne new"], ["louis", "new"], None)


def test_a_key_that_a_certificate_links_to_is_not_lost(said: Mapping[str, Said]) -> None:
    """Hidden or not, in whichever letters the link is."""
    for name in ("hidden", "other letters"):
        assert said[name].containers == ["kept", "new"], name


ACCESS_DENIED, NO_SUCH_MUTEX = 0x80070005, 0x8013152C


@pytest.mark.parametrize(
    ("name", "hresult"),
    [("mutex of another account", ACCESS_DENIED), ("no mutex", NO_SUCH_MUTEX), ("mutex in use", None)],
)
def test_a_mutex_that_is_not_to_be_had_is_busy(said: Mapping[str, Said], name: str, hresult: int | None) -> None:
    error = said[name].answer["error"]
    assert (error["code"], error["hresult"]) == ("busy", hresult)
    assert changes(said[name]) == []
    assert "release" not in said[name].events


def test_the_mutex_of_one_that_died_is_taken(said: Mapping[str, Said]) -> None:
    assert left(said["left mutex"]) == (["jeanne old hidden"], ["old"], None)


def test_whatever_is_written_is_written_under_the_owners_mutex(said: Mapping[str, Said]) -> None:
    taken = [name for name, found in said.items() if "enter" in found.events]
    assert len(taken) > len(CASES) / 2
    for name in taken:
        events = said[name].events
        assert events[:2] == [r"name Global\hospital_it.pkcs12.S-1-5-21-1", "enter"], name
        assert events[-2:] == ["release", "dispose"] or name == "mutex in use", name


@pytest.mark.parametrize("name", [*(name for name, (_before, error) in LOGONS.items() if error), "another owner"])
def test_who_cannot_keep_a_key_changes_nothing_and_is_told_why(said: Mapping[str, Said], name: str) -> None:
    expected = LOGONS[name][1] if name in LOGONS else {"code": "wrong_owner", "second_account": False}
    assert {key: value for key, value in said[name].answer["error"].items() if value is not None} == {
        "step": "guard",
        **expected,
    }
    assert said[name].events == []


@pytest.mark.parametrize("name", [name for name, (_before, error) in LOGONS.items() if not error])
def test_who_can_keep_a_key_goes_on(said: Mapping[str, Said], name: str) -> None:
    assert left(said[name]) == (["jeanne old hidden"], ["old"], None)
