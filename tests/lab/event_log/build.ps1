# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Compiles EventProvider.cs to an assembly with the name, version and public key of the one that it stands for.

param([Parameter(Mandatory)] [string] $Original, [Parameter(Mandatory)] [string] $Source, [Parameter(Mandatory)] [string] $Target)

$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName Microsoft.CodeAnalysis, Microsoft.CodeAnalysis.CSharp
$name = [Reflection.AssemblyName]::GetAssemblyName($Original)
$code = [IO.File]::ReadAllText($Source).Replace('VERSION', $name.Version)
$tree = [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText($code)
$core = [IO.Path]::GetDirectoryName([object].Assembly.Location)
$references = 'System.Private.CoreLib', 'System.Runtime', 'System.Linq' | ForEach-Object {
    [Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile("$core/$_.dll")
}
$options = [Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions]::new([Microsoft.CodeAnalysis.OutputKind]::DynamicallyLinkedLibrary)
$key = [Collections.Immutable.ImmutableArray]::Create[byte]($name.GetPublicKey())
$signed = $options.WithPublicSign($true).WithCryptoPublicKey($key)
$compilation = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create(
    $name.Name, [Microsoft.CodeAnalysis.SyntaxTree[]] @($tree), [Microsoft.CodeAnalysis.MetadataReference[]] $references, $signed)
$done = [Microsoft.CodeAnalysis.FileSystemExtensions]::Emit($compilation, $Target)
if (-not $done.Success) { throw ($done.Diagnostics -join "`n") }
