# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""``compliance_report``: from facts to rows to files, and the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from .._errors import Pkcs12Error, Problem
from .._facts.codec import Mismatch, from_map, to_map
from .._facts.fact_cache import FactCache
from .._facts.holder_entries import VARIABLE, entries_in
from .._facts.holders import parse_day, parse_holder
from .._facts.issuer_advice import advice_of, of_facts
from .._facts.leavers import LEAVERS, gone, leavers_in
from .._facts.site_issuers import issuers_of
from .._io.atomic_files import read, write
from .._policy.issuers import Issuers
from .._policy.names import NameCheck
from .._policy.subject import check_pattern
from .._policy.validity import calendar_of
from .acceptance import WITHOUT_PLACE, is_left, not_accepted
from .build import Sources, build
from .deliveries import deliveries_of
from .exceptions import FAILED, Acceptable, parse_exceptions
from .formats.file_formats import FILE_FORMATS
from .formats.json_document import document, parse
from .formats.markdown import markdown
from .formats.xlsx_workbook import library
from .language.counts import failing, sentence, shared_at, shared_sentences, some_names, unsearched
from .language.vocabulary import checked_word, document_of, service_of
from .language.wording import Wording
from .model import Report, ReportParameters
from .no_answer import with_unusable_variables
from .query import select
from .revocation_lists import read_lists
from .sources import RENEW_BEFORE_DAYS, Host, host_of, hosts_of, merged, people_of, usable
from .strangers import not_searched
from .summary import person_of, shared_numbers

CRL = "crl"
"""The key of ``failing`` for revocation lists."""

DAYS = ("renew_before_days", "authorisation_due_within_days", "facts_max_age_days", "issuer_overdue_days")

SHARED = "shared_numbers"
"""The key of ``failing`` for numbers that the inventory has for two people."""

NOT_SEARCHED = "not_searched"
"""The key of ``failing`` for workstations where nobody has looked for certificates without a holder, if ``fail_on`` names these."""

REGISTER = "register"
"""The key of ``failing`` for wrong rows of the register: their people are not served."""

VARIABLES = "variables"
"""The key of ``failing`` for workstations whose variables cannot be used."""


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a run, or those that it would write: paths by format, and whether any of them changed."""

    files: Mapping[str, Sequence[str]]
    changed: bool


def report_of(options: Mapping[str, Any], variables: Iterable[tuple[str, Mapping[str, Any]]], now: datetime) -> Report:
    """The whole report of the options and the hosts' variables: ``query`` selects nothing yet. Raises ``Pkcs12Error``."""
    check_pattern("authorisation_pattern", options["authorisation_pattern"], groups=1)
    site = issuers_of(options)
    variables = list(variables)
    slices = [_earlier(path) for path in options["merge_reports"]]
    anniversary = parse_day(options["authorisation_anniversary"], setting="authorisation_anniversary")
    people = [
        parse_holder({"user": entry["name"]} | entry, site_anniversary=anniversary)
        for entry in options["register_holders"]
    ]
    parameters = _parameters(options, site, now)
    today = calendar_of(parameters.time_zone, 0).day(parameters.report_date)
    hosts = _hosts(variables, slices, site)
    sources = Sources(
        hosts=hosts,
        # If a person is in both, the last entry counts.
        people=[*(entry for report in slices for entry in people_of(report)), *people],
        pattern=options["authorisation_pattern"],
        earlier=_basis(options["previous_report"]) if options["previous_report"] else None,
        deliveries=deliveries_of(options["deliveries"], slices),
        leavers=_leavers(options, variables, today),
        exceptions=parse_exceptions(options["exceptions"]),
        crl=read_lists(options, hosts, parameters.report_date),
        site=site,
        name_check=NameCheck(options["name_check"]),
        register_problems=options.get("register_problems", ()),
    )
    return build(sources, parameters)


def check_report(options: Mapping[str, Any], now: datetime) -> None:
    """Refuses what every report of these options would refuse. It reads no file and no workstation. Raises ``Pkcs12Error``."""
    alone: dict[str, Any] = {"merge_reports": [], "previous_report": None, "crl": [], "deliveries": {}}
    report = report_of({**options, **alone}, (), now)
    if options["report_query"]:
        select(report, options["report_query"])


def check_formats(options: Mapping[str, Any]) -> None:
    """Refuses a file that cannot be made, before the first one is written. Raises ``Pkcs12Error``: ``missing_library``."""
    if options["report_folder"] and "xlsx" in options["report_formats"]:
        library()


def last_report(options: Mapping[str, Any]) -> str | None:
    """The JSON report of the last run in the same folder, where this one is compared with it and it is there."""
    path = Path(options["report_folder"] or "", f"{options['report_name']}.json")
    return str(path) if options["compare_reports"] and options["report_folder"] and path.exists() else None


def checked(report: Report, cache: FactCache) -> Report:
    """The whole report, if anything is known of any workstation: its facts, or why it did not answer. Else raises ``Pkcs12Error``."""
    if not _is_known(report):
        raise cache.refusal()
    return report


def check_outside(report: Report, called: Set[str], limit: str, cache: FactCache) -> None:
    """Refuses the report of a run that calls some workstations alone where nothing is known of the others: it would replace a good one.

    ``report``: also one that is made before the run calls anybody. Where facts are kept, those of any workstation say that they are found
    here; where they are not, those of the others are lost. Raises ``Pkcs12Error``: ``no_facts``.
    """
    others = tuple(row for row in report.workstations if row.workstation not in called)
    if others and not _is_known(report if cache.keeps else replace(report, workstations=others)):
        raise cache.refusal() if cache.keeps else cache.refusal_outside(limit)


def _is_known(report: Report) -> bool:
    """Whether anything is known of any of its workstations."""
    unusable = with_unusable_variables(report)
    return any(row.facts_at or (row.problem and row.workstation not in unusable) for row in report.workstations)


def days_of_other_hosts(variables: Iterable[tuple[str, Mapping[str, Any]]], days: int) -> list[Problem]:
    """A warning if a workstation renews from another day on than the report counts with. A report has one number of days for all."""
    given = ((name, known.get(RENEW_BEFORE_DAYS)) for name, known in variables)
    others = [f"{name} ({each})" for name, each in given if isinstance(each, (int, str)) and str(each) != str(days)]
    if not others:
        return []
    return [Problem("other_days", {"days": days, "hosts": tuple(others)})]


def issuer_advice(options: Mapping[str, Any], report: Report) -> list[Problem]:
    """Warnings of what the site should do about its issuers."""
    today = (replace(row.certificate, status=row.status) for row in report.certificates)
    return advice_of([{"issuers": of_facts(issuers_of(options), today)}])


def write_files(options: Mapping[str, Any], report: Report, check_mode: bool) -> Written:
    """Writes the files of ``formats`` into the destination. Raises ``Pkcs12Error`` (``report_file``)."""
    files: dict[str, list[str]] = {}
    changed = False
    for name in options["report_formats"] if options["report_folder"] else ():
        for file_format in FILE_FORMATS[name]:
            # Absolute, because other modules look for a relative path elsewhere.
            path = Path(options["report_folder"]).absolute() / f"{options['report_name']}{file_format.suffix}"
            changed = write(path, file_format.make(report), check_mode) or changed
            files.setdefault(name, []).append(str(path))
    return Written(files, changed)


def report_result(options: Mapping[str, Any], report: Report, written: Written) -> dict[str, Any]:
    """The documented result. It is failed if a holder has a status of ``fail_on``, or if something could not be evaluated."""
    found, say = document(report), Wording(report.parameters)
    broken = {
        **unmet_conditions(report, options["fail_on"]),
        **_not_searched(report, options["fail_on"]),
        **not_evaluated(report),
    }
    return {
        "changed": written.changed,
        "failed": bool(broken),
        "failing": broken,
        "files": dict(written.files),
        "summary": found["summary"] | {"report_date": found["report_date"]},
        "rows": [*found["holders"], *found["without_workstation"]],
        "changes": found["changes"],
        "shared_numbers": list(shared_sentences(report, say)),
        "wrong_rows": list(map(say.told.of, report.register.problems)),
        "markdown": markdown(report),
        "msg": _sentence(report, broken),
    }


def unmet_conditions(report: Report, fail_on: Sequence[str]) -> Mapping[str, int]:
    """How many holders have each status of ``fail_on`` at any workstation, how many the last run did not serve at any, and how many
    certificates have no holder.

    What is accepted does not count. Zeros are left out.
    """
    rows = [(person_of(row), not_accepted(row)) for row in (*report.holders, *report.without_workstation)]
    left = sum(map(is_left, report.without_holder))
    failed = {person_of(row) for row in report.holders if any(place.outcome == FAILED for place in row.places)}
    counts = {each: len({person for person, found in rows if each in found}) for each in fail_on} | {
        Acceptable.WITHOUT_HOLDER.value: left,
        FAILED: len(failed),
    }
    return {each: counts[each] for each in fail_on if counts[each]}


def _not_searched(report: Report, fail_on: Sequence[str]) -> Mapping[str, int]:
    """That none was found is no answer where nobody has looked."""
    count = not_searched(report) if Acceptable.WITHOUT_HOLDER.value in fail_on else 0
    return {NOT_SEARCHED: count} if count else {}


def not_evaluated(report: Report) -> Mapping[str, int]:
    """Under ``crl`` the number of revocation lists with a problem: who asked for a check has to know that it was not one. Under
    ``variables`` that of the workstations whose variables cannot be used, under ``shared_numbers`` that of the numbers of two
    people, under ``register`` that of its wrong rows. Zeros are left out.
    """
    counts = {
        CRL: sum(row.problem is not None for row in report.revocation_lists),
        REGISTER: _wrong_rows(report),
        SHARED: len(shared_numbers(report)),
        VARIABLES: len(with_unusable_variables(report)),
    }
    return {each: count for each, count in counts.items() if count}


def _wrong_rows(report: Report) -> int:
    """Their number. Of very many, the last problem only counts the rest."""
    return sum(int(str(each.values.get("count", 1))) for each in report.register.problems)


def _sentence(report: Report, broken: Mapping[str, int]) -> str:
    """The report in one sentence, in its language. It is the subject of a mail, too."""
    say = Wording(report.parameters)
    reasons = _named(report, broken, say)
    problems = [row for row in report.revocation_lists if row.problem]
    sentences = [failing(report, reasons, say)] if reasons else []
    if NOT_SEARCHED in broken:
        sentences.append(say("text.fact", label=say("without_holder"), value=unsearched(report, say)))
    if problems:
        sentences.append(say("crl.incomplete", problems=" ".join(map(say.crl_problem, problems))))
    if shared := shared_at(report, say):
        sentences.append(say("numbers.shared", numbers=shared))
    if wrong := _wrong_rows(report):
        sentences.append(say.counted("register.wrong", wrong))
    if unusable := with_unusable_variables(report):
        sentences.append(say("variables.unusable", workstations=some_names(unusable, say)))
    return " ".join(sentences) or sentence(report, say)


def _named(report: Report, broken: Mapping[str, int], say: Wording) -> Mapping[str, int]:
    """What fails the run in words with its numbers. As everywhere in the report, holders without a workstation are counted apart."""
    without_place = [each.value for each in WITHOUT_PLACE if each.value in broken]
    alone = unmet_conditions(replace(report, holders=()), without_place)
    counts = {
        _in_words(each, say): count - alone.get(each, 0)
        for each, count in broken.items()
        if each not in (CRL, NOT_SEARCHED, REGISTER, SHARED, VARIABLES)
    }
    return {words: count for words, count in (*counts.items(), (say("counts.without"), sum(alone.values()))) if count}


def _in_words(each: str, say: Wording) -> str:
    own = {Acceptable.WITHOUT_HOLDER.value: "tile.without_holder", FAILED: "counts.not_served"}
    return say(own[each]) if each in own else say.of(Acceptable(each))


def _earlier(path: str) -> Report:
    """The complete report of another run. Raises ``Pkcs12Error``."""
    report = parse(read(Path(path)), path)
    if report.parameters.query:
        raise Pkcs12Error(Problem("selected_report", {"path": path, "query": report.parameters.query}))
    return report


def _basis(path: str) -> Report | None:
    """The report with which this one is compared; None for one of an older schema, which says too little. Raises ``Pkcs12Error``."""
    try:
        return _earlier(path)
    except Pkcs12Error as refusal:
        if refusal.problem.code == "not_a_report.older_schema":
            return None
        raise


def not_compared(options: Mapping[str, Any], report: Report) -> list[Problem]:
    """A warning that names an earlier report with which this one could not be compared."""
    path = options["previous_report"]
    return [Problem("older_report", {"name": path})] if path and report.compared_with is None else []


def _hosts(
    variables: Iterable[tuple[str, Mapping[str, Any]]], slices: Iterable[Report], site: Issuers
) -> Sequence[Host]:
    inventory = [host_of(name, known, site) for name, known in variables]
    # A host without holders and without facts is no workstation, for example the controller or a server.
    ours = [host for host in inventory if host.entries or host.facts_at or host.problem]
    found = merged(ours, (host for report in slices for host in hosts_of(report)), site)
    refusals = [host.refusal for host in found if host.refusal]
    if refusals and len(refusals) == len(found):
        raise refusals[0]  # a report of nobody would take the place of the last good one
    return found


def _leavers(
    options: Mapping[str, Any], variables: Sequence[tuple[str, Mapping[str, Any]]], today: date
) -> frozenset[str]:
    """Who has left by the option, or by the inventory."""
    found = leavers_in(options["leavers"]) | gone(options["register_holders"], today)
    for _name, known in variables:
        found |= gone(entries_in(known.get(VARIABLE)), today)
        with suppress(Pkcs12Error):  # host_of says so
            found |= leavers_in(usable(known.get(LEAVERS)))
    return found


def _instant_text(given: str) -> str:
    """YAML makes a datetime of an instant without quotes, whose text has another form. This restores the first form."""
    return given.replace(" ", "T").replace("+00:00", "Z")


def check_days(options: Mapping[str, Any], names: Iterable[str]) -> None:
    """With fewer than no days, every workstation would be silent, or nothing ever due. Raises ``Pkcs12Error``: ``bad_arguments``."""
    for name in names:
        if (options[name] or 0) < 0:
            raise Pkcs12Error(Problem("bad_arguments.days", {"given": options[name]}, name))


def _parameters(options: Mapping[str, Any], site: Issuers, now: datetime) -> ReportParameters:
    check_days(options, DAYS)
    parameters = ReportParameters(
        report_date=now.replace(microsecond=0),
        time_zone=options["time_zone"],
        language=options["language"],
        title=options["report_title"],
        authorisation_word=checked_word(options["authorisation_word"]),
        renew_before_days=options["renew_before_days"],
        authorisation_due_within_days=options["authorisation_due_within_days"],
        facts_max_age_days=options["facts_max_age_days"],
        issuer_overdue_days=options["issuer_overdue_days"],
        issuer_contact=options["issuer_contact"],
        issuer_mail_sender=options["issuer_mail_sender"],
        issuer_mail_subject=options["issuer_mail_subject"],
        query=None,
        establishment=options["establishment"],
        issuer=", ".join(site.names),
        service=service_of(options["service"]),
        authorisation_document=document_of(options["authorisation_document"]),
    )
    if not options["report_date"]:
        return parameters
    try:
        return from_map(ReportParameters, to_map(parameters) | {"report_date": _instant_text(options["report_date"])})
    except Mismatch:
        given = {"given": options["report_date"]}
        raise Pkcs12Error(Problem("bad_arguments.report_date", given, "report_date")) from None
