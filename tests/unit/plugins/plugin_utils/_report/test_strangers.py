# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""That no certificate without a holder was found says nothing where nobody has looked: no number, no green, and what to set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.fact_cache import FactCache
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import Strangers
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.build import Sources, build
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import page
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.json_document import parse, to_json
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.markdown import markdown
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.prometheus import textfile
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.model import Report
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.report import checked
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.sources import Host, hosts_of
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.summary import summary
from unit.plugins.plugin_utils._report.known import JEANNE, OFF, PARAMETERS, host, problem, record
from unit.plugins.plugin_utils.report_inputs import PAULS_ENTRY, facts, run

NOT, NO_MATCH, SEARCHED = Strangers.NOT_SEARCHED, Strangers.NO_MATCH, Strangers.SEARCHED
STRANGER = record("T9")
CACHE = FactCache("memory", "", 0, False)


def report(*hosts: Host, language: str = "en") -> Report:
    return build(Sources(hosts, (), None, None), replace(PARAMETERS, language=language))


def at(name: str, strangers: Strangers, *certificates: Any, **changes: Any) -> Host:
    return replace(host(*certificates, entries=(JEANNE,), **changes), name=name, strangers=strangers)


@pytest.mark.parametrize(
    ("hosts", "counted"),
    [
        ([at("a", SEARCHED, record())], (0, 0)),
        ([at("a", NOT, record())], (None, 1)),
        ([at("a", NOT, record()), at("b", SEARCHED)], (None, 1)),
        ([at("a", NOT, record()), at("b", SEARCHED, STRANGER)], (1, 1)),
        ([at("a", NOT, facts_at=None)], (0, 0)),  # it never answered, which the report says
        # A pattern that is nobody's: there are certificates, and none of its issuer anywhere.
        ([at("a", NO_MATCH, record()), at("b", NO_MATCH)], (None, 2)),
        ([at("a", NO_MATCH, record()), at("b", SEARCHED)], (0, 0)),
        ([at("a", NO_MATCH), at("b", NO_MATCH)], (0, 0)),  # a new site has no certificate
        ([at("a", NO_MATCH), at("b", NOT, record())], (None, 1)),
    ],
)
def test_there_is_a_number_only_where_somebody_has_looked(hosts: list[Host], counted: tuple[int | None, int]) -> None:
    found = report(*hosts)
    assert (summary(found).without_holder, summary(found).not_searched) == counted
    assert parse(to_json(found)) == found
    assert build(Sources(hosts_of(found), (), None, None), PARAMETERS) == found
    assert f"pkcs12_workstations_not_searched {counted[1]}\n" in textfile(found)
    assert ("\npkcs12_certificates_without_holder " in textfile(found)) == (counted[0] is not None)
    assert ("\npkcs12_certificates_without_holder_accepted " in textfile(found)) == (counted[0] is not None)
    assert ("not looked for" in page(found)) == ("not looked for" in markdown(found)) == bool(counted[1])
    assert ("Every certificate has its holder." in page(found)) == (counted == (0, 0))


@pytest.mark.parametrize(
    ("language", "strangers", "said"),
    [
        ("en", NOT, "Certificates without a holder: not looked for. Set pkcs12_issuer to a pattern for the issuer"),
        ("fr", NOT, "Certificats sans titulaire : non recherchés. Définir pkcs12_issuer"),
        ("en", NO_MATCH, "not looked for: pkcs12_issuer matches no certificate. There are those of CN=AC Personnes."),
        ("fr", NO_MATCH, "pkcs12_issuer ne correspond à aucun certificat. Émetteurs trouvés : CN=AC Personnes."),
    ],
)
def test_page_and_text_say_what_to_set(language: str, strangers: Strangers, said: str) -> None:
    found = report(
        at("a", strangers, record(issuer="CN=AC Personnes,C=FR", issuer_cn="AC Personnes")), language=language
    )
    for text in (page(found), markdown(found).replace("\\", "")):
        assert said in text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")


def test_some_workstations_are_counted() -> None:
    assert "not looked for at 1 workstation. Set" in page(report(at("a", NOT, record()), at("b", SEARCHED)))
    three = report(at("a", NOT, record()), at("b", SEARCHED), at("c", NOT))
    assert "not looked for at 2 workstations. Set" in page(three)


@pytest.mark.parametrize("strangers", ["not_searched", "no_match"])
def test_who_asks_to_fail_on_them_gets_red_where_nobody_has_looked(tmp_path: Path, strangers: str) -> None:
    known = {
        "ansible_facts": {"pkcs12": facts(record("T2")) | {"strangers": strangers}},
        "pkcs12_holders": [PAULS_ENTRY],
    }
    asked = run(tmp_path, [("ws-1", known)], fail_on=["without_holder"])
    assert (asked["failed"], asked["failing"]) == (True, {"not_searched": 1})
    assert "not looked for" in asked["msg"]
    assert "pkcs12_issuer" in asked["msg"]
    other = run(tmp_path, [("ws-1", known)], fail_on=["expired"])
    assert (other["failed"], other["summary"]["without_holder"], other["summary"]["not_searched"]) == (False, None, 1)
    both = run(tmp_path, [("ws-1", known)], fail_on=["without_holder"], leavers=["T2"])
    assert both["failing"] == {"without_holder": 1, "not_searched": 1}


def test_facts_of_an_earlier_version_say_nothing_of_strangers(tmp_path: Path) -> None:
    old = {key: value for key, value in facts(record("T2")).items() if key != "strangers"}
    known = {"ansible_facts": {"pkcs12": old}, "pkcs12_holders": [PAULS_ENTRY]}
    assert run(tmp_path, [("ws-1", known)])["summary"]["not_searched"] == 1


def test_a_report_of_no_facts_at_all_is_refused() -> None:
    off = at("off", NOT, facts_at=None, problem=OFF)
    silent, unusable = replace(off, problem=None), replace(off, problem=problem("unusable_variables.workstation"))
    for nothing in ((), (silent,), (silent, unusable)):
        with pytest.raises(Pkcs12Error) as refused:
            checked(report(*nothing), CACHE)
        assert refused.value.code == "no_facts"
    for known in (off, at("on", NOT)):  # a fleet that is off was audited
        assert checked(report(silent, replace(known, name="b")), CACHE).workstations
