# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook collect says about a mailbox: what was read, what is not served; and nothing of a stranger writes to the terminal."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.deliveries.test_collect import DAYS, DESKS, collect, states
from integration.deliveries.test_collect_repairs import delivery
from integration.hostile_mails import HOSTILE
from integration.plays import told_codes
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


def test_an_option_is_told_by_the_variable_of_the_role(issuer: Issuer) -> None:
    issuer.announce(JEANNE, DAYS)
    run = collect(issuer, pkcs12_issuer_senders=["siseri@isrn.fr"])
    assert run.exit_code == 2
    assert "siseri@irsn.fr, who is not in pkcs12_issuer_senders" in run.stdout
    assert "If this is the issuer's address, correct pkcs12_issuer_senders." in run.stdout
    assert "A mail has" not in run.stdout and "inline_forwards" not in run.stdout


@pytest.mark.usefixtures("nonce_language")
@pytest.mark.parametrize("asked", [["T100O01"], '["T100001"]', [], "T100001, T999999"], ids=str)
def test_a_number_that_no_holder_has_is_refused_before_a_mail_is_read(issuer: Issuer, asked: object) -> None:
    issuer.announce(JEANNE, DAYS)
    run = collect(issuer, pkcs12_collect_authorisations=asked)
    assert (run.exit_code, run.of("delivery_summary")) == (2, ())
    assert "pkcs12_collect_authorisations" in run.stdout
    assert "play.nothing_withdrawn" in told_codes(run.stdout)
    assert issuer.registration.requests == []


def test_a_number_that_a_holder_has_is_served_however_it_is_written(issuer: Issuer) -> None:
    for person in (JEANNE, PAUL, KARIM):
        issuer.announce(person, DAYS)
    asked = (JEANNE.authorisation, PAUL.authorisation)
    run = collect(issuer, "-e", json.dumps({"pkcs12_collect_authorisations": f"{asked[0].lower()}, {asked[1]}"}))
    assert (run.exit_code, states(issuer)) == (0, dict.fromkeys(asked, "collected")), run.stdout
    assert "1 for others than the asked-for numbers" in run.stdout


def test_the_output_says_what_was_read(issuer: Issuer) -> None:
    (issuer.maildir / "cur").mkdir()
    empty = collect(issuer)
    assert (empty.exit_code, "0 deliveries." in empty.stdout, "0 mails read" in empty.stdout) == (0, True, True)
    mails.put(issuer.maildir, b"From: x@y.example\r\nSubject: Lunch\r\n\r\n")
    issuer.announce(JEANNE, DAYS, date=datetime.now(UTC) - timedelta(days=70))
    other = collect(issuer)
    said = "3 mails read: 0 new deliveries, 1 of other senders, 2 older than 60 days."
    assert (other.exit_code, said in other.stdout) == (0, True), other.stdout


def test_a_mail_with_an_access_code_is_told_and_left_alone(issuer: Issuer) -> None:
    """Alone and forwarded, also when the delivery beside it is filed. Where nobody knows its subject, nothing is told."""
    issuer.announce(JEANNE, DAYS)
    (access,) = (path for path in (issuer.maildir / "new").iterdir() if b"retrait" not in path.read_bytes().lower())
    forwarded = mails.put(issuer.maildir, mails.access_mail(PAUL, datetime.now(UTC), "attached").data)
    codes = [f"est le {mails.access_code(person)}" for person in (JEANNE, PAUL)]
    kept = [(path, path.read_bytes()) for path in (access, forwarded)]
    run = collect(issuer, "-vvv", pkcs12_move_to="Done")
    assert (run.exit_code, states(issuer)) == (0, {JEANNE.authorisation: "collected"}), run.stdout
    said = "2 mails with access codes came to the wrong mailbox: they are for the holders alone. No code was read"
    assert said in run.stdout
    assert [path.read_bytes() for path, _data in kept] == [data for _path, data in kept]
    assert [path.name for path in (issuer.maildir / "new").iterdir() if path not in (access, forwarded)] == []
    assert not any(code in run.stdout + run.stderr for code in codes)
    forwarded.unlink()
    assert "A mail with an access code came to the wrong mailbox: it is for the holder alone." in collect(issuer).stdout
    assert "access code" not in collect(issuer, pkcs12_access_subject_pattern=None).stdout


def test_the_absence_of_the_access_mail_is_never_told(issuer: Issuer) -> None:
    issuer.announce(JEANNE, DAYS)
    for path in (issuer.maildir / "new").iterdir():
        if b"retrait" not in path.read_bytes().lower():
            path.unlink()
    run = collect(issuer)
    assert (run.exit_code, "access code" in run.stdout, "log on" in run.stdout) == (0, False, False), run.stdout


def test_a_bundle_that_a_person_has_withdrawn_is_taken_at_the_path_that_the_message_names(issuer: Issuer) -> None:
    issuer.announce(KARIM, DAYS)
    delivery(issuer, KARIM).downloads = 1
    run = collect(issuer)
    (line,) = [line for line in run.of("delivery_summary")[-1].result["lines"] if KARIM.authorisation in line]
    assert run.exit_code == 2
    told = line.rpartition("put it there under this name: ")[2].removesuffix(".")
    Path(told).write_bytes(delivery(issuer, KARIM).bundle.data)
    run = collect(issuer)
    assert (run.exit_code, states(issuer)) == (0, {KARIM.authorisation: "collected"}), run.stdout
    assert "taken over as it was found" in run.stdout


def test_a_person_can_end_a_failed_delivery_whose_mail_is_gone(issuer: Issuer) -> None:
    known = issuer.announce(KARIM, DAYS)
    delivery(issuer, KARIM).downloads = 1
    assert (collect(issuer).exit_code, states(issuer)) == (2, {KARIM.authorisation: "link_used"})
    shutil.rmtree(issuer.maildir / "new")
    (issuer.maildir / "new").mkdir()
    run = collect(issuer, pkcs12_acknowledged=[known, "<typo@issuer.example>"])
    assert (run.exit_code, states(issuer)) == (0, {KARIM.authorisation: "acknowledged"}), run.stdout
    assert "<typo@issuer.example> of pkcs12_acknowledged" in run.stdout
    assert f"{known} of" not in run.stdout


def test_two_names_for_a_number_are_told(issuer: Issuer) -> None:
    (issuer.maildir / "cur").mkdir()
    inventory = issuer.hospital.inventory.read_text(encoding="utf-8")
    issuer.hospital.inventory.write_text(inventory.replace(JEANNE.name, "Jeanne Durand", 1), encoding="utf-8")
    run = collect(issuer)
    assert run.exit_code == 0, run.stdout
    assert f"several names for the number {JEANNE.authorisation}: Jeanne Durand, {JEANNE.name}." in run.stdout


@pytest.mark.imap
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
        assert (plain.exit_code, "Set pkcs12_imap_security to starttls" in plain.stdout) == (2, True), plain.stdout
        empty = collect(issuer, **{**imap, "pkcs12_imap_password": ""})
        assert (empty.exit_code, "missing: pkcs12_imap_password" in empty.stdout) == (2, True), empty.stdout
        assert issuer.registration.requests == []

        run = collect(issuer, **imap, pkcs12_move_to="Done")
        assert (run.exit_code, states(issuer)) == (0, {JEANNE.authorisation: "collected"}), run.stdout
        assert "4 mails read: 1 new delivery, 1 with an access code, 2 older than 60 days." in run.stdout
        assert collect(issuer, **imap).exit_code == 0
        assert issuer.registration.downloads == 1
        assert password not in run.stdout + json.dumps([row.result for row in run.rows])
