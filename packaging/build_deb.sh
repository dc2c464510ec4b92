#!/bin/sh
# Makes dist/zhucun_VERSION_ARCH.deb: the program with its own Python and Qt in /opt/zhucun.
# The result needs at least the glibc of the machine it is built on: build for UOS 20 and Kylin V10
# on a system with glibc 2.28, not on Debian 12.
set -eu
cd "$(dirname "$0")/.."
. packaging/setup.sh
set_up
command -v objdump >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || need_packages binutils dpkg
# Debian's python3 carries its library inside itself; PyInstaller wants it as a file.
library=$(.venv/bin/python -c 'import sys; print("libpython%d.%d" % sys.version_info[:2])')
.venv/bin/python -c "import ctypes; ctypes.CDLL('$library.so.1.0')" 2>/dev/null ||
    [ -f "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_config_var("LIBDIR"))')/$library.so.1.0" ] ||
    need_packages "$library"
.venv/bin/python -m PyInstaller --version >/dev/null 2>&1 ||
    pip_install --require-hashes -r packaging/build.lock

version=$(.venv/bin/python -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
arch=$(dpkg --print-architecture)
tree=build/deb
rm -rf "$tree" dist/zhucun
.venv/bin/python -m PyInstaller --noconfirm --log-level WARN packaging/app.spec

mkdir -p "$tree/DEBIAN" "$tree/opt" "$tree/usr/bin" "$tree/usr/share/applications" \
    "$tree/usr/share/icons/hicolor/scalable/apps"
cp -a dist/zhucun "$tree/opt/zhucun"
cp resources/icons/workbench.svg "$tree/usr/share/icons/hicolor/scalable/apps/zhucun.svg"
ln -s /opt/zhucun/zhucun "$tree/usr/bin/zhucun"

cat > "$tree/usr/share/applications/zhucun.desktop" <<DESKTOP
[Desktop Entry]
Type=Application
Name=Zhucun
Name[zh_CN]=驻村
Comment[zh_CN]=防止返贫致贫监测
Exec=/opt/zhucun/zhucun
Icon=zhucun
Categories=Office;
DESKTOP

# The same libraries that setup.sh asks for; the packages' names stand there.
depends=$(printf '%s %s' "$OFFSCREEN_LIBRARIES" "$SCREEN_LIBRARIES" | tr ' ' '\n' | sed -n 's/.*://p' | paste -sd, -)
cat > "$tree/DEBIAN/control" <<CONTROL
Package: zhucun
Version: $version
Architecture: $arch
Maintainer: Zhucun team <zhucun@localhost>
Section: misc
Priority: optional
Depends: libc6, $(echo "$depends" | sed 's/,/, /g')
Recommends: fonts-hanazono
Description: monitoring of households at risk of poverty, offline
 驻村：防止返贫致贫监测，离线填报、预警、一户一策、变更包。
CONTROL

dpkg-deb --root-owner-group -Zxz --build "$tree" "dist/zhucun_${version}_$arch.deb"
