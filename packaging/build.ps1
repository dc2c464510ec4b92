# Builds the Windows installer: powershell -ExecutionPolicy Bypass -File packaging\build.ps1
# NOT TRIED: no Windows machine was at hand. Needs Python 3.11-3.13 (64 bit) and Inno Setup 6.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..")

function Invoke-Checked([string] $Program, [string[]] $Arguments) {
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Program failed with exit code $LASTEXITCODE" }
}

$python = ".venv\Scripts\python.exe"
if (-not (Test-Path $python)) { Invoke-Checked "py" @("-3", "-m", "venv", ".venv") }
Invoke-Checked $python @("-m", "pip", "install", "--require-hashes", "-r", "packaging\requirements.lock")
Invoke-Checked $python @("-m", "pip", "install", "--require-hashes", "-r", "packaging\build.lock")
Invoke-Checked $python @("-m", "PyInstaller", "--noconfirm", "packaging\app.spec")

$version = & $python -c "import tomllib; print(tomllib.load(open('pyproject.toml', 'rb'))['project']['version'])"
$compiler = Join-Path ${env:ProgramFiles(x86)} "Inno Setup 6\ISCC.exe"
Invoke-Checked $compiler @("/DAppVersion=$version", "packaging\windows.iss")
