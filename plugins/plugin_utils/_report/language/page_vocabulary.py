# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What the page and the text say besides the vocabulary, in English and French. Pure."""

from __future__ import annotations

import re

from ..._facts.register_columns import OF_THE_REPORT
from .acceptance_vocabulary import ACCEPTANCE
from .remark_vocabulary import PARTS as REMARKS
from .vocabulary import Catalogue

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"


def french(text: str) -> str:
    """Spaces that French puts before high punctuation do not break: a full one before a colon, narrow ones before the others."""
    return re.sub(" (?=[;!?%])", NARROW_NO_BREAK, text).replace(" :", f"{NO_BREAK}:")


_HEAD: Catalogue = {
    "title": (
        "Access to {service}: who, and until when",
        "Accès par certificat personnel ({service}) : qui, jusqu'à quand",
    ),
    "skip": ("Skip to the holders", "Aller aux titulaires"),
    "contents": ("Contents", "Sommaire"),
    "terms": ("Parameters of this report", "Paramètres de ce rapport"),
    "date": ("Report of", "Rapport du"),
    "date.zone": ("{moment} (time zone {zone})", "{moment} (fuseau horaire {zone})"),
    "compared": ("Compared with", "Comparé au"),
    "compared.with": ("the report of {moment}", "rapport du {moment}"),
    "compared.not": ("no earlier report", "aucun rapport antérieur"),
    "query": ("Selection", "Sélection"),
    "service.link": ("Service", "Service"),
    "document.link": ("Document", "Document"),
    "limits": ("Limits", "Seuils"),
    "limits.renew": (
        "a certificate is due within {days} of its end",
        "certificat à renouveler dans les {days} avant son échéance",
    ),
    "limits.authorisation": (
        "an authorisation ends soon from {days} before its end on",
        "autorisation : échéance signalée {days} avant",
    ),
    "limits.facts": (
        "unknown: no answer to the last audit, or facts older than {days}",
        "inconnu : sans réponse au dernier relevé, ou relevé de plus de {days}",
    ),
    "days.one": ("{n} day", "{n} jour"),
    "days.many": ("{n} days", "{n} jours"),
    "verdict.none": ("Nobody has to act.", "Personne n'a à agir."),
    "verdict.left.one": (
        "{n} certificate of a leaver or of nobody is to be dealt with.",
        "{n} certificat d'un partant ou sans titulaire est à traiter.",
    ),
    "verdict.left.many": (
        "{n} certificates of leavers or of nobody are to be dealt with.",
        "{n} certificats de partants ou sans titulaire sont à traiter.",
    ),
    "verdict.some": (
        "Something is to be done for {n} of {holders}",
        "Une action est attendue pour {n} sur {holders}",
    ),
}

_SUMMARY: Catalogue = {
    "summary": ("At a glance", "En bref"),
    "tile.holders": ("holders", "titulaires"),
    "tile.holder": ("holder", "titulaire"),
    "tile.authorisation.renewal_due": ("authorisation ends soon, in all", "autorisation bientôt échue, en tout"),
    "tile.authorisation.expired": ("authorisation ended, in all", "autorisation échue, en tout"),
    "tile.workstation.one.unknown": ("workstation without a current audit", "poste sans relevé à jour"),
    "tile.workstation.many.unknown": ("workstations without a current audit", "postes sans relevé à jour"),
    "tile.workstation.one.never_seen": ("workstation never seen", "poste jamais vu"),
    "tile.workstation.many.never_seen": ("workstations never seen", "postes jamais vus"),
    "tile.without_holder.one": ("certificate of a leaver or of nobody", "certificat d'un partant ou sans titulaire"),
    "tile.without_holder": ("certificates of leavers or of nobody", "certificats de partants ou sans titulaire"),
    "tile.first_end": ("next end of access ({service})", "prochaine fin d'accès ({service})"),
    "tile.first_end.others": ("and {n} more", "et {n} de plus"),
}

_TABLE: Catalogue = {
    "holders": ("Holders", "Titulaires"),
    "holders.about": (
        "One row per holder, the most pressing first. The status is the worst that a holder has at any workstation.",
        "Une ligne par titulaire, les plus urgents d'abord. L'état est le pire de ceux relevés sur les postes du titulaire.",
    ),
    "column.holder": ("Holder", "Titulaire"),
    "column.number": ("Number", "Numéro"),
    "column.workstations": ("Workstations", "Postes"),
    "column.until": (OF_THE_REPORT["ends_on"]["en"].capitalize(), OF_THE_REPORT["ends_on"]["fr"].capitalize()),
    "column.authorisation": ("Authorisation ends on", "Autorisation : échéance"),
    "column.status": ("Status", "État"),
    "column.next_step": ("Next step", "Prochaine étape"),
    "column.actor": ("Who acts", "Qui agit"),
    "place.none": ("no workstation in the inventory", "aucun poste dans l'inventaire"),
    "place.facts": ("last facts of {moment}", "dernier relevé du {moment}"),
    "place.never": ("never seen", "jamais vu"),
    "place.away": ("not logged on", "session non ouverte"),
    "place.until": ("ends on {day}", "fin le {day}"),
    "person.absent": ("away, back on {day}", "absence, retour le {day}"),
    "person.expected": ("expected from {day}", "attendu à partir du {day}"),
    "until.exact": ("valid until {moment}", "valide jusqu'au {moment}"),
    "until.certificate": ("certificate ends on {day}", "certificat : fin le {day}"),
    "delivery.of": ("issuer's mail of {day}: {state}", "message de l'émetteur du {day} : {state}"),
    "authorisation.none": ("unknown", "inconnue"),
    "holder.none": ("none", "aucun"),
    "days.today": ("today", "aujourd'hui"),
    "days.in.one": ("in {n} day", "dans {n} jour"),
    "days.in.many": ("in {n} days", "dans {n} jours"),
    "days.ago.one": ("{n} day ago", "il y a {n} jour"),
    "days.ago.many": ("{n} days ago", "il y a {n} jours"),
}

_CONTROLS: Catalogue = {
    "filter": ("Filter the holders", "Filtrer les titulaires"),
    "filter.text": ("Name, number, workstation", "Nom, numéro, poste"),
    "filter.status": ("Status", "État"),
    "filter.actor": ("Who acts", "Qui agit"),
    "filter.authorisation": ("Authorisation", "Autorisation"),
    "filter.workstation": ("Workstation", "Poste"),
    "filter.all": ("all", "tous"),
    "filter.every": ("all", "toutes"),
    "filter.clear": ("Clear filters", "Effacer les filtres"),
    "filter.rows": ("Filter these rows", "Filtrer ces lignes"),
    "count.rows.all": ("All {total} rows", "Les {total} lignes"),
    "rows.packed": (
        "Without scripts, this page shows the first {n} of {total} rows. The spreadsheet (CSV) has all.",
        "Sans scripts, cette page montre les {n} premières lignes sur {total}. Le tableur (CSV) les a toutes.",
    ),
    "count.rows.some": ("{n} of {total} rows", "{n} sur {total} lignes"),
    "count.all.one": ("{total} holder", "{total} titulaire"),
    "count.all.many": ("All {total} holders", "Les {total} titulaires"),
    "count.some.one": ("{n} of {total} holder", "{n} sur {total} titulaire"),
    "count.some.many": ("{n} of {total} holders", "{n} sur {total} titulaires"),
}

_SECTIONS: Catalogue = {
    "changes": ("Changes", "Changements"),
    "changes.about": ("Since the report of {moment}.", "Depuis le rapport du {moment}."),
    "changes.none": ("Nothing has changed.", "Rien n'a changé."),
    "column.change": ("What", "Quoi"),
    "column.who": ("Who or where", "Qui ou où"),
    "column.before": ("Before", "Avant"),
    "column.after": ("Now", "Maintenant"),
    "without_workstation": ("Holders without a workstation", "Titulaires sans poste"),
    "without_workstation.about": (
        "The inventory names these holders, and no workstation of theirs. They are among the holders above, too.",
        "L'inventaire nomme ces titulaires sans leur donner de poste. Ils figurent aussi parmi les titulaires ci-dessus.",
    ),
    "without_workstation.none": ("Every holder has a workstation.", "Chaque titulaire a un poste."),
    "without_holder": ("Certificates without a holder", "Certificats sans titulaire"),
    "without_holder.about": (
        "These certificates are in a store, and belong to a leaver or to no holder of the inventory.",
        "Ces certificats sont dans un magasin et appartiennent à un partant ou à aucun titulaire de l'inventaire.",
    ),
    "without_holder.none": ("Every certificate has its holder.", "Chaque certificat a son titulaire."),
    "silent": ("Workstations without a current audit", "Postes sans relevé à jour"),
    "silent.about": (
        "What the report says of them is as old as their last facts; of those never seen it knows nothing.",
        "Ce que le rapport en dit date du dernier relevé ; il ne sait rien de ceux qui n'ont jamais été vus.",
    ),
    "silent.none": ("Every workstation has a current audit.", "Tous les postes ont un relevé à jour."),
    "answered": ("Workstations with a current audit", "Postes avec un relevé à jour"),
    "answered.none": ("No workstation has a current audit.", "Aucun poste n'a un relevé à jour."),
    "answered.about": (
        "Not listed are certificates that the selection does not name; they are counted only.",
        "Les certificats hors sélection ne sont pas listés, seulement comptés.",
    ),
    "column.workstation": ("Workstation", "Poste"),
    "column.answer": ("Audit", "Relevé"),
    "column.problem": ("Problem, unread stores", "Problème, magasins non lus"),
    "column.holders": ("Holders", "Titulaires"),
    "column.certificates": ("Certificates", "Certificats"),
    "column.not_listed": ("Not listed", "Non listés"),
    "column.clock": ("Clock", "Horloge"),
    "clock.right": ("right", "à l'heure"),
    "clock.fast": (f"{{n}}{NO_BREAK}min fast", f"avance {{n}}{NO_BREAK}min"),
    "clock.slow": (f"{{n}}{NO_BREAK}min slow", f"retard {{n}}{NO_BREAK}min"),
    "certificates": ("All certificates", "Tous les certificats"),
    "certificates.about": (
        "Every certificate that the workstations listed, with where it is and what its key is.",
        "Tous les certificats relevés sur les postes, avec leur magasin et leur clé.",
    ),
    "certificates.none": ("No workstation listed a certificate.", "Aucun certificat relevé sur les postes."),
    "column.certificate": ("Certificate, issuer", "Certificat, émetteur"),
    "column.store": ("Store, owner", "Magasin, propriétaire"),
    "column.from": ("From", "Du"),
    "column.to": ("Ends on", "Fin le"),
    "column.key": ("Key", "Clé"),
    "column.thumbprint": ("Thumbprint, serial number", "Empreinte, numéro de série"),
    "key.missing": ("no key", "sans clé"),
    "key.linked": ("key linked", "clé associée"),
    "key.proven": ("key proven", "clé vérifiée"),
    "key.unusable": ("key unusable", "clé inutilisable"),
    "for_use.encryption": ("for encryption", "usage : chiffrement"),
    "for_use.signature": ("for signature", "usage : signature"),
    "for_use.other": ("for another use", "usage : autre"),
    "exportable.True": ("exportable: yes", "exportable : oui"),
    "exportable.False": ("exportable: no", "exportable : non"),
    "exportable.None": ("exportable: unknown", "exportable : inconnu"),
}

_PICTURES: Catalogue = {
    "months": ("What ends in the next 12 months", "Ce qui prend fin dans les 12 prochains mois"),
    "months.about": (
        "Holders whose certificate or authorisation ends, by month, from the day of the report on. Access ends with the first of them.",
        "Échéances par mois (certificat, autorisation), à partir du jour du rapport. L'accès prend fin avec la première.",
    ),
    "months.certificates.one": ("{n} certificate", "{n} certificat"),
    "months.certificates.many": ("{n} certificates", "{n} certificats"),
    "months.authorisations.one": ("{n} authorisation", "{n} autorisation"),
    "months.authorisations.many": ("{n} authorisations", "{n} autorisations"),
    "months.nothing": ("Nothing.", "Rien."),
    "legend.certificate": ("certificate ends", "certificat : échéance"),
    "legend.authorisation": ("authorisation ends", "autorisation : échéance"),
    "bars": ("Timeline: the certificate of each holder", "Calendrier : le certificat de chaque titulaire"),
    "bars.short": ("Timeline", "Calendrier"),
    "bars.about": (
        (
            "From the first day of the certificate that ends first to its end or that of the authorisation, whichever is earlier. "
            "The first end of access is on top."
        ),
        (
            "Du premier jour du certificat qui se termine en premier à son échéance ou à l'échéance annuelle, si elle vient plus tôt. "
            "La première fin d'accès est en haut."
        ),
    ),
    "bars.none": ("No holder has a certificate to draw.", "Aucun titulaire n'a de certificat à dessiner."),
    "bars.axis": ("{first} to {last}", "{first} à {last}"),
    "bars.not_drawn": (
        "Drawn are the {n} whose access ends first. The other {rest} are in the table of holders.",
        "Sont dessinés les {n} dont l'accès prend fin en premier. Les {rest} autres sont dans le tableau des titulaires.",
    ),
    "bars.without.one": (
        "{n} holder has no certificate to draw.",
        "{n} titulaire n'a pas de certificat à dessiner.",
    ),
    "bars.without.many": (
        "{n} holders have no certificate to draw.",
        "{n} titulaires n'ont pas de certificat à dessiner.",
    ),
    "bars.bar": ("certificate {start} to {end}", "certificat du {start} au {end}"),
    "bars.authorisation": ("authorisation ends on {day}", "autorisation : échéance le {day}"),
    "legend.validity": ("validity", "validité"),
    "legend.window": ("time to renew", "période de renouvellement"),
    "legend.today": ("day of the report", "jour du rapport"),
    "legend.anniversary": ("end of the authorisation", "autorisation : échéance"),
    "months.short": (
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    ),
    "months.long": (
        "January February March April May June July August September October November December",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    ),
    "footer": (
        "Made by hospital_it.pkcs12 from what the workstations answered. This page holds no key and no secret.",
        "Établi par hospital_it.pkcs12 à partir des réponses des postes. Cette page ne contient ni clé ni secret.",
    ),
}

_TEXT: Catalogue = {
    "workstations": ("Workstations", "Postes"),
    "text.holders": ("Holders who need something", "Titulaires à traiter"),
    "text.others.one": ("{n} holder needs nothing.", "{n} titulaire n'a besoin de rien."),
    "text.others.many": ("{n} holders need nothing.", "{n} titulaires n'ont besoin de rien."),
    "text.authorisations": ("Authorisations", "Autorisations"),
    "text.first_end": ("Next end of access", "Prochaine fin d'accès"),
    "text.without_holders": ("Without holders", "Postes sans titulaire"),
    "text.fact": ("{label}: {value}", "{label} : {value}"),
    "text.browsers": (
        "Browsers that may not offer the certificate",
        "Navigateurs qui risquent de ne pas proposer le certificat",
    ),
    "text.missing": ("What is missing", "Ce qui manque"),
    "text.workstations": ("Workstations without a current audit", "Postes sans relevé à jour"),
    "text.variables": ("Workstations whose variables cannot be used", "Postes aux variables inutilisables"),
    "text.since": ("Last facts", "Dernier relevé"),
    "text.why": ("Why", "Pourquoi"),
    "text.unread": ("Stores that were not read", "Magasins non lus"),
    "text.store": ("Whose store", "Magasin de"),
    "text.left_out.one": (
        "{n} more row is left out here. The other forms of the report have it.",
        "{n} autre ligne n'est pas reprise ici. Les autres formes du rapport l'ont.",
    ),
    "text.left_out.many": (
        "{n} more rows are left out here. The other forms of the report have them.",
        "{n} autres lignes ne sont pas reprises ici. Les autres formes du rapport les ont.",
    ),
}

_PARTS = (_HEAD, _SUMMARY, _TABLE, _CONTROLS, _SECTIONS, _PICTURES, _TEXT, *REMARKS, ACCEPTANCE)

PAGE: Catalogue = {key: (words[0], french(words[1])) for part in _PARTS for key, words in part.items()}
"""The words of the page and of the text, with French spacing."""
