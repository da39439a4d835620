# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator

import pytest

from awx.fake import FakeAwx
from awx.fake_jobs import ADMIN
from awx.site import Site, site
from consistency.awx import PROJECT


@pytest.fixture
def fake() -> Iterator[FakeAwx]:
    with FakeAwx() as running:
        running.store.playbooks = {path.name for path in PROJECT.glob("*.yml")}
        yield running


@pytest.fixture
def there(fake: FakeAwx) -> Site:
    return site(
        {
            "PKCS12_AWX_URL": fake.url,
            "PKCS12_AWX_TOKEN": ADMIN,
            "PKCS12_AWX_PROJECT": "https://git.test/p",
            "PKCS12_AWX_IMAGE": "ee:1",
        }
    )
