# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What is said of workstations that did not answer, unread stores and single certificates, and on paper, in English and French. Pure."""

from __future__ import annotations

from .vocabulary import Catalogue

NO_ANSWER: Catalogue = {
    "no_answer_reason.unreachable": ("switched off or unreachable", "éteint ou injoignable"),
    "no_answer_reason.refused": ("refuses the connection account", "refuse le compte de connexion"),
    "no_answer_reason.name_not_resolved": (
        "its name is not known to the controller or the domain",
        "nom inconnu du contrôleur ou du domaine",
    ),
    "no_answer_reason.controller": (
        "not asked: the controller is not ready for this connection",
        "non interrogé : le contrôleur n'est pas prêt pour cette connexion",
    ),
    "no_answer_reason.connection": (
        "not asked: variables of its connection are missing or wrong",
        "non interrogé : variables de connexion absentes ou erronées",
    ),
    "no_answer_reason.listener": (
        "WinRM does not answer there as expected (port, certificate, kind of logon)",
        "WinRM n'y répond pas comme attendu (port, certificat, mode d'authentification)",
    ),
    "no_answer_reason.failed": ("its audit failed", "son relevé a échoué"),
    "no_answer_reason.unusable": ("its facts cannot be used", "relevé inutilisable"),
    "no_answer_reason.variables": (
        "its variables in the inventory cannot be used",
        "variables du poste inutilisables",
    ),
    "no_answer_reason.old": ("no audit for too long", "pas de relevé récent"),
    "no_answer_reason.not_asked": ("not audited yet", "pas encore de relevé"),
    "technical": ("Technical text", "Texte technique"),
}

UNREAD: Catalogue = {
    "unread": ("store not read: {owner}", "magasin non lu : {owner}"),
    "unread.temporary": (
        "Windows discards this person's profile at logoff: it is temporary, mandatory or a guest's.",
        "Windows efface le profil de cette personne à la fermeture de session : il est temporaire, obligatoire ou invité.",
    ),
    "unread.redirected": (
        "This person's AppData is not on a drive of the workstation. Nothing else is read, such as a share.",
        "Le dossier AppData de cette personne n'est pas sur un disque du poste. Rien d'autre n'est lu, par exemple un partage.",
    ),
    "unread.another_owner": (
        "This person's AppData leads to another person's folder, and is not read. Correct it in User Shell Folders.",
        "Le dossier AppData de cette personne mène à celui d'une autre, et n'est pas lu. Le corriger dans User Shell Folders.",
    ),
    "unread.access_denied": (
        "The connection account may not read it.",
        "Le compte de connexion n'a pas le droit de le lire.",
    ),
    "unread.no_appdata": ("The profile has no AppData folder.", "Le profil n'a pas de dossier AppData."),
    "unread.no_store": (
        (
            "This person is not logged on, and the profile has no certificate store: AppData may be redirected. Run an audit while the "
            "person is logged on."
        ),
        (
            "Cette personne n'a pas de session ouverte, et le profil n'a pas de magasin de certificats : AppData est peut-être redirigé. "
            "Lancer un relevé pendant que sa session est ouverte."
        ),
    ),
    "unread.link": (
        "A link is on the way to the store or in it. Links are not followed: somebody else's files could be behind them. Remove the link.",
        "Un lien mène au magasin ou s'y trouve. Les liens ne sont pas suivis : ils peuvent mener aux fichiers d'un autre. Le supprimer.",
    ),
    "unread.unknown_name": (
        "Something in the store does not have the name of a certificate. The others were read. Remove it.",
        "Un élément du magasin n'a pas le nom d'un certificat. Les autres ont été lus. Le supprimer.",
    ),
    "unread.too_large": (
        "Something in the store is larger than a certificate (64 KiB). The others were read. Remove it.",
        "Un élément du magasin est plus gros qu'un certificat (64 Kio). Les autres ont été lus. Le supprimer.",
    ),
    "unread.limit": (
        "The store has more than 1,000 entries or 4 MiB. The rest was not read. Remove what is no certificate.",
        "Le magasin a plus de 1 000 éléments ou 4 Mio. Le reste n'a pas été lu. Supprimer ce qui n'est pas un certificat.",
    ),
    "unread.timed_out": (
        "A file of the store did not open within 10 seconds, because another program holds it. The rest was not read.",
        "Un fichier du magasin ne s'est pas ouvert en 10 secondes, car un autre programme le retient. Le reste n'a pas été lu.",
    ),
    "unread.element": (
        "One certificate in it cannot be decoded; the others were read.",
        "Un certificat y est indéchiffrable ; les autres ont été lus.",
    ),
    "unread.after_unread": (
        "The last task could not read it after its work. Run an audit.",
        "La dernière tâche n'a pas pu le relire après son travail. Lancer un audit.",
    ),
    "unread.unreadable": ("Reading it failed.", "Sa lecture a échoué."),
    "owner.named": ("{name} ({account})", "{name} ({account})"),
    "owner.folder": ("the user of the profile {folder}", "l'utilisateur du profil {folder}"),
}

REMARKS: Catalogue = {
    "remark.issuer": ("profile: {issuer}", "profil : {issuer}"),
    "remark.no_issuer": ("without a profile", "sans profil"),
    "remark.leaver": ("of a leaver", "d'un partant"),
    "remark.leaver_failed": (
        "of a leaver; the removal failed: {problem}",
        "d'un partant ; la suppression a échoué : {problem}",
    ),
    "remark.elsewhere": (
        "on {workstation} in the store of {owner}",
        "sur {workstation}, dans le magasin de {owner}",
    ),
    "remark.other_name": (
        "on {workstation}, the certificate is issued to {issued_to}: correct the name in the inventory, or add former_name",
        "sur {workstation}, certificat délivré à {issued_to} : corriger le nom dans l'inventaire, ou ajouter former_name",
    ),
    "remark.other_use.encryption": (
        "on {workstation}, only a certificate for encryption: nobody logs on with it",
        "sur {workstation}, seulement un certificat de chiffrement : il ne permet pas de se connecter",
    ),
    "remark.other_use.signature": (
        "on {workstation}, only a certificate for signature: nobody logs on with it",
        "sur {workstation}, seulement un certificat de signature : il ne permet pas de se connecter",
    ),
    "remark.other_use.other": (
        "on {workstation}, only a certificate for another use: nobody logs on with it",
        "sur {workstation}, seulement un certificat pour un autre usage : il ne permet pas de se connecter",
    ),
    "remark.ends_last": (
        "on {workstation}, ends last: on {day}, {issuer}, thumbprint {thumbprint}",
        "sur {workstation}, fin la plus tardive : le {day}, {issuer}, empreinte {thumbprint}",
    ),
    "remark.older": (
        "on {workstation}, older: ends on {day}, {issuer}, thumbprint {thumbprint}",
        "sur {workstation}, plus ancien : fin le {day}, {issuer}, empreinte {thumbprint}",
    ),
    "remark.failed": (
        "on {workstation}, the last run failed ({day}): {problem}",
        "sur {workstation}, le dernier passage a échoué ({day}) : {problem}",
    ),
    "remark.found": (
        "on {workstation}, the last run found ({day}): {problem}",
        "sur {workstation}, le dernier passage a constaté ({day}) : {problem}",
    ),
    "remark.also": ("also: {step}", "aussi : {step}"),
    "remark.date_far": (
        "the authorisation ends on {day}, more than 13 months ahead: IT compares this date with {document}",
        "autorisation : échéance le {day}, dans plus de 13 mois ; le service informatique compare cette date avec {document}",
    ),
    "remark.next_date.site": (
        (
            "once the document has been returned, IT writes {day} in pkcs12_authorisation_anniversary, if the registry confirmed "
            "this date"
        ),
        (
            "une fois le document retourné, le service informatique écrit {day} dans pkcs12_authorisation_anniversary, si l'émetteur "
            "a confirmé cette date"
        ),
    ),
    "remark.next_date.own": (
        (
            "once the document has been returned, IT writes {day} in authorisation_anniversary of this person (pkcs12_holders), if "
            "the registry confirmed this date"
        ),
        (
            "une fois le document retourné, le service informatique écrit {day} dans authorisation_anniversary de cette personne "
            "(pkcs12_holders), si l'émetteur a confirmé cette date"
        ),
    ),
    "remark.silent": ("{workstation}: {reason}", "{workstation} : {reason}"),
}

COUNTS: Catalogue = {
    "counts": ("In numbers", "En chiffres"),
    "counts.total": ("Holders in all", "Titulaires au total"),
    "counts.without": ("without a workstation", "sans poste"),
    "shares.answered.one": ("{n} workstation answered", "{n} poste a répondu"),
    "shares.answered.many": ("{n} workstations answered", "{n} postes ont répondu"),
    "shares.unknown.one": ("{n} workstation without a current audit", "{n} poste sans relevé à jour"),
    "shares.unknown.many": ("{n} workstations without a current audit", "{n} postes sans relevé à jour"),
    "shares.never_seen.one": ("{n} workstation never seen", "{n} poste jamais vu"),
    "shares.never_seen.many": ("{n} workstations never seen", "{n} postes jamais vus"),
    "shares.variables.one": ("{n} workstation with unusable variables", "{n} poste aux variables inutilisables"),
    "shares.variables.many": ("{n} workstations with unusable variables", "{n} postes aux variables inutilisables"),
    "shares.authorisation.valid.one": ("{n} valid", "{n} valide"),
    "shares.authorisation.valid.many": ("{n} valid", "{n} valides"),
    "shares.authorisation.renewal_due.one": ("{n} ends soon", "{n} bientôt échue"),
    "shares.authorisation.renewal_due.many": ("{n} end soon", "{n} bientôt échues"),
    "shares.authorisation.expired.one": ("{n} ended", "{n} échue"),
    "shares.authorisation.expired.many": ("{n} ended", "{n} échues"),
    "counts.left.one": ("{n} to be dealt with", "{n} à traiter"),
    "counts.left.many": ("{n} to be dealt with", "{n} à traiter"),
    "counts.accepted.one": ("{n} accepted (exceptions)", "{n} accepté (exceptions)"),
    "counts.accepted.many": ("{n} accepted (exceptions)", "{n} acceptés (exceptions)"),
    "counts.quiet.one": ("{n} offered to no program", "{n} proposé à aucun programme"),
    "counts.quiet.many": ("{n} offered to no program", "{n} proposés à aucun programme"),
    "counts.not_served": ("not served by the last run", "non servis par le dernier passage"),
    "counts.sentence": ("{place}: {shares}.", "{place} : {shares}."),
    "counts.holders.one": ("{n} holder", "{n} titulaire"),
    "counts.holders.many": ("{n} holders", "{n} titulaires"),
    "counts.subject": ("Personal certificates, {service}", "Certificats personnels, {service}"),
    "counts.failing": (
        "{place}: {shares} ({option}). The report says who acts on each.",
        "{place} : {shares} ({option}). Le rapport dit qui agit.",
    ),
    "print": ("Print", "Imprimer"),
    "print.short": ("who needs something", "à traiter"),
    "print.register": ("everybody, one line each (register)", "tous les titulaires, une ligne chacun"),
    "print.all": ("all tables", "tous les tableaux"),
    "sign": ("Read and approved", "Lu et approuvé"),
    "sign.name": ("Name and function", "Nom et fonction"),
    "sign.date": ("Date", "Date"),
    "sign.signature": ("Signature", "Signature"),
}

LEGEND: Catalogue = {
    "legend": ("What the statuses mean", "Signification des états"),
    "legend.about": (
        "No access from a day on: the day before is the last whole day of access.",
        "Plus d'accès à partir d'un jour : la veille est le dernier jour entier d'accès.",
    ),
    "legend.expired": ("The certificate ended.", "Le certificat a pris fin."),
    "legend.revoked": ("The issuer took it back.", "L'émetteur l'a révoqué."),
    "legend.missing": (
        "No certificate at the workstation with which the person logs on.",
        "Aucun certificat d'authentification sur le poste.",
    ),
    "legend.key_missing": (
        "The certificate is there, its key is not: no access.",
        "Certificat présent, clé absente : pas d'accès.",
    ),
    "legend.wrong_holder": (
        "It lies in another person's store: no access.",
        "Il se trouve dans le magasin d'une autre personne : pas d'accès.",
    ),
    "legend.unknown_issuer": (
        "No authority of the site signed it: it may not work.",
        "Aucune autorité du site ne l'a signé : accès incertain.",
    ),
    "legend.self_signed": (
        "Signed with its own key: it counts for nothing.",
        "Signé avec sa propre clé : il ne compte pas.",
    ),
    "legend.not_yet_valid": ("Its first day is still to come.", "Son premier jour n'est pas encore venu."),
    "legend.never_seen": ("No audit ever: nobody knows.", "Jamais de relevé : on ne sait pas."),
    "legend.unknown": (
        "No current audit, or the store was not read: nobody knows.",
        "Pas de relevé à jour, ou magasin non lu : on ne sait pas.",
    ),
    "legend.renewal_due": ("Works; its end is near.", "Utilisable ; sa fin est proche."),
    "legend.duplicate": ("Two work; the older one has to go.", "Deux sont utilisables ; l'ancien est à supprimer."),
    "legend.weak": ("Works; key or signature is too weak.", "Utilisable ; clé ou signature trop faible."),
    "legend.awaited": ("The first certificate is still to come.", "Le premier certificat est à venir."),
    "legend.on_leave": ("The person is away.", "Personne absente."),
    "legend.valid": ("Works, nothing to do.", "Utilisable, rien à faire."),
    "legend.superseded": ("A newer one took its place.", "Remplacé par un plus récent."),
    "legend.archived": ("Hidden from programs.", "Masqué aux programmes."),
    "legend.authorisation_renewal_due": (
        "The certificate works; the yearly end is near, and access ends with it.",
        "Certificat utilisable ; l'échéance annuelle est proche, et l'accès prend fin avec elle.",
    ),
    "legend.authorisation_expired": (
        "The yearly end has passed: no access, whatever the certificate is.",
        "L'échéance annuelle est passée : pas d'accès, quel que soit le certificat.",
    ),
}

PARTS = (NO_ANSWER, UNREAD, REMARKS, COUNTS, LEGEND)
