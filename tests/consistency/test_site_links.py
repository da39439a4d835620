# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the built site finds each kind of dead link, and `make docs` runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from consistency.tree import ROOT

CHECK = ROOT / "docs" / "developers" / "site" / "check_links.py"


def checked(folder: Path, link: str) -> subprocess.CompletedProcess[str]:
    """The result for a site of two pages and a picture, with one more link on the second page."""
    (folder / "guides").mkdir()
    (folder / "logo.png").write_bytes(b"")
    (folder / "index.html").write_text(
        '<h1 id="top"><a href="guides/one.html#r%C3%A9sum%C3%A9">One</a></h1>', encoding="utf-8"
    )
    page = '<p id="résumé"><a href="../index.html#top">Home</a><img src="../logo.png"><a href="#">Top</a><a href="https://x.example/y">X</a>'
    (folder / "guides" / "one.html").write_text(page + link, encoding="utf-8")
    return subprocess.run([sys.executable, str(CHECK), str(folder)], capture_output=True, text=True, check=False)


def test_links_that_lead_somewhere_are_passed(tmp_path: Path) -> None:
    done = checked(tmp_path, "")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "link",
    [
        '<a href="index.html">',
        '<a href="#gone">',
        '<img src="logo.png">',
    ],
)
def test_a_dead_link_is_named_with_its_page(tmp_path: Path, link: str) -> None:
    done = checked(tmp_path, link)
    assert done.returncode == 1
    assert done.stderr == f"dead link: guides/one.html: {link.split(chr(34))[1]}\n"
