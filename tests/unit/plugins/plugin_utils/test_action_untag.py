# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments without the tags that ansible-core 2.19 and newer put on every value."""

from __future__ import annotations

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._action import untag


class Tagged(str):
    """A string with an origin, as core 2.19 hands it over."""

    __slots__ = ()


class TaggedNumber(int):
    """The same for a number."""


def test_tags_do_not_travel_on() -> None:
    given = {Tagged("a"): [Tagged("b"), TaggedNumber(1), True, None, 1.5, (Tagged("c"),)]}
    found = untag(given)
    assert found == {"a": ["b", 1, True, None, 1.5, ["c"]]}
    assert found["a"][2] is True  # and no 1, which is equal
    ((key, values),) = found.items()
    assert {type(key), *map(type, values[:2]), type(values[5][0])} == {str, int}
