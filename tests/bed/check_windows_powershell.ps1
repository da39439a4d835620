<#
.SYNOPSIS
    Holds PowerShell and C# sources against Windows PowerShell 5.1 and .NET Framework 4.6.2, without Windows.
.DESCRIPTION
    For each .ps1/.psm1: it parses, is ASCII, uses no syntax newer than 5.1, every [Type] named exists in the reference
    assemblies, every static member called on it exists, and no cmdlet or parameter from the short list of newer ones is used.
    For each .cs: it compiles as C# 5 against the same reference assemblies, without warnings.
    Prints one line per finding and ends with 1 when there is any.
.EXAMPLE
    pwsh check_windows_powershell.ps1 -Reference DIR plugins/modules/*.ps1 plugins/module_utils/*
#>
param([Parameter(Mandatory)][string] $Reference, [Parameter(Mandatory, ValueFromRemainingArguments)][string[]] $Path)
$ErrorActionPreference = 'Stop'
$findings = [Collections.Generic.List[string]]::new()
Add-Type -AssemblyName Microsoft.CodeAnalysis, Microsoft.CodeAnalysis.CSharp
$refs = [Microsoft.CodeAnalysis.MetadataReference[]]@(Get-ChildItem $Reference -Filter *.dll | ForEach-Object {
        [Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile($_.FullName) })
$options = [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new([Microsoft.CodeAnalysis.OutputKind]::DynamicallyLinkedLibrary)
$world = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create('world', $null, $refs, $options)
$accelerators = [psobject].Assembly.GetType('System.Management.Automation.TypeAccelerators')::Get
$newer = @{
    'ConvertFrom-Json' = 'AsHashtable', 'Depth', 'DateKind', 'NoEnumerate'; 'Get-Content' = , 'AsByteStream'; 'Split-Path' = 'LeafBase', 'Extension'
    'ForEach-Object' = , 'Parallel'; 'ConvertTo-Json' = 'AsArray', 'EnumsAsStrings', 'EscapeHandling'; 'Test-Json' = , '*'; 'Join-String' = , '*'
    'Get-Uptime' = , '*'; 'Remove-Alias' = , '*'; 'Get-WmiObject' = , '*'; 'Set-Content' = , 'AsByteStream'
}

function Resolve-ReferenceType {
    <# .SYNOPSIS
    The type of this name in the reference assemblies; nothing if there is none. #>
    param([string] $name)
    $name = $name -replace '(\[,*\])+$', ''
    $clr = if ($accelerators.ContainsKey($name)) { $accelerators[$name].FullName } else { $name }
    foreach ($candidate in $clr, "System.$clr") {
        $hit = $world.GetTypeByMetadataName($candidate)
        if (-not $hit -and $candidate -match '^(.*)\.([^.]+)$') { $hit = $world.GetTypeByMetadataName("$($Matches[1])+$($Matches[2])") }
        if ($hit) { return $hit }
    }
}

foreach ($file in (Get-Item $Path)) {
    if ($file.Extension -eq '.cs') {
        $tree = [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText([IO.File]::ReadAllText($file),
            [Microsoft.CodeAnalysis.CSharp.CSharpParseOptions]::new([Microsoft.CodeAnalysis.CSharp.LanguageVersion]::CSharp5))
        $unit = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create('unit', [Microsoft.CodeAnalysis.SyntaxTree[]]@($tree), $refs, $options)
        $unit.GetDiagnostics() | Where-Object Severity -ge 'Warning' | ForEach-Object { $findings.Add("$($file.Name): $_") }
        continue
    }
    if ($file.Extension -notin '.ps1', '.psm1') { continue }
    $tokens = $errors = $null
    $ast = [Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref]$tokens, [ref]$errors)
    $errors | ForEach-Object { $findings.Add("$($file.Name):$($_.Extent.StartLineNumber): $($_.Message)") }
    if ([IO.File]::ReadAllText($file) -match '[^\x00-\x7f]') { $findings.Add("$($file.Name): not ASCII") }
    $own = @($ast.FindAll({ $args[0] -is [Management.Automation.Language.TypeDefinitionAst] }, $true) | ForEach-Object Name)
    $late = $tokens | Where-Object { $_.Kind -in 'QuestionQuestion', 'QuestionQuestionEquals', 'QuestionDot', 'QuestionLBracket', 'QuestionMark', 'AndAnd', 'OrOr', 'Clean' }
    $late | ForEach-Object { $findings.Add("$($file.Name):$($_.Extent.StartLineNumber): '$($_.Text)' is newer than 5.1") }
    foreach ($node in $ast.FindAll({ $true }, $true)) {
        $where = "$($file.Name):$($node.Extent.StartLineNumber)"
        if ($node -is [Management.Automation.Language.TypeExpressionAst] -or $node -is [Management.Automation.Language.TypeConstraintAst]) {
            $name = $node.TypeName
            if ($name -is [Management.Automation.Language.GenericTypeName] -or $name.Name -in $own -or $name.Name -match '^(ansible_collections\.|Ansible\.)') { continue }
            if ($name.Name -in 'void', 'ordered', 'pscustomobject', 'CmdletBinding') { continue }
            $type = Resolve-ReferenceType $name.Name
            if (-not $type) { $findings.Add("${where}: [$($name.Name)] is not in .NET Framework 4.6.2"); continue }
            $call = $node.Parent
            if ($call -is [Management.Automation.Language.MemberExpressionAst] -and $call.Static -and $call.Expression -eq $node -and $call.Member -is [Management.Automation.Language.StringConstantExpressionAst]) {
                $member = $call.Member.Value; $walk = $type; $found = $member -eq 'new'
                while ($walk -and -not $found) { $found = $member -in $walk.MemberNames; $walk = $walk.BaseType }
                if (-not $found) { $findings.Add("${where}: [$($name.Name)]::$member is not in .NET Framework 4.6.2") }
            }
        }
        if ($node -is [Management.Automation.Language.CommandAst]) {
            $command = $node.GetCommandName()
            if ($command -and $newer.ContainsKey($command)) {
                $used = @($node.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] } | ForEach-Object ParameterName)
                $newer[$command] | Where-Object { $_ -eq '*' -or $_ -in $used } | ForEach-Object { $findings.Add("${where}: $command -$_ is not in Windows PowerShell 5.1") }
            }
        }
    }
}
$findings
if ($findings.Count) { exit 1 }
"Windows PowerShell 5.1: $(@(Get-Item $Path).Count) files hold"
