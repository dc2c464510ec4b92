# Sourced by run.sh and test.sh: brings a bare Debian to a working .venv and does nothing,
# in a few tenths of a second, when nothing has to be done. POSIX sh.
# Exit codes: 1 = something is lacking and was named.

say() { printf '%s\n' "$*" >&2; }

fail() {
    say ""
    say "× $*"
    exit 1
}

# --- what the system must bring ---------------------------------------------------------

# library:Debian package. Found by trial on a minimal Debian 12.
OFFSCREEN_LIBRARIES="libGL.so.1:libgl1 libEGL.so.1:libegl1 libxkbcommon.so.0:libxkbcommon0
libfontconfig.so.1:libfontconfig1 libdbus-1.so.3:libdbus-1-3 libglib-2.0.so.0:libglib2.0-0"
SCREEN_LIBRARIES="libxcb-cursor.so.0:libxcb-cursor0 libxcb-icccm.so.4:libxcb-icccm4
libxcb-keysyms.so.1:libxcb-keysyms1 libxcb-image.so.0:libxcb-image0
libxcb-render-util.so.0:libxcb-render-util0 libxcb-shape.so.0:libxcb-shape0
libxcb-xinerama.so.0:libxcb-xinerama0 libxcb-randr.so.0:libxcb-randr0 libxcb-xkb.so.1:libxcb-xkb1
libxkbcommon-x11.so.0:libxkbcommon-x11-0 libxcb-util.so.1:libxcb-util1
libxcb-sync.so.1:libxcb-sync1 libxcb-xfixes.so.0:libxcb-xfixes0
libxcb-render.so.0:libxcb-render0 libxcb-shm.so.0:libxcb-shm0"
WAYLAND_LIBRARIES="libwayland-client.so.0:libwayland-client0
libwayland-cursor.so.0:libwayland-cursor0 libwayland-egl.so.1:libwayland-egl1"

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }

wanted_libraries() {
    echo "$OFFSCREEN_LIBRARIES"
    if has_display; then echo "$SCREEN_LIBRARIES"; fi
    if [ -n "${WAYLAND_DISPLAY:-}" ]; then echo "$WAYLAND_LIBRARIES"; fi
}

# Prints the packages of the libraries that the loader does not find.
lacking_packages() {
    # shellcheck disable=SC2046  # the list is words on purpose
    "$PYTHON" - $(wanted_libraries) <<'PYTHON_END'
import ctypes
import sys

for pair in sys.argv[1:]:
    library, package = pair.split(":")
    try:
        ctypes.CDLL(library)
    except OSError:
        sys.stdout.write(package + " ")
PYTHON_END
}

# How this user may install packages: "", "sudo -n" or "no".
root_prefix() {
    if ! command -v apt-get >/dev/null 2>&1; then
        echo no
    elif [ "$(id -u)" = 0 ]; then
        echo ""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        echo "sudo -n"
    else
        echo no
    fi
}

apt_install() {
    prefix=$(root_prefix)
    [ "$prefix" != no ] || return 1
    say "正在安装系统软件包：$*"
    log=$(mktemp)
    # The lists of a fresh machine are empty or old: fetch them when the first try fails.
    if $prefix env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 ||
        { $prefix apt-get update >"$log" 2>&1 &&
            $prefix env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$log" 2>&1; }; then
        rm -f "$log"
        return 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
}

need_packages() {
    apt_install "$@" || fail "这台电脑缺少下列系统软件包（Debian 的包名），本脚本无权或无法安装：
    $*
  请管理员执行（或请单位的技术人员代办）：
    apt-get update && apt-get install -y $*
  装好后再运行本命令。"
}

# --- Python -----------------------------------------------------------------------------

python_fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
    for name in python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && python_fits "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

need_python() {
    PYTHON=$(find_python) && return 0
    if command -v python3 >/dev/null 2>&1; then
        fail "需要 Python 3.11、3.12 或 3.13，这台电脑上是：$(python3 --version 2>&1)。
  请安装合适的版本（Debian 12 自带 3.11，Debian 13 自带 3.13），再运行本命令。"
    fi
    need_packages python3 python3-venv
    PYTHON=$(find_python) || fail "系统软件源里的 Python 不是 3.11–3.13，请先安装合适的版本。"
}

need_venv_module() {
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null && return 0
    need_packages python3-venv
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$PYTHON 缺少 venv 模块，请为这个 Python 版本安装 venv。"
}

# --- the virtual environment ------------------------------------------------------------

# A folder that was moved or copied has scripts that point to the old place.
venv_works() {
    python_fits .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1 &&
        grep -qF " $PWD/.venv" .venv/pyvenv.cfg
}

wanted_stamp() { cat packaging/requirements.lock pyproject.toml | cksum; }

pip_install() {
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"
}

# An offline machine brings the wheels along in packaging/wheels.
install_requirements() {
    if [ -d packaging/wheels ]; then
        pip_install --no-index --find-links packaging/wheels --require-hashes -r packaging/requirements.lock
    else
        pip_install --require-hashes -r packaging/requirements.lock
    fi
}

make_venv() {
    need_venv_module
    if ! venv_works; then
        rm -rf .venv
        say "正在建立运行环境 .venv ……"
        "$PYTHON" -m venv .venv || fail "无法建立 .venv：请看上面的信息（磁盘是否已满、目录是否可写）。"
    fi
    say "正在下载并核对程序库（约 150 MB，第一次要几分钟）……"
    install_requirements || fail "程序库没有装好：请看上面的信息。
  需要能访问 Python 软件源；单位有自己的软件源时，用环境变量 PIP_INDEX_URL 指定；
  没有网络时，把在别处下载好的 .whl 文件放进 packaging/wheels/，再运行本命令。"
    pip_install --no-deps --no-index --no-build-isolation --editable . ||
        fail "程序本身没有装好：请看上面的信息。"
    .venv/bin/python -m compileall -q app || fail "程序文件有错：请看上面的信息。"
    wanted_stamp > .venv/zhucun.stamp
}

# --- everything together ----------------------------------------------------------------

set_up() {
    need_python
    # Unquoted below: a list of package names.
    packages=$(lacking_packages)
    if [ -n "$packages" ]; then
        # shellcheck disable=SC2086
        need_packages $packages
        packages=$(lacking_packages)
        [ -z "$packages" ] || fail "安装之后仍找不到：$packages"
    fi
    if ! { [ -f .venv/zhucun.stamp ] && [ "$(cat .venv/zhucun.stamp)" = "$(wanted_stamp)" ] && venv_works; }; then
        make_venv
    fi
}
