# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links to Ansible's own documentation, without a download of its list of labels: the site is built without a network.

A label that this does not know stays unresolved, and Sphinx warns of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from docutils.nodes import Element, TextElement
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

SITE = "https://docs.ansible.com/ansible/latest/"
PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
PLUGIN = re.compile(r"ansible_collections\.ansible\.builtin\.(\w+_(?:module|become|lookup|filter))")


def page_of(label: str) -> str | None:
    """The address of the page that ``label`` stands for, or None if it is none of Ansible's."""
    plugin = PLUGIN.fullmatch(label)
    page = f"collections/ansible/builtin/{plugin[1]}.html" if plugin else PAGES.get(label)
    return page and SITE + page


def link(_app: Sphinx, _environment: BuildEnvironment, node: Element, content: TextElement) -> nodes.reference | None:
    """Sphinx calls this for every reference that it cannot resolve."""
    page = page_of(str(node.get("reftarget", "")))
    return nodes.reference("", "", content, internal=False, refuri=page) if page else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this once."""
    app.connect("missing-reference", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
