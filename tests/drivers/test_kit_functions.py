# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kit calculates, by running its own functions in PowerShell for Linux of the Windows test bed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.hospital_it.pkcs12.plugins.plugin_utils._crypto.store_element import KeyProvInfo
from contract.fixture_certificates import PASSPHRASE, bundle, fixture_certificate
from contract.kit import HARNESS, ROOT
from contract.kit_portals import authority, server
from drivers.session import Session
from lab.emulated.element import pack, properties
from lab.emulated.store import CAPI_PROVIDERS, CNG_PROVIDER

pytestmark = pytest.mark.powershell
UTILS = ROOT / "plugins" / "module_utils"
ALIAS = "{00000000-0000-0000-0000-000000000001}"
IMPORT = "Import-Module {paths} -DisableNameChecking\n"


Kit = Callable[..., Any]


@pytest.fixture(scope="module")
def portals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle, portals of the kit, and the root that most have."""
    folder = tmp_path_factory.mktemp("portals")
    trusted, other = authority(), authority()
    jeanne = fixture_certificate("jeanne-2026")
    (folder / "jeanne.p12").write_bytes(bundle("jeanne-2026"))
    (folder / "root.pem").write_bytes(trusted.root.public_bytes(Encoding.PEM))
    servers = []
    for key, (terms, _with_key, _expected) in ANSWERED.items():
        made = server(key, {}, other if terms.get("other") else trusted)
        takes = jeanne.thumbprint if terms.get("takes") == "own" else terms.get("takes")
        servers.append({**made, **terms, "takes": takes})
    (folder / "facts.json").write_text(json.dumps({"passphrase": PASSPHRASE, "servers": servers}))
    return folder


@pytest.fixture(scope="module")
def kit(portals: Path) -> Iterator[Kit]:
    """What a script says in JSON, with these modules of the kit. Whom it trusts, .NET asks once."""
    with Session(SSL_CERT_FILE=str(portals / "root.pem")) as session:

        def run(script: str, *modules: str, **environment: str) -> Any:
            paths = [UTILS / "_Element.psm1", *(HARNESS / f"{name}.psm1" for name in modules)]
            begin = "$ErrorActionPreference = 'Stop'\n" + IMPORT.format(paths=", ".join(f"'{path}'" for path in paths))
            return session.run(begin + script, **environment)

        yield run


def renamed(kit: Kit, elements: list[bytes], container: str) -> list[bytes]:
    """The elements after the kit has put the real name of a container into them."""
    texts = ", ".join(f"'{element.hex()}'" for element in elements)
    found = kit(
        f"$known = @{{ '{ALIAS}' = '{container}' }}\n"
        f"$done = foreach ($hex in {texts}) {{\n"
        "    [Convert]::ToHexString((Set-KitContainer -Element ([Convert]::FromHexString($hex)) -Container $known))\n"
        "}\nConvertTo-Json -Compress -InputObject @($done)",
        "KitElement",
    )
    return [bytes.fromhex(text) for text in found]


@pytest.mark.parametrize(
    "name", ["{F0E1D2C3-0000-1111-2222-333344445555}", "short", "hospital_it.pkcs12.key." + "0" * 60]
)
def test_an_element_gets_the_real_name_of_its_container_whatever_its_length(kit: Kit, name: str) -> None:
    der = fixture_certificate("jeanne-2026").der
    cng = KeyProvInfo(ALIAS, CNG_PROVIDER, 0, 0, 0)
    capi = KeyProvInfo(ALIAS, CAPI_PROVIDERS[1], 1, 0x20, 1)
    other = pack(properties(der, KeyProvInfo(ALIAS.replace("1", "2"), CNG_PROVIDER, 0, 0, 0)))
    elements = [pack(properties(der, link, "Mes soins", True)) for link in (cng, capi)]
    expected = [pack(properties(der, replace(link, container=name), "Mes soins", True)) for link in (cng, capi)]
    untouched = [other, pack(properties(der)), b"no element"]
    assert renamed(kit, [*elements, *untouched], name) == [*expected, *untouched]


NO_TEXT = {"msg": "", "exception": "", "module_stdout": "", "module_stderr": ""}


@pytest.mark.parametrize(
    ("said", "code", "expected"),
    [
        ('{"journal": [], "error": null, "changed": false}', 0, ("done", True, None)),
        (
            '{"journal": [], "error": {"code": "unfit_token", "token": "low"}}',
            1,
            ("unfit_token (low)", True, None),
        ),
        ('{"journal": [], "error": {"code": "busy"}}', 1, ("busy", True, None)),
        (
            '{"failed": true, "msg": "csc", "exception": "at a line"}',
            1,
            ("text", False, {**NO_TEXT, "msg": "csc", "exception": "at a line", "module_stderr": "of Odile"}),
        ),
        ("no JSON", 1, ("text", False, {**NO_TEXT, "module_stdout": "no JSON", "module_stderr": "of Odile"})),
        ("", -1073741502, ("text", False, {**NO_TEXT, "module_stderr": "of Odile"})),
    ],
    ids=["done", "unfit", "another code", "a message of the wrapper", "a text", "nothing"],
)
def test_what_came_of_a_command(kit: Kit, said: str, code: int, expected: tuple[str, bool, Any]) -> None:
    """What is no answer has the words in which Ansible gives it to the controller."""
    script = (
        f"$one = Get-Outcome -Ended @{{ exit_code = {code}; stdout = '{said}'; stderr = 'of Someone' }} "
        "-Word @(@{ pattern = 'Someone'; stands = 'Odile' })\n"
        "ConvertTo-Json -Compress -InputObject @($one.outcome, [bool] $one.answer, $one.failure, $one.exit_code)"
    )
    assert kit(script, "KitJson", "KitPrivacy", "KitUser") == [*expected, code]


def test_a_process_that_did_not_start_is_an_outcome_and_a_long_text_keeps_its_ends(kit: Kit) -> None:
    script = (
        "$none = Get-Outcome -Ended ([pscustomobject] @{ refused = 'Win32Exception 5' }) -Word @()\n"
        "$long = Get-Outcome -Ended @{ exit_code = 1; stdout = 'begin' + 'x' * 20000 + 'end'; stderr = '' } -Word @()\n"
        "ConvertTo-Json -Compress -InputObject @($none.outcome, $long.failure.module_stdout)"
    )
    outcome, text = kit(script, "KitJson", "KitPrivacy", "KitUser")
    assert outcome == "not started: Win32Exception 5"
    assert (text[:5], text[-3:]) == ("begin", "end")
    assert len(text) < 9000


def test_picks_are_counted_and_what_follows_an_unfit_one(kit: Kit) -> None:
    low, restricted = "unfit_token (integrity)", "unfit_token (restricted)"
    picks = ["done", low, low, "done", restricted, low]
    texts = ", ".join(f"'{pick}'" for pick in picks)
    script = f"ConvertTo-Json -Compress -InputObject @(Measure-Outcome -Outcome {texts})"
    assert kit(script, "KitUser") == [
        f"done: 2, {low}: 3, {restricted}: 1; after an unfit pick the same: 1, another: 2"
    ]


def test_what_is_removed_has_the_name_of_the_kit(kit: Kit, tmp_path: Path) -> None:
    mine, other = tmp_path / "pkcs12-kit-1", tmp_path / "other"
    for folder in (mine, other):
        (folder / "below").mkdir(parents=True)
    script = (
        f"Remove-KitTree -Path '{mine}'\n"
        f"$refused = foreach ($try in {{ Remove-KitTree -Path '{other}' }}, {{ Remove-KitUser -Name 'Odile' }}, "
        "{ Stop-KitUser -Name 'Odile' -Sid 'S-1' }, { Remove-KitTask -Name 'Odile' }) { try { & $try; 'done' } catch { 'refused' } }\n"
        "ConvertTo-Json -Compress -InputObject @($refused)"
    )
    assert kit(script, "KitUser") == ["refused"] * 4
    assert (mine.exists(), other.exists()) == (False, True)


def test_an_account_is_taken_back_newest_first_and_remembered_until_then(kit: Kit, tmp_path: Path) -> None:
    """The journal of a killed run is read by the next start; an entry that cannot be taken back keeps the journal."""
    (tmp_path / ".local" / "share").mkdir(parents=True)
    script = (
        "Set-KitJournal -Name 'pkcs12-kit-user'\n"
        "foreach ($entry in @{ do = 'tree'; path = 'T' }, @{ do = 'user'; name = 'U' }, @{ do = 'profile'; sid = 'S'; name = 'U' }) "
        "{ Add-KitEntry -Entry $entry }\n"
        "$global:seen = @(); $global:closed = $true\n"
        'function global:Remove-KitProfile { param($Name, $Sid) $global:seen += "profile $Name $Sid" }\n'
        "function global:Remove-KitUser { param($Name) if ($global:closed) { throw 'closed' } $global:seen += \"user $Name\" }\n"
        'function global:Remove-KitTree { param($Path) $global:seen += "tree $Path" }\n'
        "try { Clear-KitJournal } catch { $global:seen += 'failed' }\n"
        "$global:closed = $false\n"
        "$count = Clear-KitJournal\n"
        "ConvertTo-Json -Compress -InputObject @($global:seen + @($count))"
    )
    found = kit(script, "KitJson", "KitJournal", HOME=str(tmp_path), XDG_DATA_HOME="")
    assert found == ["profile U S", "failed", "profile U S", "user U", "tree T", 3]


WRITTEN_DOWN = """
class Journal : IO.FileStream {
    static [int] $flushed
    Journal([string] $path, [IO.FileMode] $mode, [IO.FileAccess] $access, [IO.FileShare] $share) : base($path, $mode, $access, $share) { }
    [void] Flush([bool] $toDisk) { if ($toDisk) { [Journal]::flushed++ } }
}
$text = [IO.File]::ReadAllText("$env:KIT_HARNESS/KitJournal.psm1").Replace('[IO.FileStream]', '[Journal]')
New-Module -Name KitJournal -ScriptBlock ([scriptblock]::Create($text)) | Import-Module
Set-KitJournal -Name 'kit'
$hive = [pscustomobject] @{ there = $false }
$hive | Add-Member ScriptMethod OpenSubKey { if ($this.there) { $this } }
$hive | Add-Member ScriptMethod GetValueNames { 'N' }
$hive | Add-Member ScriptMethod GetValueKind { 'DWord' }
$hive | Add-Member ScriptMethod GetValue { 7 }
$hive | Add-Member ScriptMethod CreateSubKey { throw 'denied' }
& (Get-Module KitJournal) { $script:hives = @{ HKCU = $args[0] } } $hive
foreach ($name in 'New-LocalUser', 'Add-LocalGroupMember', 'New-ScheduledTaskAction') {
    Set-Item "function:global:$name" { throw 'denied' }
}
$value = @{ Root = 'HKCU'; Path = 'a\\b'; Name = 'N'; Kind = 'DWord'; Value = 1 }
$failed = foreach ($try in
    { Add-KitFile -Path "$env:KIT_PLACE/$('x' * 300)" -Data 1 },
    { Add-KitFolder -Path "$env:KIT_PLACE/file/below" },
    { Set-KitRegistry @value },
    { $hive.there = $true; Set-KitRegistry @value },
    { Add-KitFile -Path "$env:KIT_PLACE/file" -Data 1 },
    { New-KitUser },
    { Start-KitTask -User @{ name = 'U' } },
    { Start-KitTask -User @{ name = 'U'; batch = $true } }
) { try { & $try } catch { 1 } }
$entries = @(Get-KitEntry)
[Array]::Reverse($entries)
ConvertTo-Json -Compress -InputObject @($failed.Count, [Journal]::flushed, $entries)
"""
"""What cannot be made, so that only what was written down before is in the journal; one is a file that is there already."""


def test_what_is_about_to_be_made_is_on_the_disk_before_and_what_is_there_stays(kit: Kit, tmp_path: Path) -> None:
    """Else a cut between the two leaves what no later start knows of, or the next start takes away what is somebody's."""
    (tmp_path / ".local" / "share").mkdir(parents=True)
    (tmp_path / "file").write_text("somebody's")
    environment = {"HOME": str(tmp_path), "XDG_DATA_HOME": "", "KIT_PLACE": str(tmp_path), "KIT_HARNESS": str(HARNESS)}
    failed, flushed, entries = kit(WRITTEN_DOWN, "KitJson", "KitUser", **environment)
    assert [(entry["do"], entry.get("path")) for entry in entries] == [
        ("file", f"{tmp_path}/{'x' * 300}"),
        ("folder", f"{tmp_path}/file"),
        ("key", "a"),
        ("value", "a\\b"),
        ("user", None),
        ("member", None),
        ("task", None),
    ]
    assert (entries[3]["kind"], entries[3]["value"]) == ("DWord", 7)
    assert (failed, flushed) == (8, 7)
    assert (tmp_path / "file").read_text() == "somebody's"


READ = """
Add-Type -TypeDefinition '
namespace ansible_collections.hospital_it.pkcs12.plugins.module_utils._ProfileFile {
    public class ProfileFile {
        public string Container, Code;
        public static ProfileFile ReadKey(string profile, string path, int largest, bool cng, string wanted) {
            var said = System.IO.Path.GetFileName(path).Split((char) 45);
            return new ProfileFile { Container = said[1] == "" ? null : said[1], Code = said[2] == "" ? null : said[2] };
        }
    }
}'
$said = & (Get-Module KitProbes) {
    foreach ($one in 'own-', 'other-', '-unknown_form', '-other') {
        function script:Get-KeyPlace { "$HOME\\key-$one" }
        [IO.File]::WriteAllBytes((Get-KeyPlace), [byte[]]::new(64))
        Read-NewKeyFile -Before 'known' -Container 'own' -Cng
    }
}
ConvertTo-Json -Compress -InputObject @($said)
"""


def test_a_key_file_of_windows_agrees_only_if_the_driver_has_read_its_name(kit: Kit, tmp_path: Path) -> None:
    """That the name is in it somewhere is not enough: the driver refuses such a file."""
    found = kit(READ, "KitProbes", HOME=str(tmp_path / "home"))
    head = "(0 0 0 0 0 0 0 of 64)"
    assert found == [f"{word} {head}" for word in ("same", "another", "unknown_form", "other")]


KEYS = r"""
$text = [IO.File]::ReadAllText("$env:KIT_HARNESS/KitStore.psm1").Replace('\', '/')
$text = $text.Replace('[ansible_collections.hospital_it.pkcs12.kit.Native]::GetWineVersion()', '$null')
$text = $text.Replace('[Security.Principal.WindowsIdentity]::GetCurrent().User.Value', "'S-1'")
New-Module -ScriptBlock ([scriptblock]::Create($text)) | Import-Module
ConvertTo-Json -Compress -InputObject @(Get-KeyPlace | Sort-Object)
"""


def test_the_keys_of_windows_are_those_of_cng_and_of_capi(kit: Kit, tmp_path: Path) -> None:
    """Wine has them in its registry, where the kit looks for both kinds as well."""
    places = [tmp_path / ".config/Microsoft/Crypto" / name for name in ("Keys/a", "RSA/S-1/b", "RSA/S-2/c")]
    for place in places:
        place.parent.mkdir(parents=True)
        place.touch()
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "", "KIT_HARNESS": str(HARNESS)}
    assert kit(KEYS, **environment) == [str(place) for place in places[:2]]


def test_a_sealed_passphrase_is_for_the_key_and_the_text_that_a_case_names(kit: Kit) -> None:
    request = {"a": "${sealed:1}", "b": "${sealed:2:not this one}", "c": "${owner_sid}", "d": "${observed}"}
    script = (
        f"$case = [pscustomobject] @{{ request = '{json.dumps(request)}' | ConvertFrom-Json }}\n"
        "$state = @{ transport_keys = @{} }\n"
        "foreach ($number in 1, 2) { $state.transport_keys[(Get-TransportName -Number $number)] = [byte[]] @($number) }\n"
        "& (Get-Module KitCase) {\n"
        '    function script:Protect-Passphrase { param($Text, $PublicKey) "$Text for $($PublicKey[0])" }\n'
        "    function script:Get-StoreHash { 'AB' }\n"
        "    function script:Get-OwnElement { }\n"
        "    $place = @{ owner_sid = 'S-1'; account = 'A'; computer = 'C'; profile = 'P'; passphrase = 'usual' }\n"
        "    Get-Request -Case $args[0] -Place $place -State $args[1]\n"
        "} $case $state"
    )
    found = kit(script, "KitJson", "KitPrepare", "KitCase")
    assert found == {"a": "usual for 1", "b": "not this one for 2", "c": "S-1", "d": "AB"}


ANSWERED: dict[str, tuple[dict[str, Any], bool, tuple[Any, ...]]] = {
    "every certificate": ({"asks": True, "requires": True}, True, ("TLSv1.2", True, True, 200, None)),
    "this certificate": ({"asks": True, "requires": True, "takes": "own"}, True, ("TLSv1.2", True, True, 200, None)),
    "another certificate": (
        {"asks": True, "requires": True, "takes": "00" * 20},
        True,
        ("TLSv1.2", True, None, None, None),
    ),
    "optional, and none": ({"asks": True, "requires": False}, False, ("TLSv1.2", True, False, 403, "none_sent")),
    "nothing": ({"asks": False, "requires": False}, True, ("TLSv1.2", False, False, 200, "not_asked")),
    "another status": (
        {"asks": True, "requires": True, "status": 404},
        True,
        ("TLSv1.2", True, True, 404, "http_refused"),
    ),
    "TLS 1.3": ({"asks": False, "requires": False, "tls": "1.3"}, True, ("TLSv1.3", False, False, 200, "not_asked")),
    "another root": (
        {"asks": False, "requires": False, "other": True},
        True,
        (None, False, False, None, "untrusted_server"),
    ),
}


@pytest.fixture(scope="module")
def visits(kit: Kit, portals: Path) -> dict[str, Any]:
    """What the driver's own step says of each portal of the kit, and of one through its proxy."""
    bare = [key for key, (_terms, with_key, _expected) in ANSWERED.items() if not with_key]
    script = (
        f"Import-Module '{UTILS}/_Store.psm1', '{UTILS}/_Portal.psm1'\n"
        f"Add-KitType -Path '{HARNESS}/KitPortal.cs'\n"
        f"$file = '{portals}/jeanne.p12'\n"
        "$own = [Security.Cryptography.X509Certificates.X509Certificate2]"
        f"::new([IO.File]::ReadAllBytes($file), '{PASSPHRASE}', 'EphemeralKeySet')\n"
        f"$web = Open-KitServer -Fact (Read-KitJson -Text ([IO.File]::ReadAllText('{portals}/facts.json')))\n"
        "$visits = @{}\n"
        "function Visit($Name, $Key, $Proxy) {\n"
        f"    $certificate = if ($Key -notin '{bare[0]}') {{ $own }}\n"
        "    $fact = @{}\n"
        "    try { Connect-Portal -Certificate $certificate -Fact $fact -Url $web.addresses.$Key -Proxy $Proxy -Timeout 10 } catch { }\n"
        "    $visits[$Name] = @($fact.tls_version, $fact.asked, $fact.sent, $fact.http_status, $fact.code)\n"
        "}\n"
        "foreach ($key in @($web.addresses.Keys | Where-Object { $_ -ne 'proxy' })) { Visit $key $key '' }\n"
        "Visit 'through the proxy' 'nothing' $web.addresses.proxy\n"
        "foreach ($server in $web.servers.Values) { $server.Dispose() }\n"
        "ConvertTo-Json -Compress -InputObject $visits"
    )
    found: dict[str, Any] = kit(script, "KitJson", "KitUser")
    return found


@pytest.mark.parametrize("key", ANSWERED)
def test_a_portal_of_the_kit_asks_and_answers_as_it_is_told(key: str, visits: dict[str, Any]) -> None:
    version, asked, sent, status, code = ANSWERED[key][2]
    if key == "another certificate":  # how a refusal looks is .NET's and the system's
        assert visits[key][4] not in (None, "not_asked", "none_sent")
        return
    assert visits[key] == [version, asked, sent, status, code]


def test_the_proxy_of_the_kit_makes_a_tunnel(visits: dict[str, Any]) -> None:
    assert visits["through the proxy"] == visits["nothing"]


def test_a_case_runs_only_where_it_may(kit: Kit) -> None:
    """By what the case has, and what the machine and the user allow."""
    rows = [
        ("never = 'n'", "portals = 1; may_change_computer = $true", "n"),
        ("user = 'root'", "may_change_computer = $true", "needs Test-Pkcs12StandardUser.ps1: root"),
        ("user = 'root'", "portals = 1", None),
        ("administrator = 'policy'", "elevated = $true", "needs -Administrator: policy"),
        ("administrator = 'policy'", "elevated = $true; may_change_computer = $true", None),
        ("wine = 'no OAEP'", "wine = '10.0'", "test bed: no OAEP"),
        ("wine = 'no OAEP'", "wine = $null", None),
    ]
    asked = "\n".join(f"Get-Reason @{{ {case} }} @{{ {place} }}" for case, place, _expected in rows)
    script = (
        "function Get-Reason($Case, $Place) {\n"
        "    , @(& (Get-Module KitCase) { Get-ReasonNotToRun -Case $args[0] -Place $args[1] } ([pscustomobject] $Case) $Place)\n"
        "}\n"
        f"$said = @(\n{asked}\n)\n"
        'ConvertTo-Json -Compress -InputObject @($said | ForEach-Object { "$_" })'
    )
    found = kit(script, "KitCase")
    assert [text or None for text in found] == [expected for _case, _place, expected in rows]
