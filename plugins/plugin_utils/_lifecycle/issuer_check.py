# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Refuses a bundle that the site's issuer has not signed, before anything is sent, and says which authority to add. Pure."""

from __future__ import annotations

from .._crypto.leaf_checks import name_in
from .._crypto.pkcs12 import Bundle
from .._crypto.signature import is_signed_by, issuer_urls
from .._errors import Pkcs12Error, Problem
from .._policy.issuers import Answer, Issuers


def check_issuer(site: Issuers, bundle: Bundle) -> None:
    """Refuses a bundle whose certificate the site's issuer has not signed. Raises ``Pkcs12Error``: ``wrong_issuer``."""
    leaf = bundle.leaf
    answer = site.asks(leaf)
    if answer is Answer.SIGNED:
        return
    if answer is Answer.SELF_SIGNED:
        raise Pkcs12Error(Problem("wrong_issuer.self_signed", {"whose": name_in(leaf)}))
    values = {"whose": name_in(leaf), "issuer": leaf.issuer, "profiles": site.among or site.names}
    signers = (each for each in bundle.chain if is_signed_by(leaf, each))
    beside = (Problem("authority.in_bundle", {"name": each.subject, "sha256": each.sha256}) for each in signers)
    causes = (*beside, *(Problem("authority.at", {"url": url}) for url in issuer_urls(leaf)))
    fitting = [each for each in site.profiles if each.fits(leaf.issuer)]
    if not fitting:
        raise Pkcs12Error(Problem("wrong_issuer.other_name", values, site.setting, causes))
    files = (Problem("authority.of_profile", {"profile": each.name, "names": each.signer_names}) for each in fitting)
    raise Pkcs12Error(Problem("wrong_issuer.no_such_authority", values, "issuers", (*causes, *files)))
