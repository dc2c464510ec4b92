; Inno Setup 6: dist\zhucun (made by PyInstaller) -> dist\zhucun-setup.exe. NOT TRIED.
; Installs for one user, without administrator rights. Replicas lie in the user's data folder and
; are never touched by installing or removing the program.
#ifndef AppVersion
  #error start it through packaging\build.ps1
#endif

[Setup]
AppId={{6F0E4B0C-6E0B-4B52-9F53-5D0C8B7F3A11}
AppName=驻村
AppVersion={#AppVersion}
DefaultDirName={localappdata}\Programs\Zhucun
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
; Qt 6 needs Windows 10 1809.
MinVersion=10.0.17763
SourceDir=..
OutputDir=dist
OutputBaseFilename=zhucun-setup
Compression=lzma2
SolidCompression=yes

[Files]
Source: "dist\zhucun\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{userprograms}\驻村"; Filename: "{app}\zhucun-desktop.exe"
Name: "{userdesktop}\驻村"; Filename: "{app}\zhucun-desktop.exe"
