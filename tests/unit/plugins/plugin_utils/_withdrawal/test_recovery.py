# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an earlier run was told stops the next one, and a bundle under a former name is found without a request."""

from __future__ import annotations

import json
import shutil
import ssl
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal import destination, recovery, withdraw
from lab import registration_pages as pages
from lab.authority import IssuedBundle
from unit.plugins.plugin_utils.withdrawal_site import CODE, Site, end_of, told

UTC = "2026-11-25T12:00:00Z"
RENAMED = "Jeanne Martin - T123456.p12"


def used(site: Site) -> None:
    site.registration.deliver(site.issued, CODE, instead=pages.page("<p>Ce lien a déjà été utilisé."))


def with_wrong_code(site: Site) -> None:
    site.registration.deliver(site.issued, "another code")


@pytest.mark.parametrize(("scene", "code"), [(used, "link_used"), (with_wrong_code, "code_wrong")])
def test_what_a_run_was_told_is_not_asked_again(site: Site, scene: object, code: str) -> None:
    assert callable(scene)
    scene(site)
    first = site.run()
    assert end_of(first)[:2] == (code, code) and first["requests"] > 0
    site.registration.deliver(site.issued, CODE)
    for check_mode in (True, False, False):
        again = site.run(check_mode=check_mode)
        assert end_of(again) == (code, code, False, 0)
        assert told(again) == {f"{code}.earlier_run": {"when": UTC}}
    assert site.registration.sent == []
    assert end_of(site.run(check_mode=True, retry=["T123456"])) == (None, "new", True, 0)
    assert end_of(site.run(retry=["T123456"])) == (None, "collected", True, 3)
    assert end_of(site.run()) == (None, "collected", False, 0)


def test_a_retry_that_learns_nothing_does_not_forget_what_was_told(site: Site) -> None:
    with_wrong_code(site)
    site.run()
    site.registration.deliver(site.issued, CODE, instead=pages.maintenance())
    assert end_of(site.run(retry=["T123456"]))[0] == "maintenance"
    assert end_of(site.run(retry=["T123456"], ca_path=str(site.folder / "none.pem")))[0] == "tls"
    assert end_of(site.run()) == ("code_wrong", "code_wrong", False, 0)


def test_a_record_has_what_the_last_run_learned(site: Site) -> None:
    again = {"retry": ["T123456"]}
    site.registration.deliver(site.issued, CODE, instead=pages.maintenance())
    assert site.run()["state"] == site.record()["state"] == "failed"
    for scene, state in ((with_wrong_code, "code_wrong"), (used, "link_used"), (with_wrong_code, "code_wrong")):
        scene(site)
        assert site.run(**again)["state"] == site.record()["state"] == state


def test_a_renamed_person_does_not_reopen_a_link_that_was_told(site: Site) -> None:
    with_wrong_code(site)
    site.run()
    again = site.run(dest=str(site.folder / RENAMED))
    assert end_of(again) == ("code_wrong", "code_wrong", False, 0)
    site.registration.deliver(site.issued, CODE)
    assert end_of(site.run(dest=str(site.folder / RENAMED), retry=["T123456"])) == (None, "collected", True, 3)


def test_a_whole_download_under_a_former_name_is_taken_without_its_reserve(site: Site) -> None:
    site.run()
    data = site.dest.read_bytes()
    site.dest.unlink()
    site.dest.with_name(f"{site.dest.name}.part").write_bytes(data + bytes(5000))
    assert end_of(site.run(dest=str(site.folder / RENAMED))) == (None, "collected", True, 0)
    assert (site.folder / RENAMED).read_bytes() == data


def test_a_file_of_another_account_is_not_taken_under_a_former_name(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.run()
    monkeypatch.setattr(destination, "is_own_file", lambda path: path.exists() and path != site.dest)
    assert end_of(site.run(dest=str(site.folder / RENAMED)))[:2] == ("link_used", "link_used")
    assert site.names() == [site.dest.name]


def test_a_new_name_that_the_certificate_does_not_have_needs_a_decision(site: Site) -> None:
    """The number alone does not say that the inventory has renamed the person and not exchanged two numbers."""
    site.run()
    there = {"dest": str(site.folder / RENAMED), "authorisation": "T123456"}
    assert site.run(name="Jeanne Martin", **there)["error"]["code"] == "former_dest"
    assert not (site.folder / RENAMED).exists()
    assert end_of(site.run(name="Jeanne Martin", name_check="off", **there)) == (None, "collected", True, 0)


@pytest.mark.parametrize("name", ["Jeanne Dupont - T123456.p12", RENAMED])
def test_a_retry_does_not_ask_again_for_a_bundle_that_was_collected(site: Site, name: str) -> None:
    """The issuer gives a bundle once, so the file has to be brought back. The former name of a renamed person makes no difference."""
    dest = str(site.folder / "Jeanne Dupont - T123456.p12")
    assert end_of(site.run(dest=dest))[1] == "collected"
    (site.folder / "Jeanne Dupont - T123456.p12").unlink()
    again = site.run(dest=str(site.folder / name), retry=["T123456"])
    assert (again["error"]["code"], again["requests"]) == ("link_used", 0)


@pytest.mark.parametrize("scene", [used, with_wrong_code])
def test_a_run_that_got_nothing_is_not_named_as_who_used_the_link(site: Site, scene: object) -> None:
    assert callable(scene)
    scene(site)
    site.run(variables={"awx_job_id": 33})
    used(site)
    assert "begun.job" not in told(site.run(retry=["T123456"], variables={"awx_job_id": 34}))


def test_a_run_without_a_connection_is_not_named_as_who_used_the_link(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise ssl.SSLError(1, "no trust")

    with monkeypatch.context() as patches:
        patches.setattr(site.registration, "answer", broken)
        assert end_of(site.run(variables={"awx_job_id": 33}))[0] == "tls"
    used(site)
    assert "begun.job" not in told(site.run(variables={"awx_job_id": 34}))


def test_the_run_that_may_have_got_the_bundle_is_named_also_after_one_that_did_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_given: object) -> None:
        raise KeyboardInterrupt

    with_wrong_code(site)
    site.run(variables={"awx_job_id": 32})
    with monkeypatch.context() as patches:
        patches.setattr(withdraw.Download, "fetch", killed)
        with pytest.raises(KeyboardInterrupt):
            site.run(retry=["T123456"], variables={"awx_job_id": 33})
    used(site)
    for job in (34, 35):
        again = told(site.run(retry=["T123456"], variables={"awx_job_id": job}))
        assert again["begun.job"] == {"job": "33", "utc": UTC}


def test_a_bundle_that_is_there_needs_no_authorities(site: Site) -> None:
    missing = str(site.folder / "none.pem")
    for check_mode in (True, False):
        assert end_of(site.run(check_mode=check_mode, ca_path=missing))[0] == "tls"
    site.run()
    for check_mode in (True, False):
        assert end_of(site.run(check_mode=check_mode, ca_path=missing)) == (None, "collected", False, 0)


def records(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.endswith(".json"))


@pytest.mark.parametrize("has_record", [False, True])
def test_the_bundle_of_a_renamed_person_gets_the_new_name(site: Site, has_record: bool) -> None:
    evidence = site.folder / "evidence"
    site.run(evidence_path=str(evidence))
    sent = len(site.registration.sent)
    new = site.folder / RENAMED
    if has_record:  # an earlier run asked with the new name
        record = site.record() | {"state": "link_used", "sha256": None}
        (site.folder / f".{RENAMED}.withdrawal.json").write_text(json.dumps(record), encoding="utf-8")
    assert end_of(site.run(check_mode=True, dest=str(new))) == (None, "new", True, 0)
    assert site.dest.exists()
    assert end_of(site.run(dest=str(new), evidence_path=str(evidence))) == (None, "collected", True, 0)
    assert (site.names(), records(site.folder)) == ([RENAMED, "evidence"], [f".{RENAMED}.withdrawal.json"])
    assert end_of(site.run(dest=str(new))) == (None, "collected", False, 0)
    assert (new.read_bytes(), len(site.registration.sent)) == (site.issued.data, sent)
    assert evidence.read_text(encoding="utf-8").count("\n") == 1


def test_a_run_that_is_ended_while_it_renames_is_taken_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_given: object) -> None:
        raise KeyboardInterrupt

    site.run()
    new = str(site.folder / RENAMED)
    with monkeypatch.context() as patches:
        patches.setattr(recovery, "move", killed)
        with pytest.raises(KeyboardInterrupt):
            site.run(dest=new)
    assert end_of(site.run(dest=new)) == (None, "collected", True, 0)
    assert site.names() == [RENAMED]


def test_a_rejected_file_under_a_former_name_is_found(site: Site) -> None:
    site.run(authorisation="T999999")
    assert site.names() == [f"{site.dest.name}.rejected"]
    new = str(site.folder / RENAMED)
    for check_mode in (True, False):
        refused = site.run(check_mode=check_mode, dest=new, authorisation="T999999")
        assert end_of(refused) == ("former_dest", "refused", False, 0)
        rejected = str(site.folder / f"{site.dest.name}.rejected")
        assert told(refused)["former_dest"] == {"path": rejected, "name": RENAMED}
    assert end_of(site.run(dest=new)) == (None, "collected", True, 0)
    assert site.names() == [RENAMED]


def test_a_bundle_under_a_former_name_that_does_not_open_stays(site: Site, other: IssuedBundle) -> None:
    site.registration.deliver(other, CODE)
    site.run()
    new = str(site.folder / RENAMED)
    refused = site.run(dest=new)
    assert (end_of(refused), site.names()) == (("former_dest", "refused", False, 0), [site.dest.name])
    assert end_of(site.run(dest=new, passphrase=other.passphrase)) == (None, "collected", True, 0)


@pytest.mark.parametrize("name", ["0 wrong one.p12", "z wrong one.p12"])
def test_a_file_that_is_refused_does_not_hide_the_good_one_under_another_former_name(
    site: Site, other: IssuedBundle, name: str
) -> None:
    site.run()
    record = site.folder / f".{site.dest.name}.withdrawal.json"
    shutil.copy(record, site.folder / f".{name}.withdrawal.json")
    (site.folder / name).write_bytes(other.data)
    new = str(site.folder / RENAMED)
    assert end_of(site.run(check_mode=True, dest=new)) == (None, "new", True, 0)
    assert end_of(site.run(dest=new)) == (None, "collected", True, 0)
    assert site.names() == sorted([RENAMED, name])
    assert (site.folder / RENAMED).read_bytes() == site.issued.data


def test_the_file_of_another_link_keeps_its_name(site: Site, other: IssuedBundle) -> None:
    site.run()
    new = site.folder / "next delivery.p12"
    site.registration.deliver(other, CODE)
    record = site.record() | {"link": "0" * 64}
    (site.folder / f".{site.dest.name}.withdrawal.json").write_text(json.dumps(record), encoding="utf-8")
    assert end_of(site.run(dest=str(new)))[0] == "wrong_passphrase"
    assert (site.dest.read_bytes(), new.read_bytes()) == (site.issued.data, other.data)


@pytest.mark.parametrize("given", [{"T123456": "x"}, [["x"]], True])
def test_what_is_no_passphrase_is_refused(site: Site, given: object) -> None:
    assert end_of(site.run(passphrase=given)) == ("bad_arguments", "new", False, 0)
