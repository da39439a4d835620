# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The words for reasons of revocations and for problems of revocation lists, in English and French. Pure."""

from __future__ import annotations

from collections.abc import Mapping

REVOCATION: Mapping[str, tuple[str, str]] = {
    "revocation_reason.unspecified": ("no reason given", "sans motif"),
    "revocation_reason.key_compromise": ("key compromised", "clé compromise"),
    "revocation_reason.ca_compromise": ("authority compromised", "autorité compromise"),
    "revocation_reason.affiliation_changed": ("affiliation changed", "changement d'affectation"),
    "revocation_reason.superseded": ("superseded", "remplacé"),
    "revocation_reason.cessation_of_operation": ("no longer needed", "cessation d'activité"),
    "revocation_reason.certificate_hold": ("on hold", "suspendu"),
    "revocation_reason.privilege_withdrawn": ("privilege withdrawn", "droit retiré"),
    "revocation_reason.aa_compromise": ("attribute authority compromised", "autorité d'attributs compromise"),
    "crl_problem.unreadable": ("It could not be read", "Lecture impossible"),
    "crl_problem.host_not_allowed": ("Its host is not in pkcs12_crl_hosts", "Serveur absent de pkcs12_crl_hosts"),
    "crl_problem.not_a_crl": ("It is no revocation list", "Ce n'est pas une liste de révocation"),
    "crl_problem.not_an_authority": ("It has no certificate of an authority", "Aucun certificat d'autorité"),
    "crl_problem.no_authority": (
        "pkcs12_crl_issuer_files has no certificate of its issuer, so its signature could not be checked and it was not used",
        "pkcs12_crl_issuer_files n'a pas le certificat de son émetteur : signature non vérifiée, liste non utilisée",
    ),
    "crl_problem.bad_signature": (
        "Its issuer did not sign it, so it was not used",
        "Signature de l'émetteur non valide : liste non utilisée",
    ),
    "crl_problem.partial": (
        "It is not about all certificates of people, so it was not used",
        "Liste partielle : non utilisée",
    ),
    "crl_problem.ended": (
        "A newer list should be there by now, so certificates may have been revoked since",
        "Liste périmée : des certificats ont pu être révoqués depuis",
    ),
    "crl_problem.not_checked": (
        "No current list is about the certificates of this issuer, so they were not checked",
        "Aucune liste à jour pour cet émetteur : certificats non vérifiés",
    ),
}
