# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page of codes says of each status, next step and delivery beside its words: when, and who acts.

A value that is not here, or is no more, stops the page.
"""

from __future__ import annotations

STATUSES = (
    ("valid", "within its dates, with a link to a key, and none of the others"),
    ("renewal_due", "at most ``pkcs12_renew_before_days`` days are left, or ``pkcs12_authorisation_due_within_days`` of the authorisation"),
    ("expired", "the certificate ended and no other is offered, or the authorisation ended"),
    ("not_yet_valid", "its first day is ahead, by the controller's clock"),
    (
        "missing",
        (
            "the whole store was read and has no certificate for authentication with the holder's number, "
            "or the holder has no workstation"
        ),
    ),
    ("duplicate", "a browser offers more than one certificate of the holder"),
    ("superseded", "a newer certificate of the same person and issuer is usable in the same store"),
    ("archived", "Windows keeps it and offers it to no program"),
    ("key_missing", "it has no link to a key, or its key did not sign"),
    ("wrong_holder", "it has a holder's number and is in the store of another account"),
    ("weak", "RSA below 2048 bits, an elliptic curve below 256 bits, or a signature with MD5 or SHA-1"),
    (
        "unknown",
        (
            "no answer, facts older than ``pkcs12_facts_max_age_days`` or than the authority in ``pkcs12_issuers``, "
            "or a store that was not read; the last facts are shown"
        ),
    ),
    ("never_seen", "no usable facts of the workstation"),
    ("awaited", "the holder's entry has ``awaiting``, and no ``expected_from`` that has come"),
    ("on_leave", "``absent_until`` is ahead, and the holder would have to log on"),
    ("unknown_issuer", "it has a holder's number, and no authority of the site has signed it, as far as the settings say now"),
    ("self_signed", "it has a holder's number, and its own key signed it: it counts as if it were not there"),
    ("revoked", "a revocation list (``pkcs12_crl``) names it, and it has not ended"),
)  # fmt: skip

STEPS = (
    ("nothing", "there is nothing to do", "nobody"),
    ("log_on", "a certificate has to be installed, and the holder was not logged on", "holder"),
    ("mend_failure", "the last run failed for the holder; the row says why, ``places[].problem`` has the code", "who can mend it"),
    ("close_browser", "the certificate is another one than in the earlier report; an open browser still offers the old one", "holder"),
    ("renew_authorisation", "the yearly authorisation ends soon or has ended; then only ``remove_from_others`` comes before", "employer"),
    ("await_bundle", "the last renewal found no newer bundle, or a newcomer waits for the first one", "issuer"),
    ("collect", "the issuer's mail is there, and the bundle was not withdrawn or its passphrase not stored", "IT"),
    ("find_bundle", "the link was used before, and the bundle is not in the folder", "IT"),
    ("check_delivery", "the mail is not proven, its address is not allowed, or its code is wrong", "IT"),
    ("call_issuer", "for ``pkcs12_issuer_overdue_days`` days no newer bundle was there; IT does not search the holder's mailbox", "IT"),
    ("return_document", "the first certificate waits for the yearly document with this person", "employer"),
    ("ask_for_stronger", "the certificate is ``weak``", "issuer"),
    ("add_authority", "the certificate is ``unknown_issuer``, and the holder has no other", "IT"),
    ("replace_revoked", "the certificate is ``revoked``", "IT"),
    ("enrol", "there is no certificate, or it has no key", "IT"),
    ("renew", "the certificate ends soon, or has ended", "IT"),
    ("retire_leaver", "a certificate belongs to a leaver, or to nobody in the inventory", "IT"),
    ("remove_by_thumbprint", "a leaver's certificate is ``self_signed`` or ``unknown_issuer``", "IT"),
    ("retire_older", "a browser offers two; ``renew`` removes the older one of an issuer, IT any other by its thumbprint", "IT"),
    ("remove_from_others", "a certificate of the holder is in the store of another person", "IT"),
    ("check_clock_or_wait", "the certificate is not valid yet", "IT"),
    ("repair_profile", "the workstation answered, and the store could not be read", "IT"),
    ("audit_logged_on", "the profile has no store while the holder is not logged on, as with redirected ``AppData``", "IT"),
    ("reach_workstation", "the workstation is off, or the network does not reach it", "IT"),
    ("admit_account", "the workstation or its domain refuses the connection account", "IT"),
    ("correct_name", "nobody knows the name of the workstation", "IT"),
    ("prepare_controller", "the controller lacks a package or a program, its clock is wrong, or it finds no domain controller", "IT"),
    ("correct_connection", "the inventory has no account, no password, or a wrong value for the connection", "IT"),
    ("correct_listener", "the address answers, and WinRM does not answer as the inventory expects", "IT"),
    ("run_audit", "nobody has asked yet, the facts do not know the holder or cannot be used, or the last audit failed", "IT"),
    ("set_up_workstation", "the workstation has never answered, and no other step names the cause", "IT"),
    ("assign_workstation", "a person of the register has no workstation, or a certificate at one that is not the person's", "IT"),
    ("correct_inventory", "the workstation does not know the holder's account", "IT"),
    ("check_number", "a certificate has the holder's name and a number that nobody has", "IT"),
    ("correct_variables", "a variable of the workstation cannot be used; the row is that of the last facts", "IT"),
    ("correct_row", "the person's row of the register is wrong, so that no task does anything for this person", "IT"),
    ("give_own_number", "the inventory has one number for two names", "IT"),
)  # fmt: skip

DELIVERIES = (
    ("new", "run ``collect`` without ``--check``"),
    ("collected", "nobody"),
    ("link_used", "whoever withdrew it puts the file into the folder, under the name in the message; else ask the issuer for a new mail"),
    ("code_wrong", "IT compares the mail with the page, then runs once with ``pkcs12_retry``"),
    ("not_authentic", "IT looks at the mail; it may be a forgery"),
    ("refused", "IT looks at the mail"),
    ("failed", "IT runs ``collect`` again"),
    ("superseded", "nobody"),
    ("passphrase_not_stored", "IT mends the store and runs ``collect`` again"),
    ("passphrase_unknown", "IT adds the passphrase to ``pkcs12_passphrases``"),
    ("acknowledged", "nobody: the message id is in ``pkcs12_acknowledged``"),
    ("left", "nobody: the person is in ``pkcs12_leavers``"),
    ("unknown_holder", "IT adds the holder to ``pkcs12_holders``, or corrects the number"),
)  # fmt: skip
