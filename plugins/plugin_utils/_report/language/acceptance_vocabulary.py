# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the page and the text say about accepted exceptions, revocation lists and unusable variables, in English and French. Pure."""

from __future__ import annotations

from .vocabulary import Catalogue

ACCEPTANCE: Catalogue = {
    "revoked": ("revoked on {day}: {reason}", "révoqué le {day} : {reason}"),
    "revocation_lists": ("Revocation lists (CRL)", "Listes de révocation (CRL)"),
    "revocation_lists.about": (
        "What the certificates were checked with. A list with a problem makes the report red.",
        "Ce qui a servi à vérifier les certificats. Une liste à problème met le rapport en rouge.",
    ),
    "revocation_lists.good": ("used", "utilisée"),
    "crl_problem": ("{problem} ({detail}).", "{problem} ({detail})."),
    "crl_problem.plain": ("{problem}.", "{problem}."),
    "column.list": ("List", "Liste"),
    "column.issuer": ("Issuer", "Émetteur"),
    "column.this_update": ("Of", "Du"),
    "column.next_update": ("Next list due", "Prochaine liste"),
    "column.revoked": ("Entries", "Entrées"),
    "column.check": ("Check", "Contrôle"),
    "accepted": ("accepted until {day}: {reason}", "accepté jusqu'au {day} : {reason}"),
    "tile.accepted": ("with accepted findings only", "avec exceptions acceptées seulement"),
    "exceptions": ("Accepted exceptions", "Exceptions acceptées"),
    "exceptions.about": (
        "What the site has accepted, until the end of the day that it names. The day after, it counts again.",
        "Ce que le site a accepté, jusqu'à la fin du jour indiqué. Dès le lendemain, cela compte de nouveau.",
    ),
    "exceptions.everywhere": ("all", "tous"),
    "column.what": ("What is accepted", "Ce qui est accepté"),
    "column.reason": ("Reason", "Motif"),
    "column.last_day": ("Last day", "Dernier jour"),
    "column.state": ("State", "Situation"),
    "variables.unusable": (
        "The variables of {workstations} cannot be used. The table of the workstations says why.",
        "Variables inutilisables pour {workstations}. Le tableau des postes dit pourquoi.",
    ),
    "numbers.shared": (
        "The inventory has one number for two people: {numbers}.",
        "L'inventaire a un numéro pour deux personnes : {numbers}.",
    ),
    "register.wrong.one": (
        "{n} row of the register is wrong, so nothing is done for this person.",
        "{n} ligne du registre des titulaires est à corriger, rien n'est fait pour cette personne.",
    ),
    "register.wrong.many": (
        "{n} rows of the register are wrong, so nothing is done for these people.",
        "{n} lignes du registre des titulaires sont à corriger, rien n'est fait pour ces personnes.",
    ),
    "numbers.who": (
        (
            "Two names have the number {number}: {people}. If they are one person's, correct the wrong name; where the name has changed, "
            "write the name before as former_name. If they are two people, correct the number of one of them."
        ),
        (
            "Deux noms ont le numéro {number} : {people}. S'il s'agit d'une seule personne, corriger le nom faux ; si le nom a changé, "
            "écrire l'ancien nom dans former_name. S'il s'agit de deux personnes, corriger le numéro de l'une d'elles."
        ),
    ),
    "numbers.register": ("register: pkcs12_register_holders", "registre des titulaires : pkcs12_register_holders"),
    "numbers.and": ("and", "et"),
    "tile.shared": ("One number for two people", "Un numéro pour deux personnes"),
    "not_searched.all": (
        "not looked for. Set pkcs12_issuer to a pattern for the issuer of your certificates, and run audit again.",
        "non recherchés. Définir pkcs12_issuer, un motif de l'émetteur de vos certificats, puis relancer audit.",
    ),
    "not_searched.one": (
        "not looked for at {n} workstation. Set pkcs12_issuer to a pattern for the issuer of your certificates, and run audit again.",
        "non recherchés sur {n} poste. Définir pkcs12_issuer, un motif de l'émetteur de vos certificats, puis relancer audit.",
    ),
    "not_searched.many": (
        "not looked for at {n} workstations. Set pkcs12_issuer to a pattern for the issuer of your certificates, and run audit again.",
        "non recherchés sur {n} postes. Définir pkcs12_issuer, un motif de l'émetteur de vos certificats, puis relancer audit.",
    ),
    "not_searched.unmatched": (
        "not looked for: pkcs12_issuer matches no certificate. There are those of {issuers}. Correct it, and run audit again.",
        "non recherchés : pkcs12_issuer ne correspond à aucun certificat. Émetteurs trouvés : {issuers}. Le corriger, puis relancer audit.",
    ),
    "tile.not_searched": ("not looked for", "non recherchés"),
    "crl.incomplete": (
        "Revocation was not checked completely: {problems}",
        "La révocation n'a pas été vérifiée complètement : {problems}",
    ),
}
