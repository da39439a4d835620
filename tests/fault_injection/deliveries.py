# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A delivery to withdraw: its link at the lab's registration authority, its folder, and where its bundle is by now."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.pkcs12 import open_bundle
from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._errors import Pkcs12Error
from lab.authority import Authority, IssuedBundle
from lab.registration_authority import RegistrationAuthority, Variant
from lab.tls import server_context, trust

CODE = "code of the mail 4711"
NEW = "passphrase of the site 0815"


@dataclass(frozen=True)
class Office:
    """A registration authority that runs, the file by which it is trusted, and a bundle that it hands out."""

    server: RegistrationAuthority
    ca_path: Path
    issued: IssuedBundle

    def deliver(self, folder: Path, variant: Variant | None = None) -> Delivered:
        """A new link, and an empty folder for its bundle."""
        self.server.variant = variant or Variant()
        folder.mkdir(parents=True)
        scratch = folder / "scratch"
        scratch.mkdir()
        bundles = folder / "bundles"
        bundles.mkdir()
        return Delivered(self, bundles, scratch, self.server.issue(self.issued, CODE))


@dataclass(frozen=True)
class Delivered:
    """A delivery. ``bundles`` is the folder for the bundle, ``scratch`` one for the test."""

    office: Office
    bundles: Path
    scratch: Path
    url: str

    @property
    def dest(self) -> Path:
        return self.bundles / self.office.issued.file_name

    @property
    def downloads(self) -> int:
        """How often the link gave the bundle."""
        return self.office.server.deliveries[self.url.rpartition("/")[2]].downloads

    def arguments(self, **changes: Any) -> dict[str, Any]:
        """Those of a task."""
        usual = {
            "url": self.url,
            "code": CODE,
            "dest": str(self.dest),
            "name": "Jeanne Dupont",
            "authorisation": "T123456",
            "allowed_hosts": [self.office.server.host],
            "ca_path": str(self.office.ca_path),
            "server_timeout": 10,
            "max_bundle_bytes": 65536,
        }
        return usual | changes

    def whole_files(self) -> list[str]:
        """Names of the files that hold the key, wherever they are."""
        places = [*self.bundles.rglob("*"), *Path(tempfile.gettempdir()).glob("hospital_it.pkcs12-*.p12")]
        return [path.name for path in places if path.is_file() and self._opens(path.read_bytes())]

    def _opens(self, data: bytes) -> bool:
        # A download that was killed is followed by the zeros of its reserve.
        written = data.rstrip(b"\0")
        for candidate in (written + bytes(count) for count in range(4)):
            for passphrase in (CODE, NEW):
                try:
                    return open_bundle(candidate, passphrase).leaf.thumbprint == self.office.issued.thumbprint
                except Pkcs12Error:
                    continue
        return False


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """A registration authority with one bundle for Jeanne Dupont."""
    authority = Authority.create()
    issued = authority.issue("Jeanne Dupont", "T123456", passphrase=CODE)
    with RegistrationAuthority(server_context(authority)) as server:
        yield Office(server, trust(authority, folder), issued)
