# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a long table that the page holds compressed."""

from __future__ import annotations

import base64
import zlib

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import packed


def test_packed_rows_have_only_characters_that_html_allows() -> None:
    rows = packed("<tr>a\x00b\ud83d\ufffe</tr>")
    assert zlib.decompress(base64.b64decode(rows)).decode() == "<tr>a\ufffdb\ufffd\ufffd</tr>"
