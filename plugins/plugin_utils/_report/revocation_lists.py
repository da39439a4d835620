# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Reads the revocation lists that the report was asked to check with, from files and from distribution points, and says what is amiss.

Nothing here ends the task: the report is written, and is red if certificates could not be checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .._errors import file_reason
from .._facts.schema import CertificateRecord
from .._policy.revocation import CrlProblem, NotUsable, Revocations, authorities_of, believed, has_ended
from .crl_download import MOST_BYTES, Downloads, is_fetchable
from .crl_row import CrlRow
from .sources import Host

FROM_CERTIFICATE = "from_certificate"
"""The value of ``crl`` for the distribution points of the certificates."""


@dataclass(frozen=True, slots=True)
class ReadLists:
    """What the lists say, and a row for each of them and for each issuer whose certificates were not checked."""

    revocations: Revocations
    rows: tuple[CrlRow, ...]


class Lists:
    """Reads lists, and keeps those that are believed."""

    def __init__(self, issuers: Iterable[str], now: datetime) -> None:
        self._now = now
        self.believed: list[Any] = []
        self.rows: list[CrlRow] = []
        self._authorities: list[Any] = []
        for path in issuers:
            try:
                self._authorities += authorities_of(_file(path))
            except NotUsable as problem:
                self.rows.append(_refused(path, problem))

    def read(self, source: str, get: Callable[[str], bytes]) -> CrlRow:
        """The row of one list. The list is kept if it is believed, also if it has ended."""
        try:
            crl = believed(get(source), self._authorities)
        except NotUsable as problem:
            return _refused(source, problem)
        self.believed.append(crl)
        ended = CrlProblem.ENDED if has_ended(crl, self._now) else None
        return CrlRow(source, crl.issuer, crl.this_update, crl.next_update, crl.size, ended, "")

    def revocations(self) -> Revocations:
        """What the lists so far say."""
        return Revocations(self.believed, self._now)


def read_lists(options: Mapping[str, Any], hosts: Iterable[Host], now: datetime) -> ReadLists:
    """The lists of the options ``crl``, ``crl_issuer_files`` and ``crl_hosts``, for the certificates of the hosts.

    Raises ``Pkcs12Error`` (``bad_arguments``) for an entry of ``crl_hosts`` that is no host.
    """
    downloads = Downloads(options["crl_hosts"])
    if not options["crl"]:
        return ReadLists(Revocations(), ())
    checked = [record for host in hosts for record in host.certificates if _is_checked(record, now)]
    lists = Lists(options["crl_issuer_files"], now)
    for path in dict.fromkeys(options["crl"]):
        if path != FROM_CERTIFICATE:
            lists.rows.append(lists.read(path, _file))
    if FROM_CERTIFICATE in options["crl"]:
        _download(lists, checked, downloads)
    revocations = lists.revocations()
    return ReadLists(revocations, (*lists.rows, *_not_checked(checked, revocations)))


def _is_checked(record: CertificateRecord, now: datetime) -> bool:
    """Whether somebody could still use the certificate."""
    return record.related and not record.archived and now <= record.not_after


def _download(lists: Lists, checked: Iterable[CertificateRecord], downloads: Downloads) -> None:
    """Reads the lists that certificates name, if none of the files is about them. The URLs of a certificate are alternatives."""
    known: dict[str, CrlRow] = {}
    shown: dict[str, CrlRow] = {}
    for issuer, urls in dict.fromkeys((record.issuer, record.crl_urls) for record in checked):
        tried: list[CrlRow] = []
        for url in filter(is_fetchable, urls):
            if lists.revocations().cover(issuer, urls):
                break
            if url not in known:
                known[url] = lists.read(url, downloads.get)
            tried.append(known[url])
        is_covered = lists.revocations().cover(issuer, urls)
        shown |= {row.source: row for row in tried if not is_covered or row.problem is None}
    lists.rows += shown.values()


def _not_checked(checked: Sequence[CertificateRecord], revocations: Revocations) -> Iterable[CrlRow]:
    """A row for each issuer with certificates that no current list is about."""
    missed = [record.issuer for record in checked if not revocations.cover(record.issuer, record.crl_urls)]
    for issuer in sorted(set(missed)):
        row = CrlRow(issuer, None, None, None, None, CrlProblem.NOT_CHECKED, "")
        yield replace(row, detail=str(missed.count(issuer)))


def _file(path: str) -> bytes:
    """The bytes of a file on the controller. Raises ``NotUsable``."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise NotUsable(CrlProblem.UNREADABLE, file_reason(problem)) from None
    except ValueError as problem:
        raise NotUsable(CrlProblem.UNREADABLE, str(problem)) from None
    if len(data) > MOST_BYTES:
        raise NotUsable(CrlProblem.UNREADABLE, f"> {MOST_BYTES} B")
    return data


def _refused(source: str, problem: NotUsable) -> CrlRow:
    return CrlRow(source, None, None, None, None, problem.problem, problem.detail)
