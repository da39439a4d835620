# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""reminder_mails against a mail server, when something is wrong: what still goes out, what is tried again, and when the run is red."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._io import durable_files
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.reminders import sent
from integration.reminder_office import ANNE, HEAD, IT, JEANNE, SECRET, Office, error, problem, text
from lab.mail_server import MailServer
from lab.tls import LOOPBACK
from unit.plugins.plugin_utils.reminder_inputs import (
    certificate,
    entry,
    hospital,
    workstation,
)


@pytest.mark.parametrize("office", [{"refuses": frozenset({JEANNE})}], indirect=True)
def test_refused_recipient_stops_nobody_and_is_tried_again(office: Office) -> None:
    result = office.remind()
    assert (error(result), result["failed"], result["changed"]) == ("reminders_not_sent", True, True)
    why, then = problem(result)["causes"]
    assert (why["code"], why["values"]) == ("reminder_refused", {"address": JEANNE})
    assert then["code"] == "only_what_was_not_sent"
    assert {row["to"]: (row["state"], (row["error"] or {}).get("code")) for row in result["mails"]} == {
        ANNE: ("sent", None),
        JEANNE: ("failed", "mail_refused"),
        HEAD: ("sent", None),
    }
    assert office.arrived() == sorted([ANNE, HEAD])
    assert error(office.remind()) == "reminders_not_sent"  # still red, and nobody else gets a second mail
    assert office.arrived() == []
    office.server.refuses = frozenset()
    office.remind()
    assert office.arrived() == [JEANNE]


@pytest.mark.parametrize("office", [{"refuses": frozenset({"it-2@chu.example"})}], indirect=True)
def test_each_address_of_a_list_is_served_by_itself(office: Office) -> None:
    nobody = hospital(mail=None)
    result = office.remind(nobody, it_to=[IT, "it-2@chu.example"], report_query="[?authorisation=='T1']")
    assert error(result) == "reminders_not_sent"
    assert office.arrived() == [IT]
    office.server.refuses = frozenset()
    office.remind(nobody, it_to=[IT, "it-2@chu.example"], report_query="[?authorisation=='T1']")
    assert office.arrived() == ["it-2@chu.example"]


def test_address_with_a_line_break_fails_alone(office: Office) -> None:
    result = office.remind(hospital(mail="dupont@chu.example\nBcc: all@elsewhere.example"))
    assert {row["to"]: (row["error"] or {}).get("code") for row in result["mails"]}[HEAD] is None
    assert [row["error"]["code"] for row in result["mails"] if row["error"]] == ["mail_header"]
    assert office.arrived() == sorted([ANNE, HEAD])


def test_server_that_is_down_is_given_up_and_everything_is_sent_later(office: Office) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
    result = office.remind(mail_port=port, it_to=[IT])
    assert (error(result), result["changed"]) == ("reminders_not_sent", False)
    assert result["counts"] == {"failed": 2, "not_tried": 1}
    codes = [each["code"] for each in problem(result)["causes"]]
    assert codes == ["reminder_failed", "reminder_failed", "more_reminders_not_sent", "only_what_was_not_sent"]
    office.remind()
    assert office.arrived() == sorted([JEANNE, ANNE, HEAD])


def test_wrong_password_is_tried_once(tmp_path: Path) -> None:
    with MailServer(None, "none", accounts={"svc": "right"}) as server:
        office = Office(server, tmp_path)
        result = office.remind(mail_username="svc", mail_password=SECRET)
    assert (result["counts"], set(server.logons)) == ({"failed": 1, "not_tried": 2}, {"svc"})
    assert len(server.logons) <= 2  # smtplib tries each way to log on that the server offers
    assert SECRET not in json.dumps(result)
    assert SECRET not in "".join(path.read_text("utf-8") for path in tmp_path.iterdir())


def test_state_that_cannot_be_read_sends_nothing(office: Office) -> None:
    for broken in ("", "[]", "{", '{"schema": 3, "sent": [{}]}', '{"schema": 9, "sent": []}'):
        office.state.write_text(broken, encoding="utf-8")
        assert error(office.remind()) == "reminder_state"
        assert error(office.remind(dry_run=True)) == "reminder_state"
    assert office.arrived() == []


def test_folder_of_the_state_is_there_and_lasts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert error(office.remind(state_path=str(office.folder / "missing" / "sent.json"))) == "reminder_state"
    monkeypatch.setenv("AWX_PRIVATE_DATA_DIR", str(office.folder))
    assert error(office.remind(allow_ephemeral=False)) == "ephemeral_state"
    assert office.arrived() == []


def test_state_is_written_before_the_next_mail(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails ends the run: of a mail that nobody wrote down, the next run would send a second one."""
    written: list[bytes] = []

    def fail(path: Path, data: bytes, *_mode: int) -> None:
        written.append(data)
        if len(written) == 3:  # the first is empty
            raise OSError(28, "No space left on device")
        durable_files.replace_file(path, data)

    monkeypatch.setattr(sent, "replace_file", fail)
    result = office.remind()
    assert (error(result), result["changed"]) == ("reminder_state", True)
    assert len(office.arrived()) == 2
    monkeypatch.undo()
    office.remind()
    assert len(office.arrived()) == 2  # the one that was not written down, and the last one
    assert office.state.stat().st_mode & 0o777 == 0o600


def test_second_run_at_once_is_refused(office: Office) -> None:
    (office.folder / ".sent.json.lock").write_text("{}", encoding="utf-8")
    assert error(office.remind()) == "locked"
    assert office.arrived() == []


def test_nothing_to_send_is_green_and_nothing_to_look_at_is_red(office: Office) -> None:
    fine = office.remind([workstation("ws-2", entry("T2"), certificates=[certificate("T2", 500)])])
    assert (fine["changed"], fine.get("failed", False), fine["mails"]) == (False, False, [])
    assert error(office.remind([("localhost", {})])) == "no_holders"
    unknown = office.remind([("ws-1", {"pkcs12_holders": [entry("T1")]})])
    assert error(unknown) == "no_facts"
    assert (
        error(office.remind([("localhost", {})], register_holders=[{"name": "A B", "authorisation": "T8"}]))
        == "no_facts"
    )
    assert error(office.remind(it_to=[])) == "bad_arguments"
    assert error(office.remind(reminder_days=[])) == "bad_arguments"
    assert office.arrived() == []


def test_workstation_with_unusable_variables_fails_the_run_after_the_others_got_their_mails(office: Office) -> None:
    """Anne's workstation has a mapping where a list is due. Its last facts know her, and IT has to act."""
    wrong = [
        (name, {**known, "pkcs12_holders": entry("T3")} if name == "ws-3" else known) for name, known in hospital()
    ]
    result = office.remind(wrong)
    assert error(result) == "unusable_variables"
    assert result["changed"] is True
    sent, place, _then = problem(result)["causes"]
    assert (sent["code"], place["values"]) == ("done.reminders_sent", {"workstations": ["ws-3"]})
    assert "Anne Roux" in text(office.to(IT))
    assert {HEAD, IT, JEANNE} <= set(office.arrived())
    again = office.remind(wrong)
    assert error(again) == "unusable_variables"
    assert (again["changed"], office.arrived()) == (False, [])
