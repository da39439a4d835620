# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The one download of a link: every byte goes to the disk as it comes, into space that was reserved before the link was used."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .._errors import Outside, Pkcs12Error, Problem, file_reason
from .._io.durable_files import PartFile, free_name, move, replace_file, sync_folder
from .._io.http_client import Answer, HttpClient
from .._io.urls import host_of
from .bundle import is_whole
from .conversation import ERROR_STATUS, HTML_TYPES, Conversation, NoFile, begins_like_p12, find_download
from .destination import Destination, kept_as
from .html_page import read_page
from .page_meaning import FetchedPage, explain, nothing_fits


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the download was called. Its bytes are at the destination."""

    url: str
    status: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Download:
    """``reserve``: bytes that are reserved on the disk."""

    client: HttpClient
    place: Destination
    reserve: int

    def fetch(self, url: str, code: str, how: Conversation) -> Delivered:
        """Downloads to the final name of the destination. Raises ``Pkcs12Error`` of ``find_download``, and ``download_cut``.

        All bytes that came are kept: of a download that was cut off under the name ``.cut``, unless it is a whole file all the same;
        of a page that came instead under ``.rejected``, or ``.page`` if the link was not used yet. An interrupt waits until then.
        """
        with interrupts_deferred():
            part = PartFile(self.place.part, self.reserve)
            try:
                answer = find_download(self.client, url, code, how)
            except NoFile as other:
                raise Pkcs12Error(self._kept(other, part)) from None
            except BaseException:
                part.discard()
                raise
            return self._stored(answer, part, how)

    def _stored(self, answer: Answer, part: PartFile, how: Conversation) -> Delivered:
        """From the answer to the file. Nothing may come before the first byte is written: the link is used."""
        delivered = Delivered(answer.url, answer.status, answer.content_type)
        data, problem = self._store(answer, part)
        if not data:
            self.place.part.unlink()
            raise Pkcs12Error(problem or _empty(delivered, how))
        if (problem is not None or begins_like_p12(data)) and not is_whole(data):
            cut = free_name(self.place.path, ".cut")
            move(self.place.part, cut)
            half = Problem("download_cut.incomplete", {"host": host_of(delivered.url), "count": len(data)})
            raise Pkcs12Error(kept_as(problem or half, cut, "kept.came"))
        move(self.place.part, self.place.path)
        with suppress(OSError):
            self.place.page.unlink()
        return delivered

    def _kept(self, other: NoFile, part: PartFile) -> Problem:
        """Keeps what came instead of the file, in the space that was reserved for the file."""
        if not other.data:
            part.discard()
            return other.problem
        path = free_name(self.place.path, ".rejected") if self.client.is_code_sent else self.place.page
        try:
            part.write(other.data)
            part.close()
            self.place.part.replace(path)
            sync_folder(path.parent)
        except OSError:  # what the issuer has said counts more
            return other.problem
        return kept_as(other.problem, path, "kept.came")

    def _store(self, answer: Answer, part: PartFile) -> tuple[bytes, Problem | None]:
        """Writes the body to the disk. Returns it, and what ended it too early."""
        data = bytearray()
        problem: Problem | None = None
        failure: OSError | None = None
        try:
            for chunk in answer.chunks():
                data += chunk
                failure = failure or _written(part, chunk)
        except Pkcs12Error as cut:
            problem = cut.problem
        finally:
            answer.close()
        try:
            part.close()
        except OSError as closing:
            failure = failure or closing
        if failure is not None:
            self._rescue(bytes(data), failure)
        return bytes(data), problem

    def _rescue(self, data: bytes, failure: OSError) -> None:
        """The disk failed while the file came: puts it where the next run looks for it. Raises ``Pkcs12Error`` or ``OSError``."""
        for path in self.place.rescued:
            with suppress(OSError):
                replace_file(path, data)
                values = {"part": str(self.place.part), "reason": file_reason(failure), "path": str(path)}
                raise Pkcs12Error(Problem("disk_full.rescued", values))
        raise failure

    def explained(self, delivered: Delivered, path: Path, how: Conversation) -> Problem:
        """Why what was delivered, and is kept at ``path``, is no PKCS#12 file."""
        data = path.read_bytes()
        kind = delivered.content_type.partition(";")[0].strip()
        page = FetchedPage(delivered.url, delivered.status, read_page(data, delivered.content_type))
        if delivered.status >= ERROR_STATUS:
            return explain(page, how.meanings, how.secrets) or nothing_fits(page, how.secrets)
        if kind not in HTML_TYPES and not data.lstrip().startswith(b"<"):
            return Problem(
                "wrong_content.of_type", {"host": page.host, "count": len(data), "content": Outside(kind[:60])}
            )
        meaning = explain(page, how.meanings, how.secrets)
        shown = page.shown(page.page.text, how.secrets)
        return meaning or Problem("html_instead", {"host": page.host}, causes=(shown,))


def _written(part: PartFile, chunk: bytes) -> OSError | None:
    try:
        part.write(chunk)
    except OSError as failure:
        return failure
    return None


def _empty(delivered: Delivered, how: Conversation) -> Problem:
    """Why nothing came."""
    page = FetchedPage(delivered.url, delivered.status, read_page(b"", delivered.content_type))
    if delivered.status >= ERROR_STATUS:
        return explain(page, how.meanings, how.secrets) or nothing_fits(page, how.secrets)
    return Problem("wrong_content.empty", {"host": page.host})


DEFERRED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
"""What a person, a job server and a closed terminal send to end a run, and the alarm of a task's ``timeout``."""


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Lets these signals wait for the end of the block. Who sends SIGKILL does not wait.

    Handlers and no mask, because a mask is of one thread, and the system may give the signal to another one. Only the main thread may set
    handlers; Ansible runs a task there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {each: signal.signal(each, lambda number, _frame: came.append(number)) for each in DEFERRED}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, signal.SIG_DFL if handler is None else handler)
        for number in came:
            signal.raise_signal(number)
