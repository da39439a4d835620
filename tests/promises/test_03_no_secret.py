# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is left anywhere, whatever went well or wrong; and the search for them finds what is planted."""

from __future__ import annotations

import base64
import gzip
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from integration import canary_run
from integration.canary import STRIDE, WINDOW, Scanner, Secret, binary_secret, key_secrets, text_secret
from integration.canary_run import CanaryRun
from integration.wiretap import listen
from integration.written_files import registry
from lab.authority import Authority
from lab.authority.authority import new_key
from lab.hospital import Hospital
from lab.people import ELODIE, JEANNE, PAUL, Desk, Seat

DESKS = [Desk("ws-cardio", (Seat(JEANNE), Seat(ELODIE))), Desk("ws-nuclear", (Seat(PAUL),))]
PLACES = {"ansible.log", "events.jsonl", "requests.jsonl", "facts", "evidence.jsonl"}
BAD_USE = {"wrong_passphrase", "bad_arguments", "content_not_base64", "import_failed"}


@pytest.fixture
def run(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[CanaryRun]:
    with Hospital(tmp_path, DESKS) as hospital:
        yield canary_run.prepare(hospital, authority, monkeypatch)


def assert_all_was_tried(run: CanaryRun, authority: Authority, exchanges: int, codes: set[str]) -> None:
    """Certificates come and go, failures of every sort, every place to leave something: a search of nothing proves nothing."""
    done = [canary_run.enrol(run), canary_run.misuse(run), canary_run.renew(run, authority)]
    role = canary_run.misuse_role(run)
    assert [play.exit_code for play in (*done, *role)] == [0] * len(done) + [2] * len(role)
    misused = done[1]
    assert {row.result["error"]["code"] for row in misused.rows} == codes
    assert [secret.name for secret in run.secrets].count("a one-use file") == exchanges
    written = [Path(place).relative_to(run.hospital.folder) for place, _rest in run.pieces() if place.startswith("/")]
    assert {path.parts[0] for path in written} >= PLACES


def test_no_secret_is_left_by_emulated_workstations(run: CanaryRun, authority: Authority) -> None:
    # Of the odd bundle, by its holder. A wrong Windows password fails the first command, and a list for one the task, so no file is sent.
    holders, desks, imports = 3, 2, 1
    assert_all_was_tried(run, authority, 2 * holders + desks * imports, BAD_USE | {"holder_logon"})
    looked = canary_run.look_around(run)
    files = [file for row in looked.of("stray_bundles") for file in row.result["files"]]
    assert (looked.exit_code, len(files), sum(file["removed"] for file in files)) == (0, holders, 1)
    scanner = Scanner(run.secrets)
    hits = scanner.search(run.pieces())
    assert hits == []


TEXT = text_secret("text", canary_run.canary())
BINARY = binary_secret("bytes", secrets.token_bytes(1000))
NUMBERS = [*key_secrets("RSA", new_key("rsa2048")), *key_secrets("EC", ec.generate_private_key(ec.SECP256R1()))]


@pytest.mark.parametrize("secret", [TEXT, BINARY, *NUMBERS], ids=lambda secret: secret.name)
def test_planted_secret_is_found_in_every_form(secret: Secret) -> None:
    scanner = Scanner([secret])
    missed = [form for form, value in secret.forms.items() if not list(scanner.scan("a log", noise(value)))]
    assert missed == []
    assert list(scanner.scan("a log", noise(b""))) == []


@pytest.mark.parametrize("secret", [BINARY, *NUMBERS], ids=lambda secret: secret.name)
def test_part_of_a_long_secret_is_found(secret: Secret) -> None:
    scanner, enough = Scanner([secret]), WINDOW + STRIDE - 1
    long = {form: value for form, value in secret.forms.items() if len(value) > 2 * enough}
    parts = {form: value[enough : 2 * enough] for form, value in long.items()}
    assert parts
    assert [form for form, part in parts.items() if not list(scanner.scan("a log", noise(part)))] == []


@pytest.mark.parametrize("before", range(3))
def test_secret_inside_of_longer_base64_is_found(before: int) -> None:
    around = base64.b64encode(b"z" * before + TEXT.forms["UTF-8"] + b"after it")
    assert list(Scanner([TEXT]).scan("a log", around))


def in_base64(packed: bytes) -> bytes:
    return base64.b64encode(packed)


def in_utf16(packed: bytes) -> bytes:
    return base64.b64encode(packed).decode().encode("utf-16-le")


def cut(packed: bytes) -> bytes:
    return base64.b64encode(packed)[: len(packed)]


def packed_twice(packed: bytes) -> bytes:
    return gzip.compress(base64.b64encode(packed))


@pytest.mark.parametrize(
    "written", [bytes, in_base64, in_utf16, cut, packed_twice], ids=lambda written: written.__name__
)
@pytest.mark.parametrize("secret", [TEXT, BINARY], ids=lambda secret: secret.name)
def test_secret_is_found_in_what_is_compressed(secret: Secret, written: Callable[[bytes], bytes]) -> None:
    """ansible-core compresses what it sends to Windows since 2.22."""
    scanner = Scanner([secret])
    for value in secret.forms.values():
        leak = written(gzip.compress(noise(value) + secrets.token_hex(2000).encode()))
        assert list(scanner.scan("a log", noise(leak)))
    assert list(scanner.scan("a log", noise(written(gzip.compress(noise(b"")))))) == []


def test_what_a_workstation_is_sent_has_the_secrets_and_the_search_sees_them(
    run: CanaryRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program on a workstation that keeps its standard input, whatever form this line of ansible-core gives it."""
    kept: list[bytes] = []
    for workstation in run.hospital.workstations.values():
        listen(monkeypatch, workstation, kept.append)
    assert canary_run.enrol(run).exit_code == 0
    found = {hit.secret for stdin in kept for hit in Scanner(run.secrets).scan("standard input", stdin)}
    assert found >= {"a one-use file", "a one-use passphrase"}


def noise(leak: bytes) -> bytes:
    """A leak at an odd place in a log."""
    return b"x" * 1001 + leak + b"y" * 1000


def test_public_part_of_a_file_is_no_secret() -> None:
    thumbprint, data = secrets.token_bytes(20), secrets.token_bytes(500)
    scanner = Scanner([binary_secret("file", data + thumbprint + data[::-1], public=thumbprint)])
    assert list(scanner.scan("a result", thumbprint.hex().upper().encode())) == []
    assert list(scanner.scan("a log", data.hex().encode()))
    assert list(scanner.scan("a log", data[::-1].hex().encode()))


def test_registry_file_is_read_as_what_it_says(tmp_path: Path) -> None:
    secret = BINARY.forms["raw, from byte 0"][:100]
    digits = ",".join(f"{byte:02x}" for byte in secret)
    wrapped = digits[:60] + "\\\n  " + digits[60:]
    path = tmp_path / "user.reg"
    values = f'#time=1dd\n"Blob"=hex:{wrapped}\n"Name"="text"\n'
    path.write_text(f"WINE REGISTRY Version 2\n\n[Software\\\\Some] 1795575136\n{values}")
    hits = [hit for place, data in registry(path) for hit in Scanner([BINARY]).scan(place, data)]
    assert [(hit.secret, hit.place) for hit in hits] == [("bytes", r"user.reg Software\\Some")]
