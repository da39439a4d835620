# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What store_exchange has brought to the disk before an older key goes, as strace sees it.

Windows' classes are not there, so keys and steps are stand-ins. A backslash is a letter here, so the files are entries of one folder.
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from drivers.session import Session
from lab.playbook import ROOT

pytestmark = [pytest.mark.powershell, pytest.mark.strace]
TRANSACTION = r"""
$root, $steps = $given
Import-Module "$root/module_utils/_Store.psm1", "$root/module_utils/_Exchange.psm1"
Add-Type -TypeDefinition @'
public static class Hive
{
    public static Hive_ CurrentUser = new Hive_();
    public class Hive_ { public void Flush() { System.IO.File.Delete("hive"); } }
}
public class Key
{
    public string UniqueName = "4f_e8";
    public void Dispose() { }
    public static Key OpenKey(string container, string provider, int keySpec, int flags)
    {
        if (container != "C") throw new System.Exception();
        return new Key();
    }
}
'@
$source = [Management.Automation.Language.Parser]::ParseFile("$root/modules/store_exchange.ps1", [ref] $null, [ref] $null)
foreach ($name in 'Save-Import', 'Invoke-Transaction') {
    $text = $source.Find({ $args[0].Name -eq $name }, $true).Extent.Text
    . ([scriptblock]::Create($text.Replace('[Microsoft.Win32.Registry]', '[Hive]')))
}
function Get-KeyStore { [Key] }
function Invoke-Step {
    param([int] $Index, [Object] $Store, [hashtable] $Memo, [hashtable] $Entry)
    $step = $complex_args.steps[$Index]
    [IO.File]::Delete("step $($step.id)")
    if ($step.container) { @{ container = $step.container; provider = 'software' } } else { @{} }
}
$certificates = 'Microsoft\SystemCertificates\My\Certificates'
$complex_args = @{ steps = @($steps) }
$answer = @{ journal = @() }
Invoke-Transaction -Store $null -Answer $answer
ConvertTo-Json -InputObject $answer.error
"""
ELEMENT = r"config\Microsoft\SystemCertificates\My\Certificates\T"
KEY = r"config\Microsoft\Crypto\Keys\4f_e8"
IMPORT = {"id": "import", "step": "import", "thumbprint": "T", "container": "C"}
NAME, RETIRE, REMOVE = ({"id": step, "step": step, "thumbprint": "T"} for step in ("name", "retire", "remove"))
CALL = re.compile(r'(?:fsync|fdatasync)\(\d+<.*/(.+?)>\)|unlink\("(?:.*/)?(.+?)"\)')


Calls = Callable[..., list[str]]


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trace") / "calls"


@pytest.fixture(scope="module")
def traced(trace: Path) -> Iterator[Session]:
    """A PowerShell that stops at these calls only."""
    watched = "trace=fsync,fdatasync,unlink"
    with Session(
        before=("strace", "-f", "--seccomp-bpf", "-y", "-s", "200", "-e", watched, "-o", str(trace))
    ) as session:
        yield session


@pytest.fixture
def calls(traced: Session, trace: Path, tmp_path: Path) -> Calls:
    """What a transaction has done to files, in order: those written to the disk by name, each step, and the hive.

    A scanner has the files open meanwhile. No other file is made.
    """

    def found(steps: list[dict[str, str]], files: Sequence[str] = (KEY, ELEMENT)) -> list[str]:
        (tmp_path / "config").mkdir()
        marks = [f"step {step['id']}" for step in steps]
        for name in (*files, "hive", *marks):
            (tmp_path / name).write_bytes(b"x")
        earlier = trace.stat().st_size if trace.exists() else 0
        with ExitStack() as scanner:
            for name in files:
                fcntl.flock(scanner.enter_context((tmp_path / name).open("rb")), fcntl.LOCK_SH)
            given = [f"{ROOT}/plugins", steps]
            assert (
                traced.run(TRANSACTION, folder=tmp_path, given=given, XDG_CONFIG_HOME=str(tmp_path / "config")) is None
            )
        assert {path.name for path in tmp_path.iterdir()} & {KEY, ELEMENT} == set(files)
        seen = [written or deleted for written, deleted in CALL.findall(trace.read_text(encoding="utf-8")[earlier:])]
        return [name for name in (each.replace(r"\\", "\\") for each in seen) if name in (KEY, ELEMENT, "hive", *marks)]

    return found


def test_what_was_imported_is_on_the_disk_before_the_first_older_one_goes(calls: Calls) -> None:
    steps = [IMPORT, NAME, RETIRE, REMOVE]
    assert calls(steps) == ["step import", "step name", KEY, ELEMENT, "hive", "step retire", "step remove"]


def test_without_an_import_nothing_is_written_to_the_disk(calls: Calls) -> None:
    assert calls([NAME, RETIRE]) == ["step name", "step retire"]


def test_a_file_that_is_elsewhere_stops_nothing_and_is_not_made(calls: Calls) -> None:
    assert calls([IMPORT, RETIRE], files=()) == ["step import", "hive", "step retire"]


def test_a_key_that_is_nowhere_stops_nothing(calls: Calls) -> None:
    assert calls([{**IMPORT, "container": "elsewhere"}, RETIRE]) == ["step import", "step retire"]
