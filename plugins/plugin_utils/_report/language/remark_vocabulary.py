# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What is said of silent workstations, unread stores, and single certificates of a holder, and on paper, in English and French. Pure."""

from __future__ import annotations

from .vocabulary import Catalogue

SILENCE: Catalogue = {
    "silence.unreachable": ("switched off or unreachable", "éteint ou injoignable"),
    "silence.refused": ("refuses the connection account", "refuse le compte de connexion"),
    "silence.failed": ("answers, but the audit failed", "répond, mais le relevé a échoué"),
    "silence.unusable": ("its facts cannot be used", "relevé inutilisable"),
    "silence.old": ("no audit for too long", "pas de relevé récent"),
    "silence.not_asked": ("not audited yet", "pas encore de relevé"),
    "technical": ("Technical text", "Texte technique"),
}

UNREAD: Catalogue = {
    "unread": ("store not read: {owner}", "magasin non lu : {owner}"),
    "unread.temporary": (
        "Windows gave this person a temporary profile.",
        "Windows a ouvert un profil temporaire pour cette personne.",
    ),
    "unread.redirected": (
        "This person's AppData is on a share, which is not read.",
        "Le dossier AppData de cette personne est sur un partage, qui n'est pas lu.",
    ),
    "unread.access_denied": (
        "The connection account may not read it.",
        "Le compte de connexion n'a pas le droit de le lire.",
    ),
    "unread.no_appdata": ("The profile has no AppData folder.", "Le profil n'a pas de dossier AppData."),
    "unread.element": (
        "One certificate in it cannot be decoded; the others were read.",
        "Un certificat y est indéchiffrable ; les autres ont été lus.",
    ),
    "unread.unreadable": ("Reading it failed.", "Sa lecture a échoué."),
    "owner.named": ("{name} ({account})", "{name} ({account})"),
    "owner.workstation": ("the workstation itself", "le poste lui-même"),
    "owner.unknown": ("unknown account {sid}", "compte inconnu {sid}"),
}

REMARKS: Catalogue = {
    "remark.elsewhere": (
        "on {workstation} in the store of {owner}",
        "sur {workstation}, dans le magasin de {owner}",
    ),
    "remark.newest": (
        "on {workstation}, newest: until {day}, {issuer}, thumbprint {thumbprint}",
        "sur {workstation}, le plus récent : jusqu'au {day}, {issuer}, empreinte {thumbprint}",
    ),
    "remark.older": (
        "on {workstation}, older: until {day}, {issuer}, thumbprint {thumbprint}",
        "sur {workstation}, plus ancien : jusqu'au {day}, {issuer}, empreinte {thumbprint}",
    ),
    "remark.silent": ("{workstation}: {reason}", "{workstation} : {reason}"),
}

COUNTS: Catalogue = {
    "counts": ("In numbers", "En chiffres"),
    "counts.total": ("Holders in all", "Titulaires au total"),
    "counts.without": ("without a workstation", "sans poste"),
    "counts.left": ("to be removed", "à supprimer"),
    "counts.sentence": ("{place}: {shares}.", "{place} : {shares}."),
    "counts.holders.one": ("{n} holder", "{n} titulaire"),
    "counts.holders.many": ("{n} holders", "{n} titulaires"),
    "counts.subject": ("Client certificates", "Certificats clients"),
    "counts.failing": (
        "{place}: {shares} (fail_on). The report says who acts on each.",
        "{place} : {shares} (fail_on). Le rapport dit qui agit.",
    ),
    "print.everything": ("Print all tables", "Imprimer tous les tableaux"),
    "sign": ("Read and approved", "Lu et approuvé"),
    "sign.name": ("Name and function", "Nom et fonction"),
    "sign.date": ("Date", "Date"),
    "sign.signature": ("Signature", "Signature"),
}

PARTS = (SILENCE, UNREAD, REMARKS, COUNTS)
