# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a built collection with the tree: it must have every tracked file that is published, and no other.

    python tools/check_tarball.py TARBALL

Prints one line per file that is too many or missing, and ends with 1 when there is any.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile

DOCUMENTS = [
    ".ansible-lint",
    "CHANGELOG.md",
    "LICENSE",
    "LICENSES/",
    "README.md",
    "SECURITY.md",
    "changelogs/",
    "docs/awx/",
    "docs/benchmarks.md",
    "docs/images/",
    "docs/monitoring/",
    "docs/*.schema.json",
    "docs/docsite/",
    "docs/systemd/",
    "docs/tried.md",
]
CONTENT = ["extensions/molecule/", "meta/", "playbooks/", "plugins/", "requirements.txt", "roles/"]
MADE_BY_THE_BUILD = {"MANIFEST.json", "FILES.json"}


def published() -> set[str]:
    """The files that git tracks and that a build must have, as paths relative to the root."""
    command = ["git", "ls-files", "-z", "--", *DOCUMENTS, *CONTENT]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return set(listing.split("\0")) - {""}


def carried(tarball: str) -> set[str]:
    """The files in a built collection."""
    with tarfile.open(tarball) as archive:
        return {member.name for member in archive if not member.isdir()} - MADE_BY_THE_BUILD


def main(tarball: str) -> int:
    """Compares, prints the differences, and returns the exit code."""
    wanted, found = published(), carried(tarball)
    for file in sorted(found - wanted):
        print(f"{file}: in the tarball, and not a tracked file of what is published (build_ignore in galaxy.yml)")
    for file in sorted(wanted - found):
        print(f"{file}: tracked and published, and not in the tarball")
    if wanted != found:
        return 1
    print(f"{tarball}: {len(found)} files, as tracked")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
