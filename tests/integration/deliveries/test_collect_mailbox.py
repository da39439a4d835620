# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook collect says about a mailbox: what was read, what is not served; and nothing of a stranger writes to the terminal."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.deliveries.test_collect import DAYS, DESKS, collect, states
from integration.deliveries.test_collect_repairs import delivery
from integration.hostile_mails import HOSTILE
from integration.plays import Told, all_told, told_codes
from lab import mails
from lab.hospital import Hospital
from lab.imap_server import ImapServer
from lab.issuer import Issuer
from lab.people import JEANNE, KARIM, PAUL
from lab.tls import LOOPBACK


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    with Hospital(tmp_path, DESKS, delivered=False) as hospital, Issuer(hospital) as issuer:
        yield issuer


def test_no_hostile_mail_writes_to_the_terminal(issuer: Issuer) -> None:
    for hostile in HOSTILE:
        mails.put(issuer.maildir, hostile.make())
    run = collect(issuer, "-vvv")
    assert run.exit_code == 2
    assert "SISERI\ufffd[2J" in run.stdout + run.stderr
    assert not [each for each in "\x1b\x07\x9b" if each in run.stdout + run.stderr]


@pytest.mark.usefixtures("nonce_language")
def test_who_is_no_issuer_is_told(issuer: Issuer) -> None:
    issuer.announce(JEANNE, DAYS)
    run = collect(issuer, pkcs12_issuer_senders=["siseri@isrn.fr"])
    assert run.exit_code == 2
    senders = [each.values["sender"] for each in all_told(run.stdout) if each.code.startswith("sender_differs.other")]
    assert set(senders) == {"siseri@irsn.fr"}


@pytest.mark.usefixtures("nonce_language")
@pytest.mark.parametrize("asked", [["T100O01"], '["T100001"]', [], "T100001, T999999"], ids=str)
def test_a_number_that_no_holder_has_is_refused_before_a_mail_is_read(issuer: Issuer, asked: object) -> None:
    issuer.announce(JEANNE, DAYS)
    run = collect(issuer, pkcs12_collect_authorisations=asked)
    assert (run.exit_code, [row.result["error"]["code"] for row in run.of("delivery_summary")]) == (
        2,
        ["bad_arguments"],
    )
    assert "pkcs12_collect_authorisations" in run.stdout
    assert "delivery.nothing_withdrawn" in told_codes(run.stdout)
    assert issuer.registration.requests == []


@pytest.mark.usefixtures("nonce_language")
def test_a_number_that_a_holder_has_is_served_however_it_is_written(issuer: Issuer) -> None:
    for person in (JEANNE, PAUL, KARIM):
        issuer.announce(person, DAYS)
    asked = (JEANNE.authorisation, PAUL.authorisation)
    run = collect(issuer, "-e", json.dumps({"pkcs12_collect_authorisations": f"{asked[0].lower()}, {asked[1]}"}))
    assert (run.exit_code, states(issuer)) == (0, dict.fromkeys(asked, "collected")), run.stdout
    assert Told("mails_read.not_asked_for", {"count": "1"}) in all_told(run.stdout)


@pytest.mark.usefixtures("nonce_language")
def test_the_output_says_what_was_read(issuer: Issuer) -> None:
    (issuer.maildir / "cur").mkdir(exist_ok=True)
    empty = collect(issuer)
    read = {each.code: each.values.get("count") for each in all_told(empty.stdout)}
    assert (empty.exit_code, read["deliveries.count"], read["done.mails_read"]) == (0, "0", "0")
    mails.put(issuer.maildir, b"From: x@y.example\r\nSubject: Lunch\r\n\r\n")
    issuer.announce(JEANNE, DAYS, date=datetime.now(UTC) - timedelta(days=70))
    other = collect(issuer)
    read = {each.code: each.values.get("count") for each in all_told(other.stdout)}
    wanted = {"done.mails_read": "3", "mails_read.new": "0", "mails_read.other_senders": "1", "mails_read.too_old": "2"}
    assert (other.exit_code, read | wanted) == (0, read), other.stdout


@pytest.mark.usefixtures("nonce_language")
def test_a_mail_with_an_access_code_is_told_and_left_alone(issuer: Issuer) -> None:
    """Alone and forwarded, also when the delivery beside it is filed. Where nobody knows its subject, nothing is told."""
    issuer.announce(JEANNE, DAYS)
    (access,) = (path for path in (issuer.maildir / "new").iterdir() if b"retrait" not in path.read_bytes().lower())
    forwarded = mails.put(issuer.maildir, mails.access_mail(PAUL, datetime.now(UTC), "attached").data)
    codes = [f"est le {mails.access_code(person)}" for person in (JEANNE, PAUL)]
    kept = [(path, path.read_bytes()) for path in (access, forwarded)]
    run = collect(issuer, "-vvv", pkcs12_move_to="Done")
    assert (run.exit_code, states(issuer)) == (0, {JEANNE.authorisation: "collected"}), run.stdout
    assert [each.values["count"] for each in all_told(run.stdout) if each.code == "access_code_received"][:1] == ["2"]
    assert [path.read_bytes() for path, _data in kept] == [data for _path, data in kept]
    assert [path.name for path in (issuer.maildir / "new").iterdir() if path not in (access, forwarded)] == []
    assert not any(code in run.stdout + run.stderr for code in codes)
    forwarded.unlink()
    assert "access_code_received" in told_codes(collect(issuer).stdout)
    assert "access_code_received" not in told_codes(collect(issuer, pkcs12_access_subject_pattern=None).stdout)


@pytest.mark.usefixtures("nonce_language")
def test_a_bundle_that_a_person_has_withdrawn_is_taken_at_the_path_that_the_message_names(issuer: Issuer) -> None:
    issuer.announce(KARIM, DAYS)
    delivery(issuer, KARIM).downloads = 1
    run = collect(issuer)
    assert run.exit_code == 2
    lines = " ".join(run.of("delivery_summary")[-1].result["lines"])
    (place,) = [each.values["dest"] for each in all_told(lines) if each.code == "delivery.put_there"]
    Path(place).write_bytes(delivery(issuer, KARIM).bundle.data)
    run = collect(issuer)
    assert (run.exit_code, states(issuer)) == (0, {KARIM.authorisation: "collected"}), run.stdout
    assert run.of("bundle_pickup")[-1].result["requests"] == 0


@pytest.mark.usefixtures("nonce_language")
def test_two_names_for_a_number_are_told(issuer: Issuer) -> None:
    (issuer.maildir / "cur").mkdir(exist_ok=True)
    inventory = issuer.hospital.inventory.read_text(encoding="utf-8")
    issuer.hospital.inventory.write_text(inventory.replace(JEANNE.name, "Jeanne Durand", 1), encoding="utf-8")
    run = collect(issuer)
    assert run.exit_code == 0, run.stdout
    values = {"number": JEANNE.authorisation, "names": f"Jeanne Durand,{JEANNE.name}"}
    assert Told("delivery.two_names", values) in all_told(run.stdout)


@pytest.mark.imap
@pytest.mark.usefixtures("nonce_language")
def test_bundles_announced_on_an_imap_server(issuer: Issuer) -> None:
    """The whole playbook with a real server: wrong settings of it are told by their variables."""
    password = f'é"\\&% {secrets.token_urlsafe(12)}'
    with ImapServer(issuer.hospital.authority, password) as server:
        issuer.maildir = server.maildir
        issuer.announce(JEANNE, DAYS)
        old = datetime.now(UTC) - timedelta(days=70)
        issuer.announce(PAUL, DAYS, date=old)
        imap = {
            "pkcs12_mail_source": "imap",
            "pkcs12_imap_host": LOOPBACK,
            "pkcs12_imap_port": server.tls_port,
            "pkcs12_ca_path": str(issuer.authority_file),
            "pkcs12_imap_username": server.username,
            "pkcs12_imap_password": password,
        }
        plain = collect(issuer, **{**imap, "pkcs12_imap_port": server.starttls_port})
        assert (plain.exit_code, "mail_tls.not_spoken_imap" in told_codes(plain.stdout)) == (2, True), plain.stdout
        empty = collect(issuer, **{**imap, "pkcs12_imap_password": ""})
        assert (empty.exit_code, "bad_arguments.needed_where" in told_codes(empty.stdout)) == (2, True), empty.stdout
        assert issuer.registration.requests == []

        run = collect(issuer, **imap, pkcs12_move_to="Done")
        assert (run.exit_code, states(issuer)) == (0, {JEANNE.authorisation: "collected"}), run.stdout
        read = {each.code: each.values.get("count") for each in all_told(run.stdout)}
        wanted = {"done.mails_read": "4", "mails_read.new": "1", "mails_read.access": "1", "mails_read.too_old": "2"}
        assert read | wanted == read
        assert collect(issuer, **imap).exit_code == 0
        assert issuer.registration.downloads == 1
        assert password not in run.stdout + json.dumps([row.result for row in run.rows])
