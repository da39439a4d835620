# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kit for real Windows promises to somebody whose store it uses, held by the text of its harness, with the mistakes it is for.

The kit itself runs in ``windows/test_kit.py``. There nothing goes wrong, so a kit that hides what goes wrong looks the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from consistency.powershell import functions, without_comments
from consistency.tree import ROOT

HARNESS = ROOT / "tests" / "contract" / "windows_kit"
FILES = {"Test-Pkcs12Drivers": "ps1", "KitCase": "psm1", "KitJournal": "psm1", "KitStore": "psm1", "KitPrivacy": "psm1"}
TEXTS = {
    name: (HARNESS / f"{name}.{suffix}").read_text(encoding="utf-8")
    for name, suffix in {**FILES, "KitProbes": "psm1"}.items()
}

Check = Callable[..., bool]


def body(source: str, name: str) -> str:
    """Of a function."""
    (found,) = (function.body for function in functions(source) if function.name == name)
    return found


def in_order(text: str, *parts: str) -> bool:
    """Whether all parts are there, one after the other."""
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def ends_red_when_it_is_not_clean(main: str) -> bool:
    compared = in_order(
        main, "Stop-KitDriver", "$after = Get-KitState", "$left = @(Compare-KitState -Before $before -After $after)"
    )
    return compared and re.search(r"\nif \(\$left\.Count\) \{\n[^}]*\n\texit 1\n\}\n", main) is not None


def compares_all_that_it_may_leave(store: str) -> bool:
    kinds = ("elements", "keys", "authorities")
    taken = all(f"\t{kind} = @(" in body(store, "Get-KitState") for kind in kinds)
    compared = body(store, "Compare-KitState")
    listed = "foreach ($kind in 'elements', 'keys', 'authorities')" in compared
    return taken and listed and '-join "`n") -cne ($After[$kind] -join "`n")' in compared


def takes_everything_back_whatever_happens(case: str) -> bool:
    again = "$result.left_behind = @(Compare-KitState -Before $Before -After (Get-KitState))"
    ran = in_order(
        body(case, "Invoke-KitCase"),
        "} finally {\n\t\tClear-KitCase -Case $state\n\t\t[void] (Clear-KitJournal)",
        again,
    )
    return ran and in_order(body(case, "Invoke-Probe"), "finally { [void] (Clear-KitJournal) }", again)


def skips_nothing_in_silence(main: str) -> bool:
    """Each case and each probe is in the results; by names only the user leaves some out."""
    code = without_comments(main)
    cases = code[code.find("$cases = foreach") : code.find("$probes = foreach")]
    probes = code[code.find("$probes = foreach") : code.find("Stop-KitDriver")]
    named = "if (-not @($Case.Split(',') | Where-Object { $name -like $_ }).Count) { continue }"
    listed = "[IO.Directory]::GetFiles(\"$PSScriptRoot\\cases\", '*.json') | Sort-Object) {" in cases
    given = all(part.rstrip().endswith("\n\t$result\n}") for part in (cases, probes))
    return (
        listed and named in cases and cases.count("continue") == 1 and given and "($probe in Get-KitProbe) {" in probes
    )


def runs_every_probe(probes: str) -> bool:
    tests = {function.name for function in functions(probes) if function.name.startswith("Test-")}
    run = dict(re.findall(r"'(\w+)' \{ (Test-\w+)", body(probes, "Invoke-KitProbe")))
    listed = re.findall(r"\bid = '(\w+)'", body(probes, "Get-KitProbe"))
    return sorted(listed) == sorted(run) and set(run.values()) == tests


def changes_the_computer_only_when_told(main: str, case: str) -> bool:
    reason = body(case, "Get-ReasonNotToRun")
    ways = (
        "if ($Case.never) { return $Case.never }",
        "if ($Case.administrator -and -not $Place.may_change_computer) { return",
        "if ($chain -and $Place.elevated -and -not $Place.may_change_computer) {",
    )
    stops = in_order(
        body(case, "Invoke-KitCase"), "if ($result.reason) { return $result }", "Add-KitPreparation", "Invoke-KitDriver"
    )
    return (
        "$place.may_change_computer = $Administrator -and $place.elevated\n" in main
        and in_order(reason, *ways)
        and stops
    )


def writes_down_before_it_changes(journal: str) -> bool:
    """Else a cut between the two leaves what no later start knows of."""
    registry, file, folder = (body(journal, f"{name}") for name in ("Set-KitRegistry", "Add-KitFile", "Add-KitFolder"))
    ways = [
        in_order(registry, "Add-KitEntry -Entry @{ do = 'key'", "Add-KitEntry -Entry $entry", "CreateSubKey($Path)"),
        in_order(registry, "$entry.value = $key.GetValue($Name,", "Add-KitEntry -Entry $entry", ".SetValue("),
        in_order(file, "Add-KitEntry -Entry @{ do = 'file'", "[IO.File]::WriteAllBytes("),
        in_order(folder, "Add-KitEntry -Entry @{ do = 'folder'", "::CreateDirectory($Path)"),
    ]
    return all(ways) and "$file.Flush($true)" in body(journal, "Add-KitEntry")


def takes_nothing_of_others(journal: str, store: str) -> bool:
    """No file, key or certificate that was there before."""
    there = "if ([IO.File]::Exists($Path) -or [IO.Directory]::Exists($Path)) { throw"
    keys = "if ($left -or ($number -and @($PublicKey -match $number).Count)) { $key.Delete() } else"
    transport = '$left = $name.StartsWith($transport) -and "0:$name" -notin $Known'
    legacy = "if ($Name.StartsWith($named) -or @($PublicKey -match $modulus).Count) { $key.PersistKeyInCsp = $false }"
    removed = "Where-Object { $_.Thumbprint -in $Thumbprint }"
    return (
        in_order(body(journal, "Add-KitFile"), there, "WriteAllBytes")
        and in_order(body(store, "Remove-KitKey"), transport, keys)
        and legacy in body(store, "Remove-LegacyKey")
        and in_order(body(store, "Remove-KitCertificate"), removed, "$opened.Remove($one)")
    )


def takes_back_what_an_earlier_run_left(main: str) -> bool:
    return in_order(main, "$swept = Clear-KitJournal", "$before = Get-KitState", "$cases = foreach")


def names_nobody(case: str, privacy: str) -> bool:
    """Answers, errors, reasons and probes go through the filter, and the filter knows every name of the machine."""
    ran, chosen = body(case, "Invoke-KitCase"), body(privacy, "Select-KitAnswer")
    filtered = (
        "$result.answer = Select-KitAnswer -Value $ended.answer -Known $Known" in ran
        and "$result.said = Hide-KitText -Text" in ran
        and "$result.answer = Hide-KitText -Text (Invoke-KitProbe" in body(case, "Invoke-Probe")
        and body(case, "Get-KitReason").count("Hide-KitText -Text") == 2
    )
    kept_out = (
        "if ($Value -is [string]) { return Hide-KitText -Text $Value -Word $Word }" in chosen
        and "if (Test-Foreign -Item $one -Known $Known -Asked $Asked) { $Known.left_out++ }" in chosen
    )
    names = ("$identity.User.Value", "$identity.Name", "MachineName", "UserDomainName", "::UserName", "GetHostName()")
    return filtered and kept_out and all(name in body(privacy, "Get-KitWord") for name in names)


CHECKS: dict[Check, tuple[str, ...]] = {
    ends_red_when_it_is_not_clean: ("Test-Pkcs12Drivers",),
    compares_all_that_it_may_leave: ("KitStore",),
    takes_everything_back_whatever_happens: ("KitCase",),
    skips_nothing_in_silence: ("Test-Pkcs12Drivers",),
    runs_every_probe: ("KitProbes",),
    changes_the_computer_only_when_told: ("Test-Pkcs12Drivers", "KitCase"),
    writes_down_before_it_changes: ("KitJournal",),
    takes_nothing_of_others: ("KitJournal", "KitStore"),
    takes_back_what_an_earlier_run_left: ("Test-Pkcs12Drivers",),
    names_nobody: ("KitCase", "KitPrivacy"),
}
MISTAKES: dict[str, tuple[Check, str, str]] = {
    "the exit code is always 0": (ends_red_when_it_is_not_clean, 'results."\n\texit 1', 'results."\n\texit 0'),
    "a state is compared with itself": (ends_red_when_it_is_not_clean, "-After $after)", "-After $before)"),
    "equal counts as different": (compares_all_that_it_may_leave, "-cne ($After", "-ceq ($After"),
    "authorities may be left": (
        compares_all_that_it_may_leave,
        "foreach ($kind in 'elements', 'keys', 'authorities')",
        "foreach ($kind in 'elements', 'keys')",
    ),
    "a case is not taken back": (
        takes_everything_back_whatever_happens,
        "\t\tClear-KitCase -Case $state\n\t\t[void] (Clear-KitJournal)",
        "\t\tClear-KitCase -Case $state",
    ),
    "a probe is not taken back": (
        takes_everything_back_whatever_happens,
        " finally { [void] (Clear-KitJournal) }",
        "",
    ),
    "what did not run is left out": (
        skips_nothing_in_silence,
        '"not run: $($result.reason)" }))\n\t$result',
        '"not run: $($result.reason)" }))\n\tif ($result.ran) { $result }',
    ),
    "some cases are passed over": (
        skips_nothing_in_silence,
        "\t$text = [IO.File]::ReadAllText($path)",
        "\tif ($name -like 'guard_*') { continue }\n\t$text = [IO.File]::ReadAllText($path)",
    ),
    "a probe is never asked for": (
        skips_nothing_in_silence,
        "($probe in Get-KitProbe) {",
        "($probe in Get-KitProbe | Select-Object -First 8) {",
    ),
    "a probe answers nothing": (runs_every_probe, "\t\t'locks' { Test-Lock }\n", ""),
    "a probe is not in the list": (
        runs_every_probe,
        "\t@{ id = 'locks'; question = 'what may lock PowerShell'; expected = @() }\n",
        "",
    ),
    "an administrator need not say so": (
        changes_the_computer_only_when_told,
        "$Administrator -and $place.elevated\n",
        "$Administrator -or $place.elevated\n",
    ),
    "a case for administrators always runs": (
        changes_the_computer_only_when_told,
        "$Case.administrator -and -not $Place.may_change_computer",
        "$Case.administrator -and $false",
    ),
    "what nobody may run is run": (
        changes_the_computer_only_when_told,
        "\tif ($Case.never) { return $Case.never }\n",
        "",
    ),
    "a file is written down late": (
        writes_down_before_it_changes,
        "\tAdd-KitEntry -Entry @{ do = 'file'; path = $Path }\n\t[IO.File]::WriteAllBytes($Path, $Data)",
        "\t[IO.File]::WriteAllBytes($Path, $Data)\n\tAdd-KitEntry -Entry @{ do = 'file'; path = $Path }",
    ),
    "the journal is not on the disk": (writes_down_before_it_changes, "$file.Flush($true)", "$file.Flush()"),
    "a value is not remembered": (
        writes_down_before_it_changes,
        "\t\t\t$entry.value = $key.GetValue($Name, $null, 'DoNotExpandEnvironmentNames')\n",
        "",
    ),
    "every key goes": (
        takes_nothing_of_others,
        "if ($left -or ($number -and @($PublicKey -match $number).Count))",
        "if ($number)",
    ),
    "somebody's transport key goes": (takes_nothing_of_others, ' -and "0:$name" -notin $Known', ""),
    "every certificate goes": (takes_nothing_of_others, "$_.Thumbprint -in $Thumbprint", "$_.Thumbprint"),
    "somebody's file is overwritten": (
        takes_nothing_of_others,
        "if ([IO.File]::Exists($Path) -or [IO.Directory]::Exists($Path)) { throw",
        "if ([IO.Directory]::Exists($Path)) { throw",
    ),
    "what an earlier run left is the state before": (
        takes_back_what_an_earlier_run_left,
        "$swept = Clear-KitJournal\n",
        "$before = Get-KitState\n$swept = Clear-KitJournal\n",
    ),
    "answers are not filtered": (
        names_nobody,
        "Select-KitAnswer -Value $ended.answer -Known $Known -Asked ($Text + $request) -Word $Word",
        "$ended.answer",
    ),
    "what a driver said goes out as it is": (
        names_nobody,
        "Hide-KitText -Text $ended.said.Substring(0, [Math]::Min(2000, $ended.said.Length)) -Word $Word",
        "$ended.said",
    ),
    "names in answers stay": (names_nobody, "{ return Hide-KitText -Text $Value -Word $Word }", "{ return $Value }"),
    "somebody's certificates go out": (
        names_nobody,
        "if (Test-Foreign -Item $one -Known $Known -Asked $Asked) {",
        "if ($false) {",
    ),
    "the account is no name": (names_nobody, " @($identity.Name, '<account>'),", ""),
}
