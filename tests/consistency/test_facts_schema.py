# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published schema, the documentation and the code say the same of ``ansible_facts.pkcs12``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timezone
from types import NoneType
from typing import Any, get_args, get_type_hints

import jmespath
import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store import (
    SerializedElement,
    StoreContents,
    UnreadSource,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.build import FactsScope, workstation_record
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.codec import from_map, to_map
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.holders import HolderEntry, resolve_accounts
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.schema import (
    SCHEMA,
    CertificateRecord,
    HolderRecord,
    KeyState,
    ProfileRecord,
    Proof,
    UnreadRecord,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._facts.selection import Selection
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import Source, Status
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.subject import ExpectedSubject
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.validity import Calendar
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.language.remarks import UNREAD_CODES
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.findings import UNREAD_REASONS
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._workstation.protocol import (
    Account,
    Inventory,
    Logging,
)
from consistency.schemas import published
from consistency.tree import MODULES
from lab.authority import Authority
from lab.emulated.element import pack, properties
from unit.plugins.plugin_utils.fakes import CARD, HOLDER, NOW, OTHER_SID, SOFTWARE, inventory, profile
from unit.plugins.plugin_utils.records import record

FACTS = published("facts.schema.json")
DEFINED = FACTS.content["$defs"]
KINDS = {
    "holder": HolderRecord,
    "certificate": CertificateRecord,
    "profile": ProfileRecord,
    "unread": UnreadRecord,
}
SECTIONS = {"holders": "holder", "certificates": "certificate", "profiles": "profile", "unread": "unread"}
SIDECAR = yaml.safe_load((MODULES / "certificate_facts.yml").read_text(encoding="utf-8"))
DOCUMENTED = SIDECAR["RETURN"]["ansible_facts"]["contains"]["pkcs12"]
EXAMPLES = yaml.safe_load(SIDECAR["EXAMPLES"])
SEATS = (
    HolderEntry(
        HOLDER, ExpectedSubject("Jeanne Dupont", "T123456"), date(2027, 3, 1), None, None, None, "deferred", NOW
    ),
    HolderEntry("CHU\\pmartin", ExpectedSubject("Paul Martin", "T654321")),
    HolderEntry("CHU\\nobody", ExpectedSubject()),
)


def facts_of(found: Inventory, *seats: HolderEntry) -> dict[str, Any]:
    selection = Selection(include_unrelated=True, include_archived=True)
    return to_map(workstation_record(found, {}, FactsScope(selection, resolve_accounts(seats, found), Calendar()), NOW))


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    """A workstation that has everything."""
    authority = Authority.create()
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
    ends = (NOW.replace(month=12), last, NOW.replace(year=2025))

    def element(
        name: str, number: str, end: datetime, provider: str | None = SOFTWARE, *, archived: bool = False
    ) -> bytes:
        start = datetime(1950, 1, 1, tzinfo=timezone.utc)
        issued = authority.issue(name, number, passphrase="x", key="ec-p256", not_before=start, not_after=end)
        link = KeyProvInfo("{1}", provider, 0, 0, 0) if provider else None
        return pack(properties(issued.certificate.public_bytes(Encoding.DER), link, "SISERI", archived))

    jeannes = [element("Jeanne Dupont", "T123456", end) for end in ends]
    pauls = (element("Paul Martin", "T654321", ends[0], None), element("Paul Martin", "T654321", last, archived=True))
    denied = StoreContents((SerializedElement("file", b"\1"),), (UnreadSource("access_denied", "C:\\Users\\other", 5),))
    return facts_of(
        inventory(
            accounts=(
                Account(HOLDER, profile().owner_sid, HOLDER, None),
                Account("CHU\\pmartin", OTHER_SID, "CHU\\pmartin", None),
                Account("CHU\\nobody", None, None, 0x80070534),
            ),
            profiles=(
                profile(*jeannes, element("DUPONT Jeanne", "123", last, CARD)),
                profile(*pauls, owner_sid=OTHER_SID, loaded=False),
                profile(owner_sid="S-1-12-1-1-2-3-4", temporary=True, path="C:\\Users\\TEMP", my=denied),
            ),
            machine=StoreContents((SerializedElement("hive", pauls[0]),), ()),
            logging=Logging(script_block=True, module=True, transcription=True),
        ),
        *SEATS,
    )


def test_it_is_a_schema_written_in_one_way() -> None:
    assert FACTS.canonical() == FACTS.text
    assert FACTS.content["properties"]["schema"]["const"] == SCHEMA


def test_facts_fit(facts: dict[str, Any]) -> None:
    assert FACTS.complaints(facts) == []
    assert FACTS.complaints(facts_of(inventory(profiles=()))) == []
    assert {row["status"] for row in facts["certificates"]} > {"superseded", "archived", "key_missing"}
    assert [row["status"] for row in facts["holders"]] == ["duplicate", "key_missing", "missing"]
    assert [row["code"] for row in facts["unread"]] == ["temporary", "access_denied", "element"]


def test_dates_at_both_ends_of_time_fit_and_sort_as_text() -> None:
    ends = [datetime(year, 1, 1, tzinfo=timezone.utc) for year in (1, 999, 1000, 1949, 1950, 2049, 2050, 9999)]
    rows = [to_map(record(not_after=end, status=Status.VALID)) for end in ends]
    written = [row["not_after"] for row in rows]
    assert written == sorted(written)
    assert [from_map(CertificateRecord, row).not_after for row in rows] == ends
    empty = facts_of(inventory(profiles=()))
    assert FACTS.complaints(empty | {"certificates": rows}) == []


@pytest.mark.parametrize(("name", "kind"), KINDS.items(), ids=list(KINDS))
def test_every_key_is_described_and_no_other(name: str, kind: type) -> None:
    described = DEFINED[name]["properties"]
    assert list(described) == list(get_type_hints(kind))
    nullable = [key for key, hint in get_type_hints(kind).items() if NoneType in get_args(hint)]
    assert [key for key, said in described.items() if takes_null(said)] == nullable


def takes_null(said: Mapping[str, Any]) -> bool:
    return None in said.get("enum", ()) or "null" in said.get("type", ()) or {"type": "null"} in said.get("anyOf", ())


def test_no_map_takes_more_than_is_described_and_everything_is_described() -> None:
    every = FACTS.objects()
    assert len(every) == 1 + len(KINDS)
    for each in every:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
        assert each["description"]
        assert all(said["description"] for said in each["properties"].values())


def test_enumerations_are_those_of_the_code() -> None:
    statuses = [set(DEFINED[name]["properties"]["status"]["enum"]) for name in ("certificate", "holder")]
    assert set.union(*statuses) == {status.value for status in Status} - {
        status.value for status in Status if status.source is Source.REPORT
    }
    assert DEFINED["holder"]["properties"]["proof"]["enum"] == [*(proof.value for proof in Proof), None]
    assert DEFINED["certificate"]["properties"]["key_state"]["enum"] == [state.value for state in KeyState]
    assert DEFINED["unread"]["properties"]["code"]["enum"] == list(UNREAD_REASONS)
    assert set(UNREAD_CODES) == set(UNREAD_REASONS)  # the report has words for each
    assert set(FACTS.content["properties"]["logging"]["items"]["enum"]) == set(Logging(True, True, True).kinds)


def sample(said: Mapping[str, Any]) -> Any:
    """What the documentation gives as an example of a value and all that is in it."""
    if "contains" not in said:
        return said["sample"]
    inside = {key: sample(value) for key, value in said["contains"].items()}
    return [inside] if said["type"] == "list" else inside


def test_the_documentation_describes_every_key_and_no_other() -> None:
    assert list(DOCUMENTED["contains"]) == list(FACTS.content["properties"])
    for section, name in SECTIONS.items():
        assert FACTS.content["properties"][section]["items"] == {"$ref": f"#/$defs/{name}"}
        assert list(DOCUMENTED["contains"][section]["contains"]) == list(DEFINED[name]["properties"])


def test_the_samples_of_the_documentation_fit() -> None:
    assert FACTS.complaints(sample(DOCUMENTED)) == []


TYPES = {"str": "string", "int": "integer", "bool": "boolean", "list": "array", "dict": "object"}


def test_the_types_of_the_documentation_are_those_of_the_schema() -> None:
    for section, name in SECTIONS.items():
        for key, said in DOCUMENTED["contains"][section]["contains"].items():
            assert TYPES[said["type"]] in types_of(DEFINED[name]["properties"][key]), key


def types_of(said: Mapping[str, Any]) -> list[str]:
    """The types that a value may have, by their names in JSON Schema."""
    if "$ref" in said:
        return types_of(DEFINED[said["$ref"].rpartition("/")[2]])
    if "anyOf" in said:
        return [name for each in said["anyOf"] for name in types_of(each)]
    if "enum" in said:
        return ["string"]
    return said["type"] if isinstance(said["type"], list) else [said["type"]]


OF_STATUS = {"status", "certificate_status"}
"""What a status means stands on the page of codes alone, which is made from the statuses."""
GUIDE = "R(The table of statuses,ansible_collections.hospital_it.pkcs12.docsite.guide_error_codes.statuses)"

ENUMERATIONS = [
    (section, key, word)
    for section, name in SECTIONS.items()
    for key, said in DEFINED[name]["properties"].items()
    for word in said.get("enum", ())
    if word is not None and key not in OF_STATUS
]


@pytest.mark.parametrize(("section", "key", "word"), ENUMERATIONS)
def test_the_documentation_explains_every_word(section: str, key: str, word: str) -> None:
    described = DOCUMENTED["contains"][section]["contains"][key]["description"]
    assert f"V({word})" in (described if isinstance(described, str) else " ".join(described))


@pytest.mark.parametrize("section", ["holders", "certificates"])
def test_the_documentation_says_where_each_status_is_explained(section: str) -> None:
    assert GUIDE in " ".join(DOCUMENTED["contains"][section]["contains"]["status"]["description"])


def answers(facts: dict[str, Any]) -> list[Any]:
    """What the questions of the documented example come to."""
    (asking,) = (task for task in EXAMPLES if "json_query(item)" in str(task))
    return [jmespath.search(question, facts) for question in asking["loop"]]


def test_the_questions_of_the_examples_have_answers(facts: dict[str, Any]) -> None:
    assert answers(facts) == [
        [
            {"user": HOLDER, "status": "duplicate", "ends_on": "2027-03-01"},
            {"user": "CHU\\pmartin", "status": "key_missing", "ends_on": None},
            {"user": "CHU\\nobody", "status": "missing", "ends_on": None},
        ],
        "9999-12-31T23:59:59Z",
        [": ".join((row["owner_sid"], row["code"], row["detail"])) for row in facts["unread"]],
    ]
