# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealed messages: what is on the wire, and what is refused."""

from __future__ import annotations

import pytest
from winrm.exceptions import WinRMTransportError
from winrm.protocol import Protocol

from lab.winrm import Ledger, Listener, sealing
from lab.workstation_interface import AuthMethod
from unit.lab.winrm.clients import USER, connect, run, session
from unit.lab.winrm.fake_workstation import FakeWorkstation

SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'


def test_without_basic_clear_messages_are_refused(workstation: FakeWorkstation) -> None:
    with Listener(workstation, Ledger(), auth=[AuthMethod.NTLM]) as listener:
        with pytest.raises(WinRMTransportError) as raised:
            connect(listener.port, "ntlm", message_encryption="never").open_shell()
        assert raised.value.code == 500
        assert run(connect(listener.port, "ntlm"), "digest")[2] == 3


def post_sealed(client: Protocol, body: bytes) -> int:
    """Sends a body that claims to be sealed, on a connection that is authenticated; gives the status."""
    client.open_shell()
    headers = {"Content-Type": SEALED}
    return session(client).post(client.transport.endpoint, data=body, headers=headers).status_code


@pytest.mark.parametrize("body", [b"no parts at all", b"--Encrypted Boundary\r\nLength=1\r\n"])
@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_what_is_not_sealed_is_a_bad_request(listener: Listener, ledger: Ledger, transport: str, body: bytes) -> None:
    assert post_sealed(connect(listener.port, transport), body) == 400
    assert (ledger.entries[-1].action, ledger.entries[-1].user) == ("unreadable", USER)


class Mirror:
    """Seals by turning round."""

    def __init__(self, longest: int | None = None) -> None:
        self.longest = longest

    def seal(self, clear: bytes) -> sealing.Sealed:
        return sealing.Sealed(b"sig", clear[::-1])

    def unseal(self, signature: bytes, sealed: bytes) -> bytes:
        assert signature == b"sig"
        return sealed[::-1]


def test_what_is_longer_than_a_piece_is_several_pairs_of_parts() -> None:
    asked = SEALED.replace("SPNEGO", "CredSSP")
    kind, body = sealing.seal(Mirror(longest=4), b"clear text", asked)
    assert kind == asked.replace("multipart/encrypted", "multipart/x-multi-encrypted")
    assert sealing.is_sealed(kind)
    assert body.count(b"Length=4\r\n") == 2
    assert sealing.unseal(Mirror(), body) == b"clear text"


def test_a_message_has_the_length_that_it_announces() -> None:
    kind, body = sealing.seal(Mirror(), b"clear text", SEALED)
    assert kind == SEALED
    assert sealing.unseal(Mirror(), body) == b"clear text"
    assert b"Length=10\r\n" in body
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(Mirror(), body.replace(b"Length=10", b"Length=11"))


def test_what_was_sealed_on_another_connection_is_a_bad_request(listener: Listener) -> None:
    other = connect(listener.port, "ntlm")
    other.open_shell()
    assert other.transport.encryption
    stale = other.transport.encryption.prepare_encrypted_request(session(other), other.transport.endpoint, b"<a/>")
    assert isinstance(stale.body, bytes)
    assert post_sealed(connect(listener.port, "ntlm"), stale.body) == 400
