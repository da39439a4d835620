# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The one download of a link: every byte goes to the disk as it comes, into space that was reserved before the link was used."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .._errors import Pkcs12Error, counted
from .._io.durable_files import PartFile, free_name, move, replace_file, sync_folder
from .._io.http_client import Answer, HttpClient
from .._io.urls import host_of
from .bundle import is_whole
from .conversation import ERROR_STATUS, HTML_TYPES, Conversation, NoFile, begins_like_p12, find_download
from .destination import Destination
from .html_page import read_page
from .page_meaning import Place, explain, nothing_fits


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
                raise self._kept(other, part) from None
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
            raise problem or _empty(delivered, how)
        if (problem is not None or begins_like_p12(data)) and not is_whole(data):
            cut = free_name(self.place.path, ".cut")
            move(self.place.part, cut)
            raise _cut(delivered, len(data), cut, problem)
        move(self.place.part, self.place.path)
        with suppress(OSError):
            self.place.page.unlink()
        return delivered

    def _kept(self, other: NoFile, part: PartFile) -> Pkcs12Error:
        """Keeps what came instead of the file, in the space that was reserved for the file."""
        if not other.data:
            part.discard()
            return other.refusal
        path = free_name(self.place.path, ".rejected") if self.client.is_code_sent else self.place.page
        try:
            part.write(other.data)
            part.close()
            self.place.part.replace(path)
            sync_folder(path.parent)
        except OSError:  # what the issuer has said counts more
            return other.refusal
        refusal = other.refusal
        return Pkcs12Error(
            code=refusal.code, cause=f"{refusal.cause} What came is kept as {path}.", next_step=refusal.next_step
        )

    def _store(self, answer: Answer, part: PartFile) -> tuple[bytes, Pkcs12Error | None]:
        """Writes the body to the disk. Returns it, and what ended it too early."""
        data, problem = bytearray(), None
        failure: OSError | None = None
        try:
            for chunk in answer.chunks():
                data += chunk
                failure = failure or _written(part, chunk)
        except Pkcs12Error as cut:
            problem = cut
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
                raise Pkcs12Error(
                    code="disk_full",
                    cause=f"The bundle was delivered, but {self.place.part} could not be written: {os.strerror(failure.errno or 0)}."
                    f" It is kept as {path}.",
                    next_step="Make space there, then run the task again on this controller. It takes the file over without a request.",
                )
        raise failure

    def explained(self, delivered: Delivered, path: Path, how: Conversation) -> Pkcs12Error:
        """Why what was delivered, and is kept at ``path``, is no PKCS#12 file."""
        data = path.read_bytes()
        host, kind = host_of(delivered.url), delivered.content_type.partition(";")[0].strip() or "no content type"
        page = Place(delivered.url, delivered.status, read_page(data, delivered.content_type))
        if delivered.status >= ERROR_STATUS:
            return explain(page, how.meanings, how.secrets) or nothing_fits(page, how.secrets)
        if kind not in HTML_TYPES and not data.lstrip().startswith(b"<"):
            return Pkcs12Error(
                code="wrong_content",
                cause=f"{host} delivered {counted(len(data), 'byte')} of {kind[:60]}, which is not a PKCS#12 file.",
                next_step="Look at the kept file, and ask the issuer for a new delivery.",
            )
        return explain(page, how.meanings, how.secrets) or Pkcs12Error(
            code="html_instead",
            cause=f"{host} delivered a web page instead of the bundle: {page.shown(page.page.text, how.secrets)}",
            next_step="Open the kept page in a browser to see what the issuer says. Then run the task again.",
        )


def _written(part: PartFile, chunk: bytes) -> OSError | None:
    try:
        part.write(chunk)
    except OSError as failure:
        return failure
    return None


def _empty(delivered: Delivered, how: Conversation) -> Pkcs12Error:
    """Why nothing came."""
    page = Place(delivered.url, delivered.status, read_page(b"", delivered.content_type))
    if delivered.status >= ERROR_STATUS:
        return explain(page, how.meanings, how.secrets) or nothing_fits(page, how.secrets)
    return Pkcs12Error(
        code="wrong_content",
        cause=f"{host_of(delivered.url)} delivered an empty file.",
        next_step="Run the task again. If the link is used by then, ask the issuer for a new delivery.",
    )


def _cut(delivered: Delivered, size: int, path: Path, problem: Pkcs12Error | None) -> Pkcs12Error:
    if problem is not None and problem.code == "too_large":
        return Pkcs12Error(
            code="too_large", cause=f"{problem.cause} What came is kept as {path}.", next_step=problem.next_step
        )
    cause = (
        problem.cause
        if problem
        else f"The file from {host_of(delivered.url)} is not complete: {counted(size, 'byte')} came."
    )
    return Pkcs12Error(
        code="download_cut",
        cause=f"{cause} What came is kept as {path}.",
        next_step="Run the task again. If the link is used by then, ask the issuer for a new delivery.",
    )


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
