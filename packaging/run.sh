#!/bin/sh
# Starts 驻村 on an invented village: the desktop where there is a screen, else the same month by
# command line and a picture of every page, in demo/.
set -eu
cd "$(dirname "$0")/.."
. packaging/setup.sh

DEMO=demo
PASSPHRASE=$DEMO/passphrase.txt
# The invented month lies in the past; seen from today everything in it would be overdue.
TODAY=2025-10-31

zhucun() { .venv/bin/python -m app "$@"; }

# HanaMinB holds the rarest characters of names. Offered once; the program runs without it.
offer_rare_font() {
    [ ! -f .venv/zhucun.font ] || return 0
    : > .venv/zhucun.font
    if [ "$(root_prefix)" = no ] || [ -f /usr/share/fonts/truetype/hanazono/HanaMinB.ttf ]; then
        return 0
    fi
    say "正在安装罕用字字体 fonts-hanazono（可以没有；没有时极少数生僻字印成〓并提示）……"
    apt_install fonts-hanazono || say "没有装上，不影响使用。"
}

# A display may be named and still not answer (a remote shell, a dead session).
screen_answers() {
    has_display && .venv/bin/python -c \
        'from PySide6.QtGui import QGuiApplication; QGuiApplication([])' >/dev/null 2>&1
}

# What a verb prints on standard output is listed again at the end.
# The marker is written last: what was broken off is made anew, what is complete is kept.
make_village() {
    [ ! -f $DEMO/.complete ] || return 0
    if [ -d $DEMO ]; then
        say "$DEMO/ 上次没有做完，重新制作。"
        rm -rf $DEMO
    fi
    say "正在制作虚构的一村一镇一县，走完 2025 年 10 月……"
    # The verb wants an empty folder, so the passphrase waits beside it.
    waiting=$DEMO-passphrase.part
    (umask 077 && .venv/bin/python -c \
        'import secrets; print("-".join(secrets.token_hex(2) for _ in range(5)))' > $waiting)
    zhucun --data $DEMO --passphrase-file $waiting demo >/dev/null ||
        fail "虚构数据没有做成，请看上面的信息。"
    mv $waiting $PASSPHRASE
    : > $DEMO/.complete
}

make_pictures() {
    [ ! -f $DEMO/pictures/.complete ] || return 0
    rm -rf $DEMO/pictures
    say "没有屏幕：正在把每一页存成图片……"
    QT_QPA_PLATFORM=offscreen zhucun --data $DEMO/village --today $TODAY --passphrase-file $PASSPHRASE \
        tour --out $DEMO/pictures >/dev/null || fail "图片没有做成，请看上面的信息。"
    : > $DEMO/pictures/.complete
}

list_demo() {
    cat <<LIST

$DEMO/ 里有：
  village/ township/ county/   村、镇、县三套加密数据，口令在 $PASSPHRASE
  files/                       花名册、打印的 PDF、变更包，按先后排列
  pictures/                    每一页的图片

$(find $DEMO/files $DEMO/pictures -type f ! -name '.*' | sort)

想从头再来：删去 $DEMO/ 再运行本命令。
LIST
}

start_desktop() {
    say "口令在 $PASSPHRASE（这是虚构的村，可以随便改动；想从头再来，删去 $DEMO/）。"
    # Qt's wheels bring the input method module of IBus only; Fcitx answers to it as well. It ends
    # the program where D-Bus has no machine id, as in a container.
    case "${QT_IM_MODULE:-}" in
        "" | fcitx*)
            if [ -s /etc/machine-id ] || [ -s /var/lib/dbus/machine-id ]; then
                export QT_IM_MODULE=ibus
            else
                export QT_IM_MODULE=compose
            fi
            ;;
    esac
    exec .venv/bin/python -m app --data $DEMO/village --today $TODAY --passphrase-file $PASSPHRASE
}

set_up
offer_rare_font
make_village
if screen_answers; then
    start_desktop
elif has_display; then
    say "屏幕 ${DISPLAY:-$WAYLAND_DISPLAY} 没有应答，改为存图片。"
fi
make_pictures
list_demo
