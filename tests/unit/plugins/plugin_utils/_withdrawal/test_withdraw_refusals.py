# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stops a withdrawal before anything is asked for, and what happens when the disk fails."""

from __future__ import annotations

import errno
import os
import tempfile
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io.durable_files import PartFile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._withdrawal import task
from lab import registration_pages as pages
from unit.plugins.plugin_utils.withdrawal_site import CODE, Site, end_of


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
