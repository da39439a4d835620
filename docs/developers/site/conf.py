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
# An address, because the theme spoils the path of a file. Without it, the theme shows that of Ansible. The picture is a key.
html_favicon = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath fill='none' stroke='%231f5fa8' stroke-width='2' "
    "d='M5 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5zM7.5 8H15v3M12 8v2.5'/%3E%3C/svg%3E"
)
templates_path = ["templates"]
html_show_sphinx = False
html_copy_source = False
html_use_index = False
extensions = ["sphinx_antsibull_ext", "ansible_links", "languages"]
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"
# Beside the pages, where tools/docs copies it. A file for each page; code is not translated.
locale_dirs = ["locale"]
gettext_compact = False
gettext_location = False
