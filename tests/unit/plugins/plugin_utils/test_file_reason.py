# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a file cannot be read or written, in the language of the site where the system's number says it."""

from __future__ import annotations

import errno
import os
import ssl

import pytest

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Problem, file_reason
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._messages.words import LANGUAGES, Words

MET = "ENOENT EACCES EPERM ENOTDIR EISDIR EEXIST ENOSPC EDQUOT EROFS ENAMETOOLONG"


@pytest.mark.parametrize("name", MET.split())
def test_what_people_meet_has_words_in_each_language(name: str) -> None:
    said = os.strerror(getattr(errno, name))
    reason = file_reason(OSError(getattr(errno, name), said))
    told = {Words(language).reason(reason) for language in LANGUAGES}
    assert len(told | {reason, said}) == len(LANGUAGES) + 2


@pytest.mark.words  # compares sentences
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError("no number"), "no number"),
        (OSError(), "OSError"),
        (ssl.SSLError(errno.ENOSPC, "[X509] no certificate found"), "[X509] no certificate found"),
    ],
)
def test_anything_else_is_told_as_the_system_says_it(error: OSError, said: str) -> None:
    problem = Problem("mail_file", {"reason": file_reason(error)})
    assert Words().cause(problem) == f"The file cannot be read: {said}."
