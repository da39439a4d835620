# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The forms of the report, by the names that users give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..model import Report
from .csv_tables import certificates_csv, holders_csv
from .html_page import page
from .json_document import to_json
from .markdown import markdown
from .prometheus import textfile
from .xlsx_workbook import workbook


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One file of a format. ``suffix`` follows the report's name. ``make`` makes the bytes."""

    suffix: str
    make: Callable[[Report], bytes]


FILE_FORMATS: Mapping[str, Sequence[FileFormat]] = {
    # Windows allows a lone surrogate in a name, and UTF-8 cannot hold it. It becomes a question mark.
    "html": (FileFormat(".html", lambda report: page(report).encode(errors="replace")),),
    "json": (FileFormat(".json", lambda report: to_json(report).encode()),),
    "csv": (FileFormat("-holders.csv", holders_csv), FileFormat("-certificates.csv", certificates_csv)),
    "prometheus": (FileFormat(".prom", lambda report: textfile(report).encode()),),
    "markdown": (FileFormat(".md", lambda report: markdown(report).encode()),),
    "xlsx": (FileFormat(".xlsx", workbook),),
}
USUAL = [name for name in FILE_FORMATS if name != "xlsx"]
"""What a site gets that names none: a workbook needs a library, and has addresses of mail."""
