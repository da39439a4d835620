# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a withdrawal: what is at the destination decides whether anything is asked for."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import open_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.durable_files import PartFile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal import task
from lab import registration_pages as pages
from lab.authority import Authority, IssuedBundle
from unit.plugins.plugin_utils.registration import URL
from unit.plugins.plugin_utils.withdrawal_site import CODE, Site, end_of, told


def test_a_bundle_is_withdrawn_once(site: Site) -> None:
    assert end_of(site.run()) == (None, "collected", True, 3)
    assert end_of(site.run()) == (None, "collected", False, 0)
    assert (site.names(), site.dest.read_bytes()) == ([site.dest.name], site.issued.data)
    assert "4711" not in json.dumps(site.record())
    assert URL not in json.dumps(site.record())


def test_check_mode_writes_and_asks_nothing(site: Site) -> None:
    assert end_of(site.run(check_mode=True)) == (None, "new", True, 0)
    assert (list(site.folder.iterdir()), site.registration.sent) == ([], [])
    site.run()
    assert end_of(site.run(check_mode=True)) == (None, "collected", False, 0)
    assert end_of(site.run(check_mode=True, new_passphrase="x"))[2] is True


def test_a_bundle_that_somebody_put_there_is_used(site: Site) -> None:
    site.dest.write_bytes(site.issued.data)
    assert end_of(site.run(evidence_path=str(site.folder / "e"))) == (None, "collected", False, 0)
    assert (site.folder / "e").read_bytes() == b""  # this module has withdrawn nothing


@pytest.mark.parametrize("content", [b"notes", None], ids=["something else", "an older bundle"])
def test_another_file_is_never_overwritten(site: Site, authority: Authority, content: bytes | None) -> None:
    old = content or authority.issue("Jeanne Dupont", "T123456", passphrase="an older code").data
    site.dest.write_bytes(old)
    for check_mode in (True, False):
        assert end_of(site.run(check_mode=check_mode)) == ("dest_taken", "new", False, 0)
    assert (site.dest.read_bytes(), site.registration.sent) == (old, [])


@pytest.mark.parametrize("given", [{}, {"new_passphrase": "of the site"}], ids=["file", "copy"])
def test_the_file_of_another_link_is_not_taken_although_it_opens(
    site: Site, other: IssuedBundle, given: dict[str, str]
) -> None:
    """The passphrase of the site does not change with the delivery."""
    site.run(**given)
    other_url = URL.replace("one-link", "other-link")
    assert end_of(site.run(url=other_url, **given)) == ("dest_taken", "new", False, 0)
    (site.folder / f".{site.dest.name}.withdrawal.json").unlink()
    assert end_of(site.run(url=other_url, code=other.passphrase, **given))[0] == "dest_taken"


def test_a_bundle_that_was_moved_away_is_not_asked_for_again(site: Site) -> None:
    site.run(variables={"awx_job_id": 33})
    site.dest.unlink()
    result = site.run()
    assert end_of(result) == ("link_used", "link_used", False, 0)
    assert told(result)["link_used.gone_by_job"]["job"] == "33"
    assert end_of(site.run())[3] == 0


def test_the_part_of_another_link_is_set_aside(site: Site) -> None:
    (site.folder / f"{site.dest.name}.part").write_bytes(site.issued.data)
    assert end_of(site.run()) == (None, "collected", True, 3)
    assert (site.folder / f"{site.dest.name}.cut").read_bytes() == site.issued.data


def test_a_wrong_passphrase_costs_no_second_request(site: Site, other: IssuedBundle) -> None:
    site.registration.deliver(other, CODE)
    first = site.run(authorisation="T123456")
    assert end_of(first) == ("wrong_passphrase", "collected", True, 3)
    assert site.dest.read_bytes() == other.data
    assert end_of(site.run()) == ("wrong_passphrase", "collected", False, 0)
    right = site.run(passphrase=other.passphrase)
    assert (end_of(right)[0], right["requests"], right["opened_with"]) == (None, 0, "passphrase")


def test_another_persons_bundle_is_kept_and_found_when_the_name_is_corrected(site: Site) -> None:
    first = site.run(authorisation="T999999", name="Paul Martin")
    assert end_of(first) == ("wrong_person", "refused", True, 3)
    assert site.names() == [f"{site.dest.name}.rejected"]
    assert end_of(site.run(authorisation="T999999")) == ("wrong_person", "refused", False, 0)
    assert end_of(site.run()) == (None, "collected", True, 0)
    assert site.names() == [site.dest.name]


def test_rejected_files_are_numbered(site: Site) -> None:
    site.registration.authority.once = False
    for number in (1, 2):
        site.registration.deliver(site.issued, CODE, instead=pages.page(f"<p>Bonjour {number}"), at="file")
        assert end_of(site.run())[0] == "html_instead"
    assert site.names() == [f"{site.dest.name}.2.rejected", f"{site.dest.name}.rejected"]


def test_a_page_as_the_file_is_read_for_its_meaning(site: Site) -> None:
    site.registration.deliver(site.issued, CODE, instead=pages.maintenance(), at="file")
    assert end_of(site.run()) == ("maintenance", "failed", True, 3)
    site.registration.deliver(site.issued, CODE)
    assert end_of(site.run()) == (None, "collected", True, 3)


def test_a_used_link_says_when_an_earlier_run_began(site: Site) -> None:
    site.registration.deliver(site.issued, CODE, cut=100)
    site.run(variables={"awx_job_id": 33})
    for requests in (1, 0, 0):  # the runs after the issuer's answer ask no more, and still know it
        result = site.run(variables={"awx_job_id": 34})
        assert end_of(result) == ("link_used", "link_used", False, requests)
        said = told(result)
        assert said["begun.job"] == {"job": "33", "utc": "2026-11-25T12:00:00Z"}
        assert said["begun.kept"] == {"names": [f"{site.dest.name}.cut"]}
        assert said.keys() & {"link_used.by_earlier_run", "link_used.earlier_run_uncertain"}


def test_the_copy_for_the_site_keeps_the_original(site: Site) -> None:
    first = site.run(new_passphrase="of the site")
    assert (first["opened_with"], first["original"]) == ("code", str(site.folder / "originals" / site.dest.name))
    assert Path(first["original"]).read_bytes() == site.issued.data
    assert open_bundle(site.dest.read_bytes(), "of the site").leaf.thumbprint == site.issued.thumbprint
    again = site.run(new_passphrase="of the site")
    assert end_of(again) == (None, "collected", False, 0)
    assert (again["opened_with"], again["original"], again["sha256"]) == (
        "new_passphrase",
        first["original"],
        first["sha256"],
    )


def test_another_original_is_not_overwritten(site: Site) -> None:
    (site.folder / "originals").mkdir()
    (site.folder / "originals" / site.dest.name).write_bytes(b"of an earlier delivery")
    result = site.run(new_passphrase="of the site")
    assert Path(result["original"]).read_bytes() == site.issued.data
    assert (site.folder / "originals" / site.dest.name).read_bytes() == b"of an earlier delivery"


def test_without_an_original_there_is_none(site: Site) -> None:
    assert site.run(new_passphrase="of the site", keep_original=False)["original"] is None
    assert site.run(new_passphrase="of the site", keep_original=False)["original"] is None


def test_the_evidence_has_the_facts_and_no_secret(site: Site) -> None:
    path = site.folder / "evidence"
    given = {"evidence_path": str(path), "message_id": "<1@issuer>", "new_passphrase": "of the site"}
    result = site.run(variables={"awx_job_id": 33}, **given)
    site.run(**given)
    (line,) = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert line == {
        "event": "withdrawn",
        "utc": "2026-11-25T12:00:00Z",
        "withdrawn": "2026-11-25T12:00:00Z",
        "job": "33",
        "host": "ws-1",
        "bundle_sha256": result["sha256"],
        "leaf": site.issued.thumbprint,
        "authorisation": "T123456",
        "message_id": "<1@issuer>",
    }


def test_a_file_that_comes_to_dest_during_the_download_is_not_overwritten(site: Site) -> None:
    site.registration.deliver(site.issued, CODE, before_file=lambda: site.dest.write_bytes(b"notes") and None)
    assert end_of(site.run())[:2] == ("dest_folder", "failed")
    assert site.dest.read_bytes() == b"notes"
    assert end_of(site.run()) == (None, "collected", True, 0)
    assert (site.dest.read_bytes(), site.names()) == (site.issued.data, [site.dest.name, f"{site.dest.name}.rejected"])


def test_evidence_that_cannot_be_written_stops_before_any_request(site: Site) -> None:
    assert end_of(site.run(evidence_path=str(site.folder / "missing" / "e"))) == ("evidence", "new", False, 0)


REFUSED = {
    "no folder": {"dest": "{folder}/missing/a.p12"},
    "a folder": {"dest": "{folder}"},
    "a file as the folder": {"dest": "{folder}/file/a.p12"},
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_a_destination_that_is_none_is_refused(site: Site, given: dict[str, str]) -> None:
    (site.folder / "file").touch()
    placed = {name: value.replace("{folder}", str(site.folder)) for name, value in given.items()}
    for check_mode in (False, True):
        assert end_of(site.run(check_mode=check_mode, **placed)) == ("dest_folder", "new", False, 0)


def test_too_little_space_is_seen_before_any_request(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result((4096, 4096, 9, 9, 9, 0, 0, 0, 0, 255)))
    assert end_of(site.run()) == ("disk_full", "failed", False, 0)


def test_a_disk_that_fails_while_the_file_comes_loses_nothing(
    site: Site, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder takes no new file either: the file waits in the temporary folder, where only this link's next run looks."""
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    mkstemp, has_failed = tempfile.mkstemp, []

    def elsewhere(**given: Any) -> Any:
        return full() if has_failed and given["dir"] == site.folder else mkstemp(**given)

    def failing(_part: PartFile, _data: bytes) -> None:
        has_failed.append(True)
        full()

    with monkeypatch.context() as patches:
        patches.setattr(PartFile, "write", failing)
        patches.setattr(tempfile, "mkstemp", elsewhere)
        assert end_of(site.run())[:2] == ("disk_full", "failed")
    (rescued,) = temporary.iterdir()
    assert (rescued.read_bytes(), rescued.stat().st_mode & 0o777) == (site.issued.data, 0o600)
    assert end_of(site.run()) == (None, "collected", True, 0)
    assert (list(temporary.iterdir()), site.dest.read_bytes()) == ([], site.issued.data)


def test_a_rescued_file_of_somebody_else_is_not_taken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(site.folder))
    site.registration.deliver(site.issued, CODE, instead=pages.maintenance())
    site.run()
    planted = site.folder / f"hospital_it.pkcs12-{site.record()['link']}.p12"
    planted.write_bytes(site.issued.data)
    planted.chmod(0o666)
    assert end_of(site.run())[0] == "maintenance"


def test_a_page_that_cannot_be_removed_loses_no_bundle(site: Site) -> None:
    (site.folder / f"{site.dest.name}.page" / "in the way").mkdir(parents=True)
    assert end_of(site.run()) == (None, "collected", True, 3)
    assert site.dest.read_bytes() == site.issued.data


def test_a_page_goes_when_the_bundle_is_there(site: Site) -> None:
    site.registration.deliver(site.issued, CODE, instead=pages.maintenance())
    result = site.run()
    assert (result["error"]["code"], site.names()) == ("maintenance", [f"{site.dest.name}.page"])
    site.run()
    site.registration.deliver(site.issued, CODE)
    site.run()
    assert site.names() == [site.dest.name]


@pytest.mark.parametrize("at", ["form", "code", "file"])
@pytest.mark.parametrize("charset", ["idna", "punycode", "hex", "undefined", "no such"])
def test_a_page_may_name_any_charset(site: Site, at: str, charset: str) -> None:
    body = "<p>Le site est en maintenance. \u00e9</p>".encode()
    site.registration.deliver(site.issued, CODE, instead=pages.Reply(200, body, f"text/html; charset={charset}"), at=at)
    assert end_of(site.run())[0] == "maintenance"
    assert site.names() == [f"{site.dest.name}.{'page' if at == 'form' else 'rejected'}"]


def test_a_link_that_gives_the_file_at_once_is_understood(site: Site) -> None:
    site.registration.deliver(site.issued, CODE)
    file = pages.Reply(200, site.issued.data, "application/octet-stream")
    for at in ("form", "code"):
        site.registration.deliver(site.issued, CODE, instead=file, at=at)
        (site.folder / at).mkdir()
        site.dest = site.folder / at / "a.p12"
        assert end_of(site.run())[:2] == (None, "collected")


BAD = {
    "code": " ",
    "new_passphrase": "",
    "code_field": "",
    "server_timeout": 0,
    "max_bundle_bytes": -1,
    "submit_label": " ",
    "download_label": "",
}


@pytest.mark.parametrize(("option", "value"), BAD.items())
def test_a_value_that_makes_no_sense_is_refused(site: Site, option: str, value: Any) -> None:
    result = site.run(**{option: value})
    assert end_of(result) == ("bad_arguments", "new", False, 0)
    assert [each["setting"] for each in result["error"]["problem"]["causes"]] == [option]


def test_a_bundle_has_to_be_somebodys(site: Site) -> None:
    assert end_of(site.run(authorisation=None))[0] == "bad_arguments"


def test_no_secret_is_in_the_text_of_a_task() -> None:
    hidden = {"url", "code", "passphrases", "new_passphrase"}
    fields = task.WithdrawalTask.__dataclass_fields__
    assert {name for name, each in fields.items() if not each.repr} == hidden
