# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12: the option that has a task take the site's settings, for the sidecars of its modules.

from __future__ import annotations


class ModuleDocFragment:
    """The option ``from_site``. A sidecar with an option that the spec marks ``site`` names this fragment."""

    DOCUMENTATION = """
options:
  from_site:
    description:
      - Takes the settings of the site. An option that names a variable below, and that the task does not give, then has the value of that
        variable; without one, the value that stands for the option here; without that, its own default. So V({}) is enough to take
        the settings. The keys are options of this module that name a variable.
      - >-
        A variable that is null or a blank text, such as an empty answer to a survey, counts as not set. V([]), V({}), V(false) and V(0)
        are values.
      - Without this option the module reads no variable of the site.
    type: dict
"""
