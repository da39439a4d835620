# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation lists from files and servers: what they say reaches the rows, and what could not be checked makes the report red."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Actor
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import CertificateRecord
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.revocation import CrlProblem, RevocationReason
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.csv_tables import (
    certificates_csv,
    holders_csv,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import parse, to_json
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import NextStep, Report
from unit.plugins.plugin_utils._report.crl_server import CrlServer, crl_server
from unit.plugins.plugin_utils._report.known import DAY, NOW, record
from unit.plugins.plugin_utils.crls import crl, distribution_point, issuer, pem
from unit.plugins.plugin_utils.report_inputs import JEANNES_ENTRY, facts, made, run

OWN: dict[str, Any] = {"issuer": issuer(), "serial": "0A"}
ENTRY = {key: value for key, value in JEANNES_ENTRY.items() if key != "authorisation_anniversary"}
REVOKED = {0x0A: NOW - 2 * DAY}


@pytest.fixture
def server() -> Iterator[CrlServer]:
    with crl_server() as running:
        yield running


def variables(*records: CertificateRecord) -> Any:
    return [("ws-1", {"ansible_facts": {"pkcs12": facts(*records)}, "pkcs12_holders": [ENTRY]})]


def options(folder: Path, *lists: bytes, **given: Any) -> dict[str, Any]:
    (folder / "ca.pem").write_bytes(pem())
    for number, data in enumerate(lists):
        (folder / f"{number}.crl").write_bytes(data)
    usual = {
        "crl": [str(folder / f"{number}.crl") for number in range(len(lists))],
        "crl_issuer_files": [str(folder / "ca.pem")],
    }
    return {**usual, "report_date": "2026-11-25T12:00:00Z", **given}


def report(folder: Path, *lists: bytes, records: Any = None, **given: Any) -> Report:
    return made(variables(*([record(**OWN)] if records is None else records)), **options(folder, *lists, **given))


def problems(found: Report) -> list[CrlProblem]:
    return [row.problem for row in found.revocation_lists if row.problem]


def test_without_the_option_nothing_is_checked() -> None:
    found = made(variables(record(**OWN)))
    assert (found.revocation_lists, found.holders[0].status) == ((), Status.VALID)
    assert "pkcs12_revocation_list_problems 0" in textfile(found)


def test_a_revoked_certificate_is_red_with_day_and_reason(tmp_path: Path) -> None:
    found = report(tmp_path, crl(REVOKED))
    (row,) = found.holders
    assert (row.status, row.next_step, row.actor) == (Status.REVOKED, NextStep.REPLACE_REVOKED, Actor.IT)
    assert (row.access_until, row.days_left, row.valid_until) == (NOW - 2 * DAY, -2, NOW - 2 * DAY)
    (certificate,) = found.certificates
    assert certificate.status is Status.REVOKED
    assert certificate.revocation == row.places[0].revocation
    assert certificate.revocation and certificate.revocation.reason is RevocationReason.KEY_COMPROMISE
    assert problems(found) == []
    assert [(each.issuer, each.revoked, each.next_update) for each in found.revocation_lists] == [
        (issuer(), 1, NOW + DAY)
    ]
    assert parse(to_json(found)) == found


def test_every_form_shows_it_in_both_languages(tmp_path: Path) -> None:
    for language, said in (("en", "revoked on 2026-11-23: key compromised"), ("fr", "révoqué le 23/11/2026")):
        found = report(tmp_path, crl(REVOKED), language=language)
        assert said in page(found)
        assert said in markdown(found)
    day = "23/11/2026"
    assert day in holders_csv(found).decode("utf-8-sig")
    assert f'"{day}";"clé compromise"' in certificates_csv(found).decode("utf-8-sig")
    text = textfile(found)
    assert 'pkcs12_holder_status{authorisation="T1",issuer="",status="revoked",access="no"} 1' in text
    assert "pkcs12_revocation_list_problems 0" in text
    assert f"}} {int((NOW + DAY).timestamp())}" in text


def test_fail_on_and_exceptions_know_it(tmp_path: Path) -> None:
    given = options(tmp_path, crl(REVOKED))
    assert run(tmp_path / "a", variables(record(**OWN)), **given, fail_on=["revoked"])["failing"] == {"revoked": 1}
    accepted = {"authorisation": "T1", "what": "revoked", "reason": "R.", "until": "2026-11-25"}
    result = run(tmp_path / "b", variables(record(**OWN)), **given, fail_on=["revoked"], exceptions=[accepted])
    assert (result["failing"], result["failed"], result["summary"]["accepted"]) == ({}, False, 1)


def test_beside_a_good_certificate_the_browser_offers_two(tmp_path: Path) -> None:
    good = record(days=200, issuer=issuer(), serial="0B")
    found = report(tmp_path, crl(REVOKED), records=[record(**OWN), good])
    assert [(row.status, row.places[0].thumbprint) for row in found.holders] == [(Status.DUPLICATE, good.thumbprint)]
    assert sorted(row.status.value for row in found.certificates) == ["revoked", "valid"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"days": -1}, Status.EXPIRED),
        ({"archived": True}, Status.ARCHIVED),
        ({"owner_sid": "S-1-5-21-2"}, Status.WRONG_HOLDER),
        ({"key_size": 1024}, Status.REVOKED),
        ({"issuer": "CN=AC"}, Status.VALID),
        ({"serial": "0B"}, Status.VALID),
    ],
)
def test_other_statuses_come_before_or_after(tmp_path: Path, changes: dict[str, Any], status: Status) -> None:
    found = report(tmp_path, crl(REVOKED), records=[record(**{**OWN, **changes})])
    assert [row.status for row in found.certificates] == [status]


def test_a_revocation_dated_before_the_certificate_ends_at_its_beginning(tmp_path: Path) -> None:
    one = record(**OWN)
    found = report(tmp_path, crl({0x0A: one.not_before - DAY}), records=[one])
    assert found.holders[0].valid_until == one.not_before


@pytest.mark.parametrize(
    ("data", "given", "wanted"),
    [
        (b"<html>", {}, [CrlProblem.NOT_A_CRL, CrlProblem.NOT_CHECKED]),
        (crl(REVOKED), {"crl_issuer_files": []}, [CrlProblem.NO_AUTHORITY, CrlProblem.NOT_CHECKED]),
        (crl(extensions=[distribution_point(indirect_crl=True)]), {}, [CrlProblem.PARTIAL, CrlProblem.NOT_CHECKED]),
        (crl(), {"crl": ["/nowhere/x.crl"]}, [CrlProblem.UNREADABLE, CrlProblem.NOT_CHECKED]),
        (crl(), {"crl": ["a\0b"]}, [CrlProblem.UNREADABLE, CrlProblem.NOT_CHECKED]),
        (crl(until=NOW - DAY), {}, [CrlProblem.ENDED, CrlProblem.NOT_CHECKED]),
        (crl(), {}, []),
    ],
    ids=["no list", "no authority", "partial", "no file", "bad path", "ended", "good"],
)
def test_what_could_not_be_checked_is_red_and_written(
    tmp_path: Path, data: bytes, given: dict[str, Any], wanted: list[CrlProblem]
) -> None:
    given = options(tmp_path, data, **given)
    found = made(variables(record(**OWN)), **given)
    assert problems(found) == wanted
    result = run(tmp_path / "out", variables(record(**OWN)), **given)
    assert (result["failed"], result["failing"]) == (bool(wanted), {"crl": len(wanted)} if wanted else {})
    assert len(list((tmp_path / "out").iterdir())) == 6
    assert ("evocation" in result["msg"]) == bool(wanted)
    assert f"pkcs12_revocation_list_problems {len(wanted)}" in textfile(found)


def test_a_file_of_authorities_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("x", encoding="utf-8")
    issuers = [str(tmp_path / name) for name in ("ca.pem", "text.pem", "none.pem")]
    found = report(tmp_path, crl(), crl_issuer_files=issuers)
    assert problems(found) == [CrlProblem.NOT_AN_AUTHORITY, CrlProblem.UNREADABLE]


def test_a_list_that_has_ended_still_says_what_was_revoked(tmp_path: Path) -> None:
    found = report(tmp_path, crl(REVOKED, until=NOW - timedelta(seconds=1)))
    assert (found.holders[0].status, problems(found)) == (Status.REVOKED, [CrlProblem.ENDED, CrlProblem.NOT_CHECKED])


def test_what_nobody_can_use_needs_no_list(tmp_path: Path) -> None:
    others = [record(archived=True), record(days=-1), record("T9", related=False)]
    assert problems(report(tmp_path, crl(), records=others)) == []
    (row,) = report(tmp_path, crl(), records=[record(), record(days=3)]).revocation_lists[1:]
    assert (row.source, row.problem, row.detail) == ("CN=AC", CrlProblem.NOT_CHECKED, "2")


def from_server(
    folder: Path, server: CrlServer, *urls: str, hosts: Any = None, files: Any = (), **given: Any
) -> Report:
    one = replace(record(**OWN), crl_urls=urls or (server.url("users.crl"),))
    listed = [server.host] if hosts is None else hosts
    return report(folder, records=[one], crl=["from_certificate", *files], crl_hosts=listed, **given)


def test_a_list_is_downloaded_from_the_distribution_point(tmp_path: Path, server: CrlServer) -> None:
    server.pages["/users.crl"] = (200, crl(REVOKED))
    found = from_server(tmp_path, server)
    assert (found.holders[0].status, problems(found), server.asked) == (Status.REVOKED, [], ["/users.crl"])


def test_the_urls_of_a_certificate_are_alternatives(tmp_path: Path, server: CrlServer) -> None:
    server.pages["/b.crl"] = (200, crl(REVOKED))
    urls = ("ldap://directory.example/cn=AC", server.url("a.crl"), server.url("b.crl"), server.url("c.crl"))
    found = from_server(tmp_path, server, *urls)
    assert (problems(found), server.asked) == ([], ["/a.crl", "/b.crl"])
    assert [row.source for row in found.revocation_lists] == [server.url("b.crl")]


def test_a_file_spares_the_download(tmp_path: Path, server: CrlServer) -> None:
    (tmp_path / "own.crl").write_bytes(crl())
    found = from_server(tmp_path, server, files=[str(tmp_path / "own.crl")])
    assert (problems(found), server.asked) == ([], [])


def test_another_host_is_not_asked_and_without_a_distribution_point_nobody_is(
    tmp_path: Path, server: CrlServer
) -> None:
    server.pages["/users.crl"] = (200, crl())
    found = from_server(tmp_path, server, hosts=["127.0.0.1"])
    assert (problems(found), server.asked) == ([CrlProblem.HOST_NOT_ALLOWED, CrlProblem.NOT_CHECKED], [])
    assert problems(from_server(tmp_path, server, "ldap://directory.example/cn=AC")) == [CrlProblem.NOT_CHECKED]
