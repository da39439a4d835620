# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to the collection hospital_it.pkcs12.
"""What can be wrong at a workstation, each in one sentence: preflight, a refusal and a driver's error all take it from here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .._errors import Pkcs12Error, named
from .encryption import LOGONS_OVER_HTTP


@dataclass(frozen=True, slots=True)
class Explanation:
    """``cause`` and ``next_step`` of a code. ``cause`` is a template without its period, because an HRESULT may follow.

    Its placeholders are ``{name}``, the holder's account, ``{computer}``, the workstation, and what the comment beside it says.
    """

    cause: str
    next_step: str

    def sentence(self, **values: object) -> str:
        """The cause with its placeholders filled and its period."""
        return f"{self.cause.format(**values)}."


def refusal(*, code: str, **values: object) -> Pkcs12Error:
    """The refusal for a code of ``FINDINGS``. ``values`` fill the placeholders of its cause."""
    found = FINDINGS[code]
    return Pkcs12Error(code=code, cause=found.sentence(**values), next_step=found.next_step)


RUN_AGAIN = "Run the task again. If the error stays, report it."
DRIVERS_DIFFER = "The controller's collection and its driver do not match. Report this error."
NEWER_SPNEGO = "Install pyspnego 0.12.2 or later in the Python that runs Ansible, or in the execution environment."
LOOK_UP = "Look up the HRESULT, then run the task again: it continues where this run stopped."

UNPROTECT = (
    "Take the holders out of the local group of administrators, or set the policy 'User Account Control: Configure type of Admin Approval "
    "Mode' to the legacy mode on these workstations and restart them."
)

APP_CONTROL = "app_control"
LOCKS = {
    "applocker": "AppLocker by group policy",
    "applocker_mdm": "AppLocker by device management",
    APP_CONTROL: "App Control for Business",
}
"""What may keep PowerShell from FullLanguage mode, by the codes of ``store_inventory``, for a sentence."""


def named_locks(codes: Collection[str]) -> str:
    """The names of these locks in a sentence; empty without one."""
    return " and ".join(name for code, name in LOCKS.items() if code in codes)


def constrained(computer: str, locks: Collection[str], mode: str, name: str) -> Pkcs12Error:
    """The refusal where PowerShell runs in another mode than FullLanguage for the account ``name``."""
    named = named_locks(locks)
    in_brackets = f" ({named})" if named else ""
    return refusal(code="constrained_language", computer=computer, locks=in_brackets, mode=mode, name=name)


FINDINGS: Mapping[str, Explanation] = {
    "not_windows": Explanation(  # {host}: of the inventory; {transport}: its connection plugin
        "The connection to {host} ({transport}) is not one to Windows",
        "Set ansible_connection: winrm or psrp for a workstation, or leave the host out of this play.",
    ),
    "untried_connection": Explanation(  # {host}, {transport}: the same
        "The connection to {host} is {transport}, over which nobody has tried this collection, so it does not write keys over it",
        "Set ansible_connection: winrm or psrp. Windows has both with its WinRM service; ssh keeps working beside it for other plays.",
    ),
    "unencrypted_connection": Explanation(  # {how}: scheme, logon and message encryption
        "The connection to {computer} does not encrypt ({how}), so no bundle and no Windows password is sent over it",
        "Use https with port 5986 (ansible_winrm_scheme or ansible_psrp_protocol), or "
        f"{LOGONS_OVER_HTTP} with message encryption (ansible_winrm_message_encryption or ansible_psrp_message_encryption: auto).",
    ),
    "kept_files": Explanation(
        "Ansible is set to write what it runs to a disk of the workstation, where a private key must never be",
        "Turn ANSIBLE_KEEP_REMOTE_FILES off.",
    ),
    "unknown_holder": Explanation(  # {detail}: the HRESULT in brackets, or nothing
        "{computer} knows no account {name}{detail}",
        "Check the spelling (DOMAIN\\user, UPN or SID), and check that the workstation reaches its domain.",
    ),
    "no_account_name": Explanation(  # {name}: the SID
        "{computer} cannot tell which account has the SID {name}",
        "Check that the account still exists, and that the workstation reaches its domain.",
    ),
    "never_logged_on": Explanation(
        "{name} has never logged on to {computer}, so the change has to wait",
        "Run the task again after the first logon.",
    ),
    "not_logged_on": Explanation(
        "{name} is not logged on to {computer}, so the change has to wait",
        "Run the task again while the holder is logged on.",
    ),
    "not_started": Explanation(  # {detail}: the number of Windows' error
        "Windows started no PowerShell as {name} ({detail})",
        "1260 or 4551: a policy (AppLocker, Software Restriction Policies, App Control) forbids powershell.exe to this account, so let it "
        "run. 1058: start the service Secondary Logon. Nothing was changed.",
    ),
    "temporary_profile": Explanation(
        "{name} has a profile on {computer} that Windows discards at logoff: a temporary, mandatory or guest profile",
        "Repair the profile, or give the person one that stays, and let the person log on again. Then run the task again.",
    ),
    "store_unread": Explanation(  # {reason}, {detail}: see UNREAD_REASONS
        "The personal store of {name} on {computer} cannot be read: {reason} ({detail})",
        "Remove what the sentence names, give the connection's account access, or repair the profile. Until then its certificates are not "
        "known, and nothing is written to it.",
    ),
    "secondary_logon": Explanation(
        "The service Secondary Logon (seclogon) on {computer} is disabled; nothing can be run as {name}",
        "Set the start type of the service to manual.",
    ),
    "no_debug_privilege": Explanation(  # {connection}: the account of the connection
        "{connection} lacks SeDebugPrivilege on {computer}; nothing can be run as {name} without a password",
        "Connect with a local administrator, or grant the right 'Debug programs'.",
    ),
    "logged_password": Explanation(  # {kinds}: of logging
        "{computer} logs what PowerShell runs ({kinds}), so the Windows password of {name} would be in a log",
        f"Leave {named('holder_password')} out and run the task while the holder is logged on, or exempt the workstation from this policy.",
    ),
    "force_key_protection": Explanation(
        "A policy of {computer} (ForceKeyProtection) makes Windows ask in a dialog before a key is used",
        "Remove the policy from this workstation, because nobody could answer the dialog.",
    ),
    "constrained_language": Explanation(  # {locks}: in brackets, or nothing; {mode}: of PowerShell; {name}: the account that it runs as
        "A policy of {computer}{locks} runs PowerShell in {mode} mode for {name}, where the drivers of this collection do not work",
        "Exempt the workstation or this account from that policy, or see App Control in the guide on connecting.",
    ),
    "script_rules": Explanation(  # {name}: the connection's account; {locks}: whose rules
        "PowerShell on {computer} runs in FullLanguage mode for {name}. There are rules for scripts, of {locks}, so it may run in "
        "ConstrainedLanguage mode for a holder, where nothing can be installed or removed",
        "As a holder, look at $ExecutionContext.SessionState.LanguageMode in Windows PowerShell. If it is not FullLanguage, exempt the "
        "holders' accounts from these rules.",
    ),
    "administrator_protection": Explanation(
        "Administrator Protection is set on {computer} (TypeOfAdminApprovalMode is 2). A holder who is a local administrator there has the "
        "administrator's rights in a second account, ADMIN_..., which become takes, so nothing is written for this holder",
        UNPROTECT,
    ),
    "wrong_computer": Explanation(  # {computer}: its own names; {expected}: the option computer
        "The workstation that answered calls itself {computer}, and the inventory expects {expected}",
        "Nothing was changed. Correct the DNS record or ansible_host. If the workstation was renamed, correct pkcs12_computer.",
    ),
    "other_name": Explanation(  # {computer}: its own names; {host}: what the inventory and the connection call it
        "The workstation that answered calls itself {computer}, and the inventory calls it {host}",
        "Make sure that it is the right one. Then set pkcs12_computer to its own name, and nothing is changed on any other computer.",
    ),
    "own_connection": Explanation(
        "{name} is the connection's own account. Over NTLM, Kerberos or a certificate, Windows stores a key for it only while it is "
        "also logged on at the workstation",
        "Run the task again while the holder is logged on at the workstation, or connect with Basic over HTTPS or CredSSP.",
    ),
}
"""By code; most are codes of a ``Pkcs12Error``."""

DRIVER_ERRORS: Mapping[str, Explanation] = {
    "bad_request": Explanation("The driver on {computer} does not understand the request", DRIVERS_DIFFER),
    "unknown_step": Explanation("The driver on {computer} does not know a step of the plan", DRIVERS_DIFFER),
    "wrong_owner": Explanation(
        "The exchange on {computer} did not run as {name}",
        "Check which account become reaches. There may be two accounts of the same name.",
    ),
    "wrong_computer": Explanation(
        "The exchange for {name} reached another computer than {computer}, and changed nothing there",
        "Look for an old DNS record or an address that two computers use, then run the task again.",
    ),
    "temporary_profile": FINDINGS["temporary_profile"],
    "busy": Explanation(
        "Another exchange for {name} is running on {computer}, or another program holds its lock",
        "Wait until the other job has ended, then run the task again. If the error stays, restart the workstation.",
    ),
    "stale_store": Explanation(
        "The personal store of {name} on {computer} changed between reading and writing",
        "Run the task again: it makes a new plan from what is in the store now.",
    ),
    "import_failed": Explanation(
        "Windows on {computer} did not import the certificate for {name}",
        "Look up the HRESULT. Common causes are a full disk and a full profile quota.",
    ),
    "transport_key_failed": Explanation(
        "Windows on {computer} could not make the key for {name} that keeps secrets out of PowerShell's logs",
        "Look up the HRESULT. Common causes are a full disk and a full profile quota. Nothing was imported.",
    ),
    "transport_key_left": Explanation(
        "Windows on {computer} could not delete a key that an earlier run had made for {name} to keep secrets out of PowerShell's logs",
        "Look up the HRESULT, and delete the key containers of the holder whose names begin with hospital_it.pkcs12.transport.",
    ),
    "unseal_failed": Explanation(
        "What was sealed for {name} could not be opened on {computer}, because its key did not open it or is gone. Nothing was imported",
        "Run the task again. Another job for the same holder may have taken the key away.",
    ),
    "thumbprint_mismatch": Explanation("{computer} found another certificate in what was sent for {name}", RUN_AGAIN),
    "no_certificate": Explanation(
        "A certificate of {name} is no longer in the store on {computer}",
        "Run the task again: it makes a new plan from what is in the store now.",
    ),
    "no_key": Explanation(
        "The certificate of {name} on {computer} links to a private key that does not exist",
        "Remove the certificate from the personal store, then run the task again to import it with its key.",
    ),
    "sign_failed": Explanation(
        "The private key of {name} on {computer} does not sign",
        "Look up the HRESULT. The key may belong to another certificate, or Windows can no longer decrypt it.",
    ),
    "key_asks": Explanation(  # not a code of the protocol: sign_failed with an HRESULT of CONSENT_ERRORS
        "The private key of {name} on {computer} asks for consent before it signs, and nobody could answer",
        "Import the certificate without strong protection of its key, or do not ask for a proof.",
    ),
    "name_failed": Explanation(
        "Windows could not set the friendly name for {name} on {computer}",
        "Run the task again, or leave friendly_name out.",
    ),
    "chain_failed": Explanation(
        "Windows could not add an intermediate authority for {name} on {computer}",
        "Look up the HRESULT, or set chain: false where a policy distributes the authorities.",
    ),
    "root_certificate": Explanation(
        "{computer} was asked to trust a root certificate", "Distribute roots by policy. Report this error."
    ),
    "force_key_protection": FINDINGS["force_key_protection"],
    "dpapi_broken": Explanation(
        "Windows on {computer} cannot protect a private key for {name}, although the logon is interactive",
        "Waiting does not help. Look up the HRESULT. Common causes are a damaged folder AppData\\Roaming\\Microsoft\\Protect in the "
        "profile, a password that was reset while no domain controller could be reached, and a full disk. Then let the holder log on anew, "
        "and run the task again.",
    ),
    "connect_failed": Explanation(
        "A portal did not accept the certificate of {name} on {computer}",
        "Run portal_info with from: workstation, which tells the cause.",
    ),
    "retire_failed": Explanation(
        "Windows could not archive or remove a certificate of {name} on {computer}. What was installed before that stays",
        LOOK_UP,
    ),
    "remove_failed": Explanation("Windows could not remove a certificate of {name} on {computer}", LOOK_UP),
    "after_unread": Explanation(
        "The work for {name} on {computer} was done, but the personal store could not be read afterwards, so nobody has seen what it holds",
        "Run the task again: it reads the store and goes on from what is there. If the error stays, look for a program (such as a virus "
        "scanner) that keeps files of the store open.",
    ),
    "unexpected": Explanation(
        "The exchange for {name} on {computer} stopped at something unforeseen",
        "Run the task again with -vvv. If the error stays, report it.",
    ),
}
"""The codes of ``store_exchange`` (docs/developers/driver_protocol.md), but for ``no_dpapi``, with which the holder has to wait."""

OFFLINE_ERRORS: Mapping[str, Explanation] = {  # {file}: a path, or nothing
    "profile_loaded": Explanation(
        "{name} has logged on to {computer}, so the files of the profile stay as they are",
        "Run the task again: it removes the certificates in the holder's session.",
    ),
    "profile_unread": Explanation(
        "The profile of {name} on {computer} has something in a store that could not be read or understood: {file}",
        "Look at it: a link, a file that is open, damaged or over 64 kB. Remove what does not belong there, then run the task again.",
    ),
    "unread_key": Explanation(
        "Nobody can tell whose key is in this file of {name} on {computer}, so the key and its certificate stay: {file}",
        "Look at it: a link, a file that is open, damaged or over 64 kB. Remove what does not belong there, then run the task again. "
        "While the holder is logged on, it works all the same.",
    ),
    "ambiguous_key": Explanation(
        "Not exactly one key file of {name} on {computer} can be that of the certificate, so the key and its certificate stay: {file}",
        "Run the task while the holder is logged on. If that will never be, look which of the files are copies, and remove them by hand.",
    ),
    "remove_key_failed": Explanation("Windows could not remove a key file of {name} on {computer}", LOOK_UP),
    "remove_certificate_failed": Explanation(
        "Windows could not remove a certificate from the profile of {name} on {computer}. Its key may be gone already",
        LOOK_UP,
    ),
}
"""The codes of ``profile_exchange`` that ``store_exchange`` does not have."""

SECOND_ACCOUNT = Explanation(
    "Become took the account ADMIN_... that Windows on {computer} keeps for {name} (Administrator Protection), and not {name}. The store "
    "was not touched",
    UNPROTECT,
)
"""What ``wrong_owner`` means where become took this account."""

PORTAL_NOT_ASKED = Explanation(
    "A portal could not be asked from {computer}, so nobody knows whether it accepts the certificate of {name}",
    "Run portal_info with from: workstation, which tells the cause.",
)
"""What ``connect_failed`` means where the portal has not seen the certificate."""

AFTER_UNREAD = "after_unread"
"""Code of a store that was read before an exchange, and could not be read after it."""

TEMPORARY = "temporary"
"""Code of a store that is read, and does not last: Windows discards the profile at logoff."""

UNREAD_REASONS = {
    TEMPORARY: "Windows discards the person's profile at logoff",
    "redirected": "AppData is not on a drive of the workstation",
    "access_denied": "access was denied",
    "no_appdata": "the profile folder has no AppData",
    "no_store": "the person is not logged on and the profile has no store, so AppData may be redirected",
    "link": "a link is on the way to it or in it, and links are not followed",
    "unknown_name": "an entry in it does not have the name of a certificate",
    "too_large": "an entry in it is larger than 64 KiB",
    "limit": "it has more than 1000 entries or 4 MiB",
    "unreadable": "it could not be read",
    "element": "a certificate in it cannot be parsed",
    AFTER_UNREAD: "it could not be read after the last exchange",
}
"""Why a store was not read, by the codes of ``store_inventory``, for a sentence."""


def unread_reason(code: str) -> str:
    """The reason for a code of ``UNREAD_REASONS``. A code that is not known there is its own reason."""
    return UNREAD_REASONS.get(code, code)
