# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alert rules and dashboard in ``docs/monitoring``: they fit the metrics of the report, and Prometheus reads them as they are meant."""
