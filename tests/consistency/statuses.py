# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What enumerates statuses and is written from their table: schemas, choices, who is due, AWX's lists. ``make settings`` writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._policy.status import (
    GivesAccess,
    Source,
    Status,
    Subject,
    Trait,
)
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.exceptions import (
    ACCEPTABLE,
    FAIL_ON,
    Acceptable,
)
from consistency.tree import ROOT

FACTS = ROOT / "docs" / "facts.schema.json"
REPORT = ROOT / "docs" / "compliance_report.schema.json"
JOB_TEMPLATES = ROOT / "docs" / "awx" / "configuration" / "job_templates.yml"
MODULES = ROOT / "plugins" / "modules"
OF_OPTIONS = (MODULES / "compliance_report.yml", MODULES / "reminder_mails.yml")
CHOICES = re.compile(r"^(?P<indent> +)choices:\n(?P<list>(?:(?P=indent)  - \w+\n)+)", re.MULTILINE)


def _values(chosen: Callable[[Status], object]) -> list[str]:
    return [each.value for each in Status if chosen(each)]


IN_FACTS = _values(lambda each: each.source is Source.FACTS and Subject.HOLDER in each.of)
OF_CERTIFICATES = _values(lambda each: each.source is Source.FACTS and Subject.CERTIFICATE in each.of)
OF_AUTHORISATIONS = _values(lambda each: Subject.AUTHORISATION in each.of)
DUE_USUALLY = _values(lambda each: Trait.DUE in each.traits)
DUE_IN_AWX = [each for each in DUE_USUALLY if each != Status.NEVER_SEEN.value]
"""A workstation that was never reached would make the hourly job fail each time. The report shows it."""

QUIET = {
    *_values(lambda each: Trait.ACCEPTABLE in each.traits and each.gives_access is not GivesAccess.NO),
    Status.AWAITED.value,  # a newcomer has no access yet, and nobody expects it yet
    Acceptable.AUTHORISATION_RENEWAL_DUE.value,  # access lasts, and PKCS12 remind tells the employer
}
"""What does not make AWX's daily report fail: whoever has access, or of whom it is not known. All other findings do."""
LOUD = [each for each in FAIL_ON if each not in QUIET]


def facts() -> str:
    """The schema of the facts."""
    content = _json(FACTS)
    defined = content["$defs"]
    holder = defined["holder"]["properties"]
    holder["status"]["enum"] = IN_FACTS
    holder["certificate_status"]["enum"] = [*IN_FACTS, None]
    defined["certificate"]["properties"]["status"]["enum"] = OF_CERTIFICATES
    return _text(content)


def report() -> str:
    """The schema of the report."""
    content = _json(REPORT)
    defined = content["$defs"]
    defined["status"]["enum"] = [each.value for each in Status]
    defined["authorisation_status"]["enum"] = OF_AUTHORISATIONS
    defined["acceptable"]["enum"] = list(ACCEPTABLE)
    counted = content["properties"]["summary"]["properties"]
    for name, values in (("by_status", [each.value for each in Status]), ("authorisations", OF_AUTHORISATIONS)):
        counted[name]["properties"] = dict.fromkeys(values, next(iter(counted[name]["properties"].values())))
    return _text(content)


def job_templates() -> str:
    """AWX's job templates: whom the hourly renewal calls, and with which findings the daily report fails."""
    text = JOB_TEMPLATES.read_text(encoding="utf-8")
    lists = {"pkcs12_due_statuses": DUE_IN_AWX, "pkcs12_fail_on": LOUD}

    def written(found: re.Match[str]) -> str:
        return f"{found['indent']}{found['name']}:\n{_lines(found['indent'], lists[found['name']])}"

    pattern = rf"^(?P<indent> +)(?P<name>{'|'.join(lists)}):\n(?:(?P=indent)  - \w+\n)+"
    return re.sub(pattern, written, text, flags=re.MULTILINE)


def options(path: Path) -> str:
    """The documentation of a module whose options name statuses."""

    def written(found: re.Match[str]) -> str:
        known = re.findall(r"- (\w+)", found["list"])
        if "without_holder" not in known:
            return found[0]
        return f"{found['indent']}choices:\n" + _lines(found["indent"], FAIL_ON if "failed" in known else ACCEPTABLE)

    return CHOICES.sub(written, path.read_text(encoding="utf-8"))


def pages() -> dict[Path, str]:
    """Every file that is written, and its text."""
    return {FACTS: facts(), REPORT: report(), JOB_TEMPLATES: job_templates()} | {
        path: options(path) for path in OF_OPTIONS
    }


def _lines(indent: str, values: Iterable[str]) -> str:
    return "".join(f"{indent}  - {value}\n" for value in values)


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
