# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx reads this: how the documentation site looks. ``make docs`` builds it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "hospital_it.pkcs12"
author = "hospital_it.pkcs12 contributors"
project_copyright = author
html_title = "hospital_it.pkcs12"
html_theme = "sphinx_ansible_theme"
html_theme_options = {"topbar_links": {}}
html_favicon = "icon.svg"
templates_path = ["templates"]
html_show_sphinx = False
html_copy_source = False
html_use_index = False
extensions = ["sphinx_antsibull_ext", "ansible_links"]
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"
