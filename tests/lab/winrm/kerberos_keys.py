# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of a service in a Kerberos realm, where GSSAPI looks for them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ENVIRONMENT = threading.Lock()


@dataclass(frozen=True, slots=True)
class KerberosKeys:
    """``configuration`` names the realm and its KDC, ``keytab`` holds the keys of the services."""

    configuration: Path
    keytab: Path

    @contextmanager
    def in_environment(self) -> Iterator[None]:
        """Within it, an acceptor of this process finds them. GSSAPI takes both from environment variables, which belong to the process."""
        wanted = {
            "KRB5_CONFIG": str(self.configuration),
            "KRB5_KTNAME": f"FILE:{self.keytab}",
            "KRB5RCACHENAME": "none:",
        }
        with _ENVIRONMENT:
            before = {name: os.environ.get(name) for name in wanted}
            os.environ.update(wanted)
            try:
                yield
            finally:
                for name, value in before.items():
                    if value is None:
                        os.environ.pop(name)
                    else:
                        os.environ[name] = value
