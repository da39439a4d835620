# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The report for Prometheus, in its text format, as node_exporter's textfile collector reads it. Pure.

No label has a person's name, because monitoring keeps its data for a long time and many people see it. With the inventory, the
workstation, the authorisation number and the SID are enough to find the person. docs/docsite/rst/guide_error_codes.rst has a table of
the metrics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..._policy.status import Status
from ..acceptance import all_accepted, is_accepted, is_left
from ..model import HolderRow, Reachability, Report, WorkstationRow
from ..summary import summary

Labels = Mapping[str, str]
Sample = tuple[Labels, int]


@dataclass(frozen=True, slots=True)
class Metric:
    """A gauge with its samples. Prometheus accepts each series once, so only the first sample with the same labels is written."""

    name: str
    help: str
    samples: Iterable[Sample]

    def lines(self) -> Iterator[str]:
        """The lines of the text format, sorted by labels."""
        series: dict[str, int] = {}
        for labels, value in self.samples:
            series.setdefault(_written(labels), value)
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} gauge"
        for written, value in sorted(series.items()):
            yield f"{self.name}{written} {value}"


def textfile(report: Report) -> str:
    """All metrics, with a newline at the end. Instants are Unix times in seconds. A value that is not known has no series."""
    parts = (_of_the_report, _of_holders, _of_exceptions, _of_lists, _of_certificates, _of_workstations)
    metrics = (metric for part in parts for metric in part(report))
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines())


def _of_the_report(report: Report) -> Iterator[Metric]:
    # Each status has a series, also without a holder, and one for each other access of its holders.
    holders = Counter({(each, each.gives_access): 0 for each in Status})
    holders.update((row.status, row.gives_access) for row in _all_holders(report))
    answers = Counter(row.answer for row in report.workstations)
    counted = summary(report)
    found = counted.without_holder
    yield Metric("pkcs12_report_timestamp_seconds", "Report date.", [({}, _unix(report.parameters.report_date))])
    yield Metric(
        "pkcs12_holders",
        "Holders by status, those without a workstation included.",
        [({"status": status.value, "access": access.value}, count) for (status, access), count in holders.items()],
    )
    yield Metric(
        "pkcs12_holders_accepted",
        "Holders with findings that the site has accepted, and no other; their statuses count all the same.",
        [({}, sum(map(is_accepted, _all_holders(report))))],
    )
    yield Metric(
        "pkcs12_workstations",
        "Workstations by their answer.",
        [({"answer": answer.value}, answers[answer]) for answer in Reachability],
    )
    yield Metric(
        "pkcs12_certificates_without_holder",
        "Certificates that belong to no holder of the inventory.",
        [({}, found)] if found is not None else [],
    )
    yield Metric(
        "pkcs12_certificates_without_holder_accepted",
        "Certificates without a holder that the site has accepted; pkcs12_certificates_without_holder has them, too.",
        [({}, sum(not is_left(row) for row in report.without_holder))] if found is not None else [],
    )
    yield Metric(
        "pkcs12_workstations_not_searched",
        "Workstations where nobody has looked for certificates without a holder.",
        [({}, counted.not_searched)],
    )


def _of_holders(report: Report) -> Iterator[Metric]:
    rows = _all_holders(report)
    zone = ZoneInfo(report.parameters.time_zone)
    yield Metric(
        "pkcs12_holder_status",
        "1 for the status that a holder has; the other statuses have no series.",
        [(_holder(row) | {"status": row.status.value, "access": row.gives_access.value}, 1) for row in rows],
    )
    yield Metric(
        "pkcs12_holder_access_until_timestamp_seconds",
        "Last second of a holder's access, by the certificate and the yearly authorisation.",
        [(_holder(row), _unix(row.access_until)) for row in rows if row.access_until],
    )
    yield Metric(
        "pkcs12_authorisation_end_timestamp_seconds",
        "Beginning of the end date of a holder's authorisation, in the time zone of the report: there is no access from then on.",
        [(_holder(row), _midnight(row.authorisation_until, zone)) for row in rows if row.authorisation_until],
    )


def _of_exceptions(report: Report) -> Iterator[Metric]:
    zone = ZoneInfo(report.parameters.time_zone)
    yield Metric(
        "pkcs12_accepted_until_timestamp_seconds",
        "When what the site has accepted counts again; workstation is empty for what no workstation has.",
        [
            (
                {
                    "authorisation": number,
                    "issuer": setting,
                    "workstation": each.workstation or "",
                    "what": each.what.value,
                },
                _midnight_after(each.until, zone),
            )
            for (number, setting), accepted in all_accepted(report).items()
            for each in accepted
        ],
    )
    yield Metric(
        "pkcs12_holder_accepted_until_timestamp_seconds",
        "When the first of a holder's accepted findings counts again; only of holders of whom the site has accepted everything.",
        [
            (_holder(row), _midnight_after(min(each.until for each in row.accepted), zone))
            for row in _all_holders(report)
            if is_accepted(row)
        ],
    )


def _of_lists(report: Report) -> Iterator[Metric]:
    rows = report.revocation_lists
    yield Metric(
        "pkcs12_revocation_list_problems",
        "Revocation lists that could not be used or have ended, and issuers whose certificates were not checked.",
        [({}, sum(row.problem is not None for row in rows))],
    )
    yield Metric(
        "pkcs12_revocation_list_next_update_timestamp_seconds",
        "When a newer revocation list has to be there.",
        [
            ({"source": row.source, "issuer": row.issuer or ""}, _unix(row.next_update))
            for row in rows
            if row.next_update
        ],
    )


def _of_certificates(report: Report) -> Iterator[Metric]:
    rows = (*report.certificates, *report.without_holder)
    yield Metric(
        "pkcs12_certificate_not_after_timestamp_seconds",
        "Last second of a certificate in a store; authorisation is empty without a holder. Only use authentication gives access.",
        (
            (
                {
                    "workstation": row.workstation,
                    "authorisation": row.holder or "",
                    "issuer": row.certificate.issuer_setting,
                    "owner_sid": row.certificate.owner_sid,
                    "store": row.certificate.store,
                    "thumbprint": row.certificate.thumbprint,
                    "use": row.certificate.use.value,
                    "status": row.status.value,
                },
                _unix(row.certificate.not_after),
            )
            for row in rows
        ),
    )


def _of_workstations(report: Report) -> Iterator[Metric]:
    rows = report.workstations
    yield Metric(
        "pkcs12_workstation_answered",
        "1 for a workstation that answered, 0 for one that did not.",
        [(_named(row), int(row.answer is Reachability.ANSWERED)) for row in rows],
    )
    yield Metric(
        "pkcs12_workstation_facts_timestamp_seconds",
        "When a workstation last answered.",
        [(_named(row), _unix(row.facts_at)) for row in rows if row.facts_at],
    )
    yield Metric(
        "pkcs12_workstation_clock_skew_seconds",
        "How fast a workstation's clock was; negative: slow.",
        [(_named(row), row.clock_skew_seconds) for row in rows if row.clock_skew_seconds is not None],
    )
    yield Metric(
        "pkcs12_workstation_unread",
        "Stores and elements of stores that could not be read.",
        [(_named(row), len(row.unread)) for row in rows],
    )


def _all_holders(report: Report) -> tuple[HolderRow, ...]:
    return (*report.holders, *report.without_workstation)


def _holder(row: HolderRow) -> dict[str, str]:
    """``issuer``: the site's setting, as it was written when the workstation was audited."""
    return {"authorisation": row.authorisation, "issuer": row.issuer_setting}


def _named(row: WorkstationRow) -> Labels:
    return {"workstation": row.workstation}


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())


def _midnight(day: date, zone: ZoneInfo) -> int:
    return _unix(datetime.combine(day, time.min, zone))


def _midnight_after(day: date, zone: ZoneInfo) -> int:
    """The end of a day. Where Python has no next day, its beginning."""
    return _midnight(day + timedelta(days=1) if day < date.max else day, zone)


def _written(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    """A label's value with backslash, quote and newline escaped. A lone surrogate, which UTF-8 cannot hold, becomes a question mark."""
    whole = value.encode("utf-8", errors="replace").decode("utf-8")
    return whole.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
