# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dates of the page in English, whose hyphens are places where browsers break lines."""

from __future__ import annotations

import re

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._report.formats.html_page import dated, page
from unit.plugins.plugin_utils._report.reports import sample


def test_a_date_does_not_break_at_its_hyphens() -> None:
    text = re.sub(r"<title>.*?</title>|<style>.*?</style>|<script>.*?</script>", "", page(sample()), flags=re.DOTALL)
    rows = "".join(re.findall(r"<tbody>.*?</tbody>", text, re.DOTALL))
    free = re.sub(r'<span class="day">\d{4}-\d\d-\d\d</span>|<[^>]*>', "", rows)
    assert re.findall(r".{20}\d{4}-\d\d-\d\d", free) == []
    assert '<span class="day">' in rows
    assert ".day { white-space: nowrap; }" in page(sample())


def test_only_a_span_is_added_to_a_text() -> None:
    assert dated("<b> 2026-11-26") == '&lt;b&gt; <span class="day">2026-11-26</span>'
    assert dated("12026-11-26 and 26/11/2026") == "12026-11-26 and 26/11/2026"
