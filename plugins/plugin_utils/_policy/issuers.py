# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""Whether the site's issuer signed a certificate. A number in a subject is a claim, the signature is the evidence. Pure.

``tests/lab/authority/signers.py`` has a row for each kind of signer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from .._crypto.certificate import Certificate
from .._crypto.signature import is_signed_by, is_signed_by_itself

SELF_SIGNED, NOT_KNOWN, NOT_ASKED = "self_signed", "unknown_issuer", ""
"""What ``signed_by`` of a certificate is where no signer of the site is known: its own key signed it, none of the site's signers did, and
the site has named no signer for its issuer."""


class Answer(str, Enum):
    """Whether a certificate is of the site's issuer. ``NOT_ASKED``: its facts are from before the site named its signers."""

    SIGNED = "signed"
    SELF_SIGNED = SELF_SIGNED
    NOT_KNOWN = NOT_KNOWN
    NOT_ASKED = "not_asked"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Profile:
    """An issuer of people's certificates. ``name``: the key of its records. ``pattern``: a regular expression on its names, None for all.

    ``signers``: the certificates that sign people's, of all generations; None where the site has named none, and the pattern decides. With
    both, the signers are the evidence, and the pattern narrows what they signed.
    """

    name: str
    pattern: str | None = None
    signers: tuple[Certificate, ...] | None = None

    def fits(self, issuer: str) -> bool:
        """Whether the pattern matches the name of an issuer."""
        return self.pattern is None or _found(self.pattern, issuer)

    @property
    def signer_names(self) -> tuple[str, ...]:
        """What people call its signers."""
        return tuple(dict.fromkeys(each.subject_cn or each.subject for each in self.signers or ()))

    @property
    def is_named(self) -> bool:
        """Whether the site says which issuer it is."""
        return self.pattern is not None or self.signers is not None

    def means(self, issuer: str) -> bool:
        """Whether the name of an issuer is one of this profile's: the pattern matches it; without one, it is that of a signer."""
        if self.pattern is not None:
            return _found(self.pattern, issuer)
        return any(each.subject == issuer for each in self.signers or ())

    def relates(self, certificate: Certificate) -> bool:
        """Whether a certificate claims to be of this profile by its issuer's name, or is of it by the signature."""
        if self.means(certificate.issuer):
            return True
        return self.pattern is None and any(is_signed_by(certificate, each) for each in self.signers or ())

    def accepts(self, issuer: str, signed_by: str) -> bool:
        """Whether a certificate with this issuer that this key signed is of this profile. ``signed_by``: as in facts."""
        if signed_by == SELF_SIGNED or not self.fits(issuer):
            return False
        return self.signers is None or any(each.spki_sha256 == signed_by for each in self.signers)


@dataclass(frozen=True, slots=True)
class Issuers:
    """The site's profiles. Without any, every issuer counts as the site's. ``among``: the names of all, where this is one of several."""

    profiles: tuple[Profile, ...] = (Profile(""),)
    among: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_named(self) -> bool:
        """Whether the site says who its issuers are."""
        return any(each.is_named for each in self.profiles)

    @property
    def setting(self) -> str:
        """Which setting names them: ``issuer``, whose only profile has no other name than its pattern, or ``issuers``."""
        return "issuer" if all(map(_is_of_issuer, self.profiles)) else "issuers"

    @property
    def are_all(self) -> bool:
        """Whether the site has no others: ``issuers`` names all of them, while ``issuer`` may be that of one of several runs."""
        return self.setting == "issuers"

    @property
    def is_verified(self) -> bool:
        """Whether the site has named the signers of each profile."""
        return all(each.signers is not None for each in self.profiles)

    @property
    def names(self) -> tuple[str, ...]:
        """The keys of the records."""
        return tuple(each.name for each in self.profiles)

    def means(self, issuer: str) -> bool:
        """Whether the name of an issuer is one of a profile's."""
        return any(each.means(issuer) for each in self.profiles)

    def relates(self, certificate: Certificate) -> bool:
        """Whether a certificate is, or claims to be, of one of the profiles."""
        return any(each.relates(certificate) for each in self.profiles)

    def answer(self, issuer: str, signed_by: str, setting: str = "") -> Answer:
        """What the site says now of a certificate of which facts know the issuer's name, and the key that signed it.

        ``setting``: that of its record. One that is no profile of this run is of another issuer of the site, and decides itself.
        """
        if signed_by == SELF_SIGNED:
            return Answer.SELF_SIGNED
        is_signed = any(each.accepts(issuer, signed_by) for each in self.profiles)
        may_be_of_another = bool(setting) and setting not in self.names and not self.are_all
        if is_signed or (may_be_of_another and not self.means(issuer) and _found(setting, issuer)):
            return Answer.SIGNED
        is_older = signed_by == NOT_ASKED and any(each.fits(issuer) for each in self.profiles if each.signers)
        return Answer.NOT_ASKED if is_older else Answer.NOT_KNOWN

    def signed_by(self, certificate: Certificate) -> str:
        """The hash of the key that signed it, or what is known instead. A person's certificate never signs another one."""
        for signer in self.signers():
            if is_signed_by(certificate, signer):
                return signer.spki_sha256
        if is_signed_by_itself(certificate):
            return SELF_SIGNED
        asked = [each for each in self.profiles if each.fits(certificate.issuer)] or self.profiles
        return NOT_KNOWN if all(each.signers is not None for each in asked) else NOT_ASKED

    def asks(self, certificate: Certificate) -> Answer:
        """What the site says of a certificate."""
        return self.answer(certificate.issuer, self.signed_by(certificate))

    def profile_of(self, issuer: str, signed_by: str) -> Profile:
        """The profile that accepts a certificate, else the first that its issuer's name is one of, else the first of all."""
        accepting = (each for each in self.profiles if each.accepts(issuer, signed_by))
        meant = (each for each in self.profiles if each.means(issuer))
        return next(accepting, None) or next(meant, None) or self.profiles[0]

    def setting_of(self, setting: str, issuer: str, signed_by: str) -> str:
        """The setting of a certificate's record now. ``setting``: that of its facts, perhaps of a profile that is gone."""
        return self.profile_of(issuer, signed_by).name if self.are_all and setting not in self.names else setting

    def like(self, certificate: Certificate) -> Issuers:
        """The profile of a certificate alone: what is of another issuer of the site says nothing of this one's."""
        return self._alone(self.profile_of(certificate.issuer, self.signed_by(certificate)))

    @property
    def each_alone(self) -> tuple[Issuers, ...]:
        """The profiles, each as a site of its own."""
        return tuple(map(self._alone, self.profiles))

    def generation(self, issuer: str, signed_by: str) -> str:
        """By what certificates of one issuer are known: the profile whose authority signed them. Without one, nothing but the name of the
        issuer is known, and has to be the same."""
        profile = self.profile_of(issuer, signed_by)
        return profile.name if profile.signers is not None and profile.accepts(issuer, signed_by) else issuer

    def are_generations(self, old: Certificate, new: Certificate) -> bool:
        """Whether both are of one issuer, so that the new one may supersede the old one."""
        of_old, of_new = self.signed_by(old), self.signed_by(new)
        is_signed = self.answer(old.issuer, of_old) is Answer.SIGNED
        return is_signed and self.generation(old.issuer, of_old) == self.generation(new.issuer, of_new)

    def signers(self) -> Iterable[Certificate]:
        """Of all profiles."""
        return (signer for profile in self.profiles for signer in profile.signers or ())

    def _alone(self, profile: Profile) -> Issuers:
        return Issuers((profile,), self.among or self.names)


def may_sign(certificate: Certificate) -> bool:
    """Whether it may sign people's certificates (RFC 5280, 4.2.1.3 and 4.2.1.9). Its own end does not count."""
    usages = certificate.key_usage
    return certificate.is_ca and (usages is None or "key_cert_sign" in usages)


def signers_in(certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Those of a file that may sign people's certificates, each once. No path is built: a root counts for what it signed itself, and
    its authorities for cards or servers do not."""
    return tuple(dict.fromkeys(filter(may_sign, certificates)))


def has_roots_only(signers: Sequence[Certificate]) -> bool:
    """Whether all signers signed themselves: then the one that signs people's certificates usually is missing."""
    return bool(signers) and all(map(is_signed_by_itself, signers))


def issuers_of_pattern(written: str | None) -> Issuers:
    """The only profile of a site without ``pkcs12_issuers``: its name is the pattern as it is written, empty without one."""
    pattern = written if written and written.strip() else None  # an empty answer or variable selects nobody
    return Issuers((Profile(pattern or "", pattern),))


def _is_of_issuer(profile: Profile) -> bool:
    return profile.name == (profile.pattern or "") and profile.signers is None


@lru_cache(maxsize=4096)
def _found(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:  # facts may be older than the check of a setting
        return False
