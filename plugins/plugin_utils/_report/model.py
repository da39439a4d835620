# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""The report as dataclasses, from which every file format is made. Instants are aware, in UTC. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from .._errors import Actor, Problem
from .._facts.delivery_records import DeliveryRecord
from .._facts.holders import Awaiting
from .._facts.schema import BrowserProblem, CertificateRecord, Strangers, UnreadRecord
from .._policy.revocation import Revocation
from .._policy.status import GivesAccess, Status
from .crl_row import CrlRow
from .exceptions import Acceptable, Accepted, ExceptionRow


class NextStep(str, Enum):
    """What has to be done next. Its words are in language/vocabulary.py."""

    NOTHING = "nothing"
    LOG_ON = "log_on"
    CLOSE_BROWSER = "close_browser"
    RENEW_AUTHORISATION = "renew_authorisation"
    AWAIT_BUNDLE = "await_bundle"
    COLLECT = "collect"
    FIND_BUNDLE = "find_bundle"
    CHECK_DELIVERY = "check_delivery"
    CALL_ISSUER = "call_issuer"
    RETURN_DOCUMENT = "return_document"
    ASK_FOR_STRONGER = "ask_for_stronger"
    ADD_AUTHORITY = "add_authority"
    REPLACE_REVOKED = "replace_revoked"
    ENROL = "enrol"
    RENEW = "renew"
    RETIRE_LEAVER = "retire_leaver"
    REMOVE_BY_THUMBPRINT = "remove_by_thumbprint"
    RETIRE_OLDER = "retire_older"
    REMOVE_FROM_OTHERS = "remove_from_others"
    CHECK_CLOCK_OR_WAIT = "check_clock_or_wait"
    REPAIR_PROFILE = "repair_profile"
    AUDIT_LOGGED_ON = "audit_logged_on"
    REACH_WORKSTATION = "reach_workstation"
    ADMIT_ACCOUNT = "admit_account"
    CORRECT_NAME = "correct_name"
    PREPARE_CONTROLLER = "prepare_controller"
    CORRECT_CONNECTION = "correct_connection"
    CORRECT_LISTENER = "correct_listener"
    RUN_AUDIT = "run_audit"
    SET_UP_WORKSTATION = "set_up_workstation"
    ASSIGN_WORKSTATION = "assign_workstation"
    CORRECT_INVENTORY = "correct_inventory"
    CHECK_NUMBER = "check_number"
    CORRECT_VARIABLES = "correct_variables"
    CORRECT_ROW = "correct_row"
    GIVE_OWN_NUMBER = "give_own_number"
    MEND_FAILURE = "mend_failure"


@dataclass(frozen=True, slots=True)
class HolderWorkstation:
    """A holder at one workstation: the inventory's names of the workstation and of the holder's Windows account.

    ``facts_at``: when the workstation last answered, None if it never did. ``valid_from``, ``valid_until`` and ``thumbprint`` are
    those of the certificate that decides the status, ``ends_on`` and ``days_left`` its end as people read it. ``owner_sid``: of the
    account, None if the workstation does not know it. ``outcome``: of the last run, at ``outcome_at``; ``problem``: what it found.
    ``revocation``: of this certificate; ``valid_until`` is then the instant at which it was revoked. ``gives_access``: whether this
    certificate gives access at the report's date, also while the workstation is silent; ``access_until``: the last instant at which it
    gives access, or gave it. ``issued_to``: whom the certificate names, where it has the holder's number and neither the name nor the
    former name; else None.
    """

    workstation: str
    account: str
    status: Status
    next_step: NextStep
    actor: Actor
    valid_from: datetime | None
    valid_until: datetime | None
    ends_on: date | None
    days_left: int | None
    thumbprint: str | None
    logged_on: bool | None
    facts_at: datetime | None
    owner_sid: str | None
    outcome: str | None
    outcome_at: datetime | None
    revocation: Revocation | None = None
    gives_access: GivesAccess = GivesAccess.UNKNOWN
    access_until: datetime | None = None
    problem: Problem | None = None
    issued_to: str | None = None


@dataclass(frozen=True, slots=True)
class HolderRow:
    """One holder. ``status`` is the worst of the certificate at any of the holder's workstations and of the yearly authorisation.

    ``gives_access``: whether there is access at the report's date, at one workstation at least. ``access_until``: its last second, None
    without; ``ends_on``: the first day of the site without access on the whole of it;
    ``days_left``: calendar days until then. ``valid_until``: last second of the certificate with which access ends;
    ``certificate_ends_on`` and ``certificate_days_left``: its end as people read it. ``authorisation_until``: end
    date of the authorisation, without access from it on; ``authorisation_of_site``: it is the site's, not the holder's own.
    ``authorisation_status``: valid, renewal_due, expired, or None without a date. ``certificate_step`` and ``certificate_actor``: the
    next step but for the authorisation's. ``function``: what the holder is at the establishment. ``absent_until``: first day back, while
    the holder is away. ``awaiting`` and ``expected_from``: what a newcomer waits for, and from which day on it should be there.
    ``delivery``: the issuer's last mail, None if there is none. ``accepted``: what among these the site has accepted.
    ``former_name``: another name of the holder, by which another report may know him. ``issuer_setting``: the site's setting of the issuer
    (``pkcs12_issuer``) to which the row belongs, as it was written, empty without one: a holder has one row for each.
    """

    name: str
    authorisation: str
    function: str | None
    absent_until: date | None
    awaiting: Awaiting | None
    expected_from: date | None
    status: Status
    next_step: NextStep
    actor: Actor
    access_until: datetime | None
    ends_on: date | None
    days_left: int | None
    valid_from: datetime | None
    valid_until: datetime | None
    certificate_ends_on: date | None
    certificate_days_left: int | None
    authorisation_until: date | None
    authorisation_of_site: bool
    authorisation_days_left: int | None
    authorisation_status: Status | None
    places: tuple[HolderWorkstation, ...]
    delivery: DeliveryRecord | None = None
    accepted: tuple[Accepted, ...] = ()
    certificate_step: NextStep = NextStep.NOTHING
    certificate_actor: Actor = Actor.NOBODY
    former_name: str | None = None
    gives_access: GivesAccess = GivesAccess.UNKNOWN
    issuer_setting: str = ""

    @property
    def shown_status(self) -> Status | Acceptable:
        """The status as people read it: that of the authorisation where no certificate makes it."""
        ends = self.status in (Status.RENEWAL_DUE, Status.EXPIRED) and self.status is self.authorisation_status
        is_of_certificate = any(place.status is self.status for place in self.places)
        return Acceptable(f"authorisation_{self.status.value}") if ends and not is_of_certificate else self.status


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate in a store of a workstation. ``holder`` is the holder's or leaver's authorisation number, None if it belongs to nobody.
    ``next_step`` and ``actor``: what has to be done with a certificate without a holder, and the holder's step there with the one that
    decides where a holder stands. ``accepted``: None if it is not accepted. ``problem``: why a leaver's removal failed the last time.

    ``status``, ``ends_on`` and ``days_left`` are those of the day of the report; those of ``certificate`` of the time when the facts were
    gathered.
    """

    workstation: str
    holder: str | None
    status: Status
    ends_on: date
    days_left: int
    facts_at: datetime
    next_step: NextStep
    actor: Actor
    certificate: CertificateRecord
    accepted: Accepted | None = None
    revocation: Revocation | None = None
    problem: Problem | None = None


class Reachability(str, Enum):
    """Whether a workstation answered."""

    ANSWERED = "answered"
    UNKNOWN = "unknown"
    NEVER_SEEN = "never_seen"


@dataclass(frozen=True, slots=True)
class StoreOwner:
    """The name of an account, by its SID; the folder of its profile where Windows was not asked for the name."""

    owner_sid: str
    account: str


@dataclass(frozen=True, slots=True)
class WorkstationRow:
    """A workstation of the inventory. ``computer``: its own name. ``problem``: why it did not answer. ``not_listed``: the number of its
    certificates that are not in the report. ``clock_skew_seconds``: by how much its clock was fast; negative if slow.
    ``browsers``: what its browsers lacked when ``workstation_info`` last looked; empty if it never did. ``store_owners``: the owners of
    ``unread``, and those whom no certificate names. ``strangers``: whether its certificates would have those of nobody.
    """

    workstation: str
    computer: str | None
    answer: Reachability
    facts_at: datetime | None
    facts_age_days: int | None
    problem: Problem | None
    holders: int
    certificates: int
    not_listed: int
    clock_skew_seconds: int | None
    unread: tuple[UnreadRecord, ...]
    browsers: tuple[BrowserProblem, ...] = ()
    store_owners: tuple[StoreOwner, ...] = ()
    strangers: Strangers = Strangers.NOT_SEARCHED


class ChangeKind(str, Enum):
    """What can differ from an earlier report."""

    HOLDER_ADDED = "holder_added"
    HOLDER_REMOVED = "holder_removed"
    STATUS = "status"
    CERTIFICATE = "certificate"
    AUTHORISATION = "authorisation"
    WORKSTATION_ADDED = "workstation_added"
    WORKSTATION_REMOVED = "workstation_removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference from the earlier report. ``subject`` is a holder's number or a workstation. ``name`` is a holder's, or empty.

    ``before`` and ``after`` are statuses, ISO dates or thumbprints; None if the report has no value. ``issuer_setting``: of a holder's row.
    """

    kind: ChangeKind
    subject: str
    name: str
    workstation: str | None
    before: str | None
    after: str | None
    issuer_setting: str = ""


@dataclass(frozen=True, slots=True)
class RegisterPerson:
    """One person, also a leaver, as a register has the person; the names of fields are those of its columns.

    ``user`` and ``workstations``: the account at each workstation, in the same order. ``refusal``: the row of the register is wrong.
    ``row``: the worst of the person's rows; None for a leaver.
    """

    name: str
    authorisation: str
    user: tuple[str, ...]
    workstations: tuple[str, ...]
    function: str | None
    mail: str | None
    authorisation_anniversary: date | None
    absent_from: date | None
    absent_until: date | None
    leaves_on: date | None
    group: str | None
    former_name: str | None
    awaiting: Awaiting | None
    expected_from: date | None
    refusal: Problem | None
    row: HolderRow | None


@dataclass(frozen=True, slots=True)
class Register:
    """What a register that is written again has: ``problems`` are those of its wrong rows."""

    people: tuple[RegisterPerson, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """What the certificates give access to. ``link``: its address, for pages only."""

    name: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorisationDocument:
    """The document that the employer returns each year: its name, the registry that it goes to, and where it is, for pages only."""

    name: str | None = None
    registry: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class ReportParameters:
    """The options of the report. ``time_zone`` is an IANA name. The limits are in days. ``authorisation_word``: what the site calls an
    authorisation, None for the word of the language. ``issuer_overdue_days``: so many days after a certificate was due, the issuer is
    called; None: never. ``issuer_contact``, ``issuer_mail_sender`` and ``issuer_mail_subject`` are shown then. ``establishment``: the
    name of the hospital, for its head; None: not shown. ``issuer``: the site's setting of the issuer now, empty without one.
    ``service`` and ``authorisation_document``: None for the words of the language.
    """

    report_date: datetime
    time_zone: str
    language: str
    title: str | None
    authorisation_word: str | None
    renew_before_days: int
    authorisation_due_within_days: int
    facts_max_age_days: int
    issuer_overdue_days: int | None
    issuer_contact: str | None
    issuer_mail_sender: str | None
    issuer_mail_subject: str | None
    query: str | None
    establishment: str | None = None
    issuer: str = ""
    service: Service | None = None
    authorisation_document: AuthorisationDocument | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The report. Its rows are sorted, so that equal facts make equal files. ``changes`` is None without an earlier report.

    ``unmatched_issuers``: whose certificates there are, if the pattern that looks for those of nobody matches none at any workstation.
    ``unverified_issuers``: that the site has named no authority, with what to do; empty where it has, for each profile.
    ``register``: not in the JSON, because it has addresses of mail and where people are.
    """

    parameters: ReportParameters
    holders: tuple[HolderRow, ...]
    without_workstation: tuple[HolderRow, ...]
    without_holder: tuple[CertificateRow, ...]
    certificates: tuple[CertificateRow, ...]
    workstations: tuple[WorkstationRow, ...]
    compared_with: datetime | None
    changes: tuple[Change, ...] | None
    exceptions: tuple[ExceptionRow, ...] = ()
    revocation_lists: tuple[CrlRow, ...] = ()
    unmatched_issuers: tuple[str, ...] = ()
    unverified_issuers: tuple[Problem, ...] = ()
    register: Register = field(default=Register(), compare=False)
