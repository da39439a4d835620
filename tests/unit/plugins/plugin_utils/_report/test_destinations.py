# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places of a report: what is refused before anything is written, and what each place gets."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.destinations import check_settings, places_of
from unit.plugins.plugin_utils.problems import error_of
from unit.plugins.plugin_utils.report_inputs import options

SECRET = "canary of the report's server"
FOLDER = {"kind": "folder", "path": "/srv/www"}
HOST = {"kind": "host", "host": "web", "path": "~/reports"}
SERVER = {"kind": "https", "url": "https://dav.example/reports"}
MAIL = {"kind": "mail", "to": ["a@chu.example", "b@chu.example"]}
ACCOUNT = {"dav": {"username": "svc", "password": SECRET}}
WITH_ACCOUNT = SERVER | {"credential": "dav"}
SENDING = {"mail_host": "smtp.example", "mail_sender": "c@chu.example"}
FILES = {
    "html": ["/r/p.html"],
    "json": ["/r/p.json"],
    "csv": ["/r/p-holders.csv", "/r/p-certificates.csv"],
    "prometheus": ["/r/p.prom"],
    "markdown": ["/r/p.md"],
}


def settings(*places: Any, **given: Any) -> dict[str, Any]:
    """Options of a report, in which all settings fit together."""
    usual = {"report_folder": "/r", "report_destinations": list(places), "credentials": ACCOUNT, **SENDING}
    return options(**(usual | given))


def refused(*places: Any, kept_files: bool = False, **given: Any) -> Problem:
    """Why the settings are refused."""
    refusal = error_of(lambda: check_settings(settings(*places, **given), kept_files))
    assert SECRET not in str(refusal.problem)
    return refusal.problem


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"report_destinations": [FOLDER, HOST, SERVER, WITH_ACCOUNT, MAIL]},
        {"report_destinations": [FOLDER, HOST], "mail_host": None, "mail_sender": None, "credentials": {}},
        {"report_destinations": [{**SERVER, "url": "HTTPS://dav.example"}]},
        {"report_query": "[?x]", "report_formats": ["html"]},
    ],
    ids=str,
)
def test_settings_that_fit_together_are_taken(given: dict[str, Any]) -> None:
    check_settings(settings(**given), kept_files=False)


def test_kept_files_matter_to_a_server_alone() -> None:
    check_settings(settings(FOLDER, HOST, MAIL), kept_files=True)
    assert refused(FOLDER, SERVER, kept_files=True).code == "bad_arguments.destination_kept_files"


@pytest.mark.parametrize(
    ("given", "setting", "variant"),
    [
        ({"report_folder": None}, "report_folder", "report_folder"),
        ({"report_formats": []}, "report_formats", "report_formats"),
        ({"compare_reports": True, "report_formats": ["html"]}, "compare_reports", "compare_without_json"),
        ({"compare_reports": True, "report_query": "[?x]"}, "compare_reports", "compare_with_query"),
    ],
    ids=str,
)
def test_settings_that_make_no_report_are_refused(given: dict[str, Any], setting: str, variant: str) -> None:
    assert refused(**given) == Problem(f"bad_arguments.{variant}", setting=setting)


@pytest.mark.parametrize(
    ("place", "given", "variant", "values"),
    [
        ({"kind": "folder", "path": " "}, {}, "lacks", {"missing": ("path",)}),
        ({"kind": "host"}, {}, "lacks", {"missing": ("host", "path")}),
        ({"kind": "https"}, {}, "lacks", {"missing": ("url",)}),
        ({"kind": "mail", "to": []}, {}, "lacks", {"missing": ("to",)}),
        (FOLDER | {"host": "web"}, {}, "foreign", {"foreign": ("host",)}),
        (MAIL | {"credential": "dav"}, {}, "foreign", {"foreign": ("credential",)}),
        (FOLDER | {"path": "srv/www"}, {}, "path", {"path": "srv/www"}),
        (HOST | {"path": "./www"}, {}, "path", {"path": "./www"}),
        (FOLDER | {"formats": ["html", "json"]}, {"report_formats": ["html"]}, "format", {"formats": ("json",)}),
        (SERVER | {"url": "http://dav.example"}, {}, "url", {}),
        (SERVER | {"url": "https://"}, {}, "url", {}),
        (SERVER | {"credential": "dva"}, {}, "unknown_credential", {"name": "dva"}),
        (WITH_ACCOUNT, {"credentials": {"dav": {"username": "svc"}}}, "half_credential", {"name": "dav"}),
        (WITH_ACCOUNT, {"credentials": {"dav": {"username": " ", "password": SECRET}}}, "half_credential", {}),
        (MAIL, {"mail_host": None}, "mail_host", {}),
        (MAIL, {"mail_sender": ""}, "mail_sender", {}),
    ],
    ids=str,
)
def test_a_place_that_cannot_be_used_is_refused_by_its_number(
    place: dict[str, Any], given: dict[str, Any], variant: str, values: dict[str, Any]
) -> None:
    found = refused({"kind": "folder", "path": "/first"}, place, **given)
    assert (found.code, found.setting) == (f"bad_arguments.destination_{variant}", "report_destinations")
    assert found.values.items() >= {"number": 2, **values}.items()


def placed(place: dict[str, Any], **given: Any) -> dict[str, Any]:
    (found,) = places_of(settings(place, **given), FILES, "All is well.")
    return found


def test_each_place_gets_the_files_of_its_formats_in_the_order_of_the_report() -> None:
    assert placed(FOLDER)["files"] == [
        path for each in ("html", "json", "csv", "prometheus", "markdown") for path in FILES[each]
    ]
    assert placed(FOLDER | {"formats": ["csv", "html"]})["files"] == [*FILES["html"], *FILES["csv"]]
    assert placed(FOLDER | {"formats": []}) == placed(FOLDER)
    assert placed(MAIL)["files"] == [*FILES["html"], *FILES["csv"]]
    assert placed(MAIL, report_formats=["html", "json"])["files"] == FILES["html"]
    assert placed(MAIL | {"formats": ["json"]})["files"] == FILES["json"]
    assert placed(FOLDER, report_formats=["json", "json"])["files"] == FILES["json"]


def test_each_place_has_what_its_delivery_needs_and_no_account() -> None:
    folder = placed(FOLDER | {"mode": "0600", "host": None, "to": None})
    assert folder == {"kind": "folder", "path": "/srv/www", "mode": "0600", "files": folder["files"]}
    for url in ("https://dav.example/reports", "https://dav.example/reports//"):
        assert placed(WITH_ACCOUNT | {"url": url})["url"] == "https://dav.example/reports/"
    server = placed(WITH_ACCOUNT)
    assert server["credential"] == "dav" and SECRET not in str(server)
    assert placed(MAIL)["mail_subject"] == "All is well."
    assert placed(MAIL | {"mail_subject": "Report"})["mail_subject"] == "Report"
