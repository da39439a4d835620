# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The words of the report in English and French. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from ..._errors import Pkcs12Error, Problem
from ..._messages.words import LANGUAGES, written_day
from ..exceptions import ACCEPTABLE
from ..model import AuthorisationDocument, Service
from .revocation_vocabulary import REVOCATION

Catalogue = Mapping[str, tuple[str, str]]
"""Key to the words in each of ``LANGUAGES``."""

_STATUSES_OF_ACCEPTABLE = {f"status.{each}" for each in ACCEPTABLE}

_MEMBERS: Catalogue = {
    "browser_problem.issuing_authority": (
        "The browsers lack the issuing authority.",
        "L'autorité émettrice manque aux navigateurs.",
    ),
    "browser_problem.edge": (
        "No policy makes Edge choose the certificate.",
        "Aucune stratégie ne fait choisir le certificat à Edge.",
    ),
    "browser_problem.chrome": (
        "No policy makes Chrome choose the certificate.",
        "Aucune stratégie ne fait choisir le certificat à Chrome.",
    ),
    "browser_problem.firefox": (
        "A policy keeps Firefox from the certificates of Windows.",
        "Une stratégie prive Firefox des certificats de Windows.",
    ),
    "gives_access.yes": ("access", "accès"),
    "gives_access.no": ("no access", "pas d'accès"),
    "gives_access.unknown": ("unknown", "inconnu"),
    "status.valid": ("valid", "valide"),
    "status.renewal_due": ("renewal due", "à renouveler"),
    "status.expired": ("expired", "expiré"),
    "status.not_yet_valid": ("not yet valid", "pas encore valide"),
    "status.missing": ("missing", "sans certificat"),
    "status.duplicate": ("two usable", "en double"),
    "status.superseded": ("superseded", "remplacé"),
    "status.archived": ("archived", "archivé"),
    "status.key_missing": ("key missing", "clé absente"),
    "status.wrong_holder": ("in another's store", "chez une autre personne"),
    "status.unknown_issuer": ("unknown issuer", "émetteur inconnu"),
    "status.self_signed": ("self-signed", "autosigné"),
    "status.weak": ("too weak", "trop faible"),
    "status.unknown": ("unknown", "inconnu"),
    "status.never_seen": ("never seen", "jamais vu"),
    "status.awaited": ("awaited", "attendu"),
    "status.on_leave": ("on leave", "en congé"),
    "status.revoked": ("revoked", "révoqué"),
    "auth.valid": ("valid", "valide"),
    "auth.renewal_due": ("ends soon", "bientôt échue"),
    "auth.expired": ("ended", "échue"),
    "service.none": ("the portal", "le portail"),
    "who.none": ("The hospital's IT department", "Le service informatique de l'établissement"),
    "who.named": ("The IT department of {name}", "Le service informatique ({name})"),
    "document.none": ("the yearly document", "le document annuel"),
    "document.named": ('the document "{name}"', "le document \u00ab\u00a0{name}\u00a0\u00bb"),
    "awaiting.document": ("waits for {document}", "attend {document}"),
    "awaiting.bundle": ("first certificate", "premier certificat"),
    "actor.nobody": ("nobody", "-"),
    "actor.it": ("IT", "service informatique"),
    "actor.holder": ("holder", "titulaire"),
    "actor.employer": ("employer", "employeur"),
    "actor.issuer": ("issuer", "émetteur"),
    "next_step.nothing": ("nothing to do", "rien à faire"),
    "next_step.log_on": ("log on at the workstation", "ouvrir une session sur le poste"),
    "next_step.close_browser": ("close the browser once", "fermer une fois le navigateur"),
    "next_step.renew_authorisation": (
        "the head of the establishment returns {document}{to}",
        "le chef d'établissement retourne {document}{to}",
    ),
    "next_step.await_bundle": ("deliver the certificate", "délivrer le certificat"),
    "next_step.collect": ("withdraw the bundle (collect)", "lancer la récupération du fichier (collect)"),
    "next_step.find_bundle": (
        "find the bundle that was withdrawn by hand, or ask the issuer for a new mail",
        "retrouver le fichier déjà récupéré, ou demander un nouveau message à l'émetteur",
    ),
    "next_step.check_delivery": ("look at the issuer's mail", "examiner le message de l'émetteur"),
    "delivery_state.new": ("not collected", "non récupéré"),
    "delivery_state.collected": ("certificate collected", "certificat récupéré"),
    "delivery_state.passphrase_not_stored": (
        "certificate collected, passphrase not stored",
        "certificat récupéré, phrase secrète non enregistrée",
    ),
    "delivery_state.passphrase_unknown": (
        "certificate collected, passphrase unknown",
        "certificat récupéré, phrase secrète inconnue",
    ),
    "delivery_state.left": ("person has left", "personne partie"),
    "delivery_state.acknowledged": ("dealt with by hand", "traité à la main"),
    "delivery_state.unknown_holder": ("not in the inventory", "absent de l'inventaire"),
    "delivery_state.link_used": ("link used", "lien déjà utilisé"),
    "delivery_state.code_wrong": ("code wrong", "code refusé"),
    "delivery_state.not_authentic": ("mail not authentic", "message non authentifié"),
    "delivery_state.refused": ("mail refused", "message refusé"),
    "delivery_state.superseded": ("replaced by a newer mail", "remplacé par un message plus récent"),
    "delivery_state.failed": ("withdrawal failed", "échec de la récupération"),
    "next_step.call_issuer": (
        "ask the holder for the issuer's mail{mail}, then call the issuer{contact}",
        "demander au titulaire le message de l'émetteur{mail}, puis appeler l'émetteur{contact}",
    ),
    "next_step.return_document": (
        "the head of the establishment returns {document}{to}, with this person on it",
        "le chef d'établissement retourne {document}{to}, où figure cette personne",
    ),
    "next_step.ask_for_stronger": (
        "issue a certificate with a stronger key or signature",
        "délivrer un certificat à clé ou signature plus forte",
    ),
    "next_step.add_authority": (
        "ask the issuer whether it signed this certificate; if it did, add its authority, else remove the certificate",
        "demander à l'émetteur s'il a signé ce certificat ; si oui, ajouter son autorité, sinon supprimer le certificat",
    ),
    "next_step.replace_revoked": (
        "ask the issuer for a new certificate, then run renew with pkcs12_install=always",
        "demander un nouveau certificat à l'émetteur, puis lancer le renouvellement (renew) avec pkcs12_install=always",
    ),
    "next_step.enrol": ("run enrol", "lancer l'installation (enrol)"),
    "next_step.renew": ("run renew", "lancer le renouvellement (renew)"),
    "next_step.retire_leaver": (
        "run the playbook retire, with a last day in the row or the number in pkcs12_leavers",
        "lancer la suppression (retire), avec un dernier jour dans la ligne ou le numéro dans pkcs12_leavers",
    ),
    "next_step.remove_by_thumbprint": (
        "no issuer of the site signed it, so retire keeps it: look at it, then remove it by its thumbprint, or add its authority",
        "aucun émetteur du site ne l'a signé, retire le garde : l'examiner, puis le supprimer par son empreinte, ou ajouter son autorité",
    ),
    "next_step.retire_older": (
        "remove only the older one (renew with the newer bundle, or by hand)",
        "ne supprimer que l'ancien (renew avec le nouveau fichier, ou à la main)",
    ),
    "next_step.remove_from_others": (
        "remove the certificate from the other person's store",
        "supprimer le certificat du magasin de l'autre personne",
    ),
    "next_step.check_clock_or_wait": (
        "check the workstation's clock, or wait for the first day",
        "vérifier l'horloge du poste, ou attendre le premier jour",
    ),
    "next_step.repair_profile": (
        "make the profile readable, then run audit",
        "rendre le profil lisible, puis lancer le relevé (audit)",
    ),
    "next_step.audit_logged_on": (
        "run audit while the holder is logged on",
        "lancer le relevé (audit) pendant que la session du titulaire est ouverte",
    ),
    "next_step.reach_workstation": (
        "switch the workstation on, then run audit",
        "allumer le poste, puis lancer le relevé (audit)",
    ),
    "next_step.admit_account": (
        "let the connection account in at the workstation, then run audit",
        "rétablir l'accès du compte de connexion au poste, puis lancer le relevé (audit)",
    ),
    "next_step.correct_name": (
        "correct the workstation's name in the inventory or the DNS, then run audit",
        "corriger le nom du poste dans l'inventaire ou le DNS, puis lancer le relevé (audit)",
    ),
    "next_step.prepare_controller": (
        "prepare the controller for this connection (see the technical text), then run audit",
        "préparer le contrôleur pour cette connexion (voir le texte technique), puis lancer le relevé (audit)",
    ),
    "next_step.correct_connection": (
        "correct the connection's variables in the inventory, then run audit",
        "corriger les variables de connexion dans l'inventaire, puis lancer le relevé (audit)",
    ),
    "next_step.correct_listener": (
        "correct WinRM on the workstation, or its port in the inventory, then run audit",
        "corriger WinRM sur le poste, ou son port dans l'inventaire, puis lancer le relevé (audit)",
    ),
    "next_step.run_audit": ("run audit", "lancer le relevé (audit)"),
    "next_step.set_up_workstation": (
        "check the connection with the playbook check",
        "lancer la vérification de la connexion (check)",
    ),
    "next_step.assign_workstation": (
        "name the holder's workstation in the inventory",
        "nommer le poste du titulaire dans l'inventaire",
    ),
    "next_step.correct_inventory": (
        "correct the holder's account in the inventory (Windows does not know it)",
        "corriger le compte du titulaire dans l'inventaire (Windows ne le connaît pas)",
    ),
    "next_step.check_number": (
        "check the holder's number in the inventory: the certificate has another one",
        "vérifier le numéro du titulaire dans l'inventaire (le certificat en a un autre)",
    ),
    "next_step.correct_row": (
        "correct the row of the register (a run says how)",
        "corriger la ligne du registre des titulaires (un passage dit comment)",
    ),
    "next_step.correct_variables": (
        "correct the workstation's variables (the report says which)",
        "corriger les variables du poste (le rapport dit lesquelles)",
    ),
    "next_step.give_own_number": (
        "correct the name or the number in the inventory: two names have this number",
        "corriger le nom ou le numéro dans l'inventaire : deux noms ont ce numéro",
    ),
    "next_step.mend_failure": ("mend what the last run found", "corriger ce que le dernier passage a constaté"),
    "reachability.answered": ("audited", "relevé"),
    "reachability.unknown": ("without a current audit", "sans relevé à jour"),
    "reachability.never_seen": ("never seen", "jamais vu"),
    "change_kind.holder_added": ("new holder", "nouveau titulaire"),
    "change_kind.holder_removed": ("holder is gone", "titulaire supprimé"),
    "change_kind.status": ("status", "état"),
    "change_kind.certificate": ("certificate", "certificat"),
    "change_kind.authorisation": ("authorisation", "autorisation"),
    "change_kind.workstation_added": ("new workstation", "nouveau poste"),
    "change_kind.workstation_removed": ("workstation is gone", "poste supprimé"),
    "exception_state.in_force": ("in force", "en vigueur"),
    "exception_state.unused": ("fits nothing: correct it or take it out", "sans objet : à corriger ou à supprimer"),
    "exception_state.ended": ("ended", "échue"),
    "acceptable.authorisation_renewal_due": ("authorisation ends soon", "autorisation bientôt échue"),
    "acceptable.authorisation_expired": ("authorisation ended", "autorisation échue"),
    "acceptable.without_holder": ("certificate without a holder", "certificat sans titulaire"),
}

VOCABULARY: Catalogue = {
    **{
        key.replace("status.", "acceptable.", 1): said
        for key, said in _MEMBERS.items()
        if key in _STATUSES_OF_ACCEPTABLE
    },
    **_MEMBERS,
    **REVOCATION,
}
"""Statuses, steps and actors. Every format of the report uses these words. What is acceptable and a status has the words of the status."""


_WITH_WORD_OF_SITE: Catalogue = {
    "auth.renewal_due": ("ends soon", "échéance proche"),
    "auth.expired": ("ended", "échéance passée"),
    "acceptable.authorisation_renewal_due": ("authorisation ends soon", "autorisation\u00a0: échéance proche"),
    "acceptable.authorisation_expired": ("authorisation ended", "autorisation\u00a0: échéance passée"),
    "shares.authorisation.renewal_due.one": ("{n} ends soon", "{n} à échéance proche"),
    "shares.authorisation.renewal_due.many": ("{n} end soon", "{n} à échéance proche"),
    "shares.authorisation.expired.one": ("{n} ended", "{n} à échéance passée"),
    "shares.authorisation.expired.many": ("{n} ended", "{n} à échéance passée"),
    "tile.authorisation.renewal_due": (
        "authorisation ends soon, in all",
        "autorisation\u00a0: échéance proche, en tout",
    ),
    "tile.authorisation.expired": ("authorisation ended, in all", "autorisation\u00a0: échéance passée, en tout"),
}
"""What is said otherwise where a site has a word for an authorisation: nobody knows its gender."""

_AUTHORISATION = re.compile(r"\baut(?:h)?orisation(s?)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w '\u2019-]{0,39}")
"""A noun of a language: no character with a meaning in HTML, in a style sheet, or in a placeholder."""


def checked_word(word: str | None) -> str | None:
    """What a site calls an authorisation; None for the word of the language. Raises ``Pkcs12Error``: ``bad_arguments``."""
    if not word:
        return None
    if not _WORD.fullmatch(word):
        raise Pkcs12Error(Problem("bad_arguments.authorisation_word", {"given": word}, "authorisation_word"))
    return word


_NAME = re.compile(r"[^\W_][\w '\u2019.-]{0,39}")
_LINK = re.compile(r"https?://[^\s<>\"'\\{}]{1,500}")


def service_of(given: Mapping[str, str | None] | None) -> Service | None:
    """What the certificates give access to, as a site writes it. Raises ``Pkcs12Error``: ``bad_arguments``."""
    return Service(**_checked_names("service", given)) if given else None


def document_of(given: Mapping[str, str | None] | None) -> AuthorisationDocument | None:
    """The yearly document, as a site writes it. Raises ``Pkcs12Error``: ``bad_arguments``."""
    return AuthorisationDocument(**_checked_names("authorisation_document", given)) if given else None


def _checked_names(option: str, given: Mapping[str, str | None]) -> dict[str, Any]:
    """A name has no character with a meaning in HTML, in a mail's header, or in a placeholder."""
    for key, said in given.items():
        if said and not (_LINK if key == "link" else _NAME).fullmatch(said):
            code = "bad_arguments.site_link" if key == "link" else "bad_arguments.site_name"
            raise Pkcs12Error(Problem(code, {"key": key, "given": said}, option))
    return {key: said or None for key, said in given.items()}


def _in_words_of_site(text: str, word: str) -> str:
    """The text with the site's word for authorisation: with a capital, and in the plural, where the text has it so."""

    def instead(found: re.Match[str]) -> str:
        plural = f"{word}s" if found[1] and word[-1] not in "sxz" else word
        return plural[0].upper() + plural[1:] if found[0][0].isupper() else plural

    return _AUTHORISATION.sub(instead, text)


@dataclass(frozen=True, slots=True)
class SiteWords:
    """What a site says itself: its word for an authorisation, sender and subject of the issuer's mails, whom to call, the service, the
    yearly document, and its own name.
    """

    authorisation: str | None = None
    mail_sender: str | None = None
    mail_subject: str | None = None
    contact: str | None = None
    service: Service | None = None
    document: AuthorisationDocument | None = None
    establishment: str | None = None

    def details(self, words: Mapping[str, str]) -> Mapping[str, str]:
        """The values of the placeholders in all texts. ``words``: those of the language."""
        mail = ", ".join(filter(None, (self.mail_sender, self.mail_subject)))
        document = self.document or AuthorisationDocument()
        return {
            "mail": _in_brackets(mail),
            "contact": _in_brackets(self.contact),
            "who": words["who.named"].format(name=self.establishment) if self.establishment else words["who.none"],
            "service": self.service.name if self.service else words["service.none"],
            "document": words["document.named"].format(name=document.name) if document.name else words["document.none"],
            "to": _in_brackets(document.registry),
        }


def _in_brackets(text: str | None) -> str:
    return f" ({text})" if text else ""


class Translator:
    """Texts and dates in one language, with the site's time zone and its own words."""

    def __init__(
        self, language: str, zone: ZoneInfo, catalogue: Catalogue | None = None, site: SiteWords = SiteWords()
    ) -> None:
        self.language = language
        self._zone = zone
        # ansible-test sanity allows only the ASCII apostrophe in sources. The report has the typographic one.
        said = {**VOCABULARY, **(catalogue or {})}
        word = site.authorisation if _WORD.fullmatch(site.authorisation or "") else None
        if word:
            said |= {key: both for key, both in _WITH_WORD_OF_SITE.items() if key in said}
        texts = {key: both[LANGUAGES.index(language)] for key, both in said.items()}
        if word:
            texts = {key: _in_words_of_site(text, word) for key, text in texts.items()}
        self._words = {key: text.replace("'", "\u2019") for key, text in texts.items()}
        self.details = site.details(self._words)

    @property
    def colon(self) -> str:
        """A colon; French has a space before it."""
        return " :" if self.language == "fr" else ":"

    def __call__(self, key: str, **values: object) -> str:
        """The words under a key, with its placeholders filled. Raises ``KeyError`` for a key that no catalogue has."""
        return self._words[key].format(**{**self.details, **values})

    def of(self, member: Enum) -> str:
        """The words for a member of the model's enumerations."""
        kind = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type(member).__name__)
        return self._words[f"{kind.lstrip('_')}.{member.value}"].format(**self.details)

    def day(self, moment: datetime | date | None) -> str:
        """``2026-11-25``, in French ``25/11/2026``; empty for None. An instant becomes its day in the site's time zone."""
        if moment is None:
            return ""
        local = self._local(moment).date() if isinstance(moment, datetime) else moment
        return written_day(local, self.language)

    def instant(self, moment: datetime | None) -> str:
        """Day and time in the site's time zone, to the minute; empty for None."""
        return f"{self.day(moment)} {self._local(moment):%H:%M}" if moment else ""

    def _local(self, moment: datetime) -> datetime:
        """The instant in the site's time zone. A certificate without end (RFC 5280, 4.1.2.5) ends on Python's last day and stays in UTC."""
        try:
            return moment.astimezone(self._zone)
        except OverflowError:
            return moment
